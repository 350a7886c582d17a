"""Accept and reject limits against trying every pair, and what the curve and its intervals say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.calibration.sheets import SCALE, rated
from xl_vqa.calibration.conformal import numbers_of
from xl_vqa.calibration.decision import Costs, best_pair, cost_each, decide
from xl_vqa.calibration.limits import cuts
from xl_vqa.evaluation.resampling import Resampling

VIDEOS = st.lists(st.tuples(st.integers(20, 80).map(lambda v: v / 2), st.booleans()), min_size=1, max_size=14)
PRICE = st.integers(0, 12).map(float)


@given(VIDEOS, st.tuples(PRICE, PRICE, PRICE).filter(any))
@settings(max_examples=250, deadline=None)
def test_no_pair_of_limits_costs_less(
    videos: list[tuple[float, bool]], prices: tuple[float, float, float]
) -> None:
    score, bad = np.array(videos, dtype=float).T
    costs = Costs(*prices)
    reject, accept = best_pair(score, bad, costs, SCALE)
    assert reject <= accept
    limits, _, _ = cuts(score, SCALE)
    tried = [
        (float(cost_each(low, high, score, bad, costs).mean()), ((score >= low) & (score < high)).sum())
        for low in limits
        for high in limits
        if low <= high
    ]
    least = min(cost for cost, _ in tried)
    assert cost_each(reject, accept, score, bad, costs).mean() == pytest.approx(least)


def test_a_model_that_tells_all_needs_no_review() -> None:
    score = np.arange(10.0, 50.0)
    bad = (score < 27).astype(float)
    reject, accept = best_pair(score, bad, Costs(), SCALE)
    assert reject == accept == 26.5


def test_a_model_that_tells_nothing_leaves_everything_to_people() -> None:
    generator = np.random.default_rng(0)
    bad = generator.integers(0, 2, 400).astype(float)
    found = decide(generator.uniform(10, 50, 400), bad, np.arange(400), Costs(), SCALE, Resampling(400, None, 300))
    assert found.shares["review"] > 0.9
    assert found.trivial == "review"
    # on contents not seen nothing is saved, and the interval says so
    assert found.saved.low is not None
    assert found.saved.low <= 0.02


def test_costs_decide_who_looks() -> None:
    videos = rated(100, 2)
    bad = (videos.mos < 2.45).astype(float)
    cheap = best_pair(videos.score, bad, Costs(review=0.01), SCALE)
    dear = best_pair(videos.score, bad, Costs(review=4.0), SCALE)
    assert cheap[1] - cheap[0] > dear[1] - dear[0]
    # where an escape costs nothing, everything is accepted
    assert best_pair(videos.score, bad, Costs(1.0, 0.0, 5.0), SCALE)[1] == SCALE.label_min


def test_the_curve_holds_the_optimum_and_its_intervals_hold_the_truth() -> None:
    """The cost of the chosen limits on new contents lies in the curve's interval, which knew half as many."""
    new = rated(4000, 1, 99)
    bad_new = (new.mos < 2.45).astype(float)
    inside = 0
    for seed in range(30):
        videos = rated(100, 2, seed)
        contents = numbers_of(videos.contents)
        bad = (videos.mos < 2.45).astype(float)
        found = decide(
            videos.score, bad, contents, Costs(), SCALE, Resampling(len(videos), contents, 300, seed), seed
        )
        lowest = min(found.curve, key=lambda point: point.cost)
        assert lowest.cost == pytest.approx(found.cost)
        assert (lowest.reject, lowest.accept) == pytest.approx((found.reject, found.accept))
        assert found.held_out >= found.cost - 1e-9
        # a limit far from the searched one is not flattered by the search
        point = found.curve[len(found.curve) // 4]
        truth = cost_each(point.reject, point.accept, new.score, bad_new, Costs()).mean()
        inside += point.low <= truth <= point.high
    assert inside >= 24


@pytest.mark.parametrize("prices", [(-1, 1, 1), (0, 0, 0), (float("nan"), 1, 1)])
def test_costs_that_are_none_are_refused(prices: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError):
        Costs(*prices)
