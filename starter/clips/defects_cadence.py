"""Defects of time that broadcast, conversion and slow machines make: fields, blended frames, uneven cadence."""

from __future__ import annotations

import numpy as np

from starter.clips.encoder import Frames


def interlaced(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Combing: every second line shows ``level`` frames later.

    The lines are as thick as those of a standard-definition picture that was enlarged.
    """
    count, height = frames.shape[:2]
    line = max(1, round(height / 400))
    odd = np.arange(height) // line % 2 == 1
    later = np.arange(count) + max(1, round(level))
    # near the end there is no later frame: an earlier one combs as well
    later = np.where(later < count, later, np.maximum(np.arange(count) - max(1, round(level)), 0))
    result = frames.copy()
    result[:, odd] = frames[later][:, odd]
    return result


def frame_blending(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """A double exposure with the frame ``level`` frames ago, as a conversion of frame rates leaves it."""
    index, lag = np.arange(len(frames)), max(1, round(level))
    other = frames[np.where(index >= lag, index - lag, np.minimum(index + lag, len(frames) - 1))]
    share = 0.25 + 0.2 * min(1.0, (level - 1) / 4)
    whole = round(share * 256)
    mixed = frames.astype(np.uint16) * (256 - whole) + other.astype(np.uint16) * whole
    blended: Frames = (mixed + 128 >> 8).astype(np.uint8)
    return blended


def stutter(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Frames are held for an uneven time, on average nearly ``level`` frames too long, and the rest is skipped."""
    count = len(frames)
    holds = 1 + np.floor(np.minimum(-np.log(rng.uniform(1e-3, 1, count)), 3) * level).astype(int)
    shown = np.repeat(np.cumsum(holds) - holds, holds)[:count]
    result: Frames = frames[np.minimum(shown, count - 1)]
    return result
