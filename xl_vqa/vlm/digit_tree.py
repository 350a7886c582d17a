"""Integer labels as answers: the tree of digits, named by what is written instead of by tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from xl_vqa.vlm.answers import grow, label_tree
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import LabelDistribution


@dataclass(frozen=True, slots=True)
class DigitLogProbs:
    """One video. Natural log-probability of each digit 0..9 after each prefix, over the WHOLE vocabulary."""

    by_prefix: Mapping[str, tuple[float, ...]]

    def joint(self, scale: Scale) -> dict[int, float]:
        """The model's own probability of each label; they sum to 1 minus the off-digit mass."""
        tree = label_tree(scale)
        logs = [self.by_prefix["".join(map(str, node))] for node in tree.nodes]
        return dict(zip(scale.labels, tree.joint(logs, range(10)), strict=True))

    def distribution(self, scale: Scale) -> LabelDistribution:
        """Renormalised over the valid labels. Raises DistributionError where none has any probability."""
        return LabelDistribution.from_joint(scale, self.joint(scale))


def grow_tree(
    model: Any, inputs: Mapping[str, torch.Tensor], scale: Scale, digits: Sequence[int]
) -> list[DigitLogProbs]:
    """What a model says of every label of a scale; one result per row of the batch. See ``answers.grow``.

    ``digits`` are the token ids of 0..9.
    """
    prefixes = ["".join(map(str, node)) for node in label_tree(scale).nodes]
    grown = grow(model, inputs, label_tree(scale, tuple(digits)), digits)
    return [
        DigitLogProbs({prefix: tuple(logs) for prefix, logs in zip(prefixes, row, strict=True)}) for row in grown
    ]
