"""What Score selection works on: the lists that a selection belongs to, planned through ``xl_vqa.sheets``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import xlwings as xw

from xl_vqa.excel.sheet_grid import ExcelGrid, selected_cells
from xl_vqa.sheets.listing import find_selections
from xl_vqa.sheets.planner import SheetPlan, plan_sheet, selected_rows
from xl_vqa.words.errors import SelectionError


@dataclass(slots=True)
class Target:
    """One list on a sheet, and the plan for it."""

    sheet: Any
    plan: SheetPlan


def targets(selection: Any) -> list[Target]:
    """The lists of a selection (a Range, perhaps of several areas). Raises SelectionError where there is nothing
    to score, or nowhere to write."""
    sheet = selection.sheet
    grid = ExcelGrid(sheet)
    book = book_name(sheet.book)
    made: list[Target] = []
    for listing in find_selections(grid, selected_cells(selection, grid)):
        rows = selected_rows(grid, listing, book)
        promised = [target.plan.area for target in made]
        made.append(Target(sheet, plan_sheet(grid, listing, rows, promised=promised, find_texts=True)))
    if not made:
        raise SelectionError(problem="problem_no_videos_selected")
    if grid.protected:
        raise SelectionError(problem="problem_sheet_protected")
    return made


def book_name(book: Any) -> str:
    """The book's file or address, or the name it goes by while it is unsaved."""
    try:
        return str(book.fullname)
    except Exception:  # xlwings translates a cloud address itself, and fails where it does not know the local file
        return str(book.name)


def table_target(selection: Any) -> list[Target]:
    """The table in which the active cell lies. Raises SelectionError where it lies in none."""
    table = selection.sheet.range((selection.row, selection.column)).table
    if table is None:
        raise SelectionError(problem="problem_no_table")
    return targets(table.range)


def active_cell(book: Any) -> Any:
    """The first cell of the selection."""
    selection = book.app.selection
    if not isinstance(selection, xw.Range):
        raise SelectionError(problem="problem_no_cells_selected")
    return selection.sheet.range((selection.row, selection.column))
