"""The starter model, real clips, and LibreOffice without a window: a workbook is recalculated by one command."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.calc.office_driver import Soffice, needed
from tests.host import helpers
from xl_vqa.calc.saved import repair

pytestmark = pytest.mark.slow
CLIPS = Path(__file__).parents[2] / "model" / "demo_clips"


def test_a_workbook_of_real_clips_is_recalculated_by_a_conversion(tmp_path: Path) -> None:
    """Nothing waits for a window or a second look: the conversion itself ends with every score in the file."""
    needed("soffice")
    settings = helpers.settings_for(tmp_path / "home", model="starter")
    names = ["rabbit_clean.mp4", "rabbit_blurred.mp4", "rabbit_low_rate.mp4", "dandelion_low_rate_vp9.webm"]
    for name in names:
        shutil.copy(CLIPS / name, tmp_path / name)
    book = openpyxl.Workbook()
    sheet = book.active
    for row, name in enumerate([*names, "gone.mp4"], 1):
        sheet.cell(row, 1, name)
        sheet.cell(row, 2, f"=VQA_SCORE(A{row})")
        sheet.cell(row, 3, f"=VQA_BAND(A{row})")
        sheet.cell(row, 4, f"=VQA_ERROR(A{row})")
    book.save(tmp_path / "list.xlsx")
    with helpers.cleaned_up(settings):
        office = Soffice(tmp_path, {"XL_VQA_HOME": str(settings.home)})
        office.install()
        output = tmp_path / "out"
        command = office.command("--headless", "--convert-to", "xlsx", "--outdir", str(output), "list.xlsx")
        subprocess.run(command, env=office.variables, cwd=tmp_path, check=True, timeout=240, capture_output=True)
    done = openpyxl.load_workbook(output / "list.xlsx", data_only=True).active
    scores = [done.cell(row, 2).value for row in range(1, 5)]
    assert all(isinstance(score, (int, float)) and 10 <= score <= 50 for score in scores)
    assert scores[0] > max(scores[1:3])
    assert {done.cell(row, 3).value for row in range(1, 5)} <= {"Excellent", "Good", "Fair", "Poor", "Bad"}
    assert done["B5"].value == "#N/A"
    assert "gone.mp4" in done["D5"].value
    # a conversion writes Calc's own names; the command for it gives the plain ones back
    assert repair(output / "list.xlsx") == 15
    assert openpyxl.load_workbook(output / "list.xlsx").active["B1"].value == "=VQA_SCORE(A1)"
