"""What a container wants cut off is not rated; compared with the same picture cut by hand, to the bit."""

from __future__ import annotations

from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.media import make_clip, moving_content, set_rotation
from tests.video.conftest import Maker
from tests.video.cropped_files import crop_matroska, crop_mov
from xl_vqa.video.clip import Clip
from xl_vqa.video.container import open_video
from xl_vqa.video.cropping import Cropping, cropping_of
from xl_vqa.video.probe import probe
from xl_vqa.video.read import read_frames
from xl_vqa.video.reader_version import reading_changed
from xl_vqa.words.errors import VideoError
from xl_vqa.words.model_spec import Sampling

WHOLE = (1, 1)
NONE = (0, 1)
SAMPLING = Sampling(4, window=4)


def copied(clip: Path, folder: Path) -> Path:
    target = folder / clip.name
    target.write_bytes(clip.read_bytes())
    return target


def said(clip: Clip) -> list[dict[str, Any]]:
    return [dict(note) for note in clip.used.notes if not isinstance(note, str) and note["key"] == "note_cropped"]


def check(path: Path, whole: Path, edges: Cropping) -> None:
    cropped, plain = read_frames(path, SAMPLING), read_frames(whole, SAMPLING)
    width, height = plain.used.width - edges.left - edges.right, plain.used.height - edges.top - edges.bottom
    assert (cropped.used.width, cropped.used.height) == (width, height)
    assert cropped.used.indices == plain.used.indices
    for small, large in zip(cropped.frames, plain.frames, strict=True):
        assert np.array_equal(small, large[edges.top : edges.top + height, edges.left : edges.left + width])
    assert [window.shape for window in cropped.windows] == [window.shape for window in plain.windows]
    assert said(cropped) == [{"key": "note_cropped", **asdict(edges)}]
    info = probe(path)
    assert (info.width, info.height, info.coded_width, info.coded_height) == (width, height, 320, 240)
    assert reading_changed(path, 2)
    assert not reading_changed(whole, 2)
    assert not said(plain)


@pytest.mark.parametrize(("ending", "codec"), [("mkv", "libx264"), ("webm", "libvpx-vp9"), ("mkv", "libsvtav1")])
def test_pixel_crop_of_matroska(tmp_path: Path, clip: Maker, ending: str, codec: str) -> None:
    whole = clip(f"a.{ending}", codec=codec, frames=24)
    edges = Cropping(top=10, bottom=21, left=30, right=42)
    path = crop_matroska(copied(whole, tmp_path), top=10, bottom=21, left=30, right=42)
    check(path, whole, edges)
    # a decoder of another hand gives the same pictures, cut in the same place
    check_decord = read_frames(path, SAMPLING, decoder="decord")
    first = read_frames(path, SAMPLING)
    assert all(np.array_equal(a, b) for a, b in zip(check_decord.frames, first.frames, strict=True))


@pytest.mark.parametrize("ending", ["mp4", "mov"])
@pytest.mark.parametrize(
    ("aperture", "edges"),
    [
        (((280, 1), (200, 1), NONE, NONE), Cropping(20, 20, 20, 20)),
        (((280, 1), (200, 1), (10, 1), (-6, 1)), Cropping(14, 26, 30, 10)),
        # halves and broken sizes go as FFmpeg's demuxer takes them
        (((281, 1), (203, 1), NONE, NONE), Cropping(18, 19, 19, 20)),
        (((281, 1), (203, 1), (1, 2), (-1, 2)), Cropping(18, 19, 20, 19)),
        (((704, 3), (200, 1), NONE, NONE), Cropping(20, 20, 42, 43)),
    ],
)
def test_clean_aperture(tmp_path: Path, clip: Maker, ending: str, aperture: Any, edges: Cropping) -> None:
    whole = clip(f"a.{ending}", frames=24)
    check(crop_mov(copied(whole, tmp_path), *aperture), whole, edges)


@pytest.mark.parametrize(
    "aperture",
    [
        ((320, 1), (240, 1), NONE, NONE),
        ((400, 1), (200, 1), NONE, NONE),
        ((200, 1), (200, 1), (100, 1), NONE),
        ((200, 0), (200, 1), NONE, NONE),
        ((-200, 1), (200, 1), NONE, NONE),
        ((0, 1), (0, 1), NONE, NONE),
    ],
)
def test_an_aperture_that_makes_no_sense_cuts_nothing(tmp_path: Path, clip: Maker, aperture: Any) -> None:
    path = crop_mov(copied(clip("a.mp4", frames=24), tmp_path), *aperture)
    found = read_frames(path, SAMPLING)
    assert (found.used.width, found.used.height) == (320, 240)
    assert not said(found)


def test_a_crop_that_leaves_nothing_is_an_error_with_a_name(tmp_path: Path, clip: Maker) -> None:
    path = crop_matroska(copied(clip("a.mkv", frames=24), tmp_path), top=120, bottom=120)
    with pytest.raises(VideoError, match=r"a\.mkv"):
        read_frames(path, SAMPLING)


def test_it_is_cut_before_it_is_turned_and_stretched(tmp_path: Path) -> None:
    path = crop_mov(make_clip(tmp_path / "a.mp4", frames=12), (280, 1), (200, 1), (10, 1), (0, 1))
    set_rotation(path, 90)
    found = read_frames(path, SAMPLING)
    assert found.frames[0].shape == (280, 200, 3)
    aspect = tmp_path / "a.mkv"
    content = moving_content(320, 240)
    with av.open(str(aspect), "w") as output:
        stream: Any = output.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.sample_aspect_ratio = stream.codec_context.sample_aspect_ratio = Fraction(16, 11)
        for number in range(6):
            frame = av.VideoFrame.from_ndarray(content(number), format="rgb24")
            frame.pts = number
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    # what FFmpeg 9.0.2 and its scale filter make of this file has the same size
    found = read_frames(crop_matroska(aspect, left=40, top=20), SAMPLING)
    assert found.frames[0].shape == (220, 407, 3)
    assert read_frames(aspect, SAMPLING, max_side=100).frames[0].shape == (54, 100, 3)


def test_of_several_tracks_the_one_that_is_read_is_cut(tmp_path: Path, clip: Maker) -> None:
    """The first track has the crop, the second and larger one is what is rated."""
    path = tmp_path / "two.mkv"
    small, large = clip("small.mp4", width=160, height=120, frames=24), clip("a.mp4", frames=24)
    with av.open(str(path), "w") as output:
        inputs = [av.open(str(source)) for source in (small, large)]
        streams = [output.add_stream_from_template(given.streams.video[0]) for given in inputs]
        for given, stream in zip(inputs, streams, strict=True):
            for packet in given.demux(given.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    output.mux(packet)
            given.close()
    crop_matroska(path, top=8, left=16)
    found = read_frames(path, SAMPLING)
    assert found.frames[0].shape == (240, 320, 3)
    with open_video(path) as source:
        source.stream = source.container.streams.video[0]
        assert cropping_of(source) == Cropping(top=8, left=16)


@pytest.mark.parametrize("left", [2, 16, 32, 64])
def test_what_the_coded_video_cuts_off_is_cut_once(tmp_path: Path, left: int) -> None:
    """FFmpeg keeps columns on the left unless it is told that rows of pixels may begin anywhere."""
    options = {"qp": "0", "bf": "0"}
    whole = make_clip(tmp_path / "a.mp4", frames=12, options=options, gop=1)
    # left, top, right, bottom
    options["x264-params"] = f"crop-rect={left},8,32,24"
    cut = make_clip(tmp_path / "b.mp4", frames=12, options=options, gop=1)
    large = read_frames(whole, SAMPLING)
    for decoder in ("pyav", "decord"):
        small = read_frames(cut, SAMPLING, decoder=decoder)  # type: ignore[arg-type]
        assert (small.used.width, small.used.height, said(small)) == (288 - left, 208, [])
        for one, other in zip(small.frames, large.frames, strict=True):
            # not to the bit: with these parameters x264 is not lossless
            assert np.abs(one.astype(int) - other[8:216, left:288]).mean() < 3
        assert small.used.decoder == ("decord" if (decoder, left) == ("decord", 64) else "PyAV")
    # what earlier versions read of it differed unless the columns were whole vectors
    assert reading_changed(cut, 2) is (left < 64)


def test_a_note_in_both_languages(tmp_path: Path, clip: Maker) -> None:
    path = crop_matroska(copied(clip("a.mkv", frames=24), tmp_path), top=10)
    used = read_frames(path, SAMPLING).used
    assert any("10 rows above" in note for note in used.notes_in("en"))
    assert any("上 10 行" in note for note in used.notes_in("ja"))


@given(st.tuples(*[st.integers(0, 12)] * 4))
def test_what_is_left_has_the_size_that_is_said(edges: tuple[int, int, int, int]) -> None:
    cropping = Cropping(*edges).within(12, 9)
    picture = np.arange(9 * 12 * 3, dtype=np.uint8).reshape(9, 12, 3)
    assert cropping.of(picture).shape[1::-1] == cropping.size(12, 9)
    assert cropping.of(picture).size


@pytest.mark.parametrize("ending", ["mkv", "mp4"])
def test_headers_full_of_nonsense_cut_nothing_and_end(tmp_path: Path, clip: Maker, ending: str) -> None:
    """Every byte of the header wrong in turn: an answer each time, and never a negative crop."""
    whole = clip(f"a.{ending}", frames=24)
    path = copied(whole, tmp_path)
    path = crop_matroska(path, top=8) if ending == "mkv" else crop_mov(path, (280, 1), (200, 1), NONE, NONE)
    data = path.read_bytes()
    start, length = (0, 700) if ending == "mkv" else (data.rindex(b"moov") - 4, 700)
    with open_video(path) as source:
        for at in range(start, min(start + length, len(data))):
            wrong = bytearray(data)
            wrong[at] ^= 0xFF
            path.write_bytes(wrong)
            found = cropping_of(source)
            assert min(found.top, found.bottom, found.left, found.right) >= 0
