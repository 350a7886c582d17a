"""A real LibreOffice says why, and tells single qualities."""

from __future__ import annotations

import pytest

from tests.calc.conftest import Desk
from tests.calc.office_driver import closing, eventually
from xl_vqa.bridge.videos import Video
from xl_vqa.explaining.in_words import sentence
from xl_vqa.words.attributes import Attributes

pytestmark = pytest.mark.slow


def test_cells_say_why_and_tell_single_qualities(desk: Desk) -> None:
    clip = str(desk.clips[0])
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("A1").setString(clip)
        formulas = {
            "B1": "=VQA_WHY(A1)",
            "B2": '=VQA_ATTRIBUTE(A1;"noise")',
            "B3": '=VQA_ATTRIBUTE(A1;"ノイズ")',
            "B4": '=VQA_ATTRIBUTE(A1;"beauty")',
            "B5": '=VQA_ERROR(A1;;;"beauty")',
            "B6": "=VQA_SCORE(A1)",
        }
        for name, formula in formulas.items():
            sheet.getCellRangeByName(name).setFormula(formula)

        def shown(name: str) -> str:
            return str(sheet.getCellRangeByName(name).getString())

        with desk.client() as client:
            made = client.explain(clip, pictures=False)
            (found,) = client.attributes([Video(clip)])
        assert isinstance(found, Attributes)
        eventually(lambda: shown("B1") == sentence(made))
        eventually(lambda: shown("B2") == str(found.of("noise").label))
        eventually(lambda: shown("B3") == shown("B2"))
        eventually(lambda: "beauty" in shown("B5") and "sharpness" in shown("B5"))
        eventually(lambda: shown("B4") == "#VALUE!")
        eventually(lambda: shown("B6").isdigit())
