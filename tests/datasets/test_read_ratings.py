"""Files of ratings in the forms, encodings and shapes that people keep them in."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.datasets.builders import JAPANESE_WIDE, LONG, MOS, Rows, text, workbook
from xl_vqa.datasets.errors import (
    RatingsNoRowsError,
    RatingsOptionError,
    RatingsOursError,
    RatingsSheetError,
    RatingsTemplateEmptyError,
)
from xl_vqa.datasets.read_ratings import RatingTable, read_ratings
from xl_vqa.datasets.wanted import Wanted
from xl_vqa.sheets.columns import heading
from xl_vqa.words.labels import Scale
from xl_vqa.words.result_columns import HEADINGS

SCALE = Scale()


def by_video(table: RatingTable) -> dict[str, dict[str, float]]:
    """Scores by video and rater."""
    found: dict[str, dict[str, float]] = {row.video: {} for row in table.rows}
    for row, rater, score in zip(table.row_of, table.rater_of, table.score, strict=True):
        found[table.rows[row].video][table.raters[rater]] = float(score)
    return found


JAPANESE = {
    "桜_元.mp4": {"佐藤": 5, "鈴木": 4, "高橋": 4},
    "桜_圧縮.mp4": {"佐藤": 2, "鈴木": 3, "高橋": 2.5},
    "海_元.mp4": {"佐藤": 5, "鈴木": 4, "高橋": 5},
    "海_圧縮.mp4": {"佐藤": 1, "高橋": 2},
}


# -- forms -------------------------------------------------------------------------------------------------------


def test_wide_workbook_in_japanese(tmp_path: Path) -> None:
    table = read_ratings(workbook(tmp_path / "評価.xlsx", {"評価": JAPANESE_WIDE}), SCALE)
    assert (table.form, table.sheet, table.raters) == ("wide", "評価", ["佐藤", "鈴木", "高橋"])
    assert by_video(table) == JAPANESE
    assert [row.row for row in table.rows] == [2, 3, 4, 5]
    assert table.raters_known


def test_macro_workbook_is_read_too(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", {"s": JAPANESE_WIDE}).rename(tmp_path / "r.xlsm")
    assert by_video(read_ratings(path, SCALE)) == JAPANESE


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("separator", [";", "\t"])
def test_text_files_in_any_usual_encoding(tmp_path: Path, encoding: str, separator: str) -> None:
    path = text(tmp_path / "評価.csv", JAPANESE_WIDE, encoding=encoding, separator=separator)
    assert by_video(read_ratings(path, SCALE)) == JAPANESE


def test_a_decimal_comma_inside_quotes_is_no_separator(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text('video,A,B\na.mp4,"3,5",4\nb.mp4,2,"1,5"\n')
    assert by_video(read_ratings(tmp_path / "r.csv", SCALE)) == {
        "a.mp4": {"A": 3.5, "B": 4},
        "b.mp4": {"A": 2, "B": 1.5},
    }


def test_excels_separator_hint_keeps_row_numbers(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("sep=;\nvideo;A;B\na.mp4;3,5;4\n")
    table = read_ratings(tmp_path / "r.csv", SCALE)
    assert by_video(table) == {"a.mp4": {"A": 3.5, "B": 4}}
    assert table.rows[0].row == 3


@pytest.mark.parametrize(
    "header",
    [
        ["rater", "video", "score"],
        ["評価者", "動画", "点数"],
        ["被験者ID", "ファイル名", "スコア"],
        ["Subject", "PVS", "Rating (1-5)"],
        ["氏名", "動画ファイルのパス", "評点（1～5）"],
        ["worker_id", "video_path", "vote"],
    ],
)
def test_long_form_by_its_headers(tmp_path: Path, header: list[str]) -> None:
    table = read_ratings(text(tmp_path / "r.csv", [header, *LONG[1:]]), SCALE)
    assert table.form == "long"
    assert by_video(table) == {
        "x_crf20.mp4": {"A": 5, "B": 4},
        "x_crf40.mp4": {"A": 2, "B": 3},
        "y_crf20.mp4": {"A": 4},
    }


@pytest.mark.parametrize(
    "header",
    [
        ["Video", "MOS", "SD", "N"],
        ["動画", "平均", "標準偏差", "評価者数"],
        ["filename", "Mean opinion score", "std", "num_raters"],
        ["動画名", "ＭＯＳ（1〜5）", "MOS標準偏差", "人数"],
    ],
)
def test_ready_mos_by_its_headers(tmp_path: Path, header: list[str]) -> None:
    table = read_ratings(text(tmp_path / "r.csv", [header, *MOS[1:]]), SCALE)
    assert table.form == "mos"
    assert [(row.video, row.mos, row.sd, row.count) for row in table.rows] == [tuple(row) for row in MOS[1:]]
    assert not table.raters_known


def test_one_sheet_per_rater(tmp_path: Path) -> None:
    def sheet(*scores: int) -> Rows:
        return [["動画", "点数"], *[[f"{name}.mp4", score] for name, score in zip("abc", scores, strict=True)]]

    path = workbook(tmp_path / "r.xlsx", {"佐藤": sheet(1, 2, 3), "鈴木": sheet(2, 3, 4), "表紙": [["社内資料"]]})
    table = read_ratings(path, SCALE)
    assert (table.form, table.sheet) == ("sheets", "佐藤, 鈴木")
    assert by_video(table)["b.mp4"] == {"佐藤": 2, "鈴木": 3}
    assert [note.code for note in table.notes] == ["other_sheets"]


def test_scores_without_names_are_by_different_people(tmp_path: Path) -> None:
    rows = [["video", "score"], ["a.mp4", 3], ["b.mp4", 2], ["a.mp4", 5], ["b.mp4", 2], ["a.mp4", 4]]
    table = read_ratings(text(tmp_path / "r.csv", rows), SCALE)
    assert table.form == "long"
    assert not table.raters_known
    assert sorted(by_video(table)["a.mp4"].values()) == [3, 4, 5]


def test_decimals_in_a_lone_score_column_are_means_and_whole_numbers_one_rater(tmp_path: Path) -> None:
    means = read_ratings(text(tmp_path / "m.csv", [["video", "score"], ["a.mp4", 3.2], ["b.mp4", 4]]), SCALE)
    assert means.form == "mos"
    person = read_ratings(text(tmp_path / "p.csv", [["video", "score"], ["a.mp4", 3], ["b.mp4", 4]]), SCALE)
    assert (person.form, person.raters) == ("wide", ["score"])


def test_a_mean_beside_its_raters_is_kept_for_comparison(tmp_path: Path) -> None:
    rows = [["動画", "佐藤", "鈴木", "平均", "備考"], ["a.mp4", 3, 4, 3.5, "ok"], ["b.mp4", 1, 2, 1.5, None]]
    table = read_ratings(workbook(tmp_path / "r.xlsx", {"s": rows}), SCALE)
    assert table.form == "wide"
    assert table.raters == ["佐藤", "鈴木"]
    assert [row.mos for row in table.rows] == [3.5, 1.5]


# -- shapes ------------------------------------------------------------------------------------------------------


def test_title_rows_blank_rows_and_a_merged_header_of_two_rows(tmp_path: Path) -> None:
    rows: Rows = [
        ["動画品質評価 結果一覧", None, None, None, None],
        ["実施日", "2024-05-01", None, None, None],
        [],
        ["No.", "動画ファイル", "評価者", None, "備考"],
        [None, None, "佐藤", "鈴木", None],
        [1, "動画/a.mp4", 3, 4, None],
        [],
        [2, "動画/b.mp4", 2, 1, "暗い"],
        ["合計", None, None, None, None],
    ]
    merged = ["A1:E1", "A4:A5", "B4:B5", "C4:D4", "E4:E5"]
    table = read_ratings(workbook(tmp_path / "r.xlsx", {"s": rows}, {"s": merged}), SCALE)
    assert table.raters == ["佐藤", "鈴木"]
    assert by_video(table) == {"動画/a.mp4": {"佐藤": 3, "鈴木": 4}, "動画/b.mp4": {"佐藤": 2, "鈴木": 1}, "": {}}
    assert [row.row for row in table.rows] == [6, 8, 9]
    assert [p.code for p in table.rows[2].problems] == ["no_video_path"]


def test_the_same_header_saved_as_csv_where_merges_are_lost(tmp_path: Path) -> None:
    rows: Rows = [
        ["動画品質評価 結果一覧", None, None, None],
        ["動画", "評価者", None, "備考"],
        [None, "佐藤", "鈴木", None],
        ["a.mp4", 3, 4, None],
    ]
    table = read_ratings(text(tmp_path / "r.csv", rows, encoding="cp932"), SCALE)
    assert by_video(table) == {"a.mp4": {"佐藤": 3, "鈴木": 4}}


@pytest.mark.parametrize("as_csv", [False, True])
def test_merged_contents_reach_all_their_rows(tmp_path: Path, as_csv: bool) -> None:
    rows: Rows = [
        ["素材", "動画", "佐藤", "鈴木"],
        ["桜", "1.mp4", 3, 4],
        [None, "2.mp4", 2, 1],
        [None, "3.mp4", 2, 2],
        ["海", "4.mp4", 5, 5],
        [None, "5.mp4", 4, 5],
    ]
    if as_csv:
        table = read_ratings(text(tmp_path / "r.csv", rows), SCALE)
        assert [note.code for note in table.notes] == ["filled_down"]
    else:
        table = read_ratings(workbook(tmp_path / "r.xlsx", {"s": rows}, {"s": ["A2:A4", "A5:A6"]}), SCALE)
    assert [row.content for row in table.rows] == ["桜", "桜", "桜", "海", "海"]


def test_long_form_with_the_video_named_once_per_block(tmp_path: Path) -> None:
    rows: Rows = [
        ["動画", "評価者", "点数"],
        ["a.mp4", "佐藤", 3],
        [None, "鈴木", 4],
        ["b.mp4", "佐藤", 1],
        [None, "鈴木", 2],
    ]
    table = read_ratings(text(tmp_path / "r.csv", rows), SCALE)
    assert by_video(table) == {"a.mp4": {"佐藤": 3, "鈴木": 4}, "b.mp4": {"佐藤": 1, "鈴木": 2}}


def test_no_header_at_all(tmp_path: Path) -> None:
    table = read_ratings(text(tmp_path / "r.csv", [["a.mp4", 3, 4], ["b.mp4", 1, 2]]), SCALE)
    assert by_video(table) == {"a.mp4": {"B": 3, "C": 4}, "b.mp4": {"B": 1, "C": 2}}


def test_headers_that_name_nothing_known_are_raters_where_the_cells_are_scores(tmp_path: Path) -> None:
    rows: Rows = [
        ["No", "作品", "Kim", "李", "ビットレート", "長さ(秒)", "conf"],
        [1, "a.mp4", 3, 4, 4000, 10, 87],
        [2, "b.mp4", 2, 1, 2000, 12, 91],
    ]
    table = read_ratings(text(tmp_path / "r.csv", rows), SCALE)
    assert table.raters == ["Kim", "李"]
    (note,) = [note for note in table.notes if note.code == "ignored_columns"]
    assert "conf" in note.params["columns"]


def test_marks_of_an_empty_cell_do_not_hide_a_rater(tmp_path: Path) -> None:
    # each person rated a quarter of the videos, and wrote "-" beside the others
    rows: Rows = [["video", "佐藤", "Kim", "remark"]]
    rows += [[f"{k}.mp4", 3 if k % 4 == 0 else "-", 4 if k % 4 == 1 else "未評価", "-"] for k in range(16)]
    table = read_ratings(text(tmp_path / "r.csv", rows), Scale())
    assert table.raters == ["佐藤", "Kim"]
    assert sorted(table.score.tolist()) == [3.0] * 4 + [4.0] * 4


def test_a_repeated_header_and_totals_are_no_videos(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "A", "B"],
        ["a.mp4", 3, 4],
        ["video", "A", "B"],
        ["b.mp4", 1, 2],
        ["平均", 2, 3],
        ["SD", 1, 1],
    ]
    table = read_ratings(text(tmp_path / "r.csv", rows), SCALE)
    assert [(row.video, [p.code for p in row.problems]) for row in table.rows] == [
        ("a.mp4", []),
        ("b.mp4", []),
        ("平均", ["summary_row"]),
        ("SD", ["summary_row"]),
    ]
    assert table.score.tolist() == [3, 4, 1, 2]


def test_two_raters_with_one_name_stay_two(tmp_path: Path) -> None:
    table = read_ratings(text(tmp_path / "r.csv", [["video", "佐藤", "佐藤"], ["a.mp4", 1, 5]]), SCALE)
    assert table.raters == ["佐藤", "佐藤 (C)"]
    assert table.score.tolist() == [1, 5]


def test_a_rater_who_rated_twice_counts_once(tmp_path: Path) -> None:
    rows: Rows = [["rater", "video", "score"], ["A", "a.mp4", 2], ["A", "a.mp4", 5], ["B", "a.mp4", 3]]
    table = read_ratings(text(tmp_path / "r.csv", rows), SCALE)
    assert by_video(table) == {"a.mp4": {"A": 3.5, "B": 3}}
    assert table.rows[0].problems[0].params == {"rater": "A", "count": 2}


def test_cells_that_are_no_scores_are_named_and_counted(tmp_path: Path) -> None:
    raters = [f"R{k}" for k in range(8)]
    rows: Rows = [["video", *raters], ["a.mp4", 3, *["?"] * 7], ["b.mp4", 3, "great", 4, None, 2, 2, 2, 2]]
    table = read_ratings(text(tmp_path / "r.csv", rows), SCALE)
    first, second = table.rows
    assert [p.code for p in first.problems] == ["text_score"] * 5 + ["more_text_scores"]
    assert first.problems[-1].params == {"count": 2}
    assert second.problems[0].params == {"cell": "C3", "text": "great"}
    assert table.score.tolist() == [3, 3, 4, 2, 2, 2, 2]


def test_quotes_numbers_and_unicode_forms_of_video_cells(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "A", "B"],
        ['"C:\\clips\\a.mp4"', 1, 2],
        [101, 3, 4],
        ["ガ.mp4".replace("ガ", "カ\u3099"), 5, 5],
    ]
    table = read_ratings(workbook(tmp_path / "r.xlsx", {"s": rows}), SCALE)
    assert [row.video for row in table.rows] == ["C:\\clips\\a.mp4", "101", "ガ.mp4"]


def test_split_and_content_columns(tmp_path: Path) -> None:
    rows: Rows = [
        ["動画", "素材名", "区分", "MOS"],
        ["a.mp4", "桜", "学習", 3.5],
        ["b.mp4", "海", "テスト", 2.5],
        ["c.mp4", "山", "検証用", 2.25],
        ["d.mp4", "川", "除外", 2.75],
        ["e.mp4", "空", None, 2.75],
    ]
    table = read_ratings(text(tmp_path / "r.csv", rows), SCALE)
    assert [row.split for row in table.rows] == ["train", "test", "val", "none", None]
    assert [row.content for row in table.rows] == ["桜", "海", "山", "川", "空"]


# -- told --------------------------------------------------------------------------------------------------------


def test_columns_can_be_told_by_header_or_letter(tmp_path: Path) -> None:
    rows: Rows = [["item", "movie_a", "x", "y", "z"], ["clip-1", "p", 1, 2, 3], ["clip-2", "q", 2, 3, 4]]
    path = text(tmp_path / "r.csv", rows)
    by_letter = read_ratings(path, SCALE, wanted=Wanted(video="A", scores=("C", "E")))
    assert by_video(by_letter) == {"clip-1": {"x": 1, "z": 3}, "clip-2": {"x": 2, "z": 4}}
    by_name = read_ratings(path, SCALE, wanted=Wanted(video="item", scores=("Y",)))
    assert by_video(by_name) == {"clip-1": {"y": 2}, "clip-2": {"y": 3}}


def test_a_told_column_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    path = text(tmp_path / "r.csv", LONG)
    with pytest.raises(RatingsOptionError) as caught:
        read_ratings(path, SCALE, wanted=Wanted(video="clip"))
    assert "rater, video, score" in str(caught.value)
    assert "--video-column" in caught.value.message("ja")


def test_a_told_form_beats_the_headers(tmp_path: Path) -> None:
    path = text(tmp_path / "r.csv", [["video", "score"], ["a.mp4", 3], ["b.mp4", 4]])
    assert read_ratings(path, SCALE, wanted=Wanted(form="mos")).form == "mos"
    with pytest.raises(RatingsOptionError, match="form"):
        read_ratings(path, SCALE, wanted=Wanted(form="tall"))


def test_sheets_by_name_and_number_and_hidden_ones_left_out(tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", {"一": JAPANESE_WIDE, "二": JAPANESE_WIDE[:2]})
    book = openpyxl.load_workbook(path)
    book["一"].sheet_state = "hidden"
    book.save(path)
    assert read_ratings(path, SCALE).sheet == "二"
    assert read_ratings(path, SCALE, sheet="一").sheet == "一"
    assert read_ratings(path, SCALE, sheet="1").sheet == "一"
    with pytest.raises(RatingsSheetError, match="一, 二"):
        read_ratings(path, SCALE, sheet="三")
    with pytest.raises(RatingsSheetError):
        read_ratings(text(tmp_path / "r.csv", LONG), SCALE, sheet="一")


# -- what cannot be read -----------------------------------------------------------------------------------------


OURS_EN, OURS_JA = (
    [
        {"en": "Video", "ja": "動画"}[language],
        *(heading(field, language) for field in ("score", "mos", "band", "sharpness")),
        heading("score", language, 2),
        heading("error", language),
    ]
    for language in ("en", "ja")
)


@pytest.mark.parametrize("names", [OURS_EN, OURS_JA])
def test_what_the_product_wrote_is_no_ones_rating(tmp_path: Path, names: list[str]) -> None:
    rows: Rows = [names, ["a.mp4", 31, 3.1, "Fair", 30, 29, ""], ["b.mp4", 22, 2.2, "Poor", 20, 19, ""]]
    with pytest.raises(RatingsOursError) as caught:
        read_ratings(text(tmp_path / "own.csv", rows), SCALE)
    for language in ("en", "ja"):
        assert names[1] in caught.value.message(language)
    # asked for by name, it is taken
    named = read_ratings(text(tmp_path / "own.csv", rows), SCALE, wanted=Wanted(scores=(names[2],)))
    assert named.form == "mos"
    people: Rows = [[*row, more] for row, more in zip(rows, ["People", 4, 5], strict=True)]
    table = read_ratings(text(tmp_path / "both.csv", people), SCALE)
    assert sorted(table.score) == [4, 5]


@pytest.mark.parametrize("form", ["field", "en", "ja"])
def test_a_file_of_results_is_no_ones_rating(tmp_path: Path, form: str) -> None:
    names = [field if form == "field" else words[form] for field, words in HEADINGS.items()]
    values = {"path": "a.mp4", "label": 31, "expected_label": 31.2, "mos": 3.12, "off_digit_mass": 0.001}
    rows: Rows = [names, *([values.get(field, "") for field in HEADINGS] for _ in range(2))]
    with pytest.raises(RatingsOursError):
        read_ratings(workbook(tmp_path / "own.xlsx", {"a": rows}), SCALE)
    # another table may well have such headings
    few = [[row[names.index(names[k])] for k in (0, 3)] for row in rows]
    assert read_ratings(workbook(tmp_path / "theirs.xlsx", {"a": few}), SCALE).form in ("mos", "long")
    people: Rows = [[*row, more] for row, more in zip(rows, [names[3], 4.5, 4.5], strict=True)]
    assert set(read_ratings(workbook(tmp_path / "both.xlsx", {"a": people}), SCALE).score) <= {4.5}


@pytest.mark.parametrize(
    ("name", "kind", "sheet"),
    [
        ("label_en", RatingsNoRowsError, "(Rater 1)"),
        ("label_ja", RatingsNoRowsError, "(評価者1)"),
        ("kpi_en", RatingsTemplateEmptyError, "(Log)"),
        ("score_ja", RatingsTemplateEmptyError, "(スコア表)"),
        ("score_en_sample", RatingsOursError, "(Scores)"),
    ],
)
def test_an_unfilled_template_says_what_to_fill_in(name: str, kind: type[Exception], sheet: str) -> None:
    with pytest.raises(kind) as caught:
        read_ratings(Path(__file__).parents[2] / "workbook_templates" / f"{name}.xlsx", SCALE)
    assert sheet in str(caught.value)
    assert "people's" in str(caught.value)


def test_formulas_that_were_never_calculated_are_counted(tmp_path: Path) -> None:
    rows: Rows = [
        ["video", "A", "B", "MOS"],
        ["a.mp4", 3, 4, "=AVERAGE(B2:C2)"],
        ["b.mp4", 1, 2, "=AVERAGE(B3:C3)"],
    ]
    table = read_ratings(workbook(tmp_path / "r.xlsx", {"s": rows}), SCALE)
    assert table.uncalculated == 2
    assert by_video(table)["a.mp4"] == {"A": 3, "B": 4}


def test_a_stated_extent_that_is_wrong_hides_nothing(tmp_path: Path) -> None:
    good = workbook(tmp_path / "g.xlsx", {"s": JAPANESE_WIDE})
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "r.xlsx", "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(b'<dimension ref="A1:D5" />', b'<dimension ref="A1" />'))
    assert by_video(read_ratings(tmp_path / "r.xlsx", SCALE)) == JAPANESE


# -- properties --------------------------------------------------------------------------------------------------

score = st.sampled_from([None, 1, 2, 3, 4, 5, "1", "２", "3.0", "4,0", "良い", "Bad"])
VALUE = {None: None, "1": 1, "２": 2, "3.0": 3, "4,0": 4, "良い": 4, "Bad": 1}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(score, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from(["utf-8", "utf-8-sig", "cp932", "utf-16"]),
    st.sampled_from([";", "\t"]),
    st.integers(0, 3),
    st.booleans(),
)
def test_no_score_is_lost_or_changed(
    tmp_path: Path, scores: list[list[object]], encoding: str, separator: str, titles: int, as_workbook: bool
) -> None:
    header = ["動画", "評価者1", "評価者2", "評価者3"]
    body = [[f"動画{k}.mp4", *row] for k, row in enumerate(scores)]
    rows: Rows = [*[["社内評価の結果"]] * titles, header, *body]
    if as_workbook:
        path = workbook(tmp_path / "r.xlsx", {"s": rows})
    else:
        path = text(tmp_path / "r.csv", rows, encoding=encoding, separator=separator)
    table = read_ratings(path, SCALE)
    found = np.full((len(scores), 3), np.nan)
    found[table.row_of, table.rater_of] = table.score
    expected = [[np.nan if (v := VALUE.get(cell, cell)) is None else v for cell in row] for row in scores]  # type: ignore[call-overload]
    np.testing.assert_array_equal(found, np.array(expected, dtype=float))
    assert [row.row for row in table.rows] == [titles + 2 + k for k in range(len(scores))]


def test_a_formula_with_an_empty_text_as_result_is_calculated(tmp_path: Path) -> None:
    """As Excel stores it: a cell of text whose value is empty."""
    path, edited = (
        workbook(tmp_path / "r.xlsx", {"s": [["video", "A", "B"], ["a.mp4", 3, "=1"]]}),
        tmp_path / "e.xlsx",
    )
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(edited, "w") as new:
        for name in old.namelist():
            content = re.sub(rb'<c r="C2"[^>]*>', b'<c r="C2" t="str">', old.read(name))
            content = re.sub(rb"<f>1</f><v\s*/>|<f>1</f><v></v>", b'<f>""</f><v></v>', content)
            new.writestr(name, content)
    assert read_ratings(path, SCALE).uncalculated == 1
    assert read_ratings(edited, SCALE).uncalculated == 0
