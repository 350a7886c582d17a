"""What the starter sees of a video, as ordinary patches: a whole view, tiles at native size, and point samples.

A whole view must be small, and shrinking hides noise, fine blur and coding damage; a few frame pairs hide freezes
and judder. So each frame is laid out on a canvas of merged cells (28x28 pixels), from the top:

    whole     the frame, resized as for Qwen2.5-VL
    tiles     ``TILE_ROWS`` rows of cells: pieces of the frame at native size, other places for each pair
    samples   row by row: ``SAMPLE_CELLS`` cells with point samples of ``WINDOW`` consecutive frames around the
              pair (two in each cell, as the pair's two frames), the same again where there is room, and in the
              last cell a colour that tells scale and frame rate

The canvas is one video of one grid for the language model. Where its parts are follows from the grid alone, so
the tower (vlm/starter_tower.py) finds them again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xl_vqa.video.point_samples import SIDE
from xl_vqa.vlm.patches import FACTOR, Patches, check_frames, cut, frame_size, make_patches, resize, within_aspect
from xl_vqa.vlm.rater import ClipFrames
from xl_vqa.vlm.side_by_side import side_by_side
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.reasons import Reason

WINDOW: Final = 16
SAMPLE_CELLS: Final = WINDOW // 2
TILE_ROWS: Final = 6
TILE: Final = 3
"""Cells of a tile's side, where the canvas is wide enough."""
NATIVE_LINES: Final = 720
"""A frame whose shorter side is longer is shrunk to this first: nobody looks at 2160 lines pixel by pixel."""
ALIGNED: Final = 8
"""Tiles begin at multiples of this many pixels of the frame, where codecs have the borders of their blocks."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a canvas, in merged cells."""

    whole_rows: int
    width: int

    @property
    def sample_rows(self) -> int:
        return math.ceil((SAMPLE_CELLS + 1) / self.width)

    @property
    def rows(self) -> int:
        return self.whole_rows + TILE_ROWS + self.sample_rows

    @property
    def cells(self) -> int:
        return self.rows * self.width

    @classmethod
    def of_grid(cls, height: int, width: int) -> Layout:
        """From a grid's h and w, in patches. Raises ValueError where that cannot be a canvas."""
        columns = width // 2
        rows = height // 2 - TILE_ROWS - math.ceil((SAMPLE_CELLS + 1) / columns)
        if rows < 1:
            raise ValueError(f"a grid of {height}x{width} patches is no canvas of the starter")
        return cls(rows, columns)

    def tiles(self) -> list[tuple[int, int, int]]:
        """(row, first column, columns) of each tile, in cells from the top left of the tiles' part."""
        count = max(1, self.width // TILE)
        edges = [round(i * self.width / count) for i in range(count + 1)]
        rows = range(0, TILE_ROWS, TILE)
        return [(row, first, last - first) for row in rows for first, last in pairwise(edges)]


def clip_patches(clip: ClipFrames, spec: ModelSpec) -> Patches:
    """The patches of a clip as ``spec`` wants them: plain for Qwen2.5-VL, on a canvas for the starter.

    Raises ModelIncompatibleError for frames that cannot be patches.
    """
    if not spec.pixels.canvas:
        return make_patches(clip.frames, spec.pixels)
    if spec.sampling.window != WINDOW:
        problem = Reason("model_window", frames=spec.sampling.window, canvas=WINDOW)
        raise ModelIncompatibleError(model=spec.name, problem=problem)
    check_frames(clip.frames)
    first = within_aspect(clip.frames[0])
    height, width = frame_size(first.shape[0], first.shape[1], len(clip.frames), spec.pixels)
    layout = Layout(height // FACTOR, width // FACTOR)
    canvas = torch.zeros(len(clip.frames), 3, layout.rows * FACTOR, width, dtype=torch.uint8)
    mark = _mark(first.shape[0] / height, clip.used.fps)

    def fill(pair: int) -> None:
        shown = canvas[2 * pair : 2 * pair + 2]
        for target, frame in zip(shown, clip.frames[2 * pair : 2 * pair + 2], strict=True):
            picture = within_aspect(frame)
            target[:, :height] = resize(picture, (height, width))
            _paste_tiles(target[:, height:], _native(picture), layout, pair)
        if pair < len(clip.windows):
            _paste_samples(shown[:, :, (layout.whole_rows + TILE_ROWS) * FACTOR :], clip.windows[pair], mark)

    with torch.no_grad():
        side_by_side(fill, range(math.ceil(len(clip.frames) / 2)))
    return cut(canvas)


def _native(picture: NDArray[np.uint8]) -> Tensor:
    """uint8 [3, height, width], at most ``NATIVE_LINES`` on its shorter side."""
    height, width = picture.shape[:2]
    shrink = min(1.0, NATIVE_LINES / min(height, width))
    return resize(picture, (round(height * shrink), round(width * shrink)))


@lru_cache(maxsize=256)
def tile_places(layout: Layout, size: tuple[int, int], pair: int) -> tuple[tuple[int, int], ...]:
    """(top, left) in pixels of each tile in a frame of ``size`` (height, width), for a frame pair.

    Each tile has its own field of the frame and wanders in it from pair to pair by the golden ratio, so that few
    tiles meet most of the frame. Negative where the frame is smaller than a tile.
    """
    tiles = layout.tiles()
    count = len(tiles) * TILE // TILE_ROWS
    places = []
    for number, (row, _, columns) in enumerate(tiles):
        spots = []
        for axis, (field, fields, cells) in enumerate(
            ((row // TILE, TILE_ROWS // TILE, TILE), (number % count, count, columns))
        ):
            length, tile = size[axis], cells * FACTOR
            begin, end = field * length / fields, (field + 1) * length / fields
            share = (0.5 + (pair + 0.37 * number) * (0.6180339887 if axis else 0.7548776662)) % 1.0
            spot = begin + share * max(0.0, end - begin - tile)
            if end - begin < tile:
                spot = (begin + end - tile) / 2
            spots.append(int(min(max(spot, 0.0), max(length - tile, 0))) // ALIGNED * ALIGNED)
        places.append((spots[0], spots[1]))
    return tuple(places)


def _paste_tiles(target: Tensor, picture: Tensor, layout: Layout, pair: int) -> None:
    size = (picture.shape[1], picture.shape[2])
    for (row, first, columns), (top, left) in zip(layout.tiles(), tile_places(layout, size, pair), strict=True):
        height, width = TILE * FACTOR, columns * FACTOR
        # a frame smaller than the tile is continued by its own border
        rows = (top + torch.arange(height)).clamp(max=size[0] - 1)
        piece = picture[:, rows] if top + height > size[0] else picture[:, top : top + height]
        if left + width > size[1]:
            piece = piece[:, :, (left + torch.arange(width)).clamp(max=size[1] - 1)]
        else:
            piece = piece[:, :, left : left + width]
        target[:, row * FACTOR : (row + TILE) * FACTOR, first * FACTOR : (first + columns) * FACTOR] = piece


def _mark(scale: float, fps: float) -> tuple[int, int, int]:
    """The colour that tells how many lines of the frame became one of the whole view, and its frame rate."""
    values = 64 + 48 * math.log2(max(scale, 1e-3)), 32 * math.log2(max(fps, 1.0)), 0.0
    red, green, blue = (min(max(round(value), 0), 255) for value in values)
    return red, green, blue


def _paste_samples(target: Tensor, window: NDArray[np.uint8], mark: Sequence[int]) -> None:
    """Into [2, 3, sample rows, width] of one pair."""
    columns = target.shape[3] // FACTOR
    samples = torch.from_numpy(window).permute(0, 3, 1, 2)
    count = target.shape[2] // SIDE * columns
    for cell in range(count):
        row, column = divmod(cell, columns)
        place = target[:, :, row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE]
        if cell < count - 1:
            first = 2 * (cell % SAMPLE_CELLS)
            place[:] = samples[first : first + 2]
        else:
            place[:] = torch.tensor(mark, dtype=torch.uint8).view(1, 3, 1, 1)
