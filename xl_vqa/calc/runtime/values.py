"""Values on their way between Calc and the declarations: blank cells, ranges, error values."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import uno

from xl_vqa.words.errors import WorksheetCellError
from xl_vqa.worksheet.functions import BY_NAME
from xl_vqa.worksheet.ranges import OneOrTrue

CELL_ERROR: Final = WorksheetCellError()
"""One object, because arguments are compared."""


def from_calc(name: str, arguments: Sequence[Any]) -> tuple[Any, ...]:
    """A cell, or rows of cells, each; hashable. A blank cell is a blank text, a missing argument None.

    Calc passes an empty cell as 0.0. No path is a number, so there it is blank; a MOS of 0 is blank where
    the scale begins above 0.
    """
    zero_is_blank = BY_NAME[name].asks_host or not (len(arguments) > 1 and _reaches_zero(arguments[1]))
    blank = [zero_is_blank and (index == 0 or BY_NAME[name].asks_host) for index in range(len(arguments))]
    given = [_rows(argument, zero) for argument, zero in zip(arguments, blank, strict=True)]
    if BY_NAME[name].asks_host and given:
        # a number is no path, and true comes as one
        given[0] = _each(given[0], lambda cell: OneOrTrue(cell) if cell == 1.0 else cell)
    return tuple(given)


def _reaches_zero(lowest: Any) -> bool:
    return isinstance(lowest, float) and lowest <= 0


def _rows(argument: Any, zero_is_blank: bool) -> Any:
    return _each(argument, lambda cell: _cell(cell, zero_is_blank))


def _each(argument: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(argument, tuple):
        return tuple(tuple(change(cell) for cell in row) for row in argument)
    return change(argument)


def _cell(value: Any, zero_is_blank: bool) -> Any:
    if isinstance(value, float):
        if math.isnan(value):
            return CELL_ERROR
        if zero_is_blank and value == 0.0:
            return ""
    return value


def to_calc(rows: list[list[Any]]) -> Any:
    """The value of an event: one, or rows of them."""
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    return uno.Any("[][]any", tuple(tuple(row) for row in rows))


def error_value(kind: str) -> float:
    """What Calc shows as #VALUE! or #N/A: not-a-number with the error's own number in its low half."""
    number = 519 if kind == "value" else 0x7FFF
    return float(struct.unpack("<d", struct.pack("<II", number, 0x7FF80000))[0])
