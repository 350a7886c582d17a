"""The four band limits against trying all of them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.calibration.sheets import SCALE
from xl_vqa.calibration.limits import (
    FEWEST,
    bands_by,
    best_limits,
    cuts,
    distance,
    limits_of_line,
    told,
)
from xl_vqa.words.domain_profile import Line

NEAR = (15.0, 25.0, 35.0, 45.0)
VIDEOS = st.lists(st.tuples(st.integers(10, 50), st.integers(1, 5)), min_size=1, max_size=9)


@given(VIDEOS)
@settings(max_examples=120, deadline=None)
def test_no_four_limits_disagree_less_with_people(videos: list[tuple[int, int]]) -> None:
    score, people = np.array(videos, dtype=float).T
    bands = people.astype(np.int64)
    found = best_limits(score, bands, SCALE, NEAR)
    assert list(found) == sorted(found)
    limits, _, _ = cuts(score, SCALE)
    tried = itertools.combinations_with_replacement(limits.tolist(), 4)
    least = min(distance(bands_by(four, score), bands).steps for four in tried)
    assert distance(bands_by(found, score), bands).steps == pytest.approx(least)


@given(VIDEOS)
@settings(max_examples=100, deadline=None)
def test_of_equally_good_limits_the_nearest_to_what_is_usual_is_taken(videos: list[tuple[int, int]]) -> None:
    score = np.array([one for one, _ in videos], dtype=float)
    # people agree with the usual limits: there is nothing to move
    assert best_limits(score, bands_by(NEAR, score), SCALE, NEAR) == NEAR


def test_limits_that_people_set_elsewhere_are_found_again() -> None:
    generator = np.random.default_rng(0)
    score = generator.uniform(10, 50, 2000)
    people = bands_by((18.0, 22.0, 30.0, 41.0), score + generator.normal(0, 1.0, 2000))
    assert best_limits(score, people, SCALE, NEAR) == pytest.approx((18.0, 22.0, 30.0, 41.0), abs=1.0)


def test_a_line_gives_the_scores_at_which_it_passes_peoples_limits() -> None:
    line = Line((20.0, 40.0), (2.0, 4.0))
    assert limits_of_line(line, [1.45, 2.45, 3.45, 4.45], SCALE) == pytest.approx((10.0, 24.5, 34.5, 51.0))


def test_a_limit_with_too_few_contents_on_one_side_is_not_told() -> None:
    bands = np.array([1] * 4 + [3] * 30 + [5] * 6)
    assert told(bands, np.arange(40)) == [False, False, True, True]
    # many videos of one content are one content
    assert told(bands, np.where(bands == 5, 99, np.arange(40))) == [False] * 4
    assert FEWEST == 5
