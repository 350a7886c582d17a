"""Calibration of answers whose error is known."""

from __future__ import annotations

import numpy as np
import pytest

from starter.card import calibration
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution

SCALE = Scale()
RNG = np.random.default_rng(2)


def spread(mos: float, deviation: float) -> LabelDistribution:
    """About normal around the label of ``mos``, ``deviation`` in labels."""
    labels = np.array(SCALE.labels, float)
    weights = np.exp(-((labels - SCALE.to_label(float(mos))) ** 2) / (2 * deviation**2))
    return LabelDistribution(SCALE, tuple(weights / weights.sum()), 0.0)


def test_scores_that_are_the_label_have_no_calibration_error() -> None:
    mos = RNG.uniform(1, 5, 200)
    found = calibration.measure(mos, mos, [spread(m, 1) for m in mos])
    assert found["calibration_error"] == pytest.approx(0)
    assert found["calibration_line"] == {"slope": pytest.approx(1), "intercept": pytest.approx(0)}
    assert sum(row["n"] for row in found["calibration"]) == 200


def test_a_rater_that_is_half_a_mos_too_kind_is_found_out() -> None:
    mos = RNG.uniform(1, 4.5, 300)
    found = calibration.measure(mos + 0.5, mos, [spread(m, 1) for m in mos])
    assert found["calibration_error"] == pytest.approx(0.5)
    assert found["calibration_line"]["intercept"] == pytest.approx(-0.5)


def test_the_error_is_weighted_by_clips() -> None:
    # 30 clips are right, 10 are one MOS off
    predicted = np.array([2.0] * 30 + [4.0] * 10)
    mos = np.array([2.0] * 30 + [3.0] * 10)
    bins = calibration.reliability(predicted, mos)
    assert [(row["low"], row["n"]) for row in bins] == [(2.0, 30), (4.0, 10)]
    assert calibration.expected_error(bins) == pytest.approx(10 / 40)


def test_both_ends_of_the_scale_have_a_bin() -> None:
    bins = calibration.reliability(np.array([1.0, 5.0, 4.5]), np.array([1.0, 5.0, 5.0]))
    assert [(row["low"], row["n"]) for row in bins] == [(1.0, 1), (4.5, 2)]


def test_errors_within_a_bin_may_cancel_but_the_spread_shows() -> None:
    mos = np.array([2.0, 3.0] * 50)
    assert calibration.expected_error(calibration.reliability(np.full(100, 2.5), mos)) == 0
    # what does not cancel: labels five away lie outside of narrow intervals
    assert calibration.coverage(mos, [spread(2.5, 1)] * 100)["0.8"]["share"] == 0
    assert calibration.coverage(mos, [spread(2.5, 10)] * 100)["0.8"]["share"] == 1


@pytest.mark.parametrize(("stated", "honest"), [(6.0, True), (2.0, False)])
def test_coverage_tells_an_honest_distribution_from_a_bold_one(stated: float, honest: bool) -> None:
    centres = RNG.uniform(2.5, 3.5, 3000)
    mos = np.clip(centres + RNG.normal(0, 0.6, 3000), 1, 5)
    found = calibration.coverage(mos, [spread(m, stated) for m in centres])
    for name in ("0.5", "0.8"):
        if honest:
            # labels are whole, so an interval holds a little more than it says
            assert float(name) - 0.02 < float(found[name]["share"] or 0) < float(name) + 0.12
        else:
            assert float(found[name]["share"] or 0) < float(name) - 0.15
    assert float(found["0.8"]["width"] or 0) > float(found["0.5"]["width"] or 0)


def test_coverage_is_that_of_each_answers_own_interval() -> None:
    centres = RNG.uniform(1, 5, 300)
    mos = RNG.uniform(1, 5, 300)
    answers = [spread(m, 5) for m in centres]
    inside = [
        low <= SCALE.to_label(float(m)) <= high
        for m, (low, high) in zip(mos, (answer.interval(0.8) for answer in answers), strict=True)
    ]
    assert calibration.coverage(mos, answers)["0.8"]["share"] == pytest.approx(np.mean(inside))


def test_no_answers_no_coverage() -> None:
    assert calibration.coverage(np.empty(0), []) == {}
