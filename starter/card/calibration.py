"""Is 37 really 37: the starter's scores and its distributions against the pseudo-MOS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from xl_vqa.evaluation.calibration import calibration_line, interval_coverage
from xl_vqa.words.rating import LabelDistribution

WIDTH: Final = 0.5
"""Of a bin of scores, in MOS."""
COVERAGES: Final = (0.5, 0.8, 0.95)

FloatArray = NDArray[np.float64]


def measure(predicted: FloatArray, mos: FloatArray, answers: Sequence[LabelDistribution]) -> dict[str, Any]:
    """All of calibration. ``predicted`` and ``mos`` have shape (n,), in MOS.

    ``calibration``: the bins; ``calibration_error``: how far their mean score lies from their mean pseudo-MOS,
    weighted by their clips; ``calibration_line``: slope and intercept of pseudo-MOS on score; ``coverage``: how
    often the label lies inside the distribution's central interval, and how wide that is, in labels.
    """
    bins = reliability(predicted, mos)
    line = calibration_line(predicted, mos)
    return {
        "calibration": bins,
        "calibration_error": expected_error(bins),
        "calibration_line": {name: figure.value for name, figure in line.items()},
        "coverage": coverage(mos, answers),
    }


def reliability(predicted: FloatArray, mos: FloatArray) -> list[dict[str, float]]:
    """Of the clips rated about alike (half a MOS wide), what the pseudo-MOS is on average."""
    rows = []
    lows = np.arange(1.0, 5.0, WIDTH)
    # the last bin takes 5 itself
    number = np.clip(np.floor((predicted - 1.0) / WIDTH), 0, len(lows) - 1)
    for index, low in enumerate(lows):
        inside = number == index
        if inside.any():
            means = {"predicted": float(predicted[inside].mean()), "mos": float(mos[inside].mean())}
            rows.append({"low": float(low), "n": int(inside.sum()), **means})
    return rows


def expected_error(bins: Sequence[dict[str, float]]) -> float:
    """Mean of |mean score - mean pseudo-MOS| over the bins, weighted by their clips, in MOS."""
    total = sum(row["n"] for row in bins)
    return sum(row["n"] * abs(row["predicted"] - row["mos"]) for row in bins) / total if total else 0.0


def coverage(mos: FloatArray, answers: Sequence[LabelDistribution]) -> dict[str, dict[str, float | None]]:
    """By nominal share: how often the label of ``mos`` lies in the answer's own central interval."""
    if not answers:
        return {}
    scale = answers[0].scale
    labels = np.array([scale.to_label(float(value)) - scale.label_min for value in mos], np.int64)
    found = interval_coverage(np.array([answer.probabilities for answer in answers]), labels, COVERAGES)
    return {
        f"{one.nominal:g}": {"share": one.empirical.value, "width": one.mean_width, "n": len(labels)}
        for one in found
    }
