"""Score selection and its siblings, through xlwings' objects on a real spreadsheet and a real host."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.excel import uno_engine, uno_sheet
from tests.excel.conftest import finish, select
from xl_vqa.excel import jobs, macros
from xl_vqa.sheets.columns import FIELDS, heading
from xl_vqa.sheets.keeping import copy_of
from xl_vqa.sheets.marks import Mark
from xl_vqa.words.settings import Settings

HEADINGS = [heading(field) for field in FIELDS]


def column(book: Any, address: str) -> list[Any]:
    return [row[0] for row in book.sheets[0].range(address).options(ndim=2).value]


def test_a_selected_list_gets_scores_beside_it(book: Any, clip_folder: list[Path]) -> None:
    sheet = book.sheets[0]
    sheet.range("A1").value = [["Video"], *[[str(clip)] for clip in clip_folder[:5]], ["/no/such.mp4"]]
    select(book, "A1:A7")
    macros.run("score_missing")
    finish()
    assert sheet.range("B1:G1").value == HEADINGS
    scores = column(book, "B2:B6")
    assert all(isinstance(score, float) and 10 <= score <= 50 for score in scores)
    assert column(book, "B7:B7") == [None]
    assert "/no/such.mp4" in column(book, "F7:F7")[0]
    assert column(book, "F2:F6") == [None] * 5
    assert all(Mark.parse(mark) for mark in column(book, "G2:G6"))
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


def score(book: Any, address: str, command: str = "score_missing", answers: list[str] | None = None) -> None:
    select(book, address)
    book.app.impl.answers = answers or []
    macros.run(command)
    finish()


def test_rows_with_a_score_of_this_model_are_left_alone(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:3])
    score(book, "A2:A3")
    sheet.range("B2").value = 12  # a person corrects it
    before = sheet.range("A2:G3").value
    score(book, "A2:A4")
    assert sheet.range("A2:G3").value == before
    assert all(column(book, "B4:B4"))
    assert sheet.used_range.shape == (4, 7)
    assert book.app.impl.shown == []
    score(book, "A2:A4")
    assert "Rescore" in book.app.impl.shown[0]
    assert jobs.running() == []


def test_a_comment_beside_a_users_score_is_not_erased(book: Any, clip_folder: list[Path]) -> None:
    sheet = book.sheets[0]
    own = [["Video", "Score", "Owner"], [str(clip_folder[0]), None, "Sato"], [str(clip_folder[1]), 3, "Kato"]]
    sheet.range("A1").value = own
    score(book, "A2:A3")
    assert sheet.range("A1:C3").value == own
    assert sheet.range("D1:I1").value == HEADINGS
    assert all(column(book, "D2:D3"))
    assert book.app.impl.shown == []


def test_a_sheet_scored_by_the_command_is_rescored_whole(book: Any, clip_folder: list[Path]) -> None:
    sheet = book.sheets[0]
    old = [str(clip_folder[0]), 11, 1.1, "Bad", 0.9, "old remark", "old model (aaaaaa-bbbbbb-cccccc)"]
    sheet.range("A1").value = [["Video", *HEADINGS], old]
    score(book, "A2", "rescore", ["yes"])
    assert sheet.range("A1:G1").value == ["Video", *HEADINGS]
    after = sheet.range("A2:H2").value
    assert all(now != then for now, then in zip(after[1:7], old[1:], strict=True))
    assert after[7] is None
    assert sheet.used_range.shape == (2, 7)


def test_the_set_of_an_earlier_version_is_gone_on_with(book: Any, clip_folder: list[Path]) -> None:
    sheet = book.sheets[0]
    sheet.range("A1").value = [
        ["動画", "メモ", "スコア", "MOS", "評価", "確信度", "備考"],
        [str(clip_folder[0]), "mine", 11, 1.1, "非常に悪い", 0.9, None],
        [str(clip_folder[1]), None, None, None, None, None, None],
    ]
    score(book, "A2:A3", answers=["yes"])
    row = sheet.range("A1:H1").value
    assert row == ["動画", "メモ", "スコア", "MOS", "評価", "確信度", "備考", "VQA model"]
    assert "4 cells" in book.app.impl.shown[0]
    for number in (2, 3):
        values = sheet.range(f"C{number}:H{number}").value
        assert values[0] != 11
        assert Mark.parse(values[5])
    assert sheet.range("B2").value == "mine"


def test_nothing_that_stands_is_taken_without_the_users_word(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:2])
    score(book, "A2:A3")
    before = sheet.range("A1:G3").value
    score(book, "A2:A3", "rescore", ["cancel"])
    assert sheet.used_range.shape == (3, 7)
    assert sheet.range("A1:G3").value == before
    score(book, "A2:A3", "rescore", ["no"])  # new columns
    assert sheet.range("A1:G3").value == before
    assert sheet.range("H1:M1").value == [heading(field, number=2) for field in FIELDS]
    assert column(book, "H2:H3") == column(book, "B2:B3")
    # the later set is the one that is gone on with
    sheet.range("H2:M2").value = [None] * 6
    score(book, "A2:A3")
    assert column(book, "H2:H3") == column(book, "B2:B3")
    assert sheet.used_range.shape == (3, 13)
    assert sum("Yes" in words for words in book.app.impl.shown) == 2


def test_a_poll_while_the_question_is_open_asks_no_second_one(
    book: Any, clip_folder: list[Path], monkeypatch: Any
) -> None:
    listed(book, clip_folder[:1])
    score(book, "A2")
    alert = uno_engine.App.alert

    def polled(app: Any, *arguments: Any) -> str:
        jobs.tick()
        return alert(app, *arguments)

    monkeypatch.setattr(uno_engine.App, "alert", polled)
    score(book, "A2", "rescore", ["yes"])
    assert len(book.app.impl.shown) == 1
    assert book.app.status_bar == "xl_vqa: 1 rated, 0 with an error"


def test_new_columns_are_free_ones(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:2], header=False)
    sheet.range("C2").value = "keep me"
    sheet.impl.sheet.getCellRangeByName("E1:F2").merge(True)
    score(book, "A1:A2")
    assert sheet.range("C2").value == "keep me"
    assert all(column(book, "G1:G2"))
    # without headings the marks tell
    score(book, "A1:A2", "rescore", ["yes"])
    assert sheet.used_range.shape == (2, 12)
    assert len(book.app.impl.shown) == 1


def test_a_protected_sheet_is_said_before_anything_is_rated(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:2])
    sheet.impl.sheet.protect("")
    score(book, "A2:A3")
    assert "protected" in book.app.impl.shown[0]


def test_a_score_that_cannot_be_made_again_stays(book: Any, clip_folder: list[Path], tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(clip_folder[0].read_bytes())
    sheet = listed(book, [clip])
    score(book, "A2")
    before = sheet.range("B2:G2").value
    clip.unlink()
    score(book, "A2", "rescore", ["yes"])
    after = sheet.range("B2:G2").value
    assert after[:4] == before[:4]
    assert "Earlier score kept" in after[4]
    assert "file not reachable" in after[4]
    # and it is not done: with the file back, it is rated again
    clip.write_bytes(clip_folder[0].read_bytes())
    score(book, "A2", answers=["yes"])
    assert sheet.range("B2:G2").value == before


def test_cells_filled_and_columns_moved_meanwhile_are_left_alone(
    book: Any, clip_folder: list[Path], monkeypatch: Any
) -> None:
    monkeypatch.setenv("XL_VQA_MODEL", "stand-in?delay=0.5")
    sheet = listed(book, clip_folder[:3])
    select(book, "A2:A4")
    macros.run("score_missing")
    assert jobs.running()
    sheet.range("D3").value = "typed meanwhile"
    finish()
    assert column(book, "D3:D3") == ["typed meanwhile"]
    assert column(book, "B2:B4")[1] is None
    assert all([column(book, "B2:B4")[0], column(book, "B2:B4")[2]])
    assert "1 rows were no longer" in book.app.impl.shown[0]


def test_a_workbook_is_copied_before_its_scores_are_replaced(
    app: Any, clip_folder: list[Path], tmp_path: Path
) -> None:
    from tests.excel.office import properties

    book = app.books.add()
    book.set_mock_caller()
    listed(book, clip_folder[:1])
    score(book, "A2")
    file = tmp_path / "list.ods"
    book.impl.document.storeAsURL(file.as_uri(), properties(FilterName="calc8", Overwrite=True))
    saved = file.read_bytes()
    assert not copy_of(file).exists()
    book.sheets[0].range("B2").value = 49
    score(book, "A2", "rescore", ["yes"])
    assert copy_of(file).read_bytes() == saved


def test_rows_that_a_filter_hides_stay_as_they_are(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, clip_folder[:5])
    for row in (2, 4):
        sheet.impl.sheet.Rows.getByIndex(row).IsVisible = False
    select(book, "A1:A6")
    macros.run("score_missing")
    finish()
    assert [score is not None for score in column(book, "B2:B6")] == [True, False, True, False, True]


def test_several_areas_are_one_command(book: Any, clip_folder: list[Path]) -> None:
    listed(book, clip_folder[:6])
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
    assert sheet.range("D3:J3").value == ["Score", *HEADINGS]
    assert all(column(book, "E4:E6"))
    assert column(book, "D4:D6") == [None] * 3
    assert sheet.tables[0].range.address == "$B$3:$J$6"
    select(book, "L1")
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
    book.sheets[0].range("B1:G1").value = [None] * 6
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
    select(book, "A2:A6")
    macros.run("score_missing")
    assert jobs.running()
    rows = sheet.range("A2:A6").value
    sheet.range("A2:A7").value = [["new row"], *[[path] for path in reversed(rows)]]
    finish()
    assert "/no/such.mp4" in column(book, "F3:F3")[0]
    assert column(book, "B2:B3") == [None, None]
    assert all(column(book, "B4:B7"))


@pytest.mark.parametrize("dynamic_arrays", [True, False], ids=["new Excel", "old Excel"])
def test_what_was_there_comes_back_when_a_write_fails(
    book: Any, clip_folder: list[Path], monkeypatch: Any, dynamic_arrays: bool
) -> None:
    sheet = listed(book, clip_folder[:3])
    sheet.range("B1:G1").value = HEADINGS
    sheet.range("B2:B4").formula = [["11"], ["old"], ["'0012"]]
    select(book, "A2:A4")
    whole = uno_sheet.Range.raw_value
    book.app.impl.dynamic_arrays = dynamic_arrays

    def failing(cells: Any, value: Any) -> None:
        if cells.address.startswith("$C"):  # the MOS
            raise OSError("the sheet is protected")
        whole.fset(cells, value)  # type: ignore[attr-defined]

    monkeypatch.setattr(uno_sheet.Range, "raw_value", property(whole.fget, failing))  # type: ignore[attr-defined]
    book.app.impl.answers = ["yes"]
    macros.run("rescore")
    finish()
    assert [row[0] for row in sheet.range("B2:B4").formula] == ["11", "old", "'0012"]
    assert "the sheet is protected" in book.app.impl.shown[-1]
    assert "as it was" in book.app.impl.shown[-1]


def test_thousands_of_rows_take_one_write_per_column(book: Any, clip_folder: list[Path]) -> None:
    sheet = listed(book, [clip_folder[n % 20] for n in range(3000)])
    sheet.range("B1:G1").value = HEADINGS
    select(book, "A1:A3001")
    del book.app.impl.writes[:]
    macros.run("score_missing")
    finish()
    assert sorted(book.app.impl.writes) == [f"${letter}$2:${letter}$3001" for letter in "BCDEFG"]
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
