"""Every defect changes what it should, more so with each severity."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.clips import defects
from starter.clips.defects import BY_NAME, DEFECTS, Defect
from starter.clips.human_opinion import CLEAN_MOS

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


@pytest.mark.parametrize("defect", [d for d in defects.NEW if d.change], ids=lambda d: d.name)
def test_each_severity_is_further_from_the_clean_frames(defect: Defect) -> None:
    assert defect.change is not None
    frames = moving(16)
    for seed in range(3):
        after = [defect.change(frames, level, np.random.default_rng(seed)) for level in defect.levels]
        assert np.array_equal(after[2], defect.change(frames, defect.levels[2], np.random.default_rng(seed)))
        away = [np.abs(changed.astype(float) - frames).mean() for changed in after]
        if defect.name == "stutter":
            # a long hold may end near the right frame by chance: what grows is how many are repeated
            away = [sum((a == b).all() for a, b in itertools.pairwise(changed)) for changed in after]
        assert away == sorted(away), (seed, away)
        assert away[0] < away[-1]


@pytest.mark.parametrize("name", defects.GENERATED)
@pytest.mark.parametrize("size", [(48, 36), (37, 91), (16, 16)])
def test_generated_defects_take_any_size(name: str, size: tuple[int, int]) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (5, *size, 3), dtype=np.uint8)
    frames.flags.writeable = False
    for seed in range(3):
        after = BY_NAME[name].change(frames, BY_NAME[name].levels[4], np.random.default_rng(seed))  # type: ignore[misc]
        assert after.shape == frames.shape
        assert after.dtype == np.uint8


def test_boiling_moves_a_still_texture_in_every_frame() -> None:
    frames = np.repeat(moving(1), 8, axis=0)
    boiled = apply(BY_NAME["texture_boiling"], 4, frames)
    assert all((a != b).any() for a, b in itertools.pairwise(boiled))


def test_drift_grows_with_time() -> None:
    frames = moving()
    away = np.abs(apply(BY_NAME["identity_drift"], 4, frames).astype(float) - frames).mean((1, 2, 3))
    assert away[-1] > 5 * away[1]


def test_warping_wanders_and_leaves_the_borders() -> None:
    frames = np.repeat(moving(1), 24, axis=0)
    warped = apply(BY_NAME["warping"], 5, frames)
    assert np.abs(warped[0].astype(int) - warped[12]).mean() > 1
    assert np.array_equal(warped[:, 0], frames[:, 0])


def test_combing_leaves_every_second_line() -> None:
    frames = moving()
    combed = apply(BY_NAME["interlaced"], 2, frames)
    assert np.array_equal(combed[:, ::2], frames[:, ::2])
    assert np.array_equal(combed[:-2, 1::2], frames[2:, 1::2])


def test_stutter_is_uneven_and_keeps_up_with_time() -> None:
    frames = moving(32)
    starts = [int(np.flatnonzero((frames == f).all((1, 2, 3)))[0]) for f in apply(BY_NAME["stutter"], 4, frames)]
    assert all(0 <= i - start <= 10 for i, start in enumerate(starts))
    assert len(set(np.diff(sorted(set(starts))))) > 1


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: d.name)
def test_strengths_lie_on_the_levels(defect: Defect) -> None:
    for severity in defects.SEVERITIES:
        assert defects.level_at(defect, severity) == defect.levels[severity - 1]
        if defect.table is not None:
            # nobody was asked: drawn together so that nothing wrong is what people give to a clean film
            wanted = 1 + (defect.table[severity - 1] - 1) * (CLEAN_MOS - 1) / 4
            assert defects.table_mos(defect, severity) == pytest.approx(wanted)
    if defect.neutral is None:
        with pytest.raises(ValueError, match="no such strength"):
            defects.level_at(defect, 0.5)
    else:
        between = sorted((defect.neutral, defect.levels[0]))
        assert between[0] < defects.level_at(defect, 0.5) < between[1]
    with pytest.raises(ValueError, match="no such strength"):
        defects.level_at(defect, 5.5)


@given(st.lists(st.floats(1.01, CLEAN_MOS - 0.01), min_size=2, max_size=4))
def test_two_defects_are_worse_than_each(parts: list[float]) -> None:
    combined = defects.combined_mos(parts)
    assert 1 <= combined < min(parts)
    assert combined == pytest.approx(defects.combined_mos(parts[::-1]))
    # and never as bad as both losses together
    assert combined >= CLEAN_MOS - sum(CLEAN_MOS - mos for mos in parts)
    assert defects.combined_mos([*parts, CLEAN_MOS]) == pytest.approx(combined)


def test_one_defect_alone_keeps_its_mos() -> None:
    assert defects.combined_mos([3.2]) == pytest.approx(3.2)


def test_the_table_counts_by_what_is_seen() -> None:
    stutter = BY_NAME["stutter"]
    whole = defects.table_mos(stutter, 5)
    assert whole is not None
    assert defects.table_mos(stutter, 5, 0.0) == CLEAN_MOS
    assert defects.table_mos(stutter, 5, 0.5) == pytest.approx((CLEAN_MOS + whole) / 2)


def test_sharpening_overshoots_at_edges_and_leaves_flat_parts_alone() -> None:
    edge = np.full((2, 40, 60, 3), 80, np.uint8)
    edge[:, :, 30:] = 160
    sharp = apply(BY_NAME["sharpened"], 3, edge)
    assert sharp[0, 20, 29].max() < 80 < 160 < sharp[0, 20, 30].min()
    assert np.array_equal(sharp[:, :, :25], edge[:, :, :25])
    assert np.array_equal(sharp[:, :, 35:], edge[:, :, 35:])


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


@pytest.mark.parametrize("size", [(640, 360), (202, 360)])
def test_filters_fit_the_picture(size: tuple[int, int]) -> None:
    for defect in DEFECTS:
        for severity in defects.SEVERITIES:
            chain = defects.filter_of(defect, severity, size, np.random.default_rng(0))
            assert "{" not in chain
            if "scale=" in chain:
                assert chain.endswith(f"scale={size[0]}:{size[1]}:flags=" + chain.rsplit("=", 1)[1])
