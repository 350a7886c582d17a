"""Cell names, and text on its way into XML and back."""

from __future__ import annotations

import openpyxl.utils.cell
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from xl_vqa.sheets.areas import (
    MAX_COLUMN,
    MAX_ROW,
    Area,
    area_name,
    cell_name,
    column_letters,
    column_number,
    parse_area,
    parse_cell,
)
from xl_vqa.workbooks.cells import MAX_TEXT, from_stored, printable, to_stored

columns = st.integers(1, MAX_COLUMN)
rows = st.integers(1, MAX_ROW)


@given(columns)
def test_letters_and_numbers_are_inverse_and_agree_with_openpyxl(column: int) -> None:
    letters = column_letters(column)
    assert column_number(letters) == column == column_number(letters.lower())
    assert letters == openpyxl.utils.cell.get_column_letter(column)


def test_letters_at_the_edges() -> None:
    assert [column_letters(n) for n in (1, 26, 27, 52, 702, 703, 16384)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "ZZ",
        "AAA",
        "XFD",
    ]


@pytest.mark.parametrize("letters", ["", "1", "A1", "XFE", "ÄA", "-", "AAAA"])
def test_what_is_no_column(letters: str) -> None:
    with pytest.raises(ValueError):
        column_number(letters)


@pytest.mark.parametrize("column", [0, -1, MAX_COLUMN + 1])
def test_numbers_without_letters(column: int) -> None:
    with pytest.raises(ValueError):
        column_letters(column)


@given(rows, columns)
def test_cells_round_trip(row: int, column: int) -> None:
    assert parse_cell(cell_name(row, column)) == (row, column)


@pytest.mark.parametrize("name", ["", "A", "5", "A0", "A1048577", "XFE1", "A1:B2", "A 1"])
def test_what_is_no_cell(name: str) -> None:
    with pytest.raises(ValueError):
        parse_cell(name)


@given(rows, columns, rows, columns)
def test_areas_round_trip_whichever_corners_are_named(a: int, b: int, c: int, d: int) -> None:
    area = Area(min(a, c), min(b, d), max(a, c), max(b, d))
    assert parse_area(f"{cell_name(a, b)}:{cell_name(c, d)}") == area
    assert parse_area(area_name(area)) == area
    assert area.holds(a, b)
    assert area.holds(c, d)


small = st.builds(
    lambda a, b, c, d: Area(min(a, c), min(b, d), max(a, c), max(b, d)), *[st.integers(1, 6) for _ in range(4)]
)


@given(small, small)
def test_overlap_is_a_common_cell(one: Area, two: Area) -> None:
    cells = [(r, c) for r in range(1, 7) for c in range(1, 7)]
    assert one.overlaps(two) == any(one.holds(*cell) and two.holds(*cell) for cell in cells)
    assert all(one.joined(two).holds(*cell) for cell in cells if one.holds(*cell) or two.holds(*cell))


pieces = st.lists(
    st.sampled_from(
        [
            "_",
            "x",
            "_x0041_",
            "_x005F_",
            "0041",
            "\x00",
            "\x01",
            "\r",
            "\n",
            "\t",
            "\uffff",
            "動",
            "<&>",
            "😀",
            "A",
        ]
    )
)


@given(st.one_of(pieces.map("".join), st.text(st.characters(exclude_categories=["Cs"]), max_size=60)))
def test_stored_text_survives_xml(text: str) -> None:
    element = etree.Element("t")
    element.text = to_stored(text)
    read = etree.fromstring(etree.tostring(element)).text or ""
    assert from_stored(read) == text


def test_text_as_excel_stores_it() -> None:
    assert to_stored("a\x0bb") == "a_x000B_b"
    assert to_stored("_x0041_") == "_x005F_x0041_"
    assert from_stored("line_x000D_\nend") == "line\r\nend"


def test_text_too_long_for_a_cell_is_cut_visibly() -> None:
    assert len(to_stored("x" * 40_000)) == MAX_TEXT
    assert to_stored("x" * 40_000).endswith("…")


def test_bytes_that_were_no_text_can_be_written() -> None:
    path = b"clip\xe3.mp4".decode("utf-8", "surrogateescape")
    assert printable(path) == r"clip\udce3.mp4"
    to_stored(path).encode("utf-8")
