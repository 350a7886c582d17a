"""Documents that are not saved yet, read-only or protected, and selections that are no cells."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.calc.conftest import Desk
from tests.calc.office_driver import closing, eventually, eventually_is, properties, save_as

pytestmark = pytest.mark.slow


def text(sheet: Any, name: str) -> str:
    return str(sheet.getCellRangeByName(name).getString())


def said(desk: Desk) -> str:
    """What was told without a window."""
    log = desk.settings.home / "logs" / "calc.log"
    return log.read_text(encoding="utf-8") if log.exists() else ""


def test_relative_paths_begin_at_the_folder_that_a_document_was_saved_in(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    shutil.copy(desk.clips[0], tmp_path / "first" / "clip.mp4")
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("A1").setString("clip.mp4")
        sheet.getCellRangeByName("B1").setFormula("=VQA_SCORE(A1)")
        sheet.getCellRangeByName("C1").setFormula("=VQA_ERROR(A1)")
        eventually(lambda: "not saved yet" in text(sheet, "C1"))
        save_as(document, tmp_path / "first" / "list.xlsx")
        eventually(lambda: sheet.getCellRangeByName("B1").getValue() >= 10)
        eventually_is(lambda: text(sheet, "C1"), "")
        (tmp_path / "second").mkdir()
        save_as(document, tmp_path / "second" / "list.xlsx")
        eventually(lambda: str(tmp_path / "second" / "clip.mp4") in text(sheet, "C1"))


def test_what_is_selected_may_be_a_drawing(desk: Desk) -> None:
    from com.sun.star.awt import Size

    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("A1").setString(str(desk.clips[0]))
        shape = document.createInstance("com.sun.star.drawing.RectangleShape")
        shape.Size = Size(3000, 3000)
        sheet.DrawPage.add(shape)
        document.getCurrentController().select(shape)
        before = len(said(desk))
        for command in ("score_missing", "score_table", "why"):
            desk.office.dispatch(document, command)
        eventually(lambda: "Select a row" in said(desk)[before:])
        assert said(desk)[before:].count("the selection contains no path") == 2
        assert "Traceback" not in said(desk)[before:]


@pytest.mark.parametrize("read_only", [False, True])
def test_formulas_are_linked_where_nothing_can_be_entered(desk: Desk, tmp_path: Path, read_only: bool) -> None:
    """A workbook as other programs leave it, with bare names."""
    with xlsxwriter.Workbook(tmp_path / "list.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Video", "Score"])
        sheet.write_string("A2", str(desk.clips[0]))
        sheet.write_formula("B2", "=VQA_SCORE(A2)", value="")
        sheet.write_formula("B3", "=VQA_LABEL(3.5,1,5)+1")
        sheet.write_array_formula("C2:C3", "{=VQA_LABEL(D2:D3)}", value="")
        sheet.write_column("D2", [1.5, 2.5])
        if not read_only:
            sheet.protect("secret")
    url = (tmp_path / "list.xlsx").as_uri()
    document = desk.office.desktop.loadComponentFromURL(url, "_blank", 0, properties(ReadOnly=read_only))
    with closing(document):
        sheet = document.Sheets.getByIndex(0)
        eventually(lambda: sheet.getCellRangeByName("B2").getValue() >= 10)
        assert [text(sheet, name) for name in ("B3", "C2", "C3")] == ["36", "15", "25"]
        assert not document.isModified()
        assert not document.getUndoManager().isUndoPossible()
        before = len(said(desk))
        document.getCurrentController().select(sheet.getCellRangeByName("A2"))
        desk.office.dispatch(document, "score_missing")
        words = "the file is open read-only" if read_only else "the sheet is protected"
        eventually(lambda: words in said(desk)[before:])
        assert "Traceback" not in said(desk)[before:]
        assert text(sheet, "E2") == ""


def test_a_column_may_have_long_gaps(desk: Desk) -> None:
    """What stands far apart is found, a link too."""
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        for name, words in (("A1", "Video"), ("A2", desk.clips[0]), ("A4000", "x"), ("A60000", desk.clips[2])):
            sheet.getCellRangeByName(name).setString(str(words))
        link = document.createInstance("com.sun.star.text.TextField.URL")
        link.Representation, link.URL = "the second", desk.clips[1].as_uri()
        cell = sheet.getCellRangeByName("A2500")
        cell.getText().insertTextContent(cell.getText().createTextCursor(), link, False)
        document.getCurrentController().select(sheet.Columns.getByIndex(0))
        desk.office.dispatch(document, "score_missing")
        rows = (2, 2500, 60000)
        eventually(lambda: all(sheet.getCellRangeByName(f"B{row}").getValue() >= 10 for row in rows))
        eventually(lambda: "x" in text(sheet, "F4000"))
        assert text(sheet, "B3") == text(sheet, "B4000") == ""
