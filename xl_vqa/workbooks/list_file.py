"""A list of videos out of a table: a workbook, CSV, JSON, whatever ``xl_vqa.tables`` reads. Nothing is written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xl_vqa.sheets.areas import MAX_COLUMN, Area, column_letters, column_number
from xl_vqa.sheets.grid import EMPTY, Table, Value, value_of
from xl_vqa.sheets.listing import HEADING_SEARCH_ROWS, Listing, find_list, heads_list, names_video, squash
from xl_vqa.sheets.locations import Locations
from xl_vqa.tables.grid import Grid, TableError
from xl_vqa.tables.read import read_grids
from xl_vqa.words.errors import (
    VideoListError,
    WorkbookColumnMissingError,
    WorkbookNoVideoColumnError,
    XlVqaError,
)
from xl_vqa.workbooks.score_plan import plan_workbook

_EDITED_IN_PLACE: Final = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class ListedVideo:
    """One row of a list: an absolute path and the text of its column, or why the row leads to no video."""

    path: str
    text: str | None = None
    error: XlVqaError | None = None


def read_list_file(path: Path, column: str | None = None, text_column: str | None = None) -> list[ListedVideo]:
    """The videos that a table lists, in its order. Relative paths begin at the table's folder.

    ``column`` and ``text_column`` are a header's text or letters; the video column is found by itself where not
    given. Raises VideoListError, WorkbookError.
    """
    if path.suffix.lower() in _EDITED_IN_PLACE:
        # its links count too, as they do where scores are written beside them
        planned = plan_workbook(path, column=column, text_column=text_column).rows
        return [ListedVideo(row.path, row.text, row.error) for row in planned]
    grids = _grids(path)
    grid, listing = _named(path, grids, column) if column is not None else _found(path, grids)
    texts = None
    if text_column is not None:
        texts = _column(grid, text_column, listing.heading_row)
        if texts is None or all(grid.value(row, texts).blank for row in listing.rows):
            raise _missing(path, grid, text_column)
    folder, locations = os.path.abspath(path.parent), Locations.of(os.environ)
    return [
        ListedVideo(
            _meant(grid.value(row, listing.column), folder, locations),
            grid.value(row, texts).text.strip() or None if texts is not None else None,
        )
        for row in listing.rows
    ]


class TableGrid:
    """A grid of ``xl_vqa.tables`` as the list finder sees a sheet: cells, and no tables, links or styles."""

    max_column = MAX_COLUMN
    protected = False
    filter_area = None

    def __init__(self, grid: Grid) -> None:
        self.name = grid.name
        self._grid = grid

    @property
    def last_row(self) -> int:
        return max(len(self._grid.rows), 1)

    @property
    def last_column(self) -> int:
        return max(self._grid.width, 1)

    def value(self, row: int, column: int) -> Value:
        return value_of(self._grid.cell(row - 1, column - 1))

    def read(self, area: Area) -> list[list[Value]]:
        columns = range(area.first_column, area.last_column + 1)
        return [[self.value(row, c) for c in columns] for row in range(area.first_row, area.last_row + 1)]

    def is_empty(self, area: Area) -> bool:
        return all(value == EMPTY for line in self.read(area) for value in line)

    def is_blocked(self, area: Area) -> bool:
        del area
        return False

    def tables(self) -> Sequence[Table]:
        return ()

    def links(self, area: Area) -> Mapping[tuple[int, int], str]:
        del area
        return {}

    def style(self, row: int, column: int) -> str:
        del row, column
        return ""


def _grids(path: Path) -> list[TableGrid]:
    try:
        grids = read_grids(path)
    except TableError as error:
        raise VideoListError(path=str(path), problem=error.problem, detail=error.detail) from error
    return [TableGrid(grid) for grid in grids if not grid.empty]


def _found(path: Path, grids: Sequence[TableGrid]) -> tuple[TableGrid, Listing]:
    """The column with the most paths; else one that is headed like a list of videos."""
    for grid in grids:
        columns = range(1, grid.last_column + 1)
        paths = {c: sum(names_video(line[0]) for line in grid.read(Area(1, c, grid.last_row, c))) for c in columns}
        best = max(columns, key=lambda c: (paths[c], -c))
        if paths[best]:
            return grid, find_list(grid, best)
        for row in range(1, min(grid.last_row, HEADING_SEARCH_ROWS) + 1):
            for c in columns:
                if heads_list(grid.value(row, c).text):
                    return grid, find_list(grid, c, heading=row)
    raise WorkbookNoVideoColumnError(path=str(path))


def _named(path: Path, grids: Sequence[TableGrid], spec: str) -> tuple[TableGrid, Listing]:
    for grid in grids:
        heading = _heading(grid, spec)
        number = heading[1] if heading is not None else _letters(spec)
        if number is not None and number <= grid.last_column:
            listing = find_list(grid, number, heading=heading[0] if heading is not None else _top(grid, number))
            if listing.rows:
                return grid, listing
    raise _missing(path, grids[0], spec) if grids else WorkbookNoVideoColumnError(path=str(path))


def _top(grid: TableGrid, column: int) -> int | None:
    """Letters alone say nothing about names without endings: the first cell heads them, as in a workbook."""
    cells = [line[0] for line in grid.read(Area(1, column, grid.last_row, column))]
    if any(names_video(cell) for cell in cells):
        return None
    return next((row for row, cell in enumerate(cells, 1) if not cell.blank), None)


def _column(grid: TableGrid, spec: str, heading_row: int | None) -> int | None:
    found = _heading(grid, spec, heading_row)
    return found[1] if found is not None else _letters(spec)


def _heading(grid: TableGrid, spec: str, first: int | None = None) -> tuple[int, int] | None:
    """Row and column of a header's text; in row ``first`` before others. ``$B`` is always letters."""
    wanted = "" if spec.startswith("$") else squash(spec)
    rows = sorted(range(1, min(grid.last_row, HEADING_SEARCH_ROWS) + 1), key=lambda row: (row != first, row))
    places = ((row, column) for row in rows for column in range(1, grid.last_column + 1))
    return next((place for place in places if wanted and squash(grid.value(*place).text) == wanted), None)


def _letters(spec: str) -> int | None:
    try:
        return column_number(spec.strip().lstrip("$"))
    except ValueError:
        return None


def _missing(path: Path, grid: TableGrid, spec: str) -> WorkbookColumnMissingError:
    names = [
        f"{column_letters(column)} ({grid.value(1, column).text.strip()[:30]})"
        for column in range(1, min(grid.last_column, 15) + 1)
    ]
    return WorkbookColumnMissingError(path=str(path), sheet=grid.name, column=spec, columns=", ".join(names))


def _meant(value: Value, folder: str, locations: Locations) -> str:
    """The path that a cell means; its text where it means none, for the error to name."""
    text = value.text.strip()
    try:
        return locations.resolve(text, folder) if text else ""
    except XlVqaError:
        return text
