"""What changed in the picture when a bad stretch began and changed back when it ended: its edges and its place.

A scene moves on and does not come back; a fault that begins and ends does. So each cell's statistics
(cell_statistics.py) are asked for a step and, later, the same step back. Frames next to an edge show nearly the
same scene, so no motion has to be known. The model says when a stretch is bad, and judges what is found here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xl_vqa.explaining.cell_statistics import LEAST, Floats

LAG: Final = 3
"""Frames before and behind an edge that are held against each other."""
MOST_STEP: Final = 12.0
"""In usual steps: a larger one counts as one of that size, or one statistic would outshine all others."""
STRONG_SHARE: Final = 0.09
"""The strength of a change is the mean over that share of the cells, those that changed most."""
GROUND: Final = 0.25
"""That share of the cells, those that changed least, is taken to lie outside of a place."""
SAME_SCENE: Final = 0.5
"""How far cells' brightness goes together across an edge of a fault, at least: a correlation."""
OTHER_LIGHT: Final = 0.05
"""Of black to white: a cell that differs by more may show another scene,"""
MOST_CELLS: Final = 0.6
"""and at a cut so many do: a fault in a part of the picture leaves the others."""
EVERYWHERE: Final = 0.33
"""A change that even there has that share of its strength is one of the whole picture."""


@dataclass(frozen=True, slots=True)
class Change:
    """``start`` is the first frame of the other kind, ``end`` the first one after it, None where none was seen.

    ``cells`` [ROWS, COLUMNS] is how far each cell went and came back, in usual steps; ``strength`` the same of the
    cells that did most. ``one_scene``: no edge is a cut to another scene.
    """

    start: int | None
    end: int | None
    cells: Floats
    strength: float
    one_scene: bool = True

    @property
    def came_back(self) -> bool:
        """Whether both edges of a fault were seen. One step alone may be the scene's own, and a film that is cut
        there and back again changes as clearly."""
        return self.start is not None and self.end is not None and self.one_scene

    @property
    def everywhere(self) -> bool:
        """Whether it is of the whole picture and no place in it."""
        return float(np.quantile(self.cells, GROUND)) >= EVERYWHERE * self.strength


def change_of(
    series: Floats, near_start: Callable[[int], bool] | None, near_end: Callable[[int], bool] | None
) -> Change | None:
    """The clearest change of ``series`` [frames, STATISTICS, ROWS, COLUMNS] that begins and ends near some frames.

    None for ``near_start`` or ``near_end``: the stretch begins with the video, or ends with it, and one step is
    all that there is. The result is None where the frames are too few, or no step is near.
    """
    places, steps = steps_of(series)
    starts, ends = (
        None if near is None else [row for row, place in enumerate(places) if near(int(place))]
        for near in (near_start, near_end)
    )
    best: Change | None = None
    for first in starts if starts is not None else [None]:
        for last in ends if ends is not None else [None]:
            if first is not None and last is not None and places[last] - places[first] < LAG:
                continue
            cells = _there_and_back(steps, first, last)
            strength = strength_of(cells)
            if cells.any() and (best is None or strength > best.strength):
                start, end = (None if row is None else int(places[row]) for row in (first, last))
                best = Change(start, end, cells, strength)
    if best is None:
        return None
    one_scene = not any(is_cut(series, edge) for edge in (best.start, best.end) if edge is not None)
    return Change(best.start, best.end, softened(best.cells), best.strength, one_scene)


def is_cut(series: Floats, frame: int) -> bool:
    """Whether another scene begins about that frame of ``series`` [frames, STATISTICS, ROWS, COLUMNS]."""
    # an edge is found to a frame or two
    before, after = series[max(frame - 2, 0), 0], series[min(frame + 1, len(series) - 1), 0]
    if np.mean(np.abs(after - before) > OTHER_LIGHT) < MOST_CELLS:
        return False
    spreads = float(before.std() * after.std())
    together = float(((before - before.mean()) * (after - after.mean())).mean())
    return together < SAME_SCENE * spreads


def steps_of(series: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Places [n] and the steps at each of them [n, STATISTICS, ROWS, COLUMNS], in usual steps.

    The step at a frame is the mean of it and those behind, less that of those before. What is usual is told by the
    frames themselves, in the cell or in the whole picture, whichever is more.
    """
    count = len(series)
    if count < 2 * LAG:
        return np.zeros(0, np.intp), np.zeros((0, *series.shape[1:]))
    sums = np.concatenate([np.zeros((1, *series.shape[1:])), np.cumsum(series, axis=0)])
    places = np.arange(LAG, count - LAG + 1, dtype=np.intp)
    steps = (sums[places + LAG] - 2 * sums[places] + sums[places - LAG]) / LAG
    usual = 1.4826 * np.median(np.abs(steps - np.median(steps, axis=0)), axis=0)
    least = np.maximum(np.median(usual, axis=(1, 2)), LEAST)[:, None, None]
    return places, np.clip(steps / np.maximum(usual, least), -MOST_STEP, MOST_STEP)


def strength_of(cells: Floats) -> float:
    """The mean of the cells that are highest."""
    count = max(round(STRONG_SHARE * cells.size), 1)
    return float(np.partition(cells, -count, axis=None)[-count:].mean())


def softened(cells: Floats) -> Floats:
    """A quarter of each neighbour's half mixed in: one cell alone is no place."""
    padded = np.pad(cells, 1, mode="edge")
    rows = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    found: Floats = (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4
    return found


def there_and_back(there: Floats, back: Floats) -> Floats:
    """How far each cell went by the step ``there`` and came back by ``back``, [..., STATISTICS, ROWS, COLUMNS] to
    [..., ROWS, COLUMNS]."""
    found: Floats = np.sqrt(np.maximum(-there * back, 0).sum(axis=-3))
    return found


def _there_and_back(steps: Floats, first: int | None, last: int | None) -> Floats:
    there = steps[first] if first is not None else -steps[last]
    return there_and_back(there, steps[last] if last is not None else -steps[first])
