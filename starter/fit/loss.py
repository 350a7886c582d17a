"""The starter's loss: cross entropy of the label's two digits, and the order of copies of one content.

The first part is the target mask's: nothing but the two digits is a target. Instead of one draw of a rater's
label it takes the expectation over all draws, which the digit tree gives exactly: the first digit, and the
second after every first. The second part asks that of two copies of one content the less damaged one gets the
higher expected label; it is what keeps a content's own look (its light, its colours, its texture) out of
the score. A third asks the same of copies of two contents whose labels lie so far apart that their order is sure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from xl_vqa.vlm.answers import additive, ancestry, label_tree
from xl_vqa.words.labels import Scale


def soft_labels(mos: Sequence[float], scale: Scale, spread: float | Sequence[float]) -> Tensor:
    """float32 [n, labels]: how likely a rater answers each label, normal around the MOS.

    ``spread`` is in labels, of all rows or of each. What falls beyond an end of the scale is given to the end.
    """
    step = (scale.mos_max - scale.mos_min) / (scale.label_max - scale.label_min)
    edges = torch.tensor([scale.to_mos(label) for label in scale.labels])[:-1] + step / 2
    centres = torch.tensor(list(mos))[:, None]
    rows = len(mos)
    widths = torch.as_tensor(spread, dtype=torch.float32).expand(rows).clamp_min(1e-3)[:, None]
    below = 0.5 * (1 + torch.erf((edges - centres) / (widths * step * math.sqrt(2))))
    below = torch.cat([torch.zeros(rows, 1), below, torch.ones(rows, 1)], dim=1)
    return below.diff(dim=1)


@dataclass(frozen=True, slots=True)
class TwoDigits:
    """Where the labels of a two-digit scale stand in the tree: first digit and second digit of each."""

    scale: Scale
    firsts: tuple[int, ...]
    place: Tensor
    """int64 [labels]: index into ``firsts``."""
    second: Tensor
    """int64 [labels]: the second digit."""

    @classmethod
    def of(cls, scale: Scale) -> TwoDigits:
        """Raises ValueError for labels that have not two digits."""
        if scale.width != 2:
            raise ValueError(f"the starter is trained on labels of two digits, not {scale.width}")
        firsts = tuple(node[0] for node in label_tree(scale).levels[1])
        texts = [scale.text(label) for label in scale.labels]
        place = torch.tensor([firsts.index(int(text[0])) for text in texts])
        return cls(scale, firsts, place, torch.tensor([int(text[1]) for text in texts]))


def label_logs(
    model: Any, embeds: Tensor, positions: Tensor, two: TwoDigits, digits: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """Log-probability of every label over the WHOLE vocabulary, float32 [n, labels], with gradients, and the state
    [n, width] that the first digit is read from.

    ``embeds`` [n, length, width] and ``positions`` [3, n, length] are those of the prompt; all first digits
    follow it in one pass, each blind to its siblings.
    """
    rows, length = embeds.shape[:2]
    count = len(two.firsts)
    ids = torch.tensor([digits[first] for first in two.firsts])
    whole = torch.cat([embeds, model.get_input_embeddings()(ids).expand(rows, -1, -1)], dim=1)
    visible = torch.ones(length + count, length + count, dtype=torch.bool).tril()
    nodes = [(first,) for first in two.firsts]
    visible[length:, length:] = ancestry(nodes, nodes)
    tail = (positions[:, :, -1:] + 1).expand(-1, -1, count)
    hidden = model.model.language_model(
        inputs_embeds=whole,
        position_ids=torch.cat([positions, tail], dim=2),
        attention_mask={"full_attention": additive(visible[None], embeds.dtype).expand(rows, -1, -1, -1)},
        use_cache=False,
    ).last_hidden_state
    logs = model.lm_head(hidden[:, -count - 1 :]).float().log_softmax(-1)[..., list(digits)]
    first = logs[:, 0][:, list(two.firsts)]
    return first[:, two.place] + logs[:, 1:][:, two.place, two.second], hidden[:, -count - 1]


def expected_mos(logs: Tensor, scale: Scale) -> Tensor:
    """[n] from [n, labels], renormalised over the labels."""
    values = torch.tensor([scale.to_mos(label) for label in scale.labels])
    return logs.softmax(-1) @ values


def digit_cross_entropy(logs: Tensor, targets: Tensor, weights: Sequence[float] | None = None) -> Tensor:
    """Mean over rows and the two digits; ``targets`` [n, labels] are the probabilities of ``soft_labels``.

    ``weights`` says how much each row counts; None: all the same.
    """
    rows = -(targets * logs).sum(1) / 2
    if weights is None:
        return rows.mean()
    counted = torch.tensor(list(weights))
    return (rows * counted).sum() / counted.sum()


def order_loss(
    expected: Tensor, mos: Sequence[float], groups: Sequence[str], *, gap: float = 0.25, across: bool = False
) -> Tensor:
    """Logistic loss of every pair of one content whose MOS differ by ``gap`` or more; 0 where there is none.

    ``across``: of the pairs of two contents instead.
    """
    labels = torch.tensor(list(mos))
    names = {name: index for index, name in enumerate(dict.fromkeys(groups))}
    owner = torch.tensor([names[name] for name in groups])
    chosen = (owner[:, None] == owner[None]) != across
    better = chosen & (labels[:, None] - labels[None] >= gap)
    if not bool(better.any()):
        return expected.sum() * 0.0
    difference = (expected[:, None] - expected[None])[better]
    return torch.nn.functional.softplus(-4.0 * difference).mean()
