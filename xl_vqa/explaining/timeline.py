"""The timeline: how good the model finds single pairs of frames, and from those each second and the worst moments.

A pair, with the point samples around it where the model looks at them, is the smallest clip that a model can be
shown. Pairs are spread over the clip first; then more are put where it is bad, so that a short fault in a long
clip gets an edge. All of it is arithmetic on (time, distribution); who looks is measuring.py.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from xl_vqa.words.explanation import Moment, Span
from xl_vqa.words.rating import LabelDistribution

APART_S: Final = 0.25
"""Pairs need not lie closer in a first look: the point samples around one cover more than that at 25 a second."""
CLOSEST_S: Final = 0.1
FEWEST: Final = 8
"""Pairs of a short clip, as far as it has so many."""
LENGTHS_S: Final = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0)
"""What a span of the timeline may be long; the next one is used where the budget does not reach."""
MOST_SPANS: Final = 120
LOWER: Final = 0.35
"""A moment is that many MOS below the middle of the clip, at least,"""
SPREADS: Final = 2.5
"""and that many times as far as pairs usually lie from it."""
PART_LOWER: Final = 0.5
"""The same of a quarter of the picture below its own middle: a part moves more than the whole,"""
PART_SPREADS: Final = 4.0
"""and there are four of them to be wrong about."""
MOST_MOMENTS: Final = 3
CLEAR: Final = 2.1
"""What speaks for a moment at least (places.py): scenes change, and their parts more than the whole. Of a model
that was shown good clips, moment_limit.py says another."""
BESIDE: Final = 0.6
"""Further moments are told where they are that share as deep as the worst one."""


@dataclass(frozen=True, slots=True)
class Look:
    """What the model says of one pair. ``mos`` is expected; ``frame`` is the number of its first frame."""

    time_s: float
    frame: int
    distribution: LabelDistribution
    parts: tuple[float, ...] = ()
    """MOS of parts of the picture, each rated alone; empty where they were not asked for."""

    @property
    def mos(self) -> float:
        return self.distribution.scale.to_mos(self.distribution.expectation())


def first_times(duration_s: float, frame_count: int, most: int) -> list[float]:
    """Where to look first: the middles of equal shares, at most ``most``; never more than there are pairs."""
    wanted = max(math.ceil(duration_s / APART_S), FEWEST)
    count = max(min(wanted, most, frame_count // 2), 1)
    return [(k + 0.5) * duration_s / count for k in range(count)]


def further_times(
    looks: Sequence[Look], duration_s: float, count: int, closest_s: float = CLOSEST_S
) -> list[float]:
    """Up to ``count`` more places, between the worst looks and their neighbours, where these lie apart."""
    ordered = sorted(looks, key=lambda look: look.time_s)
    gaps = [
        (min(one.mos, other.mos), one.time_s, other.time_s)
        for one, other in pairwise(ordered)
        if other.time_s - one.time_s >= 2 * closest_s
    ]
    if ordered:
        for edge, look in ((0.0, ordered[0]), (duration_s, ordered[-1])):
            if abs(look.time_s - edge) >= 2 * closest_s:
                gaps.append((look.mos, min(edge, look.time_s), max(edge, look.time_s)))
    gaps.sort()
    return sorted((start + end) / 2 for _, start, end in gaps[:count])


def span_length(duration_s: float, looks: int) -> float:
    """The length of a span: a second, less of a short clip, more where the looks are further apart."""
    if duration_s <= 0:
        return 1.0
    usual = 1.0 if duration_s >= 3 else 0.5 if duration_s >= 1.5 else 0.25
    wanted = max(usual, duration_s / max(min(looks, MOST_SPANS), 1))
    return next((length for length in LENGTHS_S if length >= wanted - 1e-9), wanted)


def spans_of(looks: Sequence[Look], duration_s: float, mos: float) -> tuple[Span, ...]:
    """The timeline of a clip whose rating is ``mos``. Between looks that are far apart it is drawn straight."""
    ordered = sorted(looks, key=lambda look: look.time_s)
    scale = ordered[0].distribution.scale
    length = span_length(duration_s, len(ordered))
    count = max(math.ceil(duration_s / length - 1e-6), 1)
    edges = [min(k * length, duration_s) for k in range(count)] + [max(duration_s, 0.0)]
    mixed = [_mixed(ordered, start, end) for start, end in pairwise(edges)]
    means = [scale.to_mos(one.expectation()) for one in mixed]
    weights = [max(end - start, 1e-9) for start, end in pairwise(edges)]
    shift = mos - math.fsum(w * m for w, m in zip(weights, means, strict=True)) / math.fsum(weights)

    def shifted(value: float) -> float:
        return round(min(max(value + shift, scale.mos_min), scale.mos_max), 4)

    found = []
    for (start, end), one, mean in zip(pairwise(edges), mixed, means, strict=True):
        low, high = (scale.to_mos(edge) for edge in one.interval())
        found.append(Span(start, end, shifted(mean), shifted(min(low, mean)), shifted(max(high, mean))))
    return tuple(found)


def _mixed(ordered: Sequence[Look], start: float, end: float) -> LabelDistribution:
    """What the looks of a stretch say together; of a stretch without any, its neighbours, the nearer the more."""
    times = [look.time_s for look in ordered]
    first, behind = bisect_left(times, start), bisect_left(times, end)
    if first < behind:
        return _mixture([(1.0, look.distribution) for look in ordered[first:behind]])
    middle = (start + end) / 2
    if first == 0 or first == len(ordered):
        return ordered[min(first, len(ordered) - 1)].distribution
    before, after = ordered[first - 1], ordered[first]
    share = (middle - before.time_s) / max(after.time_s - before.time_s, 1e-9)
    return _mixture([(1 - share, before.distribution), (share, after.distribution)])


def _mixture(parts: Sequence[tuple[float, LabelDistribution]]) -> LabelDistribution:
    total = math.fsum(weight for weight, _ in parts)
    scale = parts[0][1].scale
    columns = zip(*(one.probabilities for _, one in parts), strict=True)
    weights = [weight / total for weight, _ in parts]
    masses = [math.fsum(w * p for w, p in zip(weights, column, strict=True)) for column in columns]
    whole = math.fsum(masses)
    off = math.fsum(w * one.off_digit_mass for w, (_, one) in zip(weights, parts, strict=True))
    return LabelDistribution(scale, tuple(mass / whole for mass in masses), min(max(off, 0.0), 1.0))


def smoothed(looks: Sequence[Look]) -> list[float]:
    """MOS of each look in the order of time, a quarter of each near neighbour mixed in."""
    ordered = sorted(looks, key=lambda look: look.time_s)
    found = []
    for place, look in enumerate(ordered):
        total, weight = 2 * look.mos, 2.0
        for other in (place - 1, place + 1):
            if 0 <= other < len(ordered) and abs(ordered[other].time_s - look.time_s) <= 2 * APART_S:
                total, weight = total + ordered[other].mos, weight + 1
        found.append(total / weight)
    return found


@dataclass(frozen=True, slots=True)
class Depth:
    """How far a look lies below the middle of the clip, where 1 is where a moment begins.

    ``whole`` is of the picture, ``part`` of its quarter that falls most: a fault in a part moves the score of
    the whole little and that of the part much; what passes through a part of a scene moves that part alone.
    """

    whole: float
    part: float | None = None
    """None where no quarters were looked at nearby."""

    @property
    def low(self) -> bool:
        return self.whole >= 1 or (self.part or 0.0) >= 1

    @property
    def rank(self) -> float:
        """What is low in both is worse than what is low in one; parts not seen are taken to be as the whole."""
        whole = max(self.whole, 0.0)
        return whole + (whole if self.part is None else max(self.part, 0.0))


def depths_of(ordered: Sequence[Look]) -> list[Depth]:
    """Of looks in the order of time."""
    times = [look.time_s for look in ordered]
    wholes = _fallen(times, smoothed(ordered), LOWER, SPREADS)
    depths = [Depth(whole) for whole in wholes]
    seen = [place for place, look in enumerate(ordered) if look.parts]
    if len(seen) < 3:
        return depths
    columns = list(zip(*(ordered[place].parts for place in seen), strict=True))
    falls = [_fallen([times[place] for place in seen], column, PART_LOWER, PART_SPREADS) for column in columns]
    worst = [max(fall[row] for fall in falls) for row in range(len(seen))]
    for row, place in enumerate(seen):
        depths[place] = Depth(wholes[place], worst[row])
        if row and times[place] - times[seen[row - 1]] <= 4 * APART_S:
            # a look that was not seen in parts is as deep as both of its neighbours that were
            for between in range(seen[row - 1] + 1, place):
                depths[between] = Depth(wholes[between], min(worst[row - 1], worst[row]))
    return depths


def _fallen(times: Sequence[float], levels: Sequence[float], least: float, spreads: float) -> list[float]:
    """Below the middle level, by time: more looks lie where it is bad, and must not make that the usual."""
    weights = [
        (times[min(place + 1, len(times) - 1)] - times[max(place - 1, 0)]) or 1.0 for place in range(len(times))
    ]
    middle = _median(levels, weights)
    usual = 1.4826 * _median([abs(level - middle) for level in levels], weights)
    return [(middle - level) / max(least, spreads * usual) for level in levels]


def _median(values: Sequence[float], weights: Sequence[float]) -> float:
    """The value with half of the weight at or below it."""
    half, reached = math.fsum(weights) / 2, 0.0
    for value, weight in sorted(zip(values, weights, strict=True)):
        reached += weight
        if reached >= half - 1e-12:
            return value
    return max(values)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A stretch that lies low, and how deep (``Depth.rank`` of its worst look)."""

    rank: float
    moment: Moment


def ranked_of(looks: Sequence[Look], duration_s: float, spans: Sequence[Span]) -> list[Ranked]:
    """Every stretch that lies below the middle of the clip, the deepest first; none where the quality is even."""
    ordered = sorted(looks, key=lambda look: look.time_s)
    if len(ordered) < 3:
        return []
    depths = depths_of(ordered)
    found: list[Ranked] = []
    times = [look.time_s for look in ordered]
    place = 0
    while place < len(ordered):
        if not depths[place].low:
            place += 1
            continue
        last = place
        while last + 1 < len(ordered) and depths[last + 1].low:
            last += 1
        worst = max(range(place, last + 1), key=lambda look: depths[look].rank)
        start = (times[place - 1] + times[place]) / 2 if place else 0.0
        end = (times[last] + times[last + 1]) / 2 if last + 1 < len(ordered) else duration_s
        span = spans[min(bisect_right([one.start_s for one in spans], times[worst]) - 1, len(spans) - 1)]
        moment = Moment(round(start, 3), round(end, 3), round(times[worst], 3), span.mos)
        found.append(Ranked(depths[worst].rank, moment))
        place = last + 1
    return sorted(found, key=lambda one: -one.rank)
