"""Clips as a rater gets them, made in no time: a texture that moves, and the point samples around each pair."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from xl_vqa.video.point_samples import point_samples
from xl_vqa.vlm.canvas import WINDOW, clip_patches
from xl_vqa.vlm.patches import Patches
from xl_vqa.words.model_spec import ModelSpec, Pixels, Sampling
from xl_vqa.words.rating import FramesUsed

SMALL = ModelSpec(
    sampling=Sampling(frames=4, window=WINDOW), pixels=Pixels(4 * 784, 24 * 784, 4 * 24 * 784, canvas=True)
)
"""A small canvas."""


@dataclass
class MadeClip:
    frames: list[NDArray[np.uint8]]
    used: FramesUsed
    windows: list[NDArray[np.uint8]] = field(default_factory=list)


def made_clip(seed: int, height: int = 112, width: int = 168, frames: int = 4, fps: float = 25.0) -> MadeClip:
    """Frames of a texture that moves to the right, one of its own per ``seed``."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (-(-height // 28), -(-width // 28), 3)).repeat(28, 0).repeat(28, 1)
    base = coarse[:height, :width] * 0.7 + rng.integers(0, 60, (height, width, 3))
    moving = [np.roll(base, 2 * i, axis=1).clip(0, 255).astype(np.uint8) for i in range(frames + WINDOW)]
    samples = [point_samples(frame) for frame in moving]
    windows = [np.stack(samples[first : first + WINDOW]) for first in range(0, frames, 2)]
    times = tuple(i / fps for i in range(frames))
    size = (width, height, frames, frames / fps, fps)
    return MadeClip(moving[:frames], FramesUsed(tuple(range(frames)), times, *size, "made", "none"), windows)


def canvas_of(seed: int, height: int = 112, width: int = 168, frames: int = 4) -> Patches:
    return clip_patches(made_clip(seed, height, width, frames), SMALL)
