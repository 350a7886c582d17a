"""Which scale people used, by the numbers that they wrote: what to propose where the one at hand does not fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from xl_vqa.datasets.mos import Floats
from xl_vqa.words.labels import Scale

USUAL: Final = (
    (0.0, 1.0),
    (-1.0, 1.0),
    (1.0, 3.0),
    (1.0, 4.0),
    (0.0, 4.0),
    (1.0, 5.0),
    (0.0, 5.0),
    (-3.0, 3.0),
    (1.0, 7.0),
    (1.0, 9.0),
    (0.0, 9.0),
    (1.0, 10.0),
    (0.0, 10.0),
    (1.0, 11.0),
    (1.0, 100.0),
    (0.0, 100.0),
    (-100.0, 100.0),
)
"""The scales of the Recommendations and of public data sets, the narrowest first."""
_SLIPS: Final = 0.05
"""Scores outside a scale are slips of the pen up to this share; above it the scale is the wrong one, and leaving
them out would bend every mean."""
_UNUSED: Final = 0.5
"""A scale of which less than half is used is not proposed where another fits."""


def likely_scales(scores: Iterable[float] | Floats) -> list[tuple[float, float]]:
    """The one or two usual ranges that hold all scores and are used most; else the scores' own range."""
    values = np.asarray(list(scores), dtype=np.float64)
    values = values[np.isfinite(values)]
    if not values.size:
        return []
    low, high = float(values.min()), float(values.max())
    whole = bool(np.all(values == np.round(values)))
    fitting = [(a, b) for a, b in USUAL if a <= low and high <= b]
    used = [(a, b) for a, b in fitting if (high - low) >= _UNUSED * (b - a)] or fitting[:1]
    if not used:
        return [(float(np.floor(low)), float(np.ceil(high)))]
    # scales of one end that begin at 0 or at 1: where no zero was given, both are near; a slider begins at 0
    top = used[0][1]
    near = [(a, b) for a, b in fitting if b == top and max(used[0][0] - 1, 0) <= a <= used[0][0]] or used[:1]
    if not whole:
        return near[-1:]
    # nobody gives a five-point scale a zero
    return (near if top == 5 else near[::-1])[:2]


def passes(values: Floats, scale: Scale) -> bool:
    """Whether scores are on another scale: more lie outside this one than are slips of the pen."""
    return values.size > 0 and float(np.mean((values < scale.mos_min) | (values > scale.mos_max))) > _SLIPS


def scale_option(low: float, high: float, scale: Scale) -> str:
    """``--scale`` for a range, with the labels of ``scale``."""
    return f"--scale {low:g},{high:g},{scale.label_min},{scale.label_max}"
