"""Means and intervals against SciPy and exact fractions."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from xl_vqa.datasets.mos import mean_opinion_scores, t_quantile_975
from xl_vqa.words.labels import Scale


@pytest.mark.parametrize("degrees", [*range(1, 60), 100, 999, 1000, 20001])
def test_t_quantile_is_scipys(degrees: int) -> None:
    assert t_quantile_975(degrees) == pytest.approx(stats.t.ppf(0.975, degrees), rel=1e-10)


def test_t_quantile_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="degrees"):
        t_quantile_975(0)


def table(rows: list[list[float]]) -> tuple[int, np.ndarray, np.ndarray]:
    row_of = np.array([k for k, scores in enumerate(rows) for _ in scores], dtype=np.int64)
    return len(rows), row_of, np.array([score for scores in rows for score in scores], dtype=np.float64)


@given(st.lists(st.lists(st.integers(1, 5).map(float), max_size=12), min_size=1, max_size=8))
def test_mean_spread_and_interval_are_scipys(rows: list[list[float]]) -> None:
    found = mean_opinion_scores(*table(rows))
    assert found.count.tolist() == [len(scores) for scores in rows]
    for k, scores in enumerate(rows):
        if not scores:
            assert math.isnan(found.mos[k])
        else:
            assert found.mos[k] == pytest.approx(np.mean(scores), abs=1e-9)
        if len(scores) < 2:
            assert math.isnan(found.sd[k])
            assert math.isnan(found.ci95[k])
            continue
        assert found.sd[k] == pytest.approx(np.std(scores, ddof=1), abs=1e-12)
        if found.sd[k] > 0:
            low, high = stats.t.interval(0.95, len(scores) - 1, loc=np.mean(scores), scale=stats.sem(scores))
            assert found.ci95[k] == pytest.approx((high - low) / 2, rel=1e-9)


def test_no_ratings_at_all() -> None:
    found = mean_opinion_scores(3, np.zeros(0, dtype=np.int64), np.zeros(0))
    assert np.isnan(found.mos).all()
    assert found.count.tolist() == [0, 0, 0]


@given(st.lists(st.integers(10, 50), min_size=1, max_size=40))
def test_labels_are_those_of_the_exact_mean(tenths: list[int]) -> None:
    """Binary floats must not push a mean over or under a half: 3.45 is label 35, never 34."""
    scores = [float(Decimal(t) / 10) for t in tenths]
    found = mean_opinion_scores(*table([scores]))
    exact = Fraction(sum(tenths), len(tenths))
    # halves up on the exact mean, in label units (tenths of a MOS)
    assert Scale().to_label(float(found.mos[0])) == math.floor(exact + Fraction(1, 2))
