"""Numbers as people write them into cells."""

from __future__ import annotations

from typing import Any

import pytest

from xl_vqa.words.numbers import written_number


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
