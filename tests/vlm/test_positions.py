"""Positions against transformers' own where they agree, and by the rule where its releases differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_vqa.vlm.positions import prompt_positions, seconds_per_pair


@pytest.mark.parametrize("seconds", [0.0, 0.4, 1.0, 1.4])
def test_equal_to_transformers_for_a_batch(tiny: Any, clip_of: Callable[..., Any], seconds: float) -> None:
    """Where the video's time does not outgrow its picture, this release places tokens by the same rule."""
    rows = [
        tiny.row(clip_of(0, seconds=seconds)),
        tiny.row(clip_of(1, seconds=seconds / 2, height=200), "a red fox"),
    ]
    inputs = tiny.inputs(*rows)
    expected, _ = tiny.model.model.get_rope_index(
        inputs["input_ids"],
        mm_token_type_ids=inputs["mm_token_type_ids"],
        video_grid_thw=inputs["video_grid_thw"],
        second_per_grid_ts=[row.seconds_per_pair for row in rows],
        attention_mask=inputs["attention_mask"],
    )
    places = inputs["attention_mask"].bool().expand(3, -1, -1)
    assert torch.equal(inputs["position_ids"][places], expected[places])


def test_text_goes_on_behind_a_long_video() -> None:
    """The published rule; transformers 5.23 lets text overlap the later part of a long video."""
    placed = prompt_positions(5, (4, 4, 6), 3, tokens_per_second=2, seconds_per_pair=10.0)
    assert placed.shape == (3, 5 + 4 * 2 * 3 + 3)
    assert placed[0, 5:-3].reshape(4, 6)[:, 0].tolist() == [5, 25, 45, 65]
    assert placed[1, 5:11].tolist() == [5, 5, 5, 6, 6, 6]
    assert placed[2, 5:11].tolist() == [5, 6, 7, 5, 6, 7]
    assert placed[:, -3:].tolist() == [[66, 67, 68]] * 3


@given(
    st.integers(0, 40),
    st.tuples(st.integers(1, 8), st.integers(1, 9).map(lambda n: 2 * n), st.integers(1, 9).map(lambda n: 2 * n)),
    st.integers(1, 40),
    st.floats(0, 30),
)
@settings(max_examples=150, deadline=None)
def test_text_never_overlaps_the_video(
    before: int, grid: tuple[int, int, int], after: int, seconds: float
) -> None:
    placed = prompt_positions(before, grid, after, tokens_per_second=2, seconds_per_pair=seconds)
    head, video, tail = placed[:, :before], placed[:, before:-after], placed[:, -after:]
    assert video.shape[1] == grid[0] * grid[1] * grid[2] // 4
    assert video.min() == before
    assert (head < before).all()
    assert tail[0, 0] == video.max() + 1
    # every cell of a pair is told apart by its row and column
    assert len({tuple(cell) for cell in video[1:, : grid[1] * grid[2] // 4].T.tolist()}) == grid[1] * grid[2] // 4


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((0.0, 0.04, 2.0, 2.04, 4.0, 4.04), 2.0),
        ((1.0, 1.04), 0.0),
        ((), 0.0),
        ((0.5, 0.5, 0.5, 0.5), 0.0),
        # broken clocks: never negative, never not-a-number
        ((3.0, 3.0, 1.0, 1.0), 0.0),
        ((0.0, 0.0, float("nan"), 0.0), 0.0),
        ((0.0, 0.1, float("inf"), 0.0), 0.0),
    ],
)
def test_seconds_per_pair(times: tuple[float, ...], expected: float) -> None:
    assert seconds_per_pair(times) == pytest.approx(expected)


def test_equals_what_transformers_says_of_evenly_spread_frames() -> None:
    """2 / sampled_fps: 16 frames spread over 8 seconds stand half a second apart, a pair takes one second."""
    times = [k * 0.5 for k in range(16)]
    assert seconds_per_pair(times) == pytest.approx(2 / 2.0)
