"""From the ratings that count to one MOS per video: raters screened, corrected or weighted as the user chose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xl_vqa.datasets.check import Ratings
from xl_vqa.datasets.mos import (
    Floats,
    Ints,
    MosTable,
    confidence_half_width,
    mean_opinion_scores,
    t_quantile_975,
    with_pooled_intervals,
)
from xl_vqa.datasets.rater_models import consensus
from xl_vqa.datasets.rating_table import RatedRow, RatingTable
from xl_vqa.datasets.reliability import Coefficient, incomplete_icc, krippendorff_alpha
from xl_vqa.datasets.screening import Screening, corrected_scores, screen_raters
from xl_vqa.words.labels import Scale

# People hardly ever agree better than this share of the scale in the middle of it ...
_LEAST_SD: Final = 0.03
# ... nor can this share of videos have a spread that no scores on the scale could have.
_IMPOSSIBLE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Judged:
    """What a rater model made of the ratings; arrays are per row of the table."""

    means: MosTable
    raw: MosTable
    """Before any rater was rejected, corrected or weighted."""
    kept: Ratings
    """The ratings that the means rest on."""
    screening: Screening | None
    alpha: Coefficient | None
    """Krippendorff's alpha (interval) of the ratings kept, None where raters are not known."""
    icc: Coefficient | None
    spread_unfit: bool = False
    """The table's SD or interval is of another scale than its means, and was not used."""


def judge(table: RatingTable, ratings: Ratings, scale: Scale, model: str, reject: bool, correction: str) -> Judged:
    """``model`` is one of rater_models.MODELS; ``reject`` and ``correction`` are steps on top of the mean."""
    if table.ready:
        means, unfit = _ready_means(table.rows, scale)
        return Judged(means, means, ratings, None, None, None, unfit)
    raw = _means(table, ratings, scale)
    if not table.raters_known or not ratings.score.size:
        return Judged(raw, raw, ratings, None, None, None)
    rows, names = len(table.rows), table.raters
    screened = ratings
    if model == "p913":
        # the bias goes first, so that a rater who is merely harsh is not far from the others any more
        screened = _corrected(table, ratings, "bias")
    screening = screen_raters(rows, names, screened.row_of, screened.rater_of, screened.score)
    if model == "p913":
        # bias and agreement are those of what the rater really wrote
        as_written = screen_raters(rows, names, ratings.row_of, ratings.rater_of, ratings.score)
        screening = replace(
            screening,
            raters=tuple(
                replace(rater, bias=own.bias)
                for rater, own in zip(screening.raters, as_written.raters, strict=True)
            ),
        )
    kept = _without_outliers(screened, screening) if reject or model in ("bt500", "p913") else ratings
    if model == "p910":
        means, screening = _weighted(table, ratings, screening, scale)
    else:
        means = _means(table, _corrected(table, kept, correction), scale)
    alpha = krippendorff_alpha(kept.row_of, kept.rater_of, kept.score)
    return Judged(means, raw, kept, screening, alpha, incomplete_icc(kept.row_of, kept.rater_of, kept.score))


def _without_outliers(ratings: Ratings, screening: Screening) -> Ratings:
    keep = np.array([not rater.rejected for rater in screening.raters])
    return ratings.only(keep[ratings.rater_of]) if screening.rejected else ratings


def _corrected(table: RatingTable, ratings: Ratings, how: str) -> Ratings:
    score = corrected_scores(
        how, len(table.rows), len(table.raters), ratings.row_of, ratings.rater_of, ratings.score
    )
    return Ratings(ratings.row_of, ratings.rater_of, score)


def _means(table: RatingTable, ratings: Ratings, scale: Scale) -> MosTable:
    means = mean_opinion_scores(len(table.rows), ratings.row_of, ratings.score)
    return with_pooled_intervals(_clipped(means, means.mos, scale))


def _clipped(means: MosTable, mos: Floats, scale: Scale) -> MosTable:
    # a correction can push the mean of an extreme video over the end of the scale
    inside = np.round(np.clip(mos, scale.mos_min, scale.mos_max), 9).astype(np.float64)
    return MosTable(inside, means.sd, means.ci95, means.count)


def _weighted(
    table: RatingTable, ratings: Ratings, screening: Screening, scale: Scale
) -> tuple[MosTable, Screening]:
    """The means of ITU-T P.910 Annex E, and what it says of each rater; spreads are those without the biases."""
    found = consensus(len(table.rows), len(table.raters), ratings.row_of, ratings.rater_of, ratings.score)
    unbiased = ratings.score - found.bias[ratings.rater_of]
    means = mean_opinion_scores(len(table.rows), ratings.row_of, unbiased)
    raters = tuple(
        replace(rater, rejected=False, bias=float(bias), inconsistency=float(sd), weight=float(weight))
        for rater, bias, sd, weight in zip(
            screening.raters, found.bias, found.inconsistency, found.weight, strict=True
        )
    )
    return with_pooled_intervals(_clipped(means, found.quality, scale)), replace(screening, raters=raters)


def _ready_means(rows: Sequence[RatedRow], scale: Scale) -> tuple[MosTable, bool]:
    """Means as the table states them, and whether its spreads do not fit them.

    SD and CI95 come from each other where one is missing and n is known.
    """
    mos = np.array([math.nan if row.mos is None or row.no_video else row.mos for row in rows])
    sd = np.array([math.nan if row.sd is None else row.sd for row in rows], dtype=np.float64)
    ci95 = np.array([math.nan if row.ci95 is None else row.ci95 for row in rows], dtype=np.float64)
    count = np.array([row.count or 0 for row in rows], dtype=np.int64)
    unfit = _spread_unfit(mos, sd, ci95, count, scale)
    if unfit:
        sd, ci95 = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    ci95 = np.where(np.isfinite(ci95), ci95, confidence_half_width(sd, count))
    for index in np.flatnonzero(~np.isfinite(sd) & np.isfinite(ci95) & (count >= 2)):
        n = int(count[index])
        sd[index] = ci95[index] * math.sqrt(n) / t_quantile_975(n - 1)
    return with_pooled_intervals(MosTable(np.round(mos, 9), sd, ci95, count)), unfit


def _spread_unfit(mos: Floats, sd: Floats, ci95: Floats, count: Ints, scale: Scale) -> bool:
    """Whether spreads are of another scale than the means.

    They are where they are larger than scores on the scale can have, or far smaller than people's ever are.
    """
    implied = np.where(np.isfinite(sd), sd, ci95 * np.sqrt(np.maximum(count, 1)) / 1.96)
    known = np.isfinite(implied) & np.isfinite(mos) & (mos >= scale.mos_min) & (mos <= scale.mos_max)
    if int(known.sum()) < 3:
        return False
    m, s, n = mos[known], implied[known], np.maximum(count[known], 2)
    # the widest spread of scores with this mean: all of them on the two ends
    most = np.sqrt((scale.mos_max - m) * (m - scale.mos_min) * n / (n - 1))
    width = scale.mos_max - scale.mos_min
    if float(np.mean(s > most + 0.02 * width)) > _IMPOSSIBLE:
        return True
    middle = np.abs(m - (scale.mos_min + scale.mos_max) / 2) < 0.3 * width
    return int(middle.sum()) >= 3 and float(np.median(s[middle])) < _LEAST_SD * width
