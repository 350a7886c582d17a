"""Heat maps with a model whose answer is known, and the arithmetic of fields and boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.made_explanation import FRAMES, distribution
from xl_vqa.explaining.heat import FIELDS, PAIRS, Block, blocks, box_of, exchanged, heat_of, per_field
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
    return distribution(45 - 60 * share, 0.5)


@pytest.mark.parametrize("windows", [True, False])
def test_the_map_points_to_what_the_model_minds(windows: bool) -> None:
    fault = (slice(30, 60), slice(0, 32))
    asked: list[Clip] = []

    def rate(clips: Sequence[Clip]) -> list[LabelDistribution]:
        asked.extend(clips)
        return [score(clip) for clip in clips]

    heat = heat_of(pair(GOOD, fault, windows=windows), pair(GOOD, windows=windows), rate)
    assert len(asked) == PAIRS + 2
    assert heat.relevance.max() == 1
    assert heat.loss > 0.1
    inside = heat.relevance[3:, :2]
    assert inside.min() > heat.relevance[:3, 3:].max()
    assert heat.box is not None
    assert heat.box.left == 0
    assert heat.box.bottom == 1
    assert heat.box.right <= 0.5
    assert heat.box.top >= 1 / 3


def test_where_nothing_is_worse_nothing_is_said() -> None:
    heat = heat_of(pair(GOOD), pair(GOOD), lambda clips: [score(clip) for clip in clips])
    assert heat.box is None
    assert heat.loss == 0
    assert not heat.relevance.any()


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


def test_parts_are_exchanged_and_the_rest_stays() -> None:
    one, other = pair(GOOD), pair(50)
    part = Block(0, 0, 3, 2)
    mixed = exchanged(one, other, [part])
    where = part.inside(*SIZE)
    assert (mixed.frames[0][where] == 50).all()
    assert (mixed.frames[0] == 50).sum() == 3 * 30 * 32
    assert (mixed.windows[0][:, :14, :9] == 50).all()
    assert (mixed.windows[0][:, 14:] == GOOD).all()
    # what it was made of is as it was
    assert (one.frames[0] == GOOD).all()
