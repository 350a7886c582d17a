"""Stored ratings as a file and back: nothing changes on the way, nothing that stands is overwritten in silence."""

from __future__ import annotations

import csv
import errno
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.host.helpers import new_rating
from xl_vqa.cli.main import app
from xl_vqa.host.errors import StoreFileError
from xl_vqa.host.store import KnownFile, Store
from xl_vqa.host.transfer import export_ratings, import_ratings, summaries
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import in_store

RATINGS = [
    new_rating("b2:1"),
    new_rating("b2:2", text='a "cat", on\na\tskateboard 猫'),
    new_rating("b2:3", text=""),
    new_rating("b2:3", model="m1:other", seed=4),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "here.sqlite3")
    made.save(RATINGS)
    made.remember_file("/videos/店 1.mp4", KnownFile("k", "b2:1", True))
    yield made
    made.close()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "there.sqlite3")
    yield made
    made.close()


def loaded(store: Store) -> dict[object, object]:
    return dict(store.load([one.key for one in RATINGS]))


@pytest.mark.parametrize("name", ["ratings.jsonl", "ratings.csv", "ratings.CSV"])
def test_what_is_exported_is_what_is_imported(store: Store, other: Store, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert export_ratings(tmp_path / "here.sqlite3", file).ratings == 4
    done = import_ratings(file, other)
    assert (done.new, done.same, done.damaged, done.differing) == (4, 0, [], [])
    # to the last bit, and with the summaries that cells are answered with
    assert loaded(other) == loaded(store)
    assert other.find([one.key for one in RATINGS]) == store.find([one.key for one in RATINGS])
    again = import_ratings(file, other)
    assert (again.new, again.same) == (0, 4)
    # and so on for ever: the second machine's file is the first one's, all but the paths
    export_ratings(tmp_path / "there.sqlite3", tmp_path / f"again_{name}")
    without = tmp_path / f"without_{name}"
    export_ratings(tmp_path / "here.sqlite3", without, paths=False)
    assert (tmp_path / f"again_{name}").read_bytes() == without.read_bytes()


def test_the_two_forms_say_the_same_and_people_can_read_them(store: Store, tmp_path: Path) -> None:
    export_ratings(tmp_path / "here.sqlite3", tmp_path / "a.jsonl")
    export_ratings(tmp_path / "here.sqlite3", tmp_path / "a.csv")
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8-sig"))))
    assert [row["check"] for row in rows] == [line["check"] for line in lines]
    assert {line["path"] for line in lines} == {"/videos/店 1.mp4", ""}
    assert all(10 <= line["label"] <= 50 and 1 <= line["mos"] <= 5 for line in lines)
    assert "/videos" not in (tmp_path / "without").read_text() if (tmp_path / "without").exists() else True


@pytest.mark.parametrize("name", ["ratings.jsonl", "ratings.csv"])
@pytest.mark.parametrize("field", ["off_digit_mass", "model_name", "rated_at", "video", "summary", "check"])
def test_a_record_that_was_changed_is_not_taken(
    store: Store, other: Store, tmp_path: Path, name: str, field: str
) -> None:
    file = tmp_path / name
    export_ratings(tmp_path / "here.sqlite3", file)
    if name.endswith("jsonl"):
        lines = file.read_text(encoding="utf-8").splitlines()
        record = json.loads(lines[1])
        record[field] = 0.5 if field == "off_digit_mass" else f"{record[field]}0"
        lines[1] = json.dumps(record)
        file.write_text("\n".join(lines), encoding="utf-8")
        place = 2
    else:
        rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
        rows[0][field] = "0.5" if field == "off_digit_mass" else rows[0][field] + "0"
        with file.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        place = 2
    done = import_ratings(file, other)
    assert (done.new, done.damaged) == (3, [place])


@pytest.mark.parametrize(
    "line", ["", "no json", "[1]", "{}", '{"format": 2}', '{"format": 1, "model": null}', "1e999"]
)
def test_a_broken_line_costs_no_other(store: Store, other: Store, tmp_path: Path, line: str) -> None:
    file = tmp_path / "ratings.jsonl"
    export_ratings(tmp_path / "here.sqlite3", file)
    file.write_text(f"{line}\n{file.read_text(encoding='utf-8')}", encoding="utf-8")
    done = import_ratings(file, other)
    assert done.new == 4
    assert done.damaged == ([1] if line else [])


def test_another_score_under_the_same_key_is_named_and_kept_unless_replaced(
    store: Store, other: Store, tmp_path: Path
) -> None:
    mine = new_rating("b2:1", seed=9)
    other.save([mine])
    file = tmp_path / "ratings.jsonl"
    export_ratings(tmp_path / "here.sqlite3", file)
    done = import_ratings(file, other)
    assert (done.new, done.differing) == (3, [1])
    assert other.load([mine.key])[mine.key].distribution == mine.rating.distribution
    done = import_ratings(file, other, replace=True)
    assert (done.replaced, done.same) == (1, 3)
    assert loaded(other) == loaded(store)


def test_a_damaged_row_here_is_mended_by_the_file(store: Store, other: Store, tmp_path: Path) -> None:
    file = tmp_path / "ratings.jsonl"
    export_ratings(tmp_path / "here.sqlite3", file)
    import_ratings(file, other)
    with other._database.writing(durable=True) as connection:
        connection.execute("UPDATE ratings SET off_digit_mass = 0.9 WHERE video = 'b2:1'")
    left = export_ratings(tmp_path / "there.sqlite3", tmp_path / "there.jsonl")
    assert (left.ratings, left.damaged) == (3, 1)
    done = import_ratings(file, other)
    assert (done.new, done.same) == (1, 3)
    assert loaded(other) == loaded(store)


@pytest.mark.parametrize("content", [b"video,mos\na.mp4,3\n", b"\xff\xfe\x00b"])
def test_a_file_that_is_no_export_is_said_to_be_none(other: Store, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "other.csv"
    file.write_bytes(content)
    for language, words in (("en", "no file of ratings"), ("ja", "評価のファイルではありません")):
        with pytest.raises(StoreFileError) as caught:
            import_ratings(file, other)
        assert words in caught.value.message(language)


def test_where_nothing_is_stored_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreFileError, match="nothing is stored yet"):
        export_ratings(tmp_path / "none.sqlite3", tmp_path / "x.jsonl")
    with pytest.raises(StoreFileError, match="nothing is stored yet"):
        summaries(tmp_path / "none.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_the_commands_carry_ratings_from_one_machine_to_another(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XL_VQA_LANGUAGE", "en")
    here, there = tmp_path / "a", tmp_path / "b"
    here.mkdir()
    store.close()
    (tmp_path / "here.sqlite3").rename(here / "ratings.sqlite3")
    file = tmp_path / "all.jsonl"
    monkeypatch.setenv("XL_VQA_HOME", str(here))
    run = CliRunner().invoke
    assert "4 ratings were written" in run(app, ["store", "export", "-o", str(file)]).output
    listed = json.loads(run(app, ["store", "list", "--json"]).output)
    assert [(one["fingerprint"], one["ratings"]) for one in listed] == [("m1:a", 3), ("m1:other", 1)]
    monkeypatch.setenv("XL_VQA_HOME", str(there))
    done = run(app, ["store", "import", str(file)])
    assert done.exit_code == 0, done.output
    assert "4 ratings are new" in done.output
    file.write_text(file.read_text(encoding="utf-8").replace('"made"', '"maid"', 1), encoding="utf-8")
    done = run(app, ["store", "import", str(file)])
    assert done.exit_code == 1
    assert "not what was written (line 1)" in done.output
    printed = run(app, ["store", "export", "-o", "-", "--without-paths"])
    assert len(printed.output.splitlines()) == 4


def test_a_store_that_cannot_be_opened_is_told_in_words_and_is_none_that_a_host_mends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another user's: WAL wants to write beside the file. A phrase's own name stood in the sentence."""
    file = tmp_path / "ratings.sqlite3"
    Store(file).close()

    def refuse(*_: object, **__: object) -> None:
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
        raise error

    def no_folder(_: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("sqlite3.connect", refuse)
    monkeypatch.setattr("xl_vqa.atomic.check_folder", no_folder)
    for act in (lambda: summaries(file), lambda: export_ratings(file, tmp_path / "out.jsonl")):
        with pytest.raises(StoreFileError) as told:
            act()
        assert "you have no permission to write there" in told.value.message("en")
        assert "権限" in told.value.message("ja")
        for language in ("en", "ja"):
            assert "problem_" not in told.value.message(language)
        assert "mends" not in told.value.message("en")
    with pytest.raises(MonitoringError) as refused:
        in_store(file)
    assert "no permission" in refused.value.message("en")
    assert "mends" not in refused.value.message("en")
