"""Score selection and its siblings in a real LibreOffice, by the commands that its menu sends."""

from __future__ import annotations

from typing import Any

import pytest

from tests.calc.conftest import Desk
from tests.calc.office_driver import closing, column, eventually
from xl_vqa.sheets.columns import FIELDS, heading
from xl_vqa.sheets.marks import Mark

pytestmark = pytest.mark.slow
HEADINGS = tuple(heading(field) for field in FIELDS)


def table(sheet: Any, paths: list[object]) -> None:
    values = ["Video", *paths]
    sheet.getCellRangeByName(f"A3:A{len(values) + 2}").setDataArray(tuple((value,) for value in values))


def select(document: Any, area: Any) -> None:
    document.getCurrentController().select(area)


def row(sheet: Any, number: int) -> tuple[Any, ...]:
    return tuple(sheet.getCellRangeByName(f"A{number}:I{number}").getDataArray()[0])


def test_score_selection_writes_beside_the_list_and_is_undone_in_one_step(desk: Desk) -> None:
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        table(sheet, [str(clip) for clip in desk.clips[20:32]] + ["/nowhere.mp4"])
        sheet.getCellRangeByName("A1").setString("A title")
        sheet.getCellRangeByName("B5").setString("a note of the user")
        sheet.getCellRangeByName("A7").setString("")
        undo = document.getUndoManager()
        undo.clear()
        select(document, sheet.Columns.getByIndex(0))
        desk.office.dispatch(document, "score_missing")
        rated = [number for number in range(4, 16) if number != 7]
        eventually(lambda: row(sheet, 16)[6] != "" and all(isinstance(row(sheet, n)[2], float) for n in rated))
        eventually(lambda: len(undo.getAllUndoActionTitles()) == 1)
        assert row(sheet, 3) == ("Video", "", *HEADINGS, "")
        assert row(sheet, 1)[1:] == ("",) * 8
        assert row(sheet, 7)[2:] == ("",) * 7
        assert row(sheet, 5)[1] == "a note of the user"
        scored = row(sheet, 4)
        assert scored[4] in {"Fair", "Good", "Poor"}
        assert 0 < scored[5] <= 1
        assert Mark.parse(scored[7])
        assert "/nowhere.mp4" in row(sheet, 16)[6]
        assert sheet.getCellRangeByName("E4").CellBackColor != -1
        assert sheet.getCellRangeByName("F4").getString().endswith("%")
        undo.undo()
        assert row(sheet, 3) == ("Video", *("",) * 8)
        assert row(sheet, 4)[1:] == ("",) * 8
        assert sheet.getCellRangeByName("E4").CellBackColor == -1
        assert row(sheet, 5)[1] == "a note of the user"
        undo.redo()
        assert row(sheet, 4) == scored


def test_only_rows_without_a_score_are_rated_and_rescore_rates_all(desk: Desk) -> None:
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        table(sheet, [str(clip) for clip in desk.clips[32:36]])
        select(document, sheet.getCellRangeByName("A4:A5"))
        desk.office.dispatch(document, "score_missing")
        eventually(lambda: all(isinstance(v, float) for v in column(sheet, "B4:B5")))
        sheet.getCellRangeByName("B5").setValue(12)  # a person corrects it
        select(document, sheet.getCellRangeByName("A4:A7"))
        desk.office.dispatch(document, "score_missing")
        eventually(lambda: all(isinstance(v, float) for v in column(sheet, "B4:B7")))
        assert column(sheet, "B5:B5") == [12.0]
        desk.office.dispatch(document, "rescore")
        eventually(lambda: column(sheet, "B5:B5") != [12.0])
        assert row(sheet, 3) == ("Video", *HEADINGS, "", "")


def test_filtered_rows_are_not_rated_and_a_table_is_found_from_one_cell(desk: Desk) -> None:
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        table(sheet, [str(clip) for clip in desk.clips[36:40]])
        sheet.Rows.getByIndex(4).IsVisible = False
        select(document, sheet.getCellRangeByName("A6"))
        desk.office.dispatch(document, "score_table")
        eventually(lambda: all(isinstance(row(sheet, number)[1], float) for number in (4, 6, 7)))
        assert row(sheet, 5)[1] == ""


def test_a_row_that_moved_meanwhile_gets_its_own_score(desk: Desk) -> None:
    desk.choose_model("stand-in?per_video=0.2&seed=9")
    try:
        with closing(desk.office.new()) as document:
            sheet = document.Sheets.getByIndex(0)
            table(sheet, [str(clip) for clip in desk.clips[:8]])
            select(document, sheet.getCellRangeByName("A4:A11"))
            desk.office.dispatch(document, "score_missing")
            sheet.Rows.insertByIndex(5, 2)
            eventually(lambda: all(isinstance(row(sheet, n)[1], float) for n in (4, 5, *range(8, 14))))
            eventually(lambda: desk.pending() == 0)
            assert row(sheet, 6)[1] == ""
            assert row(sheet, 13)[0] == str(desk.clips[7])
    finally:
        desk.choose_model("stand-in")


def test_commands_that_show_something_return_at_once_without_a_window(desk: Desk) -> None:
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        table(sheet, [str(desk.clips[0])])
        select(document, sheet.getCellRangeByName("B4"))
        for name in ("why", "bands", "model_status", "choose_model", "help", "relink_formulas"):
            desk.office.dispatch(document, name)
        log = desk.settings.home / "logs" / "calc.log"
        eventually(lambda: "Probability of the labels" in log.read_text() and "Model: stand-in" in log.read_text())
        # it would end the explanation
        desk.office.dispatch(document, "cancel")
        words = log.read_text()
        assert str(desk.clips[0]) in words
        assert "=VQA_SCORE(video; [text]; [profile])" in words
        assert "Traceback" not in words


def test_the_host_is_stopped_and_started_from_the_menu(desk: Desk) -> None:
    with closing(desk.office.new()) as document, desk.client() as client:
        client.ensure_running()
        desk.office.dispatch(document, "host_stop")
        eventually(lambda: client.status() is None)
        desk.office.dispatch(document, "host_start")
        eventually(lambda: client.status() is not None)
