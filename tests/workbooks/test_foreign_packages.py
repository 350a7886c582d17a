"""Workbooks that other programs wrote: legal, and unlike what Excel writes."""

from __future__ import annotations

import random
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.workbooks.makers import clip_rows, column_of, list_workbook, make_rating, members, rewrite, values
from tests.workbooks.package_rules import problems
from xl_vqa.sheets.areas import cell_name
from xl_vqa.workbooks import sheet_edit
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_sheet import WorkbookScores
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def score(path: Path) -> None:
    plan = plan_workbook(path)
    assert len(plan.rows) == 12
    WorkbookScores(plan).write({row.row: make_rating() for row in plan.rows})
    assert problems(path) == []
    assert column_of(path, "VQA score") == [33] * 12


def test_openpyxl(folder: Path) -> None:
    book = openpyxl.Workbook()
    for row in clip_rows():
        book.active.append(row)
    book.save(folder / "list.xlsx")
    score(folder / "list.xlsx")


def test_openpyxl_write_only(folder: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in clip_rows():
        sheet.append(row)
    book.save(folder / "list.xlsx")
    score(folder / "list.xlsx")


def test_xlsxwriter_with_constant_memory(folder: Path) -> None:
    score(list_workbook(folder / "list.xlsx", clip_rows(), constant_memory=True))


def test_places_that_are_only_implied(folder: Path) -> None:
    """Rows and cells without ``r``: each stands behind its neighbour."""
    path = list_workbook(folder / "list.xlsx", clip_rows())

    def strip(name: str, data: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return data
        return re.sub(rb'<row r="\d+" spans="1:3">', b"<row>", re.sub(rb'<c r="[A-Z]+\d+"', b"<c", data))

    score(rewrite(path, strip))
    assert values(path)[1][:3] == [1, "clips/動画 1.mp4", "田中"]


def test_a_prefix_on_every_element(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())

    def prefix(name: str, data: bytes) -> bytes:
        if name not in ("xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/workbook.xml", "xl/sharedStrings.xml"):
            return data
        data = re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", data)
        return data.replace(b'xmlns="' + MAIN, b'xmlns:x="' + MAIN)

    score(rewrite(path, prefix))
    assert b"<x:c " in members(path)["xl/worksheets/sheet1.xml"]
    assert b"<c " not in members(path)["xl/worksheets/sheet1.xml"]


def test_strict_open_xml(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())

    def strict(name: str, data: bytes) -> bytes:
        data = data.replace(MAIN, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
        return data.replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )

    rewrite(path, strict)
    plan = plan_workbook(path)
    WorkbookScores(plan).write({row.row: make_rating() for row in plan.rows})
    assert problems(path) == []
    assert MAIN not in members(path)["xl/worksheets/sheet1.xml"]
    assert MAIN not in members(path)["xl/styles.xml"]
    assert plan_workbook(path).pending() == []


def test_no_styles_at_all(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())

    def bare(name: str, data: bytes) -> bytes | None:
        if name == "xl/styles.xml":
            return None
        data = re.sub(rb'<Override PartName="/xl/styles.xml"[^>]*/>', b"", data)
        return re.sub(rb'<Relationship Id="rId\d+" Type="[^"]*/styles"[^>]*/>', b"", data)

    score(rewrite(path, bare))
    assert openpyxl.load_workbook(path).active["F2"].style == "VQA Fair"


def test_styles_without_named_ones(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())

    def cut(name: str, data: bytes) -> bytes:
        if name != "xl/styles.xml":
            return data
        data = re.sub(rb"<cellStyleXfs.*?</cellStyleXfs>", b"", data)
        data = re.sub(rb"<cellStyles.*?</cellStyles>", b"", data)
        return data.replace(b' xfId="0"', b"")

    score(rewrite(path, cut))


def test_names_in_another_case_and_absolute_targets(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    rewrite(
        path,
        lambda name, data: data.replace(b'Target="worksheets/sheet1.xml"', b'Target="/XL/Worksheets/Sheet1.xml"'),
    )
    plan = plan_workbook(path)
    WorkbookScores(plan).write({row.row: make_rating() for row in plan.rows})
    assert len(plan_workbook(path).pending()) == 0


def test_comments_and_line_breaks_between_elements(folder: Path) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())

    def pretty(name: str, data: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return data
        tree = etree.fromstring(data)
        tree.find("{*}sheetData").insert(1, etree.Comment("a note"))
        tree.find("{*}sheetData")[2].insert(1, etree.Comment("another"))
        return etree.tostring(tree, pretty_print=True)

    score(rewrite(path, pretty))
    assert b"<!--another-->" in members(path)["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    "cols",
    [
        '<cols><col min="1" max="16384" width="9" style="1" customWidth="1"/></cols>',
        '<cols><col min="4" max="16384" width="0" hidden="1" customWidth="1"/></cols>',
        '<cols><col min="2" max="2" width="30"/><col min="6" max="7" width="70" customWidth="1"/></cols>',
        '<cols><col min="12" max="20" width="5"/></cols>',
        "",
    ],
)
def test_the_new_columns_are_wide_and_visible(folder: Path, cols: str) -> None:
    path = list_workbook(folder / "list.xlsx", clip_rows())
    rewrite(path, lambda name, data: data.replace(b"<sheetData>", cols.encode() + b"<sheetData>"))
    score(path)
    root = etree.fromstring(members(path)["xl/worksheets/sheet1.xml"])
    entries = [(int(c.get("min")), int(c.get("max")), c) for c in root.iterfind("{*}cols/{*}col")]
    for column in range(4, 10):
        (entry,) = [c for first, last, c in entries if first <= column <= last]
        assert float(entry.get("width")) >= 9
        assert entry.get("hidden") is None
    if "16384" in cols:
        assert entries[-1][1] == 16384
    if 'style="1"' in cols:
        assert all(c.get("style") == "1" for _, _, c in entries)
    if 'width="70"' in cols:
        assert [c.get("width") for first, last, c in entries if first in (6, 7)] == ["70"]


def test_stored_and_streamed_members(folder: Path) -> None:
    """Uncompressed members, and sizes behind the data as streaming writers put them."""
    source = list_workbook(folder / "source.xlsx", clip_rows())
    path = folder / "list.xlsx"

    class Stream:
        """A file that cannot seek, so zipfile writes data descriptors."""

        def __init__(self, target: Path) -> None:
            self.file = target.open("wb")

        def write(self, data: bytes) -> int:
            return self.file.write(data)

        def flush(self) -> None:
            self.file.flush()

    stream = Stream(path)
    with zipfile.ZipFile(stream, "w") as package:  # type: ignore[arg-type]
        for number, (name, data) in enumerate(members(source).items()):
            kind = zipfile.ZIP_STORED if number % 2 else zipfile.ZIP_DEFLATED
            package.writestr(zipfile.ZipInfo(name), data, kind)
        package.writestr("docProps/big.bin", random.Random(1).randbytes(100_000), zipfile.ZIP_STORED)
        package.writestr("動画/メモ.txt", "memo")
    stream.file.close()
    before = members(path)
    with zipfile.ZipFile(path) as package:
        assert any(info.flag_bits & 8 for info in package.infolist())
    plan = plan_workbook(path)
    WorkbookScores(plan).write({row.row: make_rating() for row in plan.rows})
    after = members(path)
    assert {n for n in before if before[n] != after[n]} == {"xl/worksheets/sheet1.xml", "xl/styles.xml"}
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        assert not any(info.flag_bits & 8 for info in package.infolist())
        kinds = {info.filename: info.compress_type for info in package.infolist()}
    assert kinds["docProps/big.bin"] == zipfile.ZIP_STORED


cells = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 40)), max_size=40)


@settings(max_examples=60, deadline=None)
@given(present=cells, written=cells, implied=st.booleans())
def test_cells_land_in_order_whatever_is_there(
    present: list[tuple[int, int]], written: list[tuple[int, int]], implied: bool
) -> None:
    """Every cell ends up once, in its place, with rows and cells rising; the others keep their values."""
    sheet = sheet_with(sorted(set(present)), implied)
    for row, column in written:
        sheet_edit.put(sheet, row, column, f"{row}/{column}", 0)
    again = sheet_with([], False)
    again.tree = sheet.tree
    again.data = sheet.data
    again.rows, again.cells = {}, {}
    again._index()
    assert list(again.rows) == sorted(again.rows)
    for row, found in again.cells.items():
        assert list(found) == sorted(found)
        assert all(cell.get("r") in (None, cell_name(row, column)) for column, cell in found.items())
    expected = {(r, c): ("old" if (r, c) not in set(written) else f"{r}/{c}") for r, c in {*present, *written}}
    assert {(r, c): again.value(r, c).text for r in again.cells for c in again.cells[r]} == expected


def sheet_with(present: list[tuple[int, int]], implied: bool) -> Sheet:
    """A sheet in memory; ``implied`` leaves out every ``r`` that the place behind the neighbour implies."""
    root = etree.Element(f"{{{MAIN.decode()}}}worksheet", nsmap={None: MAIN.decode()})
    data = etree.SubElement(root, f"{{{MAIN.decode()}}}sheetData")
    last_row = 0
    for row in sorted({row for row, _ in present}):
        element = etree.SubElement(data, f"{{{MAIN.decode()}}}row")
        if not (implied and row == last_row + 1):
            element.set("r", str(row))
        last_row, last_column = row, 0
        for column in sorted(c for r, c in present if r == row):
            cell = etree.SubElement(element, f"{{{MAIN.decode()}}}c", t="str")
            if not (implied and column == last_column + 1):
                cell.set("r", cell_name(row, column))
            etree.SubElement(cell, f"{{{MAIN.decode()}}}v").text = "old"
            last_column = column
    sheet = Sheet.__new__(Sheet)
    sheet.workbook = WorkbookFile.__new__(WorkbookFile)
    sheet.tree = etree.ElementTree(root)
    sheet.root, sheet.data = root, data
    sheet.rows, sheet.cells = {}, {}
    sheet._index()
    return sheet
