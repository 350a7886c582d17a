"""Inputs that are rarely seen and must not go wrong silently: other tracks, sizes and hands at the file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext

from tests.media import flat_content, frame_number, make_clip, make_image
from tests.video.conftest import Maker
from xl_vqa.video import pyav_decoder, read
from xl_vqa.video.fingerprint import fingerprint
from xl_vqa.video.probe import probe
from xl_vqa.video.read import read_frames
from xl_vqa.video.sample import plan_frames
from xl_vqa.words.errors import (
    NotAVideoError,
    NoVideoStreamError,
    VideoChangingError,
    VideoError,
    VideoNotFoundError,
    VideoTooLargeError,
)
from xl_vqa.words.model_spec import Sampling

SAMPLING = Sampling(8)


def rewrapped(source: Path, target: Path) -> Path:
    """The same packets in another container; nothing is encoded again."""
    with av.open(str(source)) as given, av.open(str(target), "w") as output:
        stream = output.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(given.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    return target


# -- how much is decoded


def decoded_frames(path: Path, monkeypatch: pytest.MonkeyPatch, sampling: Sampling) -> int:
    count = 0
    plain = pyav_decoder._Decoder._decoded

    def counting(self: Any, *packet_and_entry: Any) -> Any:
        nonlocal count
        for frame in plain(self, *packet_and_entry):
            count += 1
            yield frame

    monkeypatch.setattr(pyav_decoder._Decoder, "_decoded", counting)
    found = read_frames(path, sampling)
    assert [frame_number(picture) for picture in found.frames] == list(found.used.indices)
    return count


@pytest.mark.parametrize(
    ("name", "options", "most"),
    [
        # four pairs; each costs at most its own group of pictures and what the decoder reads ahead
        ("groups.webm", {"codec": "libvpx-vp9", "gop": 30}, 4 * 36),
        ("groups.mp4", {"gop": 30}, 4 * 50),
        ("intra.avi", {"codec": "mjpeg"}, 4 * 8),
        # one group of pictures from start to end: only what nothing refers to can be left out
        ("one_group.mp4", {"gop": 1000, "b_frames": 3, "options": {"preset": "veryfast", "b_strategy": "0"}}, 420),
    ],
)
def test_only_what_the_chosen_frames_need_is_decoded(
    clip: Maker, monkeypatch: pytest.MonkeyPatch, name: str, options: dict[str, Any], most: int
) -> None:
    path = clip(name, width=160, height=120, frames=600, **options)
    assert 8 <= decoded_frames(path, monkeypatch, SAMPLING) <= most


# -- tracks and containers


@pytest.mark.parametrize("ending", [".mkv", ".mov", ".ts", ".flv"])
@pytest.mark.parametrize("options", [{}, {"b_frames": 3, "gop": 25}], ids=["plain", "b-frames"])
def test_another_container_around_the_same_packets_changes_no_bit(
    tmp_path: Path, clip: Maker, ending: str, options: dict[str, Any]
) -> None:
    source = clip("wrap.mp4", **options)
    first, second = (
        read_frames(source, SAMPLING),
        read_frames(rewrapped(source, tmp_path / f"a{ending}"), SAMPLING),
    )
    assert first.used.indices == second.used.indices
    assert all(np.array_equal(a, b) for a, b in zip(first.frames, second.frames, strict=True))
    assert first.warnings == second.warnings


@pytest.mark.parametrize("b_frames", [0, 3])
def test_an_avi_around_the_same_packets_keeps_frames_rate_and_length(
    tmp_path: Path, clip: Maker, b_frames: int
) -> None:
    # with pictures out of order its clock has empty slots, and its header claims many times the frame rate
    source = clip("wrap.mp4", b_frames=b_frames, gop=25)
    target = tmp_path / "a.avi"
    with av.open(str(source)) as given, av.open(str(target), "w") as output:
        kept = given.streams.video[0]
        stream = output.add_stream_from_template(kept)
        filters = BitStreamFilterContext("h264_mp4toannexb", kept, stream)
        for packet in given.demux(kept):
            for one in filters.filter(packet) if packet.dts is not None else filters.filter(None):
                one.stream = stream
                output.mux(one)
    first, second = read_frames(source, SAMPLING), read_frames(target, SAMPLING)
    assert first.used.indices == second.used.indices
    assert all(np.array_equal(a, b) for a, b in zip(first.frames, second.frames, strict=True))
    assert second.used.fps == pytest.approx(first.used.fps)
    assert second.used.duration_s == pytest.approx(first.used.duration_s)
    assert second.used.timestamps_s == pytest.approx(first.used.timestamps_s)


def test_an_animated_avif_is_a_video_and_its_still_is_not_what_is_rated(clip: Maker) -> None:
    # FFmpeg writes its first picture once more, as a track of its own
    found = read_frames(clip("a.avif", codec="libsvtav1", container="avif"), SAMPLING)
    assert found.used.frame_count == 60
    assert [frame_number(picture) for picture in found.frames] == list(plan_frames(60, SAMPLING))
    still = read_frames(clip("still.avif", codec="libsvtav1", container="avif", frames=1), SAMPLING)
    assert (still.used.frame_count, still.warnings) == (1, ("warning_single_frame",))


def test_of_two_picture_tracks_the_larger_is_taken(tmp_path: Path, clip: Maker) -> None:
    small, large = clip("small.mp4", width=160, height=120), clip("h264.mp4")
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as output:
        inputs = [av.open(str(source)) for source in (small, large)]
        streams = [output.add_stream_from_template(given.streams.video[0]) for given in inputs]
        for given, stream in zip(inputs, streams, strict=True):
            for packet in given.demux(given.streams.video[0]):
                if packet.dts is not None:
                    packet.stream = stream
                    output.mux(packet)
            given.close()
    found = read_frames(path, SAMPLING)
    assert (found.used.width, found.used.height) == (320, 240)
    assert [frame_number(picture) for picture in found.frames] == list(found.used.indices)
    assert "not decord: several picture tracks" in read_frames(path, SAMPLING, decoder="decord").used.notes_in(
        "en"
    )


def test_a_song_with_a_cover_is_no_video(tmp_path: Path) -> None:
    cover = make_image(tmp_path / "cover.jpg").read_bytes()
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as output:
        sound = output.add_stream("aac", rate=48_000, layout="mono")
        picture: Any = output.add_stream("mjpeg", rate=1)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        silence.sample_rate, silence.pts = 48_000, 0
        output.start_encoding()
        packet = av.Packet(cover)
        packet.stream, packet.pts, packet.dts, packet.is_keyframe = picture, 0, 0, True
        output.mux(packet)
        output.mux([*sound.encode(silence), *sound.encode(None)])
    with pytest.raises(NoVideoStreamError):
        read_frames(path, SAMPLING)


def test_a_size_that_changes_on_the_way_gives_frames_of_one_size(tmp_path: Path, clip: Maker) -> None:
    first = clip("first.h264", container="h264", frames=30, gop=15)
    second = clip("second.h264", container="h264", frames=30, gop=15, width=160, height=120)
    path = tmp_path / "joined.h264"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    found = read_frames(path, SAMPLING)
    assert {picture.shape for picture in found.frames} == {(240, 320, 3)}
    assert [frame_number(p) for p in found.frames] == [n if n < 30 else n - 30 for n in found.used.indices]


def test_transparency_and_ten_bits_are_noted(clip: Maker) -> None:
    alpha = read_frames(clip("alpha.mov", codec="qtrle", pixel_format="argb"), SAMPLING)
    assert "transparency ignored" in alpha.used.notes_in("en")
    assert probe(clip("ten.mkv", pixel_format="yuv420p10le")).bit_depth == 10


# -- too much


def huge(path: Path, kind: str) -> Path:
    if kind == "y4m":  # 60,000 x 60,000 in a file of a hundred bytes
        path.write_bytes(b"YUV4MPEG2 W60000 H60000 F25:1 Ip C420jpeg\nFRAME\n" + bytes(64))
        return path
    if kind == "apng":
        data = bytearray(make_clip(path, 64, 48, 4, codec="apng", container="apng").read_bytes())
        data[16:24] = (50_000).to_bytes(4, "big") * 2
        path.write_bytes(data)
        return path
    grey = flat_content(9216, 9216, (90, 90, 90))
    fast = {"preset": "ultrafast"}
    return make_clip(path, 9216, 9216, 1, content=grey, barcode=False, options=fast)


@pytest.mark.skipif(sys.platform == "win32", reason="measures memory the POSIX way")
@pytest.mark.parametrize("kind", ["y4m", "apng", "mp4"])
def test_a_huge_picture_is_refused_and_costs_no_memory(tmp_path: Path, kind: str) -> None:
    """An error with a name, and a peak of less than one such picture (127 MB in colour and more) above nothing."""
    path = huge(tmp_path / f"huge.{kind}", kind)
    code = (
        "import resource, sys\n"
        "from xl_vqa.words.errors import VideoError\n"
        "from xl_vqa.words.model_spec import Sampling\n"
        "from xl_vqa.video.read import read_frames\n"
        "unit = 1 << 10 if sys.platform == 'linux' else 1 << 20\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit\n"
        "before = peak()\n"
        "try:\n    read_frames(sys.argv[1], Sampling(8))\n"
        "except VideoError as error:\n    print(error.code, peak() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    name, grown = done.stdout.split()
    assert name in ("video_too_large", "video_unreadable", "video_truncated", "not_a_video")
    assert int(grown) < 64
    if kind == "mp4":
        assert name == "video_too_large"


def test_more_frames_than_memory_allows_say_what_helps(clip: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "CLIP_BYTES_LIMIT", 1 << 20)
    with pytest.raises(VideoTooLargeError) as caught:
        read_frames(clip("h264.mp4"), SAMPLING)
    assert "8" in caught.value.message("en")
    assert "320" in caught.value.message("ja")
    # the same video fits when it is read smaller
    assert len(read_frames(clip("h264.mp4"), SAMPLING, max_side=160).frames) == 8


# -- other hands at the file


def test_replaced_emptied_or_removed_while_it_is_read(tmp_path: Path, clip: Maker) -> None:
    content, other = clip("h264.mp4").read_bytes(), clip("short.mp4", frames=12).read_bytes()
    path, new = tmp_path / "a.mp4", tmp_path / "b.mp4"

    def replace() -> None:
        if new.exists():
            os.replace(new, path)

    def empty() -> None:
        path.write_bytes(b"")

    def remove() -> None:
        path.unlink(missing_ok=True)

    for deed, kinds in ((replace, VideoChangingError), (empty, VideoError), (remove, VideoNotFoundError)):
        path.write_bytes(content)
        new.write_bytes(other)
        with pytest.raises(kinds) as caught:
            read_frames(path, SAMPLING, should_stop=deed)
        assert str(path) in caught.value.message("ja")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_that_lead_nowhere_or_to_a_folder(tmp_path: Path, clip: Maker) -> None:
    dangling, folder, good = tmp_path / "a.mp4", tmp_path / "b.mp4", tmp_path / "c.mp4"
    dangling.symlink_to(tmp_path / "gone.mp4")
    folder.symlink_to(tmp_path)
    good.symlink_to(clip("h264.mp4"))
    with pytest.raises(VideoNotFoundError):
        read_frames(dangling, SAMPLING)
    with pytest.raises(NotAVideoError, match="folder"):
        read_frames(folder, SAMPLING)
    assert fingerprint(good) == fingerprint(clip("h264.mp4"))


@pytest.mark.skipif(sys.platform != "linux", reason="file names that are no Unicode")
def test_a_name_that_is_no_unicode(tmp_path: Path, clip: Maker) -> None:
    path = os.path.join(str(tmp_path), os.fsdecode(b"\x93\xae\x89\xe6.mp4"))  # written by a Japanese Windows
    Path(path).write_bytes(clip("h264.mp4").read_bytes())
    found = read_frames(path, SAMPLING)
    assert [frame_number(picture) for picture in found.frames] == list(found.used.indices)
    Path(path).write_bytes(b"words, no video")
    with pytest.raises(NotAVideoError) as caught:
        read_frames(path, SAMPLING)
    caught.value.message("ja").encode("utf-8")


def test_a_path_longer_than_windows_takes(tmp_path: Path, clip: Maker) -> None:
    folder = tmp_path.joinpath(*["とても長いフォルダー名" * 5] * 5)
    folder.mkdir(parents=True)
    path = folder / "動画.mp4"
    path.write_bytes(clip("h264.mp4").read_bytes())
    found = read_frames(path, SAMPLING)
    assert len(str(path)) > 260
    assert [frame_number(picture) for picture in found.frames] == list(found.used.indices)
