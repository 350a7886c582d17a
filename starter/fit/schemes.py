"""The method's own question on the starter's own task: the same model, clips and steps, taught by each scheme.

Everything is as in training.py but the answer: its text, what the loss sees of it, and the tree of tokens that
gives the exact probability of every answer. Every scheme gets the same question, vocabulary, batches and noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from starter.fit import training
from starter.fit.batches import of_one_grid, shuffled
from starter.fit.features import StoredFeatures
from starter.fit.stepper import Stepper
from starter.fit.training import FitOptions, Prompts
from xl_vqa.datasets.correlation import spearman
from xl_vqa.training.target_mask import IGNORE, digit_targets
from xl_vqa.vlm.answers import AnswerTree, grow
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Answered:
    """``joint``: the model's own probability of every answer, float64 [videos, answers]; ``greedy`` [videos]:
    the answer that taking the likeliest allowed token, one after the other, ends at."""

    joint: Floats
    greedy: NDArray[np.int64]

    @property
    def probabilities(self) -> Floats:
        """Renormalised over the answers."""
        return np.asarray(self.joint / self.joint.sum(axis=1, keepdims=True))

    def decode(self, decoding: str, values: Floats) -> Floats:
        """MOS [videos] by ``expectation``, ``median`` or ``greedy``; ``values`` [answers] rise."""
        if decoding == "greedy":
            return np.asarray(values[self.greedy])
        if decoding == "median":
            reached = np.cumsum(self.probabilities, axis=1) >= 0.5 - 1e-12
            return np.asarray(values[np.argmax(reached, axis=1)])
        if decoding != "expectation":
            raise ValueError(f"decoding must be expectation, median or greedy, not {decoding!r}")
        return np.asarray(self.probabilities @ values)


def fit(
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    tree: AnswerTree,
    code: Callable[[float], int],
    values: Floats,
    train: tuple[Sequence[StoredFeatures], Sequence[float]],
    validation: tuple[Sequence[StoredFeatures], Sequence[float]],
    options: FitOptions,
    on_share: Callable[[float], None] = lambda share: None,
) -> int:
    """Trains in place, keeps the epoch (of the second half) with the best validation SRCC by expectation, and
    returns its number, from 1.

    ``code`` gives the answer of a MOS, ``values`` the MOS of each answer. ``options.label_noise`` is in tenths
    of a MOS here (labels of the default scale), the same for every scheme.
    """
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    items, mos = train
    training.standardise(model, items)
    trainable = [p for p in model.parameters() if p.requires_grad]
    per_epoch = sum(1 for _ in shuffled(items, options.batch, np.random.default_rng(0)))
    steps = options.epochs * per_epoch
    stepper = Stepper(trainable, steps, options.learning_rate, weight_decay=options.weight_decay)
    low, high = float(values[0]), float(values[-1])
    best, best_epoch, best_state = -2.0, 0, None
    for epoch in range(options.epochs):
        model.train()
        for batch in shuffled(items, options.batch, rng):
            drawn = np.asarray([mos[i] for i in batch]) + rng.normal(0, options.label_noise / 10, len(batch))
            chosen = [code(float(value)) for value in np.clip(drawn, low, high)]
            loss = _loss(model, prompts, tree, [items[i] for i in batch], chosen, options, rng)
            stepper.take(loss)
            on_share(len(stepper.losses) / steps)
        if epoch + 1 < options.epochs / 2:
            continue
        predicted = answer(model, prompts, tree, validation[0]).decode("expectation", values)
        rank = spearman(np.asarray(predicted), np.asarray(validation[1])) or 0.0
        if rank > best:
            best, best_epoch = rank, epoch + 1
            best_state = {name: value.clone() for name, value in model.state_dict().items()}
    if best_state is not None:
        model.load_state_dict(best_state)
    model.train(False)
    return best_epoch


@torch.inference_mode()
def answer(
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    tree: AnswerTree,
    items: Sequence[StoredFeatures],
    *,
    batch: int = 8,
) -> Answered:
    """The exact probability of every answer for every item: one prefill, then one call for the whole tree."""
    model.train(False)
    joint = np.zeros((len(items), len(tree.answers)))
    greedy = np.zeros(len(items), dtype=np.int64)
    order = sorted(range(len(items)), key=lambda i: items[i].grid)
    for group in of_one_grid(order, items, batch):
        embeds, positions = training.embedded(model, prompts.plain, [items[i] for i in group])
        mask = torch.ones(embeds.shape[:2], dtype=torch.long)
        inputs = {"inputs_embeds": embeds, "position_ids": positions, "attention_mask": mask}
        for index, logs in zip(group, grow(model, inputs, tree, tree.tokens), strict=True):
            joint[index] = tree.joint(logs, tree.tokens)
            greedy[index] = tree.greedy(joint[index])
    return Answered(joint, greedy)


def targets_of(tree: AnswerTree, chosen: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Token ids and loss targets, int64 [rows, longest answer]: what is not counted is ``IGNORE``."""
    width = max(len(tree.answers[i]) for i in chosen)
    # the mask never takes the first position, which has no logits in front of it: the prompt stands there
    ids = torch.zeros(len(chosen), 1 + width, dtype=torch.long)
    for row, i in enumerate(chosen):
        ids[row, 1 : 1 + len(tree.answers[i])] = torch.tensor(tree.answers[i])
    targets = digit_targets(ids, [1] * len(chosen), tree.tokens, digits=[tree.counted[i] for i in chosen])
    return ids[:, 1:], targets[:, 1:]


def _loss(
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    tree: AnswerTree,
    items: Sequence[StoredFeatures],
    chosen: Sequence[int],
    options: FitOptions,
    rng: np.random.Generator,
) -> Tensor:
    """Cross entropy of the counted tokens of the chosen answers."""
    shown = training.random_cells(items[0].grid, options.tokens, rng)
    embeds, positions = training.embedded(model, prompts.plain, items, shown, options.feature_noise)
    ids, targets = targets_of(tree, chosen)
    width = ids.shape[1]
    tail = positions[:, :, -1:] + 1 + torch.arange(width)
    embeds = torch.cat([embeds, model.get_input_embeddings()(ids)], dim=1)
    hidden = model.model.language_model(
        inputs_embeds=embeds, position_ids=torch.cat([positions, tail], dim=2), use_cache=False
    ).last_hidden_state
    logits = model.lm_head(hidden[:, -width - 1 : -1])
    return functional.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), ignore_index=IGNORE)
