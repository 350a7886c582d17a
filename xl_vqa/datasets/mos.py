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
FEW_RATERS: Final = 6
"""Below this many ratings a video's own spread is too uncertain to stand alone."""
FEWEST_DEGREES: Final = 5
"""Of freedom that a pooled SD must rest on."""
MOST_DEGREES: Final = 1000
"""From here on Student's t is the normal distribution to two decimals."""


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


def with_pooled_intervals(table: MosTable) -> MosTable:
    """The table with honest intervals where few people rated: from the SD of all videos pooled.

    Two or three scores say next to nothing of their own spread: where three agree by chance, the interval of
    their own SD is 0 and the MOS looks exact. So below ``FEW_RATERS`` ratings, and where all scores of a video are
    equal, the interval rests on the SD pooled over all videos (by variance, weighted by n - 1), with its degrees
    of freedom; a single rating gets one too. Without any spread in the whole table they are NaN.
    """
    several = np.isfinite(table.sd) & (table.count >= 2)
    freedom = int(np.sum(table.count[several] - 1))
    doubtful = (table.count >= 1) & ((table.count < FEW_RATERS) | ~(table.sd > 1e-9)) & np.isfinite(table.mos)
    if not doubtful.any():
        return table
    ci95 = table.ci95.copy()
    ci95[doubtful & ~(ci95 > 1e-9)] = np.nan
    if freedom >= FEWEST_DEGREES:
        pooled = math.sqrt(float(np.sum((table.count[several] - 1) * table.sd[several] ** 2)) / freedom)
        if pooled > 1e-9:
            t = t_quantile_975(min(freedom, MOST_DEGREES))
            ci95[doubtful] = t * pooled / np.sqrt(table.count[doubtful])
    return MosTable(table.mos, table.sd, ci95, table.count)


def standard_error(ci95: Floats, count: Floats) -> Floats:
    """The standard errors behind half-widths of ``with_pooled_intervals``, shape (n,): its rule, backwards.

    Only the half-widths are known (a manifest holds no more), so where they rest on the pooled spread its degrees
    of freedom are taken to be many.
    """
    degrees = np.where(count < FEW_RATERS, MOST_DEGREES, count - 1).astype(np.int64)
    quantiles: Floats = np.array([t_quantile_975(int(one)) for one in degrees])
    return ci95 / quantiles


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
