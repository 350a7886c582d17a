"""One video of a list: where it stands, what the sheet says about it, and the score beside it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from xl_vqa.errors import WorkbookCellError, XlVqaError
from xl_vqa.sheets.areas import cell_name
from xl_vqa.sheets.grid import Value
from xl_vqa.sheets.marks import Score, ScoredBy, State, row_key, state_of
from xl_vqa.video_names import clean, is_video_name


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """``row`` and ``column`` count from 1; ``path`` is absolute, once it is known. Where ``error`` is set there is
    nothing to rate: the cell names no file of this machine."""

    row: int
    column: int
    sources: tuple[str, ...]
    """What stands in the cell and in its link."""
    shown: str
    """The one of them that counts."""
    path: str = ""
    text: str | None = None
    """What an AI-made video was generated from."""
    hidden: bool = False
    score: Score | None = None
    error: XlVqaError | None = None

    @property
    def cell(self) -> str:
        return cell_name(self.row, self.column)

    @property
    def key(self) -> str:
        """Of what the sheet says about the row: another path or text is another key."""
        return row_key(self.sources, self.text)

    def state(self, scored_by: ScoredBy | str | None = None) -> State:
        """What the score beside the video is worth."""
        return state_of(self.score, self.key, self.path, scored_by)


def cell_sources(value: Value, links: Iterable[str] = ()) -> tuple[str, ...]:
    """What may name the video: the text in the cell first, then what its link points at."""
    sources = [clean(value.text)] if value.kind in ("text", "number") else []
    if value.link:
        sources.append(value.link)
    return tuple(dict.fromkeys(source for source in [*sources, *links] if source))


def selected_row(row: int, column: int, value: Value, book: str = "") -> PlannedRow:
    """A row that a person selected: its text, or the link behind a title. ``book`` names the workbook in the error
    of a cell that holds no text."""
    sources = cell_sources(value)
    likely = [source for source in sources if is_video_name(source)] or [*sources, value.text]
    error = None
    if value.kind != "text" and not value.link:
        error = WorkbookCellError(path=book, cell=cell_name(row, column), value=value.text)
    return PlannedRow(row, column, sources, likely[0], error=error)


def could_name_a_file(text: str) -> bool:
    """Whether a text looks like a path, so that a file of this name is missed and not just a word misplaced."""
    return is_video_name(text) or re.search(r"[\\/]|\.\w{1,5}$", text) is not None


def to_rate(
    rows: Iterable[PlannedRow], scored_by: ScoredBy | str | None = None, *, rescore: bool = False
) -> list[PlannedRow]:
    """Those of ``rows`` that name a file and have no score of ``scored_by``, or all that name one."""
    return [row for row in rows if row.error is None and (rescore or row.state(scored_by) != "done")]


def find_again(wanted: Mapping[int, Hashable], now: Mapping[int, Hashable]) -> tuple[dict[int, int], list[int]]:
    """Where rows are after the user worked on: new number by old one, and those that are gone.

    ``wanted`` is what told each row apart, ``now`` the same of the list as it is. A row that still holds its video
    is where it was; others are found by their video, in order, so that a sorted or lengthened list gets each score
    in its own row.
    """
    places = {row: row for row, key in wanted.items() if now.get(row) == key}
    taken = set(places.values())
    free: defaultdict[Hashable, list[int]] = defaultdict(list)
    for row in sorted(now, reverse=True):
        if row not in taken:
            free[now[row]].append(row)
    gone = []
    for row in sorted(wanted):
        if row not in places:
            if free[wanted[row]]:
                places[row] = free[wanted[row]].pop()
            else:
                gone.append(row)
    return places, gone
