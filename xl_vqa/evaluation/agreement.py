"""Do the model and people, or people among themselves, agree: not only in order but in the scores themselves."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import stats

from xl_vqa.datasets.mos import standard_error
from xl_vqa.datasets.reliability import Coefficient, incomplete_icc, krippendorff_alpha
from xl_vqa.evaluation.figure import Figure, FloatArray
from xl_vqa.evaluation.intervals import CONFIDENCE, with_intervals
from xl_vqa.evaluation.metrics.concordance import icc_2_1
from xl_vqa.evaluation.metrics.correlation import plcc, srcc
from xl_vqa.evaluation.metrics.defined import MIN_ITEMS
from xl_vqa.evaluation.resampling import Resampling, Statistic, icc_of, mean_of, spread_of

SPLITS: Final = 100
"""Random halvings of the panel whose correlations are averaged."""


@dataclass(frozen=True, slots=True)
class BlandAltman:
    """Prediction minus MOS: ``bias`` and the limits ``bias +- 1.96 s_d``, each with its 95% interval."""

    bias: Figure
    lower: Figure
    upper: Figure
    standard_deviation: float | None

    def to_dict(self) -> dict[str, Any]:
        return {
            "bias": self.bias.to_dict(),
            "lower": self.lower.to_dict(),
            "upper": self.upper.to_dict(),
            "standard_deviation": self.standard_deviation,
        }


def bland_altman(prediction: FloatArray, mos: FloatArray, bias: Figure, resampling: Resampling) -> BlandAltman:
    """Limits of agreement, ``bias`` being the metric of that name: one bias has one interval.

    The limits' intervals are the bootstrap's, since those of Bland and Altman (1999) take videos for independent.
    """
    n = len(mos)
    if bias.value is None:
        missing = Figure.missing(bias.reason or "not_finite", n)
        return BlandAltman(bias, missing, missing, None)
    difference = prediction - mos
    mean, deviation = mean_of(difference), spread_of(difference)
    z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))
    twins: dict[str, Statistic] = {
        "lower": lambda weights: mean(weights) - z * deviation(weights),
        "upper": lambda weights: mean(weights) + z * deviation(weights),
    }
    limits = {name: Figure.of(float(twin(np.ones((n, 1)))[0]), n) for name, twin in twins.items()}
    limits, _ = with_intervals(limits, twins, resampling)
    return BlandAltman(bias, limits["lower"], limits["upper"], float(difference.std(ddof=1)))


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How well people agree with people: what a model can at best be asked for on these scores.

    ``rater_srcc`` and ``rater_plcc``: each rater against the mean of the others, averaged over the raters;
    ``model_srcc`` and ``model_plcc``: the model against the very same means of the others, so that both can
    be read side by side. ``split_half``: Pearson's correlation of the means of two random halves of each
    video's raters; ``reliability``: that of the whole panel's mean (Spearman and Brown); ``limit_plcc``: its
    root, the highest PLCC that a model without any error of its own can expect against this MOS.
    """

    raters: int
    rater_srcc: Figure
    rater_plcc: Figure
    model_srcc: Figure
    model_plcc: Figure
    split_half: Figure
    reliability: Figure
    limit_plcc: Figure
    icc: Figure
    """ICC(2,1); of a panel with gaps by the variances of videos, raters and rest, without an interval."""
    alpha: Figure
    """Krippendorff's alpha with the interval metric; a panel may have gaps."""
    source: str
    """``raters`` where scores of single raters were given, ``ci95`` where it rests on the intervals alone."""

    def to_dict(self) -> dict[str, Any]:
        figures = ("rater_srcc", "rater_plcc", "model_srcc", "model_plcc", "split_half", "reliability")
        values: dict[str, Any] = {"raters": self.raters, "source": self.source}
        for name in (*figures, "limit_plcc", "icc", "alpha"):
            values[name] = getattr(self, name).to_dict()
        return values


def ceiling_from_raters(
    scores: FloatArray, prediction: FloatArray, seed: int = 0, resampling: Resampling | None = None
) -> Ceiling:
    """``scores`` has shape (videos, raters), NaN where a rater did not see a video; ``prediction`` (videos,)."""
    rater_figures, model_figures = _leave_one_out(scores, prediction)
    half, panel = _split_half(scores, seed)
    row_of, rater_of = np.nonzero(np.isfinite(scores))
    ratings = row_of, rater_of, scores[row_of, rater_of]
    whole = bool(np.isfinite(scores).all()) and min(scores.shape) >= 2 and len(scores) >= MIN_ITEMS
    return Ceiling(
        raters=scores.shape[1],
        rater_srcc=_mean_over(rater_figures["srcc"]),
        rater_plcc=_mean_over(rater_figures["plcc"]),
        model_srcc=_mean_over(model_figures["srcc"]),
        model_plcc=_mean_over(model_figures["plcc"]),
        split_half=half,
        reliability=panel,
        limit_plcc=_root(panel),
        icc=_icc(scores, resampling) if whole else _coefficient(incomplete_icc(*ratings)),
        alpha=_coefficient(krippendorff_alpha(*ratings)),
        source="raters",
    )


def ceiling_from_ci(mos: FloatArray, ci95: FloatArray, raters: FloatArray) -> Ceiling:
    """The noise limit from the width of each MOS's 95% interval; arrays of shape (n,), NaN where not known.

    The half width is t(0.975, raters - 1) times the standard error, so the mean of the squared standard
    errors is the noise in the variance of the MOS.
    """
    missing = Figure.missing("no_rater_data", 0)
    # an interval of 0 is that of raters who agreed by chance, and none
    known = np.isfinite(ci95) & (ci95 > 0) & np.isfinite(mos) & (raters >= 2)
    n = int(known.sum())
    reliability = Figure.missing("no_ci95" if n == 0 else "too_few", n)
    if n >= MIN_ITEMS:
        error = standard_error(ci95[known], raters[known])
        variance = float(np.var(mos[known], ddof=1))
        reliability = Figure.missing("constant_mos", n)
        if variance > 1e-12:
            reliability = Figure.of(max(1 - float(np.mean(error**2)) / variance, 0.0), n)
    most = int(np.nanmax(raters[known])) if n else 0
    limit = _root(reliability)
    return Ceiling(most, missing, missing, missing, missing, missing, reliability, limit, missing, missing, "ci95")


def _icc(scores: FloatArray, resampling: Resampling | None) -> Figure:
    drawn = resampling or Resampling(len(scores))
    return with_intervals({"icc": icc_2_1(scores)}, {"icc": icc_of(scores)}, drawn)[0]["icc"]


def _coefficient(found: Coefficient) -> Figure:
    """A coefficient of datasets.reliability as a figure; its reasons are words of ours."""
    if found.value is None:
        words = {"few_videos": "few_common_videos", "no_raters": "no_rater_data", "constant": "constant_mos"}
        return Figure.missing(words.get(found.reason or "", found.reason or ""), found.videos)
    return Figure(found.value, found.videos, interval_reason="not_estimated")


def _leave_one_out(
    scores: FloatArray, prediction: FloatArray
) -> tuple[dict[str, list[Figure]], dict[str, list[Figure]]]:
    given = np.isfinite(scores)
    filled = np.where(given, scores, 0.0)
    sums, counts = filled.sum(axis=1), given.sum(axis=1)
    of_rater: dict[str, list[Figure]] = {"srcc": [], "plcc": []}
    of_model: dict[str, list[Figure]] = {"srcc": [], "plcc": []}
    for rater in range(scores.shape[1]):
        # the videos that this rater and at least one other saw, and that the model rated
        seen = given[:, rater] & (counts >= 2) & np.isfinite(prediction)
        others = (sums[seen] - filled[seen, rater]) / (counts[seen] - 1)
        for name, correlate in (("srcc", srcc), ("plcc", plcc)):
            of_rater[name].append(correlate(scores[seen, rater], others))
            of_model[name].append(correlate(prediction[seen], others))
    return of_rater, of_model


def _mean_over(figures: Sequence[Figure]) -> Figure:
    """The mean over raters; ``n`` counts the raters that have a value."""
    values = [figure.value for figure in figures if figure.value is not None]
    if not values:
        # why most of them have none: one rater alone, no video in common, or somebody who always gives one score
        if len(figures) < 2:
            return Figure.missing("one_rater", 0)
        reasons = Counter(figure.reason for figure in figures if figure.reason is not None)
        reason = max(reasons, key=lambda name: reasons[name], default="no_common_videos")
        if reason == "too_few":
            reason = "no_common_videos" if all(figure.n == 0 for figure in figures) else "few_common_videos"
        return Figure.missing(reason, 0)
    return Figure.of(float(np.mean(values)), len(values))


def _split_half(scores: FloatArray, seed: int) -> tuple[Figure, Figure]:
    """Correlation of two half panels, and the reliability of the mean of the whole panel."""
    counts = np.isfinite(scores).sum(axis=1)
    usable = scores[counts >= 2]
    n = len(usable)
    if n < MIN_ITEMS:
        alone = "one_rater" if int(np.isfinite(scores).any(axis=0).sum()) < 2 else "no_common_videos"
        missing = Figure.missing(alone if n == 0 else "few_common_videos", n)
        return missing, missing
    generator = np.random.default_rng(seed)
    given = np.isfinite(usable)
    sizes = given.sum(axis=1)
    filled = np.where(given, usable, 0.0)
    correlations = []
    for _ in range(SPLITS):
        # raters in random order for each video, those who did not see it last
        keys = np.where(given, generator.random(usable.shape), 2.0)
        place = np.argsort(np.argsort(keys, axis=1), axis=1)
        # an odd rater out is left out, so that both halves are as noisy as each other
        half = sizes // 2
        first = place < half[:, None]
        second = (place >= half[:, None]) & (place < 2 * half[:, None])
        figure = plcc((filled * first).sum(axis=1) / half, (filled * second).sum(axis=1) / half)
        if figure.value is not None:
            correlations.append(figure.value)
    if not correlations:
        missing = Figure.missing("constant_mos", n)
        return missing, missing
    mean = float(np.mean(correlations))
    # Spearman and Brown: from a mean of `half` scores to the mean of all
    longer = float(np.mean(sizes)) / float(np.mean(sizes // 2))
    panel = longer * mean / (1 + (longer - 1) * mean) if mean > 0 else 0.0
    return Figure.of(mean, n), Figure.of(panel, n)


def _root(figure: Figure) -> Figure:
    if figure.value is None:
        return figure
    return Figure.of(math.sqrt(max(figure.value, 0.0)), figure.n)
