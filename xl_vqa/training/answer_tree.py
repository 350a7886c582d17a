"""The tokens of a scheme's answers as a tree, so that one call of a model gives the probability of them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xl_vqa.training.target_mask import IGNORE


@dataclass(frozen=True, slots=True)
class AnswerTree:
    """The token tree of a scheme's answers.

    ``nodes`` are the proper prefixes of all answers, the shortest first, beginning with the empty one;
    ``answers[i]`` is the token ids of answer i, of which the loss sees the first ``counted[i]``.
    """

    answers: tuple[tuple[int, ...], ...]
    counted: tuple[int, ...]
    nodes: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, answers: Sequence[Sequence[int]], counted: Sequence[int]) -> AnswerTree:
        """Raises ValueError where one answer is the beginning of another: it could then not be told apart."""
        whole = tuple(tuple(answer) for answer in answers)
        prefixes = {answer[:k] for answer in whole for k in range(len(answer))}
        if prefixes & set(whole) or len(set(whole)) < len(whole):
            raise ValueError("an answer is the beginning of another")
        return cls(whole, tuple(counted), tuple(sorted(prefixes, key=lambda p: (len(p), p))))

    def visible(self) -> Tensor:
        """bool [nodes - 1, nodes - 1]: a node sees its own prefixes and itself; the empty one is the prompt."""
        inner = self.nodes[1:]
        return torch.tensor([[node[: len(other)] == other for other in inner] for node in inner], dtype=torch.bool)

    def targets(self, chosen: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Token ids and loss targets, int64 [rows, longest answer]: what is not counted is ``IGNORE``."""
        width = max(len(self.answers[i]) for i in chosen)
        ids = torch.zeros(len(chosen), width, dtype=torch.long)
        targets = torch.full((len(chosen), width), IGNORE)
        for row, i in enumerate(chosen):
            ids[row, : len(self.answers[i])] = torch.tensor(self.answers[i])
            targets[row, : self.counted[i]] = torch.tensor(self.answers[i][: self.counted[i]])
        return ids, targets

    def greedy(self, joint: Sequence[float] | NDArray[np.float64]) -> int:
        """The answer that taking the likeliest token again and again ends at; ``joint[i]`` belongs to answer i.

        By the probability of what can follow, as rating.LabelDistribution.greedy does: a first digit counts for
        as much as the answers that begin with it.
        """
        left, depth = list(range(len(self.answers))), 0
        while len(left) > 1:
            masses: dict[int, float] = {}
            for i in left:
                token = self.answers[i][depth]
                masses[token] = masses.get(token, 0.0) + float(joint[i])
            best = max(masses, key=lambda token: (masses[token], -token))
            left = [i for i in left if self.answers[i][depth] == best]
            depth += 1
        return left[0]
