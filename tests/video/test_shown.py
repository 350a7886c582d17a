"""Pictures as a person sees them: colour by its tags, HDR on an ordinary screen, true shape, interlaced named."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.media import make_clip
from tests.video.conftest import Maker
from xl_vqa.video.framing import Framing
from xl_vqa.video.pictures import Orientation
from xl_vqa.video.probe import probe
from xl_vqa.video.read import read_frames
from xl_vqa.video.tone_mapping import ToneMap, Transfer, pq_code, pq_light, rolled_off
from xl_vqa.words.messages import text
from xl_vqa.words.model_spec import Sampling

WIDTH, HEIGHT = 96, 64
BT709, YCGCO, BT2020, BT2020_CL, ICTCP = 1, 8, 9, 10, 14


def coded(
    path: Path, yuv: tuple[float, float, float], matrix: int, transfer: int = 1, primaries: int = 1, count: int = 4
) -> Path:
    """One colour throughout, given as limited-range levels of 8 bits, stored exactly in 10 bits."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream(
            "libx265", rate=25, options={"x265-params": "lossless=1:log-level=none:pools=none:frame-threads=1"}
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p10le"
        context = stream.codec_context
        context.colorspace, context.color_trc, context.color_primaries = matrix, transfer, primaries
        context.color_range = 1
        for number in range(count):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p10le")
            for plane, level in zip(frame.planes, yuv, strict=True):
                plane.update(np.full(plane.buffer_size // 2, round(4 * level), np.uint16).tobytes())
            frame.pts, frame.colorspace, frame.color_range = number, matrix, 1
            frame.color_trc, frame.color_primaries = transfer, primaries
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def shown(path: Path, window: int = 0) -> tuple[list[int], tuple[str, ...], tuple[str, ...]]:
    """The colour of the middle, the notes and the warnings; the point samples are of that colour too."""
    clip = read_frames(path, Sampling(2, window=window))
    colour = clip.frames[0][HEIGHT // 2, WIDTH // 2]
    for samples in clip.windows:
        assert np.array_equal(samples, np.broadcast_to(colour, samples.shape))
    return [int(level) for level in colour], tuple(clip.used.notes_in("en")), clip.warnings


def close(colour: list[int], wanted: Any, by: float = 2) -> bool:
    return bool(np.abs(np.array(colour, float) - np.asarray(wanted, float)).max() <= by)


# -- matrices


def test_the_matrix_tag_decides(tmp_path: Path) -> None:
    for matrix, (kr, kb) in ((BT709, (0.2126, 0.0722)), (BT2020, (0.2627, 0.0593))):
        y, cb, cr = (110 - 16) / 219, (100 - 128) / 224, (170 - 128) / 224
        red, blue = y + 2 * (1 - kr) * cr, y + 2 * (1 - kb) * cb
        grey = (y - kr * red - kb * blue) / (1 - kr - kb)
        colour, notes, _ = shown(coded(tmp_path / f"{matrix}.mkv", (110, 100, 170), matrix))
        # FFmpeg's scaler is exact to a few levels; the other matrix would be 7 and more away
        assert close(colour, [255 * red, 255 * grey, 255 * blue], by=3.5)
        assert not any("matrix" in note for note in notes)


def test_ycgco_is_computed(tmp_path: Path) -> None:
    y, cg, co = (126 - 16) / 219, (100 - 128) / 224, (150 - 128) / 224
    colour, _, warnings = shown(coded(tmp_path / "a.mkv", (126, 100, 150), YCGCO), window=4)
    assert close(colour, [255 * (y - cg + co), 255 * (y + cg), 255 * (y - cg - co)])
    assert "warning_hdr" not in warnings


@pytest.mark.parametrize("transfer", [1, 14, 16, 18])
def test_constant_luminance_is_shown_as_players_do(tmp_path: Path, transfer: int) -> None:
    plain, _, _ = shown(coded(tmp_path / "n.mkv", (110, 100, 170), BT2020, transfer, 9))
    constant, notes, _ = shown(coded(tmp_path / "c.mkv", (110, 100, 170), BT2020_CL, transfer, 9))
    assert constant == plain
    assert any("constant luminance" in note for note in notes)


@pytest.mark.parametrize("matrix", [8, 10, 11, 12, 13, 14, 15])
def test_no_tag_makes_a_video_unreadable(tmp_path: Path, matrix: int) -> None:
    colour, _, _ = shown(coded(tmp_path / "a.mkv", (126, 128, 128), matrix, 16 if matrix == ICTCP else 1))
    assert max(colour) - min(colour) <= 1  # grey is grey by every matrix


# -- HDR


def pq_level(light: float) -> float:
    return float(16 + 219 * pq_code(light))


@pytest.mark.parametrize("matrix", [BT2020, ICTCP])
@pytest.mark.parametrize("light", [0.0, 10.0, 100.0, 203.0, 1000.0])
def test_pq_light_is_shown_as_bright_as_a_screen_can(tmp_path: Path, light: float, matrix: int) -> None:
    path = coded(tmp_path / "a.mkv", (pq_level(light), 128, 128), matrix, Transfer.PQ, 9)
    colour, notes, warnings = shown(path, window=4)
    expected = 255 * (float(rolled_off(np.array(light), 1000.0)) / 203) ** (1 / 2.4)
    assert close(colour, [expected] * 3, by=3)
    assert warnings[-1] == "warning_hdr"
    assert "HDR tone-mapped to BT.709" in notes
    for language in ("en", "ja"):
        assert "HDR" in text("warning_hdr", language)


def test_hlg_white_is_bright_and_its_middle_is_not(tmp_path: Path) -> None:
    white, _, _ = shown(coded(tmp_path / "w.mkv", (16 + 219 * 0.75, 128, 128), BT2020, Transfer.HLG, 9), window=4)
    middle, _, warnings = shown(coded(tmp_path / "m.mkv", (16 + 219 * 0.38, 128, 128), BT2020, Transfer.HLG, 9))
    # BT.2408: HLG's 75% is reference white of 203 cd/m2, its 38% a grey of 26
    assert close(white, [255 * (float(rolled_off(np.array(203.0), 1000.0)) / 203) ** (1 / 2.4)] * 3, by=4)
    assert close(middle, [255 * (26 / 203) ** (1 / 2.4)] * 3, by=6)
    assert "warning_hdr" in warnings


@given(st.lists(st.floats(0, 10_000), min_size=2, max_size=20), st.floats(150, 10_000))
def test_the_curve_rises_and_ends_at_white(lights: list[float], peak: float) -> None:
    ordered = np.array(sorted(lights))
    rolled = rolled_off(ordered, peak)
    assert np.all(np.diff(rolled) >= -1e-6)
    assert rolled.max() <= 203.001
    assert np.all(rolled <= ordered * 1.000001 + 1e-6)
    assert pq_light(pq_code(ordered)) == pytest.approx(ordered, rel=1e-6, abs=1e-6)


def test_saturated_light_keeps_its_hue_and_narrow_colours_are_exact() -> None:
    code = np.round(pq_code(np.array([150.0, 20.0, 20.0])) * 65535).astype(np.uint16)
    red = ToneMap(Transfer.PQ, primaries=BT709).apply(code[None, None])[0, 0]
    dim = ToneMap(Transfer.PQ, 203.0, BT709).apply(code[None, None])[0, 0]
    assert dim == pytest.approx(255 * (np.array([150, 20, 20]) / 203) ** (1 / 2.4), abs=1.5)
    share = (red.astype(float) / dim) ** 2.4
    assert share == pytest.approx([share[0]] * 3, abs=0.03)


# -- shape


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts", "mov"])
def test_pixels_that_are_not_square_are_stretched(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    ring = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    ring[:, 40:56] = 255
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.sample_aspect_ratio = stream.codec_context.sample_aspect_ratio = Fraction(16, 11)
        for number in range(6):
            frame = av.VideoFrame.from_ndarray(ring, format="rgb24")
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    clip = read_frames(path, Sampling(4))
    width = round(WIDTH * 16 / 11)
    assert {picture.shape for picture in clip.frames} == {(HEIGHT, width, 3)}
    assert (clip.used.width, clip.used.height) == (width, HEIGHT)
    assert probe(path).pixel_aspect == pytest.approx(16 / 11)
    bright = np.flatnonzero(clip.frames[0][HEIGHT // 2, :, 1] > 127)
    assert len(bright) == pytest.approx(16 * 16 / 11, abs=1.5)
    assert bright.mean() == pytest.approx((width - 1) / 2, abs=1)
    small = read_frames(path, Sampling(4), max_side=70)
    assert small.frames[0].shape == (32, 70, 3)


@given(
    st.integers(2, 40),
    st.integers(2, 40),
    st.fractions(Fraction(1, 4), 4),
    st.booleans(),
    st.none() | st.integers(1, 30),
)
def test_what_is_shown_has_the_size_that_is_said(
    width: int, height: int, aspect: Fraction, turned: bool, most: int | None
) -> None:
    framing = Framing(Orientation(transpose=turned), aspect)
    stored: NDArray[np.uint8] = np.zeros((height, width, 3), np.uint8)
    said = framing.shown_size(width, height)
    picture = framing.shown(stored, most)
    if most is None or max(said) <= most:
        assert picture.shape[1::-1] == said
    else:
        assert max(picture.shape[:2]) == most
    assert framing.upright(stored).shape[1::-1] == ((height, width) if turned else (width, height))


# -- interlaced


def test_interlaced_video_is_woven_and_said_to_be(tmp_path: Path, clip: Maker) -> None:
    path = make_clip(
        tmp_path / "a.mpg", codec="mpeg2video", options={"flags": "+ildct+ilme", "b": "6M"}, frames=30
    )
    found = read_frames(path, Sampling(4))
    assert "warning_interlaced" in found.warnings
    assert any("woven" in note for note in found.used.notes_in("en"))
    assert read_frames(clip("h264.mp4"), Sampling(4)).warnings == ()
    assert "interlaced" in text("warning_interlaced", "en")
    assert "インターレース" in text("warning_interlaced", "ja")
