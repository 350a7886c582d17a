"""Cells in rectangles: any argument becomes rows of cells, and several of them one shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from xl_vqa.words.errors import RangeShapesError
from xl_vqa.words.reasons import Reason

Rows = list[list[Any]]
T = TypeVar("T")


def rows_of(value: Any) -> Rows:
    """A scalar, a row, or rows as rows. An empty sequence is one blank cell."""
    if not isinstance(value, (list, tuple)):
        return [[value]]
    if not value:
        return [[None]]
    if not isinstance(value[0], (list, tuple)):
        return [list(value)]
    return [list(row) for row in value] if value[0] else [[None]]


def is_blank(value: Any) -> bool:
    """Whether a person would call the cell empty."""
    return value is None or (isinstance(value, str) and not value.strip())


class OneOrTrue(float):
    """A 1 of a program that hands true over as a number: what stood in the cell, nobody knows."""

    __slots__ = ()


def typed(value: Any) -> str:
    """A cell as a person typed it: every number of a cell is a float, and 12345 was not typed as 12345.0."""
    if isinstance(value, OneOrTrue):
        return "1 / TRUE"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def spread(arguments: Sequence[Rows]) -> list[Rows]:
    """Every argument in the common shape: one cell, one row or one column repeats, as in array formulas.

    Raises RangeShapesError where two ranges do not fit together.
    """
    height = max(len(rows) for rows in arguments)
    width = max(len(rows[0]) for rows in arguments)
    result = []
    for rows in arguments:
        if len(rows) not in (1, height) or any(len(row) not in (1, width) for row in rows):
            raise RangeShapesError(
                problem=Reason("ranges_differ", rows=len(rows), columns=len(rows[0]), height=height, width=width),
            )
        tall = rows if len(rows) == height else rows * height
        result.append([row if len(row) == width else row * width for row in tall])
    return result


def reshape(flat: Sequence[T], shape: tuple[int, int]) -> list[list[T]]:
    """A flat sequence in rows of ``shape`` (height, width)."""
    height, width = shape
    return [list(flat[row * width : (row + 1) * width]) for row in range(height)]


def over(function: Callable[..., T], arguments: Sequence[Rows]) -> list[list[T]]:
    """``function`` of every cell. Raises RangeShapesError."""
    return [
        [function(*cells) for cells in zip(*rows, strict=True)] for rows in zip(*spread(arguments), strict=True)
    ]
