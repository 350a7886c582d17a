"""Pearson's and Spearman's correlation, for every room: ratings, training, evaluation, the starter's factory.

SciPy is no dependency of reading ratings, and a figure must not depend on which room computed it. The tests hold
both against SciPy; the bootstrap's twins, which rank under weights, are in ``evaluation.resampling``.
"""

from __future__ import annotations

import math

import numpy as np

from xl_vqa.datasets.mos import Floats


def is_constant(values: Floats) -> bool:
    """Whether all values, shape (n,), are one and the same, but for rounding errors of their computation."""
    if len(values) == 0:
        return True
    return float(np.ptp(values)) <= 1e-12 * max(1.0, float(np.abs(values).max()))


def pearson(x: Floats, y: Floats) -> float | None:
    """Pearson's correlation of two arrays of shape (n,); None below two pairs or where one side is constant."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if len(x) < 2 or is_constant(x) or is_constant(y):
        return None
    x, y = x - x.mean(), y - y.mean()
    scale = math.sqrt(float(x @ x)) * math.sqrt(float(y @ y))
    return max(-1.0, min(1.0, float(x @ y) / scale)) if scale > 0 else None


def spearman(x: Floats, y: Floats) -> float | None:
    """Spearman's rank correlation, ties getting their average rank; None where it is not defined."""
    return pearson(average_ranks(x), average_ranks(y))


def average_ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2)[place]
    return ranks
