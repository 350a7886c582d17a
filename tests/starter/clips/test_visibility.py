"""A table's loss counts by what the defect changed in this very clip."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.clips import contents, defects, visibility
from starter.clips.defects import BY_NAME, DEFECTS
from starter.clips.encoder import Frames
from tests.starter.clips.test_defects import apply, moving


def levels(value: float, count: int = 4) -> Frames:
    return np.full((count, 30, 30, 3), value, np.uint8)


def test_nothing_changed_is_nothing_seen() -> None:
    still = np.repeat(moving(1), 24, axis=0)
    assert visibility.seen_share("stutter", 5, visibility.change(still, apply(BY_NAME["stutter"], 5, still))) == 0
    flat = levels(120)
    assert (
        visibility.seen_share("sharpened", 4, visibility.change(flat, apply(BY_NAME["sharpened"], 4, flat))) == 0
    )


def test_the_change_is_the_root_mean_square_in_grey_levels() -> None:
    assert visibility.change(levels(100), levels(106)) == pytest.approx(6)
    half = levels(100)
    half[:2] = 106
    assert visibility.change(levels(100), half) == pytest.approx(6 / np.sqrt(2))


def test_the_usual_change_counts_fully_and_a_quarter_of_enough_by_half() -> None:
    usual = visibility.USUAL["freeze"][2]
    assert visibility.seen_share("freeze", 3, usual) == 1
    assert visibility.seen_share("freeze", 3, 2.0) == pytest.approx(np.sqrt(2 / (visibility.ENOUGH * usual)))


@given(st.sampled_from(sorted(visibility.USUAL)), st.floats(0.2, 5), st.integers(0, 60), st.integers(0, 60))
def test_more_change_is_never_seen_less(name: str, strength: float, first: int, second: int) -> None:
    low, high = sorted((first, second))
    shares = [visibility.seen_share(name, strength, float(value)) for value in (low, high)]
    assert 0 <= shares[0] <= shares[1] <= 1


def test_exposure_is_judged_by_the_table_alone() -> None:
    for name in visibility.ALWAYS:
        assert visibility.seen_share(name, 3, 0.0) == 1


def test_every_table_has_a_usual_change_that_grows_with_severity() -> None:
    for defect in DEFECTS:
        listed = defect.name in visibility.USUAL
        assert listed == (defect.table is not None and defect.name not in visibility.ALWAYS)
        if listed:
            row = visibility.USUAL[defect.name]
            assert len(row) == len(defects.SEVERITIES)
            assert list(row) == sorted(set(row))


def test_what_is_measured_is_the_median_over_contents(monkeypatch: pytest.MonkeyPatch) -> None:
    scenes = [
        contents.Content(f"a/{i}", "a", "package", "train", "Anna", "CC0-1.0", "none", 30, 30, 25.0)
        for i in range(3)
    ]
    brightness = {"a/0": 10, "a/1": 40, "a/2": 200}
    monkeypatch.setattr(contents, "render", lambda scene: levels(brightness[scene.name], 8))
    found = visibility.measure(scenes)
    assert found.keys() == visibility.USUAL.keys()
    changes = []
    for scene in scenes:
        before = levels(brightness[scene.name], 8)
        rng = contents.generator("part", scene.name, "flicker")
        changes.append(visibility.change(before, defects.flicker(before, 0.15, rng)))
    assert found["flicker"][2] == pytest.approx(sorted(changes)[1], abs=0.01)
    assert found["freeze"] == (0, 0, 0, 0, 0)
