"""What the pixels of a frame are like, cell by cell: brightness, colour, detail, its form, and change.

Of pixels alone, whatever the model: with these, change.py and fixed_pattern.py find the place of a fault, which
the model then judges. A cell is a field of a map.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

ROWS: Final = 18
COLUMNS: Final = 24
"""Fields of a map: 21 x 16 pixels of a picture of 512 x 288."""
STATISTICS: Final = 13
CHANGES: Final = 2
"""The last of them, which are of a frame and the one before it."""
LEAST: Final = np.array([0.004, 0.002, 0.002, 0.05, 0.05, 0.05, 0.03, 0.02, 0.02, 0.02, 0.05, 0.15, 0.15])
"""[STATISTICS]: smaller steps of each are a codec's, and nothing that is seen."""
MOST_PIXELS: Final = 1_000_000
"""Of larger pictures every second pixel of a side, or third, is looked at."""
_LUMA: Final = np.array([0.299, 0.587, 0.114], np.float32)

Floats = NDArray[np.float64]
_Plane = NDArray[np.floating]


def series_of(frames: Sequence[NDArray[np.uint8]]) -> Floats:
    """Consecutive frames [height, width, 3] to [frames, STATISTICS, ROWS, COLUMNS].

    The first frame has no frame before it and gets the second one's change.
    """
    found = np.zeros((len(frames), STATISTICS, ROWS, COLUMNS))
    before: tuple[_Plane, _Plane] | None = None
    for place, frame in enumerate(frames):
        luma, detail, still = _still(frame)
        found[place, :-CHANGES] = still
        if before is not None:
            moved = (luma - before[0], detail - before[1])
            found[place, -CHANGES:] = [_log(means(np.abs(one))) for one in moved]
        before = luma, detail
    if len(frames) > 1:
        found[0, -CHANGES:] = found[1, -CHANGES:]
    return found


def means(plane: _Plane) -> Floats:
    """[height, width] to [ROWS, COLUMNS]; of a picture that is smaller than that, pixels are repeated."""
    for axis, least in ((0, ROWS), (1, COLUMNS)):
        if plane.shape[axis] < least:
            plane = np.repeat(plane, -(-least // plane.shape[axis]), axis)
    height, width = plane.shape
    rows, columns = np.arange(ROWS) * height // ROWS, np.arange(COLUMNS) * width // COLUMNS
    sums = np.add.reduceat(np.add.reduceat(plane, rows, 0), columns, 1)
    counts = np.outer(np.diff(np.append(rows, height)), np.diff(np.append(columns, width)))
    found: Floats = sums / counts
    return found


def luma_of(frame: NDArray[np.uint8]) -> _Plane:
    """[height, width] in 0..1, thinned as large pictures are."""
    step = max(int(np.ceil(np.sqrt(frame.shape[0] * frame.shape[1] / MOST_PIXELS))), 1)
    found: _Plane = (frame[::step, ::step].astype(np.float32) / 255) @ _LUMA
    return found


def _still(frame: NDArray[np.uint8]) -> tuple[_Plane, _Plane, Floats]:
    """Brightness and its fine detail [height, width], and what needs one frame alone."""
    step = max(int(np.ceil(np.sqrt(frame.shape[0] * frame.shape[1] / MOST_PIXELS))), 1)
    rgb = frame[::step, ::step].astype(np.float32) / 255
    luma = rgb @ _LUMA
    blue, red = rgb[..., 2] - luma, rgb[..., 0] - luma
    detail = luma - _smoothed(luma)
    energy, fine, mean = means(detail * detail), means(np.abs(detail)), means(luma)
    half = _halved(luma)
    across, down, equal = (np.zeros_like(luma) for _ in range(3))
    across[:, :-1] = detail[:, :-1] * detail[:, 1:]
    down[:-1] = detail[:-1] * detail[1:]
    equal[:, :-1] = np.abs(np.diff(luma, axis=1)) < 0.5 / 255
    still = [
        mean,
        means(blue),
        means(red),
        _log(np.sqrt(np.maximum(means(luma * luma) - mean * mean, 0))),
        _log(fine),
        _log(means(np.abs(half - _smoothed(half)))),
        # heavy tails of the fine detail part sharp edges from noise
        _log(np.sqrt(energy)) - _log(fine),
        # neighbours that go together part blur from noise, equal ones tell enlarged pixels
        means(across) / (energy + 1e-6),
        means(down) / (energy + 1e-6),
        means(equal),
        _log(means(np.abs(blue - _smoothed(blue)))),
    ]
    return luma, detail, np.stack(still)


def _log(values: Floats, floor: float = 1e-3) -> Floats:
    found: Floats = np.log(values + floor)
    return found


def _smoothed(plane: _Plane) -> _Plane:
    """Mean over 3x3 pixels, the border repeated."""
    padded = np.pad(plane, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    found: _Plane = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
    return found


def _halved(plane: _Plane) -> _Plane:
    """Means over 2x2 pixels; an odd last row or column is repeated."""
    height, width = plane.shape
    even = np.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    found: _Plane = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
    return found
