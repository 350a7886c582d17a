"""A store that was damaged: what is whole is saved, a bad row is not there, and neither harms another."""

from __future__ import annotations

import os
import sqlite3
import struct
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.host.helpers import VIEW, new_rating
from xl_vqa.host import migrations
from xl_vqa.host.salvage import salvaged_ratings
from xl_vqa.host.store import KnownFile, Store
from xl_vqa.host.stored_rows import NewRating, Row
from xl_vqa.host.views import summary_json
from xl_vqa.words.errors import HostDiskError

# -- damage


def damage(path: Path, kind: str) -> bytes:
    """Spoils the file at ``path``; what it is then."""
    data = bytearray(path.read_bytes())
    if kind == "garbage":
        data = bytearray(b"this is no database, but it is long enough to be looked at " * 100)
    elif kind == "half a page":
        data = data[: len(data) // 2 + 100]
    elif kind == "no header":
        data[:100] = bytes(100)
    else:
        data[4096 : len(data) // 2] = bytes(len(data) // 2 - 4096)
    path.write_bytes(data)
    return bytes(data)


@pytest.mark.parametrize(
    ("kind", "least"), [("garbage", 0), ("half a page", 100), ("zeroed half", 100), ("no header", 300)]
)
def test_of_a_damaged_store_every_whole_rating_is_saved(tmp_path: Path, kind: str, least: int) -> None:
    path = tmp_path / "ratings.sqlite3"
    store = Store(path)
    new = [new_rating(f"b2:{n}", text="a fox\n" * (n % 2) * 1000 or None) for n in range(300)]
    store.save(new)
    store.close()
    data = damage(path, kind)

    store = Store(path)
    (aside,) = store.set_aside
    assert aside.path.read_bytes() == data
    assert store.count() == aside.saved
    assert least <= aside.saved <= 300
    loaded = store.load([n.key for n in new])
    assert len(loaded) == aside.saved
    for one in new:
        if one.key in loaded:
            assert replace(loaded[one.key], path=one.rating.path) == one.rating
    store.save([new_rating()])
    assert store.load([new_rating().key])
    store.close()


def test_the_log_of_a_damaged_store_is_read_too_and_the_newest_version_counts(tmp_path: Path) -> None:
    path = tmp_path / "ratings.sqlite3"
    store = Store(path)
    old = new_rating("b2:twice")
    store.save([old])
    store._database._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    newer = replace(new_rating("b2:twice", seed=1).rating, rated_at="2026-02-03T00:00:00+00:00")
    store.save([NewRating(newer, VIEW.key, summary_json(newer, VIEW)), new_rating("b2:in the log")])
    copy = tmp_path / "copy"
    copy.mkdir()
    for suffix in ("", "-wal"):
        (copy / f"ratings.sqlite3{suffix}").write_bytes(Path(f"{path}{suffix}").read_bytes())
    store.close()
    with (copy / "ratings.sqlite3").open("r+b") as file:
        file.write(b"no database any more")
    survivor = Store(copy / "ratings.sqlite3")
    assert survivor.count() == 2
    assert survivor.load([old.key])[old.key].distribution == newer.distribution
    survivor.close()


@given(data=st.data())
@hypothesis_settings(max_examples=30, deadline=None)
def test_what_is_saved_of_any_rubbish_was_stored(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("s") / "ratings.sqlite3"
    store = Store(path)
    new = {n.key: n for n in (new_rating(f"b2:{n}", text="long " * 900) for n in range(20))}
    store.save(list(new.values()))
    store.close()
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        start, size = data.draw(st.integers(0, len(raw))), data.draw(st.integers(1, 3000))
        piece = data.draw(st.sampled_from([b"\0", b"\xff", b"\r", raw[4096:5096], raw[-700:]]))
        raw[start : start + size] = (piece * size)[:size]
    path.write_bytes(raw)
    for key, row in salvaged_ratings(path):
        assert replace(row.rating(key), path=new[key].rating.path) == new[key].rating


def test_damaged_copies_have_an_end(tmp_path: Path) -> None:
    path = tmp_path / "ratings.sqlite3"
    made = []
    for turn in range(4):
        store = Store(path)
        store.save([new_rating(f"b2:{turn}")])
        store.close()
        damage(path, "no header")
        store = Store(path)
        made += [aside.path for aside in store.set_aside]
        assert store.count() == turn + 1
        store.close()
    assert [copy for copy in made if copy.exists()] == made[-2:]


# -- a bad row


def spoil(path: Path, sql: str, *values: object) -> None:
    connection = sqlite3.connect(path)
    connection.execute(sql, values)
    connection.commit()
    connection.close()


SPOILED = {
    "a short blob": "probabilities = substr(probabilities, 1, 100)",
    "no blob": "probabilities = 'text'",
    "a bit of the distribution": "probabilities = probabilities2",
    "the short answer": "summary = replace(summary, '\"label\": ', '\"label\": 1')",
    "no JSON": "frames = '{'",
    "no UTF-8": "model_name = CAST(x'ff80' AS TEXT)",
    "another scale": "scale = replace(scale, '50', '60')",
    "another row's content": "(model_name, summary) = (SELECT model_name, summary FROM ratings WHERE id = 1)",
    "another prompt": "text = 'something else'",
    "infinity": "off_digit_mass = 9e999",
}


@pytest.mark.parametrize("what", SPOILED)
@pytest.mark.parametrize("before_check_values", [False, True])
def test_a_bad_row_is_not_there_and_harms_no_other(tmp_path: Path, what: str, before_check_values: bool) -> None:
    path = tmp_path / "r.sqlite3"
    store = Store(path)
    new = [new_rating(f"b2:{n}", text="fox") for n in range(5)]
    store.save(new)
    store.close()
    if before_check_values:
        spoil(path, "UPDATE ratings SET checksum = NULL")
        if what == "another prompt":
            pytest.skip("nothing else in a row of before says what the text was")
    sql = SPOILED[what]
    values = []
    if "probabilities2" in sql:
        numbers = list(new[3].rating.distribution.probabilities)
        numbers[0], numbers[30] = numbers[30], numbers[0]
        sql, values = sql.replace("probabilities2", "?"), [struct.pack("<41d", *numbers)]
    spoil(path, f"UPDATE ratings SET {sql} WHERE video = 'b2:3'", *values)

    store = Store(path)
    keys = [n.key for n in new]
    good = set(keys) - {new[3].key}
    assert set(store.find(keys)) == good
    assert set(store.load(keys)) == good
    store.save([new[3]])
    assert set(store.find(keys)) == set(keys)
    assert replace(store.load(keys)[new[3].key], path=new[3].rating.path) == new[3].rating
    store.close()


@given(bit=st.integers(0, 8 * 1200), place=st.integers(0, 4))
@hypothesis_settings(max_examples=60, deadline=None)
def test_no_changed_bit_of_a_row_gets_through(
    tmp_path_factory: pytest.TempPathFactory, bit: int, place: int
) -> None:
    path = tmp_path_factory.mktemp("s") / "r.sqlite3"
    store = Store(path)
    new = [new_rating(f"b2:{n}", text="fox") for n in range(5)]
    store.save(new)
    store.close()
    raw = bytearray(path.read_bytes())
    start = raw.index(f"b2:{place}".encode() + struct.pack("<d", new[place].rating.distribution.probabilities[0]))
    raw[min(start + bit // 8, len(raw) - 1)] ^= 1 << bit % 8
    path.write_bytes(raw)
    store = Store(path)
    loaded, found = store.load([n.key for n in new]), store.find([n.key for n in new])
    assert set(loaded) == set(found)
    for one in new:
        if one.key in loaded:
            assert replace(loaded[one.key], path=one.rating.path) == one.rating
            assert found[one.key].json == one.summary
    store.close()


COLUMNS = {
    "ratings": ("model", "settings", "video", "rated_at", "times_computed", "reader", "checksum"),
    "files": ("path", "stat_key", "video", "settled"),
    "earlier": ("path", "video"),
    "crash_marks": ("video", "times", "path", "marked_at", "at_work"),
}


@pytest.mark.parametrize("rubbish", ["CAST(x'ff80' AS TEXT)", "x'ff80'", "'words'", "9e999"])
@pytest.mark.parametrize(
    ("table", "column"), [(t, column) for t, columns in COLUMNS.items() for column in columns]
)
def test_rubbish_in_any_column_harms_nothing_else(tmp_path: Path, table: str, column: str, rubbish: str) -> None:
    path = tmp_path / "r.sqlite3"
    store = Store(path)
    new = [new_rating(f"b2:{n}") for n in range(3)]
    store.save(new)
    for n in range(3):
        store.remember_file(f"/v/{n}.mp4", KnownFile("0", f"b2:before{n}", True))
        store.remember_file(f"/v/{n}.mp4", KnownFile("1", f"b2:{n}", True))
        store.mark(f"b2:crash{n}", f"/v/crash{n}.mp4", 1)
    store.close()
    key = {"ratings": "video = 'b2:1'", "crash_marks": "video = 'b2:crash1'"}.get(
        table, "path = CAST('/v/1.mp4' AS BLOB)"
    )
    spoil(path, f"UPDATE {table} SET {column} = {rubbish} WHERE {key}")

    store = Store(path)
    keys = [n.key for n in new]
    good = {keys[0], keys[2]}
    assert good <= set(store.find(keys)) <= set(keys)
    assert set(store.load(keys)) == set(store.find(keys))
    marks = store.crash_marks()
    assert {"b2:crash0": 1, "b2:crash2": 1}.items() <= marks.items()
    assert all(isinstance(times, int) for times in marks.values())
    assert {"/v/0.mp4", "/v/2.mp4"} <= set(store.known_files([f"/v/{n}.mp4" for n in range(3)]))
    store.reader_before("b2:1")
    store.confirm_reader("b2:1")
    store.save(new)
    assert set(store.find(keys)) == set(keys)
    assert store.forget(lambda path: path.startswith("/v/0")).paths == {"/v/0.mp4"}
    store.forget_older(datetime(2020, 1, 1, tzinfo=UTC))
    store.shrink()
    assert keys[2] in store.find(keys)
    store.forget(lambda path: True)
    assert keys[2] not in store.find(keys)
    store.close()


def test_rows_of_before_get_their_check_value_when_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    store = Store(path)
    new = [new_rating(f"b2:{n}") for n in range(3)]
    store.save(new)
    store.close()
    spoil(path, "UPDATE ratings SET checksum = NULL")
    store = Store(path)
    assert store.find([n.key for n in new[:2]]).keys() == {n.key for n in new[:2]}
    assert store.load([n.key for n in new]).keys() == {n.key for n in new}
    store.close()
    rows = sqlite3.connect(path).execute("SELECT video, checksum FROM ratings").fetchall()
    assert dict(rows) == {n.key.video: Row.of(n).check_value(n.key) for n in new}


def test_a_store_of_before_keeps_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.sqlite3"
    new = [new_rating(f"b2:{n}", text="fox") for n in range(700)]
    with monkeypatch.context() as before:
        before.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:4])
        connection = sqlite3.connect(path)
        migrations.migrate(connection)
    names = ["model", "settings", "video", *Row._fields]
    marks = ",".join("?" * len(names))
    connection.executemany(
        f"INSERT INTO ratings ({','.join(names)}) VALUES ({marks})",
        [(*n.key, *Row.of(n).stored_values()) for n in new],
    )
    connection.commit()
    connection.close()
    store = Store(path)
    assert store.count() == 700
    assert {key: summary.json for key, summary in store.find([n.key for n in new]).items()} == {
        n.key: n.summary for n in new
    }
    store.close()


def test_damage_that_shows_while_running(tmp_path: Path) -> None:
    path = tmp_path / "ratings.sqlite3"
    store = Store(path)
    new = [new_rating(f"b2:{n}") for n in range(300)]
    store.save(new)
    store.close()
    store = Store(path)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size // 2))
    keys = [n.key for n in new]
    store.find(keys)
    (aside,) = store.set_aside
    assert 100 <= aside.saved < 300
    assert len(store.find(keys)) == aside.saved
    store.save(new)
    assert len(store.find(keys)) == 300
    store.close()


def test_a_damaged_store_that_another_program_holds_takes_ratings_once_it_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows moves no open file: until then a rating is refused as by a full disk, and so kept in memory."""
    path = tmp_path / "ratings.sqlite3"
    store = Store(path)
    store.save([new_rating(f"b2:{n}") for n in range(50)])
    store._database._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(path, "garbage")
    replace_file = os.replace

    def refuse(source: Path, target: Path) -> None:
        """The log may go, the file itself may not."""
        if source == path:
            raise PermissionError(13, "Permission denied")
        replace_file(source, target)

    Path(f"{path}-wal").write_bytes(b"the newest")
    with monkeypatch.context() as held:
        held.setattr(os, "replace", refuse)
        with pytest.raises(HostDiskError):
            store.load([new_rating("b2:7").key])
        for _ in range(2):
            with pytest.raises(HostDiskError):
                store.save([new_rating("b2:new")])
        assert Path(f"{path}-wal").exists()
    store.save([new_rating("b2:new")])
    assert store.load([new_rating("b2:new").key])
    assert len(store.set_aside) == 1
    store.close()


def test_an_interrupted_write_is_undone(tmp_path: Path) -> None:
    """As after SIGKILL between two statements: the log holds a transaction without its end."""
    path = tmp_path / "ratings.sqlite3"
    store = Store(path)
    store.save([new_rating("b2:kept")])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM ratings")
    copy = tmp_path / "copy"
    copy.mkdir()
    for suffix in ("", "-wal"):
        (copy / f"ratings.sqlite3{suffix}").write_bytes(Path(f"{path}{suffix}").read_bytes())
    other.execute("ROLLBACK")
    other.close()
    store.close()
    survivor = Store(copy / "ratings.sqlite3")
    assert survivor.count() == 1
    assert survivor.set_aside == []
    survivor.close()
