"""The frames of one video: what every reader hands over. Importing this loads no decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xl_vqa.words.rating import FramesUsed

Picture = NDArray[np.uint8]
"""RGB, [height, width, 3]."""

MOST_BYTES: Final = 3 << 30
"""Pictures and point samples of one clip on their way out of a reader; ``read.CLIP_BYTES_LIMIT`` with room."""


@dataclass(frozen=True, slots=True)
class Clip:
    """The frames of one video that a model looks at.

    ``frames`` are RGB, uint8, [height, width, 3], as shown, all of one size, one per entry
    of ``used.indices``; a frame used twice is the same array twice. ``warnings`` are codes of sentences.
    ``windows``: with ``sampling.window``, one uint8 [window, 28, 28, 3] per pair, the point samples of the frames
    around it; a frame that could not be read is replaced by the nearest that could.
    """

    frames: tuple[Picture, ...]
    used: FramesUsed
    warnings: tuple[str, ...] = ()
    windows: tuple[NDArray[np.uint8], ...] = ()
