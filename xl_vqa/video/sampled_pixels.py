"""Point samples of a decoded frame without turning all of it into RGB.

Of a frame that is only sampled, FFmpeg's scaler would compute a million pixels for 784. Where it keeps the size it
turns 8-bit 4:2:0 into RGB pixel by pixel: each hangs on its own brightness and on the colour of its block of 2x2
alone. So the blocks that are sampled, put together as a small frame with the same tags, become the same pixels bit
for bit. That is no promise of the scaler's, so it is proven on frames of the video that are converted whole.
"""

from __future__ import annotations

from typing import Any, Final

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from xl_vqa.video.framing import Framing
from xl_vqa.video.point_samples import point_samples

_FORMATS: Final = ("yuv420p", "yuvj420p")
_BLOCK: Final = 2


class SampledPixels:
    """``point_samples`` of one video's frames, each ``width`` x ``height`` as stored and shown by ``framing``."""

    def __init__(self, framing: Framing, width: int, height: int) -> None:
        self._size = (width, height)
        row = _sampled(framing, np.arange(height)[:, None], height, width)
        column = _sampled(framing, np.arange(width)[None, :], height, width)
        rows, columns = np.unique(row // _BLOCK), np.unique(column // _BLOCK)
        self._colour = np.ix_(rows, columns)
        # the last block of an odd width has one column, and the other is not sampled
        self._light = np.ix_(_of_blocks(rows, height), _of_blocks(columns, width))
        self._places = (_among(rows, row), _among(columns, column))
        self._scaler = VideoReformatter()
        self._agreed = self._differed = False

    @property
    def wrong(self) -> bool:
        """What was given may not be what the scaler makes of whole frames."""
        return self._differed

    @property
    def proven(self) -> bool:
        return self._agreed and not self._differed

    def compare(self, pixels: NDArray[np.uint8], whole: NDArray[np.uint8]) -> None:
        """What ``of`` gave, with the point samples of the same frame as converted whole."""
        same = np.array_equal(pixels, whole)
        self._agreed, self._differed = self._agreed or same, self._differed or not same

    def of(self, frame: av.VideoFrame) -> NDArray[np.uint8] | None:
        """[28, 28, 3], RGB; None of a frame that has to be converted whole."""
        fits = frame.format.name in _FORMATS and (frame.width, frame.height) == self._size
        # of an odd height, or row by row of two fields, the scaler mixes the colour of neighbours
        if self._differed or not fits or frame.height % _BLOCK or frame.interlaced_frame:
            return None
        pieces = [
            plane[places] for plane, places in zip(_planes(frame), (self._light, *2 * [self._colour]), strict=True)
        ]
        height, width = pieces[0].shape
        small = av.VideoFrame(width, height, frame.format.name)
        for plane, piece in zip(_planes(small), pieces, strict=True):
            plane[: piece.shape[0], : piece.shape[1]] = piece
        small.colorspace, small.color_range = frame.colorspace, frame.color_range
        small.color_trc, small.color_primaries = frame.color_trc, frame.color_primaries
        rgb = self._scaler.reformat(small, format="rgb24", interpolation="BICUBIC", threads=1).to_ndarray()
        return np.ascontiguousarray(rgb[self._places])


def _planes(frame: av.VideoFrame) -> list[NDArray[np.uint8]]:
    """Brightness and the two colours, [rows, bytes of a row]; they share the frame's memory."""
    # a plane is a buffer, which its type does not say
    planes: tuple[Any, ...] = frame.planes
    return [np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size) for plane in planes]


def _sampled(framing: Framing, numbers: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Of each point sample [28, 28], what ``numbers`` (of rows or of columns) says of its pixel as stored."""
    picture = np.broadcast_to(numbers, (height, width))[..., None]
    return point_samples(framing.upright(picture))[..., 0]


def _of_blocks(blocks: NDArray[Any], length: int) -> NDArray[Any]:
    """The rows or columns of these blocks of a side."""
    places = blocks[:, None] * _BLOCK + np.arange(_BLOCK)
    return np.minimum(places.ravel(), length - 1)


def _among(blocks: NDArray[Any], places: NDArray[Any]) -> NDArray[Any]:
    """Where rows or columns are once only ``blocks`` are left."""
    found: NDArray[Any] = np.searchsorted(blocks, places // _BLOCK) * _BLOCK + places % _BLOCK
    return found
