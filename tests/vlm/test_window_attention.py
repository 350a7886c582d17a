"""The tower with windows of one size in one call, against transformers' own."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.tiny_qwen import tiny_config, tiny_model, tiny_tokenizer
from tests.vlm.conftest import load_tiny
from xl_vqa.vlm.window_attention import batch_windows, windows_by_size


def both(model: Any, patches: torch.Tensor, grids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens of the videos by transformers' tower, and by the one with windows together."""
    batched = copy.deepcopy(model)
    batch_windows(batched)
    with torch.inference_mode():
        return tuple(one.model.visual(patches, grid_thw=grids).pooler_output for one in (model, batched))


@pytest.mark.parametrize("sizes", [[(60, 90)], [(60, 90), (200, 90), (30, 30)], [(112, 112)], [(140, 84)] * 2])
def test_equals_transformers_tower(
    tiny_folder: Path, clip_of: Callable[..., Any], sizes: list[tuple[int, int]]
) -> None:
    """Windows that fill the picture, that its edge cuts, and of several videos at once."""
    tiny = load_tiny(tiny_folder)
    rows = [tiny.row(clip_of(seed, height=h, width=w)) for seed, (h, w) in enumerate(sizes)]
    inputs = tiny.inputs(*rows)
    expected, found = both(tiny.model, inputs["pixel_values_videos"], inputs["video_grid_thw"])
    assert torch.allclose(found, expected, atol=1e-5, rtol=1e-5)


def test_equals_it_at_the_published_windows() -> None:
    """Windows of 112 pixels and heads of 80, as the published towers have them."""
    vision: dict[str, object] = {"hidden_size": 160, "intermediate_size": 200, "num_heads": 2, "window_size": 112}
    model = tiny_model(tiny_config(tiny_tokenizer(), vision=vision), [1])
    grids = torch.tensor([[2, 20, 26], [1, 16, 8]])
    patches = torch.randn(int(grids.prod(-1).sum()), 1176, generator=torch.Generator().manual_seed(1))
    expected, found = both(model, patches, grids)
    assert torch.allclose(found, expected, atol=1e-5, rtol=1e-5)


def test_a_call_does_not_use_the_windows_of_the_one_before(tiny_folder: Path, clip_of: Callable[..., Any]) -> None:
    tiny = load_tiny(tiny_folder)
    batched = copy.deepcopy(tiny.model)
    batch_windows(batched)
    for seed, (height, width) in enumerate([(60, 90), (90, 60), (200, 60), (60, 90)]):
        inputs = tiny.inputs(tiny.row(clip_of(seed, height=height, width=width)))
        values = inputs["pixel_values_videos"], inputs["video_grid_thw"]
        with torch.inference_mode():
            expected, found = (one.model.visual(values[0], grid_thw=values[1]) for one in (tiny.model, batched))
        assert torch.allclose(found.pooler_output, expected.pooler_output, atol=1e-5, rtol=1e-5)


@given(st.lists(st.integers(0, 9), max_size=20))
def test_every_patch_is_in_one_window_of_its_size(sizes: list[int]) -> None:
    borders = [0]
    for size in sizes:
        borders.append(borders[-1] + size)
    plan = windows_by_size(borders)
    assert sorted(patch for one in plan for patch in one.flatten().tolist()) == list(range(borders[-1]))
    windows = {tuple(window) for one in plan for window in one.tolist()}
    assert windows == {tuple(range(a, b)) for a, b in pairwise(borders) if b > a}
