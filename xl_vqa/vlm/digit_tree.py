"""Integer labels as answers: the tree of digits, named by what is written instead of by tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from xl_vqa.vlm.answers import Stem, Switched, label_tree
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
    """What a model says of every label of a scale; one result per row of the batch. See ``Stem.answers``.

    ``digits`` are the token ids of 0..9.
    """
    return stem_tree(Stem.read(model, inputs), scale, digits)


def stem_tree(stem: Stem, scale: Scale, digits: Sequence[int]) -> list[DigitLogProbs]:
    """The same of a prompt that was read already."""
    return [_by_prefix(scale, row) for row in stem.answers(label_tree(scale, tuple(digits)), digits)]


def grow_branches(
    stem: Stem,
    questions: Sequence[Sequence[int]],
    shared: Sequence[int],
    scale: Scale,
    digits: Sequence[int],
    weights: Switched | None = None,
) -> list[list[DigitLogProbs]]:
    """The same for further questions of what was read once: [rows][questions]. See ``Stem.branches``."""
    grown = stem.branches(questions, shared, label_tree(scale, tuple(digits)), digits, weights)
    return [[_by_prefix(scale, question) for question in row] for row in grown]


def _by_prefix(scale: Scale, logs: Sequence[Sequence[float]]) -> DigitLogProbs:
    prefixes = ["".join(map(str, node)) for node in label_tree(scale).nodes]
    return DigitLogProbs({prefix: tuple(row) for prefix, row in zip(prefixes, logs, strict=True)})
