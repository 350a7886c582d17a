"""A fault that is there all along: in one place of the picture, or everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xl_vqa.explaining.cell_statistics import series_of
from xl_vqa.explaining.fixed_pattern import Pattern, pattern_of
from xl_vqa.explaining.heat import LEAST_LOSS, box_of, part_of
from xl_vqa.explaining.places import Place, pieces, relevance_of
from xl_vqa.words.explanation import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from xl_vqa.explaining.measuring import Asked
    from xl_vqa.video.clip import Clip
    from xl_vqa.words.rating import FramesUsed

CLEAR_PATTERN: Final = 8.5
"""The strength of a pattern that is one; docs/why.md says how many good clips have it."""
LEAST_AREA: Final = 0.03
"""Of the picture: a smaller place is a mark in the scene that the camera goes along with."""
LOOKS: Final = 30
"""Pairs in which a pattern is searched for, spread evenly."""
OTHERS: Final = 4
"""Other parts of the picture that a place is held against."""


@dataclass(frozen=True, slots=True)
class Steady:
    """``told`` is False where the scene moves too little for a place to be told from it."""

    told: bool
    pattern: Pattern | None = None


def steady_of(used: FramesUsed, asked: Asked) -> Steady:
    """Whether something stays in one place while the scene moves. Reads frames; asks nothing of the model."""
    count = min(LOOKS, used.frame_count // 2)
    if count < 2:
        return Steady(False)
    times = [(number + 0.5) * used.duration_s / count for number in range(count)]
    frames: list[NDArray[np.uint8]] = []
    series = []
    for some in pieces(times, used):
        clip = asked.read(some)
        for first in range(0, len(clip.frames), 2):
            frames.append(clip.frames[first])
            series.append(series_of(clip.frames[first : first + 2])[0])
    pattern = pattern_of(np.stack(series), frames)
    if pattern is None:
        return Steady(False)
    return Steady(True, pattern if pattern.strength >= CLEAR_PATTERN else None)


def place_of_pattern(pattern: Pattern, pairs: Sequence[Clip], asked: Asked) -> Place:
    """Judged by the model: the place against other parts of the same frames that are as large."""
    relevance = relevance_of(pattern.cells, pattern.strength)
    box = box_of(relevance)
    others = _others(box)
    if not others or (box.right - box.left) * (box.bottom - box.top) < LEAST_AREA:
        return Place(relevance, 0.0, None)
    answers = asked.rate([part_of(pair, part) for pair in pairs for part in (box, *others)])
    scale = answers[0].scale
    levels = np.array([scale.to_mos(one.expectation()) for one in answers]).reshape(len(pairs), -1)
    loss = float(np.mean(np.median(levels[:, 1:], axis=1) - levels[:, 0]))
    least = LEAST_LOSS * (scale.mos_max - scale.mos_min)
    return Place(relevance, max(loss, 0.0), box if loss >= least else None)


def _others(box: Box) -> list[Box]:
    """Boxes of the same size that lie beside it, as far as there is room; the farthest first."""
    width, height = box.right - box.left, box.bottom - box.top
    found = []
    for left in (0.0, (1 - width) / 2, 1 - width):
        for top in (0.0, (1 - height) / 2, 1 - height):
            across = min(box.right, left + width) - max(box.left, left)
            down = min(box.bottom, top + height) - max(box.top, top)
            covered = max(across, 0.0) * max(down, 0.0)
            if covered <= 0.25 * width * height:
                found.append((covered, Box(left, top, left + width, top + height)))
    found.sort(key=lambda one: one[0])
    return [one for _, one in found[:OTHERS]]
