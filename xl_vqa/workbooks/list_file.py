"""A list of videos out of a table: a workbook, CSV, JSON, whatever ``xl_vqa.tables`` reads. Nothing is written."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from xl_vqa.sheets.areas import MAX_COLUMN, Area
from xl_vqa.sheets.folders import folders_beside
from xl_vqa.sheets.grid import EMPTY, Table, Value, value_of
from xl_vqa.sheets.locations import Locations
from xl_vqa.sheets.rows import located, selected_row
from xl_vqa.tables.grid import Grid, TableError
from xl_vqa.tables.read import read_grids
from xl_vqa.words.errors import VideoListError, XlVqaError
from xl_vqa.workbooks.find_columns import find_text_column, find_video_list
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
    listed = find_video_list(path, _grids(path), column)
    texts = find_text_column(listed, path, text_column) if text_column is not None else None
    grid = listed.grid
    folder, locations = os.path.abspath(path.parent), Locations.of(os.environ)
    folders = folders_beside(grid, listed.listing)
    found = []
    for number in listed.rows:
        value = grid.value(number, listed.column)
        row = selected_row(number, listed.column, value, folder=folders.get(number, ""))
        # a number may be a file's name; what is no name is told as such
        row = located(replace(row, path=row.shown, error=None), lambda n: locations.resolve(n, folder), str(path))
        text = grid.value(number, texts).text.strip() or None if texts is not None else None
        found.append(ListedVideo(row.path, text, row.error))
    return found


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

    @cached_property
    def filled(self) -> dict[int, list[int]]:
        """Rows that hold something, by column, from top to bottom."""
        found: dict[int, list[int]] = {}
        for row in range(1, self.last_row + 1):
            for column in range(1, self.last_column + 1):
                if self.value(row, column) != EMPTY:
                    found.setdefault(column, []).append(row)
        return found

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
