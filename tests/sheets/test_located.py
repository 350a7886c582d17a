"""Which file a cell means: one answer for a workbook on the disk and for the sheet that a person has open."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from xl_vqa.sheets.locations import Locations
from xl_vqa.sheets.rows import PlannedRow, link_sources, located
from xl_vqa.words.errors import VideoAddressError, VideoNotFoundError, WorkbookCellError, XlVqaError
from xl_vqa.workbooks.list_file import read_list_file
from xl_vqa.workbooks.score_plan import plan_workbook

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the paths are those of Linux and macOS")

CLOUD = "https://firma-my.sharepoint.com/personal/aoi_firma_com/Documents/clips/a.mp4"
CASES: Mapping[str, tuple[str, str | None, str | type[XlVqaError]]] = {
    "relative": ("clips/a.mp4", None, "clips/a.mp4"),
    "backslashes": (r"clips\a.mp4", None, "clips/a.mp4"),
    "yen signs": ("clips¥a.mp4", None, "clips/a.mp4"),
    "quoted": ("「clips/a.mp4」", None, "clips/a.mp4"),
    "file address": ("file://localhost{folder}/clips/a.mp4", None, "clips/a.mp4"),
    "the users variable": ("$XL_VQA_TEST_CLIPS/a.mp4", None, "clips/a.mp4"),
    "a synchronised folder": (CLOUD, None, "clips/a.mp4"),
    "another web address": ("https://example.com/a.mp4", None, VideoAddressError),
    "a link to the web beside a name": ("clips/a.mp4", "https://example.com/a.mp4", "clips/a.mp4"),
    "a title with a link": ("Opening", "clips/a.mp4", "clips/a.mp4"),
    "a title with a link to the web": ("Opening.mp4", "https://example.com/b.mp4", "Opening.mp4"),
    "a drive of another system": ("D:\\clips\\a.mp4", None, VideoNotFoundError),
    "a number": ("12.5", None, WorkbookCellError),
    "a word": ("pending", None, WorkbookCellError),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "a.mp4").touch()
    monkeypatch.setenv("XL_VQA_TEST_CLIPS", str(tmp_path / "clips"))
    monkeypatch.setenv("OneDriveCommercial", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("case", CASES)
def test_a_cell_means_one_file_wherever_it_is_read(case: str, folder: Path) -> None:
    text, link, meant = CASES[case]
    text = text.format(folder=folder)
    opened = located(
        PlannedRow(2, 1, (text,), text, links=link_sources(link)),
        lambda name: Locations.of(os.environ).resolve(name, str(folder)),
        "list.xlsx",
    )
    book = openpyxl.Workbook()
    book.active["A1"] = "video"
    book.active["A3"] = float(text) if case == "a number" else text
    book.active["A3"].hyperlink = link
    book.active["A2"] = "z.mp4"
    book.save(folder / "list.xlsx")
    planned = plan_workbook(folder / "list.xlsx", column="A").rows[1]
    for row in (opened, planned):
        if isinstance(meant, str):
            assert row.error is None
            assert row.path == str(folder / meant)
        else:
            assert type(row.error) is meant


@pytest.mark.parametrize("case", [c for c, (_, link, meant) in CASES.items() if not link and "/" in str(meant)])
def test_a_list_that_is_only_read_means_the_same(case: str, folder: Path) -> None:
    text = CASES[case][0].format(folder=folder)
    (folder / "list.csv").write_text(f"video\n{text}\nz.mp4\n", encoding="utf-8")
    assert read_list_file(folder / "list.csv")[0].path == str(folder / "clips" / "a.mp4")
