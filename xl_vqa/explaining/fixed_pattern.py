"""A fault that stays in one place of the picture from first frame to last, while the scene moves behind it.

No time is better than another there, so nothing can be held against a good moment. But what the camera passes over
enters such a place and leaves it again: the same piece of the scene is soft, or dark, or noisy inside and is not
outside. So the movement of the whole picture is followed (phase correlation), what each piece of the scene is
like and what each cell of the screen does to it are parted (two-way means), and the cells' part is believed where
two halves of the video, which show different pieces, agree. Where nothing moves this cannot be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xl_vqa.explaining.cell_statistics import COLUMNS, ROWS, Floats, luma_of
from xl_vqa.explaining.change import softened, strength_of

FEWEST: Final = 6
"""Looks of a half."""
LEAST_WAY: Final = 4
"""Cells that the scene must have moved, in one direction, before anything can be told."""
SURE: Final = 8.0
"""How far the peak of a phase correlation stands out, in spreads, where two looks show the same scene."""
ROUNDS: Final = 20
"""Of reckoning the scene from the cells and the cells from the scene."""
MOST: Final = 10.0
"""In usual sizes: a greater pattern counts as one of that size."""
USUAL: Final = np.array([0.02, 0.008, 0.006, 0.13, 0.12, 0.13, 0.03, 0.045, 0.045, 0.03, 0.1, 0.25, 0.22])
"""[STATISTICS]: what good clips have of it (median size over cells of training pictures)."""
_SIDE: Final = 128
"""Pixels of the longer side in which movement is looked for."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """``cells`` [ROWS, COLUMNS]: how much each stands out at any time, in usual sizes; ``strength``: the most."""

    cells: Floats
    strength: float


def pattern_of(series: Floats, frames: Sequence[NDArray[np.uint8]]) -> Pattern | None:
    """Of looks along a video: their statistics [looks, STATISTICS, ROWS, COLUMNS], and the frame of each.

    None where the scene moves too little, or is followed over too few looks.
    """
    small = [_small(frame) for frame in frames]
    parts = []
    for run in _runs(small):
        moves = run.places.max(axis=0) - run.places.min(axis=0)
        if moves.max() < LEAST_WAY:
            continue
        halves = [half for half in np.array_split(np.arange(len(run.looks)), 2) if len(half) >= FEWEST]
        parts += [_of_cells(series[run.looks[half]], run.places[half]) for half in halves]
    if len(parts) < 2:
        return None
    sizes = [np.clip(part / USUAL[:, None, None], -MOST, MOST) for part in parts]
    pairs = list(combinations(sizes, 2))
    both = sum((one * other for one, other in pairs), np.zeros_like(sizes[0])) / len(pairs)
    cells = softened(np.sqrt(np.maximum(both, 0).sum(axis=0)))
    return Pattern(cells, strength_of(cells))


@dataclass(frozen=True, slots=True)
class _Run:
    """Looks that show one scene, and where the screen's first cell lies in it, [looks, 2]."""

    looks: NDArray[np.intp]
    places: NDArray[np.intp]


def _runs(small: Sequence[Floats]) -> list[_Run]:
    runs, looks, places = [], [0], [(0.0, 0.0)]
    for number in range(1, len(small)):
        down, across, sure = movement(small[number - 1], small[number])
        if sure < SURE:
            runs.append((looks, places))
            looks, places = [number], [(0.0, 0.0)]
            continue
        height, width = small[number].shape
        row, column = places[-1]
        looks.append(number)
        places.append((row - down * ROWS / height, column - across * COLUMNS / width))
    runs.append((looks, places))
    return [_Run(np.array(looks), np.rint(places).astype(np.intp)) for looks, places in runs if len(looks) > 1]


def movement(one: Floats, other: Floats) -> tuple[int, int, float]:
    """How far the content of one picture lies further down and right in the other (pixels), and how sure it is."""
    window = np.hanning(one.shape[0])[:, None] * np.hanning(one.shape[1])
    spectra = [np.fft.rfft2((picture - picture.mean()) * window) for picture in (one, other)]
    cross = np.conj(spectra[0]) * spectra[1]
    peaks = np.fft.irfft2(cross / (np.abs(cross) + 1e-6), s=one.shape)
    spread = float(peaks.std())
    at = np.unravel_index(peaks.argmax(), peaks.shape)
    down, across = (int(k) - side if k > side // 2 else int(k) for k, side in zip(at, peaks.shape, strict=True))
    return down, across, float(peaks.max()) / spread if spread > 0 else 0.0


def _of_cells(series: Floats, places: NDArray[np.intp]) -> Floats:
    """[STATISTICS, ROWS, COLUMNS]: what the cells of the screen add to whatever scene they show."""
    begins = places - places.min(axis=0)
    size = begins.max(axis=0) + np.array([ROWS, COLUMNS])
    inside = [(slice(None), slice(row, row + ROWS), slice(column, column + COLUMNS)) for row, column in begins]
    counts = np.zeros((1, *size))
    for where in inside:
        counts[where] += 1
    cells = np.zeros(series.shape[1:])
    for _ in range(ROUNDS):
        scene = np.zeros((series.shape[1], *size))
        for where, look in zip(inside, series, strict=True):
            scene[where] += look - cells
        scene /= np.maximum(counts, 1)
        rest = sum((look - scene[where] for where, look in zip(inside, series, strict=True)), np.zeros_like(cells))
        # one look more than there are, which shows nothing: what few looks say counts less
        cells = rest / (len(series) + 1)
        cells -= np.median(cells, axis=(1, 2), keepdims=True)
    return cells


def _small(frame: NDArray[np.uint8]) -> Floats:
    """Its brightness, the longer side at most about ``_SIDE`` pixels."""
    luma = luma_of(frame)
    step = max(max(luma.shape) // _SIDE, 1)
    height, width = (side // step * step for side in luma.shape)
    shrunk: Floats = luma[:height, :width].reshape(height // step, step, width // step, step).mean((1, 3))
    return shrunk.astype(np.float64)
