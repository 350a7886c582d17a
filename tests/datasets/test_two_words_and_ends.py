"""Words of a choice, legends that name the ends alone, and headers that hold person and quality in one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.builders import Rows, text, workbook
from tests.datasets.truths import VIDEOS, means, of, scores
from xl_vqa.datasets.direction import lower_by_legend
from xl_vqa.datasets.errors import RatingsUnclearError
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.words.labels import Scale


@pytest.mark.parametrize(
    ("texts", "lower"),
    [
        (["1 = very good", "6 = insufficient"], True),
        (["1: sehr gut", "2: gut", "6: ungenügend"], True),
        (["Best = 1", "Worst = 5"], True),
        (["1=最高", "5=最低"], True),
        (["10 = best, 0 = worst"], False),
        (["1 = 最悪、7 = 最高"], False),
        (["room 1 very good", "room 3 terrible"], None),
        (["take 3 - best"], None),
        (["1 = best"], None),
    ],
)
def test_a_legend_of_the_ends_alone(texts: list[str], lower: bool | None) -> None:
    assert lower_by_legend(texts) is lower


def test_a_legend_on_another_sheet_turns_marks_of_one_to_six(tmp_path: Path) -> None:
    given = scores(2)
    path = workbook(
        tmp_path / "t.xlsx",
        {
            "Info": [["1 = very good"], ["6 = insufficient"]],
            "Ratings": [["video", "Anna", "Ben"], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]],
        },
    )
    assert read_ratings(path, Scale(1, 6)).lower_is_better
    assert means(path)[VIDEOS[0]] == pytest.approx(6 - of(given)[VIDEOS[0]])


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        (("OK", "NG"), "ok=5,ng=1"),
        (("yes", "no"), "yes=5,no=1"),
        (("可", "不可"), "可=5,不可=1"),
        (("合格", "不合格"), "合格=5,不合格=1"),
        (("👍", "👎"), "👍=5,👎=1"),
        (
            ("Strongly agree", "Agree", "Neutral", "Disagree", "Strongly disagree"),
            "strongly agree=5,agree=4,neutral=3,disagree=2,strongly disagree=1",
        ),
        (
            ("そう思う", "ややそう思う", "どちらともいえない", "あまりそう思わない", "そう思わない"),
            "そう思う=5,ややそう思う=4,あまりそう思わない=2,そう思わない=1",
        ),
    ],
)
@pytest.mark.parametrize("long", [False, True])
def test_who_chose_words_is_asked_what_they_are_worth(
    tmp_path: Path, words: tuple[str, ...], proposed: str, long: bool
) -> None:
    chosen = [[words[(k + a) % len(words)] for a in range(2)] for k in range(9)]
    if long:
        rows: Rows = [
            ["video", "rater", "answer"],
            *[[v, f"p{a}", c] for v, r in zip(VIDEOS, chosen, strict=True) for a, c in enumerate(r)],
        ]
    else:
        rows = [["video", "Anna", "Ben"], *[[v, *r] for v, r in zip(VIDEOS, chosen, strict=True)]]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    with pytest.raises(RatingsUnclearError) as asked:
        read_ratings(path, Scale())
    offered = [set(choice.removeprefix("--map ").strip("'").split(",")) for choice in asked.value.choices]
    assert set(proposed.split(",")) in offered


def test_two_words_beside_scores_are_no_rater(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "Anna", "Ben", "checked"],
        *[[v, *r, ("yes", "no")[k % 2]] for k, (v, r) in enumerate(zip(VIDEOS, scores(2), strict=True))],
    ]
    assert read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale()).raters == ["Anna", "Ben"]


@pytest.mark.parametrize(
    "headers",
    [
        ["rater1_alignment", "rater1_quality", "rater2_alignment", "rater2_quality"],
        ["Anna motion", "Anna overall", "Ben motion", "Ben overall"],
        ["動き(佐藤)", "総合評価(佐藤)", "動き(鈴木)", "総合評価(鈴木)"],
    ],
)
def test_person_and_quality_in_one_header(tmp_path: Path, headers: list[str]) -> None:
    given = scores(4)
    rows: Rows = [["video", *headers], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    assert means(path) == pytest.approx(of([[r[1], r[3]] for r in given]))
    none = [h.replace("quality", "noise").replace("overall", "noise").replace("総合評価", "色") for h in headers]
    path = workbook(tmp_path / "u.xlsx", {"S": [["video", *none], *rows[1:]]})
    with pytest.raises(RatingsUnclearError) as asked:
        read_ratings(path, Scale())
    assert all(choice.startswith("--dimension") for choice in asked.value.choices)


@pytest.mark.parametrize(
    "cell",
    ["4.2 (n=24)", "4.2 (3.9-4.5)", "4.2 [3.9; 4.5]", "4.2点(24名)", "4.2(24人)", "4.2 (±0.3)", "4.2 (SD 0.8)"],
)
def test_a_mean_with_its_number_of_people_or_its_interval(tmp_path: Path, cell: str) -> None:
    rows: Rows = [["video", "MOS"], *[[v, cell] for v in VIDEOS]]
    assert set(means(workbook(tmp_path / "t.xlsx", {"S": rows})).values()) == {4.2}


@pytest.mark.parametrize(
    ("cells", "proposed"),
    [
        (["2 (blocky)", "4 (ok)"], "2 (blocky)=2,4 (ok)=4"),
        (["3(ノイズ)", "4 ちらつき"], "3(ノイズ)=3,4 ちらつき=4"),
    ],
)
def test_a_remark_behind_a_score_is_asked_about_with_that_score(
    tmp_path: Path, cells: list[str], proposed: str
) -> None:
    rows: Rows = [["video", "Anna", "Ben"], *[[v, cells[k % 2] if k < 4 else 3, 5] for k, v in enumerate(VIDEOS)]]
    with pytest.raises(RatingsUnclearError) as asked:
        read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())
    assert asked.value.choices == [f"--map '{proposed}'"]


def test_headers_that_pandas_gave_to_empty_ones_are_empty(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "Rater1", "Unnamed: 2", "Rater2", "Unnamed: 4"],
        [None, "画質", "動き", "画質", "動き"],
        *[[v, *r] for v, r in zip(VIDEOS, scores(4), strict=True)],
    ]
    with pytest.raises(RatingsUnclearError) as asked:
        read_ratings(text(tmp_path / "t.csv", rows), Scale())
    assert asked.value.choices == ["--dimension '画質'", "--dimension '動き'"]


def test_bars_between_prompts_that_have_commas(tmp_path: Path) -> None:
    path = tmp_path / "info.txt"
    path.write_text("".join(f"{k:04}.mp4|a cat, a dog and {k} pens|{20 + k * k % 7}.5\n" for k in range(9)))
    table = read_ratings(path, Scale(0, 100))
    assert [(row.video, row.mos) for row in table.rows] == [(f"{k:04}.mp4", 20.5 + k * k % 7) for k in range(9)]
