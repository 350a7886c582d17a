"""Where a list begins and ends, on sheets as people make them."""

from __future__ import annotations

import pytest

from tests.sheets.grids import HEADINGS, Memory, selected
from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.grid import Table
from xl_vqa.sheets.listing import find_selected, find_selections


def test_a_heading_is_no_entry() -> None:
    listing = selected(Memory(["Video"], ["a.mp4"], ["no path"], ["b.MOV "]))
    assert (listing.heading_row, listing.rows, listing.heading_place) == (1, (2, 3, 4), 1)


def test_a_heading_is_no_entry_where_the_first_entries_are_no_paths() -> None:
    assert selected(Memory(["File"], [42.0], ["a.mp4"])).heading_row == 1
    assert selected(Memory(["Videos"], ["Video "], [42.0], ["to do"], [7.0], ["a.mp4"])).heading_row == 2
    # a text that is no such heading, above a number, is somebody's title
    assert selected(Memory(["Our list"], [42.0], ["a.mp4"])).heading_row is None
    listing = selected(Memory(["Title"], [None], ["動画"], [42.0], [None], ["to do"]))
    assert (listing.heading_row, listing.rows) == (3, (4, 6))
    assert selected(Memory(["Clip"], ["clip one"], ["clip two"]), rows=[3]).heading_row == 1


def test_the_row_with_filter_buttons_is_the_heading() -> None:
    grid = Memory(["Our videos"], ["Material", "Owner"], ["to do"], ["a.mp4"])
    grid.filter_area = Area(2, 1, 4, 2)
    listing = selected(grid)
    assert (listing.heading_row, listing.rows) == (2, (3, 4))


def test_a_list_without_a_heading() -> None:
    assert selected(Memory(["a.mp4"], ["b.mp4"])).heading_place is None
    listing = selected(Memory([None], [None], ["a.mp4"], ["b.mp4"]))
    assert (listing.heading_row, listing.heading_place, listing.rows) == (None, 2, (3, 4))


def test_the_column_with_the_most_videos_counts() -> None:
    grid = Memory(["Video", "Old"], ["a.mp4", "x.mp4"], ["b.mp4", None])
    cells = {column: range(1, 4) for column in (1, 2)}
    assert find_selected(grid, cells).column == 1  # type: ignore[union-attr]
    grid = Memory(["ref.mp4", "a.mp4"], [None, "b.mp4"])
    assert find_selected(grid, {column: range(1, 3) for column in (1, 2)}).column == 2  # type: ignore[union-attr]
    # equals: the leftmost
    grid = Memory(["a.mp4", "b.mp4"])
    assert find_selected(grid, {2: [1], 1: [1]}).column == 1  # type: ignore[union-attr]


def test_names_without_endings_are_a_list_where_they_are_the_only_texts() -> None:
    assert selected(Memory(["clip one"], ["clip two"])).rows == (1, 2)
    grid = Memory(["x", "y"])
    assert find_selected(grid, {1: [1], 2: [1]}) is None
    assert find_selected(Memory([1.0], [2.0]), {1: [1, 2]}) is None
    assert find_selected(Memory(["a.mp4"]), {}) is None


@pytest.mark.parametrize("row", [2, 4, 9])
def test_a_selection_from_the_middle_finds_the_heading_and_the_whole_list(row: int) -> None:
    grid = Memory(["Title"], ["Video"], ["a.mp4"], ["no path"], ["b.mp4"], [None], [42.0], ["c.mp4"], ["d.mp4"])
    listing = selected(grid, rows=range(row, 10))
    assert (listing.heading_row, listing.entries) == (2, (3, 4, 5, 7, 8, 9))


def test_of_two_headings_the_one_with_our_columns_counts() -> None:
    grid = Memory(["Video", *HEADINGS], ["a.mp4"], [None], ["Second part"], ["b.mp4"])
    assert selected(grid, rows=[5]).heading_row == 1
    grid = Memory(["Video"], ["a.mp4"], [None], ["Second part"], ["b.mp4"])
    assert selected(grid, rows=[5]).heading_row == 4


def test_totals_and_notes_are_no_entries() -> None:
    grid = Memory(["Video"], ["a.mp4"], ["b.mp4"], ["Total"], [None], ["a note at the end"])
    assert selected(grid).rows == (2, 3)
    grid = Memory(["動画"], ["a.mp4"], ["動画"], ["b.mp4"], ["合計"])
    assert selected(grid).rows == (2, 4)


def test_a_table_says_where_its_list_is() -> None:
    grid = Memory(["a.mp4"], ["b.mp4"], ["c.mp4"], ["d.mp4"])
    grid.listed = [Table("T", Area(1, 1, 4, 1), 1, 1, ("a.mp4",), True)]
    assert (selected(grid).heading_row, selected(grid).rows) == (1, (2, 3))


def test_areas_of_one_list_are_one_list() -> None:
    grid = Memory(["Video", None, "Clip"], *[[f"{n}.mp4", None, f"c{n}.mp4"] for n in range(5)])
    found = find_selections(grid, [{1: [2, 3]}, {1: [5]}, {3: [4]}, {2: [4]}])
    assert [(listing.column, listing.rows) for listing in found] == [(1, (2, 3, 5)), (3, (4,))]
