"""Interlaced video of every coding is frames with both fields woven, each row from its own field, to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.coded_mpeg2_fields import grey_of, make_mpeg2_fields
from tests.media import draw_number, frame_number, moving_content
from xl_vqa.video.bitstream import PacketReader
from xl_vqa.video.container import open_video
from xl_vqa.video.halves import halves_of
from xl_vqa.video.index import build_index
from xl_vqa.video.probe import probe
from xl_vqa.video.read import decode_whole, read_frames
from xl_vqa.video.reader_version import reading_changed
from xl_vqa.words.model_spec import Sampling

WIDTH, HEIGHT, COUNT = 160, 128, 24
PLANS = [Sampling(4), Sampling(12), Sampling(8, window=4)]


def source_frame(number: int) -> np.ndarray[Any, Any]:
    """Every row differs from its neighbours by its parity, so that a swapped field is seen."""
    picture = moving_content(WIDTH, HEIGHT)(number).copy()
    picture[1::2] = picture[1::2] // 2
    draw_number(picture, number)
    return picture


def hevc_fields(path: Path, order: str = "tff", count: int = COUNT, more: str = "") -> Path:
    """x265 takes fields of half the height and codes each as a picture."""
    parameters = f"interlace={order}:lossless=1:log-level=none:pools=none:frame-threads=1:keyint=12{more}"
    with av.open(str(path), "w") as output:
        options = {"preset": "ultrafast", "x265-params": parameters}
        stream: Any = output.add_stream("libx265", rate=50, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT // 2, "yuv420p"
        for number in range(2 * count):
            frame = source_frame(number // 2)
            place = (number + (order == "bff")) % 2
            field = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame[place::2]), format="rgb24")
            field.pts = number
            output.mux(stream.encode(field))
        output.mux(stream.encode(None))
    return path


def woven(path: Path, order: str) -> list[np.ndarray[Any, Any]]:
    """Every frame, from the fields as FFmpeg gives them when all are decoded in order."""
    with av.open(str(path)) as container:
        fields = [one.to_ndarray(format="rgb24", interpolation="BICUBIC") for one in container.decode(video=0)]
    frames = []
    for first, second in zip(fields[::2], fields[1::2], strict=True):
        frame = np.empty((HEIGHT, WIDTH, 3), np.uint8)
        frame[order == "bff" :: 2], frame[order == "tff" :: 2] = first, second
        frames.append(frame)
    return frames


@pytest.mark.parametrize("order", ["tff", "bff"])
@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts", "hevc"])
def test_hevc_fields_are_woven_to_the_bit(tmp_path: Path, ending: str, order: str) -> None:
    path = hevc_fields(tmp_path / f"a.{ending}", order)
    truth = woven(path, order)
    for sampling in PLANS:
        found = read_frames(path, sampling)
        used = found.used
        assert (used.width, used.height, used.frame_count) == (WIDTH, HEIGHT, COUNT)
        assert found.warnings == ("warning_interlaced",)
        for number, picture in zip(used.indices, found.frames, strict=True):
            assert frame_number(picture) == number
            assert np.array_equal(picture, truth[number])
            # rows of a swapped field would differ by half of their brightness
            assert np.abs(picture.astype(int) - source_frame(number)).mean() < 8
        assert used.fps == pytest.approx(25)
        assert used.duration_s == pytest.approx(COUNT / 25, abs=0.021)
        assert used.timestamps_s == pytest.approx([number / 25 for number in used.indices], abs=0.001)
        assert {"coded as fields", "interlaced: fields woven, not deinterlaced"} <= set(used.notes_in("en"))
    info = probe(path)
    assert (info.coded_height, info.interlaced, info.frame_count) == (HEIGHT, True, COUNT)
    whole = decode_whole(path)
    assert (whole.expected, whole.decoded, whole.damaged_at_s) == (COUNT, COUNT, None)
    assert reading_changed(path, 2)
    assert "not decord: codec hevc" not in read_frames(path, PLANS[0]).used.notes_in("en")


def test_open_groups_and_a_jump_into_the_middle(tmp_path: Path) -> None:
    path = hevc_fields(tmp_path / "a.mkv", count=80, more=":open-gop=1:bframes=3")
    found = read_frames(path, Sampling(8))
    assert [frame_number(picture) for picture in found.frames] == list(found.used.indices)


def test_a_field_that_is_lost_moves_no_other_pair(tmp_path: Path) -> None:
    """The packet of one field is left out: its frame is gone, and the fields behind it stay with their own."""
    whole = hevc_fields(tmp_path / "a.mkv", more=":bframes=0:no-open-gop=1:keyint=2:min-keyint=1")
    path = tmp_path / "b.mkv"
    with av.open(str(whole)) as given, av.open(str(path), "w") as output:
        stream = output.add_stream_from_template(given.streams.video[0])
        for number, packet in enumerate(given.demux(given.streams.video[0])):
            if packet.dts is None and packet.pts is None:
                continue
            if number != 21:
                packet.stream = stream
                output.mux(packet)
    found = read_frames(path, Sampling(20))
    assert found.used.frame_count == COUNT - 1
    assert [frame_number(p) for p in found.frames] == [n if n < 10 else n + 1 for n in found.used.indices]


def test_progressive_hevc_is_not_paired(tmp_path: Path, clip: Any) -> None:
    path = clip("plain.mkv", codec="libx265", frames=12)
    with open_video(path) as source:
        assert build_index(source).bottoms == frozenset()
    assert read_frames(path, Sampling(4)).used.frame_count == 12
    assert not reading_changed(path, 2)
    # frames that only say in which order their fields are to be shown
    told = clip("told.mkv", codec="libx265", frames=12, options={"x265-params": "pic-struct=3"})
    assert read_frames(told, Sampling(4)).used.frame_count == 12


def test_which_field_a_packet_is() -> None:
    reader = PacketReader("hevc")
    sei, picture = b"\0\0\1\x4e\x01", b"\0\0\1\x26\x01\xaf"
    told = {1: False, 2: True, 9: False, 10: True, 11: False, 12: True, 0: None, 3: None, 8: None}
    for structure, bottom in told.items():
        assert reader.is_bottom_field(sei + bytes((1, 1, structure << 4)) + b"\x80" + picture) is bottom
    assert reader.is_bottom_field(picture + sei + b"\x01\x01\x20\x80") is None


@given(st.integers(1, 60), st.booleans())
def test_pairs_hold_two_fields_of_one_frame(count: int, swapped: bool) -> None:
    from dataclasses import replace
    from fractions import Fraction

    from xl_vqa.video.index import FrameIndex

    ticks = tuple(range(count))
    bottoms = frozenset(tick for tick in ticks if (tick % 2 == 1) is not swapped)
    index = FrameIndex(count, ticks, (0,), Fraction(1, 50), 0, 50.0, count / 50, bottoms=bottoms)
    halves = halves_of(index)
    assert halves.bottom_first is swapped
    assert list(halves.pairs) == [(n, n + 1) for n in range(0, count - 1, 2)] or count < 2
    counted = halves_of(replace(index, pts=()))
    assert len(counted.pairs) == count // 2
    assert counted.frames.count == count // 2


@pytest.mark.parametrize("ending", ["mpg", "ts", "mkv", "m2v"])
@pytest.mark.parametrize("bottom_first", [False, True])
def test_mpeg2_field_pictures_are_woven_to_the_bit(tmp_path: Path, ending: str, bottom_first: bool) -> None:
    path = make_mpeg2_fields(tmp_path / f"a.{ending}", 30, bottom_first=bottom_first)
    found = read_frames(path, Sampling(8))
    assert found.used.frame_count == 30
    assert "warning_interlaced" in found.warnings
    for number, picture in zip(found.used.indices, found.frames, strict=True):
        top, bottom = grey_of(number)
        assert np.abs(picture[0::2].astype(int) - top).max() <= 1
        assert np.abs(picture[1::2].astype(int) - bottom).max() <= 1
