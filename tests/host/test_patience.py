"""Drives that do not answer hold up nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from xl_vqa.host import patience
from xl_vqa.host.files import FileFacts, look_at
from xl_vqa.host.patience import Patience
from xl_vqa.words.errors import VideoEmptyError, VideoNotFoundError, VideoTimeoutError


@pytest.fixture
def dead(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Files below a folder "dead" do not answer until the event is set."""
    awake = threading.Event()

    def slow(path: str) -> FileFacts:
        if "dead" in Path(path).parts:
            awake.wait(60)
        return look_at(path)

    monkeypatch.setattr(patience, "look_at", slow)
    yield awake
    awake.set()


def test_every_path_gets_its_facts_or_its_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").touch()
    paths = [str(tmp_path / name) for name in ("a", "b", "c", "a")]
    found = Patience(5).look_at_all(paths)
    assert found[paths[0]] == look_at(paths[0])
    assert isinstance(found[paths[1]], VideoEmptyError)
    assert isinstance(found[paths[2]], VideoNotFoundError)
    with pytest.raises(VideoNotFoundError):
        Patience(5).look_at(paths[2])


def test_a_thousand_files_on_a_dead_drive_cost_one_wait(tmp_path: Path, dead: threading.Event) -> None:
    (tmp_path / "alive").mkdir()
    (tmp_path / "dead").mkdir()
    paths = []
    for number in range(1000):
        folder = "dead" if number % 2 else "alive"
        (tmp_path / folder / str(number)).write_bytes(b"x")
        paths.append(str(tmp_path / folder / str(number)))
    asked = Patience(60, look_limit_s=0.3)
    before = threading.active_count()
    found = asked.look_at_all(paths)
    assert list(found) == paths
    for path in paths:
        assert isinstance(found[path], VideoTimeoutError if "dead" in path else FileFacts)
    assert threading.active_count() <= before + 2
    # once it answers again, so do we
    dead.set()
    for thread in threading.enumerate():
        if thread.name == "patience":
            thread.join(10)
    assert isinstance(asked.look_at(paths[1]), FileFacts)


def test_a_hash_that_goes_on_is_waited_for_and_one_that_hangs_is_not(tmp_path: Path) -> None:
    asked = Patience(0.4)
    never = threading.Event()

    def slow(path: str, progress: Callable[[], None]) -> str:
        for _ in range(8):
            never.wait(0.1)
            progress()
        return "b2:1"

    def hanging(path: str, progress: Callable[[], None]) -> str:
        never.wait(60)
        return "b2:1"

    assert asked.hash(str(tmp_path / "a"), slow) == "b2:1"
    with pytest.raises(VideoTimeoutError):
        asked.hash(str(tmp_path / "a"), hanging)
    never.set()


def test_errors_of_the_work_come_through(tmp_path: Path) -> None:
    def fail(path: str, progress: Callable[[], None]) -> str:
        raise VideoEmptyError(path=path)

    with pytest.raises(VideoEmptyError):
        Patience(5).hash("a", fail)
