"""The model as a sorter: people review what it puts below a threshold, the rest passes unseen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xl_vqa.evaluation.figure import BoolArray, Figure, FloatArray, IntArray
from xl_vqa.evaluation.intervals import share
from xl_vqa.evaluation.resampling import Resampling


@dataclass(frozen=True, slots=True)
class TriageCosts:
    """What one review and one escaped defect cost, in any one unit. Raises ValueError below 0."""

    review: float = 1.0
    escape: float = 10.0

    def __post_init__(self) -> None:
        if not (self.review >= 0 and self.escape >= 0 and self.review + self.escape > 0):
            raise ValueError(f"costs must be 0 or more and not both 0: review {self.review}, escape {self.escape}")


@dataclass(frozen=True, slots=True, eq=False)
class TriagePoint:
    """One threshold: ``is_flagged`` videos go to review, ``is_defective`` is what people say; shape (n,) each."""

    threshold: float | None
    """Predictions below it are flagged, in MOS; None where folds had their own."""
    is_flagged: BoolArray
    is_defective: BoolArray
    resampling: Resampling
    """What the intervals of the rates go by."""

    @property
    def n(self) -> int:
        return len(self.is_flagged)

    @property
    def defective(self) -> int:
        return int(self.is_defective.sum())

    @property
    def flagged(self) -> int:
        return int(self.is_flagged.sum())

    @property
    def caught(self) -> int:
        """Flagged and defective."""
        return int((self.is_flagged & self.is_defective).sum())

    @property
    def missed(self) -> int:
        return self.defective - self.caught

    @property
    def precision(self) -> Figure:
        """The share of flagged videos that are defective."""
        return share(self.is_defective, self.resampling, self.is_flagged, "none_flagged")

    @property
    def recall(self) -> Figure:
        """The share of defective videos that are flagged."""
        return share(self.is_flagged, self.resampling, self.is_defective, "none_defective")

    @property
    def review_rate(self) -> Figure:
        """The share of all videos that people still look at."""
        return share(self.is_flagged, self.resampling)

    @property
    def escape_rate(self) -> Figure:
        """The share of defective videos that pass unseen: 1 - recall."""
        return share(~self.is_flagged, self.resampling, self.is_defective, "none_defective")

    @property
    def passed_defective(self) -> Figure:
        """The share of passed videos that are defective: what the customer meets."""
        return share(self.is_defective, self.resampling, ~self.is_flagged, "none_passed")

    def cost(self, costs: TriageCosts) -> float:
        """Per video."""
        return (self.flagged * costs.review + self.missed * costs.escape) / max(self.n, 1)

    def to_dict(self, costs: TriageCosts) -> dict[str, Any]:
        values: dict[str, Any] = {"threshold": _finite(self.threshold)}
        values |= {name: getattr(self, name) for name in ("n", "defective", "flagged")}
        values |= {"caught": self.caught, "missed": self.missed, "cost_per_video": self.cost(costs)}
        for name in ("precision", "recall", "review_rate", "escape_rate", "passed_defective"):
            values[name] = getattr(self, name).to_dict()
        return values


@dataclass(frozen=True, slots=True)
class Triage:
    """``plain``: flagged below the very limit of a defect; ``cheapest``: below the threshold of least cost.

    The cheapest threshold is found on validation videos, or each fold's by the other folds (``source`` is
    ``validation`` or ``cross_fit``), so its rates are not flattered by the search. ``best_threshold`` is the
    one to use from now on.
    """

    limit: float
    """A video is defective where its MOS lies below this."""
    costs: TriageCosts
    plain: TriagePoint
    cheapest: TriagePoint
    best_threshold: float
    source: str

    def to_dict(self) -> dict[str, Any]:
        return {
            "limit": self.limit,
            "costs": {"review": self.costs.review, "escape": self.costs.escape},
            "plain": self.plain.to_dict(self.costs),
            "cheapest": self.cheapest.to_dict(self.costs),
            "best_threshold": _finite(self.best_threshold),
            "source": self.source,
        }


def _finite(threshold: float | None) -> float | None:
    """JSON has no infinity: null is the threshold that sends every video to review."""
    return threshold if threshold is not None and math.isfinite(threshold) else None


def triage_at(
    threshold: float, prediction: FloatArray, mos: FloatArray, limit: float, resampling: Resampling | None = None
) -> TriagePoint:
    """Arrays of shape (n,), everything in MOS; ``resampling`` None stands for independent videos."""
    return TriagePoint(threshold, prediction < threshold, mos < limit, resampling or Resampling(len(mos)))


def cheapest_threshold(
    prediction: FloatArray, mos: FloatArray, limit: float, costs: TriageCosts, thresholds: Sequence[float]
) -> float:
    """The threshold of least cost; of equals the one that asks for the fewest reviews."""
    order = np.argsort(prediction, kind="stable")
    below = np.searchsorted(prediction[order], np.asarray(thresholds), side="left")
    caught = np.append(0, np.cumsum(mos[order] < limit))
    cost = below * costs.review + (caught[-1] - caught[below]) * costs.escape
    return float(thresholds[int(np.argmin(cost))])


def triage(
    prediction: FloatArray,
    mos: FloatArray,
    limit: float,
    costs: TriageCosts,
    thresholds: Sequence[float],
    *,
    folds: IntArray,
    resampling: Resampling | None = None,
    validation: tuple[FloatArray, FloatArray] | None = None,
) -> Triage:
    """Arrays of shape (n,) in MOS; ``thresholds`` rise; ``validation`` is (prediction, mos) of other videos."""
    plain = triage_at(limit, prediction, mos, limit, resampling)
    if validation is not None:
        best = cheapest_threshold(*validation, limit, costs, thresholds)
        cheapest = triage_at(best, prediction, mos, limit, resampling)
        return Triage(limit, costs, plain, cheapest, best, "validation")
    best = cheapest_threshold(prediction, mos, limit, costs, thresholds)
    flagged = np.zeros(len(mos), dtype=bool)
    for fold in np.unique(folds):
        held = folds == fold
        others = ~held if (~held).any() else held
        flagged[held] = prediction[held] < cheapest_threshold(
            prediction[others], mos[others], limit, costs, thresholds
        )
    cheapest = TriagePoint(None, flagged, plain.is_defective, plain.resampling)
    return Triage(limit, costs, plain, cheapest, best, "cross_fit")
