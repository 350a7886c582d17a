"""Tables as survey tools, statistics programs and paper forms leave them, where one column passes for another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.datasets.builders import Rows, text, workbook
from xl_vqa.datasets.errors import RatingsUnclearError, RatingsVideoColumnError
from xl_vqa.datasets.rating_table import Note, RatingTable
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.datasets.scores import parse_mapping
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.words.labels import Scale

SCENES = ["park", "sea", "city", "dog"]
VIDEOS = [f"{scene}_{rate}.mp4" for scene in SCENES for rate in ("low", "mid", "high")]
MOS = {video: round(1.31 + 0.97 * (k % 3) + 0.07 * k, 2) for k, video in enumerate(VIDEOS)}


def score(k: int, person: int) -> int:
    return 1 + (k * k + 2 * person * k + person) % 5


def read(folder: Path, rows: Rows) -> RatingTable:
    return read_ratings(text(folder / "t.csv", rows), Scale())


def kinds(table: RatingTable) -> dict[str, str]:
    return {column.header: column.kind for column in table.interpretation.columns}


def test_a_score_of_one_quality_is_no_folder(tmp_path: Path) -> None:
    """Its header speaks of the video, and one video has several of them."""
    rows = [[v, f"s{p}", score(k, p), score(k, p + 3)] for k, v in enumerate(VIDEOS) for p in range(4)]
    table = read(tmp_path, [["video", "rater", "video_quality", "overall_quality"], *rows])
    assert [row.video for row in table.rows] == VIDEOS
    assert not [note for note in table.notes if note.code == "folder_joined"]


@pytest.mark.parametrize("headings", [("trial_id", "rating_stimulus"), ("scene", "stimulus"), ("content", "file")])
@pytest.mark.parametrize("ending", ["", ".mp4"])
def test_conditions_of_several_scenes_are_not_one_video(
    tmp_path: Path, headings: tuple[str, str], ending: str
) -> None:
    """webMUSHRA names the trial and the condition; "low" of the park is not "low" of the sea."""
    header = ["session", *headings, "rating_score"]
    rows = [
        ["m1", scene, condition + ending, score(3 * k + j, p)]
        for p in range(5)
        for k, scene in enumerate(SCENES)
        for j, condition in enumerate(("low", "mid", "high"))
    ]
    table = read(tmp_path, [header, *rows])
    assert [row.video for row in table.rows] == [
        f"{s}/{c}{ending}" for s in SCENES for c in ("low", "mid", "high")
    ]
    assert len(table.score) == len(rows)


def test_a_video_of_which_two_scenes_are_told_is_one(tmp_path: Path) -> None:
    rows = [[v, v.split("_")[0], f"s{p}", score(k, p)] for k, v in enumerate(VIDEOS) for p in range(4)]
    rows[1][1] = "sea"
    assert len(read(tmp_path, [["video", "scene", "rater", "score"], *rows]).rows) == len(VIDEOS)


def test_of_two_columns_of_names_the_one_headed_as_file_counts(tmp_path: Path) -> None:
    rows = [[f"{v.split('_')[1]}", v, f"s{p}", score(k, p)] for k, v in enumerate(VIDEOS) for p in range(4)]
    table = read(tmp_path, [["condition", "file", "subject", "grade"], *rows])
    assert [row.video for row in table.rows] == VIDEOS


@pytest.mark.parametrize("name", ["JOD", "quality"])
def test_the_ends_round_a_value_are_not_the_value(tmp_path: Path, name: str) -> None:
    rows = [[v, mos + 2.4, mos + 2.2, mos + 2.6] for v, mos in MOS.items()]
    table = read(tmp_path, [["video", name, f"{name}_low", f"{name}_high"], *rows])
    assert [row.mos for row in table.rows] == pytest.approx([mos + 2.4 for mos in MOS.values()])


@pytest.mark.parametrize("ends", [("lower.CL", "upper.CL"), ("asymp.LCL", "asymp.UCL"), ("conf.low", "conf.high")])
def test_means_of_a_model_have_their_interval(tmp_path: Path, ends: tuple[str, str]) -> None:
    header = ["video", "emmean", "SE", "df", *ends]
    table = read(tmp_path, [header, *[[v, m, 0.16, 23.5, m - 0.3, m + 0.3] for v, m in MOS.items()]])
    assert [(row.mos, row.ci95) for row in table.rows] == [(m, pytest.approx(0.3)) for m in MOS.values()]
    assert kinds(table)["SE"] == "other"


@pytest.mark.parametrize("form", ["[{:.2f}, {:.2f}]", "{:.2f}-{:.2f}", "({:.2f} – {:.2f})", "{:.2f}〜{:.2f}"])
def test_an_interval_in_one_cell_is_read(tmp_path: Path, form: str) -> None:
    table = read(
        tmp_path,
        [["video", "MOS", "95% CI"], *[[v, m, f'"{form.format(m - 0.3, m + 0.3)}"'] for v, m in MOS.items()]],
    )
    assert [row.ci95 for row in table.rows] == pytest.approx([0.3] * len(MOS))


@pytest.mark.parametrize("flag", ["is_reference", "HasAudio flag", "参照フラグ"])
def test_a_flag_is_nobody(tmp_path: Path, flag: str) -> None:
    rows = [[v, int(k % 3 == 2), *(score(k, p) for p in range(3))] for k, v in enumerate(VIDEOS)]
    assert read(tmp_path, [["video", flag, "Anna", "Ben", "Cai"], *rows]).raters == ["Anna", "Ben", "Cai"]


def test_totals_below_do_not_hide_the_people_beside_a_mean(tmp_path: Path) -> None:
    """The mean is that without an outlier, and no mean of all; the row of totals holds decimals."""
    people = ["佐藤", "鈴木", "高橋", "田中", "伊藤"]
    scores = [[score(k, p) for p in range(4)] + [6 - score(k, 0)] for k in range(len(VIDEOS))]
    rows = [[v, *own, round(sum(own[:4]) / 4, 2)] for v, own in zip(VIDEOS, scores, strict=True)]
    table = read(tmp_path, [["動画", *people, "平均"], *rows, ["平均", 3.14, 3.21, 2.94, 3.33, 3.07, 3.1]])
    assert table.raters == people
    assert len(table.score) == 5 * len(VIDEOS)


@pytest.mark.parametrize(
    ("rater", "mean", "sd"),
    [
        ("Proband", "Mittelwert", "Standardabweichung"),
        ("Observateur", "Moyenne", "Écart-type"),
        ("评分者", "平均分", "标准差"),
        ("평가자", "평균", "표준편차"),
    ],
)
def test_headers_of_other_languages(tmp_path: Path, rater: str, mean: str, sd: str) -> None:
    rows = [[v, f"VP{p}", score(k, p)] for k, v in enumerate(VIDEOS) for p in range(4)]
    assert read(tmp_path, [["video", rater, "score"], *rows]).raters == ["VP0", "VP1", "VP2", "VP3"]
    wide = [
        [v, *own, sum(own) / 4, 0.8] for k, v in enumerate(VIDEOS) for own in [[score(k, p) for p in range(4)]]
    ]
    table = read(tmp_path, [["video", "AK", "TM", "RB", "JS", mean, sd], *wide])
    assert table.raters == ["AK", "TM", "RB", "JS"]
    assert kinds(table)[mean] == "mean_given"


def test_people_in_rows_who_do_not_count_are_left_out(tmp_path: Path) -> None:
    """Qualtrics marks a preview; others say that a submission was rejected."""
    header = ["ResponseId", "Status", *VIDEOS]
    states = ["Survey Preview", "IP Address", "IP Address", "Rejected", "IP Address"]
    rows = [[f"R_{p}a", state, *(score(k, p) for k in range(len(VIDEOS)))] for p, state in enumerate(states)]
    table = read(tmp_path, [header, *rows])
    assert table.raters == ["R_1a", "R_2a", "R_4a"]
    assert (
        Note("not_counted", {"column": "Status", "count": 2, "texts": "Survey Preview, Rejected"}) in table.notes
    )


@pytest.mark.parametrize("tick", ["x", "○", "✓", "レ", True])
@pytest.mark.parametrize(
    "header", [["1", "2", "3", "4", "5"], ["非常に悪い", "悪い", "普通", "良い", "非常に良い"]]
)
def test_ticks_below_grades_are_votes(tmp_path: Path, tick: object, header: list[str]) -> None:
    """As on paper: nobody ticked the best grade here, and its column is empty."""
    given = [1 + k % 4 for k in range(len(VIDEOS))]
    rows = [[v, *(tick if n == g else None for n in range(1, 6))] for v, g in zip(VIDEOS, given, strict=True)]
    table = read_ratings(workbook(tmp_path / "t.xlsx", {"S": [["Video", *header], *rows]}), Scale())
    assert [(row.mos, row.count) for row in table.rows] == [(g, 1) for g in given]


def test_marks_of_people_are_no_ticks(tmp_path: Path) -> None:
    """Everybody may give a circle to the same video."""
    rows = [[v, *("○" if (k + p) % 3 else None for p in range(4))] for k, v in enumerate(VIDEOS)]
    assert read(tmp_path, [["video", "1", "2", "3", "4"], *rows]).form == "wide"


@pytest.mark.parametrize(
    "header",
    [
        ["Participant Private ID", "Trial Number", "video", "Response"],
        ["ASSIGNMENT:worker_id", "GOLDEN:result", "INPUT:video", "OUTPUT:result"],
        ["_worker_id", "_trust", "video_url", "how_good_is_the_video"],
        ["panelist", "is_check", "video", "liking"],
    ],
)
def test_exports_of_places_where_people_work(tmp_path: Path, header: list[str]) -> None:
    """Each row is one person's answer; what stands beside it in the scale is no score."""
    rows = [[f"w{p}", 1 if k % 7 == 3 else None, v, score(k, p)] for k, v in enumerate(VIDEOS) for p in range(4)]
    table = read(tmp_path, [header, *rows])
    assert (table.form, table.raters) == ("long", ["w0", "w1", "w2", "w3"])
    assert sorted(table.score) == sorted(score(k, p) for k in range(len(VIDEOS)) for p in range(4))


def test_delays_and_stalls_beside_a_mean_are_no_raters(tmp_path: Path) -> None:
    rows = [[v, 1 + (k * 5) % 4, (k * 3) % 5, MOS[v], 0.3] for k, v in enumerate(VIDEOS)]
    table = read(tmp_path, [["pvs", "startup_delay", "stall_count", "MOS", "CI95"], *rows])
    assert [row.mos for row in table.rows] == list(MOS.values())


def test_people_in_rows_without_a_header_are_no_videos(tmp_path: Path) -> None:
    rows = [[f"Participant {p}", *(score(k, p) for k in range(len(VIDEOS)))] for p in range(1, 7)]
    with pytest.raises(RatingsVideoColumnError):
        read(tmp_path, rows)


def test_times_beside_the_answers_of_a_form_are_no_quality(tmp_path: Path) -> None:
    header = ["Name", *(part for v in VIDEOS for part in (v, f"{v} time (s)"))]
    rows = [
        [n, *(x for k in range(len(VIDEOS)) for x in (score(k, p), 3.5 + k))] for p, n in enumerate(("Ann", "Ben"))
    ]
    table = read(tmp_path, [header, *rows])
    assert sorted(table.score) == sorted(score(k, p) for k in range(len(VIDEOS)) for p in range(2))


def test_a_question_without_words_has_a_name_to_choose_it_by(tmp_path: Path) -> None:
    header = ["Name", *(part for v in VIDEOS for part in (v, f"{v} - sharpness"))]
    rows = [[n, *(x for k in range(len(VIDEOS)) for x in (score(k, p), 3))] for p, n in enumerate(("Ann", "Ben"))]
    table = read(tmp_path, [header, *rows])
    assert sorted(table.score) == sorted(score(k, p) for k in range(len(VIDEOS)) for p in range(2))


@pytest.mark.parametrize(
    "header", ["severity", "Blurriness", "visibility of artifacts", "ノイズの目立ち", "ボケ具合"]
)
def test_what_is_worse_the_more_there_is_is_asked_about(tmp_path: Path, header: str) -> None:
    rows = [[v, f"s{p}", score(k, p)] for k, v in enumerate(VIDEOS) for p in range(4)]
    with pytest.raises(RatingsUnclearError) as caught:
        read(tmp_path, [["video", "rater", header], *rows])
    assert {choice.rpartition("--")[2] for choice in caught.value.choices} == {
        "lower-is-better",
        "higher-is-better",
    }


def test_of_plus_and_minus_the_minus_is_a_grade(tmp_path: Path) -> None:
    """A minus alone is an empty cell elsewhere; left out here, only the good grades would count."""
    signs = ["--", "-", 0, "+", "++"]
    rows = [[v, *(signs[score(k, p) - 1] for p in range(4))] for k, v in enumerate(VIDEOS)]
    with pytest.raises(RatingsUnclearError) as caught:
        read(tmp_path, [["video", *(f"Rater {p}" for p in range(1, 5))], *rows])
    assert caught.value.choices == ["--map ++=5,+=4,0=3,-=2,--=1"]
    mapping = parse_mapping(caught.value.choices[0].removeprefix("--map "))
    table = read_ratings(tmp_path / "t.csv", Scale(), wanted=Wanted(mapping=mapping))
    assert sorted(table.score) == sorted(score(k, p) for k in range(len(VIDEOS)) for p in range(4))
