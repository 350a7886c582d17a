"""Several prompts in one row, one behind the other: no padding, and what all of them begin with is read once.

A row is ``beginning, rest of prompt 0, rest of prompt 1, ...``. Every layer but attention looks at one token at
a time, so it takes the row as it is; attention goes prompt by prompt (``attend``), each over the beginning and
its own rest. Positions are those of each prompt by itself. What comes out is what each prompt gives alone
(tests/vlm/test_packed.py), and it costs the tokens that there are.

A loop over prompts and not one mask over the row: a mask costs the square of all tokens together, and takes the
fast kernels away on a card (docs/benchmarks.md has both).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Final

import torch
from torch import Tensor

from xl_vqa.vlm.inputs import VIDEO_TYPE, VideoInput, pixel_inputs
from xl_vqa.words.model_spec import Normalization

ATTENTION: Final = "xl_vqa_packed"
"""Under this name transformers finds ``attend``."""


@dataclass(frozen=True, slots=True)
class Packing:
    """Where prompts lie in a packed row: behind the first ``shared`` tokens, ``own[i]`` tokens of prompt i."""

    shared: int
    own: tuple[int, ...]

    @classmethod
    def of(cls, rows: Sequence[VideoInput]) -> Packing:
        """Shared is what stands before the video, where all prompts have the same there."""
        before = {row.prompt.before for row in rows}
        shared = len(rows[0].prompt.before) if len(before) == 1 else 0
        return cls(shared, tuple(row.length - shared for row in rows))

    @property
    def length(self) -> int:
        """Tokens of the packed row."""
        return self.shared + sum(self.own)

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First token of each prompt's own part, and the one behind its last."""
        return list(pairwise(accumulate(self.own, initial=self.shared)))

    def visible(self, device: torch.device | str) -> Tensor:
        """bool [prompts, length]: which tokens of the row are of each prompt."""
        seen = torch.zeros(len(self.own), self.length, dtype=torch.bool)
        seen[:, : self.shared] = True
        for index, (start, end) in enumerate(self.spans):
            seen[index, start:end] = True
        return seen.to(device)


def packed_inputs(
    rows: Sequence[VideoInput],
    *,
    normalization: Normalization,
    tokens_per_second: float,
    device: torch.device | str = "cpu",
    dtype: torch.dtype = torch.float32,
) -> tuple[dict[str, Any], Packing]:
    """Keyword arguments of a Qwen2.5-VL's ``forward`` that ``make_packable`` was given, one row for all prompts.

    input_ids, mm_token_type_ids: int64 [1, length]; position_ids: int64 [3, 1, length]; pixels as
    ``inputs.model_inputs`` has them.
    """
    packing = Packing.of(rows)
    ids: list[int] = list(rows[0].prompt.before[: packing.shared])
    positions = [torch.arange(packing.shared).expand(3, -1)]
    types = torch.zeros(1, packing.length, dtype=torch.int64)
    for row, (start, _) in zip(rows, packing.spans, strict=True):
        ids += row.prompt.ids(row.patches.tokens)[packing.shared :]
        positions.append(row.positions(tokens_per_second)[:, packing.shared :])
        first = start + len(row.prompt.before) - packing.shared
        types[0, first : first + row.patches.tokens] = VIDEO_TYPE
    inputs = {
        "input_ids": torch.tensor([ids], device=device),
        "mm_token_type_ids": types.to(device),
        "position_ids": torch.cat(positions, dim=1)[:, None].to(device),
        # what is seen says ``packing``; transformers would make a mask of its own
        "attention_mask": {"full_attention": None},
        "packing": packing,
        **pixel_inputs(rows, normalization=normalization, device=device, dtype=dtype),
    }
    return inputs, packing


def make_packable(model: Any) -> None:
    """Gives a loaded Qwen2.5-VL of transformers an attention that knows packed rows; for all others it is sdpa."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(ATTENTION, attend)
    AttentionMaskInterface.register(ATTENTION, sdpa_mask)
    model.model.language_model.config._attn_implementation = ATTENTION


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    packing: Packing | None = None,
    **further: Any,
) -> tuple[Tensor, None]:
    """An attention of transformers: query [1, heads, tokens, width] to [1, tokens, heads, width]."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    def plain(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        found: Tensor = sdpa_attention_forward(module, q, k, v, attention_mask, **further)[0]
        return found

    if packing is None:
        return plain(query, key, value), None
    # the first prompt lies behind the beginning already
    end = packing.spans[0][1]
    found = [plain(query[:, :, :end], key[:, :, :end], value[:, :, :end])]
    for start, end in packing.spans[1:]:
        # the beginning asks once more and is left out: as many questions as keys, which the fast kernels want
        q, k, v = (
            torch.cat((one[:, :, : packing.shared], one[:, :, start:end]), 2) for one in (query, key, value)
        )
        found.append(plain(q, k, v)[:, packing.shared :])
    return torch.cat(found, dim=1), None
