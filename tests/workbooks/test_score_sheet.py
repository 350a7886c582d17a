"""Scores go into a user's workbook, and nothing else in it changes."""

from __future__ import annotations

import os
import re
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from tests.workbooks.makers import (
    changed,
    clip_rows,
    column_of,
    list_workbook,
    make_rating,
    members,
    results_for,
    rewrite,
    rich_workbook,
    score,
    values,
)
from tests.workbooks.package_rules import problems
from xl_vqa.sheets.columns import FIELDS, heading
from xl_vqa.sheets.contents import Result
from xl_vqa.sheets.keeping import copy_of
from xl_vqa.sheets.marks import ScoredBy
from xl_vqa.words.errors import (
    CancelledError,
    HostUnavailableError,
    OutputFormatError,
    VideoNotFoundError,
    VideoUnreadableError,
    XlVqaError,
)
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores

HEADERS = [heading(field) for field in FIELDS]


def test_scores_stand_beside_their_videos(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    plan = plan_workbook(path)
    results: dict[int, Result] = dict(results_for(path))
    results[5] = VideoNotFoundError(path="動画 4.mp4")
    results[6] = make_rating(20, warnings=("warning_frozen",))
    written = WorkbookScores(plan).write(results)
    assert (written.path, written.rows, written.lost) == (path, 12, 0)
    assert problems(path) == []
    rows = values(path)
    assert rows[0] == ["No.", "動画", "担当", *HEADERS]
    for number, row in enumerate(rows[1:], 2):
        assert row[:3] == [number - 1, f"clips/動画 {number - 1}.mp4", "田中"]
        if number == 5:
            assert row[3:] == [None, None, None, None, VideoNotFoundError(path="動画 4.mp4").message(), None]
            continue
        rating = results[number]
        assert isinstance(rating, dict)
        assert row[3:5] == [rating["label"], rating["mos"]]
        assert row[5] == rating["band"].capitalize()
        assert row[6] == rating["band_probability"]
        assert row[8].startswith("starter (")
    assert rows[5][7] == "The picture does not change during the video."


def test_bands_are_coloured_by_named_styles_that_excel_users_can_change(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    plan = plan_workbook(path)
    means = [12, 20, 30, 40, 48]
    WorkbookScores(plan).write({row.row: make_rating(means[row.row % 5]) for row in plan.rows})
    sheet = openpyxl.load_workbook(path).active
    fills = {cell.value: (cell.style, cell.fill.fgColor.rgb) for cell in sheet["F"][1:]}
    assert fills == {
        "Bad": ("VQA Bad", "FFE0705A"),
        "Poor": ("VQA Poor", "FFF2A65A"),
        "Fair": ("VQA Fair", "FFF7DC6F"),
        "Good": ("VQA Good", "FFB7DFA0"),
        "Excellent": ("VQA Excellent", "FF7CC58D"),
    }
    assert {cell.number_format for cell in sheet["E"][1:]} == {"0.00"}
    assert {cell.number_format for cell in sheet["G"][1:]} == {"0%"}


def test_japanese(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    plan = plan_workbook(path)
    results: dict[int, Result] = {row.row: make_rating(48) for row in plan.rows}
    results[2] = VideoNotFoundError(path="a.mp4")
    WorkbookScores(plan).write(results, "ja")
    rows = values(path)
    assert rows[0][3:] == [heading(field, "ja") for field in FIELDS]
    assert rows[1][7] == VideoNotFoundError(path="a.mp4").message("ja")
    assert rows[2][5] == "非常に良い"


def test_everything_else_in_the_file_keeps_its_bytes(folder: Path) -> None:
    path = rich_workbook(folder / "rich.xlsx")
    before = members(path)
    score(path)
    after = members(path)
    # the sheet, the styles, and the workbook part (the filter's hidden name, recalculation at loading)
    assert changed(before, after) == {"xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"}
    assert list(before) == list(after)
    assert problems(path) == []
    workbook = after["xl/workbook.xml"].decode()
    assert (
        workbook.replace(' fullCalcOnLoad="1"', "").replace("$A$3:$I$15", "$A$3:$C$15").split("<workbook")[1]
        == before["xl/workbook.xml"].decode().replace(' fullCalcOnLoad="1"', "").split("<workbook")[1]
    )


def test_the_sheet_keeps_all_that_is_not_ours(folder: Path) -> None:
    path = rich_workbook(folder / "rich.xlsx")
    before = members(path)["xl/worksheets/sheet1.xml"].decode()
    score(path)
    after = members(path)["xl/worksheets/sheet1.xml"].decode()
    # taking our cells out again leaves the old sheet
    without = re.sub(r'<c r="[D-I]\d+"(?: s="\d+")?(?: t="inlineStr")?(?:/>|>.*?</c>)', "", after)
    without = re.sub(r'<col min="[4-9]" max="[4-9]" width="[0-9.]+" customWidth="1"/>', "", without)
    without = without.replace('spans="1:9"', 'spans="1:3"').replace('ref="A3:I15"', 'ref="A3:C15"')
    without = without.replace('<dimension ref="A1:I20"/>', '<dimension ref="A1:C20"/>')
    assert without.partition("<worksheet")[2] == before.partition("<worksheet")[2]


def test_macros_stay(folder: Path) -> None:
    path = rich_workbook(folder / "macros.xlsm", macros=True)
    before = members(path)
    score(path)
    assert changed(before, members(path)) == {"xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml"}
    with pytest.raises(OutputFormatError):
        WorkbookScores(plan_workbook(path), output=folder / "copy.xlsx")


def test_the_look_of_the_list_is_continued(folder: Path) -> None:
    path = rich_workbook(folder / "rich.xlsx")
    score(path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert sheet["D3"].font.b is True
    assert sheet["D3"].fill.fgColor.rgb == sheet["B3"].fill.fgColor.rgb
    assert sheet["D5"].border.left.style == sheet["B5"].border.left.style == "thin"
    assert sheet["D5"].style == "VQA score"


def test_the_filter_covers_the_scores_so_that_sorting_moves_them(folder: Path) -> None:
    path = rich_workbook(folder / "rich.xlsx")
    score(path)
    book = openpyxl.load_workbook(path)
    assert book.worksheets[0].auto_filter.ref == "A3:I15"
    assert b"$A$3:$I$15" in members(path)["xl/workbook.xml"]


def test_scoring_again_changes_nothing_but_the_scores(folder: Path) -> None:
    path = rich_workbook(folder / "rich.xlsx")
    score(path)
    once = members(path)
    score(path)
    assert changed(once, members(path)) == set()
    score(path, mean=20, model_fingerprint="b2:other")
    assert changed(once, members(path)) <= {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    assert values(path)[2].count("VQA score") == 1
    assert problems(path) == []


def test_the_first_language_of_the_headers_stays(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    score(path, "ja")
    score(path, "en")
    assert values(path)[0][3:] == [heading(field, "ja") for field in FIELDS]
    assert column_of(path, "VQA 評価区分")[0] in {"Poor", "Fair", "Good"}


def test_moved_and_renamed_columns_are_known_again(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    score(path)
    book = openpyxl.load_workbook(path)
    sheet = book.active
    sheet.insert_cols(3)
    sheet["E1"] = "AI の点数"
    book.save(path)
    before = values(path)[0]
    plan = plan_workbook(path)
    assert plan.score_columns["score"] == "E"
    assert plan.score_columns["mos"] == "F"
    assert plan.pending() == []
    score(path, mean=20)
    assert values(path)[0] == before


def test_a_column_that_the_user_deleted_stays_away(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    score(path)
    book = openpyxl.load_workbook(path)
    book.active.delete_cols(5, 3)
    book.save(path)
    score(path)
    assert values(path)[0] == ["No.", "動画", "担当", "VQA score", "VQA error or warning", "VQA model"]


def test_a_users_own_columns_are_never_written(folder: Path) -> None:
    """MOS of people, and the add-in's formula under our own header."""
    rows = clip_rows(3)
    rows[0] += ["MOS", "band"]
    for row in rows[1:]:
        row += [4.5, "mine"]
    path = list_workbook(folder / "list.xlsx", rows)
    book = openpyxl.load_workbook(path)
    book.active["F1"] = "VQA score"
    for number in (2, 3, 4):
        book.active[f"F{number}"] = f"=VQA_SCORE(B{number})"
    book.save(path)
    score(path)
    written = values(path)
    assert written[0] == ["No.", "動画", "担当", "MOS", "band", "VQA score", *HEADERS]
    assert [row[3:6] for row in written[1:]] == [[4.5, "mine", f"=VQA_SCORE(B{n})"] for n in (2, 3, 4)]


def test_a_gap_that_is_too_small_is_not_used(folder: Path) -> None:
    rows = clip_rows(3)
    rows[0] += [None, None, "備考"]
    rows[2] += [None, None, "要確認"]
    path = list_workbook(folder / "list.xlsx", rows)
    score(path)
    assert values(path)[0] == ["No.", "動画", "担当", None, None, "備考", *HEADERS]


def test_merged_cells_and_other_tables_are_not_written_into(folder: Path) -> None:
    book = xlsxwriter.Workbook(str(folder / "list.xlsx"))
    sheet = book.add_worksheet()
    for number, row in enumerate(clip_rows(3)):
        sheet.write_row(number, 0, row)
    sheet.merge_range("E2:F3", "")
    sheet.add_table("K2:L6", {"columns": [{"header": "a"}, {"header": "b"}]})
    book.close()
    score(folder / "list.xlsx")
    assert values(folder / "list.xlsx")[0][12:] == HEADERS
    assert problems(folder / "list.xlsx") == []


def test_a_list_without_headers_is_scored_and_known_again(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", [[f"clips/動画 {n}.mp4"] for n in range(1, 6)])
    score(path)
    assert problems(path) == []
    assert values(path)[0][1] == results_for(path)[1]["label"]  # type: ignore[index]
    assert plan_workbook(path).pending() == []
    score(path, mean=20)
    assert len(values(path)[0]) == 7


def test_what_a_run_left_is_not_rated_again(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    plan = plan_workbook(path)
    assert len(plan.pending()) == 12
    done: dict[int, Result] = {row.row: make_rating() for row in plan.rows[:5]}
    done[plan.rows[5].row] = VideoNotFoundError(path="x")
    WorkbookScores(plan).write(done)
    again = plan_workbook(path)
    # an error is tried again
    assert [row.row for row in again.pending("starter")] == list(range(7, 14))
    assert len(again.pending("starter", rescore=True)) == 12
    assert len(again.pending("other")) == 12
    by = ScoredBy.of(make_rating())
    assert len(again.pending(by)) == 7
    assert len(again.pending(by._replace(fingerprint="b2:new"))) == 12
    assert len(again.pending(by._replace(decoding="median"))) == 12
    assert len(again.pending(by._replace(band_thresholds=(15.0, 25.0, 35.0, 46.0)))) == 12
    WorkbookScores(again).write({row.row: make_rating() for row in again.pending(by)})
    assert plan_workbook(path).pending(by) == []


def test_a_changed_path_text_or_file_is_rated_again(folder: Path) -> None:
    rows = [["video", "prompt"], *([f"clips/動画 {n}.mp4", f"text {n}"] for n in range(1, 6))]
    path = list_workbook(folder / "list.xlsx", rows)
    plan = plan_workbook(path, text_column="prompt")
    WorkbookScores(plan).write({row.row: make_rating() for row in plan.rows})
    assert plan_workbook(path, text_column="prompt").pending("starter") == []
    book = openpyxl.load_workbook(path)
    book.active["A2"] = "clips/動画 9.mp4"
    book.active["B3"] = "another text"
    book.save(path)
    (folder / "clips" / "動画 3.mp4").write_bytes(b"longer than before" * 50)
    (folder / "clips" / "動画 4.mp4").unlink()
    pending = plan_workbook(path, text_column="prompt").pending("starter")
    # a file that cannot be seen today says nothing against its score
    assert [row.row for row in pending] == [2, 3, 4]
    # without the texts these are other questions
    assert len(plan_workbook(path).pending("starter")) == 5


def test_the_workbook_may_change_while_videos_are_rated(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows(6))
    plan = plan_workbook(path)
    scores = WorkbookScores(plan)
    scores.write({2: make_rating(12), 3: make_rating(14)})
    book = openpyxl.load_workbook(path)
    sheet = book.active
    sheet.insert_rows(1)
    sheet.insert_cols(1)
    sheet.delete_rows(6)
    sheet["D4"] = "changed meanwhile"
    book.save(path)
    os.utime(path, ns=(1, 1))
    written = scores.write({4: make_rating(16), 5: make_rating(18), 6: make_rating(20), 7: make_rating(22)})
    assert written.lost == 1
    rows = values(path)
    found = {row[2]: row[4] for row in rows[2:]}
    assert found == {
        "clips/動画 1.mp4": 12,
        "clips/動画 2.mp4": 14,
        "clips/動画 3.mp4": 16,
        "clips/動画 5.mp4": 20,
        "clips/動画 6.mp4": 22,
    }
    assert rows[3][3] == "changed meanwhile"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_score_that_cannot_be_made_again_stays_and_a_remark_says_what_it_is_worth(
    folder: Path, language: str
) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows(5))
    score(path, language)
    before = values(path)
    plan = plan_workbook(path)
    errors: list[Result] = [
        VideoNotFoundError(path="a"),
        HostUnavailableError(problem="p"),
        CancelledError(path="c"),
        VideoUnreadableError(path="d", problem="q"),
    ]
    scores = WorkbookScores(plan, language=language)
    scores.scored_by = ScoredBy("newer", "b2:newer", "expectation", (15.0, 25.0, 35.0, 45.0))
    scores.write({row.row: error for row, error in zip(plan.rows, errors, strict=False)})
    after = values(path)
    for row in (1, 2, 4):
        error = errors[row - 1]
        assert isinstance(error, XlVqaError)
        assert [*after[row][:7], after[row][8]] == [*before[row][:7], before[row][8]]
        assert after[row][7].endswith(error.message(language))
        assert ("other model: starter" if language == "en" else "別のモデル: starter") in after[row][7]
    assert ("file not reachable" if language == "en" else "ファイルに接続できません") in after[1][7]
    assert [after[3], after[5]] == [before[3], before[5]]
    assert openpyxl.load_workbook(path).active["H2"].style == "VQA warning"
    assert problems(path) == []
    # nothing was replaced, so there was nothing to keep a copy of
    assert not copy_of(path).exists()
    assert [row.row for row in plan_workbook(path).pending(scores.scored_by)] == [2, 3, 4, 5, 6]


def test_a_failed_rating_of_the_same_model_is_tried_again(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows(2))
    score(path)
    by = ScoredBy.of(make_rating())
    assert plan_workbook(path).pending(by) == []
    scores = WorkbookScores(plan_workbook(path))
    scores.scored_by = by
    scores.write({2: VideoUnreadableError(path="a", problem="p")})
    assert column_of(path, "VQA score")[0] == results_for(path)[2]["label"]  # type: ignore[index]
    assert "not renewed" in column_of(path, "VQA error or warning")[0]
    assert [row.row for row in plan_workbook(path).pending(by)] == [2]
    WorkbookScores(plan_workbook(path)).write({2: make_rating(20)})
    assert column_of(path, "VQA error or warning") == [None, None]
    assert plan_workbook(path).pending(by) == []


def test_a_score_is_cleared_where_the_user_asks_for_it_and_the_video_is_at_fault(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows(2))
    score(path)
    original = path.read_bytes()
    errors: dict[int, Result] = {2: VideoNotFoundError(path="a"), 3: HostUnavailableError(problem="p")}
    scores = WorkbookScores(plan_workbook(path), clear=True)
    scores.write(errors)
    rows = values(path)
    assert rows[1][3:] == [None, None, None, None, VideoNotFoundError(path="a").message(), None]
    assert rows[2][3] is not None
    assert openpyxl.load_workbook(path).active["F2"].style == "VQA band"
    # the scores that were there can be had again
    assert scores.kept == copy_of(path)
    assert copy_of(path).read_bytes() == original


def test_rows_without_a_path_say_so(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", [["video"], ["clips/動画 1.mp4"], [42], ["C:\\a.mp4"], ["b.mp4"]])
    plan = plan_workbook(path)
    assert [row.row for row in plan.pending()] == [2, 5]
    written = WorkbookScores(plan).write({2: make_rating()})
    assert written.rows == 3
    errors = column_of(path, "VQA error or warning")
    assert "42" in errors[1]
    assert "C:\\a.mp4" in errors[2]
    assert errors[3] is None


def test_a_row_that_is_not_in_the_plan(folder: Path) -> None:
    plan = plan_workbook(list_workbook(folder / "list.xlsx", clip_rows(2)))
    with pytest.raises(KeyError):
        WorkbookScores(plan).add(99, make_rating())


def test_text_that_xml_cannot_hold(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows(2))
    odd = "bad\x00\x0b _x0041_ \udce3 <&> ]]> 😀 \ufffe"
    WorkbookScores(plan_workbook(path)).write({2: VideoNotFoundError(path=odd), 3: make_rating(model=odd)})
    assert problems(path) == []
    shown = column_of(path, "VQA error or warning")[0]
    assert "_x0041_" in shown or "_x005F_x0041_" in shown
    assert "<&> ]]> 😀" in shown


def test_no_formula_is_ever_written(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows(2))
    WorkbookScores(plan_workbook(path)).write({2: make_rating(model="=1+1"), 3: VideoNotFoundError(path="=cmd")})
    assert b"<f>" not in members(path)["xl/worksheets/sheet1.xml"]
    assert column_of(path, "VQA model")[0].startswith("=1+1 (")


def test_formulas_are_computed_anew_at_opening(folder: Path) -> None:
    path = rich_workbook(folder / "rich.xlsx")
    rewrite(path, lambda name, data: re.sub(rb"<calcPr[^>]*/>", b'<calcPr calcId="191029"/>', data))
    score(path)
    assert b'<calcPr calcId="191029" fullCalcOnLoad="1"/>' in members(path)["xl/workbook.xml"]
    rewrite(path, lambda name, data: re.sub(rb"<calcPr[^>]*/>", b'<calcPr calcMode="manual"/>', data))
    score(path, mean=20)
    assert b'<calcPr calcMode="manual"/>' in members(path)["xl/workbook.xml"]
    rewrite(path, lambda name, data: re.sub(rb"<calcPr[^>]*/>", b"", data))
    score(path, mean=25)
    assert b'fullCalcOnLoad="1"' in members(path)["xl/workbook.xml"]
    assert problems(path) == []


def test_a_chart_over_the_scores_is_said(folder: Path) -> None:
    book = xlsxwriter.Workbook(str(folder / "list.xlsx"))
    sheet = book.add_worksheet()
    for number, row in enumerate(clip_rows()):
        sheet.write_row(number, 0, row)
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Sheet1!$A$2:$A$9"})
    sheet.insert_chart("E3", chart)
    book.close()
    (note,) = plan_workbook(folder / "list.xlsx").notes
    assert note.code == "note_covered"
    assert "E, F, G, H, I" in note.message()
