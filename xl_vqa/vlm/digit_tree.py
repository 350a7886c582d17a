"""The exact probability of every label, for one prefill and one step per further digit.

The labels of a scale form a tree of digits. The prompt is read once; its last position gives the first
digit. Then all first digits that begin a label go through the model in ONE call, each seeing the prompt and
itself but not its siblings, and give the second digit; and so on for longer labels. The result is the same as
asking the model for every label one by one (tests/vlm/test_digit_tree.py), and nothing is sampled or parsed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from xl_vqa.labels import Scale
from xl_vqa.rating import LabelDistribution


@dataclass(frozen=True, slots=True)
class Tree:
    """The digits of a scale. ``levels[k]`` are the prefixes of k digits in order; ``levels[0]`` is ("",)."""

    scale: Scale
    levels: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, scale: Scale) -> Tree:
        texts = [scale.text(label) for label in scale.labels]
        levels = (tuple(dict.fromkeys(text[:length] for text in texts)) for length in range(scale.width))
        return cls(scale, tuple(levels))

    def allowed(self, prefix: str) -> tuple[int, ...]:
        """The digits that can follow a prefix: after "5" of 10..50 only 0."""
        length = len(prefix)
        labels = (self.scale.text(label) for label in self.scale.labels)
        return tuple(sorted({int(text[length]) for text in labels if text.startswith(prefix)}))

    def ancestry(self, level: int) -> torch.Tensor:
        """bool [nodes of the level, all nodes of levels 1..level]: what each node sees of the tree.

        A node sees its own prefixes and itself. Columns are in the order in which nodes enter the cache.
        """
        entered = [prefix for nodes in self.levels[1 : level + 1] for prefix in nodes]
        return torch.tensor([[node.startswith(prefix) for prefix in entered] for node in self.levels[level]])


@dataclass(frozen=True, slots=True)
class DigitLogProbs:
    """One video. Natural log-probability of each digit 0..9 after each prefix, over the WHOLE vocabulary."""

    by_prefix: Mapping[str, tuple[float, ...]]

    def joint(self, scale: Scale) -> dict[int, float]:
        """The model's own probability of each label; they sum to 1 minus the off-digit mass."""
        masses = {}
        for label in scale.labels:
            text = scale.text(label)
            logs = (self.by_prefix[text[:place]][int(digit)] for place, digit in enumerate(text))
            masses[label] = float(torch.tensor(sum(logs), dtype=torch.float64).exp())
        return masses

    def distribution(self, scale: Scale) -> LabelDistribution:
        """Renormalised over the valid labels. Raises DistributionError where none has any probability."""
        return LabelDistribution.from_joint(scale, self.joint(scale))


def grow_tree(
    model: Any, inputs: Mapping[str, torch.Tensor], tree: Tree, digits: Sequence[int]
) -> list[DigitLogProbs]:
    """One prefill of ``inputs`` (see inputs.model_inputs), then one call per further digit.

    ``digits`` are the token ids of 0..9. Works with the eager and the sdpa attention of transformers. Call
    it under ``torch.inference_mode``. Returns one result per row of the batch.
    """
    output = model(**inputs, use_cache=True, logits_to_keep=1)
    cache = output.past_key_values
    found: dict[str, torch.Tensor] = {"": _digit_log_probs(output.logits[:, -1], digits)}
    seen = inputs["attention_mask"].bool()
    rows, device = seen.shape[0], seen.device
    answer_position = inputs["position_ids"][:, :, -1:] + 1
    for level in range(1, tree.scale.width):
        nodes = tree.levels[level]
        ids = torch.tensor([digits[int(prefix[-1])] for prefix in nodes], device=device)
        output = model(
            input_ids=ids.expand(rows, -1),
            attention_mask={
                "full_attention": _tree_mask(seen, tree.ancestry(level).to(device), language_dtype(model))
            },
            position_ids=(answer_position + level - 1).expand(-1, -1, len(nodes)),
            past_key_values=cache,
            use_cache=True,
        )
        log_probs = _digit_log_probs(output.logits, digits)
        found.update({prefix: log_probs[:, place] for place, prefix in enumerate(nodes)})
    stacked = {prefix: values.cpu().tolist() for prefix, values in found.items()}
    return [DigitLogProbs({prefix: tuple(v[row]) for prefix, v in stacked.items()}) for row in range(rows)]


def _digit_log_probs(logits: torch.Tensor, digits: Sequence[int]) -> torch.Tensor:
    """float32 [..., 10] from [..., vocabulary], normalised over all of it."""
    logits = logits.float()
    ids = torch.tensor(list(digits), device=logits.device)
    return logits.index_select(-1, ids) - logits.logsumexp(dim=-1, keepdim=True)


def _tree_mask(prompt: torch.Tensor, ancestry: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Additive [rows, 1, nodes, prompt + tree]: 0 where a node may look, the lowest number elsewhere.

    ``prompt``: bool [rows, length], False on padding. Additive rather than boolean: eager attention adds it.
    """
    rows, nodes = prompt.shape[0], ancestry.shape[0]
    visible = torch.cat((prompt[:, None, :].expand(-1, nodes, -1), ancestry[None].expand(rows, -1, -1)), dim=2)
    mask = torch.zeros(visible.shape, dtype=dtype, device=prompt.device)
    return mask.masked_fill_(~visible, torch.finfo(dtype).min)[:, None]


def language_dtype(model: Any) -> torch.dtype:
    """What the language model computes in; ``model.dtype`` is that of its first weight, which is the tower's."""
    dtype: torch.dtype = model.get_input_embeddings().weight.dtype
    return dtype
