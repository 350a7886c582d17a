"""The one table of metrics: whoever shows, compares or writes figures goes through it, and names none by hand.

Every module here that holds a ``METRICS`` tuple adds its entries, so a new metric is one new file.
Other packages add theirs by entry points (docs/plug-ins.md).
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from xl_vqa import plug_ins
from xl_vqa.evaluation.figure import Figure, FloatArray
from xl_vqa.evaluation.metrics.metric import Metric

if TYPE_CHECKING:
    from xl_vqa.evaluation.pairs import Pairs
    from xl_vqa.evaluation.resampling import Statistic

_TABLE: dict[str, Metric] = {}


def all_metrics() -> list[Metric]:
    """In the order of the tables."""
    return sorted(_TABLE.values(), key=lambda metric: metric.place)


def metric_of(key: str) -> Metric | None:
    return _TABLE.get(key)


def compared_metrics() -> list[Metric]:
    """What is tested between a model and its baselines, and between schemes."""
    return [metric for metric in all_metrics() if metric.compared]


def sliced_metrics() -> list[Metric]:
    """What is shown for each part of the videos."""
    return [metric for metric in all_metrics() if metric.sliced]


def register(metric: Metric) -> None:
    """Adds a metric. Raises ValueError where its key is taken."""
    if metric.key in _TABLE:
        raise ValueError(f"two metrics are called {metric.key}")
    _TABLE[metric.key] = metric


@contextmanager
def registered(metric: Metric) -> Iterator[None]:
    """The metric is in the table as long as the block lasts."""
    register(metric)
    try:
        yield
    finally:
        del _TABLE[metric.key]


for _module in pkgutil.iter_modules(__path__):
    for _metric in getattr(importlib.import_module(f"{__name__}.{_module.name}"), "METRICS", ()):
        register(_metric)


def _plug(value: object) -> None:
    """A metric, or several, of another package."""
    metrics = value if isinstance(value, (tuple, list)) else (value,)
    for one in metrics:
        if not isinstance(one, Metric):
            raise TypeError(f"not a Metric: {one!r}")
    for one in metrics:
        register(_guarded(one))


def _guarded(metric: Metric) -> Metric:
    """What another's code raises costs its own figure, and no other."""

    def of(pairs: Pairs) -> Figure:
        try:
            return metric.of(pairs)
        except Exception as error:
            plug_ins.leave_out(plug_ins.METRICS, metric.key, error)
            return Figure.missing("not_finite", len(pairs.mos))

    def statistic(pairs: Pairs) -> Statistic:
        def under(weights: FloatArray) -> FloatArray:
            try:
                return metric.statistic(pairs)(weights)
            except Exception as error:
                plug_ins.leave_out(plug_ins.METRICS, metric.key, error)
                return np.full(weights.shape[1], np.nan)

        return under

    return dataclasses.replace(metric, of=of, statistic=statistic)


plug_ins.use_all(plug_ins.METRICS, _plug)
