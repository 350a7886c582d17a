"""From a decoded frame to the RGB picture that is shown, and what can be seen at once in a row of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from xl_vqa.video.clip import Picture as Picture

_BLACK_LEVEL: Final = 24
_FROZEN_LEVEL: Final = 3.0
_BLOCK: Final = 16


@dataclass(frozen=True, slots=True)
class Orientation:
    """How the stored picture is turned for showing: transposed first, then mirrored."""

    transpose: bool = False
    flip_rows: bool = False
    flip_columns: bool = False

    @property
    def upright(self) -> bool:
        return not (self.transpose or self.flip_rows or self.flip_columns)

    @property
    def rotation(self) -> int:
        """Degrees clockwise: 0, 90, 180 or 270. A mirrored picture gives the turn that remains."""
        if self.transpose:
            return 90 if self.flip_columns else 270
        return 180 if self.flip_rows else 0

    @property
    def mirrored(self) -> bool:
        return (self.transpose + self.flip_rows + self.flip_columns) % 2 == 1

    def shown_size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) as shown of a picture stored as ``width`` x ``height``."""
        return (height, width) if self.transpose else (width, height)

    def apply(self, picture: NDArray[Any]) -> NDArray[Any]:
        if self.upright:
            return np.ascontiguousarray(picture)
        # each pixel moves as one: in less than half the time of its values one by one
        pixels = np.ascontiguousarray(picture)
        pixels = pixels.view(np.dtype((np.void, pixels.shape[2] * pixels.itemsize)))
        return np.ascontiguousarray(self.view(pixels)).view(picture.dtype)

    def view(self, picture: NDArray[Any]) -> NDArray[Any]:
        """As ``apply``, without a copy: for whoever looks at a few of its pixels."""
        if self.transpose:
            picture = picture.transpose(1, 0, 2)
        if self.flip_rows:
            picture = picture[::-1]
        if self.flip_columns:
            picture = picture[:, ::-1]
        return picture


def orientation_of(frame: av.VideoFrame) -> Orientation:
    """From the display matrix that came with the frame; odd angles go to the nearest right one."""
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return Orientation()
    values = np.frombuffer(bytes(matrix), np.int32)
    if values.size < 5:
        return Orientation()
    a, b, c, d = (int(values[i]) for i in (0, 1, 3, 4))
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(False, d < 0, a < 0)
    return Orientation(True, b < 0, c < 0)


def fit_within(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    """The size with the same shape whose longer side is at most ``max_side``; never enlarged."""
    longer = max(width, height)
    if max_side is None or longer <= max_side:
        return width, height
    scale = max_side / longer
    return max(round(width * scale), 1), max(round(height * scale), 1)


def resized(picture: Picture, width: int, height: int) -> Picture:
    """Bicubic, filtered against aliasing where it gets smaller.

    Both decoders hand over the full picture and this scales it, because their own scalers differ by up to 28
    levels while their full pictures are the same bit for bit: a score must not depend on the decoder.
    """
    if picture.shape[1::-1] == (width, height):
        return picture
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
    scaled = frame.to_ndarray(format="rgb24", width=width, height=height, interpolation="BICUBIC")
    return np.asarray(scaled, dtype=np.uint8)


def is_black(pictures: Sequence[Picture]) -> bool:
    """Whether no picture holds anything brighter than video black with its noise."""
    return all(float(np.percentile(picture[::2, ::2], 99.9)) <= _BLACK_LEVEL for picture in pictures)


def is_frozen(pictures: Sequence[Picture]) -> bool:
    """Whether all pictures show the same, up to what a codec changes in a still scene.

    The difference is averaged over blocks of 16 x 16 pixels, so that coding noise cancels out but the small
    movement of one mouth or one clock hand counts.
    """
    first = _block_means(pictures[0])
    return all(float(np.abs(_block_means(p) - first).max()) <= _FROZEN_LEVEL for p in pictures[1:])


def _block_means(picture: Picture) -> NDArray[np.float32]:
    rows = np.arange(0, picture.shape[0], _BLOCK)
    columns = np.arange(0, picture.shape[1], _BLOCK)
    sums = np.add.reduceat(np.add.reduceat(picture, rows, axis=0, dtype=np.uint32), columns, axis=1)
    heights = np.diff(np.append(rows, picture.shape[0])).astype(np.float32)
    widths = np.diff(np.append(columns, picture.shape[1])).astype(np.float32)
    means: NDArray[np.float32] = (sums / (heights[:, None] * widths[None, :])[:, :, None]).astype(np.float32)
    return means
