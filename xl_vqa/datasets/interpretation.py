"""The one table that says how a file of ratings was read: what each column is, how sure that is, why, and the
option that says otherwise. It is made before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.headers import Role
from xl_vqa.datasets.questions import option
from xl_vqa.datasets.sheet_layout import Layout
from xl_vqa.datasets.transpose import TurnedGrid
from xl_vqa.datasets.words import tr
from xl_vqa.tables.grid import column_letters

# what a column is taken for -> the option that says otherwise
_OPTIONS: Final = {
    "video": "--video-column",
    "rater_name": "--rater-column",
    "rater": "--score-column",
    "score": "--score-column",
    "mean": "--score-column",
    "mean_given": "--form mos",
    "votes": "--form wide",
    "quality": "--dimension",
    "attribute": "--dimension",
    "content": "--content-column",
    "unused": "--score-column",
    "text": "--score-column",
}
_BY_HEADER: Final = {
    Role.PROMPT: "prompt",
    Role.OTHER: "other",
    Role.SD: "sd",
    Role.CI: "ci95",
    Role.COUNT: "count",
}
KINDS: Final = (*_OPTIONS, "sd", "count", "ci95", "split", "prompt", "other")


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """One column, or several neighbours that were read alike."""

    sheet: str
    letters: str
    """``C`` or ``C..H``."""
    header: str
    kind: str
    """One of ``KINDS``."""
    sure: bool
    why: str
    """A code: words are in reading_words.py under ``why_<code>``."""
    option: str
    """What to say otherwise, empty where nothing needs to."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Interpretation:
    """``columns`` of every sheet used, and what holds for all scores."""

    columns: tuple[ColumnReading, ...]
    quality: str | None = None
    """The quality taken, where several were rated."""
    lower: bool | None = None
    """True where lower scores are better, by the user's word or a header's; None where nothing was said."""
    turned: bool = False
    """The videos stand in the header, the people in rows."""

    def of(self, kind: str) -> list[str]:
        """The headers of that kind."""
        return [reading.header for reading in self.columns if reading.kind == kind]


def interpret(layouts: Sequence[Layout]) -> Interpretation:
    """The interpretation of sheets that are read together."""
    found = [reading for layout in layouts for reading in _sheet(layout, layout.columns)]
    first = layouts[0]
    return Interpretation(
        tuple(found), first.quality, first.lower, any(isinstance(layout.grid, TurnedGrid) for layout in layouts)
    )


def _sheet(layout: Layout, columns: Columns) -> list[ColumnReading]:
    found: list[ColumnReading] = []
    for c in range(columns.grid.width):
        if c not in columns.names and not columns.profiles[c].filled and not columns.profiles[c].marks:
            continue
        kind, sure, why = layout.why.get(c) or _unused(layout, columns, c)
        name = columns.name(c)
        reading = ColumnReading(layout.grid.name, column_letters(c), name, kind, sure, why, _option(kind, name))
        before = found[-1] if found else None
        same = before is not None and (kind != "quality" or before.option == reading.option)
        if (
            same
            and before
            and (before.kind, before.sure, before.why) == (kind, sure, why)
            and kind in ("rater", "votes", "other", "quality")
        ):
            found[-1] = _joined(before, reading)
        else:
            found.append(reading)
    return found


def _joined(first: ColumnReading, second: ColumnReading) -> ColumnReading:
    """Raters side by side are one line: "Subject 1 .. Subject 30"."""
    left, header = first.letters.partition("..")[0], first.header.partition(" .. ")[0]
    return ColumnReading(
        first.sheet,
        f"{left}..{second.letters}",
        f"{header} .. {second.header}",
        first.kind,
        first.sure,
        first.why,
        first.option,
        first.count + 1,
    )


def _option(kind: str, name: str) -> str:
    what = _OPTIONS.get(kind, "")
    if kind in ("unused", "text", "quality") and what:
        return option(what, name.split("/")[0] if kind == "quality" else name)
    return what


def _unused(layout: Layout, columns: Columns, column: int) -> tuple[str, bool, str]:
    role = columns.role(column)
    sure = columns.sure(column)
    why = "header" if sure else "header_part"
    if role is not None and role in _BY_HEADER:
        return _BY_HEADER[role], sure, why
    if column in layout.ignored:
        return "unused", False, "numbers_unused"
    if columns.profiles[column].serial:
        return "other", True, "cells_serial"
    return "text", role is None, "cells_text"


def reading_rows(reading: Interpretation, language: str) -> list[list[str]]:
    """The table for people: column, header, what it was taken for, how sure, why, and how to say otherwise."""
    several = len({column.sheet for column in reading.columns}) > 1
    rows = []
    for column in reading.columns:
        kind = f"kind_{column.kind}"
        if column.kind == "rater" and column.count > 1:
            kind = "kind_raters"
        rows.append(
            [
                f"{column.sheet}!{column.letters}" if several else column.letters,
                column.header,
                tr(kind, language, count=column.count),
                tr("sure_yes" if column.sure else "sure_no", language),
                tr(f"why_{column.why}", language),
                column.option,
            ]
        )
    return rows
