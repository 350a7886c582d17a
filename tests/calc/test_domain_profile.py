"""A domain profile in a real LibreOffice: its formulas show what the profile says, and follow when it changes."""

from __future__ import annotations

import dataclasses

import pytest

from tests.calc.conftest import Desk
from tests.calc.office_driver import closing, eventually, eventually_is
from tests.core.test_domain_profile import profile
from xl_vqa.bridge.client import Video
from xl_vqa.bridge.profiles import save_domain_profile
from xl_vqa.words.domain_profile import DecisionLimits

pytestmark = pytest.mark.slow


def test_formulas_are_read_by_a_profile_and_follow_it(desk: Desk) -> None:
    with desk.client() as client:
        (rated,) = client.rate_all([Video(str(desk.clips[0]))], detail=True)
    assert isinstance(rated, dict)
    made = profile(name="放送", model="stand-in", model_fingerprint=rated["model_fingerprint"])
    save_domain_profile(desk.settings, made)
    wanted = made.reading(rated["expected_label"])
    functions = ("SCORE", "MOS", "BAND", "DECISION", "RANK", "LOW", "HIGH", "STATUS", "ERROR")
    with closing(desk.office.new()) as document:
        sheet = document.Sheets.getByIndex(0)
        sheet.getCellRangeByName("A1").setString(str(desk.clips[0]))
        for row, name in enumerate(functions):
            sheet.getCellByPosition(1, row).setFormula(f'=VQA_{name}(A1;"";"放送")')

        def number(row: int) -> float:
            return float(sheet.getCellByPosition(1, row).getValue())

        def text(row: int) -> str:
            return str(sheet.getCellByPosition(1, row).getString())

        eventually_is(
            lambda: [number(0), number(1), *(text(row).casefold() for row in (2, 3)), *map(number, (4, 5, 6))],
            [wanted.label, wanted.mos, wanted.band, wanted.decision, wanted.rank, wanted.mos_low, wanted.mos_high],
        )
        eventually(lambda: f"Better than {wanted.rank:.0%} of 4." in text(7))
        eventually_is(lambda: text(8), "")
        # without a profile there is nothing to say, and the reason says so
        sheet.getCellRangeByName("C1").setFormula("=VQA_DECISION(A1)")
        eventually(lambda: sheet.getCellRangeByName("C1").getString() == "#VALUE!")

        # calibrated anew: other limits, and the cells follow when they are computed next
        limits = DecisionLimits(50.5, 50.6, 2.45, 1.0, 10.0, 5.0)
        save_domain_profile(desk.settings, dataclasses.replace(made, decision=limits))

        def rejected() -> bool:
            document.calculateAll()
            return text(3) == "Reject"

        eventually(rejected)

        # another model's: refused, with the reason beside it
        save_domain_profile(desk.settings, dataclasses.replace(made, model_fingerprint="b2:another"))

        def refused() -> bool:
            document.calculateAll()
            return text(0) == "#N/A" and "fitted for stand-in" in text(8)

        eventually(refused)
