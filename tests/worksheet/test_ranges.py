"""Cells in rectangles."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.words.errors import RangeShapesError
from xl_vqa.worksheet.ranges import over, reshape, rows_of, spread

sizes = st.integers(1, 5)


@pytest.mark.parametrize(
    ("value", "rows"),
    [
        (7, [[7]]),
        (None, [[None]]),
        ("a", [["a"]]),
        ([1, 2], [[1, 2]]),
        ((1, 2), [[1, 2]]),
        (((1,), (2,)), [[1], [2]]),
        ([], [[None]]),
        ([[]], [[None]]),
    ],
)
def test_any_argument_becomes_rows(value: Any, rows: Any) -> None:
    assert rows_of(value) == rows


@given(sizes, sizes)
def test_one_cell_one_row_and_one_column_repeat(height: int, width: int) -> None:
    full = [[(row, column) for column in range(width)] for row in range(height)]
    one, row, column = [[0]], [list(range(width))], [[place] for place in range(height)]
    spread_out = spread([full, one, row, column])
    assert spread_out[0] == full
    assert spread_out[1] == [[0] * width] * height
    assert spread_out[2] == [list(range(width))] * height
    assert spread_out[3] == [[place] * width for place in range(height)]


@given(st.integers(2, 5), st.integers(2, 5))
def test_ranges_that_do_not_fit_are_an_error(first: int, second: int) -> None:
    rows = [[0]] * first, [[0]] * (first + second)
    with pytest.raises(RangeShapesError):
        spread(rows)


@given(sizes, sizes)
def test_a_flat_list_gets_its_shape_back(height: int, width: int) -> None:
    flat = list(range(height * width))
    rows = reshape(flat, (height, width))
    assert [cell for row in rows for cell in row] == flat
    assert {len(row) for row in rows} == {width}


@given(st.lists(st.lists(st.integers(), min_size=3, max_size=3), min_size=1, max_size=4))
def test_over_keeps_shape_and_order(rows: list[list[int]]) -> None:
    assert over(lambda a, b: a + b, [rows, [[1]]]) == [[cell + 1 for cell in row] for row in rows]
