"""Intervals from the bootstrap, and differences between two raters of the same videos.

Percentile intervals: on simulated data BCa covered no better at 20, 50 or 200 items (docs/evaluation.md).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy import stats

from xl_vqa.evaluation.figure import BoolArray, Figure, FloatArray, IntArray
from xl_vqa.evaluation.resampling import Resampling, Statistic, bootstrap

CONFIDENCE: Final = 0.95
MIN_FOR_INTERVAL: Final = 10
"""With fewer things to draw, a bootstrap interval is far too narrow and is not shown."""
MAX_UNDEFINED: Final = 0.05
"""An interval from resamples of which more than this share had no value would be one of the others only."""


def resampling_of(n: int, groups: IntArray | None, resamples: int = 2000, seed: int = 0) -> Resampling:
    """Draws the groups where there are enough of them to draw from, else single items; ``groups`` is (n,)."""
    if groups is not None and not MIN_FOR_INTERVAL <= len(np.unique(groups)) < n:
        groups = None
    return Resampling(n, groups, resamples, seed)


def percentile_interval(draws: FloatArray, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """Limits from the values of shape (resamples,); None where too many of them are undefined."""
    known = draws[np.isfinite(draws)]
    if len(known) == 0 or len(known) < (1 - MAX_UNDEFINED) * len(draws):
        return None
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def with_intervals(
    figures: Mapping[str, Figure],
    statistics: Mapping[str, Statistic],
    resampling: Resampling,
    shares: Collection[str] = (),
) -> tuple[dict[str, Figure], dict[str, FloatArray]]:
    """Each figure with the interval of the statistic of its name, and the statistics' draws.

    A figure without a value, or without a statistic, is passed through. ``shares`` names the figures that are
    shares of items (see ``share``).
    """
    wanted = {name: s for name, s in statistics.items() if name in figures and figures[name].value is not None}
    draws = bootstrap(wanted, resampling) if resampling.units >= MIN_FOR_INTERVAL else {}
    found = {}
    for name, figure in figures.items():
        if name in wanted and name in shares:
            found[name] = _share_with_interval(
                figure, resampling.groups is not None, resampling.units, draws.get(name)
            )
        else:
            found[name] = _with_interval(figure, name in wanted, draws.get(name))
    return found, draws


def _with_interval(figure: Figure, wanted: bool, draws: FloatArray | None) -> Figure:
    if not wanted:
        return figure
    if draws is None or figure.n < MIN_FOR_INTERVAL:
        return dataclasses.replace(figure, interval_reason="too_few_for_interval")
    limits = percentile_interval(draws)
    if limits is None:
        return dataclasses.replace(figure, interval_reason="undefined_resamples")
    return dataclasses.replace(figure, low=limits[0], high=limits[1])


@dataclass(frozen=True, slots=True)
class Comparison:
    """The model against one baseline in one statistic, on the ``n`` videos that both rated.

    ``difference`` is model minus baseline; ``p`` is the two-sided bootstrap p value, ``p_holm`` the same
    after Holm's correction over all baselines in this statistic. ``better`` is True where the model is
    better at the 5% level after correction, False where the baseline is, None where neither can be said.
    """

    baseline: str
    statistic: str
    model: Figure
    other: Figure
    difference: Figure
    p: float | None = None
    p_holm: float | None = None
    better: bool | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "baseline": self.baseline,
            "statistic": self.statistic,
            "model": self.model.to_dict(),
            "other": self.other.to_dict(),
            "difference": self.difference.to_dict(),
            "p": self.p,
            "p_holm": self.p_holm,
            "better": self.better,
        }


def compare(
    baseline: str, statistic: str, model: Figure, other: Figure, draws: tuple[FloatArray | None, FloatArray | None]
) -> Comparison:
    """The paired difference; ``draws`` are both statistics on the same resamples, or None without intervals."""
    for figure in (model, other):
        if figure.value is None:
            difference = Figure.missing(figure.reason or "not_finite", figure.n)
            return Comparison(baseline, statistic, model, other, difference)
    assert model.value is not None
    assert other.value is not None
    difference = Figure(model.value - other.value, model.n)
    ours, theirs = draws
    if ours is None or theirs is None:
        difference = dataclasses.replace(difference, interval_reason="too_few_for_interval")
        return Comparison(baseline, statistic, model, other, difference)
    paired = ours - theirs
    difference = _with_interval(difference, True, paired)
    p = None if difference.low is None else bootstrap_p(paired)
    return Comparison(baseline, statistic, model, other, difference, p)


def bootstrap_p(differences: FloatArray) -> float:
    """Two-sided p value of "no difference": twice the smaller share on one side of 0, never below 2/(B+1)."""
    known = differences[np.isfinite(differences)]
    below, above = int((known <= 0).sum()), int((known >= 0).sum())
    return min(1.0, 2 * (min(below, above) + 1) / (len(known) + 1))


def with_holm(comparisons: Sequence[Comparison], higher_is_better: Mapping[str, bool | None]) -> list[Comparison]:
    """The comparisons with corrected p values and verdicts; all baselines in one statistic are one family.

    One family of everything would hide real differences: its statistics are nearly one, and a bootstrap p
    value has a floor that its size would be multiplied with.
    """
    families: dict[str, list[float]] = {}
    for comparison in comparisons:
        if comparison.p is not None:
            families.setdefault(comparison.statistic, []).append(comparison.p)
    corrected = {statistic: iter(holm(family)) for statistic, family in families.items()}
    results = []
    for comparison in comparisons:
        if comparison.p is None or comparison.difference.value is None:
            results.append(comparison)
            continue
        p_holm = next(corrected[comparison.statistic])
        better: bool | None = None
        if p_holm < 1 - CONFIDENCE and comparison.difference.value != 0:
            better = (comparison.difference.value > 0) == higher_is_better[comparison.statistic]
        results.append(dataclasses.replace(comparison, p_holm=p_holm, better=better))
    return results


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction, in the order given."""
    corrected = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = highest
    return corrected


def share(
    hits: BoolArray, resampling: Resampling, known: BoolArray | None = None, none: str = "no_items"
) -> Figure:
    """The share of hits, shape (n,), among the items where ``known`` holds; ``none`` is the reason where none is.

    Where videos are drawn its interval is Wilson's. Where whole contents are drawn it is the bootstrap's; with
    too few contents to draw from, or where all videos are alike and no resample differs, it is Wilson's with
    each content counting once, since its versions are not independent.
    """
    known = np.ones(len(hits), dtype=bool) if known is None else known
    n = int(known.sum())
    if n == 0:
        return Figure.missing(none, 0)
    figure = Figure(float(np.mean(hits[known])), n)
    if resampling.groups is None:
        return _share_with_interval(figure, False, n, None)
    # two counts say all of a content: hundreds of contents are drawn, not ten thousand videos
    place = np.unique(resampling.groups, return_inverse=True)[1]
    counts = np.bincount(place, known).astype(np.float64)
    hit = np.bincount(place, known & hits).astype(np.float64)
    units = int((counts > 0).sum())
    draws = None
    if units >= MIN_FOR_INTERVAL:
        contents = Resampling(len(counts), None, resampling.resamples, resampling.seed)
        draws = bootstrap({"share": lambda weights: (hit @ weights) / (counts @ weights)}, contents)["share"]
    return _share_with_interval(figure, True, units, draws)


def _share_with_interval(figure: Figure, grouped: bool, units: int, draws: FloatArray | None) -> Figure:
    assert figure.value is not None
    limits = percentile_interval(draws) if grouped and draws is not None else None
    if limits is None or limits[0] == limits[1]:
        limits = wilson(figure.value, units if grouped else figure.n)
    return dataclasses.replace(figure, low=limits[0], high=limits[1])


def wilson(p: float, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's interval of a share ``p`` of ``n``; ``p * n`` need not be whole (SciPy's must be)."""
    z = float(stats.norm.ppf((1 + confidence) / 2))
    centre = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)
    # a share of all or nothing is a limit itself, which rounding may miss
    return (0.0 if p == 0 else max(low, 0.0)), (1.0 if p == 1 else min(high, 1.0))


def mean_with_interval(values: FloatArray, groups: IntArray | None = None) -> Figure:
    """The mean of shape (n,) with its t interval, from the sums of the groups where there are some, shape (n,).

    Without groups it is the ordinary one (a group for each item gives the same).
    """
    n, mean = len(values), float(values.mean())
    sums = (
        values - mean if groups is None else np.bincount(np.unique(groups, return_inverse=True)[1], values - mean)
    )
    units = len(sums)
    if units < 2:
        return Figure(mean, n, interval_reason="too_few_for_interval")
    error = math.sqrt(units / (units - 1) * float(np.sum(sums**2))) / n
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, units - 1)) * error
    return Figure.of(mean, n, mean - half, mean + half)


def group_numbers(names: Sequence[str | None]) -> IntArray:
    """A number for each name, shape (n,); an item without a name is a group of its own."""
    numbers: dict[tuple[str, object], int] = {}
    keys = [("name", name) if name is not None else ("item", index) for index, name in enumerate(names)]
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
