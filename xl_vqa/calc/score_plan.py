"""Where the scores of a selection go in a Calc sheet, by the rules that Excel's Score selection has as well
(``bridge.selection``). Without LibreOffice: a sheet is seen through ``Grid``.

Rows and columns count from 0, as in UNO.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from xl_vqa.bridge.selection import FIELDS, Row, is_empty, result_columns
from xl_vqa.video_names import is_video_name

MAX_COLUMN: Final = 1023
"""The last column that every Calc has."""


class Grid(Protocol):
    """A sheet. ``value`` is a text, a number or "" for an empty cell."""

    last_column: int

    def value(self, row: int, column: int) -> Any: ...

    def is_free(self, first_row: int, last_row: int, column: int) -> bool:
        """Whether nothing stands in these cells."""
        ...


@dataclass(frozen=True, slots=True)
class ScorePlan:
    """``rows`` are to be rated, ``skipped`` counts those that have a score already. ``columns`` are by field;
    those in ``new`` are made now, headed in ``header_row`` (None: there is no row above the list). ``filled``
    counts the cells that hold something now and would be written over."""

    column: int
    rows: tuple[Row, ...]
    skipped: int
    columns: dict[str, int]
    new: tuple[str, ...]
    header_row: int | None
    filled: int = 0


class NoRoomError(Exception):
    """There are no free columns to the right."""


def make_plan(grid: Grid, cells: Iterable[tuple[int, int]], *, rescore: bool) -> ScorePlan | None:
    """The plan for the selected ``cells`` (row, column); None where no video stands in them.

    The column with the most videos counts; its other texts are rated too, so that a misspelt path gets its
    error, except what stands above the first video: a header. Raises NoRoomError.
    """
    texts: dict[int, dict[int, str]] = {}
    for row, column in cells:
        value = grid.value(row, column)
        if isinstance(value, str) and not is_empty(value):
            texts.setdefault(column, {})[row] = value
    counts = {column: sum(map(is_video_name, rows.values())) for column, rows in texts.items()}
    column = max(counts, key=lambda c: (counts[c], -c), default=-1)
    if column < 0 or counts[column] == 0:
        return None
    first = min(row for row, text in texts[column].items() if is_video_name(text))
    rows = [Row(row, text) for row, text in sorted(texts[column].items()) if row >= first]
    header_row = _header_row(grid, first, column)
    columns = {}
    if header_row is not None:
        headers = [grid.value(header_row, place) for place in range(column + 1, grid.last_column + 1)]
        columns = result_columns(headers, column + 1)
    known = "label" in columns
    wanted = [row for row in rows if rescore or not known or is_empty(grid.value(row.number, columns["label"]))]
    new = () if known else tuple(field for field in FIELDS if field not in columns)
    if new:
        top = first if header_row is None else header_row
        columns = {**columns, **_free_columns(grid, top, rows[-1].number, column, new)}
    places = [place for field, place in columns.items() if field not in new]
    filled = sum(not is_empty(grid.value(row.number, place)) for row in wanted for place in places)
    return ScorePlan(column, tuple(wanted), len(rows) - len(wanted), columns, new, header_row, filled)


def _header_row(grid: Grid, first: int, column: int) -> int | None:
    """The row above the list: its header, or an empty row that can hold one."""
    row = first - 1
    # a list may be selected from its middle: the header is above its first row
    while row >= 0 and is_video_name(grid.value(row, column)):
        row -= 1
    return row if row >= 0 else None


def _free_columns(grid: Grid, first_row: int, last_row: int, column: int, fields: Sequence[str]) -> dict[str, int]:
    free: list[int] = []
    for place in range(column + 1, MAX_COLUMN + 1):
        free = [*free, place] if grid.is_free(first_row, last_row, place) else []
        if len(free) == len(fields):
            return dict(zip(fields, free, strict=True))
    raise NoRoomError


def runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rising rows as (first, last) of neighbours: one write each."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
