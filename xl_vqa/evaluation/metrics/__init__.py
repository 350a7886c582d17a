"""The one table of metrics: whoever shows, compares or writes figures goes through it, and names none by hand.

Every module here that holds a ``METRICS`` tuple adds its entries, so a new metric is one new file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager

from xl_vqa.evaluation.metrics.metric import Metric

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
