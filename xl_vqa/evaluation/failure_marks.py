"""Numbers that tools write where they could not rate a video: -1, 999 and their like, far from every score, and 0
where the scale begins above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

_BELOW: Final = frozenset({-1.0, -9.0, -99.0, -999.0, -9999.0})
_ABOVE: Final = frozenset({99.0, 999.0, 9999.0})
_FEWEST: Final = 3
"""Fewer scores do not say where scores lie."""
_FAR: Final = 5
"""A mark above is more than this many times the highest score: a VMAF of 99 beside one of 30 is a score."""


def failure_marks(
    values: Iterable[float | None], low: float, high: float, others: Sequence[tuple[float, float]] = ()
) -> frozenset[float]:
    """The values that mark a failure: the only ones below 0, far above all others, or 0 on a scale above it.

    What lies on the scale from ``low`` to ``high`` is a score whatever it is. A column that goes below 0 of itself
    (a difference, a centred score) has no marks below. ``others`` are scales that the scores may be on besides.
    """
    known = [value for value in values if value is not None]
    scores = [value for value in known if value not in _BELOW | _ABOVE | {0.0}]
    if len(scores) < _FEWEST:
        return frozenset()
    # "not rated" on 1..5 or 10..50, where every other number is a score of such a scale
    on_scale = any(0 < first <= min(scores) <= max(scores) <= last for first, last in ((low, high), *others))
    marks = {0.0} if on_scale else set[float]()
    if len(scores) + known.count(0.0) >= len(known) / 2:
        marks |= _BELOW if min(scores) >= 0 else frozenset()
        marks |= {mark for mark in _ABOVE if mark > _FAR * max(scores)}
    return frozenset(value for value in known if value in marks and not low <= value <= high)
