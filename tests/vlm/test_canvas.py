"""The canvas of the starter: every part where the layout says, tiles at native size, samples as they were read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from starter.fit.spec import starter_spec
from tests.starter.made_clips import SMALL, made_clip
from xl_vqa.vlm.canvas import (
    ALIGNED,
    NATIVE_LINES,
    SAMPLE_CELLS,
    TILE_ROWS,
    WINDOW,
    Layout,
    clip_patches,
    tile_places,
)
from xl_vqa.vlm.patches import FACTOR, make_patches
from xl_vqa.vlm.starter_tower import frames_of
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.model_spec import Pixels, Sampling

sides = st.integers(1, 40)


@given(sides, sides)
def test_a_grid_tells_its_layout(rows: int, width: int) -> None:
    layout = Layout(rows, width)
    assert Layout.of_grid(2 * layout.rows, 2 * width) == layout
    assert layout.sample_rows * width >= SAMPLE_CELLS + 1


@given(sides, sides)
def test_tiles_cover_their_part_once(rows: int, width: int) -> None:
    covered = np.zeros((TILE_ROWS, width), int)
    for row, first, columns in Layout(rows, width).tiles():
        covered[row : row + 3, first : first + columns] += 1
    assert (covered == 1).all()


@given(sides, st.tuples(st.integers(1, 2000), st.integers(1, 2000)), st.integers(0, 9))
def test_tiles_lie_within_the_frame_on_borders_of_blocks(width: int, size: tuple[int, int], pair: int) -> None:
    layout = Layout(4, width)
    for (_, _, columns), (top, left) in zip(layout.tiles(), tile_places(layout, size, pair), strict=True):
        assert top % ALIGNED == left % ALIGNED == 0
        assert 0 <= top <= max(size[0] - 3 * FACTOR, 0)
        assert 0 <= left <= max(size[1] - columns * FACTOR, 0)


def test_tiles_wander_over_the_frame() -> None:
    layout, size = Layout(7, 13), (720, 1280)
    seen = np.zeros(size, bool)
    for pair in range(6):
        for (_, _, columns), (top, left) in zip(layout.tiles(), tile_places(layout, size, pair), strict=True):
            seen[top : top + 84, left : left + 28 * columns] = True
    one = 6 * 13 * 784 / seen.size
    assert seen.mean() > 4 * one
    # no corner is left out
    assert all(part.any() for half in np.split(seen, 2, 0) for part in np.split(half, 4, 1))


@pytest.mark.parametrize(("height", "width"), [(270, 480), (640, 360), (100, 150), (40, 60)])
def test_every_part_is_where_the_layout_says(height: int, width: int) -> None:
    made = made_clip(1, height, width)
    patches = clip_patches(made, SMALL)
    layout = Layout.of_grid(*patches.grid[1:])
    canvas = frames_of(patches.values, patches.grid)
    plain = make_patches(made.frames, replace(SMALL.pixels, canvas=False))
    whole = layout.whole_rows * FACTOR
    assert torch.equal(canvas[:, :, :whole], frames_of(plain.values, plain.grid))
    for index, frame in enumerate(made.frames):
        places = tile_places(layout, (height, width), index // 2)
        for (row, first, columns), (top, left) in zip(layout.tiles(), places, strict=True):
            tile = canvas[index, :, whole + row * 28 : whole + (row + 3) * 28, first * 28 : (first + columns) * 28]
            inside = frame[top : top + 84, left : left + columns * 28]
            assert np.array_equal(tile.permute(1, 2, 0).numpy()[: inside.shape[0], : inside.shape[1]], inside)
    rest = canvas[:, :, whole + TILE_ROWS * FACTOR :]
    for pair, window in enumerate(made.windows):
        for number in range(WINDOW):
            row, column = divmod(number // 2, layout.width)
            cell = rest[2 * pair + number % 2, :, row * 28 : (row + 1) * 28, column * 28 : (column + 1) * 28]
            assert np.array_equal(cell.permute(1, 2, 0).numpy(), window[number])


def test_the_last_cell_tells_scale_and_frame_rate() -> None:
    def mark(height: int, fps: float) -> list[int]:
        patches = clip_patches(made_clip(1, height, height, fps=fps), SMALL)
        return list(frames_of(patches.values, patches.grid)[0, :, -1, -1].tolist())

    small, large, fast = mark(112, 25.0), mark(448, 25.0), mark(112, 50.0)
    assert large[0] == small[0] + 2 * 48
    assert fast[1] == small[1] + 32
    assert small[1:] == large[1:]


def test_a_very_large_frame_is_shrunk_before_tiles_are_cut() -> None:
    made = made_clip(2, NATIVE_LINES * 2, 1600, frames=2)
    flat = np.full((NATIVE_LINES * 2, 1600, 3), 40, np.uint8)
    flat[::2] = 80
    made.frames = [flat, flat]
    canvas = frames_of(*(lambda p: (p.values, p.grid))(clip_patches(made, SMALL)))
    layout = Layout.of_grid(canvas.shape[2] // 14, canvas.shape[3] // 14)
    tiles = canvas[:, :, layout.whole_rows * 28 : (layout.whole_rows + TILE_ROWS) * 28]
    # lines of one pixel are averaged away
    assert tiles.float().std() < 5


def test_a_window_of_another_length_is_refused() -> None:
    spec = replace(SMALL, sampling=Sampling(4, window=8))
    with pytest.raises(ModelIncompatibleError, match="window"):
        clip_patches(made_clip(1), spec)


def test_without_canvas_patches_are_those_of_the_big_model() -> None:
    plain = replace(SMALL, sampling=Sampling(4), pixels=Pixels(4 * 784, 24 * 784, 4 * 24 * 784))
    made = made_clip(3)
    assert torch.equal(clip_patches(made, plain).values, make_patches(made.frames, plain.pixels).values)


def test_the_starter_asks_for_this_canvas() -> None:
    spec = starter_spec()
    assert spec.pixels.canvas
    assert spec.sampling.window == WINDOW
