"""The four limits between the bands, on the model's score, where the bands disagree least with people's.

The distance of two bands is in how many of the four limits they fall on different sides. So each limit can be
found by itself: the score that puts the fewest videos on the wrong side of it. The four together are then the best
there are, and they never cross (tests/calibration/test_limits.py tries all of them).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xl_vqa.evaluation.figure import FloatArray, IntArray
from xl_vqa.evaluation.resampling import Resampling
from xl_vqa.words.domain_profile import Line
from xl_vqa.words.labels import Scale

FEWEST: Final = 5
"""Contents on either side of a limit, without which the sheet says nothing about it."""


def cuts(score: FloatArray, scale: Scale) -> tuple[FloatArray, IntArray, IntArray]:
    """Where a limit may lie: halfway between neighbouring scores, and at both ends.

    Returns the limits, rising, shape (m + 1,); the order of the videos by score, shape (n,); and how many of them
    lie below each limit, shape (m + 1,).
    """
    order = np.argsort(score, kind="stable")
    values, first = np.unique(score[order], return_index=True)
    between = (values[1:] + values[:-1]) / 2
    limits = np.concatenate([[float(scale.label_min)], between, [scale.label_max + 1.0]])
    below = np.concatenate([[0], first[1:], [len(score)]]).astype(np.int64)
    return limits, order, below


def cumulative(weights: FloatArray, below: IntArray) -> FloatArray:
    """Of weights (n, b) in the order of the scores, the sums below each limit: (m + 1, b)."""
    total = np.concatenate([np.zeros((1, weights.shape[1])), np.cumsum(weights, axis=0)])
    return np.asarray(total[below])


def wrong_side(score: FloatArray, above: FloatArray, weights: FloatArray, scale: Scale) -> FloatArray:
    """The weight on the wrong side of each limit of ``cuts``: shape (m + 1, b).

    ``above`` (n,) is 1 where people put the video above; ``weights`` has shape (n, b).
    """
    _, order, below = cuts(score, scale)
    drawn = weights[order]
    high = cumulative(drawn * above[order, None], below)
    low = cumulative(drawn * (1 - above[order, None]), below)
    return np.asarray(high + (low[-1] - low))


def best_limits(
    score: FloatArray, bands: IntArray, scale: Scale, near: Sequence[float]
) -> tuple[float, float, float, float]:
    """The four limits; of equally good ones those nearest to ``near``, which must not fall."""
    limits, _, _ = cuts(score, scale)
    found = []
    for number, wanted in enumerate(near):
        wrong = wrong_side(score, (bands > number + 1).astype(np.float64), np.ones((len(score), 1)), scale)[:, 0]
        best = np.flatnonzero(wrong <= wrong.min() + 1e-9)
        found.append(_nearest(limits, best, wanted, score))
    first, second, third, fourth = np.maximum.accumulate(found)
    return float(first), float(second), float(third), float(fourth)


def _nearest(limits: FloatArray, best: IntArray, wanted: float, score: FloatArray) -> float:
    """Of all limits that part the videos in one of the best ways, the one nearest to ``wanted``."""
    values = np.unique(score)
    choices = []
    for cut in best:
        # any score above the one below it and up to the one above it parts the videos alike
        low = float(values[cut - 1]) if cut > 0 else float(limits[0])
        high = float(values[cut]) if cut < len(values) else float(limits[-1])
        inside = low < wanted <= high or (cut == 0 and wanted <= high) or (cut == len(values) and wanted > low)
        choices.append(wanted if inside else float(limits[cut]))
    return min(choices, key=lambda one: (abs(one - wanted), one))


def limits_of_line(line: Line, people_limits: Sequence[float], scale: Scale) -> tuple[float, float, float, float]:
    """Where a rising line passes the MOS at which people's bands begin; the ends of the scale where it does
    not."""
    found = []
    for wanted in people_limits:
        if wanted <= line.y[0]:
            found.append(float(scale.label_min))
        elif wanted > line.y[-1]:
            found.append(scale.label_max + 1.0)
        else:
            place = int(np.searchsorted(line.y, wanted, side="left"))
            x0, x1, y0, y1 = line.x[place - 1], line.x[place], line.y[place - 1], line.y[place]
            found.append(x0 + (x1 - x0) * (wanted - y0) / (y1 - y0))
    first, second, third, fourth = found
    return first, second, third, fourth


def told(bands: IntArray, contents: IntArray) -> list[bool]:
    """For each limit, whether the sheet has enough contents on both sides of it."""
    found = []
    for number in range(1, 5):
        sides = (contents[bands <= number], contents[bands > number])
        found.append(all(len(np.unique(side)) >= FEWEST for side in sides))
    return found


@dataclass(frozen=True, slots=True)
class Distance:
    """How bands agree with people's: ``right`` is the share of equal ones, ``steps`` the mean distance in
    bands."""

    right: float
    steps: float


def distance(bands: IntArray, people: IntArray) -> Distance:
    return Distance(float((bands == people).mean()), float(np.abs(bands - people).mean()))


def bands_by(limits: Sequence[float], score: FloatArray) -> IntArray:
    """The bands (1..5) of scores, shape (n,)."""
    return 1 + np.searchsorted(np.asarray(limits), score, side="right").astype(np.int64)


def drawn_limits(
    score: FloatArray, bands: IntArray, scale: Scale, resampling: Resampling
) -> list[tuple[float, float]]:
    """95% intervals of the four limits over resampled contents."""
    limits, _, _ = cuts(score, scale)
    found: list[list[FloatArray]] = [[], [], [], []]
    for weights in resampling.batches():
        for number in range(4):
            above = (bands > number + 1).astype(np.float64)
            found[number].append(limits[np.argmin(wrong_side(score, above, weights, scale), axis=0)])
    ends = [np.quantile(np.concatenate(parts), [0.025, 0.975]) for parts in found]
    return [(float(low), float(high)) for low, high in ends]
