"""The monotone map: scikit-learn's isotonic regression as the oracle, and properties on any data."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from tests.calibration.sheets import SCALE, rated
from xl_vqa.calibration.conformal import numbers_of
from xl_vqa.calibration.rising_line import KINDS, fit_line, isotonic_line, line_of, straight_line

DATA = st.lists(
    st.tuples(st.integers(100, 500).map(lambda v: v / 10), st.integers(10, 50).map(lambda v: v / 10)),
    min_size=2,
    max_size=40,
)


@given(DATA)
@example([(10.0, 1.9), (10.1, 1.1), (10.1, 2.7)])
@settings(max_examples=150, deadline=None)
def test_levels_are_those_of_isotonic_regression(data: list[tuple[float, float]]) -> None:
    score, mos = np.array(data).T
    line = isotonic_line(score, mos)
    oracle = IsotonicRegression().fit(score, mos)
    # in the middle of each step, which is a mean of its scores, the level is the step's
    for x, y in zip(line.x, line.y, strict=True):
        at_level = np.abs(oracle.predict(score) - y) < 1e-9
        assert np.mean(score[at_level]) == pytest.approx(x)
    assert set(np.round(line.y, 9)) == set(np.round(oracle.predict(score), 9))


@given(DATA, st.sampled_from(KINDS))
@settings(max_examples=150, deadline=None)
def test_every_kind_rises_and_stays_within_the_scale(data: list[tuple[float, float]], kind: str) -> None:
    score, mos = np.array(data).T
    line = line_of(kind, score, mos, SCALE)
    values = [line(float(x)) for x in np.linspace(5, 55, 101)]
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(values))
    assert all(SCALE.mos_min <= value <= SCALE.mos_max for value in values)


def test_a_straight_line_is_least_squares_where_it_stays_on_the_scale() -> None:
    generator = np.random.default_rng(0)
    score = generator.uniform(20, 40, 50)
    mos = 1.2 + 0.06 * score + generator.normal(0, 0.1, 50)
    slope, at = np.polyfit(score, mos, 1)
    line = straight_line(score, mos, SCALE)
    assert [line(x) for x in (20.0, 33.3)] == pytest.approx([at + slope * 20, at + slope * 33.3])


@pytest.mark.parametrize("ends", [((12.0, 48.0), (5.0, 1.0)), ((30.0, 30.0), (2.0, 4.0))])
def test_a_line_that_would_fall_or_stand_is_level(ends: Any) -> None:
    line = straight_line(np.array(ends[0]), np.array(ends[1]), SCALE)
    assert line(10.0) == line(50.0) == pytest.approx(3.0)


def test_the_kind_that_does_best_on_other_contents_is_taken() -> None:
    videos = rated(80, 3)
    found = fit_line(videos.score, videos.mos, numbers_of(videos.contents), SCALE)
    assert found.held_out[found.kind] == min(found.held_out.values())
    assert found.kind != "as_is"  # its labels rise by 7 for each MOS, not by 10
    error = np.sqrt(np.mean((found.predicted - videos.mos) ** 2))
    assert error == pytest.approx(found.held_out[found.kind])


def test_a_step_in_how_people_see_it_needs_isotonic_regression() -> None:
    generator = np.random.default_rng(1)
    score = generator.uniform(10, 50, 300)
    mos = np.where(score < 30, 1.5, 4.5) + generator.normal(0, 0.1, 300)
    found = fit_line(score, mos, np.arange(300), SCALE)
    assert found.kind == "isotonic"
    assert found.held_out["isotonic"] < 0.6 * found.held_out["linear"]


def test_what_is_predicted_of_a_content_was_not_fitted_on_it() -> None:
    # each content has its own MOS: knowing it would make the error 0
    score = np.repeat(np.linspace(10, 50, 10), 2)
    mos = np.repeat(np.tile([1.0, 5.0], 5), 2)
    found = fit_line(score, mos, np.repeat(np.arange(10), 2), SCALE)
    assert min(found.held_out.values()) > 1.0
