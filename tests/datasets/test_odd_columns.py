"""Columns, rows and second tables that are no rater of the first, each against its known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from tests.datasets.builders import Rows, workbook
from tests.datasets.truths import VIDEOS, means, of, scores
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.prepare import prepare
from xl_vqa.datasets.prepared import Options
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.words.labels import Scale


@pytest.mark.parametrize(
    "beside",
    [
        "目標",
        "視聴回数",
        "月",
        "差",
        "session",
        "priority",
        "AI score",
        "AI評価",
        "VQA MOS",
        "VQA スコア",
        "accepted",
    ],
)
def test_numbers_that_lie_in_the_scale_by_chance_are_no_rater(tmp_path: Path, beside: str) -> None:
    given = scores(2)
    rows: Rows = [
        ["動画", "佐藤", "鈴木", beside],
        *[[v, *r, 1 + k % 4] for k, (v, r) in enumerate(zip(VIDEOS, given, strict=True))],
    ]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


def test_what_this_product_wrote_beside_one_person_is_no_rater(tmp_path: Path) -> None:
    given = scores(1)
    ours = ["VQA score", "VQA MOS", "VQA band", "VQA confidence", "VQA error or warning", "VQA model"]
    rows: Rows = [
        ["Video", *ours, "Anna"],
        *[[v, 36, 3.6, "Good", 0.8, None, "starter", *r] for v, r in zip(VIDEOS, given, strict=True)],
    ]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


@pytest.mark.parametrize("row", [["年齢", 23, 45], ["weight", 1, 2], ["人数", 9, 9], [None, "女", "男"]])
@pytest.mark.parametrize("place", [1, 99])
def test_a_row_about_the_raters_rates_nothing(tmp_path: Path, row: list[Any], place: int) -> None:
    given = scores(2)
    rows: list[list[Any]] = [["video", "佐藤", "鈴木"], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    rows.insert(place, row)
    found = means(workbook(tmp_path / "t.xlsx", {"S": rows}))
    assert {v: found[v] for v in VIDEOS} == pytest.approx(of(given))
    assert np.isnan([mos for video, mos in found.items() if video not in VIDEOS]).all()


@pytest.mark.parametrize("title", [None, "Session 2"])
@pytest.mark.parametrize("others", [["Cai", "Dora"], ["Cai", "Dora", "Emil"]])
def test_tables_of_other_people_below_each_other_are_one(
    tmp_path: Path, title: str | None, others: list[str]
) -> None:
    given = scores(2 + len(others))
    rows: list[list[Any]] = [["video", "Anna", "Ben"]]
    rows += [[v, *r[:2]] for v, r in zip(VIDEOS, given, strict=True)]
    rows += [[], *([[title]] if title else []), ["video", *others]]
    rows += [[v, *r[2:]] for v, r in zip(VIDEOS, given, strict=True)]
    found = means(workbook(tmp_path / "t.xlsx", {"S": rows}))
    assert {v: found[v] for v in VIDEOS} == pytest.approx(of(given))


@pytest.mark.parametrize("lead", [[], ["No."]])
def test_tables_beside_each_other_are_one(tmp_path: Path, lead: list[str]) -> None:
    given = scores(2)
    half = [[*([k + 1] if lead else []), v, *r] for k, (v, r) in enumerate(zip(VIDEOS, given, strict=True))]
    head = [*lead, "video", "Anna", "Ben"]
    rows: Rows = [[*head, None, *head], *[[*half[k], None, *half[k + 4]] for k in range(4)], [*half[8]]]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


@pytest.mark.parametrize("spread", [" ± 0.50", "±0.5", " [{low:.2f}, {high:.2f}]"])
def test_a_mean_with_its_spread_is_a_mean(tmp_path: Path, spread: str) -> None:
    rows: Rows = [
        ["video", "MOS"],
        *[[v, f"{1.5 + k / 4:.2f}" + spread.format(low=1 + k / 4, high=2 + k / 4)] for k, v in enumerate(VIDEOS)],
    ]
    found = means(workbook(tmp_path / "t.xlsx", {"S": rows}))
    assert found == {v: 1.5 + k / 4 for k, v in enumerate(VIDEOS)}


def test_two_questions_to_each_person_are_asked_about(tmp_path: Path) -> None:
    rows: Rows = [
        ["participant", "clip", "Q1_x", "Q2_y"],
        *[[who, v, 1 + k % 5, 5 - k % 5] for k, v in enumerate(VIDEOS) for who in ("p1", "p2", "p3")],
    ]
    with pytest.raises(RatingsUnclearError, match="--score-column Q1_x"):
        means(workbook(tmp_path / "t.xlsx", {"S": rows}))


@pytest.mark.parametrize("beside", ["condition", "条件", "HRC", "Mbps", "レート", "sec", "room", "劣化レベル"])
def test_numbers_of_the_test_are_no_rater(tmp_path: Path, beside: str) -> None:
    given = scores(2)
    rows: Rows = [
        ["動画", beside, "佐藤", "鈴木"],
        *[[v, 1 + k % 4, *r] for k, (v, r) in enumerate(zip(VIDEOS, given, strict=True))],
    ]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


def test_people_who_have_not_rated_hide_nobody(tmp_path: Path) -> None:
    given = scores(2)
    rows: Rows = [
        ["動画", "佐藤", "鈴木", "評価者3", "評価者4"],
        *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)],
    ]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


@pytest.mark.parametrize("zeros", [True, False])
def test_a_row_for_each_score_counts_the_people_who_gave_it(tmp_path: Path, zeros: bool) -> None:
    votes = [[(3 * k + 2 * s) % 5 for s in range(1, 6)] for k in range(9)]
    rows: Rows = [
        ["動画", "評点", "人数"],
        *[
            [v, s, n]
            for v, counts in zip(VIDEOS, votes, strict=True)
            for s, n in enumerate(counts, 1)
            if zeros or n
        ],
    ]
    truth = {v: float(np.average(range(1, 6), weights=c)) for v, c in zip(VIDEOS, votes, strict=True)}
    prepared = prepare(workbook(tmp_path / "t.xlsx", {"S": rows}), Options(check_videos=False))
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(truth)
    assert prepared.means.count.tolist() == [sum(c) for c in votes]


def test_a_hidden_sheet_of_a_rater_is_named(tmp_path: Path) -> None:
    given = scores(3)
    sheets: dict[str, Rows] = {
        name: [["video", "score"], *[[v, row[a]] for v, row in zip(VIDEOS, given, strict=True)]]
        for a, name in enumerate(("Anna", "Ben", "Chris"))
    }
    path = workbook(tmp_path / "t.xlsx", {**sheets, "Setup": [["video", "x"], ["a.mp4", 3]]})
    book = openpyxl.load_workbook(path)
    book["Ben"].sheet_state = book["Setup"].sheet_state = "hidden"
    book.save(path)
    notes = {note.code: note.params for note in read_ratings(path, Scale()).notes}
    assert notes["other_sheets"] == {"sheets": "Ben"}


@pytest.mark.parametrize(("written", "asks"), [("{}/5", False), ("{}", True)])
def test_a_scale_whose_end_is_written_is_not_asked_about(tmp_path: Path, written: str, asks: bool) -> None:
    given = [[1 + (k + a) % 4 for a in range(6)] for k in range(9)]
    rows: Rows = [
        ["video", *(f"Rater {a}" for a in range(1, 7))],
        *[[v, *(written.format(x) for x in r)] for v, r in zip(VIDEOS, given, strict=True)],
    ]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    if asks:
        with pytest.raises(RatingsUnclearError, match="the scale may end there"):
            means(path)
    else:
        assert means(path) == pytest.approx(of(given))


@pytest.mark.parametrize("blank", [None, 0])
@pytest.mark.parametrize("heads", [["1", "2", "3", "4", "5"], ["Bad", "Poor", "Fair", "Good", "Excellent"]])
def test_a_row_for_each_person_with_a_mark_under_the_score(
    tmp_path: Path, heads: list[str], blank: int | None
) -> None:
    given = scores(4)
    rows: Rows = [
        ["video", "rater", *heads],
        *[
            [v, f"P{a}", *(1 if x == s else blank for s in range(1, 6))]
            for v, r in zip(VIDEOS, given, strict=True)
            for a, x in enumerate(r)
        ],
    ]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    assert means(path) == pytest.approx(of(given))
    counts = prepare(path, Options(check_videos=False)).means.count
    assert sorted(counts.tolist())[-len(VIDEOS) :] == [4] * len(VIDEOS)
