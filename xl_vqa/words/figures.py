"""How a figure is shown: rounded as spreadsheets round, half away from zero of what its shortest text says.

Python rounds the binary value: 1.795, which lies a hair below, becomes 1.79 where a spreadsheet shows 1.80 in the
cell beside it. Standard library only.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

# more than any float has, so that nothing is refused
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)


def rounded(value: float | None, places: int, *, sign: bool = False) -> str:
    """``value`` with so many decimals; with ``sign`` a plus before what is above zero. A zero has no sign, and
    what is not known is a dash."""
    if value is None:
        return "–"
    value = float(value)
    if not math.isfinite(value):
        return f"{value:+}" if sign else f"{value}"
    found = Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), context=_EXACT)
    if not found:
        found = abs(found)
    return f"{found:+f}" if sign and found else f"{found:f}"


def as_percent(share: float | None, places: int = 0, *, sign: bool = False) -> str:
    """A share as a percentage: 0.625 is 63%."""
    if share is None:
        return "–"
    if not math.isfinite(share):
        return f"{rounded(share, places, sign=sign)}%"
    return f"{rounded(float(Decimal(repr(float(share))).scaleb(2)), places, sign=sign)}%"
