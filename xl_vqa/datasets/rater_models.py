"""From ratings to MOS under the rater models of the Recommendations.

- ``mos``: the plain mean (ITU-T P.910, ITU-R BT.500).
- ``bt500``: raters whom BT.500 rejects are left out, then the mean.
- ``p913``: ITU-T P.913 clause 12.4, in its order: each rater's bias is taken out first, then BT.500's screening on
  what is left, then the mean.
- ``p910``: ITU-T P.910 Annex E: score = quality of the video + bias of the rater + noise of that rater's own size,
  by maximum likelihood (Li, Bampis, Krasula, Janowski 2020). Nobody is thrown out: the inconsistent weigh less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from xl_vqa.datasets.mos import Floats, Ints

MODELS: Final = ("mos", "bt500", "p913", "p910")

_MOST_STEPS: Final = 1000
_STILL: Final = 1e-8
# A rater of a few videos can be fitted without any rest and would then outweigh everybody: nobody counts as more
# consistent than this share of the typical rater.
_FLOOR: Final = 0.25


@dataclass(frozen=True, slots=True)
class Consensus:
    """``quality`` has shape (rows,), NaN where nobody rated; ``bias``, ``inconsistency``, ``weight`` (raters,)."""

    quality: Floats
    bias: Floats
    """How much higher than the consensus each rater scores, in score units; the mean over raters is zero."""
    inconsistency: Floats
    """SD of each rater's rest, in score units."""
    weight: Floats
    """1 / inconsistency squared, relative to the mean rater."""


def consensus(rows: int, raters: int, row_of: Ints, rater_of: Ints, score: Floats) -> Consensus:
    """P.910 Annex E by the alternating projection that the Recommendation gives.

    Ratings are parallel arrays; raters may have rated different videos.
    """
    per_row = np.bincount(row_of, minlength=rows)
    per_rater = np.maximum(np.bincount(rater_of, minlength=raters), 1)
    active = np.bincount(rater_of, minlength=raters) > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        quality = np.bincount(row_of, weights=score, minlength=rows) / per_row
    bias = np.bincount(rater_of, weights=score - quality[row_of], minlength=raters) / per_rater
    spread = np.zeros(raters)
    for _ in range(_MOST_STEPS):
        before = quality
        spread = _spread(score - quality[row_of] - bias[rater_of], rater_of, per_rater, active)
        weight = 1.0 / (spread**2 + 1e-8)
        own = weight[rater_of]
        with np.errstate(invalid="ignore", divide="ignore"):
            total = np.bincount(row_of, weights=own, minlength=rows)
            quality = np.bincount(row_of, weights=own * (score - bias[rater_of]), minlength=rows) / total
        bias = np.bincount(rater_of, weights=score - quality[row_of], minlength=raters) / per_rater
        if float(np.linalg.norm(np.nan_to_num(quality - before))) < _STILL:
            break
    shift = float(bias[active].mean()) if active.any() else 0.0
    weight = 1.0 / (spread**2 + 1e-8)
    typical = float(weight[active].mean()) if active.any() else 1.0
    return Consensus(quality + shift, bias - shift, spread, weight / typical)


def _spread(rest: Floats, rater_of: Ints, per_rater: Ints, active: npt.NDArray[np.bool_]) -> Floats:
    """SD (divisor n) of each rater's rest, floored."""
    raters = len(per_rater)
    mean = np.bincount(rater_of, weights=rest, minlength=raters) / per_rater
    variance = np.bincount(rater_of, weights=(rest - mean[rater_of]) ** 2, minlength=raters) / per_rater
    spread: Floats = np.sqrt(variance)
    floor = _FLOOR * float(np.median(spread[active])) if active.any() else 0.0
    return np.maximum(spread, floor)
