"""Damage in the middle of a file: what is lost is said, and what is whole is not accused."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import av.logging
import pytest

from tests.media import make_clip
from tests.video.conftest import Maker
from tests.video.cropped_files import _find
from xl_vqa.video import ebml
from xl_vqa.video.check import check_videos
from xl_vqa.video.container import open_video
from xl_vqa.video.losses import _gaps
from xl_vqa.video.read import read_frames
from xl_vqa.video.structure import is_broken
from xl_vqa.words.errors import VideoTruncatedError, VideoUnreadableError
from xl_vqa.words.model_spec import Sampling

SAMPLING = Sampling(4)
SMALL_CLUSTERS = {"cluster_time_limit": "400"}
FORMS: dict[str, dict[str, Any]] = {
    "one_cluster.mkv": {},
    "clusters.mkv": {"container_options": SMALL_CLUSTERS},
    "h265.mkv": {"codec": "libx265"},
    "vp9.webm": {"codec": "libvpx-vp9"},
    "clusters.webm": {"codec": "libvpx-vp9", "container_options": SMALL_CLUSTERS},
    "live.webm": {"codec": "libvpx-vp9", "container_options": {"live": "1"}},
    "vp8.webm": {"codec": "libvpx"},
    "av1.webm": {"codec": "libsvtav1"},
    "a.avi": {"codec": "mpeg4"},
    "mjpeg.avi": {"codec": "mjpeg"},
    "a.flv": {},
    "a.mpg": {"codec": "mpeg2video"},
    "a.wmv": {"codec": "wmv2", "container": "asf"},
    "a.mxf": {"codec": "mpeg2video"},
    "a.ts": {},
}


def overwritten(data: bytes, at: int, length: int, how: str) -> bytes:
    changed = bytearray(data)
    changed[at : at + length] = bytes(length) if how == "zeros" else random.Random(at).randbytes(length)
    return bytes(changed)


@pytest.mark.parametrize("how", ["zeros", "noise"])
@pytest.mark.parametrize("name", FORMS)
def test_no_picture_is_lost_without_a_word(tmp_path: Path, clip: Maker, name: str, how: str) -> None:
    whole = clip(name, frames=48, gop=12, fps=24, **FORMS[name])
    data = whole.read_bytes()
    assert read_frames(whole, SAMPLING).warnings == ()
    path, seen = tmp_path / name, 0
    for share in (0.2, 0.4, 0.6, 0.8):
        path.write_bytes(overwritten(data, int(len(data) * share), 3000, how))
        try:
            found = read_frames(path, SAMPLING)
        except (VideoTruncatedError, VideoUnreadableError):
            continue
        if found.used.frame_count < 48:
            seen += 1
            assert {"warning_damaged", "warning_truncated"} & set(found.warnings)
    assert seen or name in ("av1.webm", "live.webm", "h265.mkv")


def second_block(data: bytes, number: int) -> int:
    """Where the head of a block lies, by its place in the first cluster."""
    _, segment, _ = _find(data, 0, ebml.SEGMENT)
    _, at, _ = _find(data, segment, ebml.CLUSTER)
    for _ in range(number):
        at, _, end = _find(data, at, 0xA3)
        at = end
    return _find(data, at, 0xA3)[0]


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "libx264"), ("a.webm", "libvpx-vp9")])
def test_three_of_twenty_four_pictures_are_no_whole_video(
    tmp_path: Path, clip: Maker, name: str, codec: str
) -> None:
    data = clip(name, frames=24, fps=24, codec=codec).read_bytes()
    path = tmp_path / name
    at = second_block(data, 3)
    path.write_bytes(data[:at] + bytes(12) + data[at + 12 :])
    found = read_frames(path, SAMPLING)
    assert found.used.frame_count == 3
    assert "warning_damaged" in found.warnings
    assert any(f"about {21}" in note for note in found.used.notes_in("en"))
    assert any("約 21 フレーム" in note for note in found.used.notes_in("ja"))
    (check,) = check_videos([str(path)])
    assert check.state == "odd"
    assert "warning_damaged" in [code for code, _ in check.remarks]


def test_a_hole_is_counted(tmp_path: Path, clip: Maker) -> None:
    """A cluster is lost, those behind it are there: as many pictures as its time holds."""
    options = {"cluster_time_limit": "400"}
    data = clip("hole.mkv", frames=48, fps=24, gop=6, container_options=options).read_bytes()
    _, segment, _ = _find(data, 0, ebml.SEGMENT)
    first, _, end = _find(data, segment, ebml.CLUSTER)
    second, _, _ = _find(data, end, ebml.CLUSTER)
    path = tmp_path / "hole.mkv"
    path.write_bytes(data[:second] + bytes(8) + data[second + 8 :])
    found = read_frames(path, SAMPLING)
    assert "warning_damaged" in found.warnings
    (lost,) = [
        note["count"] for note in found.used.notes if not isinstance(note, str) and note["key"] == "note_lost"
    ]
    assert found.used.frame_count + lost == 48
    assert first < second


@pytest.mark.parametrize("name", [*FORMS, "vfr.mkv", "late.mkv", "short_picture.mkv"])
def test_what_is_whole_is_not_accused(tmp_path: Path, clip: Maker, name: str) -> None:
    """Gaps of a variable rate, a late start and sound that is longer only lead to a look at the structure."""
    special: dict[str, dict[str, Any]] = {
        "vfr.mkv": {"times_s": [n / 24 + (n > 20) * 2.0 for n in range(48)]},
        "late.mkv": {"start_s": 3.0},
        "short_picture.mkv": {"audio": True},
    }
    path = clip(name, frames=48, gop=12, fps=24, **FORMS.get(name, special.get(name, {})))
    found = read_frames(path, SAMPLING)
    assert (found.used.frame_count, found.warnings) == (48, ())
    with open_video(path) as source:
        assert not is_broken(str(path), source.format)
    assert not any("lost" in note for note in found.used.notes_in("en"))


@pytest.mark.parametrize("name", ["one_cluster.mkv", "a.avi", "a.flv", "a.mpg", "a.wmv", "a.mxf"])
def test_every_cut_ends_the_look_at_the_structure(tmp_path: Path, clip: Maker, name: str) -> None:
    data = clip(name, frames=48, gop=12, fps=24, **FORMS[name]).read_bytes()
    path = tmp_path / name
    with open_video(clip(name, frames=48, gop=12, fps=24, **FORMS[name])) as source:
        names = source.format
    for end in (0, 3, 11, 50, 200, 1000, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:end])
        is_broken(str(path), names)
    for at in range(0, 4000, 37):
        path.write_bytes(overwritten(data, at, 5, "noise"))
        is_broken(str(path), names)


@pytest.mark.parametrize("fill", [b"\0", b"\xa5"], ids=["zeros", "noise"])
def test_pictures_that_are_patched_up_are_told(tmp_path: Path, fill: bytes) -> None:
    """All packets are there; the second half of one's content is not what the coder wrote."""
    path = make_clip(tmp_path / "a.mp4", 320, 240, 120)
    sound = read_frames(path, Sampling())
    assert sound.warnings == ()
    with open_video(path) as source:
        places = [(packet.pos, packet.size) for packet in source.packets()]
    # in order of coding: one near the middle on which others build
    position, size = max(places[50:70], key=lambda place: place[1])
    assert position is not None
    path.write_bytes(overwritten_with(path.read_bytes(), position + size // 2, size - size // 2, fill))
    read = read_frames(path, Sampling())
    assert read.used.indices == sound.used.indices
    assert any((a != b).any() for a, b in zip(read.frames, sound.frames, strict=True))
    assert read.warnings == ("warning_damaged",)
    # and the decoder's log is as it was
    assert av.logging.get_level() is None


def overwritten_with(data: bytes, at: int, length: int, fill: bytes) -> bytes:
    return data[:at] + fill * length + data[at + length :]


def test_a_gap_is_measured_in_the_usual_step() -> None:
    assert _gaps([0, 1, 2, 3, 7, 8, 9]) == [3]
    assert _gaps([0, 40, 80, 121, 161]) == []
    assert _gaps([5]) == _gaps([]) == []


def test_a_transport_stream_that_lost_packets_is_damaged_and_not_cut_off(tmp_path: Path) -> None:
    data = make_clip(tmp_path / "a.ts", frames=48, gop=12, fps=24).read_bytes()
    middle = len(data) // 188 // 2 * 188
    (tmp_path / "b.ts").write_bytes(data[:middle] + data[middle + 188 * 40 :])
    found = read_frames(tmp_path / "b.ts", SAMPLING)
    assert found.warnings in ((), ("warning_damaged",))
    assert found.used.frame_count == 48 or found.warnings
