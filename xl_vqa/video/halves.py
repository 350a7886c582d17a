"""HEVC coded as fields: every coded picture is one field, and FFmpeg gives each as a picture of half the height.

H.264's and MPEG-2's decoders weave two fields into a frame; HEVC's leaves that to whoever shows it (H.265, D.3.3).
So the index of such a track is one of fields, and this makes frames of it: which two belong together, and how they
become one picture.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xl_vqa.video.index import FrameIndex

CODEC = "hevc"
_Fields = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Halves:
    """The fields behind the frames of a video: ``pairs[n]`` are the two of frame n, the first one first."""

    index: FrameIndex
    pairs: Sequence[_Fields]
    bottom_first: bool

    @property
    def frames(self) -> FrameIndex:
        """The index of the frames: each is shown when its first field is."""
        fields, count = self.index, len(self.pairs)
        first = [pair[0] for pair in self.pairs]
        # a bare stream has no times, and 25 a second are assumed of frames
        fps = fields.fps if fields.counted else fields.fps / 2
        return replace(
            fields,
            count=count,
            pts=tuple(fields.pts[number] for number in first) if fields.pts else (),
            times_s=tuple(fields.times_s[number] for number in first) if fields.times_s else (),
            restarts=tuple(bisect_left(first, restart) for restart in fields.restarts),
            first_pts=fields.pts[first[0]] if fields.pts else fields.first_pts,
            fps=fps,
            duration_s=count / fps if fields.counted else fields.duration_s,
            hidden=fields.hidden // 2,
            undecodable=fields.undecodable // 2,
            lost=fields.lost // 2,
            last_s=2 * fields.last_s,
            fields=True,
        )

    def recounted(self, count: int) -> Halves:
        """With ``count`` fields that come out of the decoder, found by counting."""
        index = replace(self.index, count=count, pts=(), keyframes=())
        return replace(self, index=index, pairs=_by_count(count))

    def wanted(self, frames: Iterable[int]) -> list[int]:
        """The fields of these frames, rising."""
        return sorted(field for frame in frames for field in self.pairs[frame])

    def weaver(self, take: Callable[[int, NDArray[Any]], None]) -> Callable[[int, NDArray[Any]], None]:
        """What takes fields by their numbers and gives ``take`` each frame whose two fields have come."""
        frame_of = {
            field: (frame, place) for frame, pair in enumerate(self.pairs) for place, field in enumerate(pair)
        }
        waiting: dict[int, NDArray[Any]] = {}

        def keep(field: int, rgb: NDArray[Any]) -> None:
            frame, place = frame_of[field]
            other = waiting.pop(frame, None)
            if other is None:
                waiting[frame] = rgb
                return
            first, second = (rgb, other) if place == 0 else (other, rgb)
            take(frame, weave(second, first) if self.bottom_first else weave(first, second))

        return keep


def halves_of(index: FrameIndex) -> Halves:
    """Of a track whose coded pictures are fields, by its index of them."""
    if not index.pts:
        return Halves(index, _by_count(index.count), index.begins_bottom)
    bottom = [tick in index.bottoms for tick in index.pts]
    # decoding begins with the first field of a frame
    key = index.keyframes[0] if index.keyframes else index.pts[0]
    bottom_first = key in index.bottoms
    pairs: list[_Fields] = []
    number = 0
    while number + 1 < index.count:
        # a field that is alone lost the other one
        together = bottom[number] is bottom_first and bottom[number + 1] is not bottom_first
        if together:
            pairs.append((number, number + 1))
        number += 2 if together else 1
    return Halves(index, pairs or _by_count(index.count), bottom_first)


def weave(top: NDArray[Any], bottom: NDArray[Any]) -> NDArray[Any]:
    """The frame of two fields, [height, width, 3] each: the top one's rows first."""
    return np.stack((top, bottom), axis=1).reshape(2 * top.shape[0], *top.shape[1:])


def _by_count(count: int) -> list[_Fields]:
    return [(number, number + 1) for number in range(0, count - 1, 2)]
