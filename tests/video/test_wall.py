"""Videos read behind the wall: the same clip, and a file that harms its reader harms nobody else."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from tests import media
from xl_vqa.video.clip_memory import ClipMemory, clip_of
from xl_vqa.video.read import read_frames
from xl_vqa.video.wall import Wall
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.words.errors import (
    NotAVideoError,
    VideoAccessError,
    VideoCrashedReaderError,
    VideoError,
    VideoTimeoutError,
    VideoUnreadableError,
)
from xl_vqa.words.model_spec import Sampling

FOUR = Sampling(frames=4)
HOSTILE = ("tests.video.reader_programs",)
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the walls of Linux")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a token and a store."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "host.json").write_text("token")
    (folder / "ratings.sqlite3").write_text("store")
    return folder


@pytest.fixture(scope="module")
def wall(home: Path) -> Iterator[Wall]:
    made = Wall(hidden=home)
    yield made
    made.close()


@pytest.fixture(scope="module")
def hostile(home: Path) -> Iterator[Wall]:
    """With readers that misbehave by the name of the file."""
    made = Wall(hidden=home, program=HOSTILE, silence_s=2.0, memory_bytes=1 << 30)
    yield made
    made.close()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return media.make_clip(tmp_path / "clip.mp4", 96, 64, 12)


def named(clip: Path, name: str) -> str:
    return str(clip.rename(clip.with_name(f"{name}.mp4")))


@pytest.mark.parametrize("sampling", [FOUR, Sampling(frames=6, window=8)])
def test_the_clip_is_the_same_bit_for_bit(wall: Wall, clip: Path, sampling: Sampling) -> None:
    direct, behind = read_frames(clip, sampling), wall.read(str(clip), sampling)
    assert direct.used == behind.used
    assert direct.warnings == behind.warnings
    for ours, theirs in zip((direct.frames, direct.windows), (behind.frames, behind.windows), strict=True):
        assert len(ours) == len(theirs)
        assert all(np.array_equal(one, other) for one, other in zip(ours, theirs, strict=True))
    # a frame that is used twice is one array
    assert len({id(f) for f in direct.frames}) == len({id(f) for f in behind.frames})


def test_clips_that_are_looked_at_are_not_written_over(wall: Wall, tmp_path: Path) -> None:
    paths = [media.make_clip(tmp_path / f"{n}.mp4", 96, 64, 6, seed=n) for n in range(5)]
    held = [wall.read(str(path), FOUR) for path in paths]
    for path, behind in zip(paths, held, strict=True):
        direct = read_frames(path, FOUR)
        assert all(np.array_equal(a, b) for a, b in zip(direct.frames, behind.frames, strict=True))
    del held
    gc.collect()
    assert np.array_equal(wall.read(str(paths[0]), FOUR).frames[0], read_frames(paths[0], FOUR).frames[0])


def test_one_reader_reads_many_and_two_are_the_most(wall: Wall, clip: Path) -> None:
    wall.rest()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: wall.read(str(clip), FOUR), range(12)))
    before = wall.processes()
    assert 1 <= len(before) <= 2
    wall.read(str(clip), FOUR)
    assert wall.processes() == before
    wall.rest()
    assert wall.processes() == []


def test_who_finds_a_reader_at_work_waits_for_it_before_another_is_started(home: Path, clip: Path) -> None:
    patient = Wall(hidden=home, hold_s=60)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: patient.read(str(clip), FOUR), range(6)))
        assert len(patient.processes()) == 1
    finally:
        patient.close()


@linux
def test_one_that_hangs_holds_up_nobody_for_longer_than_another_needs_to_start(home: Path, clip: Path) -> None:
    wall = Wall(hidden=home, program=HOSTILE, silence_s=60, hold_s=0.01)
    hangs = clip.with_name("hang.mp4")
    hangs.write_bytes(clip.read_bytes())
    try:
        with ThreadPoolExecutor(1) as pool:
            stuck = pool.submit(wall.read, str(hangs), FOUR)
            while not wall.processes():
                time.sleep(0.01)
            assert wall.read(str(clip), FOUR).used.codec == "h264"
            assert not stuck.done()
            wall.close()
    finally:
        wall.close()


def test_errors_come_through_with_their_names(wall: Wall, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video at all, just text")
    with pytest.raises(NotAVideoError) as caught:
        wall.read(str(tmp_path / "a.mp4"), FOUR)
    with pytest.raises(NotAVideoError) as direct:
        read_frames(tmp_path / "a.mp4", FOUR)
    assert caught.value.to_dict() == direct.value.to_dict()
    assert len(wall.processes()) == 1


@pytest.mark.parametrize("name", ["映像", "a\udcff"])
def test_any_name(wall: Wall, clip: Path, name: str) -> None:
    assert wall.read(named(clip, name), FOUR).used.codec == "h264"


def test_whether_the_reading_changed(wall: Wall, clip: Path) -> None:
    assert wall.reading_changed(str(clip), 1) is False


def test_a_reader_that_hangs_is_ended_and_names_its_file(hostile: Wall, clip: Path) -> None:
    path = named(clip, "hang")
    with pytest.raises(VideoTimeoutError) as caught:
        hostile.read(path, FOUR)
    assert caught.value.params == {"path": path, "count": 2.0}
    assert all(path in caught.value.message(language) for language in LANGUAGES)


def test_a_reader_that_never_comes_to_an_end(home: Path, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xl_vqa.video.wall.START_S", 3.0)
    monkeypatch.setattr("xl_vqa.video.wall.PATIENCE", 1)
    wall = Wall(hidden=home, program=HOSTILE, silence_s=1.0)
    try:
        with pytest.raises(VideoTimeoutError):
            wall.read(named(clip, "busy"), FOUR)
    finally:
        wall.close()


def test_a_crash_names_its_file_at_once(hostile: Wall, clip: Path) -> None:
    path = named(clip, "crash")
    with pytest.raises(VideoCrashedReaderError) as caught:
        hostile.read(path, FOUR)
    assert caught.value.params["path"] == path
    if sys.platform != "win32":
        assert caught.value.params["signal"] == "SIGSEGV"
    assert all("…" not in caught.value.message(language) for language in LANGUAGES)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_reader_killed_from_outside_is_replaced_and_the_video_read(hostile: Wall, clip: Path) -> None:
    hostile.rest()
    hostile.read(str(clip), FOUR)
    for pid in hostile.processes():
        os.kill(pid, signal.SIGKILL)
    assert hostile.read(str(clip), FOUR).used.codec == "h264"
    # but not for ever
    with pytest.raises(VideoCrashedReaderError) as caught:
        hostile.read(named(clip, "killed"), FOUR)
    assert caught.value.params["problem"] == "problem_reader_gone"


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_memory_has_an_end(hostile: Wall, clip: Path) -> None:
    with pytest.raises(VideoUnreadableError) as caught:
        hostile.read(named(clip, "grow"), FOUR)
    assert caught.value.params["problem"] == "problem_out_of_memory"
    assert hostile.processes() == []  # what it has left, nobody knows


def test_an_answer_without_end_is_none(hostile: Wall, clip: Path) -> None:
    with pytest.raises(VideoCrashedReaderError):
        hostile.read(named(clip, "liar"), FOUR)


@linux
def test_a_reader_can_read_its_video_and_nothing_else(hostile: Wall, clip: Path) -> None:
    (clip.parent / "other.mp4").write_bytes(b"x")
    assert hostile.read(named(clip, "spy"), FOUR).used.notes == ("its own video",)


@linux
def test_a_place_made_after_the_reader_is_read_too(hostile: Wall, home: Path, clip: Path) -> None:
    hostile.rest()
    hostile.read(str(clip), FOUR)
    later = home.parent / f"later-{os.getpid()}"
    later.mkdir()
    moved = clip.rename(later / "clip.mp4")
    assert hostile.read(str(moved), FOUR).used.codec == "h264"


def test_a_second_reader_as_old_does_not_answer_for_a_new_place(
    home: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall = Wall(hidden=home)
    try:
        wall.read(str(clip), FOUR)
        # another video's reader is given back right after the idle ones were ended
        monkeypatch.setattr(wall, "rest", lambda: None)
        later = home.parent / f"second-{os.getpid()}"
        later.mkdir()
        moved = clip.rename(later / "clip.mp4")
        assert wall.read(str(moved), FOUR).used.codec == "h264"
    finally:
        monkeypatch.undo()
        wall.close()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="an administrator may read everything")
def test_a_file_that_the_user_may_not_read(hostile: Wall, clip: Path) -> None:
    clip.chmod(0)
    with pytest.raises(VideoAccessError):
        hostile.read(str(clip), FOUR)


def test_what_is_not_wanted_any_more_ends_its_reader(hostile: Wall, clip: Path) -> None:
    class GivenUp(Exception):
        pass

    def stop() -> None:
        raise GivenUp

    with pytest.raises(GivenUp):
        hostile.read(named(clip, "hang"), FOUR, stop)
    assert hostile.processes() == []


@pytest.mark.slow
def test_ten_that_hang_beside_fifty_that_do_not(home: Path, clip: Path) -> None:
    wall = Wall(hidden=home, program=HOSTILE, silence_s=1.0)
    paths = []
    for number in range(60):
        path = clip.with_name(f"{'hang' if number % 6 == 0 else 'good'}{number}.mp4")
        path.write_bytes(clip.read_bytes())
        paths.append(path)

    def read(path: Path) -> object:
        try:
            return wall.read(str(path), FOUR).used.codec
        except VideoError as error:
            return type(error)

    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(read, paths))
    finally:
        wall.close()
    assert found == [VideoTimeoutError if "hang" in path.name else "h264" for path in paths]


def test_closing_ends_everything(home: Path, clip: Path) -> None:
    wall = Wall(hidden=home, program=HOSTILE)
    errors: list[BaseException] = []

    def read() -> None:
        try:
            wall.read(named(clip, "hang"), FOUR)
        except VideoError as error:
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    while not wall.processes():
        time.sleep(0.01)
    (pid,) = wall.processes()
    wall.close()
    thread.join(20)
    assert len(errors) == 1
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [0, 96, 3]},
        {"shape": [64, 96, 4]},
        {"shape": [1 << 20, 1 << 20, 3]},
        {"shape": "no"},
        {"pictures": 0},
        {"pictures": 1 << 40},
        {"order": []},
        {"order": [-1]},
        {"order": [9]},
        {"windows": [[1 << 40]]},
        {"windows": [[-1, -1]]},
        {"used": {"indices": []}},
    ],
)
def test_an_answer_that_is_no_clip_is_refused(clip: Path, change: dict[str, Any]) -> None:
    used = read_frames(clip, FOUR).used.to_dict()
    answer = {"shape": [64, 96, 3], "pictures": 1, "order": [0], "windows": [], "used": used, "warnings": []}
    memory = ClipMemory()
    try:
        os.write(memory.descriptor, bytes(64 * 96 * 3))
        assert clip_of(answer, memory, lambda _: None).frames[0].shape == (64, 96, 3)
        with pytest.raises((ValueError, TypeError, KeyError, IndexError, OSError)):
            clip_of({**answer, **change}, memory, lambda _: None)
    finally:
        memory.close()


@linux
def test_a_writer_cannot_take_memory_away_that_is_looked_at(clip: Path) -> None:
    used = read_frames(clip, FOUR).used.to_dict()
    answer = {"shape": [64, 96, 3], "pictures": 1, "order": [0], "windows": [], "used": used, "warnings": []}
    memory = ClipMemory()
    try:
        with pytest.raises(ValueError):
            clip_of(answer, memory, lambda _: None)  # nothing was written
        os.write(memory.descriptor, bytes(64 * 96 * 3))
        clip_of(answer, memory, lambda _: None)
        with pytest.raises(PermissionError):
            os.ftruncate(memory.descriptor, 0)
    finally:
        memory.close()
