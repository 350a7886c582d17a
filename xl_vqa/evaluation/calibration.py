"""Is 37 really 37: predicted scores, probabilities and intervals against what people gave."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from xl_vqa.evaluation.figure import Figure, FloatArray, IntArray
from xl_vqa.evaluation.intervals import mean_with_interval, share
from xl_vqa.evaluation.metrics.defined import undefined
from xl_vqa.evaluation.resampling import Resampling, Statistic

COVERAGES: Final = (0.5, 0.8, 0.9, 0.95)
BINS: Final = 10


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Videos with like predictions: their mean prediction, and people's mean score with its t interval."""

    prediction: float
    mos: Figure

    def to_dict(self) -> dict[str, Any]:
        return {"prediction": self.prediction, "mos": self.mos.to_dict()}


def reliability(
    prediction: FloatArray, mos: FloatArray, groups: IntArray | None = None, bins: int = BINS
) -> list[ReliabilityBin]:
    """Bins of about equal size by rising prediction; equal predictions are never parted. Empty without items.

    ``groups``, shape (n,), are the contents that the intervals go by, None where videos are independent.
    """
    if undefined(prediction, mos, correlation=False) is not None:
        return []
    edges = np.unique(np.quantile(prediction, np.linspace(0, 1, bins + 1)[1:-1]))
    number = np.searchsorted(edges, prediction, side="left")
    found = []
    for one in np.unique(number):
        inside = number == one
        mean = mean_with_interval(mos[inside], None if groups is None else groups[inside])
        found.append(ReliabilityBin(float(prediction[inside].mean()), mean))
    return found


def calibration_line(prediction: FloatArray, mos: FloatArray) -> dict[str, Figure]:
    """``slope`` and ``intercept`` of MOS on prediction: 1 and 0 where 37 is 37 everywhere.

    A slope below 1 says that the predictions spread further apart than what people see.
    """
    reason = undefined(prediction, mos)
    if reason is not None:
        return {name: Figure.missing(reason, len(mos)) for name in ("slope", "intercept")}
    line = stats.linregress(prediction, mos)
    return {
        "slope": Figure.of(float(line.slope), len(mos)),
        "intercept": Figure.of(float(line.intercept), len(mos)),
    }


def line_statistics(prediction: FloatArray, mos: FloatArray) -> dict[str, Statistic]:
    """The bootstrap's twins of ``calibration_line``."""
    at_x, at_y = float(prediction.mean()), float(mos.mean())
    x, y = prediction - at_x, mos - at_y
    products = np.stack([x, y, x * x, x * y])

    def moments(weights: FloatArray) -> tuple[FloatArray, FloatArray]:
        mx, my, xx, xy = products @ weights / weights.sum(axis=0)
        variance = xx - mx * mx
        slope = np.where(variance > 1e-12, (xy - mx * my) / np.maximum(variance, 1e-300), np.nan)
        return slope, (my + at_y) - slope * (mx + at_x)

    return {"slope": lambda weights: moments(weights)[0], "intercept": lambda weights: moments(weights)[1]}


def expected_calibration_error(confidence: FloatArray, correct: NDArray[np.bool_], bins: int = BINS) -> Figure:
    """How far the stated probability of the band lies from how often the band is right, over bins of equal width.

    ``confidence`` and ``correct`` have shape (n,): the probability of the predicted band (0..1), and whether
    people put the video into that band.
    """
    n = len(confidence)
    if n == 0:
        return Figure.missing("no_band_probability", 0)
    return Figure.of(float(ece_statistic(confidence, correct, bins)(np.ones((n, 1)))[0]), n)


def ece_statistic(confidence: FloatArray, correct: NDArray[np.bool_], bins: int = BINS) -> Statistic:
    """The bootstrap's twin of ``expected_calibration_error``."""
    number = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = confidence - correct
    by_bin = np.where(number[None, :] == np.arange(bins)[:, None], gaps[None, :], 0.0)
    return lambda weights: np.asarray(np.abs(by_bin @ weights).sum(axis=0) / weights.sum(axis=0))


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often an interval that should hold ``nominal`` of the videos really holds them."""

    nominal: float
    empirical: Figure
    half_width: float | None = None
    """Of a conformal interval, in MOS; None for the model's own intervals, whose width varies."""
    mean_width: float | None = None
    """Of the model's own intervals, in labels."""
    reason: str | None = None

    def to_dict(self) -> dict[str, Any]:
        values: dict[str, Any] = {"nominal": self.nominal, "empirical": self.empirical.to_dict()}
        for name in ("half_width", "mean_width", "reason"):
            if getattr(self, name) is not None:
                values[name] = getattr(self, name)
        return values


def interval_coverage(
    distributions: FloatArray,
    human: IntArray,
    coverages: Sequence[float] = COVERAGES,
    resampling: Resampling | None = None,
) -> list[Coverage]:
    """The model's central intervals against people's labels.

    ``distributions`` has shape (n, labels), rows summing to 1; ``human`` (n,) holds the index of people's
    label. Labels are whole, so an interval holds at least its nominal share of the model's own probability.
    ``resampling`` says what the intervals of the coverage go by, None for independent videos.
    """
    resampling = resampling or Resampling(len(human))
    cumulative = np.cumsum(distributions, axis=1)
    found = []
    for nominal in coverages:
        tail = (1 - nominal) / 2
        low, high = _quantile(cumulative, tail), _quantile(cumulative, 1 - tail)
        hits = (low <= human) & (human <= high)
        width = float(np.mean(high - low)) if len(human) else None
        found.append(Coverage(nominal, share(hits, resampling), mean_width=width))
    return found


def _quantile(cumulative: FloatArray, level: float) -> IntArray:
    """The lowest label's index at which the cumulative probability reaches ``level``, as in rating.py."""
    reached = (cumulative >= level - 1e-12) & (cumulative > 0)
    index = np.argmax(reached, axis=1)
    found: IntArray = np.where(reached.any(axis=1), index, cumulative.shape[1] - 1)
    return found


def pit_histogram(distributions: FloatArray, human: IntArray, bins: int = BINS) -> list[float]:
    """The probability integral transform of people's labels: shares per bin, each 1/bins where calibrated.

    A hump says that the model's distributions are too wide, a trough that they are too narrow, a slope that
    they are biased. Not randomised: a label's probability is spread over its step (Czado and others, 2009).
    """
    if len(human) == 0:
        return []
    cumulative = np.clip(np.cumsum(distributions, axis=1), 0.0, 1.0)
    rows = np.arange(len(human))
    upper = cumulative[rows, human]
    lower = np.where(human > 0, cumulative[rows, np.maximum(human - 1, 0)], 0.0)
    edges = np.linspace(0, 1, bins + 1)[:, None]
    step = upper - lower
    # where the model gave people's label no probability, the whole item falls on one point
    inside = np.where(step > 1e-12, (edges - lower) / np.maximum(step, 1e-12), edges > np.minimum(lower, 1 - 1e-9))
    mean = np.clip(inside, 0.0, 1.0).mean(axis=1)
    return [float(value) for value in np.diff(mean)]


def conformal_half_width(residuals: FloatArray, coverage: float) -> float | None:
    """The half width that holds a new video's MOS with probability ``coverage`` at least, in MOS.

    Split conformal: the ceil((n + 1) coverage)-th smallest absolute residual of the ``n`` held-out videos.
    None where ``n`` is too small for that: the interval would be infinite.
    """
    rank = math.ceil((len(residuals) + 1) * coverage - 1e-9)
    if rank > len(residuals):
        return None
    return float(np.sort(np.abs(residuals))[rank - 1])


def conformal_on(
    validation: FloatArray, test: FloatArray, resampling: Resampling, coverages: Sequence[float] = COVERAGES
) -> list[Coverage]:
    """Half widths from the residuals of validation videos, and what they hold of the test videos' residuals."""
    found = []
    for nominal in coverages:
        width = conformal_half_width(validation, nominal)
        if width is None:
            found.append(_no_interval(nominal, len(validation)))
        else:
            hits = np.abs(test) <= width
            found.append(Coverage(nominal, share(hits, resampling), half_width=width))
    return found


def conformal_cross_fit(
    residuals: FloatArray, folds: IntArray, resampling: Resampling, coverages: Sequence[float] = COVERAGES
) -> list[Coverage]:
    """Without validation videos: the half width of all, and the coverage of each fold by the others' width."""
    found = []
    for nominal in coverages:
        width = conformal_half_width(residuals, nominal)
        hits = np.zeros(len(residuals), dtype=bool)
        for fold in np.unique(folds):
            others = conformal_half_width(residuals[folds != fold], nominal)
            if others is None:
                width = None
                break
            hits[folds == fold] = np.abs(residuals[folds == fold]) <= others
        if width is None:
            found.append(_no_interval(nominal, len(residuals)))
        else:
            found.append(Coverage(nominal, share(hits, resampling), half_width=width))
    return found


def _no_interval(nominal: float, n: int) -> Coverage:
    return Coverage(nominal, Figure.missing("too_few_for_conformal", n), reason="too_few_for_conformal")


@dataclass(frozen=True, slots=True)
class Calibration:
    """``line`` holds slope and intercept; ``source`` says where the conformal widths come from."""

    bins: Sequence[ReliabilityBin]
    line: Mapping[str, Figure]
    band_error: Figure
    band_confidence: float | None
    coverage: Sequence[Coverage]
    conformal: Sequence[Coverage]
    conformal_source: str
    pit: Sequence[float]

    def to_dict(self) -> dict[str, Any]:
        return {
            "reliability": [one.to_dict() for one in self.bins],
            "line": {name: figure.to_dict() for name, figure in self.line.items()},
            "band_ece": self.band_error.to_dict(),
            "band_confidence": self.band_confidence,
            "interval_coverage": [one.to_dict() for one in self.coverage],
            "conformal": [one.to_dict() for one in self.conformal],
            "conformal_source": self.conformal_source,
            "pit": list(self.pit),
        }


def unknown(n: int) -> Calibration:
    """Of ``n`` scores in units of their own: they promise nothing in MOS."""
    missing = Figure.missing("not_mos_units", n)
    line = dict.fromkeys(("slope", "intercept"), missing)
    return Calibration([], line, missing, None, [], [], "none", [])
