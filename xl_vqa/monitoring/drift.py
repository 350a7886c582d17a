"""The tests of two samples: bins and PSI, and walks over time; SciPy has the others.

PSI: the bins are cut from the reference and kept with it; the same samples give .207 or .233 with other bins.
Whether one is chance is told by the chi-square test over the same bins. Walks (CUSUM, control chart of group
means) are judged by permutation: rows that have not changed could stand in any order, so that the rate of false
alarms is kept whatever the shape of the errors (Good, Permutation, Parametric and Bootstrap Tests, ch. 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_BINS: Final = 10
ROWS_A_BIN: Final = 20
SLACK: Final = 0.25
"""In standard deviations: a CUSUM with it is at its best for shifts of twice that (Montgomery, SQC, ch. 9)."""
GROUP: Final = 5
"""Consecutive rows of one point of the control chart."""
_AT_ONCE: Final = 500


def bin_edges(reference: Sequence[float]) -> tuple[float, ...]:
    """The inner edges of bins of like counts; fewer where the reference is small or has ties."""
    bins = int(np.clip(len(reference) // ROWS_A_BIN, 2, MOST_BINS))
    inner = np.quantile(np.asarray(reference, dtype=np.float64), np.arange(1, bins) / bins)
    return tuple(float(edge) for edge in np.unique(inner))


def counts(values: Sequence[float], edges: Sequence[float]) -> NDArray[np.int64]:
    """How many of ``values`` lie in each of the ``len(edges) + 1`` bins; one on an edge belongs above it."""
    places = np.searchsorted(np.asarray(edges), np.asarray(values, dtype=np.float64), side="right")
    return np.bincount(places, minlength=len(edges) + 1).astype(np.int64)


def psi(reference: Sequence[int] | NDArray[np.int64], current: Sequence[int] | NDArray[np.int64]) -> float:
    """The population stability index of counts over the same bins; half a row is added to each bin."""
    first, second = (np.asarray(one, dtype=np.float64) + 0.5 for one in (reference, current))
    a, b = first / first.sum(), second / second.sum()
    return float(((b - a) * np.log(b / a)).sum())


def same_shares(reference: NDArray[np.int64], current: NDArray[np.int64]) -> float:
    """The probability of counts as unlike as these where nothing has changed (chi-square)."""
    from scipy.stats import chi2_contingency

    table = np.array([reference, current])
    table = table[:, table.sum(axis=0) > 0]
    return float(chi2_contingency(table, correction=False).pvalue) if table.shape[1] > 1 else 1.0


@dataclass(frozen=True, slots=True)
class Walk:
    """Of the rows after the reference: ``up`` and ``down`` are the CUSUM at each, in standard deviations of the
    reference; ``means`` the control chart's points. ``cusum_p`` and ``chart_p`` are those of their highest places.
    """

    mean: float
    std: float
    up: Floats
    down: Floats
    means: Floats
    cusum_p: float
    chart_p: float
    cusum_limit: float
    chart_limit: float

    @property
    def change(self) -> slice:
        """The rows from where the CUSUM last stood at 0 to its highest place."""
        path = self.up if self.up.max() >= self.down.max() else self.down
        top = int(path.argmax())
        zeros = np.flatnonzero(path[:top] <= 0)
        return slice(int(zeros[-1]) + 1 if len(zeros) else 0, top + 1)

    @property
    def outside(self) -> slice:
        """The rows of the group that lies furthest from the reference."""
        worst = int(np.abs(self.means).argmax())
        return slice(worst * GROUP, (worst + 1) * GROUP)


def walk(
    reference: Sequence[float], current: Sequence[float], draws: int, rate: float, seed: int = 0
) -> Walk | None:
    """The walks of ``current`` after ``reference``; None where the reference does not vary.

    ``rate`` is that of false alarms for the limits that are drawn; ``draws`` orders of the rows are tried.
    """
    rows = np.concatenate([np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64)])
    first = len(reference)
    mean, std = float(rows[:first].mean()), float(rows[:first].std(ddof=1))
    if std <= 1e-9:
        return None
    up, down = _cusum((rows[None, first:] - mean) / std, keep=True)
    cusum, chart = _highest(rows[None, :], first)
    generator = np.random.default_rng(seed)
    drawn: list[tuple[Floats, Floats]] = []
    for start in range(0, draws, _AT_ONCE):
        some = np.tile(rows, (min(_AT_ONCE, draws - start), 1))
        drawn.append(_highest(generator.permuted(some, axis=1), first))
    cusums, charts = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    return Walk(
        mean=mean,
        std=std,
        up=up[0],
        down=down[0],
        means=_group_means((rows[None, first:] - mean) / std)[0],
        cusum_p=float((1 + (cusums >= cusum[0] - 1e-12).sum()) / (1 + draws)),
        chart_p=float((1 + (charts >= chart[0] - 1e-12).sum()) / (1 + draws)),
        cusum_limit=float(np.quantile(cusums, 1 - rate)),
        chart_limit=float(np.quantile(charts, 1 - rate)),
    )


def _highest(rows: Floats, first: int) -> tuple[Floats, Floats]:
    """Of each order of the rows: the highest place of the CUSUM, and the furthest group mean."""
    start = rows[:, :first]
    std = np.maximum(start.std(axis=1, ddof=1, keepdims=True), 1e-9)
    z = (rows[:, first:] - start.mean(axis=1, keepdims=True)) / std
    up, down = _cusum(z)
    return np.maximum(up, down)[:, 0], np.abs(_group_means(z)).max(axis=1)


def _cusum(z: Floats, *, keep: bool = False) -> tuple[Floats, Floats]:
    """Upward and downward, (orders, rows); without ``keep`` their highest places, (orders, 1)."""
    paths: list[Any] = []
    for sign in (1.0, -1.0):
        now = np.zeros(len(z))
        top = np.zeros(len(z))
        path = np.empty(z.shape if keep else (0, 0))
        for k in range(z.shape[1]):
            now = np.maximum(0.0, now + sign * z[:, k] - SLACK)
            top = np.maximum(top, now)
            if keep:
                path[:, k] = now
        paths.append(path if keep else top[:, None])
    return paths[0], paths[1]


def _group_means(z: Floats) -> Floats:
    """Means of whole groups of consecutive rows; of all rows where there is no whole group."""
    whole = z.shape[1] // GROUP
    if not whole:
        means: Floats = z.mean(axis=1, keepdims=True)
        return means
    grouped: Floats = z[:, : whole * GROUP].reshape(len(z), whole, GROUP).mean(axis=2)
    return grouped
