"""Tables whose figures were once read wrongly without a word, each against its known truth."""

from __future__ import annotations

import datetime
import string
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.datasets.builders import Rows, text, workbook
from tests.datasets.truths import VIDEOS, means, of, scores
from xl_vqa.datasets.errors import (
    RatingsComparisonsError,
    RatingsUncalculatedError,
    RatingsUnclearError,
    RatingsUnreadableError,
)
from xl_vqa.datasets.prepare import Options, prepare
from xl_vqa.datasets.scores import parse_mapping


@pytest.mark.parametrize("people", [14, 16, 26])
def test_raters_named_by_letters_are_all_raters(tmp_path: Path, people: int) -> None:
    """N is the fourteenth of them, no number of raters."""
    given = scores(people)
    rows = [["video", *string.ascii_uppercase[:people]], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


def test_initials_between_initials_are_a_person(tmp_path: Path) -> None:
    given = scores(5)
    rows: Rows = [["video", "AB", "SD", "KT", "CI", "MO"], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


def test_an_sd_and_a_number_of_raters_at_the_end_stay_what_they_are(tmp_path: Path) -> None:
    rows: Rows = [["video", "A", "B", "SD", "N"], *[[v, 2, 4, 1.41, 2] for v in VIDEOS]]
    assert set(means(workbook(tmp_path / "t.xlsx", {"S": rows})).values()) == {3.0}


@pytest.mark.parametrize("head", [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1]])
@pytest.mark.parametrize("over_the_videos", ["File", None])
def test_numbers_alone_in_a_header_head_votes(
    tmp_path: Path, head: list[int], over_the_videos: str | None
) -> None:
    """As numbers of a workbook, not as text, and under a pivot table's empty corner too."""
    counts = [[(7 * k + 3 * c) % 9 + 20 * (c == k % 5) for c in range(5)] for k in range(9)]
    rows: Rows = [[over_the_videos, *head], *[[v, *c] for v, c in zip(VIDEOS, counts, strict=True)]]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    with pytest.raises(RatingsUnclearError) as asked:
        means(path)
    assert "--form votes" in str(asked.value)
    truth = {v: float(np.average(head, weights=c)) for v, c in zip(VIDEOS, counts, strict=True)}
    assert means(path, form="votes") == pytest.approx(truth)


def test_raters_numbered_by_numbers_keep_their_names(tmp_path: Path) -> None:
    rows: Rows = [["video", 1001, 1007, 1003], *[[v, 5, 3, 1] for v in VIDEOS]]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    assert set(means(path, dropped=("1001",)).values()) == {2.0}


def test_half_points_in_sheets_of_raters_count(tmp_path: Path) -> None:
    """All of them, or only that of one person: no sheet is read alone or left out."""
    given = [[1 + k % 5, 1 + (k % 8) / 2, 5 - (k % 7) / 2] for k in range(9)]
    sheets: dict[str, Rows] = {
        name: [["video", "score"], *[[v, row[a]] for v, row in zip(VIDEOS, given, strict=True)]]
        for a, name in enumerate(("Anna", "Ben", "Chris"))
    }
    assert means(workbook(tmp_path / "t.xlsx", sheets)) == pytest.approx(of(given))
    del sheets["Anna"]
    path = workbook(tmp_path / "halves.xlsx", sheets)
    assert means(path) == pytest.approx(of([row[1:] for row in given]))


def test_sheets_of_means_that_differ_are_asked_about(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        name: [["video", "MOS"], *[[v, round(1.11 + k * 0.3 + shift, 2)] for k, v in enumerate(VIDEOS)]]
        for name, shift in (("TV", 0.0), ("Phone", 0.7))
    }
    with pytest.raises(RatingsUnclearError) as asked:
        means(workbook(tmp_path / "t.xlsx", sheets))
    assert "--sheet Phone" in str(asked.value)
    sheets["Phone"] = [["video", "MOS"], *sheets["TV"][:0:-1]]
    assert len(means(workbook(tmp_path / "same.xlsx", sheets))) == len(VIDEOS)


@pytest.mark.parametrize("blank", ["NaN", "-", "欠", "無回答", "n.a.", "skipped"])
def test_a_video_that_few_people_rated_is_kept_on_its_side(tmp_path: Path, blank: str) -> None:
    given = [[4, 2, 3] for _ in VIDEOS]
    cells = [list(map(str, row)) for row in given]
    cells[2] = [blank, blank, "5"]
    cells[5] = [blank] * 3
    rows = [["viewer", *VIDEOS], *[[f"P{a}", *(row[a] for row in cells)] for a in range(3)]]
    found = means(text(tmp_path / "t.csv", rows))
    assert list(found) == VIDEOS
    assert (found[VIDEOS[0]], found[VIDEOS[2]]) == (3.0, 5.0)
    assert np.isnan(found[VIDEOS[5]])


STATISTICS = {
    "CI low": lambda row: np.mean(row) - 0.3,
    "CI high": lambda row: np.mean(row) + 0.3,
    "low": lambda row: np.mean(row) - 0.2,
    "high": lambda row: np.mean(row) + 0.2,
    "median": np.median,
    "中央値": np.median,
    "最大値": np.max,
    "min": np.min,
    "Max": np.max,
    "順位": lambda row: 3,
    "total": np.sum,
    "95%信頼区間下限": lambda row: np.mean(row) - 0.3,
}


def test_figures_of_the_raters_are_no_raters(tmp_path: Path) -> None:
    given = scores(3)
    for k, beside in enumerate((list(STATISTICS), ["中央値", "min", "Max"], ["最大値", "順位"])):
        rows: Rows = [
            ["video", "Anna", "Ben", "Mio", *beside],
            *[
                [v, *r, *(float(STATISTICS[name](r)) for name in beside)]
                for v, r in zip(VIDEOS, given, strict=True)
            ],
        ]
        assert means(workbook(tmp_path / f"{k}.xlsx", {"S": rows})) == pytest.approx(of(given)), beside


def test_figures_beside_a_mean_are_no_raters(tmp_path: Path) -> None:
    """The ends of an interval average to the mean, and a median, a highest and a lowest nearly do."""
    given = scores(6)
    for k, beside in enumerate(
        (["CI low", "CI high"], ["median", "min", "Max"], ["最大値", "中央値"], ["low", "high"])
    ):
        rows: Rows = [
            ["video", *beside, "MOS", "VMAF"],
            *[
                [v, *(float(STATISTICS[name](r)) for name in beside), float(np.mean(r)), 50.5 + k]
                for v, r in zip(VIDEOS, given, strict=True)
            ],
        ]
        assert means(workbook(tmp_path / f"{k}.xlsx", {"S": rows})) == pytest.approx(of(given)), beside


def test_max_and_min_may_be_people(tmp_path: Path) -> None:
    given = scores(4)
    rows: Rows = [["video", "Ai", "Max", "Min", "Low"], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    assert means(workbook(tmp_path / "t.xlsx", {"S": rows})) == pytest.approx(of(given))


PAIRS = [(a, b) for a in range(5) for b in range(a)]


@pytest.mark.parametrize(
    "heads",
    [
        ["video A", "video B", "rater", "score"],
        ["左の動画", "右の動画", "評価者", "評価"],
        ["clip", "other clip", "who", "win"],
    ],
)
def test_comparisons_of_two_videos_are_no_ratings(tmp_path: Path, heads: list[str]) -> None:
    rows: Rows = [heads, *[[VIDEOS[a], VIDEOS[b], "P1", 1 + (a + b) % 3] for a, b in PAIRS]]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    with pytest.raises(RatingsComparisonsError) as refused:
        means(path)
    assert heads[0] in str(refused.value)
    assert means(path, video=heads[0])


def test_a_matrix_of_wins_is_no_table_of_ratings(tmp_path: Path) -> None:
    rows: Rows = [
        [None, *VIDEOS[:5]],
        *[[VIDEOS[a], *[None if a == b else (a + 2 * b) % 5 for b in range(5)]] for a in range(5)],
    ]
    with pytest.raises(RatingsComparisonsError):
        means(workbook(tmp_path / "t.xlsx", {"S": rows}))


def test_a_reference_beside_each_video_is_no_comparison(tmp_path: Path) -> None:
    """Nor is the path beside the name; a hidden reference is rated, too."""
    videos = [*VIDEOS, "park_src.mp4", "sea_src.mp4", "town_src.mp4"]
    rows: Rows = [
        ["clip", "compared with", "file", "A", "B"],
        *[[v, f"{v.split('_')[0]}_src.mp4", f"D:/set/{v}", 2, 4] for v in videos],
    ]
    found = means(workbook(tmp_path / "t.xlsx", {"S": rows}), video="clip")
    assert set(found.values()) == {3.0}
    assert len(means(workbook(tmp_path / "u.xlsx", {"S": rows}))) == len(videos)


def test_a_decimal_comma_between_commas_is_refused(tmp_path: Path) -> None:
    rows = [["video", "MOS"], *[[v, f"{1 + k / 3:.2f}".replace(".", ",")] for k, v in enumerate(VIDEOS)]]
    with pytest.raises(RatingsUnreadableError, match="from row 2 on"):
        means(text(tmp_path / "t.csv", rows))
    assert len(means(text(tmp_path / "good.csv", rows, separator=";"))) == len(VIDEOS)
    # rows that merely are longer than their header are read as ever
    longer = [["video", "MOS"], *[[v, "3.5", "a remark"] for v in VIDEOS]]
    assert set(means(text(tmp_path / "longer.csv", longer)).values()) == {3.5}


LEGENDS: dict[str, Sequence[str]] = {
    "en": ["1: Excellent", "2: Good", "3: Fair", "4: Poor", "5: Bad"],
    "ja": ["1=非常に良い", "2=良い", "3=普通", "4=悪い", "5=非常に悪い"],
    "ja words first": ["とても良い(1)", "とても悪い(5)"],
}


@pytest.mark.parametrize("legend", LEGENDS.values(), ids=LEGENDS)
@pytest.mark.parametrize("place", ["above", "below", "beside", "sheet"])
def test_a_legend_turns_the_scale_wherever_it_stands(tmp_path: Path, legend: Sequence[str], place: str) -> None:
    given = scores(3)
    rows: list[list[Any]] = [["動画", "佐藤", "鈴木", "高橋"]]
    rows += [[v, *(6 - x for x in r)] for v, r in zip(VIDEOS, given, strict=True)]
    sheets: dict[str, Rows] = {"結果": rows}
    if place == "above":
        rows[:0] = [["、".join(legend)], []]
    elif place == "below":
        rows += [[], *([line] for line in legend)]
    elif place == "beside":
        for row, line in zip(rows[1:], legend, strict=False):
            row += [None, line]
    else:
        sheets["説明"] = [[line] for line in legend]
    found = means(workbook(tmp_path / "t.xlsx", sheets))
    assert {v: found[v] for v in VIDEOS} == pytest.approx(of(given))


def test_a_legend_of_the_usual_scale_turns_nothing(tmp_path: Path) -> None:
    given = scores(3)
    rows: Rows = [["動画", "佐藤", "鈴木", "高橋"], *[[v, *r] for v, r in zip(VIDEOS, given, strict=True)]]
    for legend in (["5=非常に良い", "4=良い", "1=非常に悪い"], ["room 1 excellent, 3 bad"], ["3: bad", "1: good"]):
        sheets = {"結果": rows, "説明": [[line] for line in legend]}
        assert means(workbook(tmp_path / "t.xlsx", sheets)) == pytest.approx(of(given))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param({6 - n: word for n, word in enumerate(LEGENDS["en"], 1)}, id="contradict"),
        pytest.param(
            {1: "1 - Very poor", 2: "2 - Not good", 3: "3 - OK", 4: "4 - Nice", 5: "5 - Very good"},
            id="other scales",
        ),
    ],
)
def test_numbers_that_their_words_leave_unclear_are_asked_about(tmp_path: Path, words: dict[int, str]) -> None:
    given = scores(3)
    rows: Rows = [
        ["video", "Anna", "Ben", "Mio"],
        *[[v, *(words[int(x)] for x in r)] for v, r in zip(VIDEOS, given, strict=True)],
    ]
    path = workbook(tmp_path / "t.xlsx", {"S": rows})
    with pytest.raises(RatingsUnclearError) as asked:
        means(path)
    first = asked.value.choices[0].removeprefix("--map ").strip("'")
    assert means(path, mapping=parse_mapping(first)) == pytest.approx(of(given))


def test_scores_that_all_became_days_are_asked_about(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "Anna", "Ben"],
        *[[v, datetime.date(2026, 1 + k % 5, 5), datetime.date(2026, 5 - k % 5, 5)] for k, v in enumerate(VIDEOS)],
    ]
    with pytest.raises(RatingsUnclearError, match="18 scores are dates"):
        means(workbook(tmp_path / "t.xlsx", {"S": rows}))


def test_formulas_without_results_are_named_where_nothing_else_is_there(tmp_path: Path) -> None:
    rows: Rows = [["video", "Anna"], *[[f'="{v}"', 3] for v in VIDEOS]]
    with pytest.raises(RatingsUncalculatedError, match="9 formulas"):
        means(workbook(tmp_path / "t.xlsx", {"S": rows}))


@pytest.mark.parametrize("heads", [["folder", "file"], ["保存フォルダー", "ファイル名"], ["path", "file name"]])
def test_a_column_of_folders_tells_videos_of_one_name_apart(tmp_path: Path, heads: list[str]) -> None:
    rows: Rows = [
        [*heads, "Anna", "Ben"],
        *[[f"set {folder}", v, 2 * k + 1, 2 * k + 2] for k, folder in enumerate("AB") for v in VIDEOS],
    ]
    found = means(workbook(tmp_path / "t.xlsx", {"S": rows}))
    assert found == {f"set {f}/{v}": 2 * k + 1.5 for k, f in enumerate("AB") for v in VIDEOS}
    # names that differ anyway stay as they are
    alone = [rows[0], *rows[1 : len(VIDEOS) + 1]]
    assert list(means(workbook(tmp_path / "u.xlsx", {"S": alone}))) == VIDEOS


def test_folders_tell_the_videos_of_a_long_table_apart(tmp_path: Path) -> None:
    rows: Rows = [
        ["rater", "dir", "video", "score"],
        *[[who, f, v, 1 + k + (who == "B")] for k, f in enumerate("xy") for v in VIDEOS for who in "AB"],
    ]
    found = means(workbook(tmp_path / "t.xlsx", {"S": rows}))
    assert found == {f"{f}/{v}": 1.5 + k for k, f in enumerate("xy") for v in VIDEOS}


def test_titles_and_notes_among_rated_videos_are_no_missing_videos(tmp_path: Path) -> None:
    titles = ("Session 1", "※ 5月に撮影", "2026/05/01", "Version 2.0")
    rows: Rows = [["video", "r1", "r2"]]
    for k, title in enumerate(titles):
        rows += [[title, None, None], [f"clip{k}a.mp4", 4, 5], [f"clip{k}b.mp4", 2, 1]]
    rows += [["unrated.mp4", None, None], ["bare name", 3, 3]]
    (tmp_path / "clip0a.mp4").write_bytes(b"x")
    prepared = prepare(workbook(tmp_path / "r.xlsx", {"s": rows}), Options(open_videos=False))
    codes = {row.video: [p.code for p in row.problems] for row in prepared.table.rows}
    assert [codes[title] for title in titles] == [["title_row"]] * 4
    assert codes["unrated.mp4"] == ["missing_video", "no_scores"]
    assert codes["bare name"] == ["missing_video"]
