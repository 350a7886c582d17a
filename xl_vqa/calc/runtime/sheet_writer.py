"""Scores in a sheet: written as they come, coloured by band, undone in one step.

Calc's undo of ``setDataArray`` leaves what it put into empty cells, so cells are written one by one, in slices
short enough to type on; all slices of one run are one step, as long as the user does nothing in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from xl_vqa.bridge.selection import FORMATS, find_again, header, values_of
from xl_vqa.calc.score_plan import ScorePlan, runs
from xl_vqa.calc.texts import tr
from xl_vqa.errors import XlVqaError
from xl_vqa.labels import band_by_key

_NO_COLOR: Final = -1
_FREE: Final = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: VALUE, DATETIME, STRING, FORMULA


class SheetGrid:
    """A sheet's values, read once per column where many are asked for (see ``score_plan.Grid``)."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        self.last_row = int(cursor.RangeAddress.EndRow)
        self.last_column = int(cursor.RangeAddress.EndColumn)
        self._columns: dict[int, Sequence[Any]] = {}

    def value(self, row: int, column: int) -> Any:
        if row > self.last_row or column > self.last_column:
            return ""
        if column not in self._columns:
            block = self._sheet.getCellRangeByPosition(column, 0, column, self.last_row)
            self._columns[column] = [line[0] for line in block.getDataArray()]
        return self._columns[column][row]

    def is_free(self, first_row: int, last_row: int, column: int) -> bool:
        if column > self.last_column:
            return True
        block = self._sheet.getCellRangeByPosition(column, first_row, column, last_row)
        return not block.queryContentCells(_FREE).getCount() and not block.getIsMerged()


class SheetWriter:
    """Writes the results of one plan as they come. Main thread only."""

    def __init__(self, document: Any, sheet: Any, plan: ScorePlan, language: str) -> None:
        self._document, self._sheet, self._plan, self._language = document, sheet, plan, language
        self._title = tr("undo_score", language)
        self._begun = False
        self.gone = 0
        """Rows whose video was no longer in the sheet when its score came."""

    @property
    def undone(self) -> bool:
        """Whether the user took back what was written: the run is not wanted any more."""
        return self._begun and self._title not in self._document.getUndoManager().getAllUndoActionTitles()

    def write(self, results: dict[int, dict[str, Any] | XlVqaError]) -> None:
        """``results`` by row of the plan; a row that was moved meanwhile is found by its video."""
        plan = self._plan
        grid = SheetGrid(self._sheet)
        now = {row: grid.value(row, plan.column) for row in range(grid.last_row + 1)}
        places, gone = find_again([row for row in plan.rows if row.number in results], now)
        self.gone += len(gone)
        placed = {place: results[row] for row, place in places.items()}
        manager = self._document.getUndoManager()
        if self._begun and manager.isUndoPossible() and manager.getCurrentUndoActionTitle() == self._title:
            manager.enterHiddenUndoContext()
        else:
            manager.enterUndoContext(self._title)
        self._document.addActionLock()
        try:
            if not self._begun:
                self._write_headers()
            for first, last in runs(sorted(placed)):
                self._write_run(first, [placed[row] for row in range(first, last + 1)])
        finally:
            self._document.removeActionLock()
            manager.leaveUndoContext()
            self._begun = True

    def _write_headers(self) -> None:
        plan = self._plan
        if plan.header_row is None:
            return
        title = self._sheet.getCellByPosition(plan.column, plan.header_row)
        for field in plan.new:
            cell = self._sheet.getCellByPosition(plan.columns[field], plan.header_row)
            cell.setString(header(field, self._language))
            for name in ("CharWeight", "CellBackColor", "IsTextWrapped", "VertJustify"):
                cell.setPropertyValue(name, title.getPropertyValue(name))

    def _write_run(self, first: int, results: Sequence[dict[str, Any] | XlVqaError]) -> None:
        lines = [values_of(result, self._language) for result in results]
        colors = [_color(result) for result in results]
        formats, locale = self._document.getNumberFormats(), self._document.CharLocale
        for field, column in self._plan.columns.items():
            area = self._sheet.getCellRangeByPosition(column, first, column, first + len(results) - 1)
            _put(area, [line[field] for line in lines])
            if field in ("label", "band"):
                _paint(area, colors)
            if field in self._plan.new and field in FORMATS:
                key = formats.queryKey(FORMATS[field], locale, False)
                area.NumberFormat = formats.addNew(FORMATS[field], locale) if key == -1 else key


def _put(area: Any, values: Sequence[Any]) -> None:
    """A column of values; None is an empty cell."""
    before = area.getFormulaArray()
    for row, value in enumerate(values):
        cell = area.getCellByPosition(0, row)
        if value is None:
            if before[row][0] != "":
                cell.setString("")
        elif isinstance(value, str):
            cell.setString(value)
        else:
            cell.setValue(value)


def _color(result: dict[str, Any] | XlVqaError) -> int:
    return _NO_COLOR if isinstance(result, XlVqaError) else int(band_by_key(result["band"]).color, 16)


def _paint(area: Any, colors: Sequence[int]) -> None:
    """A column of colours, run by run."""
    first = 0
    for row in range(1, len(colors) + 1):
        if row == len(colors) or colors[row] != colors[first]:
            area.getCellRangeByPosition(0, first, 0, row - 1).CellBackColor = colors[first]
            first = row
