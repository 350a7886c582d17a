"""Correlations and errors against SciPy, by hand, and where they are not defined."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from xl_vqa.evaluation.figure import Figure, FloatArray
from xl_vqa.evaluation.metrics.beyond_interval import outlier_ratio, rmse_star
from xl_vqa.evaluation.metrics.correlation import krcc, plcc, srcc
from xl_vqa.evaluation.metrics.defined import tied_items
from xl_vqa.evaluation.metrics.error import bias, mae, rmse

pairs = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=3, max_size=40)


def arrays(table: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.array(table, dtype=np.float64).T
    return x, y


@given(pairs)
def test_correlations_equal_scipy_with_ties(table: list[tuple[int, int]]) -> None:
    x, y = arrays(table)
    for ours, theirs in (
        (srcc, stats.spearmanr),
        (krcc, stats.kendalltau),
        (plcc, stats.pearsonr),
    ):
        figure = ours(x, y)
        if len(set(y)) == 1:
            assert (figure.value, figure.reason) == (None, "constant_mos")
        elif len(set(x)) == 1:
            assert (figure.value, figure.reason) == (None, "constant_prediction")
        else:
            assert figure.value == pytest.approx(theirs(x, y).statistic, abs=1e-12)
            assert figure.n == len(x)


def test_ties_get_average_ranks() -> None:
    x, y = np.array([1.0, 2, 2, 3, 4, 4, 4]), np.array([1.0, 3, 2, 3, 3, 5, 5])
    by_hand = np.corrcoef([1, 2.5, 2.5, 4, 6, 6, 6], [1, 4, 2, 4, 4, 6.5, 6.5])[0, 1]
    assert srcc(x, y).value == pytest.approx(by_hand)
    twice_sorted = np.corrcoef(x.argsort().argsort(), y.argsort().argsort())[0, 1]
    assert abs(twice_sorted - by_hand) > 0.005


def test_errors_by_hand() -> None:
    prediction, mos = np.array([3.0, 2, 5]), np.array([2.0, 4, 5])
    assert rmse(prediction, mos).value == pytest.approx(np.sqrt(5 / 3))
    assert mae(prediction, mos).value == pytest.approx(1.0)
    assert bias(prediction, mos).value == pytest.approx(-1 / 3)


def test_outliers_by_hand() -> None:
    prediction, mos = np.array([3.0, 2, 5, 1]), np.array([2.0, 4, 5, 5])
    ci95 = np.array([0.4, 2.0, 0.1, np.nan])
    # errors 1, 2, 0 against 0.4, 2.0, 0.1: one exceeds, by 0.6; the video without an interval does not count
    outliers = outlier_ratio(prediction, mos, ci95)
    assert (outliers.value, outliers.n) == (pytest.approx(1 / 3), 3)
    assert rmse_star(prediction, mos, ci95).value == pytest.approx(np.sqrt(0.36 / 3))


def test_without_intervals_not_computable() -> None:
    x = np.array([1.0, 2, 3])
    for ci95 in (None, np.full(3, np.nan)):
        assert outlier_ratio(x, x, ci95).reason == "no_ci95"
        assert rmse_star(x, x, ci95).reason == "no_ci95"


@pytest.mark.parametrize("metric", [srcc, krcc, plcc, rmse, mae, bias])
def test_never_nan(metric: Callable[[FloatArray, FloatArray], Figure]) -> None:
    two = np.array([1.0, 2])
    assert metric(two, two).reason == "too_few"
    assert metric(np.array([]), np.array([])).reason == "too_few"
    broken = np.array([1.0, np.nan, 2, 3])
    assert metric(broken, np.arange(4.0)).reason == "not_finite"
    assert metric(np.arange(4.0), np.array([1, np.inf, 2, 3])).reason == "not_finite"


def test_a_constant_has_errors_but_no_correlation() -> None:
    flat, mos = np.full(5, 0.1 + 0.2), np.arange(5.0)
    assert plcc(flat, mos).reason == "constant_prediction"
    assert srcc(mos, flat).reason == "constant_mos"
    assert rmse(flat, mos).value is not None
    # a mean of equal numbers may differ in its last bit
    assert plcc(flat + np.array([0, 1e-16, 0, 5e-17, 0]), mos).reason == "constant_prediction"


def test_shapes_must_agree() -> None:
    with pytest.raises(ValueError, match="shape"):
        srcc(np.arange(3.0), np.arange(4.0))


def test_tied_items() -> None:
    assert tied_items(np.array([1.0, 2, 2, 3, 3, 3])) == 5
    assert tied_items(np.array([])) == 0
