"""Raters: who is an outlier by ITU-R BT.500, who is harsh or mild, and scores corrected for that.

The screening is that of ITU-R BT.500-14 and -15 (Part 1, Annex 1; unchanged since BT.500-11). It looks at
every rating on every video, counts how often a rater lies far above (P) and far below (Q) the others, and
rejects those who do both: erratic raters. Someone who is merely harsh stays; that is what the correction of
subject bias (ITU-T P.910, P.913) is for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xl_vqa.datasets.mos import FEW_RATERS, Floats, Ints

CORRECTIONS: Final = ("none", "bias", "zscore")

SHARE_THRESHOLD: Final = 0.05
"""BT.500: a rater is suspect where (P + Q) / ratings is above this ..."""
BALANCE_THRESHOLD: Final = 0.3
"""... and rejected where also |P - Q| / (P + Q) is below this."""
FEWEST_RATERS: Final = FEW_RATERS
"""No score can lie 2 SD from the mean of five: below six ratings a video cannot count against anybody."""

LEAST_AGREEMENT: Final = 0.3
"""A rater whose correlation with the others is below this over at least ..."""
FEWEST_RATINGS: Final = 20
"""... this many ratings is pointed out."""


@dataclass(frozen=True, slots=True)
class RaterReport:
    """How one rater rated."""

    name: str
    ratings: int
    above: int
    """P: ratings far above the mean of their video."""
    below: int
    """Q: ratings far below."""
    share: float
    """(P + Q) / ratings."""
    balance: float | None
    """|P - Q| / (P + Q); None where the rater was never far off."""
    rejected: bool
    bias: float
    """How much higher than the others this rater scores on the same videos, in MOS units."""
    agreement: float | None
    """Pearson correlation with the mean of the other raters; None where it is not defined."""
    inconsistency: float | None = None
    """SD of the rater's rest under ITU-T P.910 Annex E, in MOS units; None under other models."""
    weight: float | None = None
    """How much each rating counts under that model, 1 for the mean rater."""


@dataclass(frozen=True, slots=True)
class Screening:
    raters: tuple[RaterReport, ...]
    possible: bool
    """False where no video has enough raters for the rule to reject anybody."""

    @property
    def rejected(self) -> tuple[RaterReport, ...]:
        return tuple(rater for rater in self.raters if rater.rejected)

    @property
    def disagreeing(self) -> tuple[RaterReport, ...]:
        """Kept by BT.500, and yet hardly correlated with the others: its 2 SD rule is blind in small panels."""
        return tuple(
            rater
            for rater in self.raters
            if not rater.rejected
            and rater.ratings >= FEWEST_RATINGS
            and rater.agreement is not None
            and rater.agreement < LEAST_AGREEMENT
        )


def far_counts(
    rows: int, raters: int, row_of: Ints, rater_of: Ints, score: Floats, *, ddof: int = 1, unanimous: bool = False
) -> tuple[Ints, Ints]:
    """P and Q of BT.500 per rater, shape (raters,): ratings far above and far below the mean of their video.

    The Recommendation's spread is that of a sample (``ddof`` 1), and a video on which all agree counts for nobody.
    With ``ddof`` 0 and ``unanimous`` (there "greater or equal" counts everybody, above and below) the counts are
    those of the package sureal.
    """
    count = np.bincount(row_of, minlength=rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(row_of, weights=score, minlength=rows) / count
        away = score - mean[row_of]
        second = np.bincount(row_of, weights=away**2, minlength=rows) / count
        fourth = np.bincount(row_of, weights=away**4, minlength=rows) / count
        sd = np.sqrt(second * count / np.maximum(count - ddof, 1e-300))
        kurtosis = fourth / second**2
    normal = (kurtosis >= 2) & (kurtosis <= 4)
    limit = np.where(normal, 2.0, math.sqrt(20)) * sd
    # tiny differences of equal scores are rounding, no spread; the margin keeps ">=" true for exact ties
    flat = ~(sd > 1e-9)
    limit = np.where(flat | (count < 2), 0.0 if unanimous else np.inf, limit * (1 - 1e-12))[row_of]
    away = np.where(flat[row_of], 0.0, away)
    above = np.bincount(rater_of[away >= limit], minlength=raters).astype(np.int64)
    below = np.bincount(rater_of[away <= -limit], minlength=raters).astype(np.int64)
    return above, below


def screen_raters(rows: int, names: list[str], row_of: Ints, rater_of: Ints, score: Floats) -> Screening:
    """BT.500 screening of all raters at once; applied once, as the Recommendation asks, never repeated.

    With incomplete designs the shares are over the ratings that a rater gave. Where the rule would reject
    everybody it rejects nobody: there is no panel left to be an outlier of.
    """
    raters = len(names)
    count = np.bincount(row_of, minlength=rows)
    above, below = far_counts(rows, raters, row_of, rater_of, score)
    ratings = np.bincount(rater_of, minlength=raters)
    bias = rater_bias(rows, raters, row_of, rater_of, score)
    agreement = _agreement(rows, raters, row_of, rater_of, score)

    reports = []
    for k, name in enumerate(names):
        far = int(above[k] + below[k])
        share = far / int(ratings[k]) if ratings[k] else 0.0
        balance = abs(int(above[k]) - int(below[k])) / far if far else None
        rejected = share > SHARE_THRESHOLD and balance is not None and balance < BALANCE_THRESHOLD
        r = float(agreement[k])
        reports.append(
            RaterReport(
                name,
                int(ratings[k]),
                int(above[k]),
                int(below[k]),
                share,
                balance,
                rejected,
                float(bias[k]),
                None if math.isnan(r) else r,
            )
        )
    if reports and all(report.rejected for report in reports):
        reports = [replace(report, rejected=False) for report in reports]
    return Screening(tuple(reports), possible=bool((count >= FEWEST_RATERS).any()))


def rater_bias(rows: int, raters: int, row_of: Ints, rater_of: Ints, score: Floats) -> Floats:
    """Bias of each rater, shape (raters,), in score units: the least-squares fit of score = video + rater.

    Where everybody rated everything this is ITU-T P.913's estimate, the mean of (score - MOS). Where not, a
    rater who only saw good videos is not taken for a mild one. The mean over all ratings is zero.
    """
    per_row = np.maximum(np.bincount(row_of, minlength=rows), 1)
    per_rater = np.maximum(np.bincount(rater_of, minlength=raters), 1)
    bias = np.zeros(raters)
    for _ in range(500):
        quality = np.bincount(row_of, weights=score - bias[rater_of], minlength=rows) / per_row
        updated = np.bincount(rater_of, weights=score - quality[row_of], minlength=raters) / per_rater
        change = float(np.abs(updated - bias).max(initial=0.0))
        bias = updated
        if change < 1e-10:
            break
    return bias


def corrected_scores(how: str, rows: int, raters: int, row_of: Ints, rater_of: Ints, score: Floats) -> Floats:
    """Scores with the raters' habits removed; the overall mean stays.

    ``bias`` subtracts each rater's bias (ITU-T P.910, P.913). ``zscore`` also gives every rater the same
    spread: each rater's scores are standardised and then put back on the mean and SD of all scores; it
    presumes that the raters saw comparable videos. Raises ValueError for another name.
    """
    if how == "none" or not score.size:
        return score
    if how == "bias":
        corrected: Floats = score - rater_bias(rows, raters, row_of, rater_of, score)[rater_of]
        return corrected
    if how != "zscore":
        raise ValueError(f"the correction must be one of {', '.join(CORRECTIONS)}, not {how!r}")
    count = np.maximum(np.bincount(rater_of, minlength=raters), 1)
    mean = np.bincount(rater_of, weights=score, minlength=raters) / count
    away = score - mean[rater_of]
    spread = np.sqrt(np.bincount(rater_of, weights=away**2, minlength=raters) / np.maximum(count - 1, 1))
    # a rater who always gives the same score has no spread to stretch
    spread[spread < 1e-9] = np.inf
    overall = float(score.std(ddof=1)) if score.size > 1 else 0.0
    standardised: Floats = float(score.mean()) + overall * away / spread[rater_of]
    return standardised


def _agreement(rows: int, raters: int, row_of: Ints, rater_of: Ints, score: Floats) -> Floats:
    """Pearson correlation of each rater with the mean of the others, over videos that others rated too."""
    count = np.bincount(row_of, minlength=rows)
    total = np.bincount(row_of, weights=score, minlength=rows)
    shared = count[row_of] > 1
    own, who, where = score[shared], rater_of[shared], row_of[shared]
    others = (total[where] - own) / (count[where] - 1)
    n = np.bincount(who, minlength=raters)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = own - (np.bincount(who, weights=own, minlength=raters) / n)[who]
        y = others - (np.bincount(who, weights=others, minlength=raters) / n)[who]
        xx = np.bincount(who, weights=x * x, minlength=raters)
        yy = np.bincount(who, weights=y * y, minlength=raters)
        r: Floats = np.bincount(who, weights=x * y, minlength=raters) / np.sqrt(xx * yy)
    r[(n < 3) | (xx < 1e-12) | (yy < 1e-12)] = np.nan
    return np.clip(r, -1.0, 1.0)
