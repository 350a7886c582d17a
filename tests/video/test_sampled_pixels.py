"""Point samples without converting whole frames: the same pixels bit for bit, or else whole frames after all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.media import make_clip
from xl_vqa.video.colour import Colour, colour_of
from xl_vqa.video.cropping import Cropping
from xl_vqa.video.framing import Framing
from xl_vqa.video.pictures import Orientation
from xl_vqa.video.point_samples import point_samples
from xl_vqa.video.read import read_frames
from xl_vqa.video.sampled_pixels import SampledPixels
from xl_vqa.words.model_spec import Sampling

MATRICES, RANGES = (1, 2, 5, 6, 7, 9), (0, 1, 2)
orientations = st.builds(Orientation, st.booleans(), st.booleans(), st.booleans())


def coded_noise(width: int, height: int, kind: str = "yuv420p", seed: int = 0) -> av.VideoFrame:
    frame = av.VideoFrame(width, height, kind)
    rng = np.random.default_rng(seed)
    for plane in frame.planes:
        plane.update(rng.integers(0, 256, plane.buffer_size, dtype=np.uint8).tobytes())
    return frame


def whole(frame: av.VideoFrame, framing: Framing) -> NDArray[np.uint8]:
    rgb = colour_of(frame).rgb(frame, frame.width, frame.height)
    return point_samples(framing.upright(rgb))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(8, 700),
    st.integers(8, 400),
    st.sampled_from(MATRICES),
    st.sampled_from(RANGES),
    st.sampled_from(["yuv420p", "yuvj420p"]),
    orientations,
    st.tuples(*4 * [st.integers(0, 3)]),
)
def test_they_are_those_of_the_frame_converted_whole(
    width: int, height: int, matrix: int, kind_of_range: int, kind: str, turn: Orientation, cut: tuple[int, ...]
) -> None:
    frame = coded_noise(width, height, kind, seed=width)
    frame.colorspace, frame.color_range = matrix, kind_of_range
    framing = Framing(turn, cropping=Cropping(*cut))
    found = SampledPixels(framing, width, height).of(frame)
    if height % 2:
        assert found is None
    else:
        assert found is not None
        assert np.array_equal(found, whole(frame, framing))


def test_what_is_not_proven_pixel_by_pixel_is_converted_whole() -> None:
    quick = SampledPixels(Framing(Orientation()), 64, 48)
    assert quick.of(coded_noise(64, 48)) is not None
    assert quick.of(coded_noise(64, 48, "yuv444p")) is None
    # a stream that changes its size on the way
    assert quick.of(coded_noise(32, 48)) is None


def test_one_frame_that_differs_ends_all_trust() -> None:
    quick, frame = SampledPixels(Framing(Orientation()), 64, 48), coded_noise(64, 48)
    pixels = quick.of(frame)
    assert pixels is not None
    assert not quick.proven
    quick.compare(pixels, pixels)
    assert quick.proven
    quick.compare(pixels, pixels ^ 1)
    assert quick.wrong
    assert not quick.proven
    assert quick.of(frame) is None


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("sampled") / "clip.mp4", 128, 96, 60)


def test_only_the_first_frame_and_those_of_the_plan_are_converted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    converted = []
    plain = Colour.rgb

    def rgb(colour: Any, frame: av.VideoFrame, *size: int) -> NDArray[Any]:
        converted.append(frame.pts)
        return plain(colour, frame, *size)

    monkeypatch.setattr(Colour, "rgb", rgb)
    clip = read_frames(path, Sampling(frames=4, window=16))
    assert len(clip.windows) == 2
    assert len(converted) == len(set(clip.used.indices)) + 1


def test_a_scaler_that_mixes_neighbours_costs_time_and_no_pixel(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sampling = Sampling(frames=4, window=16)
    expected = read_frames(path, sampling)
    plain = SampledPixels.of
    calls = 0

    def of(self: SampledPixels, frame: av.VideoFrame) -> NDArray[np.uint8] | None:
        nonlocal calls
        calls += 1
        found = plain(self, frame)
        # right on the first frame, wrong from then on
        return found if found is None or calls == 1 else found ^ 1

    monkeypatch.setattr(SampledPixels, "of", of)
    found = read_frames(path, sampling)
    assert calls > 1
    assert all(np.array_equal(a, b) for a, b in zip(found.windows, expected.windows, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(found.frames, expected.frames, strict=True))
