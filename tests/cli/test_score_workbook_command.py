"""``xl-vqa score-workbook`` through a real host: beside the videos, resumed, and nothing else changed."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.cli.conftest import Run


@pytest.fixture
def book(clips: Path, tmp_path: Path) -> Path:
    path = tmp_path / "一覧.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["No.", "動画", "メモ"])
    for number, name in enumerate(("clip2.mp4", "missing.mp4", "動画 10.mp4"), start=1):
        sheet.append([number, str(clips / name), f"note {number}"])
    workbook.create_sheet("other").append(["untouched"])
    workbook.save(path)
    return path


def table(path: Path) -> list[dict[str, Any]]:
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True))
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def test_scores_stand_beside_the_videos(run: Run, book: Path) -> None:
    done = run("score-workbook", book)
    assert done.returncode == 1, done.stderr
    rows = table(book)
    assert [row["メモ"] for row in rows] == ["note 1", "note 2", "note 3"]
    headers = list(rows[0])
    score = headers[3]
    assert 10 <= rows[0][score] <= 50
    assert rows[1][score] is None
    assert any("There is no file" in str(value) for value in rows[1].values())
    assert "2 rated, 1 with an error" in done.stderr
    assert openpyxl.load_workbook(book)["other"]["A1"].value == "untouched"


def test_a_second_run_leaves_what_is_scored_and_takes_what_is_new(run: Run, book: Path, clips: Path) -> None:
    run("score-workbook", book)
    first = table(book)
    workbook = openpyxl.load_workbook(book)
    sheet = workbook.worksheets[0]
    sheet["B3"] = str(clips / "clip2.mp4")
    workbook.save(book)
    again = run("score-workbook", book)
    assert again.returncode == 0, again.stderr
    assert "1 to do" in again.stderr
    second = table(book)
    score = list(second[0])[3]
    assert second[1][score] == first[0][score] == second[0][score]
    third = run("score-workbook", book)
    assert third.returncode == 0
    assert "0 to do" in third.stderr


def test_a_copy_leaves_the_workbook_as_it_is(run: Run, book: Path, tmp_path: Path) -> None:
    before = book.read_bytes()
    copy = tmp_path / "copy.xlsx"
    assert run("score-workbook", book, "-o", copy, XL_VQA_LANGUAGE="ja").returncode == 1
    assert book.read_bytes() == before
    assert "VQA スコア" in table(copy)[0]
    assert zipfile.ZipFile(copy).testzip() is None


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(["--column", "Q"], "Q"), (["--sheet", "nowhere"], "nowhere"), (["--text-column", "prompt"], "prompt")],
)
def test_a_wrong_choice_is_named(run: Run, book: Path, arguments: list[str], word: str) -> None:
    done = run("score-workbook", book, *arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_no_workbook_there(run: Run, tmp_path: Path) -> None:
    done = run("score-workbook", tmp_path / "none.xlsx")
    assert done.returncode == 2
    assert "none.xlsx" in done.stderr


def test_a_column_of_texts_that_the_model_looks_past_is_named(run: Run, book: Path) -> None:
    done = run("score-workbook", book, "--text-column", "メモ", XL_VQA_MODEL="stand-in?deaf=1")
    assert "The texts of column C (メモ) do not count: the model stand-in" in done.stderr
    assert any("does not count" in str(value) for value in table(book)[0].values())
    done = run("score-workbook", book, "--text-column", "メモ", "--rescore")
    assert "do not count" not in done.stderr


@pytest.mark.parametrize(("header", "named"), [("Prompt", True), ("プロンプト", True), ("メモ", False)])
def test_a_column_of_prompts_that_nobody_asked_for_is_named(
    run: Run, book: Path, header: str, named: bool
) -> None:
    workbook = openpyxl.load_workbook(book)
    workbook.worksheets[0]["C1"] = header
    workbook.save(book)
    done = run("score-workbook", book)
    assert (f"Column C ({header})" in done.stderr) == named
    assert ("--text-column C" in done.stderr) == named
    if named:
        assert "Column C" not in run("score-workbook", book, "--text-column", header).stderr
