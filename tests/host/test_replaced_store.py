"""A store file that is put back from a backup while its host runs: nothing is lost, on either side."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.host.helpers import new_rating
from xl_vqa.host import database
from xl_vqa.host.store import Store
from xl_vqa.words.errors import HostDiskError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there a file that is open is not replaced")

LONG_AGO = (1_700_000_000, 1_700_000_000)


def by_another_name(backup: Path, store: Path) -> None:
    os.replace(backup, store)


def removed_and_copied(backup: Path, store: Path) -> None:
    store.unlink()
    shutil.copy2(backup, store)


def with_its_log(backup: Path, store: Path) -> None:
    for end in ("-wal", "-shm", ""):
        Path(f"{store}{end}").unlink(missing_ok=True)
    shutil.copy2(backup, store)


@pytest.fixture
def backed_up(tmp_path: Path) -> tuple[Store, Path, Path, list[Any]]:
    """A running store with three ratings, the middle one since a backup that has the first and one of another."""
    path, backup = tmp_path / "ratings.sqlite3", tmp_path / "backup.sqlite3"
    ratings = [new_rating(name) for name in ("before", "since", "after", "elsewhere")]
    store = Store(backup)
    store.save([ratings[0], ratings[3]])
    store.close()
    os.utime(backup, LONG_AGO)
    store = Store(path)
    store.save(ratings[:1])
    store.save(ratings[1:2])
    return store, path, backup, ratings


@pytest.mark.parametrize("put_back", [by_another_name, removed_and_copied, with_its_log])
@pytest.mark.parametrize("first", ["read", "write", "close"])
def test_what_was_rated_meanwhile_and_what_came_back_are_both_there(
    backed_up: tuple[Store, Path, Path, list[Any]], put_back: Callable[[Path, Path], None], first: str
) -> None:
    store, path, backup, ratings = backed_up
    put_back(backup, path)
    if first == "read":
        # the first who asks has them already
        assert set(store.find([one.key for one in ratings])) == {ratings[i].key for i in (0, 1, 3)}
    if first != "close":
        store.save(ratings[2:3])
    store.close()
    wanted = [one for one in ratings if first != "close" or one is not ratings[2]]
    assert list(path.parent.glob("*.damaged-*")) == []
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    later = Store(path)
    assert set(later.load([one.key for one in ratings])) == {one.key for one in wanted}
    assert later.set_aside == []
    later.close()


def test_a_file_that_is_on_its_way_is_waited_for(
    backed_up: tuple[Store, Path, Path, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, path, backup, ratings = backed_up
    whole = backup.read_bytes()
    path.unlink()
    assert set(store.find([ratings[1].key])) == {ratings[1].key}
    path.write_bytes(whole[:5000])
    store.save(ratings[2:3])
    assert path.stat().st_size == 5000
    path.write_bytes(whole)
    os.utime(path, LONG_AGO)
    assert set(store.find([one.key for one in ratings])) == {one.key for one in ratings}
    store.close()


def test_a_log_that_came_with_the_backup_is_read(backed_up: tuple[Store, Path, Path, list[Any]]) -> None:
    store, path, backup, ratings = backed_up
    other = Store(backup)
    other.save(ratings[2:3])
    for end in ("", "-wal"):
        new = path.with_name(f"new{end}")
        shutil.copy2(f"{backup}{end}", new)
        os.utime(new, LONG_AGO)
        os.replace(new, f"{path}{end}")
    other.close()
    assert set(store.find([one.key for one in ratings])) == {one.key for one in ratings}
    store.close()


def test_where_it_cannot_be_taken_over_that_is_told_and_tried_again(
    backed_up: tuple[Store, Path, Path, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, path, backup, ratings = backed_up
    os.replace(backup, path)
    unlink = Path.unlink

    def refuse(self: Path, missing_ok: bool = False) -> None:
        if self.name.endswith("-shm"):
            raise OSError(errno.EACCES, "no")
        unlink(self, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with pytest.raises(HostDiskError):
            store.save(ratings[2:3])
    store.save(ratings[2:3])
    assert set(store.find([one.key for one in ratings])) == {one.key for one in ratings}
    store.close()


def test_a_file_of_a_newer_version_is_left_and_told(
    backed_up: tuple[Store, Path, Path, list[Any]], tmp_path: Path
) -> None:
    store, path, backup, ratings = backed_up
    connection = sqlite3.connect(backup)
    connection.execute("INSERT INTO migrations VALUES ('of tomorrow', '2999-01-01')")
    connection.commit()
    connection.close()
    os.utime(backup, LONG_AGO)
    os.replace(backup, path)
    with pytest.raises(HostDiskError):
        store.save(ratings[2:3])
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM migrations WHERE name = 'of tomorrow'").fetchone() == (1,)
    connection.close()
    # and what was rated lies beside it
    (kept,) = path.parent.glob("*.damaged-*.sqlite3")
    assert sqlite3.connect(kept).execute("SELECT count(*) FROM ratings").fetchone() == (2,)
    assert database.damaged_copies(path) == [kept]
