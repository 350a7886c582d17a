"""The pairs of one rater: its predictions beside people's scores of the same videos, and every metric of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xl_vqa.evaluation.figure import BoolArray, Figure, FloatArray, IntArray
from xl_vqa.evaluation.intervals import with_intervals
from xl_vqa.evaluation.metrics import all_metrics
from xl_vqa.evaluation.metrics.metric import Metric, Unit
from xl_vqa.evaluation.resampling import Resampling, Statistic


@dataclass(frozen=True, slots=True)
class Labels:
    """Integer labels of the scale, and bands 1..5, of the model and of people; every array has shape (n,)."""

    model: IntArray
    human: IntArray
    model_bands: IntArray
    human_bands: IntArray

    def take(self, kept: BoolArray) -> Labels:
        """The videos where ``kept`` holds, shape (n,)."""
        return dataclasses.replace(self, **_taken(self, kept))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Predictions and people's scores of the same videos; every array has shape (n,).

    ``mapped`` is None where there is no mapping that says anything, with ``mapping_reason``. ``ci95`` has NaN
    where a video has none. ``labels`` is None where no scale is known. ``mos_units`` is False for a rater on
    another scale (VMAF): it has an order and a mapping, but no error of its own in MOS.
    """

    prediction: FloatArray
    mos: FloatArray
    mapped: FloatArray | None
    ci95: FloatArray
    labels: Labels | None = None
    mapping_reason: str = "mapping_constant"
    mos_units: bool = True

    def __len__(self) -> int:
        return len(self.mos)

    @property
    def known_labels(self) -> Labels:
        """``labels``, where a scale is known."""
        assert self.labels is not None
        return self.labels

    def take(self, kept: BoolArray) -> Pairs:
        """The videos where ``kept`` holds, shape (n,)."""
        labels = None if self.labels is None else self.labels.take(kept)
        return dataclasses.replace(self, labels=labels, **_taken(self, kept))

    def figures(self, metrics: Sequence[Metric] | None = None) -> dict[str, Figure]:
        """Every figure without its interval, in the order of the tables; ``metrics`` None stands for all."""
        return {metric.key: metric.figure(self) for metric in _chosen(metrics)}

    def statistics(self, metrics: Sequence[Metric] | None = None) -> dict[str, Statistic]:
        """The bootstrap's twin of every figure that there is."""
        found = {metric.key: metric.drawn(self) for metric in _chosen(metrics)}
        return {key: statistic for key, statistic in found.items() if statistic is not None}

    def measured(
        self, resampling: Resampling, metrics: Sequence[Metric] | None = None
    ) -> tuple[dict[str, Figure], dict[str, FloatArray]]:
        """Every figure with its interval, and the draws that it comes from."""
        shares = {metric.key for metric in _chosen(metrics) if metric.unit is Unit.SHARE}
        return with_intervals(self.figures(metrics), self.statistics(metrics), resampling, shares)


def _chosen(metrics: Sequence[Metric] | None) -> Sequence[Metric]:
    return all_metrics() if metrics is None else metrics


def _taken(table: Labels | Pairs, kept: BoolArray) -> dict[str, Any]:
    values = {field.name: getattr(table, field.name) for field in dataclasses.fields(table)}
    return {name: value[kept] for name, value in values.items() if isinstance(value, np.ndarray)}
