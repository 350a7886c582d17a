"""Between Excel's cells and ours: error values, results that come later, and empty cells.

A cell's result travels through xlwings as a number or a text. Two prefixes tell the add-in's VBA to make an error
value or a waiting cell of it, a third tells Python of a missing argument; a path or a band never begins with them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from xl_vqa.words.errors import WorksheetCellError, XlVqaError
from xl_vqa.worksheet.evaluate import Cell, Pending, error_kind

ERROR: Final = "#VQA!"
PENDING: Final = "#VQA?"
"""A waiting cell: #GETTING_DATA, Excel's own error value for what is on its way, or the text behind it."""
MISSING: Final = "#VQA-"
NUMBERS: Final = {"value": 2015, "not_available": 2042}
"""Excel's numbers of #VALUE! and #N/A, as CVErr takes them."""

ERROR_TEXTS: Final = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))
"""What xlwings makes of error values in arguments, where asked to."""

# COM hands over error values that xlwings does not know (#SPILL!, #CALC!) as one of these
_LOWEST, _HIGHEST = -2146826288, -2146826230
_GETTING_DATA: Final = -2146826245


def to_excel(rows: list[list[Cell]]) -> list[list[Any]]:
    """Rows of cells as rows of numbers and texts."""
    return [[_to_excel(cell) for cell in row] for row in rows]


def _to_excel(cell: Cell) -> Any:
    if isinstance(cell, XlVqaError):
        return f"{ERROR}{NUMBERS[error_kind(cell)]}"
    if isinstance(cell, Pending):
        return f"{PENDING}{cell.text or ''}"
    return cell


def from_excel(argument: Any) -> Any:
    """An argument with its error values as errors, and waiting cells as such."""
    if isinstance(argument, (list, tuple)):
        return [from_excel(item) for item in argument]
    if isinstance(argument, str) and argument in ERROR_TEXTS:
        return WorksheetCellError()
    if isinstance(argument, Decimal):  # a cell in a currency format
        return float(argument)
    if isinstance(argument, bool) or not isinstance(argument, (int, float)):
        return argument
    if argument == _GETTING_DATA:
        return Pending()
    if _LOWEST <= argument <= _HIGHEST:
        return WorksheetCellError()
    return argument
