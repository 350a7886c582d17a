"""Where in a bad frame the quality suffers: parts of the picture, each rated alone, against a good moment.

Every block of the pair that the model likes least is cut out and rated as a clip of its own, and so is the same
block of one or two pairs that it likes. What the model finds worse in a block than in the same block at a good
time is where the damage is; that some parts of a scene always look worse takes no part in it. The blocks overlap,
and a field of the map is the mean over the blocks that cover it. docs/why.md says what else was tried.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from xl_vqa.words.explanation import Box
from xl_vqa.words.rating import LabelDistribution

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip

FIELDS: Final = 6
"""Fields of a map along each side."""
BLOCK: Final = 2
"""A block is that many fields wide and high, and there is one at every field."""
BLOCKS: Final = (FIELDS - BLOCK + 1) ** 2
MOST_LOSS: Final = 0.2
"""Of the MOS range: a block that lost more counts as one that lost so much, or it would outshine all others."""
STANDS_OUT: Final = 0.55
"""A field belongs to the box where it has that share of the greatest relevance."""
LEAST_LOSS: Final = 0.06
"""Of the MOS range: what a part must have lost beyond the middle of all parts before it is said to stand out."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """Fields [top, bottom) x [left, right) of a map of ``FIELDS`` x ``FIELDS``."""

    top: int
    left: int
    bottom: int
    right: int

    def inside(self, height: int, width: int) -> tuple[slice, slice]:
        """Its rows and columns of a picture, at least one of each."""
        return _share(self.top, self.bottom, height), _share(self.left, self.right, width)


@dataclass(frozen=True, slots=True)
class _Inside:
    """As Block.inside, of a box that lies anywhere."""

    box: Box

    def inside(self, height: int, width: int) -> tuple[slice, slice]:
        return _between(self.box.top, self.box.bottom, height), _between(self.box.left, self.box.right, width)


def _between(begin: float, end: float, side: int) -> slice:
    first = min(round(begin * side), side - 1)
    return slice(first, max(round(end * side), first + 1))


def _share(begin: int, end: int, side: int) -> slice:
    first = min(begin * side // FIELDS, side - 1)
    return slice(first, max(end * side // FIELDS, first + 1))


@dataclass(frozen=True, slots=True)
class Heat:
    """``relevance`` [FIELDS, FIELDS] in 0..1, what the worst block lost (MOS), and the box of what stands out."""

    relevance: Floats
    loss: float
    box: Box | None


def blocks() -> list[Block]:
    """Every block, row by row."""
    places = range(FIELDS - BLOCK + 1)
    return [Block(top, left, top + BLOCK, left + BLOCK) for top in places for left in places]


def heat_of(
    bad: Clip, goods: Sequence[Clip], rate: Callable[[Sequence[Clip]], Sequence[LabelDistribution]]
) -> Heat:
    """The map of the pair ``bad``, held against pairs of the same video; asks for ``BLOCKS`` answers of each."""
    parts = blocks()
    asked = [part_of(pair, part) for pair in (bad, *goods) for part in parts]
    answers = rate(asked)
    scale = answers[0].scale
    levels = np.array([one.scale.to_mos(one.expectation()) for one in answers]).reshape(1 + len(goods), len(parts))
    return heat_from(levels[1:].mean(axis=0) - levels[0], scale.mos_max - scale.mos_min)


def heat_from(losses: Floats, mos_range: float) -> Heat:
    """From what each block lost, in MOS. What all of them lost alike is no place."""
    parts = blocks()
    fields = per_field(parts, np.clip(losses, 0.0, MOST_LOSS * mos_range))
    fields = np.maximum(fields - np.median(fields), 0.0)
    most = float(fields.max())
    if most <= 0:
        return Heat(np.zeros((FIELDS, FIELDS)), 0.0, None)
    relevance = fields / most
    row, column = (int(place) for place in np.unravel_index(fields.argmax(), fields.shape))
    around = [part.top <= row < part.bottom and part.left <= column < part.right for part in parts]
    loss = max(float(np.asarray(losses)[around].max()), 0.0)
    return Heat(relevance, loss, box_of(relevance) if most >= LEAST_LOSS * mos_range else None)


def per_field(parts: Sequence[Block], values: Sequence[float] | Floats) -> Floats:
    """[FIELDS, FIELDS]: the mean over the blocks that cover a field."""
    total, count = np.zeros((FIELDS, FIELDS)), np.zeros((FIELDS, FIELDS))
    for part, value in zip(parts, values, strict=True):
        where = slice(part.top, part.bottom), slice(part.left, part.right)
        total[where] += value
        count[where] += 1
    return total / count


def box_of(relevance: NDArray[np.floating]) -> Box:
    """Around the fields that stand out and hang together with the strongest one."""
    rows, columns = relevance.shape
    strong = relevance >= STANDS_OUT * relevance.max()
    start = tuple(int(place) for place in np.unravel_index(relevance.argmax(), relevance.shape))
    seen, waiting = {start}, deque([start])
    while waiting:
        row, column = waiting.popleft()
        for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
            inside = 0 <= near[0] < rows and 0 <= near[1] < columns
            if inside and near not in seen and strong[near]:
                seen.add(near)
                waiting.append(near)
    downs, acrosses = [row for row, _ in seen], [column for _, column in seen]
    return Box(
        left=min(acrosses) / columns,
        top=min(downs) / rows,
        right=(max(acrosses) + 1) / columns,
        bottom=(max(downs) + 1) / rows,
    )


def part_of(pair: Clip, part: Block | Box) -> Clip:
    """A part of a pair as a clip of its own; its point samples are those of the part, as many as before."""
    place: Block | _Inside = _Inside(part) if isinstance(part, Box) else part
    frames = tuple(np.ascontiguousarray(one[place.inside(*one.shape[:2])]) for one in pair.frames)
    windows = []
    for samples in pair.windows:
        height, width = samples.shape[1:3]
        rows, columns = place.inside(height, width)
        down = rows.start + np.arange(height) * (rows.stop - rows.start) // height
        across = columns.start + np.arange(width) * (columns.stop - columns.start) // width
        windows.append(np.ascontiguousarray(samples[:, down][:, :, across]))
    return replace(pair, frames=frames, windows=tuple(windows))


def exchanged(into: Clip, source: Clip, fields: NDArray[np.bool_]) -> Clip:
    """A pair with the chosen fields [FIELDS, FIELDS] of another pair of the same size, in frames and samples."""
    parts = [Block(row, column, row + 1, column + 1) for row, column in np.argwhere(fields).tolist()]

    def mixed(own: NDArray[np.uint8], other: NDArray[np.uint8], before: int) -> NDArray[np.uint8]:
        picture = own.copy()
        for part in parts:
            where = (slice(None),) * before + part.inside(*own.shape[before : before + 2])
            picture[where] = other[where]
        return picture

    frames = tuple(mixed(own, other, 0) for own, other in zip(into.frames, source.frames, strict=True))
    windows = tuple(mixed(own, other, 1) for own, other in zip(into.windows, source.windows, strict=True))
    return replace(into, frames=frames, windows=windows)
