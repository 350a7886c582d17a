"""Sheets, areas and tables of the xlwings engine over LibreOffice (uno_engine)."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from xlwings import base_classes
from xlwings.utils import col_name

if TYPE_CHECKING:
    from tests.excel.uno_engine import Book


ERROR_KIND = 4  # com.sun.star.table.CellContentType-like: com.sun.star.sheet.FormulaResult.ERROR


class ErrorValue:
    """What a cell with an error holds."""


class SheetApi:
    """Excel's Worksheet, as far as xlwings does not wrap it."""

    def __init__(self, sheet: Any, document: Any) -> None:
        self._sheet, self._document = sheet, document

    @property
    def Application(self) -> Any:
        return SimpleNamespace(WorksheetFunction=SimpleNamespace(CountA=lambda cells: cells.filled))

    @property
    def AutoFilter(self) -> Any:
        ranges = self._document.getPropertyValue("UnnamedDatabaseRanges")
        place = self._sheet.RangeAddress.Sheet
        found = ranges.getByTable(place) if ranges.hasByTable(place) else None
        if found is None or not found.AutoFilter:
            return None
        area = found.DataArea
        rows, columns = area.EndRow - area.StartRow + 1, area.EndColumn - area.StartColumn + 1
        cells = {"Row": area.StartRow + 1, "Column": area.StartColumn + 1}
        counts = {"Rows": SimpleNamespace(Count=rows), "Columns": SimpleNamespace(Count=columns)}
        return SimpleNamespace(Range=SimpleNamespace(**cells, **counts))

    @property
    def ProtectContents(self) -> bool:
        return bool(self._sheet.isProtected())

    @property
    def Hyperlinks(self) -> list[Any]:
        """LibreOffice holds links as fields within the text of cells, with whole addresses."""
        cursor = self._sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        area, found = cursor.RangeAddress, []
        values = self._sheet.getCellRangeByPosition(0, 0, area.EndColumn, area.EndRow).getDataArray()
        for row, line in enumerate(values):
            for column, value in enumerate(line):
                # a path has none in these tests, and each cell takes calls of its own
                if not isinstance(value, str) or value == "" or "/" in value:
                    continue
                fields = self._sheet.getCellByPosition(column, row).getTextFields()
                if fields.hasElements():
                    address = fields.createEnumeration().nextElement().URL
                    place = SimpleNamespace(Row=row + 1, Column=column + 1)
                    found.append(SimpleNamespace(Range=place, Address=address))
        return found


class Style:
    def __init__(self, name: str) -> None:
        self.Name = name


class RangeApi:
    """Excel's Range, as far as xlwings does not wrap it."""

    def __init__(self, cells: Any) -> None:
        self._cells = cells

    @property
    def Style(self) -> Style:
        return Style(self._cells.CellStyle)

    @property
    def filled(self) -> int:
        """What CountA says; 23 is every kind of content (com.sun.star.sheet.CellFlags)."""
        areas = self._cells.queryContentCells(23).getRangeAddresses()
        return sum((a.EndRow - a.StartRow + 1) * (a.EndColumn - a.StartColumn + 1) for a in areas)


class Sheet(base_classes.Sheet):
    def __init__(self, book: Book, sheet: Any) -> None:
        self._book, self.sheet = book, sheet

    @property
    def api(self) -> SheetApi:
        return SheetApi(self.sheet, self._book.document)

    @property
    def tables(self) -> Tables:
        return Tables(self)

    @property
    def name(self) -> str:
        return str(self.sheet.Name)

    @property
    def book(self) -> Book:
        return self._book

    @property
    def cells(self) -> Range:
        return self.range("A1:AMJ1048576")

    @property
    def used_range(self) -> Range:
        cursor = self.sheet.createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        found = cursor.RangeAddress
        return Range(self, found.StartRow, found.StartColumn, found.EndRow, found.EndColumn)

    def range(self, first: Any, second: Any = None) -> Range:
        if isinstance(first, str):
            areas = []
            for part in first.replace("$", "").split(","):
                found = self.sheet.getCellRangeByName(part).RangeAddress
                areas.append((found.StartRow, found.StartColumn, found.EndRow, found.EndColumn))
            return Range(self, *areas[0], areas=areas)
        if isinstance(first, tuple):
            first = Range(self, first[0] - 1, first[1] - 1, first[0] - 1, first[1] - 1)
        if isinstance(second, tuple):
            second = Range(self, second[0] - 1, second[1] - 1, second[0] - 1, second[1] - 1)
        if second is None:
            return first
        return Range(self, first.y0, first.x0, second.y1, second.x1)


class Range(base_classes.Range):
    def __init__(
        self, sheet: Sheet, top: int, left: int, bottom: int, right: int, areas: list[Any] | None = None
    ) -> None:
        """Rows and columns from 0; ``areas`` of a selection of several."""
        self._sheet = sheet
        self.y0, self.x0, self.y1, self.x1 = top, left, bottom, right
        self.areas = areas or [(top, left, bottom, right)]

    @functools.cached_property
    def cells(self) -> Any:
        """The office's own range, asked for over its pipe: most of ours are only counted with."""
        return self._sheet.sheet.getCellRangeByPosition(self.x0, self.y0, self.x1, self.y1)

    max_cells_per_read = max_cells_per_write = None

    @property
    def api(self) -> RangeApi:
        return RangeApi(self.cells)

    @property
    def merge_cells(self) -> bool:
        """As far as Excel's goes: also where only some of the cells are merged, it is not False."""
        around = self.sheet.sheet.createCursorByRange(self.cells)
        around.collapseToMergedArea()
        now = around.RangeAddress
        bounds = (now.StartRow, now.StartColumn, now.EndRow, now.EndColumn)
        return bounds != (self.y0, self.x0, self.y1, self.x1) or bool(self.cells.getIsMerged())

    @property
    def column_width(self) -> float:
        return float(self.cells.Columns.getByIndex(0).Width) / 200

    @column_width.setter
    def column_width(self, value: float) -> None:
        self.cells.Columns.getByIndex(0).Width = round(value * 200)

    @property
    def sheet(self) -> Sheet:
        return self._sheet

    @property
    def coords(self) -> Any:
        return self.sheet.name, self.row, self.column, *self.shape

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def row(self) -> int:
        return self.y0 + 1

    @property
    def column(self) -> int:
        return self.x0 + 1

    @property
    def shape(self) -> tuple[int, int]:
        return self.y1 - self.y0 + 1, self.x1 - self.x0 + 1

    def __call__(self, row: int, column: int | None = None) -> Range:
        if column is None:
            width = self.shape[1]
            row, column = (row - 1) // width + 1, (row - 1) % width + 1
        top, left = self.y0 + row - 1, self.x0 + column - 1
        return Range(self.sheet, top, left, top, left)

    @property
    def address(self) -> str:
        return ",".join(_address(*area) for area in self.areas)

    def get_address(self, *options: Any) -> str:
        return self.address

    @property
    def raw_value(self) -> Any:
        values = [list(row) for row in self.cells.getDataArray()]
        if self.cells.queryFormulaCells(ERROR_KIND).Count:
            for down in range(len(values)):
                for across in range(len(values[0])):
                    if self.cells.getCellByPosition(across, down).getError():
                        values[down][across] = ErrorValue()
        return values

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        self.sheet.book.app.writes.append(self.address)
        height, width = self.shape
        rows = value if isinstance(value, (list, tuple)) else [[value] * width] * height
        # bool and int have no cell type of their own
        self.cells.setDataArray(tuple(tuple(float(c) if isinstance(c, int) else c for c in row) for row in rows))

    @property
    def formula(self) -> Any:
        rows = self.cells.getFormulaArray()
        return rows[0][0] if len(self) == 1 else rows

    @formula.setter
    def formula(self, value: Any) -> None:
        height, width = self.shape
        rows = value if isinstance(value, (list, tuple)) else [[value] * width] * height
        self.cells.setFormulaArray(tuple(tuple("" if c is None else str(c) for c in row) for row in rows))

    @property
    def formula2(self) -> Any:
        if not self.sheet.book.app.dynamic_arrays:
            raise AttributeError("Formula2")
        return self.formula

    @formula2.setter
    def formula2(self, value: Any) -> None:
        if not self.sheet.book.app.dynamic_arrays:
            raise AttributeError("Formula2")
        self.formula = value

    @property
    def table(self) -> Table | None:
        for table in self.sheet.tables:
            cells = table.range
            if cells.y0 <= self.y0 <= cells.y1 and cells.x0 <= self.x0 <= cells.x1:
                return table
        return None

    def get_special_cells(self, cell_type: str, value_type: Any) -> list[Range]:
        assert cell_type == "visible"
        found = self.cells.queryVisibleCells().RangeAddresses
        return [Range(self.sheet, a.StartRow, a.StartColumn, a.EndRow, a.EndColumn) for a in found]

    @property
    def number_format(self) -> str:
        formats = self.sheet.book.document.NumberFormats
        return str(formats.getByKey(self.cells.NumberFormat).FormatString)

    @number_format.setter
    def number_format(self, value: str) -> None:
        from com.sun.star.lang import Locale

        formats = self.sheet.book.document.NumberFormats
        key = formats.queryKey(value, Locale(), False)
        self.cells.NumberFormat = formats.addNew(value, Locale()) if key == -1 else key

    @property
    def color(self) -> Any:
        value = self.cells.CellBackColor
        return None if value == -1 else (value >> 16 & 255, value >> 8 & 255, value & 255)

    @color.setter
    def color(self, value: str | None) -> None:
        self.cells.CellBackColor = -1 if value is None else int(value.lstrip("#"), 16)


class Table(base_classes.Table):
    def __init__(self, sheet: Sheet, name: str, cells: Range) -> None:
        self._name, self._range = name, cells

    @property
    def name(self) -> str:
        return self._name

    @property
    def range(self) -> Range:
        return self._range

    @property
    def api(self) -> object:
        return object()

    show_headers: Any = True

    @property
    def show_totals(self) -> Any:
        return bool(self._data.TotalsRow)

    @property
    def header_row_range(self) -> Range:
        cells = self._range
        return Range(cells.sheet, cells.y0, cells.x0, cells.y0, cells.x1)

    @property
    def _data(self) -> Any:
        return self._range.sheet.book.document.DatabaseRanges.getByName(self._name)

    def resize(self, cells: Any) -> None:
        area = self._data.DataArea
        area.EndRow, area.EndColumn = cells.impl.y1, cells.impl.x1
        self._data.DataArea = area


class Tables(base_classes.Tables):
    """Database ranges of the sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def _all(self) -> list[Table]:
        ranges = self._sheet.book.document.DatabaseRanges
        found = []
        for name in ranges.ElementNames:
            area = ranges.getByName(name).DataArea
            if area.Sheet == self._sheet.sheet.RangeAddress.Sheet:
                cells = Range(self._sheet, area.StartRow, area.StartColumn, area.EndRow, area.EndColumn)
                found.append(Table(self._sheet, name, cells))
        return found

    def __iter__(self) -> Iterator[Table]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __call__(self, key: Any) -> Table:
        if isinstance(key, int):
            return self._all()[key - 1]
        return next(table for table in self._all() if table.name == key)


def _address(top: int, left: int, bottom: int, right: int) -> str:
    first, last = f"${col_name(left + 1)}${top + 1}", f"${col_name(right + 1)}${bottom + 1}"
    return first if first == last else f"{first}:{last}"
