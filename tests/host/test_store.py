"""What is stored comes back exactly, under its key alone, however the last host ended."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.host.helpers import VIEW, made_rating, new_rating
from xl_vqa.host import migrations
from xl_vqa.host.database import Database, why_refused
from xl_vqa.host.store import KnownFile, Store
from xl_vqa.host.stored_rows import NewRating, RatingKey
from xl_vqa.words.errors import HostDiskError, HostStartError
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec, Pixels, Sampling, settings_key
from xl_vqa.words.rating import LabelDistribution


def test_a_rating_comes_back_exactly(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite3")
    new = new_rating(text='a "fox"\n狐')
    store.save([new])
    store.close()
    store = Store(tmp_path / "r.sqlite3")
    loaded = store.load([new.key])[new.key]
    assert replace(loaded, path=new.rating.path) == new.rating
    assert store.find([new.key])[new.key].json == new.summary
    assert store.count() == 1
    store.close()


@given(st.lists(st.floats(0, 1), min_size=41, max_size=41).filter(lambda p: sum(p) > 1e-3))
@hypothesis_settings(max_examples=25, deadline=None)
def test_probabilities_keep_every_bit(tmp_path_factory: pytest.TempPathFactory, masses: list[float]) -> None:
    store = Store(tmp_path_factory.mktemp("s") / "r.sqlite3")
    scale = Scale()
    total = sum(masses)
    distribution = LabelDistribution(scale, tuple(p / total for p in masses), 0.1 + 0.2)
    rating = replace(made_rating(), distribution=distribution)
    new = NewRating(rating, VIEW.key, "{}")
    store.save([new])
    assert store.load([new.key])[new.key].distribution == distribution
    store.close()


def test_other_content_model_or_settings_is_another_rating(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite3")
    new = new_rating()
    store.save([new])
    model, settings, video = new.key
    for other in (
        RatingKey("m1:b", settings, video),
        RatingKey(model, settings + "0", video),
        RatingKey(model, settings, "b2:2"),
    ):
        assert store.find([other]) == {}
        assert store.load([other]) == {}
    store.close()


def test_settings_key_holds_what_changes_a_distribution() -> None:
    spec = ModelSpec()
    keys = [
        settings_key(spec, None),
        settings_key(spec, "a"),
        settings_key(spec, "b"),
        settings_key(spec, ""),
        settings_key(replace(spec, sampling=Sampling(frames=8)), None),
        settings_key(replace(spec, sampling=Sampling(adjacent_pairs=False)), None),
        settings_key(replace(spec, pixels=Pixels(max_pixels=700 * 784)), None),
    ]
    assert len(set(keys)) == len(keys)
    assert settings_key(replace(spec, name="renamed"), "a") == keys[1]
    assert settings_key(spec, "lone surrogate \udc80") not in keys


def test_saving_again_replaces_and_counts(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite3")
    store.save([new_rating(seed=0)])
    again = new_rating(seed=1)
    store.save([again])
    assert store.count() == 1
    assert store.load([again.key])[again.key].distribution == again.rating.distribution
    store.close()
    rows = sqlite3.connect(tmp_path / "r.sqlite3").execute("SELECT times_computed FROM ratings").fetchall()
    assert rows == [(2,)]


def test_a_batch_is_stored_whole_or_not_at_all(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite3")
    store._database._writer.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON ratings WHEN new.video = 'b2:bad' "
        "BEGIN SELECT RAISE(ABORT, 'refused'); END"
    )
    with pytest.raises(sqlite3.IntegrityError, match="refused"):
        store.save([new_rating("b2:good"), new_rating("b2:bad")])
    assert store.count() == 0
    store.save([new_rating("b2:good")])
    assert store.count() == 1
    store.close()


def test_thousands_in_one_look(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite3")
    new = [new_rating(f"b2:{n}") for n in range(1200)]
    store.save(new)
    keys = [n.key for n in new] + [RatingKey("m1:a", "other", "b2:1")]
    assert set(store.find(keys)) == {n.key for n in new}
    paths = {f"/v/{n} 動画.mp4": KnownFile(f"{n}:1:2:3", f"b2:{n}", bool(n % 2)) for n in range(1200)}
    for path, file in paths.items():
        store.remember_file(path, file)
    assert store.known_files([*paths, "/v/none.mp4"]) == paths
    store.close()


def test_paths_that_are_no_unicode(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite3")
    path = b"/v/\xff\xfe.mp4".decode("utf-8", "surrogateescape")
    store.remember_file(path, KnownFile("1", "b2:1", True))
    store.remember_file(path, KnownFile("2", "b2:2", True))
    assert store.known_files([path]) == {path: KnownFile("2", "b2:2", True)}
    store.mark("b2:2", path, 1)
    store.save([replace(new_rating(), rating=replace(made_rating(), text="\udcff"))])
    store.close()


def test_many_threads(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite3")
    wrong: list[object] = []

    def work(number: int) -> None:
        try:
            for turn in range(25):
                new = new_rating(f"b2:{number}-{turn}")
                store.save([new])
                if store.load([new.key])[new.key].distribution != new.rating.distribution:
                    wrong.append(new.key)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert store.count() == 200
    store.close()


# -- migrations


def test_migrations_are_applied_once_and_by_name(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    Store(path).close()
    connection = sqlite3.connect(path)
    names = [name for (name,) in connection.execute("SELECT name FROM migrations ORDER BY applied_at, name")]
    assert names == [name for name, _ in migrations.MIGRATIONS]
    assert migrations.migrate(connection) == []
    connection.close()


def test_a_failing_step_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    store = Store(path)
    store.save([new_rating()])
    store.close()
    broken = ("9999_broken", "CREATE TABLE extra (a INTEGER);\nINSERT INTO missing VALUES (1);")
    with pytest.raises(sqlite3.OperationalError, match="missing"):
        Database(path, steps=(*migrations.MIGRATIONS, broken))
    store = Store(path)
    assert store.count() == 1
    store.close()
    tables = {name for (name,) in sqlite3.connect(path).execute("SELECT name FROM sqlite_master")}
    assert "extra" not in tables


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO migrations VALUES ('9999_from_the_future', '2030')")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(HostStartError, match="newer version"):
        Store(path)
    assert path.read_bytes() == before
    assert list(tmp_path.glob("*damaged*")) == []


# -- a full disk


def test_a_full_disk_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    store = Store(path)
    store.save([new_rating("b2:before")])
    # the limit makes SQLite say what it says on a full disk, and it can be lifted again
    writer = store._database._writer
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count={pages + 2}")
    many = [new_rating(f"b2:{n}") for n in range(200)]
    with pytest.raises(HostDiskError, match="full") as caught:
        store.save(many)
    assert str(path) in str(caught.value)
    assert store.count() == 1
    writer.execute("PRAGMA max_page_count=1000000")
    store.save(many)
    assert store.count() == 201
    store.close()


def test_a_folder_that_takes_no_files(tmp_path: Path) -> None:
    with pytest.raises(HostDiskError):
        Store(tmp_path / "missing" / "r.sqlite3")


def test_locked_by_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xl_vqa.host.database.BUSY_TIMEOUT_S", 0.1)
    store = Store(tmp_path / "r.sqlite3")
    other = sqlite3.connect(tmp_path / "r.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(HostDiskError, match="locked"):
        store.save([new_rating()])
    assert store.count() == 0  # readers go on
    other.execute("ROLLBACK")
    store.save([new_rating()])
    store.close()


def test_a_store_that_may_be_written_again_is_written_again(tmp_path: Path) -> None:
    """A connection that was opened while the file could only be read refuses for ever; a new one does not."""
    store = Store(tmp_path / "r.sqlite3")
    store.save([new_rating("b2:before")])
    store._database._writer.execute("PRAGMA query_only=ON")
    with pytest.raises(HostDiskError, match="write-protected"):
        store.save([new_rating("b2:refused")])
    store.save([new_rating("b2:after")])
    assert store.count() == 2
    store.close()


@pytest.mark.parametrize(
    ("error_code", "known"),
    [
        (sqlite3.SQLITE_FULL, "空き容量"),
        (sqlite3.SQLITE_BUSY, "ロック"),
        (sqlite3.SQLITE_NOTADB, "破損しています"),
        (sqlite3.SQLITE_CANTOPEN, "開くことができません"),
        (sqlite3.SQLITE_READONLY, "書き込み禁止"),
        (sqlite3.SQLITE_IOERR_READ, "ドライブまたはネットワーク"),
    ],
)
def test_what_the_drive_refuses_is_said_in_the_readers_language(
    tmp_path: Path, error_code: int, known: str
) -> None:
    said = sqlite3.OperationalError("words of the library")
    said.sqlite_errorcode = error_code
    path = tmp_path / "r.sqlite3"
    assert known in HostDiskError(path=str(path), problem=why_refused(said, path)).message("ja")
    # where the folder itself is the reason, that is said
    nowhere = tmp_path / "gone" / "r.sqlite3"
    if error_code == sqlite3.SQLITE_READONLY:
        assert why_refused(said, nowhere) == "problem_no_such_folder"


def test_crash_marks_are_remembered_and_age(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite3"
    store = Store(path)
    store.mark("b2:1", "/v/1.mp4", 1)
    store.mark("b2:2", "/v/2.mp4", 2)
    store.mark("b2:3", "/v/3.mp4", 1)
    store.mark("b2:3", "/v/3.mp4", 0)
    store.save([new_rating("b2:1")])  # a stored rating lifts its mark
    assert store.crash_marks() == {"b2:2": 2}
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE crash_marks SET marked_at = '2020-01-01T00:00:00+00:00'")
    connection.commit()
    connection.close()
    store = Store(path)
    assert store.crash_marks() == {}
    store.close()


def test_the_summary_is_plain_json(tmp_path: Path) -> None:
    values = json.loads(new_rating().summary)
    assert values["label"] == made_rating().label
    assert "path" not in values
    assert "distribution" not in values


def test_what_is_forgotten_waits_for_no_sending(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite3")
    store.outbox.share_with("postgresql://a@b/c")
    store.save([new_rating("b2:gone"), new_rating("b2:kept")])
    store.forget(lambda path: False, ["b2:gone"])
    assert [one.key.video for one in store.outbox.first(10)] == ["b2:kept"]
    store.forget_older(datetime(2027, 1, 1, tzinfo=UTC))
    assert store.outbox.count() == 0
    store.close()
