"""Addresses joined for one computation."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.excel import sheet_grid
from xl_vqa.excel.addresses import joined, workbook


def test_cells_below_one_another_become_a_range() -> None:
    sheet = "'[My book.xlsx]Sheet ''1'!"
    cells = [f"{sheet}$B${row}" for row in (2, 3, 4, 9)]
    assert joined([*cells, f"{sheet}$C$2"]) == [f"{sheet}$B$2:$B$4", f"{sheet}$B$9", f"{sheet}$C$2"]
    assert joined(["[B]S!$A$1:$A$9", "[B]S!$A$10"]) == ["[B]S!$A$1:$A$9", "[B]S!$A$10"]
    assert joined([]) == []


def test_thousands_of_formulas_are_one_computation() -> None:
    assert joined(f"[B]S!$A${row}" for row in range(5000, 0, -1)) == ["[B]S!$A$1:$A$5000"]


@given(st.sets(st.tuples(st.sampled_from("AB"), st.integers(1, 12))))
def test_every_cell_stays_in_exactly_one_range(cells: set[tuple[str, int]]) -> None:
    found = []
    for address in joined(f"[B]S!${column}${row}" for column, row in cells):
        first, _, last = address.removeprefix("[B]S!").partition(":")
        _, column, top = first.split("$")
        bottom = last.split("$")[2] if last else top
        found += [(column, row) for row in range(int(top), int(bottom) + 1)]
    assert sorted(found) == sorted(cells)


def test_a_selection_of_many_areas_is_not_cut() -> None:
    areas = [SimpleNamespace(Address=f"$A${row}") for row in range(1, 400, 2)]
    selection = SimpleNamespace(api=SimpleNamespace(Areas=areas), address="$A$1,$A$3")
    assert sheet_grid._addresses(selection) == [f"A{row}" for row in range(1, 400, 2)]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("[Book1]Sheet1!$A$1", "Book1"),
        ("'[Book 1.xlsx]Sheet 1'!$B$2:$B$9", "Book 1.xlsx"),
        ("'[O''Brien''s list.xlsx]it''s'!$A$1", "O'Brien's list.xlsx"),
        ("'C:\\Clips\\[動画.xlsm]一覧'!$A$1", "動画.xlsm"),
        ("A1", ""),
    ],
)
def test_the_workbook_of_an_address(address: str, name: str) -> None:
    assert workbook(address) == name
