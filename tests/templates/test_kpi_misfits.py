"""Which of people's scores in a log lie off the scale that the settings name."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.workbooks.templates.kpi_misfits import misfits
from xl_vqa.workbooks.templates.kpi_take_over import Entries


def entries(worst: Any, best: Any, *rows: dict[str, Any]) -> Entries:
    settings = {key: value for key, value in (("people_worst", worst), ("people_best", best)) if value is not None}
    return Entries(list(rows), settings, "en", 7, ())


@pytest.mark.parametrize("field", ["human", "second"])
@pytest.mark.parametrize(
    ("value", "fits"),
    [
        *((fitting, True) for fitting in (None, "", 1, 5.0)),
        *((off, False) for off in (0.99, 31, "4", "good", True, datetime.datetime(2026, 1, 3))),
    ],
)
def test_a_score_of_the_log(field: str, value: Any, fits: bool) -> None:
    for ends in ((1, 5), (5, 1)):
        found = misfits(entries(*ends, {"human": 3}, {field: value}))
        assert (found is None) is fits
        assert found is None or (found.rows, found.low, found.high) == ((8,), 1, 5)


@pytest.mark.parametrize("ends", [(None, None), (3, 3), ("low", 5)])
def test_settings_without_a_scale_judge_nothing(ends: tuple[Any, Any]) -> None:
    assert misfits(entries(*ends, {"human": 99})) is None


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=20))
def test_each_row_is_named_once_and_in_order(scores: list[tuple[float, float]]) -> None:
    found = misfits(entries(1, 5, *({"human": a, "second": b} for a, b in scores)))
    wrong = [7 + k for k, pair in enumerate(scores) if not all(1 <= one <= 5 for one in pair)]
    assert list(found.rows if found else ()) == wrong
