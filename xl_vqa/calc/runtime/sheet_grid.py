"""A Calc sheet as the planner of ``xl_vqa.sheets`` sees it. Main thread only.

Rows and columns count from 1 there and from 0 in UNO.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, Final

from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.grid import EMPTY, Table, Value, value_of

_CONTENT: Final = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: VALUE, DATETIME, STRING, FORMULA
_FORMULA: Final = 16
_FEW_ROWS: Final = 1000
"""So many empty rows are read rather than looked for."""
_SEPARATOR: Final = re.compile(r"[\\/]")


class CalcGrid:
    """The sheet as it is now: made anew for each plan and each writing."""

    def __init__(self, document: Any, sheet: Any) -> None:
        self.document, self.sheet = document, sheet
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        self.last_row = int(cursor.RangeAddress.EndRow) + 1
        self.last_column = int(cursor.RangeAddress.EndColumn) + 1
        self.max_column = int(sheet.Columns.Count)
        self._known_links: dict[tuple[int, int], str] = {}

    @property
    def protected(self) -> bool:
        return bool(self.sheet.isProtected())

    def cells(self, area: Area) -> Any:
        """The UNO range of an area."""
        return self.sheet.getCellRangeByPosition(
            area.first_column - 1, area.first_row - 1, area.last_column - 1, area.last_row - 1
        )

    def read(self, area: Area) -> list[list[Value]]:
        height, width = area.last_row - area.first_row + 1, area.last_column - area.first_column + 1
        empty = [EMPTY] * width
        lines: list[list[Value]] = []
        for part in self._filled(area):
            lines += [empty] * (part.first_row - area.first_row - len(lines))
            lines += (found + empty[len(found) :] for found in self._read(part))
        return lines + [empty] * (height - len(lines))

    def _read(self, area: Area) -> Iterator[list[Value]]:
        cells = self.cells(area)
        values = cells.getDataArray()
        formulas: Any = None
        if cells.queryContentCells(_FORMULA).getCount():
            formulas = cells.getFormulaArray()
        for row, line in enumerate(values):
            yield [
                _error(cells.getCellByPosition(place, row))
                if v is None
                # only formulas and errors need more than the value
                else value_of(v, formulas[row][place] if formulas else None)
                for place, v in enumerate(line)
            ]

    def _filled(self, area: Area) -> list[Area]:
        """The parts of an area with anything in them, from the top down: one stray cell at the end of a sheet
        makes a million rows used."""
        used = self._used(area)
        if used is None or used.last_row - used.first_row < _FEW_ROWS:
            return [] if used is None else [used]
        found = self.cells(used).queryContentCells(_CONTENT).getRangeAddresses()
        spans: list[tuple[int, int]] = []
        for top, bottom in sorted((address.StartRow + 1, address.EndRow + 1) for address in found):
            if spans and top <= spans[-1][1] + _FEW_ROWS:
                spans[-1] = spans[-1][0], max(spans[-1][1], bottom)
            else:
                spans.append((top, bottom))
        return [used._replace(first_row=first, last_row=last) for first, last in spans]

    def _used(self, area: Area) -> Area | None:
        """The part of an area that can hold anything."""
        bottom, right = min(area.last_row, self.last_row), min(area.last_column, self.last_column)
        if bottom < area.first_row or right < area.first_column:
            return None
        return area._replace(last_row=bottom, last_column=right)

    def is_empty(self, area: Area) -> bool:
        used = self._used(area)
        return used is None or not self.cells(used).queryContentCells(_CONTENT).getCount()

    def is_blocked(self, area: Area) -> bool:
        cells = self.cells(area)
        around = self.sheet.createCursorByRange(cells)
        around.collapseToMergedArea()
        if cells.getIsMerged() or _area(around.RangeAddress) != area:
            return True
        return any(area.overlaps(pivot) for pivot in self._pivots)

    @cached_property
    def _pivots(self) -> list[Area]:
        tables = self.sheet.getDataPilotTables()
        return [_area(tables.getByIndex(place).OutputRange) for place in range(tables.Count)]

    @cached_property
    def _tables(self) -> list[Table]:
        ranges = self.document.DatabaseRanges
        here = self.sheet.RangeAddress.Sheet
        named = [(str(name), ranges.getByName(name)) for name in ranges.ElementNames]
        return [self._table(name, data) for name, data in named if data.DataArea.Sheet == here]

    def _table(self, name: str, data: Any) -> Table:
        area = _area(data.DataArea)
        headed = bool(data.ContainsHeader)
        names = self.cells(area._replace(last_row=area.first_row)).getDataArray()[0] if headed else ()
        # one that is filled from a database has a source
        bound = any(
            item.Name == "SourceType" and item.Value.value != "NONE" for item in data.getImportDescriptor()
        )
        return Table(name, area, int(headed), int(bool(data.TotalsRow)), tuple(map(str, names)), not bound)

    def tables(self) -> Sequence[Table]:
        return self._tables

    @property
    def filter_area(self) -> Area | None:
        data = filter_of(self)
        return _area(data.DataArea) if data is not None else None

    def links(self, area: Area) -> dict[tuple[int, int], str]:
        """Of cells whose text is no path by itself: each takes calls of its own."""
        found = {}
        for part in self._filled(area):
            for row, line in enumerate(self._read(part), part.first_row):
                for column, value in enumerate(line, part.first_column):
                    if value.kind == "text" and value.formula is None and not _SEPARATOR.search(value.text):
                        url = self._link(row, column)
                        if url:
                            found[row, column] = url
        return found

    def _link(self, row: int, column: int) -> str:
        """LibreOffice holds a link as a field within the text."""
        if (row, column) not in self._known_links:
            fields = self.sheet.getCellByPosition(column - 1, row - 1).getTextFields()
            field = fields.createEnumeration().nextElement() if fields.hasElements() else None
            self._known_links[row, column] = str(getattr(field, "URL", ""))
        return self._known_links[row, column]

    def style(self, row: int, column: int) -> str:
        return str(self.cells(Area(row, column, row, column)).CellStyle)


def filter_of(grid: CalcGrid) -> Any:
    """What LibreOffice keeps of the sheet's filter buttons; None where there are none."""
    ranges = grid.document.getPropertyValue("UnnamedDatabaseRanges")
    place = grid.sheet.RangeAddress.Sheet
    found = ranges.getByTable(place) if ranges.hasByTable(place) else None
    return found if found is not None and found.AutoFilter else None


def selected_addresses(document: Any) -> tuple[Any, ...]:
    """The areas of the selection; none where it is a drawing or a chart."""
    selection = document.getCurrentSelection()
    if hasattr(selection, "getRangeAddresses"):
        return tuple(selection.getRangeAddresses())
    return (selection.getRangeAddress(),) if hasattr(selection, "getRangeAddress") else ()


def selected_cells(ranges: Any, grid: CalcGrid) -> Iterator[dict[int, Iterator[int]]]:
    """The visible rows by column, for each area of a selection, within the used part: filtered rows are not meant.

    What a filter splits is one area: parts with the same columns belong together.
    """
    parts = ranges.queryVisibleCells() if hasattr(ranges, "queryVisibleCells") else ranges
    by_columns: dict[tuple[int, int], list[int]] = {}
    for address in parts.getRangeAddresses():
        area = _area(address)
        columns = area.first_column, min(area.last_column, grid.last_column)
        by_columns.setdefault(columns, []).extend(range(area.first_row, min(area.last_row, grid.last_row) + 1))
    for (first, last), rows in by_columns.items():
        yield {column: iter(rows) for column in range(first, last + 1)}


def _area(address: Any) -> Area:
    return Area(address.StartRow + 1, address.StartColumn + 1, address.EndRow + 1, address.EndColumn + 1)


def _error(cell: Any) -> Value:
    return value_of(None, cell.getFormula())._replace(kind="error", text=str(cell.getString()))
