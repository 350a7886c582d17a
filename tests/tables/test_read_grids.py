"""One reader of tables: every format gives the same cells, and what a cell hides is named."""

from __future__ import annotations

import datetime
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.tables.grid import Grid, TableError, cell_name, column_index, column_letters
from xl_vqa.tables.read import FORMATS, chosen, read_grids
from xl_vqa.tables.spreadsheet import read_spreadsheet
from xl_vqa.words.catalogue import LANGUAGES, phrases
from xl_vqa.workbooks.templates.recalculate import convert, soffice

NAMES = ["cam_x1080_30.mp4", "a_x0041_b.mp4", "桜_x2160_p.mp4", "plain.mp4"]
STRICT = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def book(path: Path, rows: list[list[Any]], **options: Any) -> Path:
    made = xlsxwriter.Workbook(str(path), options)
    sheet = made.add_worksheet("表")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str) and not value.startswith("="):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write(number, column, value)
    made.close()
    return path


def patched(source: Path, target: Path, change: Callable[[str, str], str]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name).decode()).encode())
    return target


def strict(source: Path, target: Path) -> Path:
    def change(_: str, text: str) -> str:
        for plain, other in STRICT.items():
            text = text.replace(plain, other)
        return text.replace("<workbook ", '<workbook conformance="strict" ')

    return patched(source, target, change)


ROWS: list[list[Any]] = [
    [],
    ["動画", "点", "rated"],
    ["a.mp4", 4, True],
    ["b.mp4", 2.5],
    [20240101, None, "x"],
]


def test_strict_and_a_wrong_extent_hide_nothing(tmp_path: Path) -> None:
    plain = book(tmp_path / "r.xlsx", ROWS)
    wrong = patched(
        plain,
        tmp_path / "w.xlsx",
        lambda _, text: re.sub(r'<dimension ref="[^"]*"/>', '<dimension ref="A1"/>', text),
    )
    for path in (plain, wrong, strict(plain, tmp_path / "s.xlsx")):
        (grid,) = read_grids(path)
        assert (grid.name, grid.rows) == ("表", ROWS)
        assert [type(cell) for cell in (grid.cell(2, 1), grid.cell(3, 1), grid.cell(4, 0))] == [int, float, int]


@pytest.mark.slow
@pytest.mark.skipif(soffice() is None, reason="LibreOffice is not installed")
def test_every_format_gives_the_same_cells(tmp_path: Path) -> None:
    """Through LibreOffice: what it writes is what its users have."""
    made = openpyxl.Workbook()
    sheet = made.active
    for row in [[], ["video", "score", "group"], ["a.mp4", 4, "x"], ["b.mp4", 2.5], ["c.mp4", "=1/0", "y"]]:
        sheet.append(row)
    sheet["A6"], sheet["B6"] = "d.mp4", "=1+1"
    sheet.merge_cells("C3:C4")
    sheet["D3"] = datetime.datetime(2024, 5, 1)
    sheet["E5"] = sheet["F5"] = True
    sheet["E6"] = sheet["F6"] = "=1/0"
    made.save(tmp_path / "t.xlsx")
    values = [[], ["video", "score", "group"], ["a.mp4", 4, "x", datetime.date(2024, 5, 1)], ["b.mp4", 2.5, "x"]]
    for kind in ("xlsx", "ods", "xls"):
        folder = tmp_path / kind
        folder.mkdir()
        (path,) = convert(kind, [tmp_path / "t.xlsx"], folder)
        (grid,) = read_grids(path)
        assert grid.rows[:4] == values, kind
        assert grid.rows[5][:2] == ["d.mp4", 2], kind
        # neighbours of one value are one repeated cell in .ods
        assert [grid.cell(4, 4), grid.cell(4, 5)] == [True, True], kind
        assert [type(grid.cell(4, 4)), grid.cell(5, 4) == grid.cell(5, 5)] == [bool, True], kind
        # an .xls keeps its errors where no library of ours looks
        assert grid.cell(4, 1) == (None if kind == "xls" else "#DIV/0!"), kind
        assert grid.cell(4, 2) == "y"


@pytest.mark.parametrize(
    "error", ["#N/A", "#DIV/0!", "#VALUE!", "#GETTING_DATA", "#SPILL!", "#REF!", "#NAME?", "#NUM!", "#NULL!"]
)
def test_an_error_cell_is_named_and_not_empty(tmp_path: Path, error: str) -> None:
    made = openpyxl.Workbook()
    made.active.append(["a.mp4", error, 3])
    made.active["B1"].data_type = "e"
    made.save(tmp_path / "t.xlsx")
    for path in (tmp_path / "t.xlsx", strict(tmp_path / "t.xlsx", tmp_path / "s.xlsx")):
        assert read_grids(path)[0].rows == [["a.mp4", error, 3]]


def test_formulas_without_a_result_are_counted_in_their_sheet(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.append(["a.mp4", "=1+1", "=A1"])
    other = made.create_sheet("fine")
    other.append(["b.mp4", 2])
    made.save(tmp_path / "t.xlsx")
    grids = read_grids(tmp_path / "t.xlsx")
    assert [(grid.name, grid.uncalculated, grid.rows) for grid in grids] == [
        ("Sheet", 2, [["a.mp4"]]),
        ("fine", 0, [["b.mp4", 2]]),
    ]
    assert read_grids(book(tmp_path / "c.xlsx", [["a.mp4", "=1+1"]]))[0].uncalculated == 0


def test_a_stray_cell_at_the_end_of_the_sheet(tmp_path: Path) -> None:
    """Its rectangle would be 17 thousand million cells."""
    made = openpyxl.Workbook()
    made.active.append(["a.mp4", 4.0])
    made.active["XFD1048570"] = "end"
    made.save(tmp_path / "t.xlsx")
    (grid,) = read_grids(tmp_path / "t.xlsx")
    assert grid.rows[0] == ["a.mp4", 4]
    assert grid.cell(1_048_569, 16_383) == "end"


@pytest.mark.parametrize("memory", [False, True])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\t", "_x000D_\n", "_x000d_"])
def test_a_line_end_in_a_cell_is_no_part_of_it(tmp_path: Path, memory: bool, line_end: str) -> None:
    """XlsxWriter stores a line end escaped; an export of what openpyxl read holds the escape in letters."""
    path = book(tmp_path / "t.xlsx", [["a.mp4" + line_end, "4" + line_end]], constant_memory=memory)
    assert [cell.strip() for cell in read_grids(path)[0].rows[0]] == ["a.mp4", "4"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_in_the_usual_encodings(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = [separator.join(cells) for cells in (("video", "評点"), ("桜.mp4", "4"), ('"海; ""a"", b.mp4"', "2"))]
    (tmp_path / "t.csv").write_bytes("\r\n".join(lines).encode(encoding))
    assert read_grids(tmp_path / "t.csv")[0].rows == [["video", "評点"], ["桜.mp4", "4"], ['海; "a", b.mp4', "2"]]


def test_an_unclosed_quote_does_not_swallow_the_rest(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('video,mos\n"a.mp4,3\nb.mp4,4\n')
    with pytest.raises(TableError) as caught:
        read_grids(tmp_path / "t.csv")
    assert caught.value.problem == "problem_not_a_table"
    # a quote within a cell is a quote
    (tmp_path / "q.csv").write_text('video,note\na.mp4,12" screen\n')
    assert read_grids(tmp_path / "q.csv")[0].rows[1] == ["a.mp4", '12" screen']


def test_rows_of_json(tmp_path: Path) -> None:
    rows = [{"path": "a.mp4", "mos": 3.0}, {"path": "b.mp4", "error": {"code": "x", "message": "gone"}}]
    (tmp_path / "t.json").write_text(json.dumps({"results": rows}))
    assert read_grids(tmp_path / "t.json")[0].rows == [
        ["path", "mos", "error"],
        ["a.mp4", 3],
        ["b.mp4", None, "gone"],
    ]


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("gone.csv", None, "problem_no_such_file"),
        ("empty.csv", b"", "problem_no_rows"),
        ("blank.csv", b" \r\n,,\r\n", "problem_no_rows"),
        ("broken.xlsx", b"PK\x03\x04 no workbook", "problem_damaged_workbook"),
        ("text.xlsx", b"a,b\n", "problem_damaged_workbook"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "problem_damaged_workbook"),
        ("secret.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le") * 9, "problem_password"),
        ("binary.csv", bytes(range(256)) * 9, "problem_not_a_table"),
        ("broken.json", b'{"results": [', "problem_not_json"),
        ("other.json", b'{"results": 3}', "problem_not_json_rows"),
    ],
)
def test_what_is_no_table_is_said_in_both_languages(
    tmp_path: Path, name: str, content: bytes | None, problem: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_grids(tmp_path / name)
    assert caught.value.problem == problem
    assert set(phrases()[problem]) == set(LANGUAGES)


def test_a_damaged_workbook_is_an_error_and_no_crash() -> None:
    """Any flipped byte or cut gives cells or a TableError: nothing of a library comes through."""
    whole, chance, problems = _small(), random.Random(7), set()
    for _ in range(300):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] ^= chance.randint(1, 255)
        cut = chance.choice([len(content), len(content), chance.randrange(2, len(content))])
        try:
            read_spreadsheet("t.xlsx", bytes(content[:cut]))
        except TableError as error:
            problems.add(error.problem)
    assert problems == {"problem_damaged_workbook"}


def _small() -> bytes:
    memory = io.BytesIO()
    made = xlsxwriter.Workbook(memory, {"in_memory": True})
    made.add_worksheet().write_row(0, 0, ["a.mp4", 3])
    made.close()
    return memory.getvalue()


def test_sheets_that_are_asked_for() -> None:
    grids = [Grid("一", [[1]]), Grid("Two ", [[2]], hidden=True), Grid("3", [[3]])]
    assert [grid.name for grid in chosen(grids, None)] == ["一", "3"]
    assert [grid.name for grid in chosen(grids, "two")] == ["Two "]
    assert [grid.name for grid in chosen(grids, "1")] == ["一"]
    assert [grid.name for grid in chosen(grids, "3")] == ["3"]
    assert chosen(grids, "4") == []
    assert chosen([grids[1]], None) == [grids[1]]


@given(st.integers(0, 16_383))
def test_letters_of_columns(index: int) -> None:
    assert column_index(column_letters(index)) == index
    assert cell_name(6, index) == f"{column_letters(index)}7"


def test_each_ending_has_one_format() -> None:
    endings = [suffix for entry in FORMATS for suffix in entry.suffixes]
    assert len(endings) == len(set(endings))


def test_no_other_reader_of_tables_stands_anywhere() -> None:
    """Templates compute and take over what an earlier one holds, the demo reads its own list, ratings go from
    store to store in a file of ours, and Excel's configuration is a list of keys."""
    import xl_vqa

    root = Path(xl_vqa.__file__).parent
    reads = re.compile(r"load_workbook\(|csv\.(?:Dict)?[rR]eader\(|read_(?:csv|excel|table)\(|CalamineWorkbook\.")
    found = {
        file.relative_to(root).as_posix()
        for file in root.rglob("*.py")
        if reads.search(
            file.read_text(encoding="utf-8").replace("read_table(path", "").replace("read_table(sheet", "")
        )
    }
    own = {"tables/spreadsheet.py", "tables/text.py"}
    others = {"cli/demo.py", "excel/session.py", "workbooks/templates/recalculate.py"}
    others |= {"workbooks/templates/kpi_take_over.py", "host/transfer.py"}
    allowed = own | others | {"workbooks/templates/report_html.py", "evaluation/join.py", "evaluation/tables.py"}
    assert found <= allowed
    assert own <= found
