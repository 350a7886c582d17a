"""A list of ten thousand videos is planned, written and resumed whole."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from tests.workbooks.makers import clip_rows, list_workbook, make_rating
from tests.workbooks.package_rules import problems
from xl_vqa.sheets.contents import Result
from xl_vqa.words.errors import VideoNotFoundError
from xl_vqa.workbooks.results import write_results
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores

ROWS = 10_000


def test_scoring_in_place(tmp_path: Path) -> None:
    path = list_workbook(tmp_path / "list.xlsx", clip_rows(ROWS))
    rating = make_rating(33)
    plan = plan_workbook(path)
    results: dict[int, Result] = {row.row: rating for row in plan.rows}
    results[5000] = VideoNotFoundError(path="x")
    scores = WorkbookScores(plan)
    assert scores.write(results).rows == ROWS
    assert len(plan_workbook(path).pending("starter")) == 1
    assert problems(path) == []
    sheet = openpyxl.load_workbook(path, read_only=True).worksheets[0]
    assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)].count(33) == ROWS - 1


def test_many_small_saves_lose_nothing(tmp_path: Path) -> None:
    path = list_workbook(tmp_path / "list.xlsx", clip_rows(2000))
    rating = make_rating(33)
    scores = WorkbookScores(plan_workbook(path), every_rows=1, every_seconds=0)
    for row in plan_workbook(path).rows:
        scores.add(row.row, rating)
    scores.write()
    assert plan_workbook(path).pending("starter") == []


def test_result_files(tmp_path: Path) -> None:
    pairs = [(f"clips/{number}.mp4", make_rating(10 + number % 40)) for number in range(200)] * (ROWS // 200)
    for name in ("r.csv", "r.json", "r.xlsx"):
        write_results(pairs, tmp_path / name)
    assert problems(tmp_path / "r.xlsx") == []
