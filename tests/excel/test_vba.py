"""The add-in's own VBA, run by LibreOffice: functions, arrays, errors, waiting cells, the poll, texts."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.excel.conftest import bound_functions
from tests.excel.office import Office
from tests.excel.vba_double import Addin
from xl_vqa.excel import addin as addin_file
from xl_vqa.excel import ribbon_texts, session
from xl_vqa.words.settings import Settings


@pytest.fixture
def addin(soffice: Office, tmp_path: Path, settings: Settings) -> Iterator[Addin]:
    with bound_functions() as made:
        opened = Addin(soffice, tmp_path, made)
        try:
            yield opened
        finally:
            opened.close()


def settle(addin: Addin, seconds: float = 30.0) -> None:
    """Polls as Excel does until Python has nothing under way."""
    deadline = time.monotonic() + seconds
    while True:
        # the poll that is scheduled is the one made here: another would be forgotten by the module and come alone
        addin.unschedule()
        addin.run("XlVqaPolling.XlVqaPoll")
        if not session.ratings().waiting:
            return
        assert time.monotonic() < deadline, "cells still wait"
        time.sleep(0.1)


def test_a_cell_waits_and_gets_its_score(addin: Addin, clip_folder: list[Path]) -> None:
    addin.sheet.getCellRangeByName("F1").String = str(clip_folder[0])
    cell = addin.cell("H1", "=VQA_SCORE(F1)")
    assert cell.String == "Error 2043"  # how LibreOffice shows CVErr(2043), Excel's #GETTING_DATA
    assert addin.cell("H5", "=VQA_STATUS(F1)").String == addin.cell("H6", "=VQA_ERROR(F1)").String == "rating…"
    settle(addin)
    addin.document.calculateAll()
    assert 10 <= cell.Value <= 50
    band = addin.cell("H2", "=VQA_BAND(F1)")
    assert band.String in ("Bad", "Poor", "Fair", "Good", "Excellent")
    assert addin.cell("H3", '=VQA_ERROR(F1)&"|"').String == "|"


def test_cells_say_why_and_tell_single_qualities(addin: Addin, clip_folder: list[Path]) -> None:
    addin.sheet.getCellRangeByName("F1").String = str(clip_folder[0])
    why, noise = addin.cell("H1", "=VQA_WHY(F1)"), addin.cell("H2", '=VQA_ATTRIBUTE(F1;"noise")')
    none = addin.cell("H3", '=VQA_ATTRIBUTE(F1;"beauty")')
    # what is on its way is an error value, also where a text is to come
    assert [why.String, noise.String, addin.cell("H9", "=VQA_BAND(F1)").String] == ["Error 2043"] * 3
    settle(addin)
    addin.document.calculateAll()
    assert why.String.endswith(".")
    assert 10 <= noise.Value <= 50
    assert none.String == "Error 2015"
    assert "sharpness" in addin.cell("H4", '=VQA_ERROR(F1;"";"";"beauty")').String


def test_errors_are_error_values_and_their_text_is_reachable(addin: Addin) -> None:
    addin.sheet.getCellRangeByName("F1").String = "/no/such.mp4"
    cell = addin.cell("H1", "=VQA_SCORE(F1)")
    settle(addin)
    addin.document.calculateAll()
    assert cell.String == "Error 2042"  # how LibreOffice shows CVErr(2042), Excel's #N/A
    assert "/no/such.mp4" in addin.cell("H2", "=VQA_ERROR(F1)").String
    assert addin.cell("H3", '=VQA_LABEL("x")').String == "Error 2015"


def test_one_call_for_a_range_in_its_shape(addin: Addin) -> None:
    cells = addin.sheet.getCellRangeByName("F1:G3")
    cells.setDataArray(((3.45, 1.0), (5.0, ""), ("x", 2.25)))
    assert addin.array("J1:K3", "=VQA_LABEL(F1:G3)") == ((35, 10), (50, ""), ("Error 2015", 23))
    assert len(addin.calls) == 1


def test_a_row_stays_a_row_and_a_column_a_column(addin: Addin) -> None:
    addin.sheet.getCellRangeByName("F1:H1").setDataArray(((1.0, 2.0, 3.0),))
    addin.sheet.getCellRangeByName("F2:F4").setDataArray(((4.0,), (5.0,), (3.0,)))
    assert addin.array("J1:L1", "=VQA_LABEL(F1:H1)") == ((10, 20, 30),)
    assert addin.array("J2:J4", "=VQA_LABEL(F2:F4)") == ((40,), (50,), (30,))
    assert addin.cell("J6", "=SUM(VQA_LABEL(F1:H1))").Value == 60


def test_blank_cells_stay_blank(addin: Addin) -> None:
    assert addin.cell("H1", "=VQA_SCORE(F9)").String == ""
    assert addin.array("J1:J2", "=VQA_SCORE(F8:F9)") == (("",), ("",))


def test_a_missing_argument_is_told_from_a_blank_cell(addin: Addin) -> None:
    assert addin.cell("H1", "=VQA_STATUS()").String == "0 rated, 0 waiting, 0 with an error"
    assert addin.cell("H2", "=VQA_STATUS(F9)").String == ""
    assert addin.array("J1:J2", "=VQA_STATUS(F8:F9)") == (("",), ("",))
    assert "holds 12345," in addin.cell("H3", "=VQA_ERROR(12345)").String


def test_dependent_formulas_settle(addin: Addin, clip_folder: list[Path]) -> None:
    for number in range(4):
        addin.sheet.getCellRangeByName(f"F{number + 1}").String = str(clip_folder[number])
        addin.cell(f"H{number + 1}", f"=VQA_SCORE(F{number + 1})")
    mean = addin.cell("H6", "=AVERAGE(H1:H4)")
    settle(addin)
    addin.document.calculateAll()
    assert 10 <= mean.Value <= 50


def test_the_poll_asks_python_and_goes_on_while_something_is_under_way(addin: Addin) -> None:
    addin.run("XlVqaPolling.XlVqaPoll")
    ((*call, (books,)),) = addin.calls
    assert call == ["CallUDF", "xl_vqa.excel.udf", "poll"]
    assert "tested.xlam" in books.split("\n")
    assert addin.run("XlVqaPolling.XlVqaLastFailure") == ""


def test_without_python_cells_say_what_to_do(addin: Addin) -> None:
    addin.broken = "no interpreter"
    assert addin.cell("H1", '=VQA_SCORE("a.mp4")').String == "Error 2042"
    assert "xl-vqa install --check" in addin.cell("H2", '=VQA_ERROR("a.mp4")').String
    assert "no interpreter" in addin.run("XlVqaPolling.XlVqaLastFailure")


def test_a_button_runs_its_command(addin: Addin, monkeypatch: Any) -> None:
    from xl_vqa.excel import macros

    ran: list[str] = []
    monkeypatch.setattr(macros, "run", ran.append)
    addin.run("XlVqaRibbon.XlVqaRun", "score_missing")
    assert ran == ["score_missing"]


def test_texts_come_from_the_hidden_sheet(addin: Addin) -> None:
    for key, words in ribbon_texts.RIBBON.items():
        assert addin.run("XlVqaRibbon.XlVqaText", key) == words.en
    assert addin.run("XlVqaRibbon.XlVqaText", "no such key") in ("", None)


def test_the_configuration_is_read_once_for_many_keys(addin: Addin, tmp_path: Path) -> None:
    file = tmp_path / "xl_vqa.conf"
    values = {"INTERPRETER_WIN": "C:\\my, python\\python.exe", "SHOW CONSOLE": "False"}
    file.write_text("".join(f'"{key}","{value}"\r\n' for key, value in values.items()))

    def value_of(key: str) -> str | None:
        script = addin.document.getScriptProvider().getScript(
            "vnd.sun.star.script:VBAProject.XlVqaCells.XlVqaConfigured?language=Basic&location=document"
        )
        found, _, changed = script.invoke((str(file), key, ""), (), ())
        return str(changed[0]) if found else None

    assert [value_of(key.lower()) for key in values] == list(values.values())
    assert value_of("LICENSE_KEY") is None
    file.unlink()
    assert value_of("SHOW CONSOLE") == "False", "read again for every key"
    time.sleep(3.5)  # LibreOffice's Timer counts whole seconds
    assert value_of("SHOW CONSOLE") is None


def test_the_users_find_dialog_is_left_alone() -> None:
    code = "\n".join(line for source in addin_file.sources().values() for line in source.splitlines())
    assert not re.search(r"^[^'\n]*\.(Find|FindNext|Replace)\b\s*[( ]", code, re.MULTILINE)


def test_the_poll_schedules_itself_until_nothing_is_under_way(addin: Addin, clip_folder: list[Path]) -> None:
    answer, left = addin.answer, [2]

    def slow(kind: str, *values: Any) -> Any:
        """The first answers are those of a long video: how long this one takes is not for the test to guess."""
        given = answer(kind, *values)
        if values[1] == "poll" and left[0]:
            left[0] -= 1
            return "busy\n1\n"
        return given

    addin.answer = slow  # type: ignore[method-assign]
    addin.sheet.getCellRangeByName("F1").String = str(clip_folder[0])
    addin.cell("H1", "=VQA_SCORE(F1)")
    addin.run("XlVqaPolling.XlVqaSchedule")  # what Excel's AfterCalculate event does

    def polls() -> int:
        return sum(call[2] == "poll" for call in addin.calls)

    deadline = time.monotonic() + 30
    while session.ratings().waiting or polls() < 3:
        assert time.monotonic() < deadline, f"{polls()} polls"
        addin.document.getURL()  # lets the office go on
        time.sleep(0.1)
    time.sleep(2.5)
    settled = polls()
    time.sleep(2.5)
    assert polls() == settled, "it polls although nothing is under way"
