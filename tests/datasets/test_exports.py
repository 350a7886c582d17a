"""What survey tools, programs for experiments and published tables write, each against its known truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.datasets.builders import Rows, text, workbook
from tests.datasets.truths import VIDEOS, means, of, scores
from xl_vqa.datasets.errors import RatingsScoreColumnError, RatingsUnclearError
from xl_vqa.datasets.headers import Role, role_of
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.words.labels import Scale


def long(path: Path, heads: list[str], given: list[list[float]], *rest: Any) -> Path:
    """A row per rating; ``rest`` are functions of the numbers of video and rater, for the headers after three."""
    rows: Rows = [
        heads,
        *[
            [v, f"p{a}", score, *(one(k, a) for one in rest)]
            for k, (v, row) in enumerate(zip(VIDEOS, given, strict=True))
            for a, score in enumerate(row)
        ],
    ]
    return workbook(path, {"S": rows})


@pytest.mark.parametrize(
    ("score", "beside"),
    [
        ("response", "trial_index"),
        ("slider.response", "slider.rt"),
        ("Answer.quality", "WorkTimeInSeconds"),
        ("q_overall", "stimulus number"),
        ("画質", "反応時間"),
    ],
)
def test_what_a_program_counts_beside_a_rating_is_no_rating(tmp_path: Path, score: str, beside: str) -> None:
    given = scores(3)
    path = long(tmp_path / "t.xlsx", ["stimulus", "participant", score, beside], given, lambda k, a: 1 + k % 5)
    assert means(path) == pytest.approx(of(given))


def test_one_number_for_all_rows_of_a_video_is_no_rating(tmp_path: Path) -> None:
    """Scores of 0..100 beside a counter of 1..5: the counter fits the scale at hand, and is nobody's opinion."""
    given = [[20 * s for s in row] for row in scores(3)]
    path = long(tmp_path / "t.xlsx", ["clip", "subject", "feeling", "lap"], given, lambda k, a: 1 + k % 5)
    table = read_ratings(path, Scale(0, 100))
    assert table.interpretation.of("score") == ["feeling"]
    assert read_ratings(path, Scale()).interpretation.of("score") == ["feeling"]


@pytest.mark.parametrize(
    "name",
    [
        "Please rate {}",
        "How good is {}",
        "Rate the quality of {} ",
        "次の動画を評価してください {}",
        '["clips/{}"]',
    ],
)
def test_a_question_round_a_name_is_no_part_of_it(tmp_path: Path, name: str) -> None:
    given = scores(3)
    if name.startswith("["):
        rows: Rows = [
            ["stimulus", "a", "b", "c"],
            *[[name.format(v), *r] for v, r in zip(VIDEOS, given, strict=True)],
        ]
        truth = {f"clips/{v}": mos for v, mos in of(given).items()}
    else:
        heads = ["ID", *(name.format(v) for v in VIDEOS)]
        rows = [heads, *[[a + 1, *(given[k][a] for k in range(9))] for a in range(3)]]
        truth = of(given)
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(truth)


@pytest.mark.parametrize(("low", "high"), [(1, 7), (1, 9), (0, 10), (1, 11), (-3, 3)])
def test_raters_on_a_wider_scale_stay_together(tmp_path: Path, low: int, high: int) -> None:
    """One who gives high scores only lies outside 1..5, and is a rater like the others."""
    low_ones = [low + k % 4 for k in range(9)]
    wide = [round(low + 4 * k % 9 * (high - low) / 8) for k in range(9)]
    fond = [high - k % 3 for k in range(9)]
    given = list(zip(low_ones, wide, wide[::-1], fond, strict=True))
    rows: Rows = [
        ["video", "Kim", "Lee", "Park", "Choi"],
        *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)],
    ]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    assert read_ratings(path, Scale()).raters == ["Kim", "Lee", "Park", "Choi"]


@pytest.mark.parametrize(
    ("heads", "ends"),
    [
        (("CI low", "CI high"), True),
        (("95% CI (lower)", "95% CI (upper)"), True),
        (("ci95_lower", "ci95_upper"), True),
        (("mos_ci_low", "mos_ci_high"), True),
        (("95%信頼区間下限", "95%信頼区間上限"), True),
        (("信頼区間(下限)", "信頼区間(上限)"), True),
        (("95% CI", "note"), False),
    ],
)
def test_an_interval_is_read_by_its_ends_or_its_half_width(
    tmp_path: Path, heads: tuple[str, str], ends: bool
) -> None:
    rows: Rows = [
        ["video", "MOS", *heads],
        *[[v, 2 + k / 10, *((1.8 + k / 10, 2.4 + k / 10) if ends else (0.3, "ok"))] for k, v in enumerate(VIDEOS)],
    ]
    table = read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())
    assert [row.ci95 for row in table.rows] == pytest.approx([0.3] * 9)
    assert [row.mos for row in table.rows] == pytest.approx([2 + k / 10 for k in range(9)])


def test_ends_that_do_not_hold_the_mean_are_no_interval_of_it(tmp_path: Path) -> None:
    rows: Rows = [["video", "MOS", "CI low", "CI high"], *[[v, 3, 20 + k, 40 + k] for k, v in enumerate(VIDEOS)]]
    table = read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())
    assert [row.ci95 for row in table.rows] == [None] * 9


@pytest.mark.parametrize(
    "heads",
    [["Rank by Anna", "Rank by Ben"], ["佐藤の順位", "鈴木の順位"], ["wins", "losses"], ["median", "IQR"]],
)
def test_ranks_wins_and_figures_are_nobodys_scores(tmp_path: Path, heads: list[str]) -> None:
    rows: Rows = [["video", *heads], *[[v, 1 + k % 5, 5 - k % 5] for k, v in enumerate(VIDEOS)]]
    with pytest.raises(RatingsScoreColumnError):
        read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())


@pytest.mark.parametrize("head", ["Schulnote", "Schulnote (1-6)", "school grade"])
def test_the_direction_of_school_marks_is_asked(tmp_path: Path, head: str) -> None:
    path = text(tmp_path / "t.csv", [["Video", head], *[[v, 1 + k % 5] for k, v in enumerate(VIDEOS)]])
    with pytest.raises(RatingsUnclearError) as asked:
        read_ratings(path, Scale())
    assert [choice.rsplit(" ", 1)[1] for choice in asked.value.choices] == [
        "--lower-is-better",
        "--higher-is-better",
    ]


@pytest.mark.parametrize(
    ("cells", "proposed"),
    [
        (["3-4", "2", "4~5"], "3-4=3.5,4~5=4.5"),
        (["3〜4", "2〜3", "4"], "2〜3=2.5,3〜4=3.5"),
        (["3か4", "2か3", "4"], "2か3=2.5,3か4=3.5"),
    ],
)
@pytest.mark.parametrize("people", [1, 2])
def test_somebody_who_writes_between_two_scores_is_asked_about_and_not_left_out(
    tmp_path: Path, cells: list[str], proposed: str, people: int
) -> None:
    rows: Rows = [
        ["video", "佐藤", "鈴木", "高橋"],
        *[
            [v, cells[k % 3], cells[(k + 1) % 3] if people == 2 else 1 + k % 5, 5 - k % 5]
            for k, v in enumerate(VIDEOS)
        ],
    ]
    with pytest.raises(RatingsUnclearError) as asked:
        read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())
    assert any(proposed in choice for choice in asked.value.choices)


def test_somebody_who_grades_in_words_of_her_own_is_asked_about(tmp_path: Path) -> None:
    own = ["Good", "OK", "V. good"]
    rows: Rows = [["video", "Anna", "Ben"], *[[v, own[k % 3], 1 + k % 5] for k, v in enumerate(VIDEOS)]]
    with pytest.raises(RatingsUnclearError, match=r"ok, v\. good"):
        read_ratings(workbook(tmp_path / "t.xlsx", {"S": rows}), Scale())


@pytest.mark.parametrize(("word", "score"), [("Fair.", 3), ("GOOD!", 4), ("悪い。", 2), ("Excellent .", 5)])
def test_a_stop_behind_a_word_changes_nothing(tmp_path: Path, word: str, score: float) -> None:
    rows: Rows = [["video", "Anna"], *[[v, word] for v in VIDEOS]]
    assert set(means(workbook(tmp_path / "t.xlsx", {"S": rows})).values()) == {score}


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("HITId", Role.OTHER),
        ("WorkerId", Role.RATER),
        ("respondent_id", Role.RATER),
        ("trialIndex", Role.OTHER),
        ("videoName", Role.VIDEO),
        ("NumRaters", Role.COUNT),
        ("sceneId", Role.CONTENT),
        ("McDonald", None),
        ("LeeAnn", None),
        ("Ida", None),
        ("Burt", None),
    ],
)
def test_headers_as_programs_glue_them(header: str, role: Role | None) -> None:
    assert role_of(header)[0] is role
