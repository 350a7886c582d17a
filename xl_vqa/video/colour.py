"""From a decoded frame to RGB as stored, whatever its colour tags say; HDR is tone-mapped (tone_mapping.py).

FFmpeg's scaler knows the matrices in use and raises for the others, though players show such files. So the tag is
read here: YCgCo and ICtCp are computed, constant luminance is shown as players show it, and a tag without a
meaning is read as the matrix that belongs to the frame's primaries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

from xl_vqa.video.tone_mapping import Light, ToneMap, Transfer, hlg_scene, light_of_scene, pq_light, tone_map_of
from xl_vqa.words.rating import Note
from xl_vqa.words.reasons import Reason

# Numbers of ITU-T H.273
_KNOWN: Final = (0, 1, 2, 4, 5, 6, 7, 9)
_BT709, _UNSPECIFIED, _BT2020 = 1, 2, 9
_YCGCO, _CONSTANT_LUMINANCE, _ICTCP = 8, 10, 14
_NAMES: Final = {
    _CONSTANT_LUMINANCE: "BT.2020 constant luminance",
    11: "SMPTE 2085",
    12: "derived from primaries",
    13: "derived, constant luminance",
    15: "IPT",
    16: "YCgCo-Re",
    17: "YCgCo-Ro",
}
_FULL_RANGE: Final = 2

# Rec. ITU-R BT.2100, tables 7 and 8, inverted
_ICTCP_PQ: Final = (
    (1.0, 0.00860904, 0.11102963),
    (1.0, -0.00860904, -0.11102963),
    (1.0, 0.56003134, -0.32062717),
)
_ICTCP_HLG: Final = (
    (1.0, 0.01571858, 0.20958107),
    (1.0, -0.01571858, -0.20958107),
    (1.0, 1.02127108, -0.60527449),
)
_LMS_TO_RGB: Final = (
    (3.43660669, -2.50645212, 0.06984542),
    (-0.79132956, 1.98360045, -0.19227090),
    (-0.02594990, -0.09891371, 1.12486361),
)


@dataclass(frozen=True, slots=True)
class Colour:
    """How the frames of one video become RGB, by the tags of its first frame."""

    matrix: int
    tone_map: ToneMap | None

    @property
    def is_unusual(self) -> bool:
        """A matrix that FFmpeg's scaler does not know."""
        return self.matrix not in _KNOWN

    @property
    def note(self) -> Note | None:
        """What was read otherwise than tagged, for the notes of a rating."""
        name = _NAMES.get(self.matrix)
        return Reason("note_matrix", name=name) if name else None

    def rgb(self, frame: av.VideoFrame, width: int, height: int) -> NDArray[Any]:
        """[height, width, 3]: uint8 as shown, or, of HDR, uint16 that ``shown`` turns into that."""
        if self.matrix in (_YCGCO, _ICTCP):
            return self._computed(frame, width, height)
        if self.is_unusual:
            frame.colorspace = _matrix_of_primaries(frame)
        wanted = "rgb24" if self.tone_map is None else "rgb48le"
        # FFmpeg would start threads for each frame, which costs more than they save
        return frame.to_ndarray(format=wanted, width=width, height=height, interpolation="BICUBIC", threads=1)

    def shown(self, rgb: NDArray[Any]) -> NDArray[np.uint8]:
        """Of what ``rgb`` gave, or of any pixels of it."""
        if self.tone_map is None:
            return np.asarray(rgb, np.uint8)
        if rgb.dtype == np.float32:
            return self.tone_map.show(rgb)
        return self.tone_map.apply(rgb)

    def _computed(self, frame: av.VideoFrame, width: int, height: int) -> NDArray[Any]:
        full = frame.color_range == _FULL_RANGE
        # the same matrix on both sides: the scaler only fills in the halved colour
        frame.colorspace = _BT709
        coded = frame.to_ndarray(
            format="yuv444p16le", width=width, height=height, interpolation="BICUBIC", threads=1
        )
        levels = coded.astype(np.float32) / 256
        y = levels[..., 0] / 255.996 if full else (levels[..., 0] - 16) / 219
        first, second = ((levels[..., place] - 128) / (255 if full else 224) for place in (1, 2))
        if self.matrix == _YCGCO:
            rgb = np.stack((y - first + second, y + first, y - first - second), axis=-1).clip(0, 1)
            if self.tone_map is not None:
                return np.round(rgb * 65535).astype(np.uint16)
            return np.round(rgb * 255).astype(np.uint8)
        return self._light_of_ictcp(np.stack((y, first, second), axis=-1))

    def _light_of_ictcp(self, ictcp: NDArray[np.float32]) -> Light:
        hlg = self.tone_map is not None and self.tone_map.transfer is Transfer.HLG
        rows = _ICTCP_HLG if hlg else _ICTCP_PQ
        lms = (ictcp @ np.array(rows, np.float32).T).clip(0, 1)
        to_rgb = np.array(_LMS_TO_RGB, np.float32).T
        if hlg:
            return light_of_scene(hlg_scene(lms) @ to_rgb)
        return np.asarray(np.maximum(pq_light(lms.astype(np.float64)) @ to_rgb, 0), np.float32)


PLAIN_COLOUR: Final = Colour(_UNSPECIFIED, None)
"""Of pictures that are RGB already."""


def colour_of(frame: av.VideoFrame) -> Colour:
    """By the tags of a video's first frame."""
    matrix, transfer = int(frame.colorspace), int(frame.color_trc)
    if matrix == _ICTCP and transfer not in tuple(Transfer):
        transfer = Transfer.PQ  # it is defined for HDR only
    return Colour(matrix, tone_map_of(transfer, int(frame.color_primaries), frame.side_data))


def _matrix_of_primaries(frame: av.VideoFrame) -> int:
    primaries = int(frame.color_primaries)
    if primaries in (_BT709, _BT2020):
        return primaries
    return _BT2020 if int(frame.colorspace) == _CONSTANT_LUMINANCE else _UNSPECIFIED
