"""Votes per grade, numbers of people or shares of them, become means with the number of votes where known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.datasets.builders import Rows, text, workbook
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.rating_table import RatingTable
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.words.labels import Scale

VOTES = [[10, 6, 4, 0, 0], [2, 8, 7, 3, 0], [0, 1, 9, 8, 2], [0, 0, 3, 9, 8], [1, 0, 5, 13, 1]]
OTHERS = [[9, 6, 2, 0, 0], [2, 8, 7, 3, 3], [0, 1, 9, 8, 2], [0, 0, 3, 9, 11], [1, 0, 5, 13, 2]]
VIDEOS = [f"v{k}.mp4" for k in range(len(VOTES))]
ENGLISH = ["Bad", "Poor", "Fair", "Good", "Excellent"]
NUMBERS = ["1", "2", "3", "4", "5"]
FRACTIONS = [[n / 20 for n in row] for row in VOTES]
PERCENTS = [[100 * n / 20 for n in row] for row in VOTES]
TEXTS = [[f"{100 * n / 20:.1f}%" for n in row] for row in VOTES]
ROUNDED = [[33, 33, 33, 0, 0], [17, 17, 17, 17, 33], [0, 0, 100, 0, 0], [0, 0, 14, 29, 57], [0, 0, 0, 43, 57]]


def mean_of(row: list[float]) -> float:
    return float(np.array(row) @ np.arange(1, 6) / sum(row))


def read(folder: Path, header: list[str], rows: Rows, **wanted: object) -> RatingTable:
    path = text(folder / "t.csv", [header, *rows])
    return read_ratings(path, Scale(), wanted=Wanted(**wanted))  # type: ignore[arg-type]


def beside(cells: Rows, *more: object) -> Rows:
    return [[video, *row, *more] for video, row in zip(VIDEOS, cells, strict=True)]


@pytest.mark.parametrize(
    "header",
    [
        ENGLISH,
        ["非常に悪い", "悪い", "普通", "良い", "非常に良い"],
        ["悪い", "やや悪い", "普通", "やや良い", "良い"],
        ["とても悪い", "やや悪い", "どちらともいえない", "やや良い", "とても良い"],
        ["Very poor", "Poor", "Fair", "Good", "Very good"],
        ["1: Bad", "2: Poor", "3: Fair", "4: Good", "5: Excellent"],
        ["Bad (1)", "Poor (2)", "Fair (3)", "Good (4)", "Excellent (5)"],
        [f"{n}点の人数" for n in range(1, 6)],
    ],
)
def test_numbers_of_people_by_words(tmp_path: Path, header: list[str]) -> None:
    table = read(tmp_path, ["video", *header], beside(OTHERS))
    assert table.form == "votes"
    assert [row.mos for row in table.rows] == pytest.approx([mean_of(row) for row in OTHERS])
    assert [row.count for row in table.rows] == [sum(row) for row in OTHERS]


@pytest.mark.parametrize("cells", [FRACTIONS, PERCENTS, TEXTS])
@pytest.mark.parametrize(
    "header",
    [
        ENGLISH,
        NUMBERS,
        [f"% {word}" for word in ENGLISH],
        [f"{n} (%)" for n in NUMBERS],
        [f"P({n})" for n in NUMBERS],
        ["悪い", "やや悪い", "普通", "やや良い", "良い"],
    ],
)
def test_shares(tmp_path: Path, header: list[str], cells: Rows) -> None:
    """Not known is how many people there were, unless a column says it; a percent is not a person."""
    table = read(tmp_path, ["video", *header], beside(cells))
    assert [row.mos for row in table.rows] == pytest.approx([mean_of(row) for row in VOTES])
    assert {row.count for row in table.rows} == {None}
    for name in ("N", "Number of raters", "ratings", "回答数"):
        known = read(tmp_path, ["video", *header, name], beside(cells, 20))
        assert {row.count for row in known.rows} == {20}
        whole = [np.std(np.repeat(np.arange(1, 6), row), ddof=1) for row in VOTES]
        assert [row.sd for row in known.rows] == pytest.approx(whole)


@pytest.mark.parametrize("header", [ENGLISH, NUMBERS])
def test_percents_that_were_rounded_are_no_hundred_people(tmp_path: Path, header: list[str]) -> None:
    table = read(tmp_path, ["video", *header], beside(ROUNDED))
    assert [row.mos for row in table.rows] == pytest.approx([mean_of(row) for row in ROUNDED])
    assert {row.count for row in table.rows} == {None}
    # where they are counted, or a total says so, a hundred is a hundred
    hundred = [[round(n) for n in row] for row in PERCENTS]
    counted = read(tmp_path, ["video", *(f"c{n}" for n in NUMBERS)], beside(hundred))
    assert {row.count for row in counted.rows} == {100}
    assert {row.count for row in read(tmp_path, ["video", *header, "N"], beside(hundred, 100)).rows} == {100}


def test_below_a_heading_that_is_not_merged(tmp_path: Path) -> None:
    rows = [
        ["video", "Votes [%]", None, None, None, None, "N"],
        [None, *map(int, NUMBERS), None],
        *beside(PERCENTS, 20),
    ]
    table = read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())
    assert [(row.mos, row.count) for row in table.rows] == [(pytest.approx(mean_of(row)), 20) for row in VOTES]


def test_counts_beside_their_percents(tmp_path: Path) -> None:
    header = ["video", *NUMBERS, *(f"{n} %" for n in NUMBERS)]
    table = read(
        tmp_path, header, [[v, *a, *b] for v, a, b in zip(VIDEOS, OTHERS, PERCENTS, strict=True)], form="votes"
    )
    assert [row.count for row in table.rows] == [sum(row) for row in OTHERS]


@pytest.mark.parametrize(
    ("name", "cells", "count"),
    [
        ("share", FRACTIONS, None),
        ("割合(%)", PERCENTS, None),
        ("%", TEXTS, None),
        ("votes", VOTES, 20),
        ("frequency", VOTES, 20),
        ("度数", VOTES, 20),
        ("n", VOTES, 20),
    ],
)
def test_a_row_for_each_score(tmp_path: Path, name: str, cells: Rows, count: int | None) -> None:
    """Every score of a video stands there once: without the people behind it all videos would be alike."""
    rows = [[v, n + 1, row[n]] for v, row in zip(VIDEOS, cells, strict=True) for n in range(5)]
    table = read(tmp_path, ["video", "score", name], rows)
    assert len(table.rows) == len(VIDEOS)
    if count is None:
        assert [row.mos for row in table.rows] == pytest.approx([mean_of(row) for row in VOTES])
        assert {row.count for row in table.rows} == {None}
        known = read(tmp_path, ["video", "score", name, "N"], [[*row, 20] for row in rows])
        assert {row.count for row in known.rows} == {20}
    else:
        means = [float(np.mean(table.score[table.row_of == k])) for k in range(len(VIDEOS))]
        assert means == pytest.approx([mean_of(row) for row in VOTES])
        assert len(table.score) == count * len(VIDEOS)


def test_what_an_unknown_word_is_worth_is_asked(tmp_path: Path) -> None:
    rows = [[v, row[0] + row[1], row[2], row[3] + row[4]] for v, row in zip(VIDEOS, OTHERS, strict=True)]
    with pytest.raises(RatingsUnclearError) as caught:
        read(tmp_path, ["video", "Bad", "OK", "Good"], rows)
    assert caught.value.choices == ["--form votes --map 'Bad=?,OK=?,Good=?'", "--form wide"]
    told = read(
        tmp_path, ["video", "Bad", "OK", "Good"], rows, form="votes", mapping={"bad": 1, "ok": 3, "good": 5}
    )
    assert told.rows[0].mos == pytest.approx((15 + 3 * 2) / 17)
    # "don't know" beside all five words is no grade
    all_five = read(tmp_path, ["video", *ENGLISH, "Don't know"], beside(OTHERS, 3))
    assert [row.count for row in all_five.rows] == [sum(row) for row in OTHERS]


@pytest.mark.parametrize(
    "header", [["2", "3", "4", "5"], [f"Score {n}" for n in NUMBERS], ["-2", "-1", "0", "1", "2"]]
)
def test_numbers_that_may_be_votes_are_asked_about(tmp_path: Path, header: list[str]) -> None:
    with pytest.raises(RatingsUnclearError) as caught:
        read(
            tmp_path,
            ["video", *header],
            [[v, *row[-len(header) :]] for v, row in zip(VIDEOS, OTHERS, strict=True)],
        )
    assert caught.value.choices == ["--form votes", "--form wide"]
    values = [float(name.removeprefix("Score ")) for name in header]
    rows = [[v, *row[-len(header) :]] for v, row in zip(VIDEOS, OTHERS, strict=True)]
    table = read(tmp_path, ["video", *header], rows, form="votes")
    means = [np.array(row[-len(header) :]) @ values / sum(row[-len(header) :]) for row in OTHERS]
    assert [row.mos for row in table.rows] == pytest.approx(means)


@pytest.mark.parametrize("header", [[f"P{n}" for n in NUMBERS], [f"Score {n}" for n in NUMBERS], list("ABCDE")])
def test_people_are_no_votes(tmp_path: Path, header: list[str]) -> None:
    scores = [[1 + (k * k + step) % 5 for step in range(5)] for k in range(5)]
    assert read(tmp_path, ["video", *header], beside(scores)).raters == header


@pytest.mark.parametrize("mean", ["MOS", "score"])
def test_votes_beside_a_mean_are_their_number(tmp_path: Path, mean: str) -> None:
    table = read(
        tmp_path, ["video", mean, "votes"], [[v, 1.3 + 0.4 * k, 20 + k * 3 % 4] for k, v in enumerate(VIDEOS)]
    )
    assert [(row.mos, row.count) for row in table.rows] == [
        (pytest.approx(1.3 + 0.4 * k), 20 + k * 3 % 4) for k in range(5)
    ]
