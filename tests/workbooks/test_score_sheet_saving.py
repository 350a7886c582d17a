"""How a scored workbook is saved: copies of what is replaced, files that are open, protected or read-only."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from tests.workbooks.makers import (
    clip_rows,
    column_of,
    list_workbook,
    make_rating,
    results_for,
    rich_workbook,
    score,
)
from tests.workbooks.package_rules import problems
from xl_vqa.sheets.keeping import copy_of
from xl_vqa.words.errors import (
    OutputNotWritableError,
    WorkbookOwnedError,
    WorkbookProtectedError,
)
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores


def test_replaced_scores_are_kept_in_a_copy_once(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows(3))
    first = WorkbookScores(plan_workbook(path))
    first.write(results_for(path))
    assert first.kept is None
    assert not copy_of(path).exists()
    scored = path.read_bytes()
    second = WorkbookScores(plan_workbook(path))
    second.write(results_for(path, 20, model_fingerprint="b2:other"))
    assert second.kept == copy_of(path)
    assert copy_of(path).read_bytes() == scored
    third = WorkbookScores(plan_workbook(path))
    third.write(results_for(path, 30))
    assert third.kept is None
    assert copy_of(path).read_bytes() == scored
    WorkbookScores(plan_workbook(path), output=folder / "copy.xlsx").write(results_for(path, 40))
    assert not copy_of(folder / "copy.xlsx").exists()


def test_where_no_copy_can_be_kept_nothing_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows(2))
    score(path)
    scored = path.read_bytes()

    def full(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(OutputNotWritableError, match="full"):
        WorkbookScores(plan_workbook(path)).write(results_for(path, 20))
    assert path.read_bytes() == scored


def test_a_copy_leaves_the_workbook_alone(folder: Path) -> None:
    path = rich_workbook(folder / "rich.xlsx")
    before = path.read_bytes()
    plan = plan_workbook(path)
    scores = WorkbookScores(plan, output=folder / "copy.xlsx")
    scores.write({4: make_rating()})
    scores.write({5: make_rating()})
    assert path.read_bytes() == before
    assert len(plan_workbook(folder / "copy.xlsx").pending()) == 10
    assert problems(folder / "copy.xlsx") == []


def test_a_protected_sheet_is_only_copied(folder: Path) -> None:
    book = xlsxwriter.Workbook(str(folder / "list.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_column(0, 0, ["video", "clips/動画 1.mp4"])
    sheet.protect("secret")
    book.close()
    plan = plan_workbook(folder / "list.xlsx")
    scores = WorkbookScores(plan)
    with pytest.raises(WorkbookProtectedError):
        scores.check()
    with pytest.raises(WorkbookProtectedError):
        scores.write({2: make_rating()})
    scores.write(output=folder / "copy.xlsx")
    assert column_of(folder / "copy.xlsx", "VQA score") == [33]


def test_a_workbook_that_is_open_elsewhere_gets_its_scores_later(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    before = path.read_bytes()
    scores = WorkbookScores(plan_workbook(path), every_rows=2, every_seconds=0)
    lock = folder / ".~lock.list.xlsx#"
    lock.write_text(",tanaka,pc-12,01.01.2025 10:00,file:///x;", encoding="utf-8")
    with pytest.raises(WorkbookOwnedError, match="tanaka"):
        scores.check()
    for row in range(2, 8):
        scores.add(row, make_rating())
    assert isinstance(scores.problem, WorkbookOwnedError)
    assert path.read_bytes() == before
    with pytest.raises(WorkbookOwnedError):
        scores.write()
    lock.unlink()
    scores.write()
    assert scores.problem is None
    assert column_of(path, "VQA score")[:6] == [33] * 6


def test_a_read_only_workbook_stays_as_it_is(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    path.chmod(0o444)
    scores = WorkbookScores(plan_workbook(path))
    with pytest.raises(OutputNotWritableError):
        scores.check()
    with pytest.raises(OutputNotWritableError):
        scores.write({2: make_rating()})
    path.chmod(0o644)
    scores.write()
    assert column_of(path, "VQA score")[0] == 33


def test_results_are_saved_as_they_come(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    scores = WorkbookScores(plan_workbook(path), every_rows=5, every_seconds=3600)
    for row in range(2, 7):
        scores.add(row, make_rating())
    assert len(plan_workbook(path).pending()) == 12 - 5
    scores.add(7, make_rating())
    assert len(plan_workbook(path).pending()) == 12 - 5
    scores.write()
    assert len(plan_workbook(path).pending()) == 12 - 6
