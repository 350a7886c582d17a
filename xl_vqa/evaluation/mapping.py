"""The mapping from predictions to MOS before PLCC and RMSE: four-parameter logistic, or linear.

A mapping takes out how a rater uses the scale, so that raters on different scales can be compared. Fitted on
the items it is judged by it would flatter; so it is fitted on validation items, or each fold's by the others.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import optimize, special

from xl_vqa.evaluation.figure import FloatArray, IntArray
from xl_vqa.evaluation.metrics.defined import undefined

MIN_FOR_LOGISTIC: Final = 10
"""Four parameters through fewer items follow the noise."""
MIN_DIFFERENT: Final = 5
"""With fewer different predictions, many curves go through the same points."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """``kind`` is ``logistic4`` (parameters b1, b2, b3, b4), ``linear`` (intercept, slope) or ``constant``.

    ``reason`` says, by a key of texts.py, why it is not the logistic one. A mapping never falls: predictions
    that run against the MOS get the constant mapping, not a mirror that would turn them into good ones.
    """

    kind: str
    parameters: tuple[float, ...]
    reason: str | None = None

    def __call__(self, prediction: FloatArray) -> FloatArray:
        if self.kind == "logistic4":
            return _logistic(prediction, *self.parameters)
        if self.kind == "linear":
            intercept, slope = self.parameters
            return intercept + slope * prediction
        return np.full(prediction.shape, self.parameters[0])

    def to_dict(self) -> dict[str, Any]:
        values: dict[str, Any] = {"kind": self.kind, "parameters": list(self.parameters)}
        return values | ({"reason": self.reason} if self.reason else {})


def _logistic(x: FloatArray, b1: float, b2: float, b3: float, b4: float) -> FloatArray:
    """(b1 - b2) / (1 + exp(-(x - b3) / |b4|)) + b2; expit does not overflow."""
    width = max(abs(b4), 1e-12)
    # at 700 widths the curve has long been level; beyond, the division would overflow
    steps = np.clip(x - b3, -700 * width, 700 * width) / width
    return np.asarray((b1 - b2) * special.expit(steps) + b2, dtype=np.float64)


def fit_mapping(prediction: FloatArray, mos: FloatArray) -> Mapping:
    """The least-squares mapping of arrays of shape (n,).

    Logistic where it converges, rises and fits no worse than a line; else linear; else constant.
    Raises ValueError for arrays of different shapes or without items.
    """
    reason = undefined(prediction, mos)
    if reason is not None:
        if len(mos) == 0 or not np.isfinite(mos).all():
            raise ValueError("a mapping needs items with finite MOS")
        return Mapping("constant", (float(np.mean(mos)),), reason)
    slope, intercept = (float(value) for value in np.polyfit(prediction, mos, 1))
    if slope <= 0:
        return Mapping("constant", (float(np.mean(mos)),), "falling")
    linear = Mapping("linear", (intercept, slope))
    if len(mos) < MIN_FOR_LOGISTIC:
        return Mapping("linear", linear.parameters, "few_for_logistic")
    if len(np.unique(prediction)) < MIN_DIFFERENT:
        return Mapping("linear", linear.parameters, "few_values")
    found = _fit_logistic(prediction, mos)
    if found is None:
        return Mapping("linear", linear.parameters, "not_converged")
    if found.parameters[0] <= found.parameters[1]:
        return Mapping("linear", linear.parameters, "falling")
    if _loss(found, prediction, mos) > _loss(linear, prediction, mos) * (1 + 1e-9):
        return Mapping("linear", linear.parameters, "worse_than_linear")
    return found


def _fit_logistic(prediction: FloatArray, mos: FloatArray) -> Mapping | None:
    spread = float(np.std(prediction))
    start = (float(mos.max()), float(mos.min()), float(np.mean(prediction)), spread / 4)
    try:
        with warnings.catch_warnings():
            # SciPy warns where the parameters are not determined: a straight cloud fits any wide logistic
            warnings.simplefilter("error", optimize.OptimizeWarning)
            parameters, _ = optimize.curve_fit(_logistic, prediction, mos, p0=start, maxfev=4000)
    except (RuntimeError, optimize.OptimizeWarning):
        return None
    if not np.isfinite(parameters).all():
        return None
    b1, b2, b3, b4 = (float(value) for value in parameters)
    return Mapping("logistic4", (b1, b2, b3, abs(b4)))


def _loss(mapping: Mapping, prediction: FloatArray, mos: FloatArray) -> float:
    return float(np.sum((mapping(prediction) - mos) ** 2))


def fold_numbers(groups: IntArray, folds: int = 5, seed: int = 0) -> IntArray:
    """A fold 0..folds-1 for each item, shape (n,); items of one group share it, folds are of like size.

    ``groups`` has shape (n,): the number of each item's content, or its own number where there is none.
    With fewer groups than ``folds`` there are as many folds as groups.
    """
    _, inverse, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    count = max(min(folds, len(sizes)), 1)
    order = np.random.default_rng(seed).permutation(len(sizes))
    # the largest first, each into the emptiest fold; the shuffle decides between groups of one size
    order = order[np.argsort(-sizes[order], kind="stable")]
    fold_of_group = np.zeros(len(sizes), dtype=np.int64)
    filled = np.zeros(count, dtype=np.int64)
    for group in order:
        fold = int(np.argmin(filled))
        fold_of_group[group] = fold
        filled[fold] += sizes[group]
    return fold_of_group[inverse]


def cross_fit(prediction: FloatArray, mos: FloatArray, folds: IntArray) -> tuple[FloatArray, Sequence[Mapping]]:
    """Each fold mapped by what the other folds gave: mapped predictions (n,) and one mapping per fold.

    With a single fold there is nothing to hold out: the predictions come back as they are, without mappings.
    """
    mapped = prediction.astype(np.float64, copy=True)
    numbers = np.unique(folds)
    if len(numbers) < 2:
        return mapped, ()
    mappings = []
    for fold in numbers:
        held = folds == fold
        mapping = fit_mapping(prediction[~held], mos[~held])
        mapped[held] = mapping(prediction[held])
        mappings.append(mapping)
    return mapped, mappings


def is_usable(mappings: Sequence[Mapping]) -> bool:
    """Whether the mapped predictions still say anything: a constant mapping does not."""
    return bool(mappings) and all(mapping.kind != "constant" for mapping in mappings)
