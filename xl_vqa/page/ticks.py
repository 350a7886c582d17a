"""Round numbers for axes: 1, 2 or 5 times a power of ten apart."""

from __future__ import annotations

import math
from collections.abc import Callable

Tick = tuple[float, str]
"""A place on an axis and the text beside it."""


def plain(value: float) -> str:
    """``1,000``, ``0.25``, ``-3``: as many digits as the number has, and no more."""
    return f"{value:,.10g}"


def percent(value: float) -> str:
    """``0.025`` as ``2.5%``."""
    return f"{value * 100:.10g}%"


def ticks(
    low: float, high: float, wanted: int = 5, *, whole: bool = False, say: Callable[[float], str] = plain
) -> list[Tick]:
    """Round numbers from ``low`` to ``high``, about ``wanted``; ``whole`` ones where things are counted."""
    step = _step(low, high, wanted, whole)
    return _every(step, math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9), say)


def round_axis(
    low: float, high: float, wanted: int = 5, *, whole: bool = False, say: Callable[[float], str] = plain
) -> tuple[tuple[float, float], list[Tick]]:
    """An axis from the round number at or below ``low`` to that at or above ``high``: its ends, its ticks."""
    step = _step(low, high, wanted, whole)
    found = _every(step, math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9), say)
    return (found[0][0], found[-1][0]), found


def wide(low: float, high: float) -> tuple[float, float]:
    """The same, or half to either side where there is no width between them."""
    return (low, high) if high - low > 1e-9 * max(1.0, abs(low)) else (low - 0.5, high + 0.5)


def _every(step: float, first: int, last: int, say: Callable[[float], str]) -> list[Tick]:
    return [(index * step, say(index * step)) for index in range(first, last + 1)]


def _step(low: float, high: float, wanted: int, whole: bool) -> float:
    low, high = wide(low, high)
    raw = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((factor * power for factor in (1, 2, 5, 10)), key=lambda one: abs(math.log(one / raw)))
    return max(step, 1.0) if whole else step
