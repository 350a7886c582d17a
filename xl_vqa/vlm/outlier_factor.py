"""How thinly a model's teaching lies round about a video: the local outlier factor (Breunig et al., 2000).

A black picture lies near the middle of all that a model was taught, and yet far from everything that looks nearly
like it. So a video is held against its nearest neighbours among those of the teaching: how much further it lies
from them than they from theirs. About 1 for an ordinary video, more for one that stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TINY = 1e-10
"""As in scikit-learn: videos that are all the same have no distance to divide by."""


@dataclass(frozen=True, slots=True)
class OutlierFactor:
    """``points`` [n, d] of the teaching, the distance of each to the last of its neighbours, ``reach`` [n],
    and how close together they lie, ``density`` [n]; ``neighbours`` [1]: how many are looked at."""

    points: Floats
    reach: Floats
    density: Floats
    neighbours: Floats

    @classmethod
    def fit(cls, points: Floats, neighbours: int) -> OutlierFactor:
        """Raises ValueError where there are no ``neighbours`` besides a point itself."""
        if not 0 < neighbours < len(points):
            raise ValueError(f"{len(points)} points; more than {neighbours} are needed")
        near, far = np.empty((len(points), neighbours), int), np.empty((len(points), neighbours))
        for place, point in enumerate(points):
            apart = _distances(points, point)
            apart[place] = np.inf
            near[place], far[place] = _nearest(apart, neighbours)
        reach = far[:, -1]
        return cls(points, reach, _density(far, reach[near]), np.array([float(neighbours)]))

    def fits(self, width: int) -> bool:
        """Whether all is there for points of ``width``."""
        count = len(self.points)
        shapes = [part.shape for part in (self.points, self.reach, self.density, self.neighbours)]
        return shapes == [(count, width), (count,), (count,), (1,)] and 0 < self.neighbours[0] < count

    def of(self, point: Floats) -> float:
        """The factor of a video that is not among them, [d]; infinity where one of its values is no number."""
        if not np.isfinite(point).all():
            return float("inf")
        near, far = _nearest(_distances(self.points, point), int(self.neighbours[0]))
        return float(self.density[near].mean() / _density(far[None], self.reach[near][None])[0])


def _distances(points: Floats, point: Floats) -> Floats:
    apart: Floats = np.sqrt(np.square(points - point).sum(1))
    return apart


def _nearest(apart: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
    """The places of the nearest, and how far they are, rising."""
    near = np.argpartition(apart, count - 1)[:count]
    near = near[np.argsort(apart[near], kind="stable")]
    return near, apart[near]


def _density(far: Floats, reach: Floats) -> Floats:
    """One over the mean distance to neighbours, [n]; a neighbour counts as no closer than its own ``reach``."""
    found: Floats = 1 / (np.maximum(far, reach).mean(1) + _TINY)
    return found
