"""Which parts a column makes, and that each part's figures are those of its videos alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from xl_vqa.evaluation.evaluate import Options, evaluate
from xl_vqa.evaluation.slices import EMPTY, slice_values


def test_values_in_natural_order_with_the_empty_one_last() -> None:
    names, places = slice_values(["1080", "480", None, "480", " 720 "])  # type: ignore[misc]
    assert names == ["480", "720", "1080", EMPTY]
    assert places.tolist() == [2, 0, 3, 0, 1]


def test_columns_that_make_no_slices() -> None:
    assert slice_values(["a", "a", "a"]) == "slice_one_value"
    assert slice_values([f"name {k}" for k in range(40)]) == "slice_many_values"


def test_many_numbers_are_cut_at_their_quartiles() -> None:
    cells = [str(k) for k in range(101)] + [None]
    names, places = slice_values(cells)  # type: ignore[misc]
    assert names == ["0 – 25", "25 – 50", "50 – 75", "75 – 100", EMPTY]
    assert np.bincount(places).tolist() == [26, 25, 25, 25, 1]
    assert places[25] == 0
    assert places[-1] == 4


def test_figures_of_a_slice_are_those_of_its_videos(items) -> None:  # type: ignore[no-untyped-def]
    table = items(160)
    found = evaluate(table, options=Options(resamples=300))
    assert {(one.column, one.value, one.n) for one in found.slices} >= {("codec", "av1", 80), ("size", "480", 80)}
    for one in found.slices:
        if one.column == "content":
            continue
        inside = [item for item in table if item.columns[one.column] == one.value]
        x, y = [item.prediction for item in inside], [item.mos for item in inside]
        assert one.figures["srcc"].value == pytest.approx(stats.spearmanr(x, y).statistic)
        assert one.figures["mae"].value == pytest.approx(np.abs(np.array(x) - np.array(y)).mean())
        assert not one.small
        low, high = one.figures["srcc"].low, one.figures["srcc"].high
        assert low is not None
        assert high is not None
        assert low < one.figures["srcc"].value < high


def test_small_slices_are_flagged(items) -> None:  # type: ignore[no-untyped-def]
    found = evaluate(items(100, contents=25), options=Options(resamples=200))
    contents = [one for one in found.slices if one.column == "content"]
    assert len(contents) == 25
    assert all(one.small and one.n == 4 for one in contents)
    assert all(one.figures["srcc"].interval_reason == "too_few_for_interval" for one in contents)


def test_asked_columns_that_are_missing_are_named(items) -> None:  # type: ignore[no-untyped-def]
    found = evaluate(items(60), options=Options(resamples=200, slices=("nonesuch", "codec")))
    assert [notice.params for notice in found.notices if notice.code == "slice_missing"] == [
        {"column": "nonesuch"}
    ]
    assert {one.column for one in found.slices} == {"codec"}
