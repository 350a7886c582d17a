"""The monotone map from a model's score to a domain's MOS, chosen by how it does on contents that it has not seen.

Three candidates: the scale as it is, a straight line, and isotonic regression. Isotonic regression gives steps,
which would make ties of different videos; a step is drawn as its middle, and the middles are joined (centred
isotonic regression, Oron and Flournoy 2017), so that the order of the scores stays between the ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize

from xl_vqa.evaluation.figure import FloatArray, IntArray
from xl_vqa.evaluation.mapping import fold_numbers
from xl_vqa.words.domain_profile import Line
from xl_vqa.words.labels import Scale

KINDS: Final = ("as_is", "linear", "isotonic")
"""Simplest first: of equals the first is taken."""


@dataclass(frozen=True, slots=True)
class FittedLine:
    """``held_out`` gives the RMSE in MOS of each kind on contents that it was not fitted on; empty where there is
    only one content. ``predicted`` is what the chosen kind says of each video, fitted on other contents, shape
    (n,)."""

    line: Line
    kind: str
    held_out: Mapping[str, float]
    predicted: FloatArray


def fit_line(score: FloatArray, mos: FloatArray, contents: IntArray, scale: Scale, seed: int = 0) -> FittedLine:
    """``score`` in labels, ``mos`` and ``contents`` (a number for each): shape (n,), one video at least."""
    folds = fold_numbers(contents, seed=seed)
    predicted = {kind: _held_out(kind, score, mos, folds, scale) for kind in KINDS}
    if len(np.unique(folds)) < 2:
        return FittedLine(line_of("as_is", score, mos, scale), "as_is", {}, predicted["as_is"])
    errors = {kind: float(np.sqrt(np.mean((found - mos) ** 2))) for kind, found in predicted.items()}
    kind = min(KINDS, key=lambda one: errors[one])
    return FittedLine(line_of(kind, score, mos, scale), kind, errors, predicted[kind])


def _held_out(kind: str, score: FloatArray, mos: FloatArray, folds: IntArray, scale: Scale) -> FloatArray:
    found = np.empty(len(score))
    for fold in np.unique(folds):
        held = folds == fold
        others = ~held if (~held).any() else held
        line = line_of(kind, score[others], mos[others], scale)
        found[held] = [line(float(one)) for one in score[held]]
    return found


def line_of(kind: str, score: FloatArray, mos: FloatArray, scale: Scale) -> Line:
    """The line of that kind through all videos, within the scale."""
    if kind == "isotonic":
        return isotonic_line(score, mos)
    if kind == "linear":
        return straight_line(score, mos, scale)
    return Line((float(scale.label_min), float(scale.label_max)), (scale.mos_min, scale.mos_max))


def straight_line(score: FloatArray, mos: FloatArray, scale: Scale) -> Line:
    """Least squares, cut at the ends of the MOS scale; level where it would fall."""
    low, high = float(scale.label_min), float(scale.label_max)
    deviation = score - score.mean()
    square = float(deviation @ deviation)
    slope = float(deviation @ (mos - mos.mean())) / square if square > 1e-12 else 0.0
    if slope <= 1e-9:
        return Line((low, high), (float(mos.mean()),) * 2)
    at = float(mos.mean()) - slope * float(score.mean())
    # where it leaves the scale it goes on level
    left = max(low, (scale.mos_min - at) / slope)
    right = min(high, (scale.mos_max - at) / slope)
    if right - left <= 1e-9:
        return Line((low, high), (float(np.clip(mos.mean(), scale.mos_min, scale.mos_max)),) * 2)
    ends = np.clip([at + slope * left, at + slope * right], scale.mos_min, scale.mos_max)
    return Line((left, right), (float(ends[0]), float(ends[1])))


def isotonic_line(score: FloatArray, mos: FloatArray) -> Line:
    """Isotonic regression with each step at its middle: the mean score of the step's videos."""
    x, inverse, count = np.unique(score, return_inverse=True, return_counts=True)
    mean = np.bincount(inverse, weights=mos) / count
    steps = optimize.isotonic_regression(mean, weights=count.astype(np.float64))
    starts = steps.blocks[:-1]
    # neighbours that are level by chance are one step: two would tie the videos between their middles
    starts = starts[np.diff(steps.x[starts], prepend=-np.inf) > 1e-9]
    middle = np.add.reduceat(x * count, starts) / np.add.reduceat(count, starts)
    level = np.maximum.accumulate(steps.x[starts])
    return Line(tuple(map(float, middle)), tuple(map(float, level)))
