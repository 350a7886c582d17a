"""A number as people and spreadsheets write it into a cell."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any, Final

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
