"""A recording or a copy that is not finished is not rated on what is there by now."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.video.conftest import Maker
from xl_vqa.video import growing, read
from xl_vqa.video.growing import has_writer, is_open_ended, is_written
from xl_vqa.video.read import read_frames
from xl_vqa.words.errors import VideoChangingError
from xl_vqa.words.model_spec import Sampling

SAMPLING = Sampling(4)
FRAGMENTS = {"container_options": {"movflags": "frag_keyframe+empty_moov"}}
OPEN: dict[str, dict[str, Any]] = {
    "a.ts": {},
    "a.flv": {},
    "fragments.mp4": FRAGMENTS,
    "live.webm": {"codec": "libvpx-vp9", "container_options": {"live": "1"}},
    "a.mpg": {"codec": "mpeg2video"},
}
WHOLE: dict[str, dict[str, Any]] = {
    "a.mp4": {},
    "a.mkv": {},
    "a.webm": {"codec": "libvpx-vp9"},
    "a.avi": {"codec": "mpeg4"},
}
told = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the system does not tell of writers")


@contextmanager
def recorder(path: Path, data: bytes) -> Iterator[None]:
    """Another process that has written ``data`` and keeps the file open."""
    code = "import sys; f = open(sys.argv[1], 'wb'); f.write(sys.stdin.buffer.read(int(sys.argv[2]))); f.flush(); "
    code += "print(flush=True); sys.stdin.buffer.read()"
    command = [sys.executable, "-c", code, str(path), str(len(data))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(data)
        process.stdin.flush()
        process.stdout.readline()
        yield
        process.stdin.close()


@told
@pytest.mark.parametrize("name", OPEN)
def test_what_a_recorder_holds_open_is_not_rated_yet(tmp_path: Path, clip: Maker, name: str) -> None:
    data = clip(name, frames=48, gop=12, **OPEN[name]).read_bytes()
    path = tmp_path / name
    with recorder(path, data[: len(data) * 2 // 3]):
        # long ago by its time: a recorder may be silent for a while
        os.utime(path, (1, 1))
        assert has_writer(path)
        with pytest.raises(VideoChangingError) as caught:
            read_frames(path, SAMPLING)
    assert name in caught.value.message("ja")
    assert not has_writer(path)
    assert len(read_frames(path, SAMPLING).frames) == 4


@pytest.mark.parametrize("name", WHOLE)
def test_what_says_its_own_end_is_rated_whoever_holds_it(tmp_path: Path, clip: Maker, name: str) -> None:
    data = clip(name, frames=48, gop=12, **WHOLE[name]).read_bytes()
    path = tmp_path / name
    with recorder(path, data):
        assert not is_open_ended(path)
        assert read_frames(path, SAMPLING).used.frame_count == 48
    path.write_bytes(data[:-100])
    assert is_open_ended(path)


def test_where_the_system_is_silent_a_fresh_file_is_looked_at_again(
    tmp_path: Path, clip: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = clip("a.ts", frames=48, gop=12).read_bytes()
    path = tmp_path / "a.ts"
    path.write_bytes(data[: len(data) // 2])
    monkeypatch.setattr(growing, "has_writer", lambda path: None)
    monkeypatch.setattr(read, "has_writer", lambda path: None)
    looks: list[int] = []

    def write_on() -> None:
        looks.append(1)
        with path.open("ab") as file:
            file.write(data[len(data) // 2 :])

    assert is_written(path, write_on)
    assert looks
    os.utime(path, (1, 1))
    looks.clear()
    assert not is_written(path, write_on)
    assert not looks
    # a clock that is ahead of ours keeps nobody waiting
    os.utime(path, (time.time() + 3600,) * 2)
    assert not is_written(path, write_on)
    assert not looks
    os.utime(path)
    with pytest.raises(VideoChangingError):
        read_frames(path, SAMPLING, should_stop=write_on)


def test_a_file_that_is_gone_has_no_writer(tmp_path: Path) -> None:
    assert not has_writer(tmp_path / "none.ts")
    assert not is_open_ended(tmp_path / "none.ts")
    assert not is_written(tmp_path / "none.ts")
