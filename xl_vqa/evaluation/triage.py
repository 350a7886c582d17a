"""The model as a sorter: people review what it puts below a threshold, the rest passes unseen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from xl_vqa.evaluation.figure import Figure, FloatArray, IntArray
from xl_vqa.evaluation.intervals import share


@dataclass(frozen=True, slots=True)
class TriageCosts:
    """What one review and one escaped defect cost, in any one unit. Raises ValueError below 0."""

    review: float = 1.0
    escape: float = 10.0

    def __post_init__(self) -> None:
        if not (self.review >= 0 and self.escape >= 0 and self.review + self.escape > 0):
            raise ValueError(f"costs must be 0 or more and not both 0: review {self.review}, escape {self.escape}")


@dataclass(frozen=True, slots=True)
class TriagePoint:
    """Counts at one threshold: ``flagged`` videos go to review, ``caught`` of them are defective."""

    threshold: float | None
    """Predictions below it are flagged, in MOS; None where folds had their own."""
    n: int
    defective: int
    flagged: int
    caught: int

    @property
    def missed(self) -> int:
        return self.defective - self.caught

    @property
    def precision(self) -> Figure:
        """The share of flagged videos that are defective."""
        return share(self.caught, self.flagged) if self.flagged else Figure.missing("none_flagged", 0)

    @property
    def recall(self) -> Figure:
        """The share of defective videos that are flagged."""
        return share(self.caught, self.defective) if self.defective else Figure.missing("none_defective", 0)

    @property
    def review_rate(self) -> Figure:
        """The share of all videos that people still look at."""
        return share(self.flagged, self.n)

    @property
    def escape_rate(self) -> Figure:
        """The share of defective videos that pass unseen: 1 - recall."""
        return share(self.missed, self.defective) if self.defective else Figure.missing("none_defective", 0)

    @property
    def passed_defective(self) -> Figure:
        """The share of passed videos that are defective: what the customer meets."""
        passed = self.n - self.flagged
        return share(self.missed, passed) if passed else Figure.missing("none_passed", 0)

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


def triage_at(threshold: float, prediction: FloatArray, mos: FloatArray, limit: float) -> TriagePoint:
    """Arrays of shape (n,), everything in MOS."""
    flagged, defective = prediction < threshold, mos < limit
    return TriagePoint(
        threshold, len(mos), int(defective.sum()), int(flagged.sum()), int((flagged & defective).sum())
    )


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
    validation: tuple[FloatArray, FloatArray] | None = None,
) -> Triage:
    """Arrays of shape (n,) in MOS; ``thresholds`` rise; ``validation`` is (prediction, mos) of other videos."""
    plain = triage_at(limit, prediction, mos, limit)
    if validation is not None:
        best = cheapest_threshold(*validation, limit, costs, thresholds)
        return Triage(limit, costs, plain, triage_at(best, prediction, mos, limit), best, "validation")
    best = cheapest_threshold(prediction, mos, limit, costs, thresholds)
    flagged = caught = 0
    for fold in np.unique(folds):
        held = folds == fold
        others = ~held if (~held).any() else held
        threshold = cheapest_threshold(prediction[others], mos[others], limit, costs, thresholds)
        point = triage_at(threshold, prediction[held], mos[held], limit)
        flagged, caught = flagged + point.flagged, caught + point.caught
    cheapest = TriagePoint(None, plain.n, plain.defective, flagged, caught)
    return Triage(limit, costs, plain, cheapest, best, "cross_fit")
