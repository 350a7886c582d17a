"""One figure of an evaluation: a value with its interval, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic over ``n`` items.

    ``value`` is None where the statistic is not defined; ``reason`` then names why, by a key of texts.py
    (``too_few``, ``constant_mos`` ...). ``low`` and ``high`` are the limits of the 95% interval; where the
    value stands but the interval does not, ``interval_reason`` says why.
    """

    value: float | None
    n: int
    low: float | None = None
    high: float | None = None
    reason: str | None = None
    interval_reason: str | None = None

    @classmethod
    def missing(cls, reason: str, n: int = 0) -> Figure:
        return cls(None, n, reason=reason)

    @classmethod
    def of(cls, value: float, n: int, low: float | None = None, high: float | None = None) -> Figure:
        """A figure of numbers just computed; a NaN or an infinity becomes a named reason."""
        if not math.isfinite(value):
            return cls.missing("not_finite", n)
        if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
            return cls(float(value), n)
        return cls(float(value), n, float(low), float(high))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; a field that is None is left out, except the value."""
        values: dict[str, Any] = {"value": self.value, "n": self.n}
        if self.low is not None:
            values["ci95"] = [self.low, self.high]
        if self.reason is not None:
            values["reason"] = self.reason
        if self.interval_reason is not None:
            values["interval_reason"] = self.interval_reason
        return values
