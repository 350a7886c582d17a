"""Every defect changes what it should, more so with each severity."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from xl_vqa.training import defects
from xl_vqa.training.defects import BY_NAME, DEFECTS, Defect

CHANGES = [d for d in DEFECTS if d.change is not None]


def moving(count: int = 24, height: int = 72, width: int = 96) -> np.ndarray:
    rng = np.random.default_rng(0)
    smooth = rng.integers(30, 226, (height // 8, width // 4, 3)).repeat(8, 0).repeat(8, 1)[:height]
    return np.stack([smooth[:, i * 2 : i * 2 + width] for i in range(count)]).astype(np.uint8)


def apply(defect: Defect, severity: int, frames: np.ndarray) -> np.ndarray:
    assert defect.change is not None
    return defect.change(frames, defect.levels[severity - 1], np.random.default_rng(5))


@pytest.mark.parametrize("defect", CHANGES, ids=lambda d: d.name)
def test_shape_and_source_are_kept(defect: Defect) -> None:
    frames = moving()
    before = frames.copy()
    for severity in defects.SEVERITIES:
        after = apply(defect, severity, frames)
        assert after.shape == frames.shape
        assert after.dtype == np.uint8
        assert (after != before).any()
    assert np.array_equal(frames, before)


@pytest.mark.parametrize("defect", CHANGES, ids=lambda d: d.name)
def test_the_strongest_is_stronger_than_the_weakest(defect: Defect) -> None:
    frames = moving().astype(float)
    weak, strong = (np.abs(apply(defect, s, moving()) - frames).mean() for s in (1, 5))
    assert strong > weak


def test_freeze_repeats_frames_and_jumps_on() -> None:
    frames = moving()
    frozen = apply(BY_NAME["freeze"], 3, frames)
    same = [(a == b).all() for a, b in itertools.pairwise(frozen)]
    assert 0.3 <= np.mean(same) <= 0.75
    assert not (frozen[-1] == frozen[0]).all()


def test_judder_shows_every_frame_as_often_as_asked() -> None:
    frames = moving()
    slow = apply(BY_NAME["judder"], 3, frames)
    assert np.array_equal(slow, frames[np.arange(24) // 4 * 4])


def test_flicker_changes_brightness_not_places() -> None:
    frames = np.repeat(moving(1), 24, axis=0)
    levels = apply(BY_NAME["flicker"], 4, frames).mean((1, 2, 3))
    assert levels.std() > 5
    assert moving(1).mean() == pytest.approx(levels.mean(), rel=0.15)


def test_desaturated_to_the_end_is_grey() -> None:
    grey = apply(BY_NAME["desaturated"], 5, moving()).astype(int)
    assert np.abs(grey - grey.mean(-1, keepdims=True)).max() <= 1


def test_banding_leaves_few_values() -> None:
    assert len(np.unique(apply(BY_NAME["banding"], 5, moving()))) <= 4


def test_lost_packets_stay_local() -> None:
    frames = moving()
    changed = (apply(BY_NAME["packet_loss"], 1, frames) != frames).any(-1)
    assert 0 < changed.mean() < 0.2


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: d.name)
def test_tables_fall_and_levels_fit(defect: Defect) -> None:
    assert len(defect.levels) == 5
    assert len(set(defect.levels)) == 5
    if defect.table is not None:
        assert list(defect.table) == sorted(defect.table, reverse=True)
        assert all(1 <= mos < 5 for mos in defect.table)
    assert defect.change or defect.filters or defect.codec


def test_vmaf_to_mos_is_bounded_and_rises() -> None:
    values = [defects.mos_of_vmaf(v) for v in (0, 20, 40, 97, 100)]
    assert values[:2] == [1.0, 1.0]
    assert values[3:] == [5.0, 5.0]
    assert 1 < values[2] < 5


@pytest.mark.parametrize("size", [(640, 360), (202, 360)])
def test_filters_fit_the_picture(size: tuple[int, int]) -> None:
    for defect in DEFECTS:
        for severity in defects.SEVERITIES:
            chain = defects.filter_of(defect, severity, size, np.random.default_rng(0))
            assert "{" not in chain
            if "scale=" in chain:
                assert chain.endswith(f"scale={size[0]}:{size[1]}:flags=" + chain.rsplit("=", 1)[1])
