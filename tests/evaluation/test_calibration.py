"""Reliability, coverage and conformal widths: against rating.py, by hand, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from xl_vqa.evaluation import calibration
from xl_vqa.evaluation.mapping import fold_numbers
from xl_vqa.evaluation.resampling import Resampling
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution

GENERATOR = np.random.default_rng(8)
weights = st.lists(st.integers(0, 5), min_size=41, max_size=41).filter(any)


def bell(centre: np.ndarray, spread: float) -> np.ndarray:
    """Label distributions around label indices 0..40."""
    table = np.exp(-0.5 * ((np.arange(41) - centre[:, None]) / spread) ** 2)
    return np.asarray(table / table.sum(axis=1, keepdims=True))


def drawn_from(table: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    return np.array([generator.choice(41, p=row) for row in table])


@given(weights, st.integers(0, 40), st.sampled_from([0.5, 0.8, 0.9]))
def test_intervals_are_those_of_the_rating(counts: list[int], human: int, nominal: float) -> None:
    row = np.array(counts) / sum(counts)
    distribution = LabelDistribution(Scale(), tuple(float(p) for p in row))
    low, high = distribution.interval(nominal)
    (found,) = calibration.interval_coverage(row[None, :], np.array([human]), [nominal])
    assert found.empirical.value == float(low <= human + 10 <= high)
    assert found.mean_width == high - low


@pytest.mark.parametrize(("spread", "verdict"), [(4.0, "kept"), (1.5, "broken"), (9.0, "wide")])
def test_coverage_tells_sure_from_unsure(spread: float, verdict: str) -> None:
    centres = GENERATOR.uniform(12, 28, 3000)
    human = drawn_from(bell(centres, 4.0), GENERATOR)
    (found,) = calibration.interval_coverage(bell(centres, spread), human, [0.8])
    share = found.empirical.value
    assert share is not None
    if verdict == "kept":
        # whole labels hold a little more than their nominal share
        assert 0.78 <= share <= 0.90
    else:
        assert share < 0.6 if verdict == "broken" else share > 0.95


def test_pit_is_level_for_a_calibrated_model_only() -> None:
    centres = GENERATOR.uniform(12, 28, 4000)
    human = drawn_from(bell(centres, 4.0), GENERATOR)
    level = calibration.pit_histogram(bell(centres, 4.0), human)
    assert sum(level) == pytest.approx(1)
    assert level == pytest.approx([0.1] * 10, abs=0.02)
    sure = calibration.pit_histogram(bell(centres, 1.5), human)
    assert min(sure[0], sure[-1]) > 0.2 > max(sure[4:6])
    biased = calibration.pit_histogram(bell(centres - 4, 4.0), human)
    assert biased[-1] > 3 * biased[0]


def test_pit_of_an_impossible_label() -> None:
    certain = np.eye(41)[[5, 5]]
    found = calibration.pit_histogram(certain, np.array([30, 2]))
    # above and below everything the model thought possible
    assert found == pytest.approx([0.5, *[0] * 8, 0.5])
    assert calibration.pit_histogram(np.empty((0, 41)), np.empty(0, dtype=np.int64)) == []


@pytest.mark.parametrize(("n", "coverage"), [(19, 0.9), (50, 0.8), (200, 0.95)])
def test_conformal_width_keeps_its_promise_exactly(n: int, coverage: float) -> None:
    """Over many draws the coverage of a new residual is ceil((n + 1) c) / (n + 1)."""
    trials = 6000
    generator = np.random.default_rng(n)
    residuals = generator.standard_t(3, (trials, n))
    new = generator.standard_t(3, trials)
    widths = np.array([calibration.conformal_half_width(row, coverage) for row in residuals], dtype=float)
    expected = np.ceil((n + 1) * coverage - 1e-9) / (n + 1)
    assert np.mean(np.abs(new) <= widths) == pytest.approx(expected, abs=0.015)
    assert expected >= coverage - 1e-9


def test_conformal_of_too_few_is_none() -> None:
    assert calibration.conformal_half_width(np.arange(8.0), 0.9) is None
    assert calibration.conformal_half_width(np.arange(9.0), 0.9) == 8
    assert calibration.conformal_half_width(np.array([3.0, -1, 2, 4]), 0.6) == 3


def test_conformal_on_validation_and_cross_fit() -> None:
    validation, test = GENERATOR.normal(0, 0.5, 400), GENERATOR.normal(0, 0.5, 400)
    for found in (
        calibration.conformal_on(validation, test, Resampling(400)),
        calibration.conformal_cross_fit(test, fold_numbers(np.arange(400)), Resampling(400)),
    ):
        assert [one.nominal for one in found] == [0.5, 0.8, 0.9, 0.95]
        for one in found:
            assert one.empirical.value == pytest.approx(one.nominal, abs=0.06)
            assert one.half_width == pytest.approx(0.5 * stats.norm.ppf((1 + one.nominal) / 2), rel=0.15)


def test_cross_fit_sees_a_shift_between_folds() -> None:
    folds = np.repeat(np.arange(5), 40)
    residuals = GENERATOR.normal(0, 0.1, 200) + np.where(folds == 0, 3.0, 0.0)
    found = calibration.conformal_cross_fit(residuals, folds, Resampling(200), [0.5])[0]
    # the shifted fold is never covered by the others' width
    assert found.empirical.value is not None
    assert found.empirical.value < 0.8 * 0.9


def test_small_tables_have_no_conformal_interval() -> None:
    for found in (
        calibration.conformal_on(np.arange(5.0), np.arange(3.0), Resampling(3)),
        calibration.conformal_cross_fit(np.arange(6.0), np.arange(6) % 5, Resampling(6)),
    ):
        assert found[-1].reason == "too_few_for_conformal"
        assert found[-1].half_width is None


def test_reliability_bins() -> None:
    prediction = np.repeat([2.0, 3.0, 4.0], [50, 30, 20])
    mos = prediction - 0.5 + GENERATOR.normal(0, 0.1, 100)
    bins = calibration.reliability(prediction, mos)
    assert [(one.prediction, one.mos.n) for one in bins] == [(2.0, 50), (3.0, 30), (4.0, 20)]
    for one in bins:
        assert one.mos.value == pytest.approx(one.prediction - 0.5, abs=0.1)
        inside = mos[prediction == one.prediction]
        interval = stats.t.interval(0.95, len(inside) - 1, inside.mean(), stats.sem(inside))
        assert (one.mos.low, one.mos.high) == pytest.approx(interval)


def test_reliability_of_continuous_predictions_has_ten_even_bins() -> None:
    prediction = GENERATOR.uniform(1, 5, 1000)
    bins = calibration.reliability(prediction, prediction)
    assert [one.mos.n for one in bins] == [100] * 10
    assert calibration.reliability(np.array([1.0]), np.array([1.0])) == []


def test_line() -> None:
    prediction = GENERATOR.uniform(1, 5, 200)
    mos = 1.5 + 0.5 * prediction
    found = calibration.calibration_line(prediction, mos)
    assert (found["slope"].value, found["intercept"].value) == pytest.approx((0.5, 1.5))
    twins = calibration.line_statistics(prediction, mos)
    weights = GENERATOR.integers(0, 3, (200, 4)).astype(float)
    assert twins["slope"](weights) == pytest.approx([0.5] * 4)
    assert twins["intercept"](weights) == pytest.approx([1.5] * 4)
    assert calibration.calibration_line(np.ones(5), mos[:5])["slope"].reason == "constant_prediction"


def test_line_statistics_equal_linregress_on_the_drawn_items() -> None:
    x = GENERATOR.normal(3, 1, 30)
    y = x + GENERATOR.normal(0, 1, 30)
    weights = GENERATOR.integers(0, 3, (30, 1)).astype(float)
    taken = np.repeat(np.arange(30), weights[:, 0].astype(int))
    line = stats.linregress(x[taken], y[taken])
    twins = calibration.line_statistics(x, y)
    assert twins["slope"](weights)[0] == pytest.approx(line.slope)
    assert twins["intercept"](weights)[0] == pytest.approx(line.intercept)


def test_band_calibration_by_hand() -> None:
    confidence = np.array([0.95, 0.95, 0.55, 0.55, 1.0])
    correct = np.array([True, False, True, True, True])
    # bin 0.9..1: gaps 0.95 - 1, 0.95 - 0, 1 - 1 sum to 0.9; bin 0.5..0.6: 0.9 the other way
    assert calibration.expected_calibration_error(confidence, correct).value == pytest.approx((0.9 + 0.9) / 5)
    assert (
        calibration.expected_calibration_error(np.array([]), np.array([], dtype=bool)).reason
        == "no_band_probability"
    )
