"""The column of folders beside a list of bare names: which one it is, and what it says of each row."""

from __future__ import annotations

from collections.abc import Mapping

from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.grid import Grid
from xl_vqa.sheets.known_columns import titles_of
from xl_vqa.sheets.listing import Listing, find_list, heads_list
from xl_vqa.words.folder_column import heads_folders
from xl_vqa.words.video_names import clean, is_video_name


def folders_beside(grid: Grid, listing: Listing) -> Mapping[int, str]:
    """What the column of folders says, by row; empty where the list has none.

    It is headed as folders are, or as paths are and names no file. A blank cell stands for the folder above it,
    as merged cells leave it.
    """
    if not listing.entries:
        return {}
    titles = {column: text for column, text in titles_of(grid, listing).items() if column != listing.column}
    headed = [column for column, text in titles.items() if heads_folders(text)]
    for column in (*headed, *(column for column, text in titles.items() if heads_list(text))):
        cells = [line[0] for line in grid.read(Area(listing.top, column, listing.bottom, column))]
        filled = [cell for cell in cells if not cell.blank]
        if not filled or any(cell.kind != "text" or is_video_name(cell.text) for cell in filled):
            continue
        found: dict[int, str] = {}
        last = ""
        for row, cell in enumerate(cells, listing.top):
            last = last if cell.blank else clean(cell.text)
            found[row] = last
        return {row: folder for row, folder in found.items() if folder}
    return {}


def folder_of_row(grid: Grid, row: int, column: int) -> str:
    """What the column of folders says of the video in a cell; empty where there is none."""
    return folders_beside(grid, find_list(grid, column, row)).get(row, "")
