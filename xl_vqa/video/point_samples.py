"""A very small picture of a frame that keeps every change of single pixels.

Point samples are pixels of the frame itself, evenly spread, not averages: a movement by a fraction of a pixel, a
repeated frame or a flicker changes them as much as it changes the frame. They cost no scaling, so many
consecutive frames can be looked at.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from xl_vqa.video.pictures import Picture

SIDE: Final = 28


def point_samples(picture: Picture) -> NDArray[np.uint8]:
    """RGB [height, width, 3] to [28, 28, 3]: the pixels nearest the middle of each of 28 x 28 equal fields."""
    rows, columns = (((2 * np.arange(SIDE) + 1) * side) // (2 * SIDE) for side in picture.shape[:2])
    # both at once: a turned picture is a view, of which whole rows would be slow to gather
    return np.ascontiguousarray(picture[np.ix_(rows, columns)])
