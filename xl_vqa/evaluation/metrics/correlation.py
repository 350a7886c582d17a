"""Does the order agree: Spearman, Kendall and Pearson. Ties get average ranks; Kendall's tau-b is SciPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from scipy import stats

from xl_vqa.datasets import correlation
from xl_vqa.evaluation import resampling
from xl_vqa.evaluation.figure import Figure, FloatArray
from xl_vqa.evaluation.metrics.defined import undefined
from xl_vqa.evaluation.metrics.metric import Metric, Takes, Unit


def _correlation(of: Callable[[FloatArray, FloatArray], float], prediction: FloatArray, mos: FloatArray) -> Figure:
    reason = undefined(prediction, mos)
    if reason is not None:
        return Figure.missing(reason, len(mos))
    return Figure.of(of(prediction, mos), len(mos))


def srcc(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Spearman's rank correlation of two arrays of shape (n,)."""
    return _correlation(lambda x, y: correlation.spearman(x, y) or 0.0, prediction, mos)


def krcc(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Kendall's tau-b of two arrays of shape (n,)."""
    return _correlation(lambda x, y: float(stats.kendalltau(x, y).statistic), prediction, mos)


def plcc(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Pearson's correlation of two arrays of shape (n,)."""
    return _correlation(lambda x, y: correlation.pearson(x, y) or 0.0, prediction, mos)


_PLCC: Final = Metric(
    key="plcc",
    of=lambda pairs: plcc(pairs.prediction, pairs.mos),
    statistic=lambda pairs: resampling.pearson_of(pairs.prediction, pairs.mos),
    higher_is_better=True,
    unit=Unit.NUMBER,
    words=("PLCC (Pearson)", "PLCC(ピアソン相関)"),
    takes=Takes.ANY,
    place=30,
    compared=True,
    sliced=True,
)

METRICS: Final = (
    Metric(
        key="srcc",
        of=lambda pairs: srcc(pairs.prediction, pairs.mos),
        statistic=lambda pairs: resampling.spearman_of(pairs.prediction, pairs.mos),
        higher_is_better=True,
        unit=Unit.NUMBER,
        words=("SRCC (Spearman)", "SRCC(スピアマン順位相関)"),
        takes=Takes.ANY,
        place=10,
        compared=True,
        sliced=True,
    ),
    Metric(
        key="krcc",
        of=lambda pairs: krcc(pairs.prediction, pairs.mos),
        statistic=lambda pairs: resampling.kendall_of(pairs.prediction, pairs.mos),
        higher_is_better=True,
        unit=Unit.NUMBER,
        words=("KRCC (Kendall tau-b)", "KRCC(ケンドール tau-b)"),
        takes=Takes.ANY,
        place=20,
        compared=True,
        sliced=True,
    ),
    _PLCC,
    _PLCC.after_mapping("plcc_mapped", ("PLCC after mapping", "PLCC(写像後)"), sliced=True),
)
