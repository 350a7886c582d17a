"""Who saves a workbook in the very moment in which scores are written into it loses nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import openpyxl
import pytest

from tests.workbooks.makers import clip_rows, list_workbook, make_rating, values
from xl_vqa.workbooks.errors import WorkbookChangedError
from xl_vqa.workbooks.package import Package
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores


def test_what_somebody_saves_while_the_workbook_is_written_stands(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing a large workbook takes seconds; the look at the file before it says nothing of them."""
    path = list_workbook(folder / "list.xlsx", clip_rows(4))
    whole = Package._write
    saves = iter(range(1, 9))

    def somebody_saves(cell: str) -> None:
        book = openpyxl.load_workbook(path)
        book.active[cell] = "by hand"
        book.save(path)
        # however coarse the clock of the file system is
        os.utime(path, ns=(1, next(saves)))

    def write(self: Package, file: BinaryIO) -> None:
        whole(self, file)
        if meanwhile:
            somebody_saves(meanwhile.pop())

    monkeypatch.setattr(Package, "_write", write)
    meanwhile = ["Z2"]
    scores = WorkbookScores(plan_workbook(path))
    scores.write({2: make_rating(12)})
    meanwhile = ["Z3"]
    scores.write({3: make_rating(14)})
    found = openpyxl.load_workbook(path).active
    assert [found["Z2"].value, found["Z3"].value] == ["by hand", "by hand"]
    assert [row[-1] for row in values(path)].count("by hand") == 2
    assert {12, 14} <= {cell for row in values(path) for cell in row}
    meanwhile = ["Z4"] * 3
    with pytest.raises(WorkbookChangedError):
        scores.write({4: make_rating(16)})
    assert openpyxl.load_workbook(path).active["Z4"].value == "by hand"
    assert scores.write().lost == 0
    assert 16 in {cell for row in values(path) for cell in row}


def test_a_save_right_after_ours_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows(4))
    scores = WorkbookScores(plan_workbook(path))
    replace_file = os.replace

    def replace_and_save(source: Path, target: Path) -> None:
        replace_file(source, target)
        monkeypatch.setattr(os, "replace", replace_file)
        book = openpyxl.load_workbook(path)
        book.active["Z2"] = "by hand"
        book.save(path)
        os.utime(path, ns=(1, 1))

    monkeypatch.setattr(os, "replace", replace_and_save)
    scores.write({2: make_rating(12)})
    scores.write({3: make_rating(14)})
    assert openpyxl.load_workbook(path).active["Z2"].value == "by hand"
    assert {12, 14} <= {cell for row in values(path) for cell in row}
