"""Patches against transformers' own preprocessing, and the sizes that odd pictures get."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from transformers.models.qwen2_vl import image_processing_pil_qwen2_vl as reference

from xl_vqa.vlm.patches import MERGE, PATCH_VALUES, frame_size, make_patches, smart_resize
from xl_vqa.words.errors import ModelIncompatibleError
from xl_vqa.words.model_spec import Normalization, Pixels

WIDE = Pixels(min_pixels=4 * 784, max_pixels=100 * 784, total_pixels=10**9)


def random_frames(seed: int, count: int, height: int, width: int) -> list[NDArray[np.uint8]]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (height, width, 3), dtype=np.uint8) for _ in range(count)]


CLIPS = {
    "plain": random_frames(0, 4, 100, 150),
    "odd_frames": random_frames(1, 3, 131, 97),
    "one_frame": random_frames(2, 1, 64, 64),
    "larger_than_the_budget": random_frames(3, 2, 720, 1280),
    "two_pixels": random_frames(4, 2, 2, 2),
    "already_fits": random_frames(5, 2, 112, 140),
    "long": random_frames(6, 2, 4, 800),
}


@pytest.fixture(scope="module")
def processed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NDArray[np.float32]]:
    """The same clips through transformers' video processor."""
    folder = tmp_path_factory.mktemp("processor")
    np.savez(folder / "clips.npz", **{name: np.stack(frames) for name, frames in CLIPS.items()})
    program = Path(__file__).with_name("transformers_processor.py")
    budget = json.dumps({"min_pixels": WIDE.min_pixels, "max_pixels": WIDE.max_pixels})
    files = [str(folder / "clips.npz"), budget, str(folder / "patches.npz")]
    subprocess.run([sys.executable, str(program), *files], check=True)
    with np.load(folder / "patches.npz") as made:
        return {name: made[name] for name in made.files}


@pytest.mark.parametrize("name", sorted(CLIPS))
def test_equal_to_the_video_processor(name: str, processed: dict[str, NDArray[np.float32]]) -> None:
    patches = make_patches(CLIPS[name], WIDE)
    assert [list(patches.grid)] == processed[f"{name}_grid"].tolist()
    ours = patches.normalized(Normalization())
    assert ours.dtype == torch.float32
    np.testing.assert_array_equal(ours.numpy(), processed[f"{name}_values"])


@pytest.mark.parametrize("shape", [(100, 150), (720, 1280), (64, 64)])
def test_close_to_the_image_processor(shape: tuple[int, int]) -> None:
    """The Pillow path of transformers resizes with other rounding: at most two grey levels apart."""
    rng = np.random.default_rng(8)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    frame = np.stack([rows * 255 / shape[0], columns * 255 / shape[1], rng.integers(0, 256, shape)], axis=2)
    frame = frame.astype(np.uint8)
    size = {"shortest_edge": WIDE.min_pixels, "longest_edge": WIDE.max_pixels}
    made = reference.Qwen2VLImageProcessorPil(size=size)(images=[frame], return_tensors="np")
    patches = make_patches([frame], WIDE)
    assert patches.grid == tuple(made["image_grid_thw"][0])
    levels = np.array(Normalization().std).repeat(PATCH_VALUES // 3) * 255
    apart = np.abs(patches.normalized(Normalization()).numpy() - made["pixel_values"]) * levels
    assert apart.max() <= 2.01
    assert apart.mean() < 0.3


@given(
    st.integers(1, 9000),
    st.integers(1, 9000),
    st.integers(1, 400).map(lambda n: n * 784),
    st.integers(1, 2000).map(lambda n: n * 784),
)
@settings(max_examples=400, deadline=None)
def test_size_rule_is_that_of_transformers(height: int, width: int, least: int, more: int) -> None:
    most = least + more
    if max(height, width) > 200 * min(height, width):
        with pytest.raises(ValueError, match="200:1"):
            smart_resize(height, width, min_pixels=least, max_pixels=most)
        return
    ours = smart_resize(height, width, min_pixels=least, max_pixels=most)
    assert ours == reference.smart_resize(height, width, factor=28, min_pixels=least, max_pixels=most)
    assert ours[0] % 28 == 0 < ours[0]
    assert ours[1] % 28 == 0 < ours[1]
    # only two kinds of picture may pass the budget: one rounded up to the least, and one whose short side
    # would get less than a cell
    if height * width >= most and math.sqrt(most / (height * width)) * min(height, width) >= 28:
        assert ours[0] * ours[1] <= most


@given(st.integers(2, 64), st.integers(28, 3000), st.integers(28, 3000))
@settings(max_examples=200, deadline=None)
def test_all_frames_together_keep_the_total_budget(frames: int, height: int, width: int) -> None:
    assume(max(height, width) < 20 * min(height, width))
    pixels = Pixels(min_pixels=4 * 784, max_pixels=768 * 784, total_pixels=2000 * 784)
    size = frame_size(height, width, frames, pixels)
    assert (frames + frames % 2) * size[0] * size[1] <= pixels.total_pixels


@pytest.mark.parametrize(("height", "width"), [(2, 1000), (1000, 2), (1, 201), (3, 4000), (1, 1)])
def test_pictures_longer_than_the_rule_allows_are_widened(height: int, width: int) -> None:
    frames = random_frames(9, 2, height, width)
    patches = make_patches(frames, WIDE)
    t, h, w = patches.grid
    assert (t, h % MERGE, w % MERGE) == (1, 0, 0)
    assert patches.values.shape == (t * h * w, PATCH_VALUES)
    # widened by its own edge: no colour appears that was not there (bicubic may overshoot by a little)
    flat = np.full((height, width, 3), 77, dtype=np.uint8)
    assert set(make_patches([flat], WIDE).values.unique().tolist()) == {77}


def test_patches_hold_the_pixels_of_their_place() -> None:
    """Independent of transformers: every patch of an unresized clip is read back from the frames."""
    frames = random_frames(10, 4, 56, 84)
    patches = make_patches(frames, Pixels(784, 10**6, 10**8))
    t, h, w = patches.grid
    assert (t, h, w) == (2, 4, 6)
    index = 0
    for pair in range(t):
        for block_row in range(h // 2):
            for block_column in range(w // 2):
                for row in (2 * block_row, 2 * block_row + 1):
                    for column in (2 * block_column, 2 * block_column + 1):
                        part = [f[row * 14 : row * 14 + 14, column * 14 : column * 14 + 14] for f in frames]
                        expected = np.stack(part[2 * pair : 2 * pair + 2]).transpose(3, 0, 1, 2)
                        np.testing.assert_array_equal(patches.values[index], expected.reshape(-1))
                        index += 1
    assert index == len(patches.values)


def test_frames_that_are_no_pictures_are_refused() -> None:
    good = random_frames(11, 1, 32, 32)[0]
    for bad in ([], [good.astype(np.float32)], [good[..., 0]], [good, good[:16]], [good[:0]], [good[..., :2]]):
        with pytest.raises(ModelIncompatibleError):
            make_patches(bad, WIDE)


def test_frames_with_strides_of_their_own() -> None:
    """A decoder may hand over a flipped or cropped view."""
    frame = random_frames(12, 1, 60, 60)[0]
    view = frame[::-1, 10:50]
    assert torch.equal(make_patches([view], WIDE).values, make_patches([view.copy()], WIDE).values)
