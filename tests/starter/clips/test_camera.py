"""Long views hold what is looked at of a long video: parts that move, cuts only between them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from starter.clips.camera import PART_FRAMES, PARTS, long_view
from starter.fit.spec import starter_spec
from xl_vqa.video.sample import plan_frames, plan_window
from xl_vqa.words.model_spec import Sampling

SIZE = (64, 48)


def picture() -> Image.Image:
    """Every place of it has its own colour: across in red, down in green."""
    rows, columns = np.mgrid[0:300, 0:400]
    return Image.fromarray(np.stack([columns * 255 // 399, rows * 255 // 299, rows * 0], axis=2).astype(np.uint8))


def places(seed: int, seconds: float = 10.0, fps: float = 25.0) -> np.ndarray:
    """Where the camera looks in each frame, in pixels of the picture (x, y)."""
    frames = long_view(picture(), SIZE, np.random.default_rng(seed), fps, seconds)
    assert frames.shape == (PARTS * PART_FRAMES, SIZE[1], SIZE[0], 3)
    return frames.mean(axis=(1, 2))[:, :2] * (399 / 255, 299 / 255)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(4, 60), st.sampled_from([16.0, 25.0, 60.0]))
def test_nothing_jumps_within_a_part(seed: int, seconds: float, fps: float) -> None:
    steps = np.abs(np.diff(places(seed, seconds, fps), axis=0)).max(1)
    inside = np.delete(steps, np.arange(PART_FRAMES - 1, len(steps), PART_FRAMES))
    # a third of the view's height a second at the largest zoom, and the shiver
    assert inside.max() < 0.35 * 300 / fps + 3


def test_most_cameras_come_far_and_some_cut() -> None:
    way = [np.ptp(places(seed)[:, 0]) for seed in range(40)]
    assert np.mean(np.array(way) > 20) > 0.6
    assert any(one < 2 for one in way), "none stands still"


def test_the_same_generator_gives_the_same_view() -> None:
    assert np.array_equal(places(3), places(3))
    assert not np.array_equal(places(3), places(4))


@pytest.mark.parametrize("part", range(PARTS))
def test_each_window_of_the_starter_is_one_part(part: int) -> None:
    sampling: Sampling = starter_spec().sampling
    count = PARTS * PART_FRAMES
    starts = plan_frames(count, sampling)[::2]
    assert len(starts) == PARTS
    seen = set(plan_window(count, starts[part], sampling.window))
    assert len(seen & set(range(part * PART_FRAMES, (part + 1) * PART_FRAMES))) >= PART_FRAMES - 1
