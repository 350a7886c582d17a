"""Cell references: rectangles of cells, column letters, names such as B5 and A1:C10. Pure."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

MAX_ROW: Final = 1_048_576
MAX_COLUMN: Final = 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


class Area(NamedTuple):
    """A rectangle of cells; rows and columns count from 1, both ends belong to it."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def overlaps(self, other: Area) -> bool:
        return (
            self.first_row <= other.last_row
            and other.first_row <= self.last_row
            and self.first_column <= other.last_column
            and other.first_column <= self.last_column
        )

    def holds(self, row: int, column: int) -> bool:
        return self.first_row <= row <= self.last_row and self.first_column <= column <= self.last_column

    def joined(self, other: Area) -> Area:
        """The smallest area around both."""
        return Area(
            min(self.first_row, other.first_row),
            min(self.first_column, other.first_column),
            max(self.last_row, other.last_row),
            max(self.last_column, other.last_column),
        )


def column_letters(column: int) -> str:
    """1 is A, 27 is AA. Raises ValueError outside 1..16384."""
    if not 1 <= column <= MAX_COLUMN:
        raise ValueError(f"column {column} is outside 1..{MAX_COLUMN}")
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A is 1, xfd is 16384. Raises ValueError for anything else."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(f"{letters!r} is no column")
        number = number * 26 + ord(letter) - 64
    if not 1 <= number <= MAX_COLUMN:
        raise ValueError(f"{letters!r} is no column")
    return number


def cell_name(row: int, column: int) -> str:
    return f"{column_letters(column)}{row}"


def parse_cell(name: str) -> tuple[int, int]:
    """Row and column of ``B5`` or ``$B$5``. Raises ValueError for anything else."""
    found = _CELL.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no cell")
    row = int(found[2])
    if not 1 <= row <= MAX_ROW:
        raise ValueError(f"{name!r} is no cell")
    return row, column_number(found[1])


def parse_area(name: str) -> Area:
    """``A1:C10`` or a single cell. Raises ValueError for anything else."""
    first, _, last = name.partition(":")
    row, column = parse_cell(first)
    last_row, last_column = parse_cell(last) if last else (row, column)
    return Area(min(row, last_row), min(column, last_column), max(row, last_row), max(column, last_column))


def area_name(area: Area) -> str:
    first, last = cell_name(area.first_row, area.first_column), cell_name(area.last_row, area.last_column)
    return first if first == last else f"{first}:{last}"
