"""Where in a bad frame the score suffers: parts of the picture are exchanged for the same parts of a good moment.

The pair that the model likes least is held against a pair of the same video that it likes. Block by block, a part
of the good pair is put into the bad one (does the score rise?) and a part of the bad one into the good one (does
it fall?), in the frames and in the point samples around them. A part that costs nothing moves neither. The blocks
overlap, and a field of the map is the mean over the blocks that cover it. docs/why.md says what else was tried.
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
STANDS_OUT: Final = 0.5
"""A field belongs to the box where it has that share of the greatest relevance."""
LEAST_LOSS: Final = 0.04
"""MOS that a part must cost before anything is said of it."""
PAIRS: Final = 2 * (FIELDS - BLOCK + 1) ** 2
"""Pairs that the model is shown for one map."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Block:
    """Fields [top, bottom) x [left, right) of a map of ``FIELDS`` x ``FIELDS``."""

    top: int
    left: int
    bottom: int
    right: int

    def inside(self, height: int, width: int) -> tuple[slice, slice]:
        """Its rows and columns of a picture."""
        rows = slice(self.top * height // FIELDS, self.bottom * height // FIELDS)
        return rows, slice(self.left * width // FIELDS, self.right * width // FIELDS)


@dataclass(frozen=True, slots=True)
class Heat:
    """``relevance`` [FIELDS, FIELDS] in 0..1, the MOS that the worst field costs, and what stands out."""

    relevance: Floats
    loss: float
    box: Box | None


def blocks() -> list[Block]:
    """Every block, row by row."""
    places = range(FIELDS - BLOCK + 1)
    return [Block(top, left, top + BLOCK, left + BLOCK) for top in places for left in places]


def heat_of(bad: Clip, good: Clip, rate: Callable[[Sequence[Clip]], Sequence[LabelDistribution]]) -> Heat:
    """The map of the pair ``bad``, held against ``good`` of the same video; asks for ``PAIRS`` + 2 answers."""
    parts = blocks()
    asked = [bad, good]
    asked += [exchanged(bad, good, [part]) for part in parts]
    asked += [exchanged(good, bad, [part]) for part in parts]
    levels = [one.scale.to_mos(one.expectation()) for one in rate(asked)]
    worst, best, mended, harmed = levels[0], levels[1], levels[2 : 2 + len(parts)], levels[2 + len(parts) :]
    rises = per_field(parts, [level - worst for level in mended])
    falls = per_field(parts, [best - level for level in harmed])
    return joined(rises, falls)


def joined(rises: Floats, falls: Floats) -> Heat:
    """Both ways together, each by how much it tells; what lies under the middle of a way tells nothing."""
    both = np.zeros((FIELDS, FIELDS))
    for gains in (rises, falls):
        both += np.maximum(gains - max(float(np.median(gains)), 0.0), 0.0)
    both /= 2
    loss = float(both.max())
    if loss <= 0:
        return Heat(np.zeros((FIELDS, FIELDS)), 0.0, None)
    relevance = both / loss
    return Heat(relevance, loss, box_of(relevance) if loss >= LEAST_LOSS else None)


def per_field(parts: Sequence[Block], gains: Sequence[float]) -> Floats:
    """[FIELDS, FIELDS]: the mean over the blocks that cover a field."""
    total, count = np.zeros((FIELDS, FIELDS)), np.zeros((FIELDS, FIELDS))
    for part, gain in zip(parts, gains, strict=True):
        where = slice(part.top, part.bottom), slice(part.left, part.right)
        total[where] += gain
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


def exchanged(into: Clip, source: Clip, parts: Sequence[Block]) -> Clip:
    """A pair with these parts of another pair of the same size, in the frames and in the point samples."""
    frames = [_with(own, other, parts, 0) for own, other in zip(into.frames, source.frames, strict=True)]
    windows = [_with(own, other, parts, 1) for own, other in zip(into.windows, source.windows, strict=True)]
    return replace(into, frames=tuple(frames), windows=tuple(windows))


def _with(
    own: NDArray[np.uint8], other: NDArray[np.uint8], parts: Sequence[Block], before: int
) -> NDArray[np.uint8]:
    """``before``: axes that come before rows and columns."""
    picture = own.copy()
    height, width = own.shape[before : before + 2]
    for part in parts:
        where = (slice(None),) * before + part.inside(height, width)
        picture[where] = other[where]
    return picture
