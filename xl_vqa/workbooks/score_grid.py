"""A worksheet of a file as the planner of ``xl_vqa.sheets`` sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from xl_vqa.sheets.areas import MAX_COLUMN, Area, parse_area
from xl_vqa.sheets.grid import EMPTY, Table, Value
from xl_vqa.workbooks.sheet_read import Sheet


class SheetGrid:
    """``style_names`` are the names of our cell styles by a cell's ``s`` value (``Styles.names``)."""

    max_column = MAX_COLUMN

    def __init__(self, sheet: Sheet, style_names: Mapping[int, str]) -> None:
        self.sheet = self._sheet = sheet
        self.name = sheet.entry.name
        self._style_names = style_names

    @cached_property
    def last_row(self) -> int:
        return max(
            (row for row, cells in self._sheet.cells.items() if any(len(c) for c in cells.values())), default=1
        )

    @property
    def last_column(self) -> int:
        return max(self._sheet.used_columns, 1)

    @property
    def protected(self) -> bool:
        element = self._sheet.child("sheetProtection")
        return element is not None and element.get("sheet") in ("1", "true")

    def read(self, area: Area) -> list[list[Value]]:
        cells, value = self._sheet.cells, self._sheet.value
        columns = range(area.first_column, area.last_column + 1)
        return [
            [value(row, column) for column in columns] if row in cells else [EMPTY] * len(columns)
            for row in range(area.first_row, area.last_row + 1)
        ]

    @cached_property
    def filled(self) -> dict[int, list[int]]:
        """Rows that hold something, by column, from top to bottom."""
        found: dict[int, list[int]] = {}
        for row in sorted(self._sheet.cells):
            for column, cell in self._sheet.cells[row].items():
                if len(cell):
                    found.setdefault(column, []).append(row)
        return found

    def is_empty(self, area: Area) -> bool:
        return not any(
            area.first_row <= row <= area.last_row
            for column in range(area.first_column, min(area.last_column, self.last_column) + 1)
            for row in self.filled.get(column, ())
        )

    @cached_property
    def _blocked(self) -> list[Area]:
        areas = list(self._sheet.merged)
        package = self._sheet.workbook.package
        for relationship in self._sheet.relationships:
            part = package.find(relationship.target) if relationship.kind == "pivotTable" else None
            location = package.parse(part).getroot().find("{*}location") if part is not None else None
            if location is not None:
                areas.append(parse_area(location.get("ref", "A1")))
        return areas

    def is_blocked(self, area: Area) -> bool:
        return any(area.overlaps(blocked) for blocked in self._blocked)

    def tables(self) -> Sequence[Table]:
        return self._sheet.tables

    @property
    def filter_area(self) -> Area | None:
        return self._sheet.filter_area

    def links(self, area: Area) -> Mapping[tuple[int, int], str]:
        return {place: target for place, target in self._sheet.links.items() if area.holds(*place)}

    def style(self, row: int, column: int) -> str:
        cell = self._sheet.cells.get(row, {}).get(column)
        return self._style_names.get(int(cell.get("s", "0")), "") if cell is not None else ""
