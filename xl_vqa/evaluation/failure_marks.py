"""Numbers that tools write where they could not rate a video: -1, 999 and their like, far from every score."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_BELOW: Final = frozenset({-1.0, -9.0, -99.0, -999.0, -9999.0})
_ABOVE: Final = frozenset({99.0, 999.0, 9999.0})
_FEWEST: Final = 3
"""Fewer scores do not say where scores lie."""
_FAR: Final = 5
"""A mark above is more than this many times the highest score: a VMAF of 99 beside one of 30 is a score."""


def failure_marks(values: Iterable[float | None], low: float, high: float) -> frozenset[float]:
    """The values that mark a failure: the only ones below 0, or far above all others.

    What lies on the scale from ``low`` to ``high`` is a score whatever it is. A column that goes below 0 of itself
    (a difference, a centred score) has no marks below.
    """
    known = [value for value in values if value is not None]
    scores = [value for value in known if value not in _BELOW | _ABOVE]
    if len(scores) < max(_FEWEST, len(known) / 2):
        return frozenset()
    below = _BELOW if min(scores) >= 0 else frozenset[float]()
    above = {mark for mark in _ABOVE if mark > _FAR * max(scores)}
    return frozenset(value for value in known if value in below | above and not low <= value <= high)
