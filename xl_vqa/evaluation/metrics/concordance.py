"""Do the model and people agree in the scores themselves, not only in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from xl_vqa.evaluation import resampling
from xl_vqa.evaluation.figure import Figure, FloatArray, IntArray
from xl_vqa.evaluation.metrics.defined import MIN_ITEMS, undefined
from xl_vqa.evaluation.metrics.metric import Metric, Takes, Unit

if TYPE_CHECKING:
    from xl_vqa.evaluation.pairs import Pairs
    from xl_vqa.evaluation.resampling import Statistic


def lin_concordance(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Lin's concordance correlation coefficient: 1 only where every pair is equal (moments over n)."""
    reason = undefined(prediction, mos, correlation=False)
    if reason is not None:
        return Figure.missing(reason, len(mos))
    spread = float(np.var(prediction) + np.var(mos) + (prediction.mean() - mos.mean()) ** 2)
    if spread <= 1e-12:
        # both are one and the same constant: nothing varies, so nothing can agree by more than chance
        return Figure.missing("constant_mos", len(mos))
    covariance = float(np.mean((prediction - prediction.mean()) * (mos - mos.mean())))
    return Figure.of(2 * covariance / spread, len(mos))


def quadratic_kappa(first: FloatArray, second: FloatArray) -> Figure:
    """Cohen's kappa with quadratic weights, of integer categories or labels of shape (n,).

    The weight is the squared distance of the categories, so kappa has the closed form of Lin's concordance.
    """
    return lin_concordance(first, second)


def icc_2_1(scores: FloatArray) -> Figure:
    """ICC(2,1): absolute agreement of single raters, two-way random effects (Shrout and Fleiss).

    ``scores`` has shape (videos, raters) and must be complete. McGraw and Wong call it ICC(A,1).
    """
    if scores.ndim != 2 or scores.shape[1] < 2:
        return Figure.missing("no_rater_data", 0)
    n = len(scores)
    if n < MIN_ITEMS:
        return Figure.missing("too_few", n)
    if not np.isfinite(scores).all():
        return Figure.missing("not_finite", n)
    if np.var(scores) <= 1e-12:
        return Figure.missing("constant_mos", n)
    return Figure.of(float(resampling.icc_of(scores)(np.ones((n, 1)))[0]), n)


def band_accuracy(model_bands: IntArray, human_bands: IntArray) -> Figure:
    """The share of videos that model and people put into the same band; arrays of shape (n,)."""
    if len(human_bands) == 0:
        return Figure.missing("no_items", 0)
    return Figure.of(float(np.mean(model_bands == human_bands)), len(human_bands))


def _both(pairs: Pairs) -> FloatArray:
    return np.column_stack([pairs.prediction, pairs.mos])


def _same_band(pairs: Pairs) -> Statistic:
    found = pairs.known_labels
    return resampling.mean_of((found.model_bands == found.human_bands).astype(np.float64))


METRICS: Final = (
    Metric(
        key="ccc",
        of=lambda pairs: lin_concordance(pairs.prediction, pairs.mos),
        statistic=lambda pairs: resampling.concordance_of(pairs.prediction, pairs.mos),
        higher_is_better=True,
        unit=Unit.NUMBER,
        words=("Lin's concordance (CCC)", "Lin の一致相関係数(CCC)"),
        takes=Takes.MOS,
        place=100,
        sliced=True,
    ),
    Metric(
        key="kappa_labels",
        of=lambda pairs: quadratic_kappa(_floats(pairs.known_labels.model), _floats(pairs.known_labels.human)),
        statistic=lambda pairs: resampling.concordance_of(
            _floats(pairs.known_labels.model), _floats(pairs.known_labels.human)
        ),
        higher_is_better=True,
        unit=Unit.NUMBER,
        words=("Quadratic kappa, labels", "2 次重み付きカッパ(ラベル)"),
        takes=Takes.LABELS,
        place=110,
    ),
    Metric(
        key="kappa_bands",
        of=lambda pairs: quadratic_kappa(
            _floats(pairs.known_labels.model_bands), _floats(pairs.known_labels.human_bands)
        ),
        statistic=lambda pairs: resampling.concordance_of(
            _floats(pairs.known_labels.model_bands), _floats(pairs.known_labels.human_bands)
        ),
        higher_is_better=True,
        unit=Unit.NUMBER,
        words=("Quadratic kappa, bands", "2 次重み付きカッパ(評価区分)"),
        takes=Takes.LABELS,
        place=120,
    ),
    Metric(
        key="icc",
        of=lambda pairs: icc_2_1(_both(pairs)),
        statistic=lambda pairs: resampling.icc_of(_both(pairs)),
        higher_is_better=True,
        unit=Unit.NUMBER,
        words=("ICC(2,1), model and people", "ICC(2,1)(モデルと人)"),
        takes=Takes.MOS,
        place=130,
    ),
    Metric(
        key="band_accuracy",
        of=lambda pairs: band_accuracy(pairs.known_labels.model_bands, pairs.known_labels.human_bands),
        statistic=_same_band,
        higher_is_better=True,
        unit=Unit.SHARE,
        words=("Same band as people", "人と同じ評価区分の割合"),
        takes=Takes.LABELS,
        place=140,
    ),
)


def _floats(values: IntArray) -> FloatArray:
    return values.astype(np.float64)
