"""Positions of prompt tokens for Qwen2.5-VL's three-part rotary embedding (time, row, column).

Computed here rather than by transformers: between its releases 5.2 and 5.23 the positions of the same video
changed more than once (fractional seconds, the first text token after a video), and with them the score.
The rule is the one the published weights were trained with: text counts up in all three parts; a video
starts where the text stopped, its time advances by seconds times ``tokens_per_second``, its rows and columns
by one per token; text goes on behind the highest position of the video.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from xl_vqa.vlm.patches import MERGE, TEMPORAL_PATCH


def seconds_per_pair(timestamps_s: Sequence[float]) -> float:
    """The mean time from one frame pair to the next, in seconds, 0 where there is one pair.

    With evenly spread pairs of neighbours this is the time a token really stands for: what transformers
    computes for evenly spread single frames as 2 / (frames per second after sampling). ``2 / fps`` of the
    source would tell the model that the clip lasted a fraction of its real length.
    """
    starts = list(timestamps_s)[::TEMPORAL_PATCH]
    if len(starts) < 2:
        return 0.0
    mean = (starts[-1] - starts[0]) / (len(starts) - 1)
    return mean if math.isfinite(mean) and mean > 0 else 0.0


def prompt_positions(
    before: int, grid: tuple[int, int, int], after: int, *, tokens_per_second: float, seconds_per_pair: float
) -> torch.Tensor:
    """int64 [3, length] for ``before`` text tokens, a video of ``grid`` patches and ``after`` text tokens.

    The next token (the first digit of the label) stands at the last position plus one in all three parts.
    """
    t, h, w = grid[0], grid[1] // MERGE, grid[2] // MERGE
    # float32, as the published preprocessing multiplies: 3 * 0.7 must not become 2.0999
    time = (torch.arange(t, dtype=torch.float32) * (tokens_per_second * seconds_per_pair)).long()
    parts = torch.meshgrid(time, torch.arange(h), torch.arange(w), indexing="ij")
    video = torch.stack(parts).reshape(3, -1) + before
    head = torch.arange(before).expand(3, -1)
    tail = torch.arange(after).expand(3, -1) + int(video.max()) + 1
    return torch.cat((head, video, tail), dim=1)
