"""Point samples of the frames around each pair: the very pixels, the same from both decoders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media import make_clip
from xl_vqa.video.pictures import Orientation
from xl_vqa.video.point_samples import SIDE, point_samples
from xl_vqa.video.read import read_frames
from xl_vqa.video.sample import plan_window
from xl_vqa.words.model_spec import Sampling

SAMPLING = Sampling(frames=4, window=16)


@given(st.integers(1, 400), st.integers(1, 400))
def test_samples_are_pixels_of_the_frame_evenly_spread(height: int, width: int) -> None:
    rows, columns = np.mgrid[0:height, 0:width]
    numbered = np.stack([rows % 256, columns % 256, (rows // 256) * 16 + columns // 256], axis=2).astype(np.uint8)
    found = point_samples(numbered)
    assert found.shape == (SIDE, SIDE, 3)
    for axis, length in ((0, height), (1, width)):
        line = (found[:, 0] if axis == 0 else found[0]).astype(int)
        whole = line[:, axis] + 256 * (line[:, 2] // 16 if axis == 0 else line[:, 2] % 16)
        gaps = np.diff(whole)
        assert gaps.min() >= length // SIDE
        assert gaps.max() <= -(-length // SIDE)
        # as far from one edge as from the other
        assert abs(whole[0] - (length - 1 - whole[-1])) <= 1


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("windows") / "clip.mp4", 128, 96, 60)


@pytest.mark.parametrize("decoder", ["auto", "pyav"])
def test_windows_are_samples_of_the_frames_that_are_planned(path: Path, decoder: str) -> None:
    clip = read_frames(path, SAMPLING, decoder=decoder)  # type: ignore[arg-type]
    every = read_frames(path, Sampling(frames=60, adjacent_pairs=False)).frames
    assert len(clip.windows) == 2
    for start, window in zip(clip.used.indices[::2], clip.windows, strict=True):
        expected = [point_samples(every[number]) for number in plan_window(60, start, 16)]
        assert np.array_equal(window, np.stack(expected))
    assert any("16 frames around each pair" in note for note in clip.used.notes_in("en"))


def test_frames_and_plan_are_those_without_windows(path: Path) -> None:
    clip, plain = read_frames(path, SAMPLING), read_frames(path, Sampling(frames=4))
    assert clip.used.indices == plain.used.indices
    assert all(np.array_equal(a, b) for a, b in zip(clip.frames, plain.frames, strict=True))
    assert plain.windows == ()


def test_samples_come_from_the_whole_picture_whatever_the_size_asked_for(path: Path) -> None:
    small, full = read_frames(path, SAMPLING, max_side=64), read_frames(path, SAMPLING)
    assert small.frames[0].shape[1] == 64
    assert all(np.array_equal(a, b) for a, b in zip(small.windows, full.windows, strict=True))


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_short_video_is_gone_through_forth_and_back(tmp_path: Path, frames: int) -> None:
    clip = read_frames(make_clip(tmp_path / "short.mp4", 64, 48, frames), SAMPLING)
    assert {window.shape for window in clip.windows} == {(16, SIDE, SIDE, 3)}


def test_a_cut_off_video_has_whole_windows(path: Path, tmp_path: Path) -> None:
    ts = make_clip(tmp_path / "a.ts", 128, 96, 60)
    cut = tmp_path / "cut.ts"
    cut.write_bytes(ts.read_bytes()[: ts.stat().st_size * 2 // 3])
    clip = read_frames(cut, SAMPLING)
    assert {window.shape for window in clip.windows} == {(16, SIDE, SIDE, 3)}


@pytest.mark.parametrize("turn", [(t, r, c) for t in (False, True) for r in (False, True) for c in (False, True)])
def test_samples_of_a_turned_picture_need_no_copy_of_it(turn: tuple[bool, bool, bool]) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (97, 61, 3), dtype=np.uint8)
    orientation = Orientation(*turn)
    view = orientation.view(picture)
    assert np.shares_memory(view, picture)
    assert np.array_equal(point_samples(view), point_samples(orientation.apply(picture)))
