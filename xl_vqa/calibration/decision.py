"""Where to accept, where to reject, and where people should look: the limits of least cost, and how sure that is.

A video is defective where people's MOS lies below a limit. A review costs what it costs and always finds the
truth; an accepted defective video is an escape; a rejected good one is a false reject.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from xl_vqa.calibration.limits import cumulative, cuts
from xl_vqa.evaluation.figure import Figure, FloatArray, IntArray
from xl_vqa.evaluation.mapping import fold_numbers
from xl_vqa.evaluation.resampling import Resampling
from xl_vqa.words.labels import Scale

MOST_POINTS: Final = 120
"""Points of the curve that are kept."""


@dataclass(frozen=True, slots=True)
class Costs:
    """In any one unit. Raises ValueError below 0."""

    review: float = 1.0
    escape: float = 10.0
    reject: float = 5.0

    def __post_init__(self) -> None:
        values = (self.review, self.escape, self.reject)
        if not all(np.isfinite(value) and value >= 0 for value in values) or not any(values):
            raise ValueError(f"costs must be 0 or more and not all 0: {values}")


@dataclass(frozen=True, slots=True)
class Point:
    """The cost of one video where all from ``accept`` on are accepted and ``reject`` is the best for that."""

    accept: float
    reject: float
    cost: float
    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Decision:
    """The limits with 95% intervals over contents. Costs are per video. ``held_out`` is the cost on contents that
    the limits were not found on; ``trivial`` the cheapest of accepting, reviewing or rejecting everything (its
    name and cost), and ``saved`` what the limits save against that on contents not seen, with its interval."""

    reject: float
    accept: float
    reject_interval: tuple[float, float]
    accept_interval: tuple[float, float]
    cost: float
    held_out: float
    trivial: str
    trivial_cost: float
    saved: Figure
    shares: dict[str, float]
    """Of accept, review and reject, of escapes and of false rejects among all videos."""
    curve: Sequence[Point]

    @property
    def gains(self) -> bool:
        """Whether the limits save anything on contents that they were not found on; else they are not used."""
        return self.saved.value is not None and self.saved.value > 0

    def to_dict(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in self.__slots__ if name not in ("curve", "saved")}
        values |= {"reject_interval": list(self.reject_interval), "accept_interval": list(self.accept_interval)}
        return {**values, "saved": self.saved.to_dict(), "curve": [point.to_dict() for point in self.curve]}


class _Table:
    """Costs of every pair of limits, as two parts: one hangs on the reject limit, one on the accept limit.

    cost(r, a) = reject_part[r] + accept_part[a] for r <= a, so the best pair is found in one pass.
    """

    def __init__(self, score: FloatArray, bad: FloatArray, costs: Costs, scale: Scale) -> None:
        self.limits, self.order, self.below = cuts(score, scale)
        self.bad, self.costs = bad[self.order, None], costs

    def parts(self, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(m + 1, b) each, in cost per video."""
        drawn = weights[self.order]
        bad, every = cumulative(drawn * self.bad, self.below), cumulative(drawn, self.below)
        good, costs, total = every - bad, self.costs, every[-1]
        reject = costs.reject * good - costs.review * every
        accept = costs.review * every + costs.escape * (bad[-1] - bad)
        return reject / total, accept / total

    def best(self, weights: FloatArray) -> tuple[IntArray, IntArray]:
        """The places of the reject and accept limits of least cost, shape (b,) each."""
        reject, accept = self.parts(weights)
        lowest = np.minimum.accumulate(reject, axis=0)
        # of equal costs the lowest accept limit, and for it the highest reject limit: the fewest reviews
        total = lowest + accept
        places = np.argmax(total <= total.min(axis=0) + 1e-12, axis=0)
        columns = np.arange(weights.shape[1])
        rows = np.arange(len(self.limits))[:, None]
        equal = (reject <= lowest[places, columns] + 1e-12) & (rows <= places)
        return len(self.limits) - 1 - np.argmax(equal[::-1], axis=0), places


def best_pair(score: FloatArray, bad: FloatArray, costs: Costs, scale: Scale) -> tuple[float, float]:
    """The reject and the accept limit of least cost on these videos; ``bad`` (n,) is 1 for a defective one."""
    table = _Table(score, bad, costs, scale)
    reject, accept = table.best(np.ones((len(score), 1)))
    return float(table.limits[reject[0]]), float(table.limits[accept[0]])


def cost_each(reject: float, accept: float, score: FloatArray, bad: FloatArray, costs: Costs) -> FloatArray:
    """What each video costs under these limits, shape (n,)."""
    return np.where(
        score < reject,
        costs.reject * (1 - bad),
        np.where(score < accept, costs.review, costs.escape * bad),
    )


def decide(
    score: FloatArray,
    bad: FloatArray,
    contents: IntArray,
    costs: Costs,
    scale: Scale,
    resampling: Resampling,
    seed: int = 0,
) -> Decision:
    """Arrays of shape (n,); the videos should be of several contents, and some of them defective."""
    table = _Table(score, bad, costs, scale)
    ones = np.ones((len(score), 1))
    reject_place, accept_place = (int(place[0]) for place in table.best(ones))
    reject, accept = float(table.limits[reject_place]), float(table.limits[accept_place])
    held = _held_out(score, bad, contents, costs, scale, seed)
    trivial = {
        "accept": costs.escape * bad,
        "review": np.full(len(score), costs.review),
        "reject": costs.reject * (1 - bad),
    }
    cheapest = min(trivial, key=lambda name: float(trivial[name].mean()))
    places = _thinned(len(table.limits), accept_place)
    best_reject = _best_reject(table.parts(ones)[0][:, 0])
    drawn = _draw(table, resampling, places, best_reject, trivial[cheapest] - held)
    mine = cost_each(reject, accept, score, bad, costs)
    at = table.parts(ones)
    curve = [
        Point(
            float(table.limits[place]),
            float(table.limits[best_reject[place]]),
            float(at[0][best_reject[place], 0] + at[1][place, 0]),
            *np.quantile(drawn.curve[index], [0.025, 0.975]).tolist(),
        )
        for index, place in enumerate(places)
    ]
    saved = float((trivial[cheapest] - held).mean())
    return Decision(
        reject=reject,
        accept=accept,
        reject_interval=_ends(drawn.reject),
        accept_interval=_ends(drawn.accept),
        cost=float(mine.mean()),
        held_out=float(held.mean()),
        trivial=cheapest,
        trivial_cost=float(trivial[cheapest].mean()),
        saved=Figure.of(saved, len(score), *_ends(drawn.saved)),
        shares={
            "accept": float((score >= accept).mean()),
            "review": float(((score >= reject) & (score < accept)).mean()),
            "reject": float((score < reject).mean()),
            "escape": float(((score >= accept) & (bad > 0)).mean()),
            "false_reject": float(((score < reject) & (bad == 0)).mean()),
        },
        curve=curve,
    )


def _held_out(
    score: FloatArray, bad: FloatArray, contents: IntArray, costs: Costs, scale: Scale, seed: int
) -> FloatArray:
    """What each video costs under the limits that the other folds' contents gave, shape (n,)."""
    folds = fold_numbers(contents, seed=seed)
    found = np.empty(len(score))
    for fold in np.unique(folds):
        held = folds == fold
        others = ~held if (~held).any() else held
        limits = best_pair(score[others], bad[others], costs, scale)
        found[held] = cost_each(*limits, score[held], bad[held], costs)
    return found


def _best_reject(part: FloatArray) -> IntArray:
    """For each accept limit the place of the best reject limit that is not above it."""
    best, found = 0, []
    for place, value in enumerate(part):
        if value <= part[best] + 1e-12:
            best = place
        found.append(best)
    return np.array(found, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Drawn:
    curve: FloatArray
    reject: FloatArray
    accept: FloatArray
    saved: FloatArray


def _draw(
    table: _Table, resampling: Resampling, places: Sequence[int], best_reject: IntArray, saving: FloatArray
) -> _Drawn:
    curve, rejects, accepts, saved = [], [], [], []
    for weights in resampling.batches():
        reject, accept = table.parts(weights)
        curve.append(reject[best_reject[places]] + accept[places])
        low, high = table.best(weights)
        rejects.append(table.limits[low])
        accepts.append(table.limits[high])
        saved.append(saving @ weights / weights.sum(axis=0))
    return _Drawn(
        np.concatenate(curve, axis=1), np.concatenate(rejects), np.concatenate(accepts), np.concatenate(saved)
    )


def _thinned(count: int, kept: int) -> list[int]:
    """Places of at most MOST_POINTS limits, with both ends and ``kept``."""
    places = np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(int))
    return sorted({*places.tolist(), kept})


def _ends(values: FloatArray) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
