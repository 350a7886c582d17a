"""What rating one video with a Qwen2.5-VL has to compute and to read, by its config, and what a device can do.

FLOPs are two for each multiplication and addition in matrices; norms, rotations and softmax are left out, as is
usual for model FLOPs utilisation (Chowdhery et al., 2022). tests/vlm/test_big_model_cost.py holds the count
against torch's own counter.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from xl_vqa.vlm.patches import MERGE, PATCH, PATCH_VALUES


@dataclass(frozen=True, slots=True)
class Flops:
    """Of one video."""

    tower: float
    prefill: float

    @property
    def total(self) -> float:
        return self.tower + self.prefill


def flops(config: Any, grid: tuple[int, int, int], tokens: int) -> Flops:
    """``grid``: patches in time, height, width; ``tokens``: of the whole prompt, of which one gives logits.

    Attention of the language model counts the half that a token may look at.
    """
    vision, text = config.vision_config, config.get_text_config()
    t, h, w = grid
    patches = t * h * w
    width, inner = vision.hidden_size, vision.intermediate_size
    linear = 4 * width * width + 3 * width * inner
    side = vision.window_size // PATCH
    # windows at the edge are smaller: of each side, the sum of squares
    squares = sum(min(side, h - y) ** 2 for y in range(0, h, side)) * sum(
        min(side, w - x) ** 2 for x in range(0, w, side)
    )
    whole = len(vision.fullatt_block_indexes)
    looked_at = t * ((vision.depth - whole) * squares + whole * (h * w) ** 2)
    merged = MERGE * MERGE * width
    merger = patches // MERGE**2 * (merged * merged + merged * vision.out_hidden_size)
    tower = 2 * (patches * (PATCH_VALUES * width + vision.depth * linear) + merger + 2 * width * looked_at)
    hidden, wide, layers = text.hidden_size, text.intermediate_size, text.num_hidden_layers
    keys = hidden // text.num_attention_heads * text.num_key_value_heads
    layer = 2 * hidden * hidden + 2 * hidden * keys + 3 * hidden * wide
    attention = tokens * tokens * hidden  # half of queries with keys and of weights with values
    prefill = 2 * (layers * (tokens * layer + attention) + hidden * text.vocab_size)
    return Flops(float(tower), float(prefill))


def step_bytes(config: Any, tokens: int, bytes_per_value: int) -> int:
    """What one step behind the prompt has to read: the language model's weights, and the keys and values."""
    text = config.get_text_config()
    hidden, wide, layers = text.hidden_size, text.intermediate_size, text.num_hidden_layers
    keys = hidden // text.num_attention_heads * text.num_key_value_heads
    layer = 2 * hidden * hidden + 2 * hidden * keys + 3 * hidden * wide
    return bytes_per_value * int(layers * (layer + 2 * tokens * keys) + hidden * text.vocab_size)


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The best of a few tries of the device itself: FLOPs a second of a product of matrices, bytes a second read
    and written by a copy."""

    flops: float
    bytes: float


def measure_ceilings(device: torch.device, dtype: torch.dtype) -> Ceilings:
    side = 8192 if device.type == "cuda" else 1536
    one, other = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    product = 2 * side**3 / quickest(lambda: one @ other, device)
    # far more than any cache holds
    block = torch.ones((4 if device.type == "cuda" else 1) << 28, dtype=torch.uint8, device=device)
    target = torch.empty_like(block)
    return Ceilings(product, 2 * block.numel() / quickest(lambda: target.copy_(block), device))


def quickest(work: Callable[[], object], device: torch.device, times: int = 7) -> float:
    """Seconds by the clock of the quickest of some tries."""
    found = []
    for _ in range(times):
        wait_for(device)
        start = time.perf_counter()
        work()
        wait_for(device)
        found.append(time.perf_counter() - start)
    return min(found)


def wait_for(device: torch.device) -> None:
    """Until a card has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
