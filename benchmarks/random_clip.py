"""A clip of noise, as a decoder would give it: for timing what comes after the decoder."""

from __future__ import annotations

import numpy as np

from xl_vqa.video.point_samples import SIDE
from xl_vqa.vlm.canvas import WINDOW
from xl_vqa.words.rating import FramesUsed


class RandomClip:
    """Noise of a given size: content does not change how long anything takes."""

    def __init__(self, seed: int, frames: int, height: int, width: int) -> None:
        rng = np.random.default_rng(seed)
        self.frames = tuple(rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(frames))
        # only the starter's canvas looks at them
        shape = (WINDOW, SIDE, SIDE, 3)
        self.windows = tuple(rng.integers(0, 256, shape, dtype=np.uint8) for _ in range(frames // 2))
        times = tuple(0.5 * (k // 2) + 0.04 * (k % 2) for k in range(frames))
        self.used = FramesUsed(tuple(range(frames)), times, width, height, frames, times[-1], 25.0, "noise", "raw")
