"""Calc where a comma divides decimals: what is typed, what is shown, what the KPI tracker says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.calc.conftest import Desk
from tests.calc.office_driver import closing, column, eventually, eventually_is, properties
from xl_vqa.workbooks.templates.build import template_folder

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),
]


def choose_locale(desk: Desk, name: str) -> None:
    """As under Tools, Options, Languages; it holds at once. An empty name is the system's own."""
    provider = desk.office.service("com.sun.star.configuration.ConfigurationProvider")
    options = provider.createInstanceWithArguments(
        "com.sun.star.configuration.ConfigurationUpdateAccess", properties(nodepath="/org.openoffice.Setup/L10N")
    )
    options.replaceByName("ooSetupSystemLocale", name)
    options.commitChanges()


@pytest.fixture(scope="module")
def german(desk: Desk) -> Iterator[Desk]:
    choose_locale(desk, "de-DE")
    yield desk
    choose_locale(desk, "")


def type_in(sheet: Any, name: str, words: str) -> None:
    sheet.getCellRangeByName(name).FormulaLocal = words


def test_decimals_and_arguments_are_read_as_they_are_typed(german: Desk) -> None:
    with closing(german.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        # a number, a text with a comma, a text with a dot
        for row, typed in enumerate(("3,5", "'3,5", "3.5"), 1):
            type_in(sheet, f"A{row}", typed)
            type_in(sheet, f"B{row}", f"=VQA_LABEL(A{row};1;5)")
        type_in(sheet, "B4", "=VQA_LABEL(3,5)")
        type_in(sheet, "B5", '=VQA_LABEL("3,5")')
        assert column(sheet, "B1:B5") == [35.0] * 5


def test_scores_are_shown_with_a_comma(german: Desk) -> None:
    with closing(german.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("A1").setString("Video")
        sheet.getCellRangeByName("A2").setString(str(german.clips[0]))
        document.getCurrentController().select(sheet.getCellRangeByName("A2"))
        german.office.dispatch(document, "score_missing")
        cell = sheet.getCellRangeByName("C2")
        eventually(lambda: cell.getValue() > 0)
        eventually_is(cell.getString, f"{cell.getValue():.2f}".replace(".", ","))


def test_the_tracker_says_the_same_numbers(german: Desk, tmp_path: Path) -> None:
    book = shutil.copy(template_folder() / "kpi_en_sample.xlsx", tmp_path / "kpi.xlsx")
    stored = openpyxl.load_workbook(book, data_only=True)["Summary"]
    cells = [cell for row in stored.iter_rows() for cell in row if isinstance(cell.value, str)]
    said = {cell.coordinate: cell.value for cell in cells}
    with closing(german.office.load(book, hidden=True)) as document:
        document.calculateAll()
        sheet = document.Sheets.getByName("Summary")
        here = {place: str(sheet.getCellRangeByName(place).getString()) for place in said}
    swapped = str.maketrans(".,", ",.")
    wanted = {place: [number.translate(swapped) for number in numbers(text)] for place, text in said.items()}
    assert sum(map(len, wanted.values())) > 15
    assert {place: numbers(text) for place, text in here.items()} == wanted


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:[.,]\d+)*", text)
