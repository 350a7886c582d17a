"""Heat maps with a model whose answer is known, and the arithmetic of fields and boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.made_explanation import FRAMES, distribution
from xl_vqa.explaining.faithfulness import faithfulness
from xl_vqa.explaining.heat import (
    BLOCKS,
    FIELDS,
    Block,
    blocks,
    box_of,
    exchanged,
    heat_from,
    heat_of,
    part_of,
    per_field,
)
from xl_vqa.video.clip import Clip
from xl_vqa.words.explanation import Box
from xl_vqa.words.rating import LabelDistribution

SIZE = (60, 96)
BAD, GOOD = 200, 100


def pair(level: int, fault: tuple[slice, slice] | None = None, *, windows: bool = True) -> Clip:
    """A grey pair, brighter at ``fault``; its point samples show the same."""
    picture = np.full((*SIZE, 3), level, np.uint8)
    samples = np.full((16, 28, 28, 3), level, np.uint8)
    if fault is not None:
        picture[fault] = BAD
        sides = zip(fault, SIZE, strict=True)
        rows, columns = (slice(one.start * 28 // side, one.stop * 28 // side) for one, side in sides)
        samples[:, rows, columns] = BAD
    return Clip((picture, picture.copy()), FRAMES, (), (samples,) if windows else ())


def score(clip: Clip) -> LabelDistribution:
    """A model that minds everything that is as bright as the fault, in frames and in samples."""
    seen = [*clip.frames, *clip.windows]
    share = float(np.mean([(one == BAD).mean() for one in seen]))
    return distribution(45 - 30 * share, 0.5)


@pytest.mark.parametrize("windows", [True, False])
def test_the_map_points_to_what_the_model_minds(windows: bool) -> None:
    fault = (slice(30, 60), slice(0, 32))
    asked: list[Clip] = []

    def rate(clips: Sequence[Clip]) -> list[LabelDistribution]:
        asked.extend(clips)
        return [score(clip) for clip in clips]

    good = pair(GOOD, windows=windows)
    heat = heat_of(pair(GOOD, fault, windows=windows), [good, good], rate)
    assert len(asked) == 3 * BLOCKS
    assert {clip.frames[0].shape for clip in asked} == {(20, 32, 3)}
    assert heat.relevance.max() == 1
    assert heat.loss > 1
    assert heat.relevance[3:, :2].min() > heat.relevance[:3, 3:].max()
    assert heat.box == Box(0.0, 0.5, 1 / 3, 1.0)


def test_where_nothing_is_worse_nothing_is_said() -> None:
    heat = heat_of(pair(GOOD), [pair(GOOD)], lambda clips: [score(clip) for clip in clips])
    assert heat.box is None
    assert heat.loss == 0
    assert not heat.relevance.any()


def test_what_falls_everywhere_is_no_place() -> None:
    heat = heat_from(np.full(BLOCKS, 1.3), 4.0)
    assert heat.box is None
    assert not heat.relevance.any()


@given(arrays.arrays(np.float64, BLOCKS, elements=st.floats(-4, 4)))
def test_any_losses_make_a_map(losses: np.ndarray) -> None:
    heat = heat_from(losses, 4.0)
    assert heat.relevance.shape == (FIELDS, FIELDS)
    assert heat.relevance.min() >= 0
    assert heat.relevance.max() in (0, 1)
    assert heat.box is None or heat.relevance.max() == 1
    assert 0 <= heat.loss <= 4


@given(st.integers(1, 3), st.integers(1, 40), st.integers(1, 40))
def test_a_part_of_the_smallest_picture_is_a_picture(frames: int, height: int, width: int) -> None:
    picture = np.zeros((height, width, 3), np.uint8)
    clip = Clip((picture, picture), FRAMES, (), (np.zeros((16, 28, 28, 3), np.uint8),))
    for part in blocks():
        cut = part_of(clip, part)
        assert min(cut.frames[0].shape) >= 1
        assert cut.windows[0].shape == (16, 28, 28, 3)


def test_the_point_samples_of_a_part_are_its_own() -> None:
    clip = pair(GOOD, (slice(0, 60), slice(0, 48)))
    left, right = part_of(clip, Block(0, 0, 6, 3)), part_of(clip, Block(0, 3, 6, 6))
    assert (left.windows[0] == BAD).all()
    assert (right.windows[0] == GOOD).all()
    assert (left.frames[0] == BAD).all()


def test_blocks_cover_every_field_and_a_picture_without_a_gap() -> None:
    covered = np.zeros(SIZE, int)
    for part in blocks():
        covered[part.inside(*SIZE)] += 1
    assert covered.min() >= 1
    assert covered.max() == 4


@given(arrays.arrays(np.float64, (FIELDS, FIELDS), elements=st.floats(-3, 3)))
def test_a_field_is_the_mean_of_its_blocks(values: np.ndarray) -> None:
    parts = blocks()
    gains = [float(values[part.top, part.left]) for part in parts]
    found = per_field(parts, gains)
    for row, column in np.ndindex(found.shape):
        over = [
            gain
            for part, gain in zip(parts, gains, strict=True)
            if part.top <= row < part.bottom and part.left <= column < part.right
        ]
        assert found[row, column] == pytest.approx(sum(over) / len(over), abs=1e-9)


@given(st.integers(0, 5), st.integers(0, 5), st.integers(1, 6), st.integers(1, 6))
def test_the_box_is_around_what_hangs_together(top: int, left: int, height: int, width: int) -> None:
    relevance = np.zeros((FIELDS, FIELDS))
    relevance[top : top + height, left : left + width] = 1.0
    bottom, right = min(top + height, FIELDS), min(left + width, FIELDS)
    assert box_of(relevance) == Box(left / FIELDS, top / FIELDS, right / FIELDS, bottom / FIELDS)


def test_a_second_spot_apart_from_the_strongest_is_not_in_the_box() -> None:
    relevance = np.zeros((FIELDS, FIELDS))
    relevance[0, 0], relevance[5, 5] = 1.0, 0.9
    assert box_of(relevance) == Box(0.0, 0.0, 1 / FIELDS, 1 / FIELDS)


def test_fields_are_exchanged_and_the_rest_stays() -> None:
    one, other = pair(GOOD), pair(50)
    fields = np.zeros((FIELDS, FIELDS), bool)
    fields[:3, :2] = True
    mixed = exchanged(one, other, fields)
    assert (mixed.frames[0][:30, :32] == 50).all()
    assert (mixed.frames[0] == 50).sum() == 3 * 30 * 32
    assert (mixed.windows[0][:, :14, :9] == 50).all()
    assert (mixed.windows[0][:, 14:] == GOOD).all()
    # what it was made of is as it was
    assert (one.frames[0] == GOOD).all()


def test_a_map_that_knows_is_more_faithful_than_one_that_does_not() -> None:
    fault = (slice(30, 60), slice(0, 32))
    bad, good = pair(GOOD, fault), pair(GOOD)

    def rate(clips: Sequence[Clip]) -> list[LabelDistribution]:
        return [score(clip) for clip in clips]

    knows = heat_of(bad, [good], rate).relevance
    of_it, of_its_opposite = faithfulness(knows, bad, good, rate), faithfulness(-knows, bad, good, rate)
    assert of_it is not None
    assert of_its_opposite is not None
    assert of_it.deletion > 0.8
    assert of_it.insertion > 0.8
    assert of_its_opposite.deletion < 0.2
    assert of_its_opposite.insertion < 0.2
    assert faithfulness(knows, good, good, rate) is None
