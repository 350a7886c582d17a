"""Numbers as people write them into cells."""

from __future__ import annotations

from typing import Any

import pytest

from xl_vqa.words.numbers import written_number, written_numbers


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (3, 3.0),
        (3.67, 3.67),
        ("3.67", 3.67),
        (" 3,67 ", 3.67),
        (",5", 0.5),
        ("３，６７", 3.67),
        ("\u22123.5", -3.5),
        ("3.6e1", 36.0),
        ("1,2,3", None),
        ("1.234,5", None),
        ("3;5", None),
        ("n/a", None),
        ("3_5", None),
        ("nan", None),
        ("inf", None),
        (True, None),
        (None, None),
        ("", None),
    ],
)
def test_a_written_number(cell: Any, value: float | None) -> None:
    assert written_number(cell) == value


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("15,25.5,35", (15, 25.5, 35)),
        ("15, 25,35", (15, 25, 35)),
        ("15,5, 25, 35,5", (15.5, 25, 35.5)),
        ("15,5;25;35,5", (15.5, 25, 35.5)),
        ("１５．５、２５、３５", (15.5, 25, 35)),
        ("15,5,25,35", None),
        ("15, 25", None),
        ("15, 25, x", None),
        ("", None),
    ],
)
def test_a_list_of_written_numbers(text: str, numbers: tuple[float, ...] | None) -> None:
    assert written_numbers(text, 3) == numbers
