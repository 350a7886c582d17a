"""Attention of Qwen2.5-VL's vision tower with all windows of one size in one call.

Most of the tower's layers look within windows of 8x8 patches. transformers' sdpa goes through them one by one:
a video of 16 frames of 448x448 has 128 of them in each of 28 layers, so 3,584 small calls, each to be started
on a card. Here windows of equal size are rows of one call; the numbers are the same
(tests/vlm/test_window_attention.py). On a CPU, where a call costs little to start, it takes the same time. The
weights are the layer's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Plans:
    """Which patches make the windows of one size; worked out once for all layers of a call."""

    def __init__(self) -> None:
        self._known: list[tuple[Tensor, list[Tensor]]] = []

    def of(self, borders: Tensor) -> list[Tensor]:
        """int64 [windows, patches] for each size; ``borders`` int [windows + 1], where each begins and the last
        ends."""
        for tensor, plan in self._known:
            if tensor is borders:
                return plan
        plan = [one.to(borders.device) for one in windows_by_size(borders.tolist())]
        # a call has two kinds: windows, and whole frames
        self._known = [*self._known[-1:], (borders, plan)]
        return plan


def windows_by_size(borders: Sequence[int]) -> list[Tensor]:
    """int64 [windows, patches] for each size of window that there is; empty windows are left out."""
    starts, ends = torch.tensor(borders[:-1]), torch.tensor(borders[1:])
    sizes = ends - starts
    return [
        starts[sizes == size, None] + torch.arange(int(size)) for size in sorted(set(sizes.tolist())) if size > 0
    ]


class WindowAttention(nn.Module):
    """In the place of transformers' Qwen2_5_VLVisionAttention, with its two layers."""

    def __init__(self, old: Any, plans: Plans) -> None:
        super().__init__()
        self.qkv, self.proj = old.qkv, old.proj
        self._heads, self._scale, self._plans = int(old.num_heads), float(old.scaling), plans

    def forward(
        self,
        hidden_states: Tensor,
        cu_seqlens: Tensor,
        position_embeddings: tuple[Tensor, Tensor],
        **_: Any,
    ) -> Tensor:
        """[patches, width] to the same; ``cu_seqlens``: the windows' borders."""
        patches = hidden_states.shape[0]
        asked, keys, values = self.qkv(hidden_states).view(patches, 3, self._heads, -1).unbind(1)
        turns = tuple(one.unsqueeze(1).float() for one in position_embeddings)
        asked, keys = _turned(asked, *turns), _turned(keys, *turns)
        plan = self._plans.of(cu_seqlens)
        found = torch.empty_like(asked)
        for places in plan:
            q, k, v = (one[places].transpose(1, 2) for one in (asked, keys, values))
            found[places] = functional.scaled_dot_product_attention(q, k, v, scale=self._scale).transpose(1, 2)
        result: Tensor = self.proj(found.flatten(1))
        return result


def _turned(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    wide = x.float()
    one, other = wide.chunk(2, dim=-1)
    return (wide * cosine + torch.cat((-other, one), dim=-1) * sine).to(x.dtype)


def batch_windows(model: Any) -> None:
    """Replaces the attention of every block of a loaded Qwen2.5-VL's tower; for rating, not for training."""
    plans = Plans()
    for block in model.model.visual.blocks:
        block.attn = WindowAttention(block.attn, plans)
