"""A store too large to be gone through before it is used: checked beside the work, and as safe."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from tests.host.helpers import new_rating
from tests.host.test_damaged_store import damage
from xl_vqa.host import database
from xl_vqa.host.store import Store


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of 300 ratings that counts as large."""
    path = tmp_path / "ratings.sqlite3"
    store = Store(path)
    store.save([new_rating(f"b2:{n}") for n in range(300)])
    store.close()
    monkeypatch.setattr(database, "CHECKED_FIRST", 1000)
    return path


def checked(store: Store) -> Store:
    """When the check beside the work is done."""
    store._database._checker.join(60)
    assert not store._database._checker.is_alive()
    return store


def test_a_sound_one_stays_and_is_used_meanwhile(large: Path) -> None:
    store = Store(large)
    assert store.find([new_rating("b2:7").key])
    assert checked(store).set_aside == []
    assert store.count() == 300
    store.close()


@pytest.mark.parametrize("kind", ["garbage", "half a page", "zeroed half", "no header"])
def test_a_damaged_one_is_set_aside_and_saved(large: Path, kind: str) -> None:
    damage(large, kind)
    store = checked(Store(large))
    (aside,) = store.set_aside
    assert store.count() == aside.saved
    assert aside.saved >= (0 if kind == "garbage" else 100)
    store.save([new_rating("b2:new")])
    assert store.find([new_rating("b2:new").key])
    store.close()
    # and it is sound from then on
    again = checked(Store(large))
    assert again.set_aside == []
    again.close()


def test_what_no_reader_has_met_is_found_by_the_check(large: Path) -> None:
    """The last pages: opening reads none of them."""
    data = bytearray(large.read_bytes())
    data[-8192:] = b"\xff" * 8192
    large.write_bytes(data)
    store = checked(Store(large))
    (aside,) = store.set_aside
    assert 0 < aside.saved <= 300
    assert store.count() == aside.saved
    store.close()


def test_closing_does_not_wait_for_the_check(
    large: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The check is held until the store closes; it then gives up, and says nothing of it."""
    held = threading.Event()
    check = database.Database._check

    def late(self: database.Database) -> None:
        held.wait(60)
        check(self)

    monkeypatch.setattr(database.Database, "_check", late)
    store = Store(large)
    threading.Timer(0.2, held.set).start()
    with caplog.at_level(logging.WARNING):
        store.close()
    assert not store._database._checker.is_alive()
    assert store.set_aside == []
    assert caplog.records == []


def test_a_small_one_is_checked_before(tmp_path: Path) -> None:
    path = tmp_path / "ratings.sqlite3"
    store = Store(path)
    store.save([new_rating()])
    store.close()
    store = Store(path)
    assert store._database._checker.ident is None
    store.close()
