"""Where a metric is defined at all: what is not is a Figure without a value and with a reason, never NaN."""

from __future__ import annotations

from typing import Final

import numpy as np

from xl_vqa.datasets.correlation import is_constant
from xl_vqa.evaluation.figure import FloatArray

MIN_ITEMS: Final = 3
"""Fewer pairs than this have no correlation worth the name: two points always lie on a line."""


def undefined(prediction: FloatArray, mos: FloatArray, *, correlation: bool = True) -> str | None:
    """Why no figure of two arrays of shape (n,) can be computed: a reason's key, or None where it can."""
    if prediction.shape != mos.shape or prediction.ndim != 1:
        raise ValueError(
            f"prediction and mos must have the same one-dimensional shape: {prediction.shape}, {mos.shape}"
        )
    if len(mos) < MIN_ITEMS:
        return "too_few"
    if not (np.isfinite(prediction).all() and np.isfinite(mos).all()):
        return "not_finite"
    if correlation and is_constant(mos):
        return "constant_mos"
    if correlation and is_constant(prediction):
        return "constant_prediction"
    return None


def tied_items(values: FloatArray) -> int:
    """How many items share their value with another item."""
    _, counts = np.unique(values, return_counts=True)
    return int(counts[counts > 1].sum())
