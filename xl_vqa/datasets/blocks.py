"""Several tables in one sheet, side by side or one below the other: told apart by the header of their videos."""

from __future__ import annotations

import itertools
from dataclasses import replace

from xl_vqa.datasets.headers import Role, normal, role_of
from xl_vqa.datasets.sheet_layout import Layout
from xl_vqa.tables.grid import Cell, Grid
from xl_vqa.words.video_names import is_video_name


def blocks(layout: Layout) -> list[Grid]:
    """The grid of each table in the layout's sheet, its cells where they were; one grid where there is one table.

    A header that is merely repeated (as prints over many pages do) begins no other table.
    """
    grid = layout.grid
    if not layout.header_rows or role_of(grid.cell(layout.header_rows[-1], layout.video)) != (Role.VIDEO, True):
        return [grid]
    header = layout.header_rows[-1]
    name = normal(grid.cell(header, layout.video))
    beside = [c for c in range(grid.width) if c > layout.video and normal(grid.cell(header, c)) == name]
    beside = [c for c in beside if layout.columns.profiles[c].video_names >= 0.5]
    # a running number before each of them goes with its table
    lead = layout.video if all(_alike(grid, header, layout.video, c) for c in beside) else 0
    columns = [0, *(c - lead for c in beside), grid.width]
    below = [
        r
        for r in range(layout.first, len(grid.rows))
        if normal(grid.cell(r, layout.video)) == name and grid.rows[r] != grid.rows[header]
    ]
    rows = [0, *below, len(grid.rows)]
    if len(columns) == len(rows) == 2:
        return [grid]
    return [
        _part(grid, top, bottom, left, right)
        for top, bottom in itertools.pairwise(rows)
        for left, right in itertools.pairwise(columns)
    ]


def _alike(grid: Grid, header: int, video: int, other: int) -> bool:
    """Whether the headers before both columns of videos are the same."""
    return all(
        grid.cell(header, video - k) is not None and grid.cell(header, video - k) == grid.cell(header, other - k)
        for k in range(1, video + 1)
    )


def _part(grid: Grid, top: int, bottom: int, left: int, right: int) -> Grid:
    def kept(row: list[Cell]) -> list[Cell]:
        cells: list[Cell] = [cell if left <= c < right else None for c, cell in enumerate(row[:right])]
        while cells and cells[-1] is None:
            cells.pop()
        return cells

    rows = [kept(row) if top <= k < bottom else [] for k, row in enumerate(grid.rows[:bottom])]
    # "Session 2" above the next header is its title
    while rows and bottom < len(grid.rows) and sum(cell is not None for cell in rows[-1]) <= 1:
        if any(map(is_video_name, rows[-1])):
            break
        rows.pop()
    return replace(grid, rows=rows)
