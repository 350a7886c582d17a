"""The seam between the planner and whatever holds the sheet: a file, Excel, LibreOffice."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from xl_vqa.sheets.areas import Area

_HYPERLINK = re.compile(r'^\s*=?\s*HYPERLINK\s*\(\s*"((?:[^"]|"")*)"\s*[,;)]', re.IGNORECASE)


class Value(NamedTuple):
    """What a cell shows. ``kind`` is text, number, boolean, error, empty, or uncomputed (a formula whose
    result is not stored), or date; ``text`` is what stands there, a number in Python's spelling."""

    kind: str
    text: str
    formula: str | None = None

    @property
    def blank(self) -> bool:
        """Whether a person sees nothing there."""
        return self.kind == "empty" or (self.kind == "text" and not self.text.strip(" \t\r\n\u00a0\u3000"))

    @property
    def link(self) -> str | None:
        """The target of ``=HYPERLINK("target", ...)``."""
        found = _HYPERLINK.match(self.formula) if self.formula else None
        return found[1].replace('""', '"') if found else None

    @property
    def number(self) -> float | None:
        """The number, also one that is stored as text; None where there is none."""
        if self.kind not in ("number", "text"):
            return None
        try:
            number = float(self.text)
        except ValueError:
            return None
        return number if math.isfinite(number) else None


EMPTY = Value("empty", "")


def value_of(content: object, formula: object = None) -> Value:
    """A cell as spreadsheet programs hand it over: None or "" is empty; bool, number, text; ``formula`` is its
    formula or constant as text."""
    # an error that was typed, or written by another program, is no formula: LibreOffice holds it as "=#N/A"
    known = formula if isinstance(formula, str) and formula.startswith("=") and formula[1:2] != "#" else None
    if content is None or content == "":
        return Value("text" if known is not None else "empty", "", known)
    if isinstance(content, bool):
        return Value("boolean", str(content).upper(), known)
    if isinstance(content, (int, float)):
        return Value("number", repr(int(content) if content == int(content) else content), known)
    if isinstance(content, str):
        return Value("text", content, known)
    return Value("date", str(content), known)


@dataclass(frozen=True, slots=True)
class Table:
    """A list object. ``area`` holds header and totals rows as well; ``part`` is where a file keeps it."""

    name: str
    area: Area
    header_rows: int
    totals_rows: int
    column_names: tuple[str, ...]
    plain: bool
    """Neither bound to a query nor to XML: only then may it grow."""
    part: str = ""

    @property
    def first_data_row(self) -> int:
        """The first row below the header."""
        return self.area.first_row + self.header_rows

    @property
    def last_data_row(self) -> int:
        """The last row above the totals."""
        return self.area.last_row - self.totals_rows


class Grid(Protocol):
    """One sheet. Rows and columns count from 1; both ends of an area belong to it."""

    @property
    def last_row(self) -> int:
        """The last row that holds anything."""

    @property
    def last_column(self) -> int:
        """The last column that holds anything."""

    @property
    def max_column(self) -> int:
        """The last column that a sheet has."""

    @property
    def protected(self) -> bool:
        """Whether the sheet is locked against changes."""

    def read(self, area: Area) -> list[list[Value]]:
        """The cells of an area, row by row; what lies outside the used part is empty."""

    def is_empty(self, area: Area) -> bool:
        """Whether nothing stands in an area; formatting is nothing."""

    def is_blocked(self, area: Area) -> bool:
        """Whether an area touches what must not be written into although it may be empty: merged cells, a pivot
        table."""

    def tables(self) -> Sequence[Table]:
        """The list objects of the sheet, in any order."""

    @property
    def filter_area(self) -> Area | None:
        """The cells under the sheet's own filter buttons, which are no table's; their row first."""

    def links(self, area: Area) -> Mapping[tuple[int, int], str]:
        """Where links that lie on cells point, by row and column. HYPERLINK formulas are read with their cells."""

    def style(self, row: int, column: int) -> str:
        """The name of a cell's named style; empty where the program does not tell."""
