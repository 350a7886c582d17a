"""What the best possible model could reach: limits set by the coding of labels and by the raters' noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from xl_vqa.datasets.correlation import pearson, spearman
from xl_vqa.datasets.mos import Floats, Ints
from xl_vqa.words.labels import Scale

RATER_COUNTS: Final = (1, 2, 3, 5, 8, 10, 15, 20, 24, 30, 40)


@dataclass(frozen=True, slots=True)
class CodingCeiling:
    """Agreement of the coded value with the MOS it came from; None where it is not defined (no spread)."""

    name: str
    """``integer`` (the labels), ``levels_equal`` (five equal intervals), ``levels_rounded`` (nearest of 1..5)."""
    distinct: int
    srcc: float | None
    plcc: float | None


def coding_ceilings(mos: Floats, scale: Scale) -> tuple[CodingCeiling, ...]:
    """Ceilings of the labels and, for comparison, of five words as in level-based fine-tuning.

    ``mos`` holds the usable means, all inside the scale.
    """
    share = (mos - scale.mos_min) / (scale.mos_max - scale.mos_min)
    labels = np.array([scale.to_label(float(value)) for value in mos], dtype=np.float64)
    equal = np.minimum(np.floor(share * 5 + 1e-9), 4)
    rounded = np.floor(share * 4 + 0.5 + 1e-9)
    coded = {"integer": labels, "levels_equal": equal, "levels_rounded": rounded}
    return tuple(
        CodingCeiling(name, len(np.unique(values)), spearman(values, mos), pearson(values, mos))
        for name, values in coded.items()
    )


@dataclass(frozen=True, slots=True)
class NoiseCeiling:
    """How far the mean of n people can be predicted at all.

    ``plcc`` is the expected correlation of the MOS at hand with the MOS that endlessly many raters would
    give: the best that an honest model can reach on this data. ``by_count`` says the same for other numbers
    of raters per video.
    """

    rater_sd: float
    """SD of single ratings of one video, in MOS units (mean over videos, by variance)."""
    quality_sd: float
    """SD of the videos' true quality, in MOS units."""
    raters: float
    """Raters per video: the harmonic mean, which is what the noise of a mean goes by."""
    plcc: float
    by_count: tuple[tuple[int, float], ...]


def crossed_variance(row_of: Ints, rater_of: Ints, score: Floats) -> float | None:
    """Noise variance of one rating where the same people rated every rated video, else None.

    A harsh rater then lowers all means alike, which no correlation sees: only what is left after removing
    the raters' means is noise (the error term of ICC(3,k)).
    """
    videos, place = np.unique(row_of, return_inverse=True)
    people, who = np.unique(rater_of, return_inverse=True)
    n, k = len(videos), len(people)
    if n < 3 or k < 2 or len(score) != n * k or len(np.unique(place * k + who)) != n * k:
        return None
    table = np.empty((n, k))
    table[place, who] = score
    rest = table - table.mean(axis=1, keepdims=True) - table.mean(axis=0) + table.mean()
    return float((rest**2).sum()) / ((n - 1) * (k - 1))


def noise_ceiling(mos: Floats, sd: Floats, count: Ints, within: float | None = None) -> NoiseCeiling | None:
    """From the spread between videos and the spread within them (one-way random effects).

    ``mos``, ``sd`` and ``count`` are per usable video; videos with fewer than two raters or without SD do
    not tell about noise and are left out of its estimate. ``within`` is the noise variance of one rating
    where it is known better (crossed_variance). None where nothing can be said: fewer than three videos, no
    repeated ratings, or no spread beyond the noise.
    """
    known = np.isfinite(mos) & np.isfinite(sd) & (count >= 2)
    if int(known.sum()) < 3:
        return None
    if within is None:
        within = float(np.average(sd[known] ** 2, weights=count[known] - 1))
    between = float(np.var(mos[known], ddof=1)) - within * float(np.mean(1 / count[known]))
    if between <= 1e-12:
        return None
    rated = count[np.isfinite(mos) & (count >= 1)]
    harmonic = 1 / float(np.mean(1 / rated))

    def reach(raters: float) -> float:
        return math.sqrt(between / (between + within / raters))

    curve = tuple((n, reach(n)) for n in RATER_COUNTS)
    return NoiseCeiling(math.sqrt(within), math.sqrt(between), harmonic, reach(harmonic), curve)
