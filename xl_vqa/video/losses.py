"""Pictures that a demuxer passed over in silence, because the file is damaged in the middle.

Times that leave a gap, fewer frames than the header counts, or an end before the header's are no proof: a screen
recording has gaps, and sound may be longer than its picture. So they only ask for a look at the file's structure.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Final

import av

from xl_vqa.video.container import Source
from xl_vqa.video.index import FrameIndex
from xl_vqa.video.structure import is_broken

_GAP: Final = 1.5
"""Times the usual distance of two frames."""
_TICK: Final = 0.5


def examined(source: Source, index: FrameIndex) -> FrameIndex:
    """The index, with ``damaged`` and ``lost`` where pictures are missing that were once there."""
    gaps, ticks = _gaps(index.pts), _after_the_end(source, index)
    starts_late = bool(index.pts) and index.pts[0] * index.time_base * index.fps > _GAP
    fewer = _announced(source) > index.count + index.hidden + index.undecodable
    if not (gaps or ticks > _TICK or starts_late or fewer or index.damaged or index.counted):
        return index
    if not (index.damaged or is_broken(source.path, source.format)):
        return index
    lost = sum(gaps) if _is_even_but_for(index.pts) else 0
    if "matroska" in source.format.split(",") and not index.cut_off:
        lost += max(round(ticks), 0)
    return replace(index, damaged=True, lost=lost)


def _gaps(pts: Sequence[int]) -> list[int]:
    """How many frames would fit into each step that is longer than the usual one."""
    steps = [b - a for a, b in itertools.pairwise(pts)]
    usual = median(steps) if steps else 0
    return [round(step / usual) - 1 for step in steps if usual > 0 and step > _GAP * usual]


def _is_even_but_for(pts: Sequence[int]) -> bool:
    """Whether all steps but the gaps are of one length, up to the rounding of a clock."""
    steps = [b - a for a, b in itertools.pairwise(pts)]
    usual = median(steps) if steps else 0
    even = sum(abs(step - usual) <= max(2, 0.1 * usual) for step in steps)
    return even >= 0.8 * len(steps)


def _announced(source: Source) -> int:
    """How many frames the header counts, of the formats whose header does and that are read as they lie."""
    return source.stream.frames if "avi" in source.format.split(",") else 0


def _after_the_end(source: Source, index: FrameIndex) -> float:
    """How many frames would fit between the end of the last one and the end that the header gives."""
    if not index.pts or not source.container.duration or "mov" in source.format.split(","):
        return 0.0
    return (source.container.duration / av.time_base - index.duration_s) * index.fps
