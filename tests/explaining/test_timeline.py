"""Where is looked, and what is made of it: arithmetic on made looks, against plain sums."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.made_explanation import SCALE, distribution
from xl_vqa.explaining import timeline
from xl_vqa.explaining.cell_statistics import COLUMNS, ROWS
from xl_vqa.explaining.change import Change
from xl_vqa.explaining.places import CLEAR_CHANGE, WORTH, Examined, told
from xl_vqa.explaining.timeline import (
    CLEAR,
    CLOSEST_S,
    LENGTHS_S,
    MOST_MOMENTS,
    MOST_SPANS,
    Look,
    Ranked,
    first_times,
    further_times,
    ranked_of,
    span_length,
    spans_of,
)
from xl_vqa.words.explanation import Moment, Span


def moments_of(made: list[Look], duration: float, spans: tuple[Span, ...]) -> tuple[Moment, ...]:
    """As told where the pictures say nothing."""
    stretches = [Examined(one) for one in ranked_of(made, duration, spans)]
    return tuple(one.moment for one in told(stretches, CLEAR))


def looks(levels: list[float], apart: float = 0.25) -> list[Look]:
    """One look every ``apart`` seconds with these expected labels."""
    return [Look((k + 0.5) * apart, 10 * k, distribution(level, 0.5)) for k, level in enumerate(levels)]


durations = st.floats(0.04, 40_000)


@given(durations, st.integers(1, 2_000_000), st.integers(1, 200))
def test_the_first_looks_are_spread_evenly_and_never_too_many(duration: float, frames: int, most: int) -> None:
    times = first_times(duration, frames, most)
    assert 1 <= len(times) <= max(min(most, frames // 2), 1)
    steps = [b - a for a, b in itertools.pairwise([-times[0], *times, 2 * duration - times[-1]])]
    assert max(steps) == pytest.approx(min(steps), rel=1e-6)


@given(st.lists(st.floats(10, 50), min_size=1, max_size=40), st.integers(0, 30))
def test_further_looks_lie_beside_the_worst_and_not_too_close(levels: list[float], count: int) -> None:
    made = looks(levels)
    duration = len(levels) * 0.25
    further = further_times(made, duration, count)
    assert len(further) <= count
    for time in further:
        assert 0 <= time <= duration
        assert min(abs(time - look.time_s) for look in made) >= min(CLOSEST_S, 0.0625)
    if count and len(levels) > 2:
        worst = min(made, key=lambda look: look.mos)
        assert min(abs(time - worst.time_s) for time in further) < 0.25


def test_in_a_long_clip_the_looks_close_in_on_what_is_bad() -> None:
    duration, bad_at = 36_000.0, 12_345.0

    def look(time: float) -> Look:
        return Look(time, int(time * 25), distribution(15 if abs(time - bad_at) < 600 else 45, 0.5))

    made = [look(time) for time in first_times(duration, 900_000, 60)]
    for _ in range(3):
        made += [look(time) for time in further_times(made, duration, 10)]
    assert len(made) == 90
    gaps = [abs(one.time_s - bad_at) for one in made]
    assert sum(gap < 700 for gap in gaps) > 10


@given(st.lists(st.floats(10, 50), min_size=1, max_size=60), st.floats(0.05, 30), st.floats(1, 5))
def test_the_timeline_has_no_gaps_and_its_mean_is_the_rating(
    levels: list[float], apart: float, mos: float
) -> None:
    made, duration = looks(levels, apart), len(levels) * apart
    spans = spans_of(made, duration, mos)
    assert spans[0].start_s == 0
    assert spans[-1].end_s == duration
    assert all(one.end_s == other.start_s for one, other in itertools.pairwise(spans))
    assert all(SCALE.mos_min <= one.low <= one.mos <= one.high <= SCALE.mos_max for one in spans)
    inside = all(SCALE.mos_min < one.mos < SCALE.mos_max for one in spans)
    if inside:
        mean = sum((one.end_s - one.start_s) * one.mos for one in spans) / duration
        assert mean == pytest.approx(mos, abs=1e-3)


def test_a_span_is_the_mean_of_its_looks_and_as_wide_as_they_differ() -> None:
    spans = spans_of(looks([40, 40, 40, 40, 20, 20, 40, 40, 40, 40, 40, 40]), 3.0, 3.67)
    assert [round(one.mos, 1) for one in spans] == [4.0, 3.0, 4.0]
    assert spans[1].high - spans[1].low > 1.5
    assert spans[0].high - spans[0].low < 0.5


@given(durations, st.integers(1, 200))
def test_spans_are_as_long_as_people_count(duration: float, count: int) -> None:
    length = span_length(duration, count)
    assert length in LENGTHS_S or length > LENGTHS_S[-1]
    if 3 <= duration <= min(count, MOST_SPANS):
        assert length == 1.0


def test_what_stands_out_is_a_moment_and_where_it_ends() -> None:
    made = looks([40, 41, 40, 39, 40, 41, 20, 18, 21, 40, 41, 40, 40, 39, 41, 40])
    (moment,) = moments_of(made, 4.0, spans_of(made, 4.0, 3.8))
    assert 1.2 <= moment.start_s <= 1.7
    assert 2.1 <= moment.end_s <= 2.6
    assert moment.at_s == made[7].time_s


@given(st.lists(st.floats(-0.8, 0.8), min_size=3, max_size=60), st.floats(12, 48))
def test_small_ups_and_downs_are_even(noise: list[float], level: float) -> None:
    made = looks([level + one for one in noise])
    assert moments_of(made, len(noise) * 0.25, spans_of(made, len(noise) * 0.25, 3.0)) == ()


@given(st.lists(st.floats(10, 50), min_size=1, max_size=60))
def test_moments_lie_apart_inside_the_clip_the_worst_first(levels: list[float]) -> None:
    made, duration = looks(levels), len(levels) * 0.25
    moments = moments_of(made, duration, spans_of(made, duration, 3.0))
    assert len(moments) <= MOST_MOMENTS
    for one in moments:
        assert 0 <= one.start_s <= one.at_s <= one.end_s <= duration
    ordered = sorted(moments, key=lambda one: one.start_s)
    assert all(one.end_s <= other.start_s + 1e-6 for one, other in itertools.pairwise(ordered))


def test_what_falls_in_a_quarter_alone_is_a_moment_too() -> None:
    made = looks([40, 40.5, 40, 39.5] * 4)
    steady, fallen = (4.0, 4.1, 3.0, 2.0), (4.0, 4.1, 1.5, 2.0)
    # every second look was seen in parts
    seen = [
        replace(look, parts=fallen if 2.0 < look.time_s < 3.0 else steady) if place % 2 == 0 else look
        for place, look in enumerate(made)
    ]
    assert moments_of(made, 4.0, spans_of(made, 4.0, 4.0)) == ()
    (moment,) = moments_of(seen, 4.0, spans_of(seen, 4.0, 4.0))
    assert 1.7 <= moment.start_s <= 2.2
    assert 2.6 <= moment.end_s <= 3.1


def test_what_is_low_in_all_of_the_picture_is_worse_than_what_passes_through_a_part() -> None:
    made = looks([40.0] * 40)
    seen = []
    for look in made:
        parts = (4.0, 4.0, 4.0, 4.0)
        if 2.0 < look.time_s < 3.0:
            look, parts = replace(look, distribution=distribution(34, 0.5)), (4.0, 2.9, 4.0, 4.0)
        elif 6.0 < look.time_s < 7.0:
            parts = (4.0, 4.0, 2.7, 4.0)
        seen.append(replace(look, parts=parts))
    moments = moments_of(seen, 10.0, spans_of(seen, 10.0, 4.0))
    assert 2.0 <= moments[0].at_s <= 3.0


@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(0.01, 5)), min_size=1, max_size=20))
def test_half_of_the_time_lies_at_or_below_the_middle(pairs: list[tuple[float, float]]) -> None:
    values, weights = [value for value, _ in pairs], [weight for _, weight in pairs]
    middle = timeline._median(values, weights)
    total = sum(weights)
    assert middle in values
    assert sum(w for v, w in pairs if v <= middle) >= total / 2 - 1e-9
    assert sum(w for v, w in pairs if v >= middle) >= total / 2 - 1e-9


def test_two_stretches_between_the_same_edges_are_one_moment() -> None:
    def found(rank: float, start: float, end: float) -> Examined:
        return Examined(Ranked(rank, Moment(start, end, start, 2.0)))

    stretches = [found(3.0, 1.0, 2.0), found(4.0, 1.0, 2.0), found(3.5, 5.0, 6.0), found(3.4, 1.9, 2.5)]
    assert [one.ranked.rank for one in told(stretches, 2.5)] == [4.0, 3.5]


def test_a_clear_change_there_and_back_speaks_beside_the_models_own_depth() -> None:
    moment = Moment(1.0, 2.0, 1.5, 2.0)
    cells = np.zeros((ROWS, COLUMNS))

    def found(strength: float, start: int | None = 5, end: int | None = 9, one_scene: bool = True) -> Examined:
        return Examined(Ranked(1.0, moment), Change(start, end, cells, strength, one_scene))

    assert Examined(Ranked(1.0, moment)).evidence == 1.0
    assert found(CLEAR_CHANGE).evidence == 1.0
    assert found(CLEAR_CHANGE + 10).evidence == pytest.approx(1.0 + 10 * WORTH)
    # the scene's own: a cut there and back, and a step that does not come back
    assert found(30.0, one_scene=False).evidence == 1.0
    assert found(30.0, end=None).evidence == 1.0
    # a short one counts by its length, but not what is seen in the pixels
    short = Ranked(1.0, Moment(1.0, 1.25, 1.1, 2.0))
    assert Examined(short).evidence == 0.25
    assert Examined(short, found(CLEAR_CHANGE + 10).change).evidence == pytest.approx(0.25 + 10 * WORTH)
    # one limit holds for all together
    assert told([found(CLEAR_CHANGE + 10)], 1.0 + 10 * WORTH) != []
    assert told([found(CLEAR_CHANGE + 10)], 1.01 + 10 * WORTH) == []
