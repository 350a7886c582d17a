"""Rows and columns that a spreadsheet does not show are read, and told."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.datasets.builders import Rows, workbook
from xl_vqa.datasets.rating_table import Note
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.datasets.words import tr
from xl_vqa.words.labels import Scale
from xl_vqa.workbooks.templates.recalculate import convert, soffice

WIDE: Rows = [["Video", "Anna", "Ben", "Cai"], *[[f"v{k}.mp4", 1 + k % 5, 1 + k * 3 % 5, 4] for k in range(9)]]
FORM: Rows = [["Name", *[f"v{k}.mp4" for k in range(5)]], *[[f"R{k}", 1, 2, 3, 4, 5] for k in range(4)]]


def made(path: Path, rows: Rows, hidden_rows: tuple[int, ...] = (), hidden_columns: str = "") -> Path:
    workbook(path, {"S": rows})
    book = openpyxl.load_workbook(path)
    for row in hidden_rows:
        book["S"].row_dimensions[row].hidden = True
    for letter in hidden_columns:
        book["S"].column_dimensions[letter].hidden = True
    book.save(path)
    return path


def told(path: Path) -> list[Note]:
    return [note for note in read_ratings(path, Scale()).notes if note.code.startswith("hidden")]


def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path) -> None:
    path = made(tmp_path / "t.xlsx", WIDE, (3, 5, 6, 7), "C")
    table = read_ratings(path, Scale())
    assert (len(table.rows), len(table.score)) == (9, 27)
    assert told(path) == [
        Note("hidden_rows", {"count": 4, "sheet": "S", "places": "3, 5..7"}),
        Note("hidden_columns", {"count": 1, "sheet": "S", "places": "Ben"}),
    ]
    for language in ("en", "ja"):
        assert "3, 5..7" in tr("note_hidden_rows", language, **told(path)[0].params)


def test_what_holds_no_scores_is_not_told(tmp_path: Path) -> None:
    """A hidden column of remarks or paths, hidden totals, rows that the table says not to count, rows below."""
    rows = [
        ["Path", "Video", "Anna", "Ben", "exclude"],
        *[[f"x/v{k}.mp4", f"v{k}.mp4", 3, 4, "yes" if k == 1 else None] for k in range(6)],
        [None, "Mean", 3, 4, None],
        [None, "v9.mp4", None, None, None],
    ]
    assert told(made(tmp_path / "t.xlsx", rows, (3, 8, 9, 30), "AE")) == []


def test_of_a_form_the_rows_and_columns_of_the_sheet_are_told(tmp_path: Path) -> None:
    assert [(n.code, n.params["places"]) for n in told(made(tmp_path / "t.xlsx", FORM, (3, 4), "D"))] == [
        ("hidden_rows", "3..4"),
        ("hidden_columns", "D"),
    ]


@pytest.mark.skipif(soffice() is None, reason="LibreOffice is not installed")
def test_an_ods_tells_them_too(tmp_path: Path) -> None:
    path = made(tmp_path / "t.xlsx", WIDE, (3, 5, 6, 7), "C")
    folder = tmp_path / "made"
    folder.mkdir()
    assert told(convert("ods", [path], folder)[0]) == told(path)
