"""The target mask: the loss sees the first digits of the label in the answer, and nothing else.

Every other position of the target (prompt, video, words around the number, the end of the turn) is set to
``IGNORE``, the value that PyTorch's cross entropy and transformers' loss leave out. Where only digits are
taught, the end of the answer never is: the answer's length is fixed by the scale instead.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import torch
from torch import Tensor

IGNORE: Final = -100


class TargetMaskError(ValueError):
    """An answer has fewer digits than the mask is to show; ``row`` counts from 0."""

    def __init__(self, row: int, found: int, wanted: int) -> None:
        super().__init__(f"row {row}: the answer has {found} digit tokens, the target mask needs {wanted}")
        self.row, self.found, self.wanted = row, found, wanted


def digit_targets(
    input_ids: Tensor, answer_starts: Sequence[int], digit_ids: Collection[int], *, digits: int | Sequence[int] = 2
) -> Tensor:
    """Labels for next-token training, int64 [rows, length]: ``IGNORE`` everywhere but the label's digits.

    ``input_ids``: [rows, length], prompt and answer together. ``answer_starts[row]`` is the index of the
    answer's first token; digits before it (in the question, in a user's text) are never targets.
    ``digit_ids``: token ids of 0..9; for a scheme that answers in other tokens, those. ``digits``: how many of
    the answer's digit tokens count, the first ones (2 for labels 10..50; ``Scale.width`` in general), for all
    rows or for each.

    The labels stand at the digits' own positions: a causal language model shifts them by one itself, so the
    logits in front of each digit are what is trained.

    Raises TargetMaskError where an answer has fewer digit tokens, ValueError for shapes that do not fit.
    """
    if input_ids.ndim != 2 or len(answer_starts) != input_ids.shape[0]:
        raise ValueError(f"{len(answer_starts)} answers for token ids of shape {tuple(input_ids.shape)}")
    each = [digits] * len(input_ids) if isinstance(digits, int) else list(digits)
    if len(each) != len(input_ids) or min(each, default=1) < 1:
        raise ValueError(f"digits must be 1 or more for each row, not {digits}")
    known = torch.tensor(sorted(digit_ids), device=input_ids.device)
    starts = torch.tensor(list(answer_starts), device=input_ids.device)[:, None]
    place = torch.arange(input_ids.shape[1], device=input_ids.device)[None]
    in_answer = torch.isin(input_ids, known) & (place >= starts)
    order = in_answer.cumsum(dim=1)
    for row, (found, wanted) in enumerate(zip(order[:, -1].tolist(), each, strict=True)):
        if found < wanted:
            raise TargetMaskError(row, found, wanted)
    # position 0 has no logits in front of it
    kept = in_answer & (order <= torch.tensor(each, device=input_ids.device)[:, None]) & (place > 0)
    return torch.where(kept, input_ids, torch.full_like(input_ids, IGNORE))
