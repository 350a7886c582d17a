"""Sorting out defects: counts by hand, the cheapest threshold by trying all."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.evaluation.mapping import fold_numbers
from xl_vqa.evaluation.triage import TriageCosts, cheapest_threshold, triage, triage_at

GRID = [*(1 + 0.1 * step for step in range(41)), float("inf")]
videos = st.lists(st.tuples(st.floats(1, 5), st.floats(1, 5)), min_size=1, max_size=40)


def test_counts_by_hand() -> None:
    prediction = np.array([1.0, 2.0, 2.4, 2.6, 4.0, 2.0])
    mos = np.array([1.5, 2.0, 3.0, 2.0, 4.5, 2.5])
    point = triage_at(2.5, prediction, mos, 2.5)
    assert (point.n, point.defective, point.flagged, point.caught, point.missed) == (6, 3, 4, 2, 1)
    assert point.precision.value == pytest.approx(2 / 4)
    assert point.recall.value == pytest.approx(2 / 3)
    assert point.review_rate.value == pytest.approx(4 / 6)
    assert point.escape_rate.value == pytest.approx(1 / 3)
    assert point.passed_defective.value == pytest.approx(1 / 2)
    assert point.cost(TriageCosts(1, 10)) == pytest.approx((4 + 10) / 6)


def test_rates_that_do_not_exist_say_why() -> None:
    good = np.array([4.0, 5.0])
    point = triage_at(2.5, good, good, 2.5)
    assert point.precision.reason == "none_flagged"
    assert point.recall.reason == point.escape_rate.reason == "none_defective"
    assert triage_at(9, good, good, 2.5).passed_defective.reason == "none_passed"


@given(videos, st.floats(0.1, 5), st.floats(0, 50))
def test_no_threshold_is_cheaper(table: list[tuple[float, float]], review: float, escape: float) -> None:
    prediction, mos = np.array(table).T
    costs = TriageCosts(review, escape)
    best = cheapest_threshold(prediction, mos, 2.5, costs, GRID)
    least = triage_at(best, prediction, mos, 2.5).cost(costs)
    for threshold in GRID:
        assert least <= triage_at(threshold, prediction, mos, 2.5).cost(costs) + 1e-9


def test_dear_escapes_send_all_to_review_and_free_ones_none() -> None:
    generator = np.random.default_rng(0)
    mos = generator.uniform(1, 5, 300)
    prediction = np.clip(mos + generator.normal(0, 0.8, 300), 1, 5)
    folds = fold_numbers(np.arange(300))
    dear = triage(prediction, mos, 2.5, TriageCosts(1, 1e6), GRID, folds=folds)
    free = triage(prediction, mos, 2.5, TriageCosts(1, 0), GRID, folds=folds)
    fair = triage(prediction, mos, 2.5, TriageCosts(1, 10), GRID, folds=folds)
    assert dear.cheapest.missed <= 2
    assert free.cheapest.flagged == 0
    assert free.best_threshold < 2.5 < fair.best_threshold < dear.best_threshold
    assert fair.cheapest.cost(fair.costs) < fair.plain.cost(fair.costs)


def test_the_search_does_not_flatter() -> None:
    """Predictions without any use: found on the same videos the best threshold looks better than it is."""
    generator = np.random.default_rng(1)
    costs, gain, honest = TriageCosts(1, 3), 0.0, 0.0
    for _ in range(60):
        mos, prediction = generator.uniform(1, 5, 40), generator.uniform(1, 5, 40)
        found = triage(prediction, mos, 2.5, costs, GRID, folds=fold_numbers(np.arange(40)))
        same = triage_at(found.best_threshold, prediction, mos, 2.5)
        nothing = min(triage_at(t, prediction, mos, 2.5).cost(costs) for t in (GRID[0], GRID[-1]))
        gain += nothing - same.cost(costs)
        honest += nothing - found.cheapest.cost(costs)
    assert gain > 0 > honest


def test_validation_chooses_for_test() -> None:
    prediction, mos = np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3, 4])
    folds = np.arange(4)
    found = triage(prediction, mos, 2.5, TriageCosts(), GRID, folds=folds, validation=(prediction + 1, mos))
    assert found.source == "validation"
    assert 3 < found.best_threshold <= 4
    assert found.cheapest.flagged == 3


def test_costs_are_checked() -> None:
    for review, escape in ((-1, 1), (1, -1), (0, 0), (float("nan"), 1)):
        with pytest.raises(ValueError, match="cost"):
            TriageCosts(review, escape)
