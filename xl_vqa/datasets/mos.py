"""Mean opinion scores: mean, spread, 95% confidence interval and number of raters per video.

Ratings come as three parallel arrays (row, rater, score), so that raters may have rated different videos.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOS_DECIMALS: Final = 9
"""A mean is kept to this many decimals, so that (3.4 + 3.5) / 2 is 3.45 and not a hair below its half."""


@dataclass(frozen=True, slots=True)
class MosTable:
    """Arrays of shape (rows,): NaN where there are too few raters (one for a mean, two for a spread)."""

    mos: Floats
    sd: Floats
    """Sample standard deviation (divisor n - 1)."""
    ci95: Floats
    """Half-width of the 95% confidence interval of the mean, by Student's t."""
    count: Ints


def mean_opinion_scores(rows: int, row_of: Ints, score: Floats) -> MosTable:
    """MOS, SD, CI95 and rater count of ``rows`` videos. Memory and time grow with the number of ratings."""
    count = np.bincount(row_of, minlength=rows).astype(np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(row_of, weights=score, minlength=rows) / count
        squares = np.bincount(row_of, weights=(score - mean[row_of]) ** 2, minlength=rows)
        sd = np.sqrt(squares / (count - 1))
    sd[count < 2] = np.nan
    mean[count < 1] = np.nan
    return MosTable(np.round(mean, MOS_DECIMALS), sd, confidence_half_width(sd, count), count)


def confidence_half_width(sd: Floats, count: Ints) -> Floats:
    """Half-width of the 95% interval of a mean from SD and rater count; NaN below two raters."""
    half = np.full(len(sd), np.nan)
    for n in np.unique(count[count >= 2]):
        where = count == n
        half[where] = t_quantile_975(int(n) - 1) * sd[where] / math.sqrt(n)
    return half


@functools.lru_cache(maxsize=4096)
def t_quantile_975(degrees: int) -> float:
    """The 97.5% quantile of Student's t: 12.706 for one degree of freedom, 1.96 in the limit.

    SciPy is no dependency of the product, and for whole degrees of freedom the distribution function is a
    finite sum; its root is found by bisection to the last bits.
    """
    if degrees < 1:
        raise ValueError(f"degrees of freedom must be 1 or more, not {degrees}")
    low, high = 1.0, 13.0
    while high - low > 1e-13 * high:
        middle = (low + high) / 2
        if _t_central_probability(middle, degrees) < 0.95:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _t_central_probability(t: float, degrees: int) -> float:
    """P(-t < T < t) for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(degrees))
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = degrees % 2
    term = cosine if odd else 1.0
    total = term if degrees > 1 else 0.0
    # k runs over the even (or odd) numbers below the degrees of freedom
    for k in range(2 + odd, degrees - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
        if term < 1e-18:
            break
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
