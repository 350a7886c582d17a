"""Addresses of cells as Excel writes them (``'[Book 1.xlsx]Sheet 1'!$B$2``), joined where they touch."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# neither a workbook's nor a sheet's name may hold a square bracket
_BOOK: Final = re.compile(r"'?[^\[\]]*\[([^\[\]]+)\]")
_CELL: Final = re.compile(r"(.*!)\$([A-Z]{1,3})\$(\d+)", re.DOTALL)


def workbook(address: str) -> str:
    """The name of the workbook in an address; empty where it names none."""
    found = _BOOK.match(address)
    return found[1].replace("''", "'") if found else ""


def joined(addresses: Iterable[str]) -> list[str]:
    """Cells below one another as one range, anything else as it is; each cell once.

    Excel computes after each range that it is told of, so that a column of thousands should be one.
    """
    rows: dict[tuple[str, str], set[int]] = {}
    result: list[str] = []
    for address in dict.fromkeys(addresses):
        cell = _CELL.fullmatch(address)
        if cell is None:
            result.append(address)
        else:
            rows.setdefault((cell[1], cell[2]), set()).add(int(cell[3]))
    for (sheet, column), numbers in rows.items():
        first = last = None
        for number in [*sorted(numbers), None]:
            if first is not None and (number is None or last is None or number != last + 1):
                end = "" if first == last else f":${column}${last}"
                result.append(f"{sheet}${column}${first}{end}")
                first = None
            if first is None:
                first = number
            last = number
    return result
