"""Score selection and its siblings, through xlwings' objects on a real spreadsheet and a real host."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.excel.conftest import finish, select
from xl_vqa.excel import jobs, macros
from xl_vqa.settings import Settings


def column(book: Any, address: str) -> list[Any]:
    return [row[0] for row in book.sheets[0].range(address).options(ndim=2).value]


def test_a_selected_list_gets_scores_beside_it(book: Any, clip_folder: list[Path]) -> None:
    sheet = book.sheets[0]
    sheet.range("A1").value = [["Video"], *[[str(clip)] for clip in clip_folder[:5]], ["/no/such.mp4"]]
    select(book, "A1:A7")
    macros.run("score_missing")
    finish()
    assert sheet.range("B1:F1").value == ["Score", "MOS", "Band", "Confidence", "Remark"]
    scores = column(book, "B2:B6")
    assert all(isinstance(score, float) and 10 <= score <= 50 for score in scores)
    assert column(book, "B7:B7") == [None]
    assert "/no/such.mp4" in column(book, "F7:F7")[0]
    assert column(book, "F2:F6") == [None] * 5
    assert book.app.impl.shown == []
    assert book.app.status_bar == "xl_vqa: 5 rated, 1 with an error"
    assert sheet.range("D2").color is not None


def listed(book: Any, clips: list[Path], *, header: bool = True) -> Any:
    rows = [["Video"]] if header else []
    book.sheets[0].range("A1").value = rows + [[str(clip)] for clip in clips]
    return book.sheets[0]


def test_a_whole_column_means_its_used_rows(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:3])
    select(book, "A1:A1048576")
    macros.run("score_missing")
    finish()
    assert sheet.used_range.shape[0] == 4
    assert all(column(book, "B2:B4"))


def test_known_columns_are_used_and_rows_with_a_score_left_alone(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:4])
    sheet.range("B1:D1").value = ["Note", "スコア", "備考"]
    sheet.range("B2").value = "mine"
    sheet.range("C3").value = 12
    sheet.range("C4").formula = "=10+20"
    select(book, "A2:A5")
    macros.run("score_missing")
    finish()
    assert column(book, "C3:C4") == [12, 30]
    assert sheet.range("C4").formula == "=10+20"
    assert all(column(book, "C2:C2") + column(book, "C5:C5"))
    assert column(book, "B2:B5") == ["mine", None, None, None]
    assert sheet.used_range.shape[1] == 4
    assert book.app.impl.shown == []


def test_nothing_missing_is_said(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:1])
    sheet.range("B1:B2").value = [["Score"], [33]]
    select(book, "A2")
    macros.run("score_missing")
    assert "Rescore" in book.app.impl.shown[0]
    assert jobs.running() == []


def test_values_of_the_user_are_kept_unless_he_agrees(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:2], header=False)
    sheet.range("C2").value = "keep me"
    select(book, "A1:A2")
    book.app.impl.answers = ["cancel"]
    macros.run("score_missing")
    assert jobs.running() == []
    assert sheet.used_range.shape == (2, 3)
    book.app.impl.answers = ["no"]  # to the right of everything
    macros.run("score_missing")
    finish()
    assert sheet.range("C2").value == "keep me"
    assert all(column(book, "D1:D2"))
    book.app.impl.answers = ["yes"]
    macros.run("score_missing")
    finish()
    assert all(column(book, "B1:B2"))
    assert isinstance(sheet.range("C2").value, float)
    assert "1 cells" in book.app.impl.shown[0]


def test_rescore_asks_once_and_rates_again(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:2])
    sheet.range("B1:B3").value = [["Score"], [11], [12]]
    select(book, "A2:A3")
    book.app.impl.answers = ["ok"]
    macros.run("rescore")
    finish()
    assert len(book.app.impl.shown) == 1
    assert 11 not in column(book, "B2:B3")


def test_rows_that_a_filter_hides_stay_as_they_are(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:5])
    sheet.range("B1").value = "Score"
    for row in (2, 4):
        sheet.impl.sheet.Rows.getByIndex(row).IsVisible = False
    select(book, "A1:A6")
    macros.run("score_missing")
    finish()
    assert [score is not None for score in column(book, "B2:B6")] == [True, False, True, False, True]


def test_several_areas_are_one_command(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:6])
    sheet.range("B1").value = "Score"
    select(book, "A2:A3,A6:A7")
    macros.run("score_missing")
    finish()
    assert [score is not None for score in column(book, "B2:B7")] == [True, True, False, False, True, True]
    assert book.app.status_bar == "xl_vqa: 4 rated, 0 with an error"


def test_the_table_of_the_active_cell(book: Any, clip_folder: list[Path]) -> None:
    from com.sun.star.table import CellRangeAddress

    sheet = book.sheets[0]
    sheet.range("B3").value = [
        ["No.", "File", "Score"],
        *[[n, str(c), None] for n, c in enumerate(clip_folder[:3])],
    ]
    ranges = book.impl.document.DatabaseRanges
    ranges.addNewByName("Table1", CellRangeAddress(0, 1, 2, 3, 5))
    select(book, "B5")
    macros.run("score_table")
    finish()
    assert all(column(book, "D4:D6"))
    select(book, "H1")
    macros.run("score_table")
    assert "no table" in book.app.impl.shown[-1]


def test_relative_paths_start_at_the_workbooks_folder(
    app: Any, clip_folder: list[Path], tmp_path: Path, settings: Settings
) -> None:
    from tests.excel.office import properties

    book = app.books.add()
    book.sheets[0].range("A1").value = clip_folder[0].name
    select(book, "A1")
    book.set_mock_caller()
    macros.run("score_missing")
    finish()
    assert "not saved yet" in column(book, "F1:F1")[0]
    book.sheets[0].range("B1:F1").value = [None] * 5
    book.impl.document.storeAsURL(
        (clip_folder[0].parent / "list.ods").as_uri(), properties(FilterName="calc8", Overwrite=True)
    )
    macros.run("score_missing")
    finish()
    assert isinstance(column(book, "B1:B1")[0], float)


def test_a_sheet_sorted_meanwhile_gets_each_score_in_its_row(
    book: Any, clip_folder: list[Path], monkeypatch: Any
) -> None:
    monkeypatch.setenv("XL_VQA_MODEL", "stand-in?delay=0.5")
    sheet = listed(book, clip_folder[:4])
    sheet.range("A6").value = "/no/such.mp4"
    sheet.range("B1").value = "Score"
    sheet.range("C1").value = "Remark"
    select(book, "A2:A6")
    macros.run("score_missing")
    assert jobs.running()
    rows = sheet.range("A2:A6").value
    sheet.range("A2:A7").value = [["new row"], *[[path] for path in reversed(rows)]]
    finish()
    assert "/no/such.mp4" in column(book, "C3:C3")[0]
    assert column(book, "B2:B3") == [None, None]
    assert all(column(book, "B4:B7"))


@pytest.mark.parametrize("dynamic_arrays", [True, False], ids=["new Excel", "old Excel"])
def test_what_was_there_comes_back_when_a_write_fails(
    book: Any, clip_folder: list[Path], monkeypatch: Any, dynamic_arrays: bool
) -> None:
    from tests.excel import uno_engine

    sheet = listed(book, clip_folder[:3])
    sheet.range("B1:D1").value = ["Score", "MOS", "Remark"]
    sheet.range("B2:B4").formula = [["=1+1"], ["old"], ["'0012"]]
    select(book, "A2:A4")
    whole = uno_engine.Range.raw_value
    book.app.impl.dynamic_arrays = dynamic_arrays

    def failing(cells: Any, value: Any) -> None:
        if cells.address.startswith("$C"):
            raise OSError("the sheet is protected")
        whole.fset(cells, value)  # type: ignore[attr-defined]

    monkeypatch.setattr(uno_engine.Range, "raw_value", property(whole.fget, failing))  # type: ignore[attr-defined]
    book.app.impl.answers = ["ok"]
    macros.run("rescore")
    finish()
    assert [row[0] for row in sheet.range("B2:B4").formula] == ["=1+1", "old", "'0012"]
    assert "the sheet is protected" in book.app.impl.shown[-1]
    assert "as it was" in book.app.impl.shown[-1]


def test_thousands_of_rows_take_one_write_per_column(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, [clip_folder[n % 20] for n in range(3000)])
    sheet.range("B1:F1").value = ["Score", "MOS", "Band", "Confidence", "Remark"]
    select(book, "A1:A3001")
    del book.app.impl.writes[:]
    macros.run("score_missing")
    finish()
    assert sorted(book.app.impl.writes) == [f"${letter}$2:${letter}$3001" for letter in "BCDEF"]
    assert all(column(book, "B2:B3001"))


def test_a_host_killed_during_a_run_loses_no_row(
    book: Any, clip_folder: list[Path], settings: Settings, monkeypatch: Any
) -> None:
    from tests.host import helpers

    monkeypatch.setenv("XL_VQA_MODEL", "stand-in?per_video=0.15")
    monkeypatch.setenv("XL_VQA_BATCH_SIZE", "2")
    listed(book, clip_folder)
    select(book, "A1:A21")
    macros.run("score_missing")
    killed = 0
    while jobs.tick():
        done = jobs.running()[0]._count
        if killed < 2 and done > 3 * (killed + 1):
            for process in helpers.host_processes(settings):
                process.kill()
                killed += 1
        time.sleep(0.02)
    assert killed == 2
    assert all(column(book, "B2:B21"))
    assert book.app.status_bar == "xl_vqa: 20 rated, 0 with an error"


def test_cancel_writes_what_is_done_and_leaves_the_rest(
    book: Any, clip_folder: list[Path], monkeypatch: Any
) -> None:
    monkeypatch.setenv("XL_VQA_MODEL", "stand-in?per_video=0.3")
    monkeypatch.setenv("XL_VQA_BATCH_SIZE", "1")
    listed(book, clip_folder)
    select(book, "A1:A21")
    macros.run("score_missing")
    while jobs.running()[0]._count < 2:
        jobs.tick()
        time.sleep(0.05)
    assert "of 20 rated" in book.app.status_bar
    macros.run("cancel")
    finish()
    scores = [score for score in column(book, "B2:B21") if score is not None]
    assert 2 <= len(scores) < 20
    assert column(book, "F2:F21") == [None] * 20


def test_a_workbook_closed_meanwhile_is_said_and_the_ratings_kept(
    app: Any, book: Any, clip_folder: list[Path], monkeypatch: Any
) -> None:
    monkeypatch.setenv("XL_VQA_MODEL", "stand-in?delay=0.5")
    listed(book, clip_folder[:2])
    select(book, "A2:A3")
    macros.run("score_missing")
    book.close()
    finish()
    assert "every score is kept" in app.impl.shown[-1]


def test_a_selection_without_videos_is_said(book: Any) -> None:
    book.sheets[0].range("A1:B2").value = [["a", "b"], [1, 2]]
    select(book, "A1:B2")
    macros.run("score_missing")
    assert "no path of a video" in book.app.impl.shown[0]
