"""The list is found in workbooks that nobody prepared for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.workbooks.makers import clip_rows, list_workbook, rewrite
from xl_vqa.words.errors import (
    VideoAddressError,
    VideoNotFoundError,
    WorkbookCellError,
    WorkbookColumnAmbiguousError,
    WorkbookColumnMissingError,
    WorkbookFormulaError,
    WorkbookNoVideoColumnError,
    WorkbookSheetError,
)
from xl_vqa.workbooks.score_plan import WorkbookPlan, plan_workbook


def plan_of(tmp_path: Path, rows: list[list[Any]], **asked: Any) -> WorkbookPlan:
    return plan_workbook(list_workbook(tmp_path / "list.xlsx", rows), **asked)


@pytest.mark.parametrize(
    "header",
    [
        "video",
        "Video Path",
        "FILE_NAME",
        "path",
        "clip",
        "動画",
        "動画ファイル名",
        "ファイル",
        "パス",
        "ﾌｧｲﾙﾊﾟｽ",
        "映像",
        "VIDEO",
    ],
)
def test_by_header_even_without_endings(tmp_path: Path, header: str) -> None:
    plan = plan_of(tmp_path, [["Owner", header], ["Tanaka", "clip one"], ["Sato", "clip two"]])
    assert (plan.column, plan.header, [row.row for row in plan.rows]) == ("B", header, [2, 3])


def test_by_content_without_a_known_header(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [["Id", "Material"], [1, "a.mp4"], [2, "D:/b.MOV"], [3, "c.webm"]])
    assert (plan.column, plan.header, len(plan.rows)) == ("B", "Material", 3)


def test_the_header_need_not_be_in_the_first_row(tmp_path: Path) -> None:
    rows = [["動画リスト 2025"], [], ["作成", "田中"], [], ["No.", "動画"], [1, "a.mp4"], [2, "b.mp4"]]
    plan = plan_of(tmp_path, rows)
    assert (plan.column, plan.header, [row.row for row in plan.rows]) == ("B", "動画", [6, 7])


def test_a_list_without_any_header(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [["a.mp4"], ["b.mp4"]])
    assert (plan.column, plan.header, [row.row for row in plan.rows]) == ("A", None, [1, 2])


def test_blank_rows_inside_are_skipped_and_notes_below_stay_out(tmp_path: Path) -> None:
    rows = [["video"], ["a.mp4"], [], ["b.mp4"], ["c"], ["合計"], [], [], ["checked by Tanaka"]]
    plan = plan_of(tmp_path, rows)
    assert [row.row for row in plan.rows] == [2, 4, 5]
    assert isinstance(plan.rows[2].error, WorkbookCellError)


def test_a_header_that_is_repeated_on_every_page_is_no_video(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [["動画"], ["a.mp4"], ["動画"], ["b.mp4"]])
    assert [row.shown for row in plan.rows] == ["a.mp4", "b.mp4"]


def test_the_rated_copy_not_its_reference(tmp_path: Path) -> None:
    rows = [["reference video", "encoded video"], ["r.mp4", "e.mp4"], ["s.mp4", "f.mp4"]]
    assert plan_of(tmp_path, rows).column == "B"


def test_two_equal_columns_are_a_question(tmp_path: Path) -> None:
    with pytest.raises(WorkbookColumnAmbiguousError) as caught:
        plan_of(tmp_path, [["left", "right"], ["a.mp4", "b.mp4"], ["c.mp4", "d.mp4"]])
    assert "A (left), B (right)" in str(caught.value)
    assert plan_of(tmp_path, [["left", "right"], ["a.mp4", "b.mp4"]], column="right").column == "B"


def test_a_stray_path_elsewhere_is_no_rival(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["list", None, None, "see"], *([f"{n}.mp4"] for n in range(9))]
    rows[1] += [None, None, "tutorial.mp4"]
    assert plan_of(tmp_path, rows).column == "A"


def test_thumbnails_and_numbers_are_not_taken(tmp_path: Path) -> None:
    with pytest.raises(WorkbookNoVideoColumnError) as caught:
        plan_of(tmp_path, [["File", "Picture"], [1, "a.jpg"], [2, "b.png"]])
    assert "--column" in str(caught.value)
    assert "動画" in caught.value.message("ja")


@pytest.mark.parametrize("column", ["B", "b", "Clip name", "clip NAME"])
def test_a_named_column(tmp_path: Path, column: str) -> None:
    rows = [["video", "Clip name"], ["a.mp4", "x"], ["b.mp4", "y"]]
    plan = plan_of(tmp_path, rows, column=column)
    assert (plan.column, plan.header, [row.shown for row in plan.rows]) == ("B", "Clip name", ["x", "y"])


@pytest.mark.parametrize("column", ["C", "XFE", "prompt", "!!"])
def test_a_named_column_that_is_not_there(tmp_path: Path, column: str) -> None:
    with pytest.raises(WorkbookColumnMissingError) as caught:
        plan_of(tmp_path, [["video", "owner"], ["a.mp4", "x"]], column=column)
    assert "A (video), B (owner)" in str(caught.value)


def test_letters_and_header_of_one_name(tmp_path: Path) -> None:
    """A header wins over letters: whoever types "A" sees a header A on the screen."""
    plan = plan_of(tmp_path, [["n", "A"], [1, "a.mp4"]], column="A")
    assert plan.column == "B"


def book_of(path: Path, sheets: dict[str, list[list[Any]]], hidden: str | None = None, active: str = "") -> Path:
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        if name == hidden:
            sheet.hide()
        if name == active:
            sheet.activate()
    book.close()
    return path


def test_the_sheet_with_videos_is_found(tmp_path: Path) -> None:
    path = book_of(
        tmp_path / "b.xlsx", {"Notes": [["hello"]], "動画": clip_rows(), "Old": clip_rows(3)}, hidden="Old"
    )
    assert plan_workbook(path).sheet == "動画"
    assert plan_workbook(path, sheet="old").sheet == "Old"
    with pytest.raises(WorkbookSheetError, match="Notes, 動画, Old"):
        plan_workbook(path, sheet="List")


def test_of_two_such_sheets_the_one_shown_at_opening(tmp_path: Path) -> None:
    path = book_of(tmp_path / "b.xlsx", {"First": clip_rows(), "Second": clip_rows()}, active="Second")
    assert plan_workbook(path).sheet == "Second"


def test_chart_sheets_are_no_worksheets(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "b.xlsx"))
    chart_sheet = book.add_chartsheet("Chart")
    sheet = book.add_worksheet("List")
    sheet.write_column(0, 0, ["video", "a.mp4"])
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=List!$A$1:$A$2"})
    chart_sheet.set_chart(chart)
    book.close()
    assert plan_workbook(tmp_path / "b.xlsx").sheet == "List"


UNCOMPUTED = pytest.mark.parametrize("stored", [b"", b"<v></v>", b"<v />"], ids=["none", "empty", "closed"])
"""How a result that nobody computed is stored: programs differ."""


@UNCOMPUTED
def test_links_and_formulas_name_videos(folder: Path, stored: bytes) -> None:
    book = xlsxwriter.Workbook(str(folder / "list.xlsx"))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "動画")
    sheet.write_url(1, 0, "external:clips/動画 1.mp4", string="first clip")
    sheet.write_formula(2, 0, '=HYPERLINK("clips/動画 2.mp4", "second")', None, "second")
    sheet.write_formula(3, 0, '="clips/動画 "&3&".mp4"', None, "clips/動画 3.mp4")
    sheet.write_formula(4, 0, '="clips/動画 "&4&".mp4"', None, "")
    sheet.write_url(5, 0, "https://example.com/a.mp4", string="online.mp4")
    sheet.write(6, 0, "https://example.com/b.mp4")
    sheet.write_formula(7, 0, "=NA()", None, "#N/A")
    sheet.write(8, 0, 4711)
    sheet.write(9, 0, "clips/動画 9.mp4")
    book.close()
    rewrite(folder / "list.xlsx", lambda name, data: data.replace(b"</f><v></v>", b"</f>" + stored))
    rows = {row.row: row for row in plan_workbook(folder / "list.xlsx").rows}
    for number in (2, 3, 4, 10):
        assert rows[number].path == str(folder / "clips" / f"動画 {number - 1}.mp4")
        assert rows[number].error is None
    kinds = {number: type(rows[number].error) for number in (5, 6, 7, 8, 9)}
    assert kinds == {
        5: WorkbookFormulaError,
        6: type(None),
        7: VideoAddressError,
        8: WorkbookCellError,
        9: WorkbookCellError,
    }
    # what is seen counts, where the link leads to no file of this machine
    assert rows[6].path == str(folder / "online.mp4")


def test_paths_in_many_spellings(folder: Path) -> None:
    clip = folder / "clips" / "動画 1.mp4"
    spellings = [
        '"clips/動画 1.mp4"',
        "clips\\動画 1.mp4",
        str(clip),
        clip.as_uri(),
        "./clips/../clips/動画 1.mp4",
        "\u202aclips/動画 1.mp4 ",
    ]
    plan = plan_of(folder, [["path"], *([s] for s in spellings)])
    assert [row.path for row in plan.rows] == [str(clip)] * len(spellings)
    assert all(row.error is None for row in plan.rows)


def test_paths_of_another_system_get_an_error_and_not_a_guess(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, [["path"], ["C:\\v\\a.mp4"], ["\\\\server\\share\\b.mp4"]])
    assert [row.path for row in plan.rows] == ["C:\\v\\a.mp4", "\\\\server\\share\\b.mp4"]
    assert all(isinstance(row.error, VideoNotFoundError) for row in plan.rows)


def test_texts_beside_the_videos(tmp_path: Path) -> None:
    rows = [["video", "Prompt"], ["a.mp4", " a red fox "], ["b.mp4", ""], ["c.mp4", 12]]
    plan = plan_of(tmp_path, rows, text_column="prompt")
    assert plan.text_column == "B"
    assert [row.text for row in plan.rows] == ["a red fox", None, "12"]
    assert [row.text for row in plan_of(tmp_path, rows, text_column="B").rows] == ["a red fox", None, "12"]
    assert all(row.text is None for row in plan_of(tmp_path, rows).rows)
    with pytest.raises(WorkbookColumnMissingError):
        plan_of(tmp_path, rows, text_column="C")


def test_furigana_is_not_part_of_a_name(tmp_path: Path) -> None:
    path = list_workbook(tmp_path / "list.xlsx", [["動画"], ["東京.mp4"]])
    reading = '<si><r><t>東</t></r><r><t>京.mp4</t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></si>'.encode()
    rewrite(path, lambda name, data: data.replace("<si><t>東京.mp4</t></si>".encode(), reading))
    assert [row.shown for row in plan_workbook(path).rows] == ["東京.mp4"]


def test_hidden_rows_are_rated_and_said(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "list.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_column(0, 0, ["video", "a.mp4", "b.mp4"])
    sheet.set_row(2, None, None, {"hidden": True})
    book.close()
    plan = plan_workbook(tmp_path / "list.xlsx")
    assert [row.hidden for row in plan.rows] == [False, True]
    assert [note.code for note in plan.notes] == ["note_hidden"]
    assert "1" in plan.notes[0].message("en")
    assert "1 行" in plan.notes[0].message("ja")


@UNCOMPUTED
@pytest.mark.parametrize("since_1904", [False, True])
def test_errors_show_what_the_person_sees_in_the_cell(folder: Path, since_1904: bool, stored: bytes) -> None:
    """Dates are stored as numbers, and =NA() without a result as nothing at all."""
    book = xlsxwriter.Workbook(str(folder / "list.xlsx"), {"date_1904": since_1904})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "動画")
    for row, code in enumerate(("yyyy/m/d", 'yyyy"年"m"月"d"日"', "mm-dd-yy"), 1):
        sheet.write_datetime(row, 0, datetime(2026, 1, 1), book.add_format({"num_format": code}))
    sheet.write_datetime(4, 0, datetime(2026, 1, 1, 8, 30), book.add_format({"num_format": "yyyy/m/d h:mm"}))
    sheet.write_datetime(5, 0, datetime(2026, 1, 1), book.add_format({"num_format": 58}))
    sheet.write_formula(6, 0, "=NA()", None, "")
    sheet.write_formula(7, 0, "=na( )", None, "")
    sheet.write_number(8, 0, 46023, book.add_format({"num_format": "0.00"}))
    sheet.write(9, 0, "clips/動画 9.mp4")
    book.close()
    rewrite(folder / "list.xlsx", lambda name, data: data.replace(b"</f><v></v>", b"</f>" + stored))
    errors = [row.error for row in plan_workbook(folder / "list.xlsx").rows]
    assert all(isinstance(error, WorkbookCellError) for error in errors[:-1])
    shown = [error.params.get("value") for error in errors[:-1] if error is not None]
    assert shown == [*["2026-01-01"] * 3, "2026-01-01 08:30:00", "2026-01-01", "#N/A", "#N/A", "46023"]
    assert errors[-1] is None
