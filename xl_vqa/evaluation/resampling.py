"""The bootstrap, fast: a resample is a column of weights (how often each item was drawn), never a copied table.

Statistics take weights of shape (n, b), one column per resample, and give b values. What depends on the
order of the items alone (sorting, ranking, pairing) is then done once and not b times. SciPy has neither
weighted rank correlations nor a clustered bootstrap; on the drawn items themselves these agree with SciPy's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xl_vqa.evaluation.figure import FloatArray, IntArray

Statistic = Callable[[FloatArray], FloatArray]
"""Weights (n, b) to values (b,); NaN where a resample has no such statistic."""

_BATCH_ELEMENTS: Final = 160_000
"""Weights per batch: small enough for the processor's cache, which is what makes the rank sums fast."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """Which resamples are drawn: the same ones each time, so that differences are paired.

    ``groups`` has shape (n,): with it whole groups (all versions of one content) are drawn, because their
    items are not independent; without it, single items.
    """

    n: int
    groups: IntArray | None = None
    resamples: int = 2000
    seed: int = 0

    @property
    def units(self) -> int:
        """How many things are drawn: groups, or items."""
        return self.n if self.groups is None else len(np.unique(self.groups))

    def batches(self) -> Iterator[FloatArray]:
        """Weights of shape (n, b); the b add up to ``resamples``."""
        generator = np.random.default_rng(self.seed)
        units = self.units
        inverse = None if self.groups is None else np.unique(self.groups, return_inverse=True)[1]
        size = min(max(_BATCH_ELEMENTS // max(self.n, 1), 8), 256)
        for start in range(0, self.resamples, size):
            columns = min(size, self.resamples - start)
            drawn = generator.integers(0, units, size=(units, columns))
            cells = (drawn * columns + np.arange(columns)).ravel()
            weights = np.bincount(cells, minlength=units * columns).reshape(units, columns).astype(np.float64)
            yield weights if inverse is None else weights[inverse]


def bootstrap(statistics: Mapping[str, Statistic], resampling: Resampling) -> dict[str, FloatArray]:
    """Every statistic on every resample: by its name an array of shape (resamples,)."""
    found: dict[str, list[FloatArray]] = {name: [] for name in statistics}
    with np.errstate(divide="ignore", invalid="ignore"):
        for weights in resampling.batches():
            for name, statistic in statistics.items():
                found[name].append(statistic(weights))
    return {name: np.concatenate(parts) for name, parts in found.items()}


def mean_of(values: FloatArray) -> Statistic:
    """The mean of ``values``, shape (n,)."""
    return lambda weights: np.asarray(values @ weights / weights.sum(axis=0))


def root_mean_of(squares: FloatArray) -> Statistic:
    """The root of the mean of ``squares``, shape (n,)."""
    mean = mean_of(squares)
    return lambda weights: np.sqrt(mean(weights))


def among(known: NDArray[np.bool_], statistic: Statistic) -> Statistic:
    """The statistic of the items where ``known`` holds, shape (n,); others are drawn but do not count."""
    return lambda weights: statistic(weights[known])


def pearson_of(x: FloatArray, y: FloatArray) -> Statistic:
    """Pearson's correlation of two arrays of shape (n,)."""
    # centred once: sums of squares of 40 +- 0.1 would lose half their digits
    x, y = x - x.mean(), y - y.mean()
    products = np.stack([x, y, x * x, y * y, x * y])

    def statistic(weights: FloatArray) -> FloatArray:
        mx, my, xx, yy, xy = products @ weights / weights.sum(axis=0)
        return _ratio(xy - mx * my, _variance(xx, mx), _variance(yy, my))

    return statistic


def _variance(square: FloatArray, mean: FloatArray) -> FloatArray:
    """Of the mean square and the mean; a resample of one value has rounding errors for a variance, and gets 0."""
    variance = square - mean * mean
    return np.where(variance > 1e-12 * square, variance, 0.0)


def _ratio(covariance: FloatArray, x_variance: FloatArray, y_variance: FloatArray) -> FloatArray:
    product = x_variance * y_variance
    return np.where(product > 0, covariance / np.sqrt(np.where(product > 0, product, 1.0)), np.nan)


def concordance_of(x: FloatArray, y: FloatArray) -> Statistic:
    """Lin's concordance of two arrays of shape (n,); on integers it is the quadratic weighted kappa."""
    centre = y.mean()
    x, y = x - centre, y - centre
    products = np.stack([x, y, x * x, y * y, x * y])

    def statistic(weights: FloatArray) -> FloatArray:
        mx, my, xx, yy, xy = products @ weights / weights.sum(axis=0)
        spread = (xx - mx * mx) + (yy - my * my) + (mx - my) ** 2
        return np.where(spread > 1e-12, 2 * (xy - mx * my) / np.maximum(spread, 1e-300), np.nan)

    return statistic


def icc_of(scores: FloatArray) -> Statistic:
    """ICC(2,1) of complete scores of shape (n, raters), by the mean squares of videos, raters and rest.

    Which raters there are is taken as given; the videos are what is drawn.
    """
    k = scores.shape[1]
    # centred once: sums of squares of 40 +- 0.1 would lose half their digits
    scores = scores - scores.mean()
    rows = scores.mean(axis=1)
    products = np.vstack([scores.T, (scores**2).sum(axis=1), rows**2])

    def statistic(weights: FloatArray) -> FloatArray:
        n = weights.sum(axis=0)
        *columns, squares, row_squares = products @ weights
        grand = np.sum(columns, axis=0) / (k * n)
        of_rows = k * (row_squares - n * grand**2)
        of_columns = np.sum(np.square(columns), axis=0) / n - k * n * grand**2
        rest = np.maximum(squares - k * n * grand**2 - of_rows - of_columns, 0.0)
        ms_rows, ms_columns, ms_rest = of_rows / (n - 1), of_columns / (k - 1), rest / ((n - 1) * (k - 1))
        total = ms_rows + (k - 1) * ms_rest + k * (ms_columns - ms_rest) / n
        return np.where(total > 1e-12, (ms_rows - ms_rest) / np.maximum(total, 1e-300), np.nan)

    return statistic


def spread_of(values: FloatArray) -> Statistic:
    """The standard deviation (n - 1) of values of shape (n,)."""
    centred = values - values.mean()
    products = np.stack([centred, centred**2])

    def statistic(weights: FloatArray) -> FloatArray:
        n = weights.sum(axis=0)
        mean, square = products @ weights / n
        found: FloatArray = np.sqrt(_variance(square, mean) * n / (n - 1))
        return found

    return statistic


class _Ranks:
    """Average ranks of one array under weights; the sorting is done here, once."""

    def __init__(self, values: FloatArray) -> None:
        _, self.group = np.unique(values, return_inverse=True)
        self.order = np.argsort(self.group, kind="stable")
        self.starts = _starts(self.group[self.order])

    def __call__(self, weights: FloatArray) -> FloatArray:
        counts = np.add.reduceat(weights[self.order], self.starts, axis=0)
        ranks = np.cumsum(counts, axis=0) - (counts - 1) / 2
        return ranks[self.group]


def spearman_of(x: FloatArray, y: FloatArray) -> Statistic:
    """Spearman's rank correlation of two arrays of shape (n,), average ranks for ties."""
    rank_x, rank_y = _Ranks(x), _Ranks(y)

    def statistic(weights: FloatArray) -> FloatArray:
        total = weights.sum(axis=0)
        # the mean of average ranks is (N + 1) / 2 whatever the ties
        a, b = rank_x(weights) - (total + 1) / 2, rank_y(weights) - (total + 1) / 2
        wa = weights * a
        covariance = np.einsum("ij,ij->j", wa, b)
        return _ratio(covariance, np.einsum("ij,ij->j", wa, a), np.einsum("ij,ij,ij->j", weights, b, b))

    return statistic


class _Pairs:
    """How many pairs are tied in one array, under weights."""

    def __init__(self, values: NDArray[np.generic]) -> None:
        _, group = np.unique(values, return_inverse=True)
        self.order = np.argsort(group, kind="stable")
        self.starts = _starts(group[self.order])

    def __call__(self, weights: FloatArray) -> FloatArray:
        counts = np.add.reduceat(weights[self.order], self.starts, axis=0)
        return np.asarray((counts * (counts - 1) / 2).sum(axis=0))


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a merge sort: items sorted by y inside each pair of blocks, left block first among equals."""

    items: IntArray
    left: FloatArray
    starts: IntArray
    ends: IntArray


def kendall_of(x: FloatArray, y: FloatArray) -> Statistic:
    """Kendall's tau-b of two arrays of shape (n,), in O(n log n) for each resample.

    Discordant pairs are counted as a merge sort meets them. The merge sort's order is the same for every
    resample, so it is laid out once, and a resample costs one pass over each of its levels.
    """
    _, gx = np.unique(x, return_inverse=True)
    _, gy = np.unique(y, return_inverse=True)
    tied_x, tied_y = _Pairs(gx), _Pairs(gy)
    tied_both = _Pairs(gx.astype(np.int64) * (int(gy.max(initial=0)) + 1) + gy)
    levels = _merge_levels(gx, gy)

    def statistic(weights: FloatArray) -> FloatArray:
        discordant = np.zeros(weights.shape[1])
        for level in levels:
            drawn = weights[level.items]
            left = drawn * level.left[:, None]
            right = drawn - left
            before = np.cumsum(left, axis=0)
            # for each right item: the left items of its block that come after it, having a higher y
            of_block = np.add.reduceat(right, level.starts, axis=0)
            discordant += np.einsum("ij,ij->j", of_block, before[level.ends])
            discordant -= np.einsum("ij,ij->j", right, before)
        total = weights.sum(axis=0)
        pairs = total * (total - 1) / 2
        in_x, in_y = tied_x(weights), tied_y(weights)
        concordant = pairs - in_x - in_y + tied_both(weights) - discordant
        product = (pairs - in_x) * (pairs - in_y)
        return np.where(product > 0, (concordant - discordant) / np.sqrt(np.maximum(product, 1e-300)), np.nan)

    return statistic


def _merge_levels(gx: IntArray, gy: IntArray) -> list[_Level]:
    # among equal x by rising y, so that a pair tied in x never looks discordant
    order = np.lexsort((gy, gx))
    sorted_y = gy[order]
    place = np.arange(len(gx))
    levels = []
    size = 1
    while size < len(gx):
        block, right = place // (2 * size), place // size % 2
        merged = np.lexsort((right, sorted_y, block))
        starts = _starts(block[merged])
        ends = np.append(starts[1:], len(gx)) - 1
        levels.append(_Level(order[merged], (right[merged] == 0).astype(np.float64), starts, ends))
        size *= 2
    return levels


def _starts(groups: IntArray) -> IntArray:
    """Where each run of equal numbers begins."""
    return np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
