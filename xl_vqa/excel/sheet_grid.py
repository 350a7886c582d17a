"""A worksheet of Excel as the planner of ``xl_vqa.sheets`` sees it, and how its results get into cells.

Through xlwings' own objects; what they do not wrap is asked of Excel itself.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from xl_vqa.excel.values import ERROR_TEXTS
from xl_vqa.sheets.areas import MAX_COLUMN, Area
from xl_vqa.sheets.blocks import blocks, runs
from xl_vqa.sheets.columns import BY_KEY
from xl_vqa.sheets.contents import Content
from xl_vqa.sheets.grid import EMPTY, Table, Value, value_of
from xl_vqa.sheets.writing import Writing

_FROM_CELLS: Final = 1
"""Excel's xlSrcRange: a table that is bound to nothing."""
_COLUMNS_AT_ONCE: Final = 16
"""Columns that are read together where one filled cell is enough."""
# Excel takes a text that begins like this for a formula
_LIKE_FORMULA: Final = ("=", "+", "-", "@", "'")


class ExcelGrid:
    """The sheet as it is now: made anew for each plan and each writing."""

    max_column = MAX_COLUMN

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        used = sheet.used_range
        self.last_row = int(used.row + used.rows.count - 1)
        self.last_column = int(used.column + used.columns.count - 1)

    @property
    def protected(self) -> bool:
        return bool(getattr(self.sheet.api, "ProtectContents", False))

    def read(self, area: Area) -> list[list[Value]]:
        bottom, right = min(area.last_row, self.last_row), min(area.last_column, self.last_column)
        height, width = area.last_row - area.first_row + 1, area.last_column - area.first_column + 1
        lines: list[list[Value]] = []
        if bottom >= area.first_row and right >= area.first_column:
            cells = self.sheet.range((area.first_row, area.first_column), (bottom, right))
            values = cells.options(ndim=2, err_to_str=True).value
            for line, formulas in zip(values, as_rows(cells.formula), strict=True):
                found = [_value(*pair) for pair in zip(line, formulas, strict=True)]
                lines.append(found + [EMPTY] * (width - len(found)))
        return lines + [[EMPTY] * width for _ in range(height - len(lines))]

    def is_empty(self, area: Area) -> bool:
        right = min(area.last_column, self.last_column)
        pieces = (
            area._replace(first_column=first, last_column=min(first + _COLUMNS_AT_ONCE - 1, right))
            for first in range(area.first_column, right + 1, _COLUMNS_AT_ONCE)
        )
        return self._counts_nothing(area) or all(map(self._is_blank, pieces))

    def _is_blank(self, area: Area) -> bool:
        if self._counts_nothing(area):
            return True
        return all(value.blank and value.formula is None for line in self._within(area) for value in line)

    def _counts_nothing(self, area: Area) -> bool:
        """Excel's own count: cells with nothing but formatting are not worth being handed over one by one."""
        with contextlib.suppress(Exception):
            return int(self.sheet.api.Application.WorksheetFunction.CountA(self._range(area).api)) == 0
        return False

    def _within(self, area: Area) -> list[list[Value]]:
        """The part of an area that can hold anything."""
        bottom, right = min(area.last_row, self.last_row), min(area.last_column, self.last_column)
        if bottom < area.first_row or right < area.first_column:
            return []
        return self.read(area._replace(last_row=bottom, last_column=right))

    def is_blocked(self, area: Area) -> bool:
        # None where some of the cells are merged
        if self._range(area).merge_cells is not False:
            return True
        return any(area.overlaps(pivot) for pivot in self._pivots)

    @cached_property
    def _pivots(self) -> list[Area]:
        with contextlib.suppress(Exception):
            return [_area(pivot.TableRange2) for pivot in self.sheet.api.PivotTables()]
        return []

    @cached_property
    def _tables(self) -> list[Table]:
        return [_table(table) for table in self.sheet.tables]

    def tables(self) -> Sequence[Table]:
        return self._tables

    @cached_property
    def filter_area(self) -> Area | None:
        # a table has buttons of its own, which AutoFilter of the sheet does not give
        with contextlib.suppress(Exception):
            return _area(self.sheet.api.AutoFilter.Range)
        return None

    def links(self, area: Area) -> dict[tuple[int, int], str]:
        return {place: target for place, target in self._links.items() if area.holds(*place)}

    @cached_property
    def _links(self) -> dict[tuple[int, int], str]:
        """All of the sheet: each takes calls of its own, however small the area that is asked about."""
        found = {}
        with contextlib.suppress(Exception):
            for link in self.sheet.api.Hyperlinks:
                if link.Address:
                    found[int(link.Range.Row), int(link.Range.Column)] = str(link.Address)
        return found

    def style(self, row: int, column: int) -> str:
        with contextlib.suppress(Exception):
            return str(self.sheet.range((row, column)).api.Style.Name)
        return ""

    def write(self, writing: Writing) -> None:
        """All or nothing: where one write fails, what was there before is put back, and the error goes on."""
        undo: list[Any] = []
        try:
            if writing.grows is not None:
                undo.append(self._grow(writing.grows, max(writing.new.values())))
            for column, cells in writing.cells.items():
                for top, piece in blocks(cells, self._kept(column, cells)):
                    area = Area(top, column, top + len(piece) - 1, column)
                    undo.append(self._remember(area))
                    self._range(area).value = [[_typed(content)] for content in piece]
            for column, text in writing.headings.items():
                assert writing.heading_row is not None
                area = Area(writing.heading_row, column, writing.heading_row, column)
                undo.append(self._remember(area))
                self._range(area).value = text
        except BaseException:
            for step in reversed(undo):
                with contextlib.suppress(Exception):
                    step()
            raise
        self._decorate(writing)

    def _range(self, area: Area) -> Any:
        return self.sheet.range((area.first_row, area.first_column), (area.last_row, area.last_column))

    def _kept(self, column: int, cells: Mapping[int, Content]) -> dict[int, Any]:
        """One column's cells by row: the formula where there is one, else the constant; None where empty."""
        first, last = min(cells), max(cells)
        lines = self.read(Area(first, column, last, column))
        return {first + place: _constant(line[0]) for place, line in enumerate(lines)}

    def _remember(self, area: Area) -> Any:
        """What puts the cells back: formulas, and texts with the apostrophe that keeps "0012"."""
        cells = self._range(area)
        typed = []
        values = cells.options(ndim=2).value
        for (value,), (formula,) in zip(values, as_rows(formulas_of(cells)), strict=True):
            constant = not (isinstance(formula, str) and formula.startswith("="))
            typed.append([f"'{value}" if constant and isinstance(value, str) else formula])
        return lambda: enter(cells, typed)

    def _grow(self, table: Table, last_column: int) -> Any:
        shown = self.sheet.tables[table.name]
        shown.resize(self._range(table.area._replace(last_column=last_column)))
        return lambda: shown.resize(self._range(table.area))

    def _decorate(self, writing: Writing) -> None:
        """Formats and widths of new columns, and the bands' colours. A protected format takes nothing from the
        values."""
        with contextlib.suppress(Exception):
            for name, column in writing.new.items():
                rows = writing.cells.get(column)
                number_format = BY_KEY[name].number_format
                if rows and number_format not in ("General", "@"):
                    self._range(Area(min(rows), column, max(rows), column)).number_format = number_format
                if writing.begins and self.sheet.range((1, column)).column_width < BY_KEY[name].width:
                    self.sheet.range((1, column)).column_width = BY_KEY[name].width
            if writing.band_column is not None:
                for top, bottom, band in runs(writing.bands):
                    cells = self._range(Area(top, writing.band_column, bottom, writing.band_column))
                    cells.color = f"#{band.color}" if band is not None else None


def as_rows(content: Any) -> list[list[Any]]:
    """Formulas of a range as rows: Excel gives a single cell's as they are."""
    if isinstance(content, (list, tuple)):
        return [list(row) if isinstance(row, (list, tuple)) else [row] for row in content]
    return [[content]]


def formulas_of(cells: Any) -> Any:
    """Formulas as they were entered: ``formula`` would put an ``@`` into those that fill several cells."""
    try:
        return cells.formula2
    except Exception:  # an Excel from before dynamic arrays
        return cells.formula


def enter(cells: Any, formulas: Any) -> None:
    """Enters what ``formulas_of`` gave."""
    try:
        cells.formula2 = formulas
    except Exception:
        cells.formula = formulas


def _value(content: Any, formula: Any) -> Value:
    if isinstance(content, str) and content in ERROR_TEXTS:
        return Value("error", content, value_of(content, formula).formula)
    return value_of(content, formula)


def _constant(value: Value) -> Any:
    if value.formula is not None:
        return value.formula
    if value.kind == "number":
        return float(value.text)
    return None if value.kind == "empty" else value.text


def _typed(content: Content) -> Content:
    return f"'{content}" if isinstance(content, str) and content.startswith(_LIKE_FORMULA) else content


def _table(table: Any) -> Table:
    cells = table.range
    headed = bool(table.show_headers)
    names = table.header_row_range.options(ndim=1).value if headed else [None] * cells.columns.count
    return Table(
        name=str(table.name),
        area=Area(
            cells.row, cells.column, cells.row + cells.rows.count - 1, cells.column + cells.columns.count - 1
        ),
        header_rows=int(headed),
        totals_rows=int(bool(table.show_totals)),
        column_names=tuple("" if name is None else str(name) for name in names),
        plain=getattr(table.api, "SourceType", _FROM_CELLS) == _FROM_CELLS,
    )


def _area(cells: Any) -> Area:
    return Area(cells.Row, cells.Column, cells.Row + cells.Rows.Count - 1, cells.Column + cells.Columns.Count - 1)


def selected_cells(selection: Any, grid: ExcelGrid) -> Iterator[dict[int, Iterator[int]]]:
    """The rows in sight by column, for each area of a selection, within the used part of the sheet."""
    seen: set[Area] = set()
    for address in _addresses(selection):
        cells = grid.sheet.range(address)
        bottom = min(cells.row + cells.shape[0] - 1, grid.last_row)
        right = min(cells.column + cells.shape[1] - 1, grid.last_column)
        area = Area(cells.row, cells.column, bottom, right)
        if bottom >= area.first_row and right >= area.first_column and area not in seen:
            seen.add(area)
            visible = _visible_rows(grid.sheet, area)
            yield {column: iter(visible) for column in range(area.first_column, right + 1)}


def _addresses(selection: Any) -> list[str]:
    """The address of each area. Excel cuts the address of a whole selection after 255 characters."""
    areas = getattr(selection.api, "Areas", None)
    if areas is not None:
        return [str(area.Address).replace("$", "") for area in areas]
    return str(selection.address).replace("$", "").split(",")


def _visible_rows(sheet: Any, area: Area) -> list[int]:
    """The rows that a filter leaves in sight."""
    if area.first_row == area.last_row:
        return [area.first_row]  # Excel takes a single cell for the whole sheet here
    cells = sheet.range((area.first_row, area.first_column), (area.last_row, area.first_column))
    shown: set[int] = set()
    with contextlib.suppress(Exception):  # Excel says so where none is in sight
        for part in cells.get_special_cells("visible"):
            shown.update(range(part.row, part.row + part.shape[0]))
    return sorted(shown)
