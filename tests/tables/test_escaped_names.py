"""Names with ``_xHHHH_`` reach their video whoever wrote the workbook and whoever reads it."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from xl_vqa.datasets.locate import VideoFinder
from xl_vqa.datasets.read_ratings import read_ratings
from xl_vqa.evaluation.join import join
from xl_vqa.evaluation.matching import match
from xl_vqa.words.errors import VideoNotFoundError
from xl_vqa.words.labels import Scale
from xl_vqa.words.video_names import existing_form, name_key, unescaped
from xl_vqa.workbooks.cells import from_stored, stored_runs
from xl_vqa.workbooks.results import write_results
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.sheet_edit import put
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile
from xl_vqa.workbooks.templates.recalculate import convert, soffice

NAMES = [
    "cam_x1080_30.mp4",
    "a_x0041_b.mp4",
    "桜_x2160_p.mp4",
    "x_x005F_y.mp4",
    "two_x0031__x0032_.mp4",
    "a b.mp4",
]
WRITERS = ["XlsxWriter", "constant memory", "openpyxl", "csv"]


def written(folder: Path, writer: str, rows: list[list[object]]) -> Path:
    path = folder / f"list.{'csv' if writer == 'csv' else 'xlsx'}"
    if writer == "openpyxl":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    elif writer == "csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    else:
        made = xlsxwriter.Workbook(str(path), {"constant_memory": writer == "constant memory"})
        sheet = made.add_worksheet()
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                sheet.write(number, column, cell)
        made.close()
    return path


def videos(folder: Path, names: list[str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() + b"x" * number)
    return folder


@pytest.mark.parametrize("writer", WRITERS[:3])
@pytest.mark.parametrize("read", [False, True], ids=["literal", "read"])
@pytest.mark.parametrize("where", ["beside", "absolute", "in a folder"])
def test_score_workbook_finds_them(tmp_path: Path, writer: str, read: bool, where: str) -> None:
    """``read``: the files are called as the escape reads, which a workbook of openpyxl may mean, too."""
    part = "" if where != "in a folder" else "set_x0042_1/"
    names = [unescaped(part + name) if read else part + name for name in NAMES]
    videos(tmp_path, names)
    cells = [str(tmp_path / part / name) if where == "absolute" else part + name for name in NAMES]
    plan = plan_workbook(written(tmp_path, writer, [["video"], *([cell] for cell in cells)]))
    assert [row.path for row in plan.rows] == [str(tmp_path / name) for name in names]
    assert all(row.error is None for row in plan.rows)


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("read", [False, True], ids=["literal", "read"])
def test_ratings_find_them(tmp_path: Path, writer: str, read: bool) -> None:
    names = [unescaped(name) if read else name for name in NAMES]
    folder = videos(tmp_path / "videos", names)
    rows: list[list[object]] = [["video", "A", "B"], *([name, 3, 4] for name in NAMES)]
    table = read_ratings(written(tmp_path, writer, rows), Scale())
    assert len(table.score) == 2 * len(NAMES)
    finder = VideoFinder(folder)
    assert [finder.find(row.video).path for row in table.rows] == [folder / name for name in names]
    # named by an absolute path outside of the searched folders
    finder = VideoFinder(tmp_path / "elsewhere")
    assert [finder.find(str(folder / row.video)).path for row in table.rows] == [folder / name for name in names]


@pytest.mark.parametrize("model", WRITERS)
@pytest.mark.parametrize("people", WRITERS)
def test_predictions_match_the_manifest(tmp_path: Path, model: str, people: str) -> None:
    for folder in ("model", "people"):
        (tmp_path / folder).mkdir()
    rows: list[list[object]] = [[name, 3 + number / 10] for number, name in enumerate(NAMES)]
    joined = join(
        written(tmp_path / "model", model, [["video", "mos"], *rows]),
        written(tmp_path / "people", people, [["video", "mos"], *rows]),
    )
    assert (
        [item.prediction for item in joined.items] == [item.mos for item in joined.items] == [r[1] for r in rows]
    )
    assert not joined.failures


def test_both_forms_at_once_stay_two_videos(tmp_path: Path) -> None:
    both = ["a_x0041_b.mp4", "aAb.mp4"]
    assert match(both, both[::-1]).found == {0: 1, 1: 0}
    videos(tmp_path, both)
    assert [VideoFinder(tmp_path).find(name).path for name in both] == [tmp_path / name for name in both]
    assert [existing_form(str(tmp_path / name)) for name in both] == [str(tmp_path / name) for name in both]


@pytest.mark.parametrize("line_end", ["\r\n", "_x000D_\n", "\n"])
@pytest.mark.parametrize("writer", WRITERS)
def test_line_ends_lose_no_rating_and_make_no_names(tmp_path: Path, writer: str, line_end: str) -> None:
    rows: list[list[object]] = [
        ["video" + line_end, "佐藤" + line_end, "鈴木"],
        *([f"v{n}.mp4{line_end}", f"{n % 5 + 1}{line_end}", 4] for n in range(6)),
    ]
    table = read_ratings(written(tmp_path, writer, rows), Scale())
    assert [row.video for row in table.rows] == [f"v{n}.mp4" for n in range(6)]
    assert sorted(table.raters) == ["佐藤", "鈴木"]
    assert len(table.score) == 12
    assert not any(row.problems for row in table.rows)


TEXTS = [*NAMES, "「cam_x1080_30.mp4」が見つかりません", "_x0041_", "a_x004", "__x0041__x0042_", " _x0041_ "]


def edited(path: Path, column: int) -> Path:
    """``path`` with TEXTS below the heading, as score-workbook writes text into a user's workbook."""
    workbook = WorkbookFile(written(path.parent, "openpyxl", [["video"]]))
    sheet = Sheet(workbook, workbook.sheets[0])
    for number, text in enumerate(TEXTS):
        put(sheet, 2 + number, column, text)
    workbook.package.replace(sheet.entry.part, sheet.tree)
    workbook.package.save(path)
    return path


def results(path: Path) -> Path:
    write_results([(name, VideoNotFoundError(path=name)) for name in NAMES], path)
    return path


def test_what_we_write_reads_back_in_every_program(tmp_path: Path) -> None:
    """Text put into a user's workbook, and the names in a result file."""
    path, made = edited(tmp_path / "edited.xlsx", 2), results(tmp_path / "results.xlsx")

    def column(file: Path, index: int) -> tuple[list[object], list[object]]:
        rows = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
        ours = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
        return [row[index] for row in rows][1:], [row[index] for row in ours][1:]

    assert column(path, 1) == (TEXTS, TEXTS)
    workbook = WorkbookFile(path)
    again = Sheet(workbook, workbook.sheets[0])
    assert [again.value(2 + number, 2).text for number in range(len(TEXTS))] == TEXTS
    by_openpyxl, by_calamine = column(made, 0)
    assert by_calamine[: len(NAMES)] == NAMES
    # openpyxl drops a "_x005F_" that is part of the text, too
    assert [name for name in by_openpyxl[: len(NAMES)] if name in NAMES] == [
        n for n in NAMES if "_x005F_" not in n
    ]


@pytest.mark.slow
@pytest.mark.skipif(soffice() is None, reason="LibreOffice is not installed")
def test_what_we_write_reads_back_in_calc(tmp_path: Path) -> None:
    files = [edited(tmp_path / "edited.xlsx", 1), results(tmp_path / "results.xlsx")]
    (tmp_path / "ods").mkdir()
    for file, expected in zip(convert("ods", files, tmp_path / "ods"), (TEXTS, NAMES), strict=True):
        cells = [row[0] for row in CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()][1:]
        assert cells[: len(expected)] == expected


@given(st.text(st.sampled_from("_x0041D\r\x0ba 桜"), max_size=20))
def test_runs_hold_the_text_and_no_escape_of_ours_is_left(text: str) -> None:
    runs = stored_runs(text)
    assert "".join(map(from_stored, runs)) == text
    assert all("_x005F_" not in run for run in runs) or "_x005F_" in text


@given(st.text(max_size=20))
def test_a_key_is_the_same_for_both_forms(text: str) -> None:
    assert (
        name_key("".join(f"_x{ord(c):04X}_" if ord(c) < 0xD800 else c for c in text)) == name_key("".join(text))
        or unescaped(text) != text
    )
