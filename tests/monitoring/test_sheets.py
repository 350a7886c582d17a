"""Sheets as people have them: whose scores are where, when, from what source, on which scale."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import Record, SheetOptions, in_sheet, in_store
from xl_vqa.monitoring.reference import reference_of, split
from xl_vqa.monitoring.texts import tr
from xl_vqa.monitoring.watch import watch
from xl_vqa.words.labels import Scale

SCALE_90 = {"mos_min": 1, "mos_max": 5, "label_min": 10, "label_max": 90, "rounding": "half_up"}


def sheet(path: Path, header: Sequence[str], *lines: Sequence[Any]) -> Path:
    if path.suffix == ".csv":
        path.write_text(
            "\n".join(",".join(map(str, row)) for row in (header, *lines)) + "\n", encoding="utf-8-sig"
        )
        return path
    book = openpyxl.Workbook()
    for row in (header, *lines):
        book.active.append(list(row))
    book.save(path)
    return path


def one(path: Path, options: SheetOptions | None = None) -> Record:
    (row,) = in_sheet(path, options or SheetOptions()).rows
    return row


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_result_file_with_a_column_of_people(tmp_path: Path, suffix: str) -> None:
    header = ["path", "expected_label", "model", "off_digit_mass", "error", "human score", "rated_at"]
    path = sheet(tmp_path / f"s{suffix}", header, ["/a/b.mp4", 32.5, "starter", 0.02, "", 4, "2026-11-02 10:00"])
    row = one(path)
    assert (row.model, row.source, row.score, row.off_digits, row.failed) == ("starter", "/a", 32.5, 0.02, False)
    assert row.gap == pytest.approx(4 - 3.25)
    assert row.at is not None
    assert (row.at.year, row.at.hour) == (2026, 10)


@pytest.mark.parametrize("headings", [("VQA score", "VQA model"), ("VQA スコア", "VQA モデル")])
def test_a_workbook_that_we_scored(tmp_path: Path, headings: tuple[str, str]) -> None:
    path = sheet(tmp_path / "s.xlsx", ["動画", *headings, "人の評価"], ["/a/b.mp4", 30, "starter", 2])
    row = one(path)
    assert (row.score, row.model) == (30, "starter")
    assert row.gap == pytest.approx(2 - 3)


def test_a_failed_row_is_one_and_an_empty_one_is_not(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "s.csv",
        ["path", "expected_label", "error"],
        ["a.mp4", 30, ""],
        ["b.mp4", "", "bad"],
        ["c.mp4", "", ""],
    )
    found = in_sheet(path, SheetOptions())
    assert [row.failed for row in found.rows] == [False, True]
    assert found.unused == {"no_score": 1}


def test_where_no_column_tells_of_errors_failures_are_not_known(tmp_path: Path) -> None:
    assert one(sheet(tmp_path / "s.csv", ["path", "expected_label"], ["a.mp4", 30])).failed is None


def test_folders_of_windows_and_columns_are_sources(tmp_path: Path) -> None:
    path = sheet(tmp_path / "s.csv", ["path", "expected_label", "Shop"], ["D:\\clips\\x.mp4", 30, "north"])
    assert one(path).source == "D:/clips"
    assert one(path, SheetOptions(source="shop")).source == "north"


def test_a_time_column_is_named_or_known(tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "s.csv", ["path", "expected_label", "日付", "seen"], ["a.mp4", 30, "2026/11/03", "2026-01-01"]
    )
    known, told = one(path), one(path, SheetOptions(time="Seen"))
    assert known.at is not None
    assert told.at is not None
    assert (known.at.month, told.at.month) == (11, 1)
    for written in ("2026/9/1 8:05", "2026年9月1日 8:05", "2026-09-01T08:05:00", "2026.9.1 08:05"):
        row = one(sheet(tmp_path / "d.csv", ["path", "expected_label", "date"], ["a.mp4", 30, written]))
        assert row.at is not None, written
        assert (row.at.month, row.at.day, row.at.hour, row.at.minute) == (9, 1, 8, 5)
    broken = sheet(tmp_path / "b.csv", ["path", "expected_label", "date"], ["a.mp4", 30, "soon"])
    assert one(broken).at is None


def test_scales_of_people(tmp_path: Path) -> None:
    path = sheet(tmp_path / "s.csv", ["path", "expected_label", "human"], ["a.mp4", 30, 75], ["b.mp4", 30, 130])
    found = in_sheet(path, SheetOptions(scale=Scale(0, 100, 10, 50)))
    # 75 of 100 is MOS 4, label 30 is MOS 3: the limits are in MOS, so the gap is, too
    assert [row.gap for row in found.rows] == [pytest.approx(1), None]
    assert found.unused == {"outside_scale": 1}
    turned = sheet(tmp_path / "t.csv", ["path", "expected_label", "human"], ["a.mp4", 40, 2])
    # 1 is the best: a 2 is a 4
    assert one(turned, SheetOptions(turned=True)).gap == pytest.approx(0)
    # 0 is the best of 0..100: a 25 is MOS 4
    both = sheet(tmp_path / "b.csv", ["path", "expected_label", "human"], ["a.mp4", 35, 25])
    assert one(both, SheetOptions(scale=Scale(0, 100, 10, 50), turned=True)).gap == pytest.approx(0.5)


@pytest.mark.parametrize(("ends", "fold"), [((1, 5), 1), ((0, 100), 25), ((0, 10), 2.5), ((0, 1), 0.25)])
def test_people_who_move_apart_alarm_alike_on_every_scale(
    tmp_path: Path, ends: tuple[float, float], fold: float
) -> None:
    """0.06 MOS is no matter and 0.4 MOS is one, however large these are in people's own units."""

    def alarms(shift: float) -> list[str]:
        rows = []
        for k in range(160):
            mos = 3 + 0.02 * ((k * 7) % 5 - 2) + (shift if k >= 80 else 0)
            rows.append([f"a{k}.mp4", 30, ends[0] + (mos - 1) * fold])
        path = sheet(tmp_path / f"{shift}.csv", ["path", "expected_label", "human"], *rows)
        records = in_sheet(path, SheetOptions(scale=Scale(*ends)))
        before, now = split(records, None)
        return [figure.kind for figure in watch(reference_of(before), now).alarms]

    assert alarms(0.4) == ["cusum", "chart"]
    assert alarms(0.06) == []


def test_columns_and_stores_that_are_not_there(tmp_path: Path) -> None:
    path = sheet(tmp_path / "s.csv", ["path", "expected_label"], ["a.mp4", 30])
    for options in (SheetOptions(human="x"), SheetOptions(source="x"), SheetOptions(time="x")):
        with pytest.raises(MonitoringError, match="x"):
            in_sheet(path, options)
    with pytest.raises(MonitoringError):
        in_store(tmp_path / "ratings.sqlite3")
    (tmp_path / "ratings.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(MonitoringError):
        in_store(tmp_path / "ratings.sqlite3")


def test_a_row_that_says_the_same_again_counts_once(tmp_path: Path) -> None:
    header = ["path", "expected_label", "model", "rater", "human score", "rated_at"]
    first = ["/a/b.mp4", 30, "starter", "Aoi", 3, "2026-11-02"]
    others = [
        [*first[:3], "Ken", *first[4:]],
        [*first[:4], 4, first[5]],
        [*first[:5], "2026-11-03"],
        ["/a/c.mp4", *first[1:]],
        [first[0], 31, *first[2:]],
    ]
    records = in_sheet(sheet(tmp_path / "s.csv", header, first, *others, first, others[0]), SheetOptions())
    assert len(records.rows) == 6
    assert records.unused == {"repeated": 2}
    assert all("2" in tr("repeated", language, count=2) for language in ("en", "ja"))


@pytest.mark.parametrize("wrong", [0, -1, 87.5])
def test_a_score_outside_the_labels_is_told_and_left_out(tmp_path: Path, wrong: float) -> None:
    lines = [[f"{k}.mp4", 30 + k] for k in range(3)]
    path = sheet(tmp_path / "s.csv", ["path", "expected_label"], *lines, ["w.mp4", wrong])
    records = in_sheet(path, SheetOptions())
    assert [one.score for one in records.rows] == [30, 31, 32]
    assert records.unused == {"score_outside": 1}
    # a scale that holds it, told or stated by the file
    assert len(in_sheet(path, SheetOptions(scale=Scale(1, 5, 0, 100))).rows) == (4 if wrong >= 0 else 3)


def test_scores_of_another_scale_alarm_nothing_and_the_scale_is_named(tmp_path: Path) -> None:
    path = sheet(tmp_path / "s.csv", ["path", "expected_label"], *([f"{k}.mp4", 45 + 9 * k] for k in range(4)))
    with pytest.raises(MonitoringError) as raised:
        in_sheet(path, SheetOptions())
    for language in ("en", "ja"):
        said = raised.value.message(language)
        assert all(part in said for part in ("expected_label", "54", "10", "50", "--scale 1,5,0,100"))
    stated = [{"path": f"{k}.mp4", "expected_label": 45 + 9 * k, "scale": SCALE_90} for k in range(4)]
    (tmp_path / "s.json").write_text(json.dumps(stated))
    assert len(in_sheet(tmp_path / "s.json", SheetOptions()).rows) == 4
