"""How far off the scores are, in MOS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from xl_vqa.evaluation import resampling
from xl_vqa.evaluation.figure import Figure, FloatArray
from xl_vqa.evaluation.metrics.defined import undefined
from xl_vqa.evaluation.metrics.metric import Metric, Takes, Unit


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


_RMSE: Final = Metric(
    key="rmse",
    of=lambda pairs: rmse(pairs.prediction, pairs.mos),
    statistic=lambda pairs: resampling.root_mean_of((pairs.prediction - pairs.mos) ** 2),
    higher_is_better=False,
    unit=Unit.MOS,
    words=("RMSE", "RMSE"),
    takes=Takes.MOS,
    place=50,
    compared=True,
    sliced=True,
)

METRICS: Final = (
    _RMSE,
    _RMSE.after_mapping("rmse_mapped", ("RMSE after mapping", "RMSE(写像後)"), sliced=True),
    Metric(
        key="mae",
        of=lambda pairs: mae(pairs.prediction, pairs.mos),
        statistic=lambda pairs: resampling.mean_of(np.abs(pairs.prediction - pairs.mos)),
        higher_is_better=False,
        unit=Unit.MOS,
        words=("MAE", "MAE(平均絶対誤差)"),
        takes=Takes.MOS,
        place=60,
        compared=True,
        sliced=True,
    ),
    Metric(
        key="bias",
        of=lambda pairs: bias(pairs.prediction, pairs.mos),
        statistic=lambda pairs: resampling.mean_of(pairs.prediction - pairs.mos),
        higher_is_better=None,
        unit=Unit.MOS,
        words=("Bias (model minus people)", "偏り(モデル − 人)"),
        takes=Takes.MOS,
        place=70,
        sliced=True,
    ),
)
