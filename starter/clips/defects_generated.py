"""Defects of generated video, imitated: what a picture does when a model redraws it from frame to frame.

Each function takes frames (n, height, width, 3), a level and a generator, and returns frames of the same shape.
The generator is drawn from alike at every level, so one generator gives the same places at all severities and
only the strength differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from starter.clips.encoder import Frames

Field = NDArray[np.float32]

LUMA: Final = (0.299, 0.587, 0.114)


def warping(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Everything wobbles as if seen through water; ``level`` is the displacement in short picture sides."""
    count, height, width, _ = frames.shape
    reach = level * min(height, width)
    knots = _wander(rng, count, _cells(height, width, 5), period=(12.0, 30.0))
    window = _window(height, width)
    return np.stack(
        [_remap(frame, _enlarge(knots[i], height, width) * reach * window) for i, frame in enumerate(frames)]
    )


def texture_boiling(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Fine texture crawls and is redrawn in every frame; ``level`` in pixels of a picture of 360 lines."""
    height, width = frames.shape[1:3]
    scale = min(height, width) / 360
    cells = max(2, round(height / (7 * scale))), max(2, round(width / (7 * scale)))
    result = np.empty_like(frames)
    state = rng.standard_normal((2, *cells)).astype(np.float32)
    mask = np.ones((height, width), np.float32)
    for i, frame in enumerate(frames):
        # a part of the last pattern stays, so that it crawls rather than only sparkles
        state = 0.45 * state + 0.9 * rng.standard_normal((2, *cells)).astype(np.float32)
        if i % 8 == 0:
            mask = _texture(frame)
        result[i] = _remap(frame, _enlarge(state, height, width) * np.float32(level * scale) * mask)
    return result


def morphing(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Regions flow and melt into another time and part of the picture; ``level`` is the share covered."""
    count, height, width, _ = frames.shape
    side = min(height, width)
    blobs = _enlarge(rng.standard_normal((1, *_cells(height, width, 4))).astype(np.float32), height, width)[0]
    # nested in each other: a stronger morph takes the regions of the weaker ones and more
    edge = np.quantile(blobs[::4, ::4], 1 - level)
    region = (1 / (1 + np.exp(-(blobs - edge) / 0.08))).astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi)
    away = np.array([np.sin(angle), np.cos(angle)], np.float32) * np.float32(side * rng.uniform(0.12, 0.22))
    flow = _enlarge(rng.standard_normal((2, *_cells(height, width, 6))).astype(np.float32), height, width)
    flow *= np.float32(0.05 * side) * region
    begin, length = rng.uniform(0.0, 0.2) * count, rng.uniform(0.35, 0.6) * count
    result = frames.copy()
    for i in range(count):
        done = _smoothstep((i - begin) / length)
        if done == 0:
            continue
        leaving = _remap(frames[i], flow * np.float32(done)).astype(np.float32)
        coming = _remap(frames[count - 1 - i], away[:, None, None] - flow * np.float32(1 - done))
        share = (region * np.float32(done))[..., None]
        result[i] = np.rint(leaving + share * (coming - leaving)).astype(np.uint8)
    return result


def identity_drift(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """An object slowly turns into a different one, in shape and in colour; ``level`` 0..1 is how far it gets."""
    count, height, width, _ = frames.shape
    side = min(height, width)
    result = frames.copy()
    for _ in range(2):
        radius = rng.uniform(0.2, 0.32) * side
        shape = float(rng.uniform(0.7, 1.4))
        y, x = _interesting(frames, rng, radius)
        y0, y1 = max(0, int(y - radius * shape)), min(height, int(y + radius * shape) + 1)
        x0, x1 = max(0, int(x - radius)), min(width, int(x + radius) + 1)
        yy, xx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        dy, dx = (yy - y) / (radius * shape), (xx - x) / radius
        # flat inside, soft at the rim: the region changes as one thing
        mask = np.clip((1 - np.hypot(dy, dx)) / 0.35, 0, 1).astype(np.float32)
        mask = mask * mask * (3 - 2 * mask)
        bulge, shear, twist = rng.uniform(0.25, 0.5, 3) * rng.choice([-1, 1], 3)
        move = np.stack([bulge * dy + shear * dx + twist * dx, bulge * dx + shear * dy - twist * dy]) * radius
        colour = _hue_turn(float(rng.uniform(0.8, 2.2) * rng.choice([-1, 1])) * level)
        gain = 1 + level * rng.uniform(-0.35, 0.35)
        for i in range(count):
            done = _smoothstep((i + 1) / count)
            piece = result[i, y0:y1, x0:x1]
            moved = _remap(piece, (move * level * done * mask).astype(np.float32)).astype(np.float32)
            # from one colour to the other: the identity at first, the whole turn at last
            way = np.eye(3) + (colour * gain - np.eye(3)) * done
            turned = np.stack([mixed(moved, row) for row in way], axis=-1)
            blended = moved + (turned - moved) * mask[..., None]
            result[i, y0:y1, x0:x1] = np.clip(np.rint(blended), 0, 255).astype(np.uint8)
    return result


def ghost_limbs(frames: Frames, level: float, rng: np.random.Generator) -> Frames:
    """Translucent extra copies of a moving region beside it, coming and going; ``level`` is their opacity."""
    count, height, width, _ = frames.shape
    side = min(height, width)
    result = frames.astype(np.float32)
    for copy in range(3):
        radius = rng.uniform(0.14, 0.24) * side
        shape = float(rng.uniform(1.0, 1.8))
        y, x = _interesting(frames, rng, radius)
        distance = rng.uniform(0.8, 1.4) * radius
        angle = _contrasting(frames, (y, x), distance, radius, rng.uniform(0, 2 * np.pi))
        phase, period = rng.uniform(0, 2 * np.pi), rng.uniform(10, 26)
        late = int(rng.integers(1, 5))
        opacity = float(np.clip(1.2 * level - 0.12 * copy, 0, 0.9))
        if opacity == 0:
            continue
        for i in range(count):
            swing = np.sin(2 * np.pi * i / period + phase)
            cy = y + distance * np.sin(angle + 0.5 * swing)
            cx = x + distance * np.cos(angle + 0.5 * swing)
            y0, y1 = max(0, int(cy - radius * shape)), min(height, int(cy + radius * shape) + 1)
            x0, x1 = max(0, int(cx - radius)), min(width, int(cx + radius) + 1)
            if y1 - y0 < 4 or x1 - x0 < 4:
                continue
            yy, xx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
            mask = np.clip((1 - np.hypot((yy - cy) / (radius * shape), (xx - cx) / radius)) / 0.3, 0, 1)
            sy = np.clip(np.arange(y0, y1) - round(cy - y), 0, height - 1)
            sx = np.clip(np.arange(x0, x1) - round(cx - x), 0, width - 1)
            ghost = frames[max(0, i - late)][np.ix_(sy, sx)]
            share = np.float32(opacity * (0.75 + 0.25 * swing)) * mask.astype(np.float32)[..., None]
            under = result[i, y0:y1, x0:x1]
            under += share * (ghost - under)
    return np.clip(np.rint(result), 0, 255).astype(np.uint8)


def _remap(frame: Frames, displacement: Field) -> Frames:
    """``frame`` (h, w, 3) read at every pixel's place plus ``displacement`` (2: y and x, h, w) in pixels.

    Linear between pixels; reflected at the borders.
    """
    height, width = frame.shape[:2]
    picture = torch.from_numpy(np.array(frame)).permute(2, 0, 1)[None].float()
    y = (torch.arange(height, dtype=torch.float32)[:, None] + torch.from_numpy(displacement[0])) * 2
    x = (torch.arange(width, dtype=torch.float32)[None, :] + torch.from_numpy(displacement[1])) * 2
    grid = torch.stack([x / max(1, width - 1) - 1, y / max(1, height - 1) - 1], -1)[None]
    moved = functional.grid_sample(picture, grid, padding_mode="reflection", align_corners=True)
    result: Frames = moved[0].round_().clamp_(0, 255).to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
    return result


def mixed(pixels: NDArray[np.uint8] | Field, shares: Sequence[float] | NDArray[np.float64]) -> Field:
    """The three channels (..., 3) added up by ``shares``.

    Not by ``@``: on three numbers a BLAS only sets threads spinning, in every process at once.
    """
    red, green, blue = (pixels[..., k] * np.float32(shares[k]) for k in range(3))
    result: Field = red + green + blue
    return result


def _enlarge(knots: Field, height: int, width: int) -> Field:
    """Smooth fields (k, height, width) through ``knots`` (k, rows, columns)."""
    large = functional.interpolate(
        torch.from_numpy(knots)[None], (height, width), mode="bicubic", align_corners=True
    )
    result: Field = large[0].numpy()
    return result


def _cells(height: int, width: int, short: int) -> tuple[int, int]:
    side = min(height, width)
    return round(short * height / side), round(short * width / side)


def _wander(rng: np.random.Generator, count: int, cells: tuple[int, int], *, period: tuple[float, float]) -> Field:
    """(count, 2, rows, columns): every knot goes its own smooth way, of unit spread."""
    turn = 2 * np.pi * np.arange(count)[:, None, None, None]
    waves = [
        np.sin(turn / rng.uniform(*period, (2, *cells)) + rng.uniform(0, 2 * np.pi, (2, *cells))) for _ in range(2)
    ]
    return (waves[0] + waves[1]).astype(np.float32)


def _window(height: int, width: int) -> Field:
    """1 inside, 0 at the borders, where there is nothing to move in."""
    y = np.minimum(np.arange(height), np.arange(height)[::-1]) / (0.08 * height)
    x = np.minimum(np.arange(width), np.arange(width)[::-1]) / (0.08 * width)
    return (np.minimum(y, 1)[:, None] * np.minimum(x, 1)[None, :]).astype(np.float32)


def _smoothstep(value: float) -> float:
    value = min(max(value, 0.0), 1.0)
    return value * value * (3 - 2 * value)


def _texture(frame: Frames) -> Field:
    """0.25..1, (height, width): where there is fine detail to boil."""
    grey = torch.from_numpy(mixed(frame, LUMA))[None, None]
    detail = (grey - functional.avg_pool2d(grey, 5, 1, 2)).abs()
    wide = functional.avg_pool2d(functional.avg_pool2d(detail, 15, 5, 7), 3, 1, 1)
    mask = functional.interpolate(wide, frame.shape[:2], mode="bilinear", align_corners=False)[0, 0]
    result: Field = (mask / 4.0).clamp(0.25, 1.0).numpy()
    return result


def _interesting(frames: Frames, rng: np.random.Generator, radius: float) -> tuple[float, float]:
    """A place (y, x) where something moves or at least stands out, at random but seldom in empty sky."""
    _, height, width, _ = frames.shape
    step = max(1, min(height, width) // 45)
    small = mixed(frames[:: max(1, len(frames) // 6), ::step, ::step], LUMA)
    weight = np.hypot(*np.gradient(small.mean(0))) + 2 * small.std(0)
    away = int(0.6 * radius / step)
    inside = np.zeros_like(weight)
    inside[away : weight.shape[0] - away, away : weight.shape[1] - away] = 1
    weight *= weight
    weight = (weight + 0.1) * inside if inside.any() else weight + 0.1
    draw = int(np.searchsorted(np.cumsum(weight.ravel()), rng.random() * weight.sum()))
    y, x = np.unravel_index(min(draw, weight.size - 1), weight.shape)
    return float(y * step), float(x * step)


def _contrasting(
    frames: Frames, place: tuple[float, float], distance: float, radius: float, start: float
) -> float:
    """Of eight directions (radians) the one in which a copy of ``place`` stands out most: hair on hair hides."""
    _, height, width, _ = frames.shape
    steps = np.linspace(-0.6, 0.6, 9) * radius
    grey = mixed(frames[len(frames) // 2], LUMA)

    def patch(y: float, x: float) -> Field:
        rows = np.clip(y + steps, 0, height - 1).astype(int)
        columns = np.clip(x + steps, 0, width - 1).astype(int)
        found: Field = grey[np.ix_(rows, columns)]
        return found

    def contrast(angle: float) -> float:
        y, x = place[0] + distance * np.sin(angle), place[1] + distance * np.cos(angle)
        inside = 0 <= y < height and 0 <= x < width
        return float(np.abs(patch(y, x) - patch(*place)).mean()) if inside else 0.0

    angles = [start + turn * np.pi / 4 for turn in range(8)]
    return angles[int(np.argmax([contrast(angle) for angle in angles]))]


def _hue_turn(angle: float) -> NDArray[np.float64]:
    """RGB matrix that turns the hue by ``angle`` radians and keeps grey: a rotation about the grey axis."""
    cosine, sine = np.cos(angle), np.sin(angle)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    turn: NDArray[np.float64] = cosine * np.eye(3) + sine * cross + (1 - cosine) * np.full((3, 3), 1 / 3)
    return turn
