"""Scores in a sheet: written as they come, coloured by band, undone in one step. Main thread only.

Calc's undo of ``setDataArray`` leaves what it put into empty cells, so cells are written one by one, in slices
short enough to type on; all slices of one run are one step, as long as the user does nothing in between.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from com.sun.star.lang import Locale

from xl_vqa.calc.runtime.sheet_grid import CalcGrid, filter_of
from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.blocks import runs
from xl_vqa.sheets.columns import BY_KEY
from xl_vqa.sheets.contents import Content
from xl_vqa.sheets.writing import Writing

_NO_COLOR: Final = -1
_CHARACTER: Final = 200
"""Hundredths of a millimetre: about one character of a column's width."""


class UndoStep:
    """One step in the undo list for all that a run writes."""

    def __init__(self, document: Any, title: str) -> None:
        self._document, self._title = document, title
        self._begun = False

    @property
    def undone(self) -> bool:
        """Whether the user took back what was written: the run is not wanted any more."""
        return self._begun and self._title not in self._document.getUndoManager().getAllUndoActionTitles()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """What is changed within belongs to the step."""
        manager = self._document.getUndoManager()
        if self._begun and manager.isUndoPossible() and manager.getCurrentUndoActionTitle() == self._title:
            manager.enterHiddenUndoContext()
        else:
            manager.enterUndoContext(self._title)
        self._document.addActionLock()
        try:
            yield
        finally:
            self._document.removeActionLock()
            manager.leaveUndoContext()
            self._begun = True


def write(grid: CalcGrid, writing: Writing) -> None:
    """Puts a writing into the sheet."""
    if writing.begins and writing.new:
        _make_columns(grid, writing)
    for column, cells in writing.cells.items():
        _put(grid, column, cells)
    for name, column in writing.new.items():
        _format(grid, column, BY_KEY[name].number_format, writing.cells.get(column, {}))
    if writing.band_column is not None:
        for first, last, band in runs(writing.bands):
            cells = grid.cells(Area(first, writing.band_column, last, writing.band_column))
            cells.CellBackColor = _NO_COLOR if band is None else int(band.color, 16)


def _make_columns(grid: CalcGrid, writing: Writing) -> None:
    last_column = max(writing.new.values())
    if writing.grows is not None:
        data = grid.document.DatabaseRanges.getByName(writing.grows.name)
        area = data.DataArea
        area.EndColumn = last_column - 1
        data.DataArea = area
    elif writing.heading_row is not None:
        _grow_filter(grid, writing.heading_row, min(writing.new.values()), last_column)
    for name, column in writing.new.items():
        entry = grid.sheet.Columns.getByIndex(column - 1)
        entry.IsVisible = True
        entry.Width = max(int(entry.Width), round(BY_KEY[name].width * _CHARACTER))
    if writing.heading_row is None:
        return
    title = grid.cells(Area(writing.heading_row, writing.title_column, writing.heading_row, writing.title_column))
    for column, text in writing.headings.items():
        cell = grid.cells(Area(writing.heading_row, column, writing.heading_row, column)).getCellByPosition(0, 0)
        cell.setString(text)
        for look in ("CharWeight", "CellBackColor", "IsTextWrapped", "VertJustify"):
            cell.setPropertyValue(look, title.getPropertyValue(look))


def _grow_filter(grid: CalcGrid, heading_row: int, first: int, last: int) -> None:
    """A filter that ends where the new columns begin is to reach over them, so that sorting by it moves the
    scores."""
    found = filter_of(grid)
    if found is None:
        return
    area = found.DataArea
    if area.StartRow == heading_row - 1 and area.EndColumn == first - 2:
        area.EndColumn = last - 1
        found.DataArea = area


def _put(grid: CalcGrid, column: int, contents: Mapping[int, Content]) -> None:
    first, last = min(contents), max(contents)
    area = grid.cells(Area(first, column, last, column))
    before = area.getFormulaArray()
    for row, content in contents.items():
        cell = area.getCellByPosition(0, row - first)
        if content is None:
            if before[row - first][0] != "":
                cell.setString("")
        elif isinstance(content, str):
            cell.setString(content)
        else:
            cell.setValue(content)


def _format(grid: CalcGrid, column: int, number_format: str, rows: Mapping[int, Content]) -> None:
    if number_format in ("General", "@"):
        return
    # "0.00" is a thousand with a dot where a comma divides decimals; no locale: the reader's own, whoever reads
    key = grid.document.getNumberFormats().addNewConverted(number_format, Locale("en", "US", ""), Locale())
    for first, last, _ in runs(dict.fromkeys(rows)):
        grid.cells(Area(first, column, last, column)).NumberFormat = key
