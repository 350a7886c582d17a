"""A fault that stays in one place while the scene moves, and what cannot be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.explaining.test_change import damaged
from tests.made_explanation import FRAMES as USED
from tests.made_explanation import distribution
from xl_vqa.explaining.cell_statistics import series_of
from xl_vqa.explaining.fixed_pattern import movement, pattern_of
from xl_vqa.explaining.measuring import Asked, Meter, pair_of
from xl_vqa.explaining.places import relevance_of
from xl_vqa.explaining.steady import LOOKS, place_of_pattern, steady_of
from xl_vqa.video.clip import Clip
from xl_vqa.vlm.rater import PreparedVideo
from xl_vqa.words.rating import LabelDistribution

HEIGHT, WIDTH = 144, 256
BOX = slice(72, 144), slice(0, 96)


class Pan:
    """A camera that pans over a scene, by ``speed`` pixels a look, with a fault in ``BOX`` all along."""

    def __init__(self, speed: int, kind: str = "") -> None:
        rng = np.random.default_rng(1)
        scene = rng.uniform(60, 190, (HEIGHT, WIDTH + 400, 3))
        coarse = rng.uniform(-50, 50, (9, 41, 1)).repeat(16, 0).repeat(16, 1)
        for axis in (0, 1):
            scene = (scene + np.roll(scene, 1, axis) + np.roll(scene, -1, axis)) / 3
        self.scene = np.clip(scene + coarse[:HEIGHT, : WIDTH + 400], 0, 255).astype(np.uint8)
        self.speed, self.kind = speed, kind
        self.used = replace(USED, duration_s=float(LOOKS), fps=1.0, frame_count=10_000, width=WIDTH, height=HEIGHT)

    def frame(self, at: float) -> np.ndarray:
        left = int(at) * self.speed % 400
        picture = self.scene[:, left : left + WIDTH].copy()
        if self.kind:
            picture[BOX] = damaged(picture, self.kind, int(at))[BOX]
        return picture

    def read(self, times: Sequence[float]) -> Clip:
        frames = [self.frame(at) for at in times for _ in (0, 1)]
        stamps = tuple(float(at) for at in times for _ in (0, 1))
        return Clip(tuple(frames), replace(self.used, indices=tuple(range(len(frames))), timestamps_s=stamps))

    def asked(self) -> Asked:
        """A model that likes light pictures."""

        def rate(items: Sequence[PreparedVideo]) -> list[LabelDistribution]:
            return [distribution(10 + 40 * one.payload / 255, 0.5) for one in items]

        def prepare(clip: Clip) -> PreparedVideo:
            return PreparedVideo(float(np.mean([one.mean() for one in clip.frames])), (), 100, 0)

        return Asked(read=self.read, prepare=prepare, rate=rate, meter=Meter(50, 1))


@pytest.mark.parametrize("kind", ["dark", "blocks"])
def test_a_place_that_stays_bad_while_the_scene_moves_is_found(kind: str) -> None:
    pan = Pan(7, kind)
    found = steady_of(pan.used, pan.asked())
    assert found.told
    assert found.pattern is not None
    relevance = relevance_of(found.pattern.cells, found.pattern.strength)
    inside = relevance[9:, :9].mean()
    assert inside > 3 * relevance[:9].mean()
    assert inside > 3 * relevance[:, 10:].mean()


def test_a_scene_alone_has_no_such_place() -> None:
    pan = Pan(7)
    found = steady_of(pan.used, pan.asked())
    assert found.told
    assert found.pattern is None


def test_where_nothing_moves_it_is_not_told() -> None:
    pan = Pan(0, "dark")
    assert not steady_of(pan.used, pan.asked()).told
    assert not steady_of(replace(pan.used, frame_count=2), pan.asked()).told


def test_the_model_has_to_mind_the_place() -> None:
    dark, blocks = Pan(7, "dark"), Pan(7, "blocks")
    for pan, minded in ((dark, True), (blocks, False)):
        found = steady_of(pan.used, pan.asked())
        assert found.pattern is not None
        clip = pan.read([3.0, 9.0])
        place = place_of_pattern(found.pattern, [pair_of(clip, 0), pair_of(clip, 1)], pan.asked())
        assert (place.box is not None) == minded
        assert (place.loss > 0.5) == minded


@pytest.mark.parametrize(("down", "across"), [(0, 0), (5, -3), (-8, 12)])
def test_movement_is_that_of_the_picture(down: int, across: int) -> None:
    scene = np.random.default_rng(0).random((120, 160))
    one = scene[30:90, 40:120]
    other = scene[30 - down : 90 - down, 40 - across : 120 - across]
    found = movement(one, other)
    assert found[:2] == (down, across)
    assert found[2] > 8
    assert movement(one, np.random.default_rng(1).random((60, 80)))[2] < 8


def test_two_scenes_are_not_taken_for_one() -> None:
    rng = np.random.default_rng(0)
    frames = [rng.integers(0, 256, (72, 96, 3), dtype=np.uint8) for _ in range(20)]
    series = np.stack([series_of([frame])[0] for frame in frames])
    assert pattern_of(series, frames) is None
