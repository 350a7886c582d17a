"""A workbook as Calc writes it gets the bare names; every other byte of it stays."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import openpyxl
import pytest

from xl_vqa.calc import names, saved
from xl_vqa.cli.calc import repair
from xl_vqa.words.errors import WorkbookNotFoundError, WorkbookUnreadableError

SCORE = names.stored("VQA_SCORE")


def calc_workbook(path: Path) -> Path:
    """Formulas with the names that Calc writes, in cells, a name and a rule, beside text that only looks so."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "動画"
    sheet["A1"] = f"{SCORE}(A2) as a text"
    sheet["B2"] = f'={SCORE}(A2)&"{SCORE}("'
    sheet["B3"] = f'=IF(A3<>"",{SCORE}(A3)&" & more",{names.stored("VQA_ERROR")}(A3))'
    sheet["B4"] = "=SUM(C1:C3)"
    rule = openpyxl.formatting.rule.FormulaRule(formula=[f"{SCORE}(A2)<20"])
    sheet.conditional_formatting.add("B2:B9", rule)
    book.defined_names["best"] = openpyxl.workbook.defined_name.DefinedName(
        "best", attr_text=f"{SCORE}('動画'!$A$2)"
    )
    book.save(path)
    return path


def test_formulas_get_their_bare_names_and_nothing_else_changes(tmp_path: Path) -> None:
    path = calc_workbook(tmp_path / "採点.xlsx")
    os.chmod(path, 0o640)
    os.utime(path, ns=(1_700_000_000_123_456_789, 1_700_000_001_987_654_321))
    before, stat = parts(path), path.stat()
    assert saved.repair(path) == 4
    book = openpyxl.load_workbook(path)
    sheet = book["動画"]
    assert sheet["A1"].value == f"{SCORE}(A2) as a text"
    assert sheet["B2"].value == f'=VQA_SCORE(A2)&"{SCORE}("'
    assert sheet["B3"].value == '=IF(A3<>"",VQA_SCORE(A3)&" & more",VQA_ERROR(A3))'
    assert sheet["B4"].value == "=SUM(C1:C3)"
    assert book.defined_names["best"].attr_text == "VQA_SCORE('動画'!$A$2)"
    ((_, (rule,)),) = [(r, c.rules) for r, c in zip("x", sheet.conditional_formatting, strict=True)]
    assert rule.formula == ["VQA_SCORE(A2)<20"]
    after = parts(path)
    assert list(after) == list(before)
    assert {name for name in after if after[name] != before[name]} == {
        "xl/worksheets/sheet1.xml",
        "xl/workbook.xml",
    }
    assert (path.stat().st_mtime_ns, path.stat().st_mode) == (stat.st_mtime_ns, stat.st_mode)
    assert list(tmp_path.iterdir()) == [path]
    assert saved.repair(path) == 0


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    for name, data in (("a.xlsx", b"encrypted"), ("b.ods", calc_workbook(tmp_path / "c.xlsx").read_bytes())):
        file = tmp_path / name
        file.write_bytes(data)
        assert saved.repair(file) == 0
        assert file.read_bytes() == data


def test_a_file_that_cannot_be_replaced_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = calc_workbook(tmp_path / "a.xlsx")
    stat = path.stat()

    def refuse(*_: object) -> None:
        raise PermissionError("in use")

    monkeypatch.setattr(saved.os, "replace", refuse)
    assert saved.repair(path) == 4
    assert openpyxl.load_workbook(path)["動画"]["B2"].value.startswith("=VQA_SCORE(A2)")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = calc_workbook(tmp_path / "a.xlsx")
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saved, "_put_in_place", fail)
    with pytest.raises(OSError, match="No space"):
        saved.repair(path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_command_names_what_is_no_workbook(tmp_path: Path) -> None:
    """Not '0 formulas repaired' of a file that is not there, and no traceback of one that is damaged."""
    whole = calc_workbook(tmp_path / "a.xlsx")
    damaged = tmp_path / "damaged.xlsx"
    content = bytearray(whole.read_bytes())
    start = content.find(b"xl/worksheets/sheet1.xml") + 60
    content[start : start + 40] = b"\xff" * 40
    damaged.write_bytes(content)
    for file, kind in (
        (tmp_path / "gone.xlsx", WorkbookNotFoundError),
        (tmp_path, WorkbookUnreadableError),
        (damaged, WorkbookUnreadableError),
    ):
        with pytest.raises(kind):
            repair([file])
    repair([whole])
    assert openpyxl.load_workbook(whole)["動画"]["B2"].value.startswith("=VQA_SCORE(A2)")
