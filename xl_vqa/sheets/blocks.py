"""Columns cut into pieces that are written in one step each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

T = TypeVar("T")

# what a spreadsheet takes as it is when it is written again: no number, date or formula in disguise
_PLAIN: Final = re.compile(r"[^\W\d_][^\W\d_ ]*( [^\W\d_]+)*")
_UNKNOWN: Final = object()


def blocks(values: Mapping[int, Any], kept: Mapping[int, Any]) -> list[tuple[int, list[Any]]]:
    """One column in as few pieces as can be: (first row, values downwards).

    Between two rows of ours, rows whose cell (in ``kept``: the formula or constant, None if empty) comes out the
    same when it is written again are written with them; around a formula or a date the column is cut.
    """
    result: list[tuple[int, list[Any]]] = []
    last = 0
    for number in sorted(values):
        between = [kept.get(row, _UNKNOWN) for row in range(last + 1, number)]
        if result and all(map(_is_plain, between)):
            result[-1][1].extend([*between, values[number]])
        else:
            result.append((number, [values[number]]))
        last = number
    return result


def _is_plain(value: Any) -> bool:
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return True
    return isinstance(value, str) and (value == "" or _PLAIN.fullmatch(value) is not None)


def runs(values: Mapping[int, T]) -> Iterator[tuple[int, int, T]]:
    """Neighbouring rows of one value: first, last, value."""
    rows = sorted(values)
    first = 0
    for place in range(1, len(rows) + 1):
        ends = place == len(rows) or rows[place] != rows[place - 1] + 1
        if ends or values[rows[place]] != values[rows[first]]:
            yield rows[first], rows[place - 1], values[rows[first]]
            first = place
