"""How well predictions follow people's scores: correlations and errors of one set of items.

All functions take arrays of shape (n,) in MOS units. None returns NaN: what is not defined is a Figure
without a value and with a reason. The correlations are SciPy's; ties get average ranks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from scipy import stats

from xl_vqa.evaluation.figure import Figure, FloatArray

Metric = Callable[[FloatArray, FloatArray], Figure]

MIN_ITEMS: Final = 3
"""Fewer pairs than this have no correlation worth the name: two points always lie on a line."""


def undefined(prediction: FloatArray, mos: FloatArray, *, correlation: bool = True) -> str | None:
    """Why no figure can be computed: a reason's key, or None where it can."""
    if prediction.shape != mos.shape or prediction.ndim != 1:
        raise ValueError(
            f"prediction and mos must have the same one-dimensional shape: {prediction.shape}, {mos.shape}"
        )
    if len(mos) < MIN_ITEMS:
        return "too_few"
    if not (np.isfinite(prediction).all() and np.isfinite(mos).all()):
        return "not_finite"
    if correlation and is_constant(mos):
        return "constant_mos"
    if correlation and is_constant(prediction):
        return "constant_prediction"
    return None


def is_constant(values: FloatArray) -> bool:
    """Whether all values are one and the same, but for rounding errors of their computation."""
    spread = float(np.ptp(values))
    return spread <= 1e-12 * max(1.0, float(np.abs(values).max()))


def _correlation(test: Callable[..., Any], prediction: FloatArray, mos: FloatArray) -> Figure:
    reason = undefined(prediction, mos)
    if reason is not None:
        return Figure.missing(reason, len(mos))
    return Figure.of(float(test(prediction, mos).statistic), len(mos))


def srcc(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Spearman's rank correlation, average ranks for ties."""
    return _correlation(stats.spearmanr, prediction, mos)


def krcc(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Kendall's tau-b."""
    return _correlation(stats.kendalltau, prediction, mos)


def plcc(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Pearson's correlation."""
    return _correlation(stats.pearsonr, prediction, mos)


def rmse(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Root mean square error, over n: a mapping is never fitted on the items it is judged by."""
    return _mean_error(prediction, mos, lambda error: float(np.sqrt(np.mean(error**2))))


def mae(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Mean absolute error."""
    return _mean_error(prediction, mos, lambda error: float(np.mean(np.abs(error))))


def bias(prediction: FloatArray, mos: FloatArray) -> Figure:
    """Mean of prediction minus MOS: above 0 where the model is too kind."""
    return _mean_error(prediction, mos, lambda error: float(np.mean(error)))


def _mean_error(prediction: FloatArray, mos: FloatArray, of: Callable[[FloatArray], float]) -> Figure:
    reason = undefined(prediction, mos, correlation=False)
    if reason is not None:
        return Figure.missing(reason, len(mos))
    return Figure.of(of(prediction - mos), len(mos))


def outlier_ratio(prediction: FloatArray, mos: FloatArray, ci95: FloatArray | None) -> Figure:
    """The share of videos whose error exceeds the half width of their MOS's 95% interval (ITU-T P.1401).

    ``ci95`` has NaN where a video has none; such videos do not count.
    """
    return _against_ci(prediction, mos, ci95, lambda error, ci: float(np.mean(error > ci)))


def rmse_star(prediction: FloatArray, mos: FloatArray, ci95: FloatArray | None) -> Figure:
    """Epsilon-insensitive RMSE (ITU-T P.1401): only what an error exceeds the video's own 95% interval by."""
    return _against_ci(
        prediction, mos, ci95, lambda error, ci: float(np.sqrt(np.mean(np.maximum(error - ci, 0.0) ** 2)))
    )


def _against_ci(
    prediction: FloatArray, mos: FloatArray, ci95: FloatArray | None, of: Callable[[FloatArray, FloatArray], float]
) -> Figure:
    # raters who agree by chance leave an interval of 0, which would make their MOS exact: it is none
    if ci95 is None or not (ci95 > 0).any():
        return Figure.missing("no_ci95", 0)
    known = ci95 > 0
    reason = undefined(prediction[known], mos[known], correlation=False)
    if reason is not None:
        return Figure.missing(reason, int(known.sum()))
    return Figure.of(of(np.abs(prediction - mos)[known], ci95[known]), int(known.sum()))


def tied_items(values: FloatArray) -> int:
    """How many items share their value with another item."""
    _, counts = np.unique(values, return_counts=True)
    return int(counts[counts > 1].sum())
