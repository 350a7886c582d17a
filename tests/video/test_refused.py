"""What is no usable video: a named error, and a sentence that says which file and what to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.media import (
    cut,
    damage,
    flat_content,
    frame_number,
    make_audio_only,
    make_clip,
    still_content,
)
from tests.video.conftest import Maker
from xl_vqa.video.read import read_frames
from xl_vqa.words.errors import (
    NotAVideoError,
    NoVideoStreamError,
    VideoAccessError,
    VideoChangingError,
    VideoEmptyError,
    VideoError,
    VideoNotFoundError,
    VideoTooLargeError,
    VideoTruncatedError,
    VideoUnreadableError,
)
from xl_vqa.words.model_spec import Sampling
from xl_vqa.words.video_names import RAW_SUFFIXES

SAMPLING = Sampling(8)


def written(content: bytes) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return make


def office(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return path


def sound(path: Path) -> Path:
    return make_audio_only(path)


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


REFUSED: list[tuple[str, Callable[[Path], Path], type[VideoError], str]] = [
    ("empty", written(b""), VideoEmptyError, "empty"),
    ("text", written(b"just some words\r\n" * 20), NotAVideoError, "text file"),
    ("japanese text", written("動画の一覧です。\r\n".encode("cp932") * 20), NotAVideoError, "text file"),
    ("pdf", written(b"%PDF-1.7\n" + bytes(200)), NotAVideoError, "PDF"),
    ("office", office, NotAVideoError, "Office"),
    ("program", written(b"MZ" + bytes(range(256)) * 4), NotAVideoError, "program"),
    ("archive", written(b"Rar!\x1a\x07\x00" + bytes(100)), NotAVideoError, "archive"),
    ("playlist", written(b"#EXTM3U\n#EXTINF:9,\n/etc/passwd\n"), NotAVideoError, "playlist"),
    ("list of files", written(b"ffconcat version 1.0\nfile /etc/passwd\n"), NotAVideoError, "playlist"),
    ("old office", written(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)), NotAVideoError, "Office"),
    ("web page", written(b"<!DOCTYPE html>\n<html><body>404</body></html>\n" * 9), NotAVideoError, "text file"),
    ("drawing", written(b"<svg xmlns='http://www.w3.org/2000/svg'/>\n"), NotAVideoError, "text file"),
    ("unix program", written(b"\x7fELF\2\1\1" + bytes(range(256)) * 4), NotAVideoError, "program"),
    ("photo", written(b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(300)), NotAVideoError, "cannot be read here"),
    (
        "phone photo",
        written(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(300)),
        NotAVideoError,
        "cannot be read here",
    ),
    ("web picture", written(b"RIFF\x40\0\0\0WEBPVP8 " + bytes(64)), VideoUnreadableError, "cannot be decoded"),
    ("header alone", written(b"\0\0\0\x18ftypisom\0\0\0\0isommp42"), VideoTruncatedError, "Copy it again"),
    ("noise", written(np.random.default_rng(1).bytes(20_000)), NotAVideoError, "no video format"),
    ("zeros", written(bytes(20_000)), VideoTruncatedError, "zero"),
    ("sound alone", sound, NoVideoStreamError, "no picture"),
    ("folder", folder, NotAVideoError, "folder"),
    ("pipe", pipe, NotAVideoError, "not a file"),
]


@pytest.mark.parametrize(("make", "kind", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_refused_with_a_sentence(
    tmp_path: Path, make: Callable[[Path], Path], kind: type[VideoError], words: str
) -> None:
    path = make(tmp_path / "動画 1.mp4")
    with pytest.raises(VideoError) as caught:
        read_frames(path, SAMPLING)
    assert type(caught.value) is kind
    english, japanese = caught.value.message("en"), caught.value.message("ja")
    assert words in english
    assert str(path) in english
    assert str(path) in japanese
    assert re.search("[ぁ-ん]", japanese)
    assert "…" not in english + japanese
    assert "Errno" not in english


@pytest.mark.parametrize("ending", sorted(RAW_SUFFIXES))
@pytest.mark.parametrize(
    "content", [bytes(9999), b"\xff\xd8\xff" * 3333, bytes(range(256)) * 40], ids=["zeros", "jpeg", "noise"]
)
def test_raw_pictures_are_named_as_such(tmp_path: Path, ending: str, content: bytes) -> None:
    """Whatever the bytes look like: nothing in the file says how large its pictures are."""
    path = tmp_path / f"動画{ending.upper()}"
    path.write_bytes(content)
    with pytest.raises(NotAVideoError) as caught:
        read_frames(path, SAMPLING)
    assert caught.value.params["problem"] == "problem_raw"
    assert "giving the size" in caught.value.message("en")
    assert "サイズを指定" in caught.value.message("ja")


def test_nothing_there(tmp_path: Path) -> None:
    for path in (tmp_path / "no.mp4", tmp_path / "no" / "no.mp4", Path("a\0b.mp4")):
        with pytest.raises(VideoNotFoundError, match=r"no file at"):
            read_frames(path, SAMPLING)
    loop = tmp_path / "loop.mp4"
    loop.symlink_to(loop)
    with pytest.raises(VideoNotFoundError):
        read_frames(loop, SAMPLING)


def test_a_name_longer_than_the_system_takes(tmp_path: Path) -> None:
    with pytest.raises(VideoAccessError, match="too long"):
        read_frames(tmp_path / ("あ" * 300 + ".mp4"), SAMPLING)


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "setresuid"), reason="needs POSIX users")
def test_no_permission(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", frames=4)
    path.chmod(0)
    if os.geteuid() != 0:
        with pytest.raises(VideoAccessError, match="no permission"):
            read_frames(path, SAMPLING)
        return
    # root may read everything, so another user's process has to ask
    code = (
        "import os, sys\n"
        "from xl_vqa.words.errors import VideoAccessError\n"
        "from xl_vqa.video.files import open_file\n"
        "os.setresuid(65534, 65534, 65534)\n"
        "try:\n    open_file(sys.argv[1])\n"
        "except VideoAccessError as error:\n    print(error)\n"
    )
    for parent in [tmp_path, *tmp_path.parents]:
        if parent.stat().st_uid == 0 and parent != Path("/") and str(parent).startswith("/tmp/"):
            parent.chmod(0o755)
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert "no permission" in done.stdout


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mkv", "libx264", {}),
        ("a.webm", "libvpx-vp9", {}),
        ("a.ts", "libx264", {}),
        ("a.avi", "mpeg4", {}),
        ("front.mp4", "libx264", {"container_options": {"movflags": "+faststart"}}),
        ("fragments.mp4", "libx264", {"container_options": {"movflags": "frag_keyframe+empty_moov"}, "gop": 10}),
    ],
)
def test_cut_off_is_read_as_far_as_it_goes(  # type: ignore[no-untyped-def]
    tmp_path: Path, clip: Maker, name: str, codec: str, options, share: float
) -> None:
    path = cut(clip(name, codec=codec, **options), tmp_path / name, share)
    read = read_frames(path, SAMPLING)
    again = read_frames(path, SAMPLING)
    assert read.used == again.used
    assert all(np.array_equal(a, b) for a, b in zip(read.frames, again.frames, strict=True))
    assert read.used.frame_count <= 60
    # frames are counted among those that can be decoded; one that was cut in two is not
    shown = [frame_number(picture) for picture in read.frames]
    assert all(0 <= number - index <= 2 for number, index in zip(shown, read.used.indices, strict=True))
    assert shown == sorted(shown) or read.used.frame_count < 16
    if not name.endswith(".ts"):  # a transport stream announces no length
        assert "warning_truncated" in read.warnings


def test_a_header_at_the_end_that_was_cut_off_says_so(tmp_path: Path, clip: Maker) -> None:
    path = cut(clip("h264.mp4"), tmp_path / "a.mp4", 0.5)
    with pytest.raises(VideoTruncatedError, match="Copy it again"):
        read_frames(path, SAMPLING)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("name", "codec"), [("d.mp4", "libx264"), ("d.mkv", "libx265"), ("d.webm", "libvpx-vp9")])
def test_damage_gives_one_answer_not_one_per_run(
    tmp_path: Path, clip: Maker, name: str, codec: str, seed: int
) -> None:
    path = damage(clip(name, codec=codec), tmp_path / name, flips=40, seed=seed, start=0.2, end=0.9)

    def answer() -> object:
        try:
            read = read_frames(path, SAMPLING)
        except VideoError as error:
            return str(error)
        return read.used, read.warnings, [frame.tobytes() for frame in read.frames]

    first = answer()
    assert all(answer() == first for _ in range(2))


@pytest.mark.parametrize("seed", range(40))
def test_random_damage_anywhere_ends_in_frames_or_a_named_error(tmp_path: Path, clip: Maker, seed: int) -> None:
    name, codec = [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.webm", "libvpx-vp9"), ("a.avi", "mpeg4")][
        seed % 4
    ]
    path = damage(clip(name, codec=codec, frames=20), tmp_path / name, flips=1 + 8 * (seed // 4), seed=seed)
    try:
        found: int | VideoError = len(read_frames(path, Sampling(4)).frames)
    except VideoError as error:
        found = error
    # anything else would have gone through
    assert found == 4 or isinstance(found, VideoError)


def test_a_picture_too_large_to_decode_is_refused_before_memory_is_spent(tmp_path: Path) -> None:
    grey = flat_content(8192, 8192, (90, 90, 90))
    path = make_clip(
        tmp_path / "a.mp4", 8192, 8192, 1, content=grey, barcode=False, options={"preset": "ultrafast"}
    )
    with pytest.raises(VideoTooLargeError, match="Scale the video down"):
        read_frames(path, SAMPLING)


def test_a_file_that_is_still_being_written(tmp_path: Path, clip: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "growing.mp4"
    path.write_bytes(clip("h264.mp4").read_bytes())
    asked = threading.Event()

    def grow() -> None:
        if not asked.is_set():
            asked.set()
            with path.open("ab") as file:
                file.write(b"\0" * 8)

    with pytest.raises(VideoChangingError, match="was being written"):
        read_frames(path, SAMPLING, should_stop=grow)
    assert asked.is_set()


def test_giving_up_in_the_middle(clip: Maker) -> None:
    class GivenUpError(Exception):
        pass

    def stop() -> None:
        raise GivenUpError

    with pytest.raises(GivenUpError):
        read_frames(clip("h264.mp4"), SAMPLING, should_stop=stop)


@pytest.mark.parametrize(
    ("content", "warning"),
    [(still_content(320, 240), "warning_frozen"), (flat_content(320, 240), "warning_black")],
)
def test_frozen_and_black_are_recognised(tmp_path: Path, content, warning: str) -> None:  # type: ignore[no-untyped-def]
    path = make_clip(tmp_path / "a.mp4", content=content, barcode=False)
    assert read_frames(path, SAMPLING).warnings == (warning,)


def test_many_threads_at_once_get_what_one_gets(clip: Maker) -> None:
    paths = [clip("h264.mp4"), clip("vp9.webm", codec="libvpx-vp9"), clip("hevc.mp4", codec="libx265")]
    alone = {path: read_frames(path, SAMPLING).used for path in paths}
    found: list[bool] = []

    def work(path: Path) -> None:
        found.append(read_frames(path, SAMPLING).used == alone[path])

    threads = [threading.Thread(target=work, args=(paths[k % 3],)) for k in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 24
