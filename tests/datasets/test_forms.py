"""What forms add to answers: points, feedback, codes, second submissions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.datasets.builders import Rows, text, workbook
from tests.datasets.truths import VIDEOS, means, of, scores
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.words.labels import Scale


@pytest.mark.parametrize(
    ("one", "more"),
    [
        ("{}", ["{} [Score]", "{} [Feedback]"]),
        ("{}", ["Points - {}", "Feedback - {}"]),
        ("画質 [{}]", ["点数 - {}", "フィードバック - {}"]),
    ],
)
def test_points_and_feedback_of_a_form_are_no_answers(tmp_path: Path, one: str, more: list[str]) -> None:
    given = scores(3)
    heads = ["Timestamp", *(head.format(v) for v in VIDEOS for head in (one, *more))]
    rows: Rows = [heads, *[["2026", *(x for r in given for x in (r[a], "0", None))] for a in range(3)]]
    assert means(text(tmp_path / "t.csv", rows)) == pytest.approx(of(given))


@pytest.mark.parametrize(
    ("header", "who"),
    [
        ("Username", ["a@x.jp", "a@x.jp", "b@x.jp"]),
        ("お名前", ["佐藤", "佐藤", "鈴木"]),
        ("Participant ID", ["7", "7", "8"]),
    ],
)
def test_who_sends_a_form_twice_is_one_rater(tmp_path: Path, header: str, who: list[str]) -> None:
    given = scores(3)
    rows: Rows = [["Timestamp", header, *VIDEOS], *[["2026", who[a], *(r[a] for r in given)] for a in range(3)]]
    path = text(tmp_path / "t.csv", rows)
    assert len(read_ratings(path, Scale()).raters) == 2
    assert not any("@" in name for name in read_ratings(path, Scale()).raters)
    truth = {v: float(np.mean([np.mean(r[:2]), r[2]])) for v, r in zip(VIDEOS, given, strict=True)}
    assert means(path) == pytest.approx(truth)


def test_those_who_stay_anonymous_are_as_many_as_they_are(tmp_path: Path) -> None:
    rows: Rows = [["ID", "Email", *VIDEOS], *[[a + 1, "anonymous", *(r[a] for r in scores(3))] for a in range(3)]]
    assert len(read_ratings(text(tmp_path / "t.csv", rows), Scale()).raters) == 3


def test_codes_of_answers_are_asked_about(tmp_path: Path) -> None:
    given = scores(3)
    heads = ["Response ID", *(f"Quality [{v}]" for v in VIDEOS)]
    rows: Rows = [heads, *[[a + 1, *(f"A{r[a]:g}" for r in given)] for a in range(3)]]
    with pytest.raises(RatingsUnclearError) as asked:
        read_ratings(text(tmp_path / "t.csv", rows), Scale())
    assert "A1=1,A2=2,A3=3,A4=4,A5=5" in asked.value.choices[0]
    assert "A1=5,A2=4,A3=3,A4=2,A5=1" in asked.value.choices[1]


@pytest.mark.parametrize(
    "names", [["Q1", "Q2", "Q3"], ["設問1", "設問2", "設問3"], ["Item 1", "Item 2", "Item 3"]]
)
def test_numbered_questions_are_not_taken_for_people(tmp_path: Path, names: list[str]) -> None:
    rows: Rows = [["video", *names], *[[v, *r] for v, r in zip(VIDEOS, scores(3), strict=True)]]
    with pytest.raises(RatingsUnclearError) as asked:
        read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())
    assert asked.value.choices[-1] == "--form wide"
    assert len(asked.value.choices) == 4


@pytest.mark.parametrize(("cells", "raters"), [([1, 2, 3], ["RT", "KM", "AB"]), ([812, 1034, 950], ["KM", "AB"])])
def test_initials_of_a_time_of_reaction(tmp_path: Path, cells: list[Any], raters: list[str]) -> None:
    rows: Rows = [
        ["video", "RT", "KM", "AB"],
        *[[v, cells[k % 3], *r] for k, (v, r) in enumerate(zip(VIDEOS, scores(2), strict=True))],
    ]
    assert read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale()).raters == raters
