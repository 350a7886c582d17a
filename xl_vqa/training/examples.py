"""What a trainer is fed: prompt, patches and answer of each video as one batch, with the target mask as labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch.utils.data import Dataset
from transformers.trainer_pt_utils import get_length_grouped_indices

from xl_vqa.training.frame_cache import StoredClip
from xl_vqa.training.schemes import Target, mask_tail
from xl_vqa.vlm.backbone import Backbone
from xl_vqa.vlm.inputs import VideoInput, model_inputs
from xl_vqa.vlm.prompt import PromptTokens, build_prompt
from xl_vqa.words.attributes import AttributeQuestion
from xl_vqa.words.model_spec import ModelSpec


@dataclass(frozen=True, slots=True)
class Example:
    """One video of the training set. ``mos`` is on the scheme's scale.

    ``prompt`` of an attribute's question; None: the overall one.
    """

    clip: StoredClip
    target: Target
    mos: float
    prompt: PromptTokens | None = None


class Examples(Dataset[dict[str, Any]]):
    """The videos in the order of the epoch at hand: shuffled, those of a batch alike in length.

    The order follows from ``seed`` and the epoch alone (accelerate tells ``set_epoch``), so a run that is resumed
    in the middle of an epoch goes on with the very videos it was stopped before. Items are light: patches are
    read from the cache by the collator, when their batch comes.
    """

    def __init__(
        self, examples: Sequence[Example], prompt: PromptTokens, *, group: int = 1, seed: int = 0
    ) -> None:
        """``group``: videos per step over all processes and accumulated batches."""
        self.examples = examples
        self.lengths = [
            len(asked.before) + example.clip.tokens + len(asked.after)
            for example in examples
            for asked in (example.prompt or prompt,)
        ]
        self._group, self._seed = group, seed
        self.set_epoch(0)

    def set_epoch(self, epoch: int) -> None:
        generator = torch.Generator().manual_seed(self._seed * 1_000_003 + epoch)
        grouped: Any = get_length_grouped_indices
        self._order: list[int] = grouped(self.lengths, self._group, generator=generator)

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"example": self.examples[self._order[index]]}


@dataclass(frozen=True, slots=True)
class Collator:
    """Examples to the keyword arguments of ``forward``, and ``labels`` int64 [rows, tail].

    ``tail`` is the longest answer plus one: logits are asked for those positions only (``logits_to_keep``),
    because logits over 150,000 tokens of vocabulary at every position of a video would fill a GPU. Labels are
    IGNORE everywhere but at the counted tokens of the answer.
    """

    prompt: PromptTokens
    spec: ModelSpec
    tokens_per_second: float
    pad_id: int
    dtype: torch.dtype = torch.float32

    @classmethod
    def of(cls, backbone: Backbone, spec: ModelSpec) -> Collator:
        prompt = build_prompt(backbone.tokens, spec.prompt)
        return cls(prompt, spec, backbone.tokens_per_second, backbone.pad_id, backbone.pixel_dtype)

    def __call__(self, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
        examples: list[Example] = [item["example"] for item in items]
        rows = [VideoInput(e.prompt or self.prompt, e.clip.load(), e.clip.seconds_per_pair) for e in examples]
        inputs: dict[str, Any] = dict(
            model_inputs(
                rows,
                normalization=self.spec.normalization,
                tokens_per_second=self.tokens_per_second,
                pad_id=self.pad_id,
                answers=[e.target.ids for e in examples],
                dtype=self.dtype,
            )
        )
        tail = max(len(e.target.ids) for e in examples) + 1
        inputs["labels"] = mask_tail([e.target for e in examples], tail)
        inputs["logits_to_keep"] = tail
        return inputs


def attribute_prompt(backbone: Backbone, spec: ModelSpec, question: AttributeQuestion) -> PromptTokens:
    """The prompt with an attribute's question in the place of the overall one."""
    return build_prompt(backbone.tokens, replace(spec.prompt, question=question.question))
