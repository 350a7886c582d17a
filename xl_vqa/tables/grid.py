"""A table as a plain grid of cells, whatever file it came from. Nothing here knows what a column means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from xl_vqa.words.reasons import Problem
from xl_vqa.words.video_names import unescaped

Cell = Any
"""str, int, float, bool, a date or time, or None for an empty cell; an error cell is its text, such as "#N/A"."""

MOST_ROWS: Final = 1_048_576
# line ends and tabs as a workbook stores them: no name and no score holds these letters on purpose
_STORED_BLANK: Final = re.compile("_x(?:000[9ADad])_")


class TableError(Exception):
    """A file is no table that can be read: ``problem`` is the key of a phrase, ``detail`` the system's word on it.

    Internal: readers of ratings and predictions turn it into their own sentence.
    """

    def __init__(self, problem: str, detail: Problem = "") -> None:
        super().__init__(problem, detail)
        self.problem, self.detail = problem, detail


@dataclass(slots=True)
class Grid:
    """One sheet, or one text file.

    ``rows[i]`` is row i + 1 of the source, without the empty cells at its end; merged cells show their value in
    every cell that they cover, as a person sees them. ``uncalculated`` counts formulas without a stored result.
    """

    name: str
    rows: list[list[Cell]]
    hidden: bool = False
    uncalculated: int = 0
    cut_decimals: int | None = None
    """The first row (from 1) in which decimal commas of a text file cut numbers in two."""
    hidden_rows: frozenset[int] = frozenset()
    """Zero-based rows that the spreadsheet does not show, by hand, by a filter or in a closed group."""
    hidden_columns: frozenset[int] = frozenset()

    @property
    def empty(self) -> bool:
        return not any(self.rows)

    def cell(self, row: int, column: int) -> Cell:
        """The value at zero-based ``row`` and ``column``, None outside the grid."""
        cells = self.rows[row] if 0 <= row < len(self.rows) else ()
        return cells[column] if column < len(cells) else None

    def place(self, row: int, column: int) -> str:
        """What the spreadsheet calls the cell: D7."""
        return cell_name(row, column)

    def line(self, row: int) -> int | str:
        """What the spreadsheet calls the row: its number from 1."""
        return row + 1

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def put(self, row: int, column: int, value: Cell) -> None:
        """Writes one cell at zero-based ``row`` and ``column``; the grid grows as needed."""
        while len(self.rows) <= row:
            self.rows.append([])
        cells = self.rows[row]
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = value

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Shows the value at the top left in every empty cell of the merged area; zero-based, ends included."""
        value = self.cell(top, left)
        if value is None:
            return
        # a merge may reach to the last row of Excel; only rows that hold something matter
        right = min(right, max(self.width - 1, left))
        for row in range(top, min(bottom, len(self.rows) - 1) + 1):
            cells = self.rows[row]
            cells.extend([None] * (right + 1 - len(cells)))
            for column in range(left, right + 1):
                if cells[column] is None:
                    cells[column] = value


def grid(name: str, rows: Sequence[Sequence[Cell]], *, hidden: bool = False) -> Grid:
    """A grid of cells as a file holds them: tidied, without what is empty at the ends."""
    kept = [_trimmed([_tidy(cell) for cell in row]) for row in rows]
    while kept and not kept[-1]:
        kept.pop()
    return Grid(name, kept, hidden=hidden)


def _tidy(cell: Cell) -> Cell:
    if isinstance(cell, str):
        if "_x000" in cell:
            cell = _STORED_BLANK.sub(lambda found: unescaped(found[0]), cell)
        return cell if cell.strip() else None
    # spreadsheets know one kind of number: a year or a number for a name is no 2024.0
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell


def _trimmed(cells: list[Cell]) -> list[Cell]:
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def column_index(letters: str) -> int:
    """Zero-based index of a column's letters: A is 0, AA is 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def column_letters(index: int) -> str:
    """The letters of a zero-based column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """Excel's name of a zero-based row and column: (6, 3) is D7."""
    return f"{column_letters(column)}{row + 1}"
