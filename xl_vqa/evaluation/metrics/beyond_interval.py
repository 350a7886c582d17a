"""Errors against how sure people were: outlier ratio and epsilon-insensitive RMSE (ITU-T P.1401)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np

from xl_vqa.evaluation import resampling
from xl_vqa.evaluation.figure import Figure, FloatArray
from xl_vqa.evaluation.metrics.defined import undefined
from xl_vqa.evaluation.metrics.metric import Metric, Takes, Unit

if TYPE_CHECKING:
    from xl_vqa.evaluation.pairs import Pairs
    from xl_vqa.evaluation.resampling import Statistic


def outlier_ratio(prediction: FloatArray, mos: FloatArray, ci95: FloatArray | None) -> Figure:
    """The share of videos whose error exceeds the half width of their MOS's 95% interval.

    ``ci95`` has NaN where a video has none; such videos do not count.
    """
    return _against_ci(prediction, mos, ci95, lambda error, ci: float(np.mean(error > ci)))


def rmse_star(prediction: FloatArray, mos: FloatArray, ci95: FloatArray | None) -> Figure:
    """Epsilon-insensitive RMSE: only what an error exceeds the video's own 95% interval by."""
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


def _outliers(pairs: Pairs) -> Statistic:
    known = pairs.ci95 > 0
    error = np.abs(pairs.prediction - pairs.mos)[known]
    return resampling.among(known, resampling.mean_of((error > pairs.ci95[known]).astype(np.float64)))


def _excess(pairs: Pairs) -> Statistic:
    known = pairs.ci95 > 0
    error = np.abs(pairs.prediction - pairs.mos)[known]
    return resampling.among(known, resampling.root_mean_of(np.maximum(error - pairs.ci95[known], 0.0) ** 2))


_OUTLIER_RATIO: Final = Metric(
    key="outlier_ratio",
    of=lambda pairs: outlier_ratio(pairs.prediction, pairs.mos, pairs.ci95),
    statistic=_outliers,
    higher_is_better=False,
    unit=Unit.SHARE,
    words=("Outlier ratio", "外れ率"),
    takes=Takes.MOS,
    place=80,
    sliced=True,
)
_RMSE_STAR: Final = Metric(
    key="rmse_star",
    of=lambda pairs: rmse_star(pairs.prediction, pairs.mos, pairs.ci95),
    statistic=_excess,
    higher_is_better=False,
    unit=Unit.MOS,
    words=("RMSE*", "RMSE*"),
    takes=Takes.MOS,
    place=90,
)

METRICS: Final = (
    _OUTLIER_RATIO,
    _OUTLIER_RATIO.after_mapping(
        "outlier_ratio_mapped", ("Outlier ratio after mapping", "外れ率(写像後)"), sliced=False
    ),
    _RMSE_STAR,
    _RMSE_STAR.after_mapping("rmse_star_mapped", ("RMSE* after mapping", "RMSE*(写像後)"), sliced=False),
)
