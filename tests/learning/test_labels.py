"""Corrections from a sheet into the label store: who, what, once, with history; two people; damage; forgetting."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from xl_vqa.cli.main import app
from xl_vqa.datasets.manifest import read_manifest
from xl_vqa.host.forgetting import forget_all
from xl_vqa.learning.collect import Collected, SheetReading, collect
from xl_vqa.learning.consensus import labels_of
from xl_vqa.learning.corrections import Correction
from xl_vqa.learning.errors import LearningError
from xl_vqa.learning.label_store import CURRENT, REPLACED, WITHDRAWN, LabelStore
from xl_vqa.words.labels import Scale
from xl_vqa.words.settings import Settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("XL_VQA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XL_VQA_LANGUAGE", "en")
    for k in range(6):
        # no reader opens them: a content is told by its bytes alone
        (tmp_path / f"{k}.mp4").write_bytes(b"video %d" % k)
    return Settings.load()


def sheet(path: Path, header: list[str], *lines: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in (header, *lines):
        book.active.append(row)
    book.save(path)
    return path


def take(path: Path, settings: Settings, **values: Any) -> Collected:
    return collect(path, settings, SheetReading(**values))


def kept(settings: Settings) -> list[tuple[str, float, str]]:
    with LabelStore(settings) as store:
        return [(Path(one.correction.path).name, one.correction.mos, one.state) for one in store.everything()]


def test_who_when_where_beside_which_rating(tmp_path: Path, settings: Settings) -> None:
    header = ["動画", "VQA スコア", "VQA MOS", "VQA モデル", "人の評価", "日付", "取得元"]
    mark = "ours (012345-abcdef-000000)"
    path = sheet(tmp_path / "list.xlsx", header, ["0.mp4", 32, 3.2, mark, 4.5, "2026/9/1", "studio"])
    found = take(path, settings, rater="Aiko", source="取得元")
    (one,) = found.change.new
    assert (one.rater, one.row, one.mos, one.as_read, one.scale) == ("Aiko", 2, 4.5, "4.5", "1..5")
    assert (one.sheet, one.path) == (str(path), str(tmp_path / "0.mp4"))
    assert (one.model, one.model_mos, one.source) == ("ours", 3.2, "studio")
    assert one.video.startswith("b2:")
    assert (one.written_at or "").startswith("2026-09-01")
    assert found.problems == []
    with LabelStore(settings) as store:
        assert store.current() == [one]
    assert (tmp_path / "home" / "labels.sqlite3").stat().st_mode & 0o077 == 0


def test_the_same_again_changes_nothing_and_an_edit_keeps_its_history(tmp_path: Path, settings: Settings) -> None:
    rows = [["0.mp4", 4], ["1.mp4", 2]]
    path = sheet(tmp_path / "s.xlsx", ["path", "human score"], *rows)
    take(path, settings)
    again = take(path, settings).change
    assert (len(again.same), again.new, again.edited) == (2, [], [])
    # sorted, and one cell edited
    sheet(path, ["path", "human score"], ["1.mp4", 3], ["0.mp4", 4])
    edited = take(path, settings).change
    assert [(before.mos, now.mos) for before, now in edited.edited] == [(2, 3)]
    assert kept(settings) == [("0.mp4", 4, CURRENT), ("1.mp4", 2, REPLACED), ("1.mp4", 3, CURRENT)]
    with LabelStore(settings) as store:
        assert {Path(one.path).name: one.row for one in store.current()} == {"0.mp4": 3, "1.mp4": 2}


def test_an_emptied_cell_is_taken_back_and_a_row_that_went_is_not(tmp_path: Path, settings: Settings) -> None:
    path = sheet(tmp_path / "s.xlsx", ["path", "human score"], ["0.mp4", 4], ["1.mp4", 2])
    take(path, settings)
    sheet(path, ["path", "human score"], ["0.mp4", None], ["2.mp4", 1])
    change = take(path, settings).change
    assert [one.mos for one in change.withdrawn] == [4]
    assert kept(settings) == [("0.mp4", 4, WITHDRAWN), ("1.mp4", 2, CURRENT), ("2.mp4", 1, CURRENT)]


def test_every_cell_is_taken_or_named(tmp_path: Path, settings: Settings) -> None:
    lines = [
        ["0.mp4", "good"],
        ["1.mp4", 7],
        [None, 3],
        ["2.mp4", 3],
        ["2.mp4", 4],
        ["gone.mp4", 2],
        ["3.mp4", "3"],
    ]
    path = sheet(tmp_path / "s.xlsx", ["path", "human score"], *lines)
    found = take(path, settings)
    said = {row: error.message("en") for row, error in found.problems}
    assert set(said) == {2, 3, 4, 6, 7}
    assert "good" in said[2]
    assert "1..5" in said[3]
    assert "rows 5 and 6" in said[6]
    assert "gone.mp4" in said[7]
    # what cannot be seen now is kept all the same: its drive may be off today
    assert sorted((Path(one.path).name, one.video == "") for one in found.change.new) == [
        ("3.mp4", False),
        ("gone.mp4", True),
    ]
    (tmp_path / "gone.mp4").write_bytes(b"back")
    take(path, settings)
    with LabelStore(settings) as store:
        assert all(one.video for one in store.current())


def test_a_file_that_changed_does_not_get_the_score_of_what_it_was(tmp_path: Path, settings: Settings) -> None:
    path = sheet(tmp_path / "s.xlsx", ["path", "human score"], ["0.mp4", 4])
    first = take(path, settings).change.new[0].video
    (tmp_path / "0.mp4").write_bytes(b"another")
    found = take(path, settings)
    assert [row for row, _ in found.problems] == [2]
    with LabelStore(settings) as store:
        assert [one.video for one in store.current()] == [first]
    sheet(path, ["path", "human score"], ["0.mp4", 3])
    take(path, settings)
    with LabelStore(settings) as store:
        (now,) = store.current()
    assert (now.mos, now.video != first) == (3, True)


@pytest.mark.parametrize(
    ("low", "high", "turned", "read", "mos"),
    [(0, 100, False, 75, 4.0), (1, 5, True, 1, 5.0), (1, 10, False, 10, 5.0), (0, 100, True, 100, 1.0)],
)
def test_scales(
    tmp_path: Path, settings: Settings, low: float, high: float, turned: bool, read: float, mos: float
) -> None:
    path = sheet(tmp_path / "s.xlsx", ["path", "human score"], ["0.mp4", read])
    (one,) = take(path, settings, scale=Scale(low, high), turned=turned).change.new
    assert (one.mos, one.as_read) == (mos, str(read))


def test_a_sheet_without_the_column_says_what_it_has(tmp_path: Path, settings: Settings) -> None:
    path = sheet(tmp_path / "s.xlsx", ["path", "MOS"], ["0.mp4", 4])
    with pytest.raises(LearningError, match=r"human score.*path, MOS"):
        take(path, settings)
    assert not (tmp_path / "home" / "labels.sqlite3").exists()
    assert take(path, settings, human="mos").change.new


def test_two_people_who_contradict_each_other(tmp_path: Path, settings: Settings) -> None:
    header = ["path", "rater", "human score"]
    path = sheet(
        tmp_path / "s.xlsx",
        header,
        *(["0.mp4", who, mos] for who, mos in (("A", 2), ("B", 3.5))),
        *(["1.mp4", who, mos] for who, mos in (("A", 1), ("B", 5))),
        *(["2.mp4", who, mos] for who, mos in (("A", 4), ("B", 4))),
    )
    take(path, settings)
    with LabelStore(settings) as store:
        first, second, third = labels_of(store.current())
    assert (first.mos, first.spread, first.contradicts, first.asked) == (2.75, 1.5, True, False)
    assert (second.asked, len(second.statements)) == (True, 2)
    assert (third.contradicts, third.asked) == (False, False)
    told = CliRunner().invoke(app, ["labels", "collect", str(path)])
    assert told.exit_code == 1
    assert "A 2 (s.xlsx#2), B 3.5 (s.xlsx#3)" in told.output
    assert "watch it" in told.output
    # one of them gives way
    sheet(path, header, ["1.mp4", "B", 2])
    assert CliRunner().invoke(app, ["labels", "collect", str(path)]).exit_code == 1
    with LabelStore(settings) as store:
        assert [label.asked for label in labels_of(store.current())] == [False, False, False]


def test_copies_of_one_content_are_one_label(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "copy.mp4").write_bytes((tmp_path / "0.mp4").read_bytes())
    path = sheet(tmp_path / "s.xlsx", ["path", "rater", "human score"], ["0.mp4", "A", 2], ["copy.mp4", "B", 3])
    take(path, settings)
    with LabelStore(settings) as store:
        (label,) = labels_of(store.current())
    assert label.mos == 2.5


def test_list_and_export(tmp_path: Path, settings: Settings) -> None:
    runner = CliRunner()
    assert "No corrections" in runner.invoke(app, ["labels", "list"]).output
    path = sheet(
        tmp_path / "s.xlsx",
        ["path", "rater", "human score"],
        *([f"{k}.mp4", who, 1 + (k + j) % 5] for k in range(6) for j, who in enumerate(("A", "B"))),
    )
    runner.invoke(app, ["labels", "collect", str(path)])
    listed = runner.invoke(app, ["labels", "list", "--json"])
    assert listed.output.count('"current"') == 12
    out = tmp_path / "labels.csv"
    assert runner.invoke(app, ["labels", "export", "-o", str(out)]).exit_code == 0
    manifest = tmp_path / "m.csv"
    command = ["labels", "prepare", str(out), "-o", str(manifest), "--no-open-videos", "--content-by", "none"]
    done = runner.invoke(app, command)
    assert manifest.exists(), done.output
    mos = {Path(row.video).name: row.mos for row in read_manifest(manifest)}
    # 4.mp4 was scored 5 and 1, which somebody must settle first
    assert mos == {"0.mp4": 1.5, "1.mp4": 2.5, "2.mp4": 3.5, "3.mp4": 4.5, "5.mp4": 1.5}


def test_nothing_is_taken_by_looking(tmp_path: Path, settings: Settings) -> None:
    sheet(tmp_path / "s.xlsx", ["path", "human score"], ["0.mp4", 4])
    CliRunner().invoke(app, ["monitor", str(tmp_path / "s.xlsx")])
    assert not (tmp_path / "home" / "labels.sqlite3").exists()


def test_what_is_forgotten_is_in_no_byte(tmp_path: Path, settings: Settings) -> None:
    path = sheet(tmp_path / "s.xlsx", ["path", "human score"], ["0.mp4", 4], ["1.mp4", 2])
    take(path, settings, rater="Setsuko")
    runner = CliRunner()
    done = runner.invoke(app, ["forget", str(tmp_path / "1.mp4")])
    assert "1 corrections" in done.output
    assert kept(settings) == [("0.mp4", 4, CURRENT)]
    assert b"1.mp4" not in (tmp_path / "home" / "labels.sqlite3").read_bytes()
    runner.invoke(app, ["forget", str(path)])
    assert kept(settings) == []
    assert b"Setsuko" not in (tmp_path / "home" / "labels.sqlite3").read_bytes()
    forget_all(settings, own_settings=True)
    assert not (tmp_path / "home" / "labels.sqlite3").exists()


def test_a_damaged_row_is_left_out_and_a_damaged_file_is_saved(tmp_path: Path, settings: Settings) -> None:
    path = sheet(tmp_path / "s.xlsx", ["path", "human score"], ["0.mp4", 4], ["1.mp4", 2], ["2.mp4", 3])
    take(path, settings)
    file = tmp_path / "home" / "labels.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE corrections SET mos = 1 WHERE id = 2")
    connection.close()
    assert [name for name, *_ in kept(settings)] == ["0.mp4", "2.mp4"]
    data = bytearray(file.read_bytes())
    place = data.index(b"one_current")
    data[place - 60 : place + 60] = bytes(120)
    file.write_bytes(data)
    with LabelStore(settings) as store:
        assert len(store.set_aside) == 1
    # what could not be saved is collected once more, and nothing twice
    take(path, settings)
    assert sorted(name for name, *_ in kept(settings)) == ["0.mp4", "1.mp4", "2.mp4"]


def test_a_newer_store_is_not_touched(tmp_path: Path, settings: Settings) -> None:
    path = sheet(tmp_path / "s.xlsx", ["path", "human score"], ["0.mp4", 4])
    take(path, settings)
    with sqlite3.connect(tmp_path / "home" / "labels.sqlite3") as connection:
        connection.execute("INSERT INTO migrations VALUES ('9999_later', '')")
    connection.close()
    with pytest.raises(LearningError, match="9999_later"):
        LabelStore(settings)


said = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["A", "B", ""]), st.floats(1, 5)), min_size=1, max_size=12
)


@given(said)
def test_of_each_person_the_last_word_counts(rows: list[tuple[str, str, float]]) -> None:
    every = [
        Correction("/s.xlsx", "human score", who, f"/{v}.mp4", k, v, mos, "", "")
        for k, (v, who, mos) in enumerate(rows)
    ]
    labels = labels_of(every)
    assert sorted(label.video for label in labels) == sorted({v for v, *_ in rows})
    for label in labels:
        last = {who: mos for v, who, mos in rows if v == label.video}
        assert label.mos == pytest.approx(sum(last.values()) / len(last))
        assert label.asked == (max(last.values()) - min(last.values()) > 2)
        assert len(label.statements) == len(last)
