"""Every usual format: the frames that were asked for arrive, and the record says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.media import frame_number, make_clip
from tests.video.conftest import Maker
from xl_vqa.video.probe import probe
from xl_vqa.video.read import Clip, read_frames
from xl_vqa.video.sample import plan_frames
from xl_vqa.words.model_spec import Sampling

SAMPLING = Sampling(8)

# name, options of the maker, and "decord" where decord reads it for who asks for it
FORMATS: list[tuple[str, dict[str, Any], str]] = [
    ("h264.mp4", {}, "decord"),
    ("h264_b_frames.mp4", {"b_frames": 3, "gop": 48}, "decord"),
    ("h264.mov", {}, "decord"),
    ("h264.mkv", {}, "decord"),
    ("h264.ts", {}, "any"),
    ("h264_sound.mp4", {"audio": True}, "decord"),
    ("hevc.mp4", {"codec": "libx265"}, "decord"),
    ("av1.mp4", {"codec": "libsvtav1"}, "PyAV"),
    ("vp9.webm", {"codec": "libvpx-vp9"}, "PyAV"),
    ("vp8.webm", {"codec": "libvpx"}, "any"),
    ("mpeg4.avi", {"codec": "mpeg4"}, "any"),
    ("mpeg2.mpg", {"codec": "mpeg2video"}, "any"),
    ("mjpeg.avi", {"codec": "mjpeg"}, "any"),
    ("prores.mov", {"codec": "prores_ks"}, "any"),
    ("ffv1.mkv", {"codec": "ffv1"}, "any"),
    ("ten_bit.mp4", {"codec": "libx265", "pixel_format": "yuv420p10le"}, "any"),
    ("alpha.mov", {"codec": "qtrle", "pixel_format": "argb"}, "any"),
    ("odd_size.mp4", {"width": 321, "height": 241}, "any"),
    ("portrait.mp4", {"width": 240, "height": 320}, "decord"),
    ("full_range.mp4", {"pixel_format": "yuvj420p"}, "decord"),
    ("422.mp4", {"pixel_format": "yuv422p"}, "decord"),
    ("444.mkv", {"pixel_format": "yuv444p"}, "decord"),
    ("flash.flv", {}, "PyAV"),
    ("windows.wmv", {"codec": "wmv2"}, "PyAV"),
    ("phone.3gp", {"codec": "h263", "width": 352, "height": 288}, "PyAV"),
    ("studio.mxf", {"codec": "mpeg2video"}, "PyAV"),
    ("disc.vob", {"codec": "mpeg2video", "container": "vob"}, "PyAV"),
    ("camera.m2ts", {"container": "mpegts"}, "PyAV"),
    ("part2.mp4", {"codec": "mpeg4"}, "PyAV"),
    ("bare.h264", {"container": "h264", "fps": 25}, "PyAV"),  # holds no times: 25 a second is assumed
    ("bare.y4m", {"codec": "rawvideo", "container": "yuv4mpegpipe"}, "PyAV"),
    ("av1.webm", {"codec": "libsvtav1"}, "PyAV"),
    ("av1.ivf", {"codec": "libsvtav1", "container": "ivf"}, "PyAV"),
    ("nut.nut", {"codec": "ffv1"}, "PyAV"),
    ("huffyuv.avi", {"codec": "huffyuv"}, "PyAV"),
    ("interlaced.mpg", {"codec": "mpeg2video", "options": {"flags": "+ildct+ilme", "b": "6M"}}, "PyAV"),
    ("ten_bit.mkv", {"pixel_format": "yuv420p10le"}, "PyAV"),
    ("tiny.mp4", {"width": 48, "height": 32}, "any"),
    ("wide.mp4", {"width": 1280, "height": 64}, "any"),
    ("late_start.mp4", {"start_s": 3.0}, "any"),
    ("bt2020.mp4", {"colorspace": "bt2020"}, "any"),
    ("fragmented.mp4", {"container_options": {"movflags": "frag_keyframe+empty_moov"}}, "any"),
]


def numbers(clip: Clip) -> list[int]:
    return [frame_number(picture) for picture in clip.frames]


@pytest.mark.parametrize(("name", "options", "decoder"), FORMATS, ids=[f[0] for f in FORMATS])
def test_the_frames_asked_for_arrive(clip: Maker, name: str, options: dict[str, Any], decoder: str) -> None:
    path = clip(name, **options)
    read = read_frames(path, SAMPLING)
    plan = plan_frames(60, SAMPLING)
    assert read.used.frame_count == 60
    assert read.used.indices == plan
    assert numbers(read) == list(plan)
    assert read.used.decoder == "PyAV"
    assert read.warnings == (("warning_interlaced",) if "interlaced" in name else ())
    fps = options.get("fps", 30)
    assert [round(t, 3) for t in read.used.timestamps_s] == [pytest.approx(i / fps, abs=0.002) for i in plan]


@pytest.mark.parametrize(("name", "options", "decoder"), FORMATS, ids=[f[0] for f in FORMATS])
def test_a_second_reading_is_the_same_to_the_bit(
    clip: Maker, name: str, options: dict[str, Any], decoder: str
) -> None:
    path = clip(name, **options)
    first, second = read_frames(path, SAMPLING), read_frames(path, SAMPLING, threads=4)
    assert first.used == second.used
    assert all(np.array_equal(a, b) for a, b in zip(first.frames, second.frames, strict=True))


@pytest.mark.parametrize("name", [f[0] for f in FORMATS if f[2] == "decord"])
def test_both_decoders_see_the_same_pictures(clip: Maker, name: str) -> None:
    options = next(f[1] for f in FORMATS if f[0] == name)
    path = clip(name, **options)
    one, other = read_frames(path, SAMPLING, decoder="decord"), read_frames(path, SAMPLING)
    assert (one.used.decoder, other.used.decoder) == ("decord", "PyAV")
    assert one.used.indices == other.used.indices
    for a, b in zip(one.frames, other.frames, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_phone_held_sideways(clip: Maker, degrees: int) -> None:
    plain, turned = clip("h264.mp4"), clip("turned.mp4", rotation=degrees)
    read = read_frames(turned, SAMPLING)
    assert (read.used.width, read.used.height) == ((320, 240) if degrees == 180 else (240, 320))
    upright = np.rot90(read_frames(plain, SAMPLING).frames[0], -degrees // 90)
    assert np.abs(read.frames[0].astype(int) - upright.astype(int)).mean() < 2.0
    assert f"rotated by {degrees} degrees" in read.used.notes_in("en")


def test_variable_frame_rate_is_by_frame_and_the_times_are_the_files_own(clip: Maker) -> None:
    times = [n / 30 if n < 30 else 1 + (n - 30) / 10 for n in range(60)]
    path = clip("variable.mp4", times_s=tuple(times))
    read = read_frames(path, SAMPLING)
    assert numbers(read) == list(read.used.indices)
    assert read.used.timestamps_s == pytest.approx([times[i] for i in read.used.indices], abs=1e-3)
    assert "variable frame rate" in read.used.notes_in("en")


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("name", ["short.mp4", "short.webm", "short.gif"])
def test_very_short_videos(clip: Maker, name: str, count: int) -> None:
    codec = {"webm": "libvpx-vp9", "gif": "gif"}.get(name.rpartition(".")[2], "libx264")
    path = clip(name, frames=count, codec=codec, fps=25)
    read = read_frames(path, SAMPLING)
    assert read.used.indices == plan_frames(count, SAMPLING)
    assert len(read.frames) == 8
    assert ("warning_single_frame" in read.warnings) == (count == 1)


@pytest.mark.parametrize("name", ["日本語 の 動画.mp4", "emoji 🎬 &'%#.mp4", "ü" * 60 + ".mp4"])
def test_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "深い フォルダー" / ("x" * 120) / ("y" * 120)
    folder.mkdir(parents=True)
    path = make_clip(folder / name, frames=12)
    assert numbers(read_frames(path, Sampling(4))) == list(plan_frames(12, Sampling(4)))


def test_a_link_is_followed(tmp_path: Path, clip: Maker) -> None:
    link = tmp_path / "link.mp4"
    link.symlink_to(clip("h264.mp4"))
    assert read_frames(link, SAMPLING).used.frame_count == 60


def test_large_pictures_are_scaled_while_they_are_read(clip: Maker) -> None:
    path = clip("large.mp4", width=1920, height=1080, frames=10)
    for decoder in ("decord", "pyav"):
        read = read_frames(path, Sampling(4), max_side=480, decoder=decoder)  # type: ignore[arg-type]
        assert read.frames[0].shape == (270, 480, 3)
        assert (read.used.width, read.used.height) == (1920, 1080)
        assert "read at 480 x 270" in read.used.notes_in("en")


def test_probe_tells_what_a_player_would(clip: Maker) -> None:
    info = probe(clip("h264_b_frames.mp4", b_frames=3, gop=48))
    assert (info.width, info.height, info.frame_count, info.codec) == (320, 240, 60, "h264")
    assert info.fps == pytest.approx(30, rel=0.02)
    assert info.duration_s == pytest.approx(2.0, abs=0.05)
    assert not info.variable_frame_rate
    assert not info.cut_off
    assert info.to_dict()["bit_depth"] == 8
