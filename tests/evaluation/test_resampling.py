"""The weighted statistics against SciPy on the items really drawn, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from xl_vqa.evaluation import resampling
from xl_vqa.evaluation.resampling import Resampling, bootstrap

tables = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(0, 4)), min_size=2, max_size=40)


def drawn(table: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, y, their weights as a column, and the items drawn."""
    x, y, weights = np.array(table, dtype=np.float64).T
    return x, y, weights[:, None], np.repeat(np.arange(len(x)), weights.astype(int))


@settings(max_examples=300)
@given(tables)
@example([(1, 1, 1), (1, 3, 0), (2, 1, 2)])  # one y is drawn, and its variance was 1e-17
def test_correlations_of_weights_equal_scipy_of_the_drawn_items(table: list[tuple[int, int, int]]) -> None:
    x, y, weights, taken = drawn(table)
    defined = len(set(x[taken])) > 1 and len(set(y[taken])) > 1
    for ours, theirs in (
        (resampling.pearson_of, stats.pearsonr),
        (resampling.spearman_of, stats.spearmanr),
        (resampling.kendall_of, stats.kendalltau),
    ):
        with np.errstate(all="ignore"):
            (value,) = ours(x, y)(weights)
        if defined:
            assert value == pytest.approx(theirs(x[taken], y[taken]).statistic, abs=1e-9), ours.__name__
        else:
            assert np.isnan(value)


@given(tables)
def test_means_and_concordance_of_weights(table: list[tuple[int, int, int]]) -> None:
    x, y, weights, taken = drawn(table)
    if not len(taken):
        return
    error = x - y
    assert resampling.mean_of(error)(weights)[0] == pytest.approx(error[taken].mean())
    assert resampling.root_mean_of(error**2)(weights)[0] == pytest.approx(np.sqrt(np.mean(error[taken] ** 2)))
    (value,) = resampling.concordance_of(x, y)(weights)
    if len(set(x[taken]) | set(y[taken])) > 1:
        labels = list(range(1, 8))
        kappa = cohen_kappa_score(x[taken], y[taken], weights="quadratic", labels=labels)
        assert value == pytest.approx(kappa, abs=1e-9)
    else:
        assert np.isnan(value)


def test_a_batch_is_its_columns() -> None:
    generator = np.random.default_rng(1)
    x, y = generator.normal(size=50).round(1), generator.normal(size=50).round(1)
    weights = generator.integers(0, 4, size=(50, 9)).astype(float)
    for make in (resampling.kendall_of, resampling.spearman_of, resampling.pearson_of):
        whole = make(x, y)(weights)
        single = [make(x, y)(weights[:, [k]])[0] for k in range(9)]
        assert whole == pytest.approx(single)


def test_kendall_of_a_large_table_equals_scipy() -> None:
    generator = np.random.default_rng(2)
    x = generator.normal(size=3001)
    y = np.round((x + generator.normal(size=3001)) * 3) / 3
    (value,) = resampling.kendall_of(x, y)(np.ones((3001, 1)))
    assert value == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-12)


def test_items_are_drawn_with_replacement_and_again_the_same() -> None:
    plan = Resampling(37, resamples=501, seed=3)
    weights = np.hstack(list(plan.batches()))
    assert weights.shape == (37, 501)
    assert (weights.sum(axis=0) == 37).all()
    assert (weights == np.hstack(list(plan.batches()))).all()
    assert abs(weights.mean(axis=1) - 1).max() < 0.25
    assert (weights != np.hstack(list(Resampling(37, resamples=501, seed=4).batches()))).any()


def test_groups_are_drawn_whole() -> None:
    groups = np.array([7, 7, 7, 2, 2, 9])
    weights = np.hstack(list(Resampling(6, groups, resamples=300).batches()))
    assert (weights[0] == weights[1]).all()
    assert (weights[3] == weights[4]).all()
    assert (weights[[0, 3, 5]].sum(axis=0) == 3).all()


def test_agrees_with_scipys_bootstrap() -> None:
    generator = np.random.default_rng(4)
    x = generator.normal(size=150)
    y = x + generator.normal(size=150)
    ours = bootstrap({"r": resampling.pearson_of(x, y)}, Resampling(150, resamples=4000))["r"]
    theirs = stats.bootstrap(
        (x, y), lambda a, b: stats.pearsonr(a, b).statistic, paired=True, vectorized=False, n_resamples=1500,
        method="percentile", rng=np.random.default_rng(1),
    )  # fmt: skip
    low, high = np.quantile(ours, [0.025, 0.975])
    assert (low, high) == pytest.approx(tuple(theirs.confidence_interval), abs=0.02)
    assert ours.std() == pytest.approx(theirs.standard_error, rel=0.08)
