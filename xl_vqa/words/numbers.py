"""Numbers as people and spreadsheets write them into cells and boxes."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any, Final

# the plainest first: a comma with a blank behind it divides numbers, else it may divide decimals
_DIVIDERS: Final = (re.compile(r"[;、]|,(?=\s)"), re.compile(r"[;、,]"))
_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]*,[0-9]+(?:e[+-]?[0-9]+)?", re.IGNORECASE)
# keyboards and reports write other signs than the hyphen
_MINUS: Final = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013", "-"))


def written_number(cell: Any) -> float | None:
    """A finite number in a cell, whatever its type: full-width, with a decimal comma; None for anything else."""
    if cell is None or isinstance(cell, bool):
        return None
    if isinstance(cell, str):
        cell = unicodedata.normalize("NFKC", cell).strip().translate(_MINUS)
        if _DECIMAL_COMMA.fullmatch(cell):
            cell = cell.replace(",", ".")
        if "_" in cell:
            # Python's own spelling of 10: in a cell "1_0" is a name
            return None
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def written_numbers(text: str, count: int) -> tuple[float, ...] | None:
    """``count`` numbers that a person typed with commas or semicolons between them, also with decimal commas
    (``29,5; 35; 40,5; 45``); None where they are no such list."""
    text = unicodedata.normalize("NFKC", text)
    for divider in _DIVIDERS:
        parts = divider.split(text)
        numbers = [number for part in parts if (number := written_number(part)) is not None]
        if len(numbers) == len(parts) == count:
            return tuple(numbers)
    return None
