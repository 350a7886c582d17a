"""Prompts and patches of several videos as one batch of model inputs, for rating and for training alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from xl_vqa.vlm.patches import Patches
from xl_vqa.vlm.positions import prompt_positions
from xl_vqa.vlm.prompt import PromptTokens
from xl_vqa.words.model_spec import Normalization

VIDEO_TYPE = 2
"""The value that marks a video token in ``mm_token_type_ids``."""


@dataclass(frozen=True, slots=True)
class VideoInput:
    """One row of a batch. ``seconds_per_pair`` is positions.seconds_per_pair of its frames."""

    prompt: PromptTokens
    patches: Patches
    seconds_per_pair: float

    @property
    def length(self) -> int:
        """Tokens of the whole prompt."""
        return len(self.prompt.before) + self.patches.tokens + len(self.prompt.after)

    def positions(self, tokens_per_second: float) -> torch.Tensor:
        """int64 [3, length]."""
        return prompt_positions(
            len(self.prompt.before),
            self.patches.grid,
            len(self.prompt.after),
            tokens_per_second=tokens_per_second,
            seconds_per_pair=self.seconds_per_pair,
        )


def model_inputs(
    rows: Sequence[VideoInput],
    *,
    normalization: Normalization,
    tokens_per_second: float,
    pad_id: int = 0,
    answers: Sequence[Sequence[int]] | None = None,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> dict[str, torch.Tensor]:
    """Keyword arguments of a Qwen2.5-VL's ``forward``, padded on the left to the longest row.

    input_ids, attention_mask, mm_token_type_ids: int64 [rows, length]; position_ids: int64 [3, rows, length];
    pixel_values_videos: ``dtype`` [all patches, 1176], as they were cut where that is uint8, else normalised;
    video_grid_thw: int64 [rows, 3]. ``answers`` are token
    ids that follow each prompt (the digits of the label, for training); all rows then end with them.
    """
    tails = [list(answer) for answer in answers] if answers is not None else [[] for _ in rows]
    length = max(row.length + len(tail) for row, tail in zip(rows, tails, strict=True))
    ids = torch.full((len(rows), length), pad_id)
    mask = torch.zeros_like(ids)
    types = torch.zeros_like(ids)
    positions = torch.zeros((3, len(rows), length), dtype=torch.int64)
    for index, (row, tail) in enumerate(zip(rows, tails, strict=True)):
        start = length - row.length - len(tail)
        first_video = start + len(row.prompt.before)
        ids[index, start:] = torch.tensor([*row.prompt.ids(row.patches.tokens), *tail])
        mask[index, start:] = 1
        types[index, first_video : first_video + row.patches.tokens] = VIDEO_TYPE
        placed = row.positions(tokens_per_second)
        following = int(placed[0, -1]) + 1 + torch.arange(len(tail)).expand(3, -1)
        positions[:, index, start:] = torch.cat((placed, following), dim=1)
    return {
        "input_ids": ids.to(device),
        "attention_mask": mask.to(device),
        "mm_token_type_ids": types.to(device),
        "position_ids": positions.to(device),
        **pixel_inputs(rows, normalization=normalization, device=device, dtype=dtype),
    }


def pixel_inputs(
    rows: Sequence[VideoInput], *, normalization: Normalization, device: torch.device | str, dtype: torch.dtype
) -> dict[str, torch.Tensor]:
    """``pixel_values_videos`` and ``video_grid_thw`` of ``model_inputs``."""
    pixels = [
        row.patches.on(device)
        if dtype is torch.uint8
        else row.patches.normalized(normalization, device=device).to(dtype)
        for row in rows
    ]
    grids = torch.tensor([row.patches.grid for row in rows], device=device)
    return {"pixel_values_videos": torch.cat(pixels), "video_grid_thw": grids}
