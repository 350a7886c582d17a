"""A sheet in memory: the smallest grid, for the planner's tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from xl_vqa.sheets.areas import MAX_COLUMN, Area
from xl_vqa.sheets.columns import FIELDS, heading
from xl_vqa.sheets.contents import Content
from xl_vqa.sheets.grid import EMPTY, Table, Value, value_of
from xl_vqa.sheets.listing import Listing, find_selected
from xl_vqa.sheets.marks import Mark, ScoredBy, row_key
from xl_vqa.sheets.planner import SheetPlan, plan_sheet, selected_rows
from xl_vqa.sheets.rows import PlannedRow

BY = ScoredBy("starter", "b2:model", "expectation", (15.0, 25.0, 35.0, 45.0))
HEADINGS = [heading(field) for field in FIELDS]


class Memory:
    """Rows of cells; a text that begins with "=" is a formula, which shows nothing."""

    max_column = MAX_COLUMN
    protected = False

    def __init__(self, *rows: Sequence[Any]) -> None:
        self.cells = {(r, c): v for r, row in enumerate(rows, 1) for c, v in enumerate(row, 1) if v is not None}
        self.merged: list[Area] = []
        self.listed: list[Table] = []
        self.filter_area: Area | None = None
        self.linked: dict[tuple[int, int], str] = {}
        self.styles: dict[tuple[int, int], str] = {}

    @property
    def last_row(self) -> int:
        return max((row for row, _ in self.cells), default=1)

    @property
    def last_column(self) -> int:
        return max((column for _, column in self.cells), default=1)

    def value(self, row: int, column: int) -> Value:
        content = self.cells.get((row, column))
        if isinstance(content, str) and content.startswith("="):
            return value_of("", content)
        return value_of(content) if content is not None else EMPTY

    def read(self, area: Area) -> list[list[Value]]:
        columns = range(area.first_column, area.last_column + 1)
        return [[self.value(row, c) for c in columns] for row in range(area.first_row, area.last_row + 1)]

    def is_empty(self, area: Area) -> bool:
        return not any(area.holds(row, column) for row, column in self.cells)

    def is_blocked(self, area: Area) -> bool:
        return any(area.overlaps(merged) for merged in self.merged)

    def tables(self) -> Sequence[Table]:
        return self.listed

    def links(self, area: Area) -> dict[tuple[int, int], str]:
        return {place: target for place, target in self.linked.items() if area.holds(*place)}

    def style(self, row: int, column: int) -> str:
        return self.styles.get((row, column), "")

    def put(self, cells: dict[int, dict[int, Content]]) -> None:
        for column, contents in cells.items():
            for row, content in contents.items():
                self.cells.pop((row, column), None)
                if content is not None:
                    self.cells[row, column] = content

    def row(self, number: int) -> list[Any]:
        return [self.cells.get((number, column)) for column in range(1, self.last_column + 1)]


def scored(video: str, label: int = 34, *, model: str = "starter", by: ScoredBy = BY) -> list[Any]:
    """A row as it is written: the video and our six cells."""
    mark = Mark(model, by.key, row_key((video,), None), "000000")
    return [video, label, label / 10, "Fair", 0.8, None, str(mark)]


def selected(grid: Memory, column: int = 1, rows: Iterable[int] | None = None) -> Listing:
    found = find_selected(grid, {column: rows or range(1, grid.last_row + 1)})
    assert found is not None
    return found


def planned(grid: Memory, listing: Listing | None = None, **options: Any) -> SheetPlan:
    listing = listing or selected(grid)
    return plan_sheet(grid, listing, rows_of(grid, listing), **options)


def rows_of(grid: Memory, listing: Listing) -> list[PlannedRow]:
    return selected_rows(grid, listing, "list.xlsx")
