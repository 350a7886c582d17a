"""From the picture as stored to the picture as shown: cropped, stretched to its true shape, turned upright."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from xl_vqa.video.cropping import NO_CROPPING, Cropping
from xl_vqa.video.pictures import Orientation, Picture, fit_within, resized

_NEARLY_SQUARE: Final = 0.01
"""Pixels that differ less from a square come from rounding (1088 rows for 1080), and nobody sees it."""
_MOST: Final = 8
"""A pixel that much longer than wide is a wrong header and no picture."""


@dataclass(frozen=True, slots=True)
class Framing:
    """What lies between the picture as stored and as shown. ``pixel_aspect`` is the width of a pixel to its
    height."""

    orientation: Orientation
    pixel_aspect: Fraction = Fraction(1)
    cropping: Cropping = NO_CROPPING

    @property
    def is_plain(self) -> bool:
        """Shown as stored, or turned and nothing else."""
        return self.pixel_aspect == 1 and not self.cropping

    def shown_size(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) as shown of a picture stored as ``width`` x ``height``."""
        return self.orientation.shown_size(*self._stretched(*self.cropping.size(width, height)))

    def upright(self, rgb: NDArray[Any]) -> NDArray[Any]:
        """Cropped and turned, pixel by pixel as stored; a view of ``rgb``."""
        return self.orientation.view(self.cropping.of(rgb))

    def shown(self, picture: Picture, max_side: int | None) -> Picture:
        """As shown, scaled down where a side would be longer than ``max_side``."""
        picture = np.ascontiguousarray(self.cropping.of(picture))
        size = fit_within(*self._stretched(*picture.shape[1::-1]), max_side)
        return self.orientation.apply(resized(picture, *size))

    def _stretched(self, width: int, height: int) -> tuple[int, int]:
        return max(round(width * self.pixel_aspect), 1), height


def pixel_aspect_of(stream: VideoStream) -> Fraction:
    """As the container says, else the coded video; 1 where nothing is said or nothing sensible."""
    aspect = stream.sample_aspect_ratio
    if not aspect or not Fraction(1, _MOST) <= aspect <= _MOST or abs(aspect - 1) < _NEARLY_SQUARE:
        return Fraction(1)
    return Fraction(aspect)
