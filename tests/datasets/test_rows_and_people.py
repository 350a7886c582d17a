"""Which rows count, whose a column is, and what stands beside scores, each against its known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.datasets.builders import Rows, text, workbook
from tests.datasets.truths import VIDEOS, means, of, scores
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.prepare import prepare
from xl_vqa.datasets.prepared import Options
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.words.labels import Scale


def marked(path: Path, header: str, out: Any, kept: Any, given: list[list[float]]) -> Path:
    """A row per rating, and after each video's own ratings one of a third person that does not count."""
    rows: list[list[Any]] = [["video", "rater", "score", header]]
    for video, row in zip(VIDEOS, given, strict=True):
        rows += [[video, f"p{a}", score, kept] for a, score in enumerate(row)]
        rows.append([video, "stranger", 5, out])
    return workbook(path, {"S": rows})


@pytest.mark.parametrize(
    ("header", "out", "kept"),
    [
        ("phase", "training", "test"),
        ("block_type", "practice", "main"),
        ("trial type", "warm-up", "rating"),
        ("区分", "練習", "本番"),
        ("is_attention_check", True, False),
        ("exclude", 1, 0),
        ("除外", "○", None),
        ("有効", "いいえ", "はい"),
        ("valid", "no", "yes"),
        ("attention_passed", 0, 1),
        ("AssignmentStatus", "Rejected", "Approved"),
        ("status", "TIMED-OUT", "APPROVED"),
    ],
)
def test_what_the_table_says_not_to_count_does_not(tmp_path: Path, header: str, out: Any, kept: Any) -> None:
    given = scores(2)
    path = marked(tmp_path / "t.xlsx", header, out, kept, given)
    assert means(path) == pytest.approx(of(given))
    (note,) = [note for note in read_ratings(path, Scale()).notes if note.code == "not_counted"]
    assert note.params["column"] == header
    assert note.params["count"] == len(VIDEOS)


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("phase", ["training", "validation", "test"]),
        ("フェーズ", ["学習", "検証", "テスト"]),
        ("type", ["training", "match", "interview"]),
        ("exclude", [1, 1, 1]),
        ("合否", ["不合格", "合格", "合格"]),
        ("accepted", [0, 1, 1]),
        ("status", ["done", "done", "open"]),
    ],
)
def test_what_says_something_else_leaves_nothing_out(tmp_path: Path, header: str, cells: list[Any]) -> None:
    given = scores(2)
    rows: Rows = [
        ["video", "佐藤", "鈴木", header],
        *[[v, *r, cells[k % 3]] for k, (v, r) in enumerate(zip(VIDEOS, given, strict=True))],
    ]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


def test_whoever_is_called_gold_rates_like_others(tmp_path: Path) -> None:
    rows: Rows = [["video", "Anna", "Gold"], *[[v, *r] for v, r in zip(VIDEOS, scores(2), strict=True)]]
    assert read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale()).raters == ["Anna", "Gold"]


def test_a_video_that_does_not_count_stays_in_the_manifest_with_the_reason(tmp_path: Path) -> None:
    given = scores(2)
    wide: Rows = [["video", "佐藤", "鈴木", "除外"], *[[v, *r, None] for v, r in zip(VIDEOS, given, strict=True)]]
    wide = [*wide, ["extra.mp4", 1, 1, "○"]]
    long: Rows = [["video", "rater", "score", "phase"], *[[v, "a", 3, "main"] for v in VIDEOS]]
    long = [*long, ["extra.mp4", "a", 1, "practice"]]
    for k, rows in enumerate((wide, long)):
        prepared = prepare(workbook(tmp_path / f"{k}.xlsx", {"S": rows}), Options(check_videos=False))
        (row,) = [row for row in prepared.table.rows if row.video == "extra.mp4"]
        assert [problem.code for problem in row.problems] == ["not_counted"]
        for language in ("en", "ja"):
            said = row.problems[0].sentence(language)
            assert rows[-1][-1] in said
            assert rows[0][-1] in said
        index = prepared.table.rows.index(row)
        assert index not in prepared.usable
        assert np.isnan(prepared.means.mos[index])


@pytest.mark.parametrize(
    "headers",
    [
        ["佐藤1回目", "佐藤2回目", "鈴木1回目", "鈴木2回目"],
        ["Anna 1st", "Anna 2nd", "Ben 1st", "Ben 2nd"],
        ["Anna (session 1)", "Anna (session 2)", "Ben (session 1)", "Ben (session 2)"],
        ["Anna", "Anna retest", "Ben", "Ben retest"],
    ],
)
def test_who_rated_twice_in_two_columns_is_one_person(tmp_path: Path, headers: list[str]) -> None:
    if headers[1] == "Anna retest":
        headers = ["Anna test", "Anna retest", "Ben test", "Ben retest"]
    given = scores(4)
    rows: Rows = [["video", *headers], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    assert len(read_ratings(path, Scale()).raters) == 2
    assert means(path) == pytest.approx(of(given))


@pytest.mark.parametrize(
    "headers", [["Session 1", "Session 2", "Session 3", "Session 4"], ["Anna 1", "Anna 2", "Ben 1", "Ben 2"]]
)
def test_what_only_counts_people_names_as_many(tmp_path: Path, headers: list[str]) -> None:
    rows: Rows = [["video", *headers], *[[v, *r] for v, r in zip(VIDEOS, scores(4), strict=True)]]
    table = read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale(), wanted=None)
    assert len(table.raters) in (0, 4)


@pytest.mark.parametrize(
    ("top", "below", "people"),
    [
        (["Anna", None, "Ben", None], ["1st", "2nd", "1st", "2nd"], ["Anna", "Ben"]),
        (["Session 1", None, "Session 2", None], ["Anna", "Ben", "Anna", "Ben"], ["Anna", "Ben"]),
        (["1回目", None, "2回目", None], ["佐藤", "鈴木", "佐藤", "鈴木"], ["佐藤", "鈴木"]),
    ],
)
def test_merged_headers_that_lost_their_width_in_a_text_file(
    tmp_path: Path, top: list[Any], below: list[Any], people: list[str]
) -> None:
    given = scores(4)
    rows: Rows = [["video", *top], [None, *below], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    path = text(tmp_path / "t.csv", rows)
    assert read_ratings(path, Scale()).raters == people
    assert means(path) == pytest.approx(of(given))


def test_qualities_under_merged_headers_of_a_text_file_are_asked_about(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "sharpness", None, "motion", None],
        [None, "Anna", "Ben", "Anna", "Ben"],
        *[[v, *r] for v, r in zip(VIDEOS, scores(4), strict=True)],
    ]
    with pytest.raises(RatingsUnclearError) as asked:
        read_ratings(text(tmp_path / "t.csv", rows), Scale())
    assert asked.value.choices == ["--dimension sharpness", "--dimension motion"]


def test_a_name_in_other_letters_is_the_same_person_and_an_identifier_is_not(tmp_path: Path) -> None:
    names = ["Anna", "ANNA ", "ａｎｎａ", "R_1aB", "R_1Ab"]
    rows: Rows = [["video", "rater", "score"], *[[v, names[k % 5], 3] for k, v in enumerate(VIDEOS)]]
    table = read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())
    assert table.raters == ["Anna", "R_1aB", "R_1Ab"]


@pytest.mark.parametrize("header", ["Ø", "Mittelwert", "Avg2", "全員"])
@pytest.mark.parametrize("figure", [np.mean, np.sum])
@pytest.mark.parametrize("first", [False, True])
def test_a_column_computed_of_the_others_is_nobody(tmp_path: Path, header: str, figure: Any, first: bool) -> None:
    given = scores(2)
    rows: list[list[Any]] = [["video", "Anna", "Ben"], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    for row, value in zip(rows, [header, *(float(figure(r)) for r in given)], strict=True):
        row.insert(1 if first else 3, value)
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


def test_somebody_who_agrees_with_all_others_is_a_rater(tmp_path: Path) -> None:
    rows: Rows = [["video", "Anna", "Ben", "Cai"], *[[v, *[1 + k % 5] * 3] for k, v in enumerate(VIDEOS)]]
    assert read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale()).raters == ["Anna", "Ben", "Cai"]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("headers", [("Legend", None), ("点", "意味"), (None, None)])
@pytest.mark.parametrize(
    "words", [["bad", "poor", "fair", "good", "excellent"], ["最低", "低", "中", "高", "最高"]]
)
def test_a_legend_of_two_columns_beside_the_table_rates_nothing(
    tmp_path: Path, turned: bool, headers: tuple[str | None, str | None], words: list[str]
) -> None:
    given = scores(2)
    points = list(range(5, 0, -1) if turned else range(1, 6))
    rows: Rows = [
        ["video", "Anna", "Ben", None, *headers],
        *[
            [v, *r, None, *((points[k], words[k]) if k < 5 else (None, None))]
            for k, (v, r) in enumerate(zip(VIDEOS, given, strict=True))
        ],
    ]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    assert read_ratings(path, Scale()).raters == ["Anna", "Ben"]
    truth = {v: 6 - m for v, m in of(given).items()} if turned else of(given)
    assert means(path) == pytest.approx(truth)


def test_an_asterisk_among_numbers_points_to_a_note(tmp_path: Path) -> None:
    rows: Rows = [["video", "Anna", "Ben"], *[[v, "*" if k == 0 else 3, 4] for k, v in enumerate(VIDEOS)]]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows}))[VIDEOS[0]] == 4
    stars: Rows = [["video", "Anna", "Ben"], *[[v, "*" * (1 + k % 5), "***"] for k, v in enumerate(VIDEOS)]]
    assert means(workbook(tmp_path / "s.xlsx", {"S": stars}))[VIDEOS[0]] == 2


@pytest.mark.parametrize("cell", ["3-4", "4+"])
def test_one_text_between_scores_is_asked_about_where_it_stands_often(tmp_path: Path, cell: str) -> None:
    rows: Rows = [["video", "Anna", "Ben"], *[[v, cell if k < 3 else 3, 4] for k, v in enumerate(VIDEOS)]]
    with pytest.raises(RatingsUnclearError):
        read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())
