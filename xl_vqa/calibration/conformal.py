"""Split-conformal intervals for a video of a content that was not seen: exact in finite samples, whatever the
model.

Versions of one content are not independent, so contents are what is exchangeable. Each measured content weighs
1/(K + 1), shared by its videos, and the new one 1/(K + 1) at infinity (hierarchical conformal prediction: Lee,
Barber and Willett 2023; with one video for each content it is ordinary split conformal). Then the interval holds
the MOS of a new video of a new content with the stated probability at least.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xl_vqa.calibration.rising_line import fit_line
from xl_vqa.evaluation.figure import FloatArray, IntArray
from xl_vqa.evaluation.intervals import group_numbers
from xl_vqa.words.domain_profile import COVERAGES, Line, Spread
from xl_vqa.words.labels import ACR_BANDS, Scale

CONTENTS_OF_A_BAND: Final = 50
"""A band has a width of its own from so many contents on: an interval of K contents holds up to 1/(K + 1) too
much, and here that is two hundredths."""


def contents_needed(coverage: float) -> int:
    """Measured contents without which an interval of that coverage is infinite."""
    return math.ceil(coverage / (1 - coverage) - 1e-9)


def content_weights(contents: IntArray) -> tuple[FloatArray, float]:
    """Each video's weight, shape (n,), and that of the content not seen; together 1."""
    _, inverse, sizes = np.unique(contents, return_inverse=True, return_counts=True)
    rest = 1.0 / (len(sizes) + 1)
    return rest / sizes[inverse], rest


def weighted_limit(values: FloatArray, contents: IntArray, coverage: float) -> float | None:
    """The lowest of ``values`` (n,) that a new content's value stays within with probability ``coverage`` at
    least.

    None where there are too few contents: it would be infinite.
    """
    if len(values) == 0:
        return None
    weights, _ = content_weights(contents)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) >= coverage - 1e-9
    return float(values[order][int(np.argmax(reached))]) if reached[-1] else None


def band_categories(bands: IntArray, contents: IntArray, needed: int) -> tuple[int, ...]:
    """For each of the five bands the category whose interval it takes: neighbours share one until it has enough.

    ``bands`` (1..5) and ``contents`` have shape (n,) and are those of the fitting half: what is measured must not
    decide how it is divided.
    """
    found: list[list[int]] = [[]]
    for number in range(1, len(ACR_BANDS) + 1):
        if found[-1] and len(np.unique(contents[np.isin(bands, found[-1])])) >= needed:
            found.append([])
        found[-1].append(number)
    if len(found) > 1 and len(np.unique(contents[np.isin(bands, found[-1])])) < needed:
        last = found.pop()
        found[-1] += last
    place = {number: index for index, numbers in enumerate(found) for number in numbers}
    return tuple(place[number] for number in range(1, len(ACR_BANDS) + 1))


@dataclass(frozen=True, slots=True)
class Domain:
    """What is known of the videos besides scores: ``limits`` are the four MOS at which people's bands begin."""

    scale: Scale
    limits: Sequence[float]

    def bands(self, mos: FloatArray) -> IntArray:
        """The band (1..5) of each, shape (n,)."""
        return 1 + np.searchsorted(np.asarray(self.limits), mos, side="right").astype(np.int64)


def spread_of(
    score: FloatArray,
    mos: FloatArray,
    contents: IntArray,
    domain: Domain,
    groups: Sequence[str | None] | None = None,
    seed: int = 0,
) -> Spread | None:
    """Half of the contents, drawn at random, fit the line, the others measure how far people's MOS lie from it.

    Arrays have shape (n,); ``groups`` names a group of contents for each video (sports, film). None where even an
    interval of the lowest coverage would be infinite.
    """
    fitting = _half(contents, seed)
    measured = ~fitting
    if len(np.unique(contents[measured])) < contents_needed(min(COVERAGES)):
        return None
    line = fit_line(score[fitting], mos[fitting], contents[fitting], domain.scale, seed).line
    centre = through(line, score)
    bands = domain.bands(centre)
    categories = band_categories(bands[fitting], contents[fitting], CONTENTS_OF_A_BAND)
    residuals = mos - centre
    weights, rest = content_weights(contents[measured])
    order = np.argsort(residuals[measured], kind="stable")
    category = np.asarray(categories)[bands - 1]
    names = sorted({name for name in groups or () if name})
    of_group = np.array([name or "" for name in groups]) if groups is not None else np.full(len(score), "")

    def width(chosen: np.ndarray[tuple[int], np.dtype[np.bool_]], coverage: float) -> float | None:
        inside = measured & chosen
        found = weighted_limit(np.abs(residuals[inside]), contents[inside], coverage)
        return None if found is None else round(found + 5e-7, 6)

    return Spread(
        centre=line,
        residuals=tuple(map(float, residuals[measured][order])),
        weights=tuple(map(float, weights[order])),
        rest=rest,
        categories=categories,
        widths={
            f"{coverage:g}": tuple(width(category == one, coverage) for one in range(max(categories) + 1))
            for coverage in COVERAGES
        },
        group_widths={
            f"{coverage:g}": {name: width(of_group == name, coverage) for name in names} for coverage in COVERAGES
        },
    )


def through(line: Line, score: FloatArray) -> FloatArray:
    """The line's MOS of scores, shape (n,)."""
    return np.interp(score, line.x, line.y)


def half_widths(spread: Spread, score: FloatArray, domain: Domain, coverage: float) -> FloatArray:
    """The half width of each video's interval, shape (n,); infinite where there is none."""
    bands = domain.bands(through(spread.centre, score))
    found = [spread.half_width(coverage, int(band)) for band in bands]
    return np.array([math.inf if one is None else one for one in found])


def _half(contents: IntArray, seed: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    names = np.unique(contents)
    chosen = np.random.default_rng(seed).permutation(names)[: len(names) // 2]
    return np.isin(contents, chosen)


def numbers_of(names: Sequence[str | None]) -> IntArray:
    """A number for each content; a video without one is a content of its own."""
    return group_numbers(list(names))
