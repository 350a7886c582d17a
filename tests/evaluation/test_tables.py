"""Where the header of a small table is, and which column names the videos: as score-workbook finds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from xl_vqa.evaluation.tables import read_table
from xl_vqa.sheets.listing import heads_list

ROWS = [["a.mp4", 47, 4.0], ["b.mp4", 20, 2.0]]


def saved(path: Path, above: list[list[object]], header: list[str], merged: str | None = None) -> Path:
    book = Workbook()
    sheet = book.worksheets[0]
    for line in [*above, header, *ROWS]:
        sheet.append(line)
    if merged:
        sheet.merge_cells(merged)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("above", "merged"),
    [
        ([], None),
        ([["検品リスト"], []], "A1:C1"),
        ([["検品リスト"], []], None),
        ([["Inspection", "2026-11-29", "Sato"], ["approved by", "Kato"]], None),
    ],
)
def test_a_title_above_the_header_is_no_header(
    tmp_path: Path, above: list[list[object]], merged: str | None
) -> None:
    table = read_table(saved(tmp_path / "list.xlsx", above, ["動画", "VQA スコア", "MOS"], merged))
    assert list(table.titles.values()) == ["動画", "VQA スコア", "MOS"]
    assert [row["path"] for row in table.rows] == ["a.mp4", "b.mp4"]
    assert table.numbers == [len(above) + 2, len(above) + 3]


@pytest.mark.parametrize(
    "word", ["動画ファイル", "映像ファイル", "Video file", "Clip", "clips", "動画のパス", "Filename"]
)
def test_videos_stand_below_the_words_that_a_scored_list_has(tmp_path: Path, word: str) -> None:
    if not heads_list(word):
        pytest.skip("no heading of a list")
    table = read_table(saved(tmp_path / "list.xlsx", [], [word, "VQA score", "MOS"]))
    assert [row["path"] for row in table.rows] == ["a.mp4", "b.mp4"]
    assert table.titles["path"] == word


def test_a_row_of_the_table_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name,kind,mos\na.mp4,video,3.1\nb.mp4,video,2.2\n", encoding="utf-8")
    table = read_table(path)
    assert list(table.titles) == ["path", "kind", "mos"]
    assert len(table.rows) == 2


def test_the_first_of_two_headers_for_the_videos_has_the_name(tmp_path: Path) -> None:
    table = read_table(saved(tmp_path / "list.xlsx", [], ["path", "動画ファイル", "MOS"]))
    assert table.titles["path"] == "path"
