"""The plan of frames is pure arithmetic; hypothesis looks for the length that breaks it."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.video.sample import plan_frames, plan_pairs_at, plan_window
from xl_vqa.words.model_spec import Sampling

counts = st.integers(1, 200_000)
wanted = st.integers(1, 64).map(lambda half: 2 * half)


@given(counts, wanted, st.booleans())
def test_as_many_as_asked_for_and_all_in_the_video(count: int, frames: int, pairs: bool) -> None:
    plan = plan_frames(count, Sampling(frames, pairs))
    assert len(plan) == frames
    assert all(0 <= index < count for index in plan)
    if pairs:
        assert list(plan[::2]) == sorted(plan[::2])
    else:
        assert list(plan) == sorted(plan)


@given(st.integers(2, 200_000), wanted)
def test_pairs_are_neighbours(count: int, frames: int) -> None:
    plan = plan_frames(count, Sampling(frames))
    assert all(second == first + 1 for first, second in zip(plan[::2], plan[1::2], strict=True))


@given(counts, wanted, st.booleans())
def test_backwards_it_is_the_plan_of_the_reversed_video(count: int, frames: int, pairs: bool) -> None:
    plan = plan_frames(count, Sampling(frames, pairs))
    mirrored = [count - 1 - index for index in reversed(plan)]
    # where an odd number of places does not divide, the middle one may move by one
    assert sum(a != b for a, b in zip(plan, mirrored, strict=True)) <= 2
    assert all(abs(a - b) <= 1 for a, b in zip(plan, mirrored, strict=True))


@given(st.integers(2_000, 200_000), wanted)
def test_every_share_of_a_long_video_has_its_pair(count: int, frames: int) -> None:
    starts = plan_frames(count, Sampling(frames))[::2]
    share = (count - 1) / len(starts)
    for place, start in enumerate(starts):
        assert place * share - 1 <= start <= (place + 1) * share + 1


def test_a_single_frame_is_repeated_and_a_short_video_repeats_whole_pairs() -> None:
    assert plan_frames(1, Sampling(4)) == (0, 0, 0, 0)
    assert plan_frames(2, Sampling(4)) == (0, 1, 0, 1)
    assert plan_frames(3, Sampling(4)) == (0, 1, 1, 2)


def test_known_plan() -> None:
    assert plan_frames(100, Sampling(8)) == (12, 13, 37, 38, 61, 62, 86, 87)


@pytest.mark.parametrize(("count", "frames"), [(0, 8), (-1, 8), (10, 7), (10, 0)])
def test_what_makes_no_plan(count: int, frames: int) -> None:
    sampling = Sampling(2)
    object.__setattr__(sampling, "frames", frames)
    with pytest.raises(ValueError, match="must be"):
        plan_frames(count, sampling)


@given(counts, st.integers(0, 10**6), st.sampled_from([2, 8, 16]))
def test_a_window_holds_the_pair_and_its_neighbours(count: int, start: int, window: int) -> None:
    start = min(start, max(count - 2, 0))
    found = plan_window(count, start, window)
    assert len(found) == window
    assert all(0 <= number < count for number in found)
    if count >= window:
        assert found == tuple(range(found[0], found[0] + window))
        assert {start, start + 1} <= set(found)
    else:
        # forth and back: no frame is repeated at once
        assert count == 1 or all(abs(a - b) == 1 for a, b in pairwise(found))
        assert set(found) == set(range(count))


def test_a_window_by_hand() -> None:
    assert plan_window(100, 50, 4) == (49, 50, 51, 52)
    assert plan_window(100, 0, 4) == (0, 1, 2, 3)
    assert plan_window(100, 98, 4) == (96, 97, 98, 99)
    assert plan_window(3, 0, 6) == (0, 1, 2, 1, 0, 1)
    assert plan_window(1, 0, 4) == (0, 0, 0, 0)
    with pytest.raises(ValueError, match="1 or more"):
        plan_window(0, 0, 4)


@given(st.integers(1, 400), st.lists(st.floats(-5, 500), min_size=1, max_size=20))
def test_pairs_at_chosen_times(count: int, at_s: list[float]) -> None:
    # uneven: every third frame is shown twice as long
    times = [0.04 * (number + number // 3) for number in range(count)]
    plan = plan_pairs_at(count, at_s, times.__getitem__)
    assert len(plan) == 2 * len(at_s)
    for at, first, second in zip(at_s, plan[::2], plan[1::2], strict=True):
        shown = max((number for number in range(count) if times[number] <= at), default=0)
        assert first == min(shown, max(count - 2, 0))
        assert second == min(first + 1, count - 1)


@pytest.mark.parametrize(("count", "at_s"), [(0, [1.0]), (5, [])])
def test_pairs_of_nothing_are_refused(count: int, at_s: list[float]) -> None:
    with pytest.raises(ValueError, match="times of"):
        plan_pairs_at(count, at_s, float)
