"""The last stage: what the starter says of a clip that it sees becomes what it says from the first opinion alone.

In training some steps hide everything but the opinion (``FitOptions.blind_share``). What the model then says holds
better on new pictures than what it says with every cell in view, for by its cells it knows the pictures of the
lesson. So a copy that sees nothing but the opinion tells the distribution, and the model learns to give the same
with the cells in view. No label is shown, so there is nothing to learn by heart. What it sees stays in its states,
which attributes and familiarity read.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor

from starter.fit.batches import shuffled
from starter.fit.features import StoredFeatures
from starter.fit.loss import TwoDigits
from starter.fit.stepper import Stepper
from starter.fit.training import FitOptions, Prompts, logs_of, opinions_of
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration

ALWAYS: Final = 1.1
"""A share of steps that no random number reaches."""


@dataclass(frozen=True, slots=True)
class TrustOptions:
    """``steps`` show few cells, ``finish_steps`` as many as training's last ones do (``FitOptions``)."""

    steps: int = 350
    finish_steps: int = 100
    learning_rate: float = 6e-4
    blind_share: float = 0.15
    """Of steps in which the model sees no more than the copy, so that what is copied stays."""
    seed: int = 5


def trust(
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    items: Sequence[StoredFeatures],
    folds: Sequence[int],
    options: TrustOptions,
    fitted: FitOptions,
) -> list[float]:
    """Teaches in place; ``items`` and ``folds`` as of training.fit. Returns the divergence of every step.

    What is told of a clip is, by turns, what experts think that have not seen its picture, and what all do, as in
    use. Of a model without a first opinion nothing changes.
    """
    without, every = opinions_of(model, items, folds), opinions_of(model, items)
    if without is None or every is None:
        return []
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    blind = copy.deepcopy(model).train(False).requires_grad_(False)
    model.model.visual.opinion.experts.requires_grad_(False)
    trained = [p for p in model.parameters() if p.requires_grad]
    few = replace(fitted, blind_share=options.blind_share)
    many = replace(few, tokens=fitted.finish_tokens)
    hidden = replace(fitted, blind_share=ALWAYS)
    found: list[float] = []
    for stage, steps, rate in (
        (few, options.steps, options.learning_rate),
        (many, options.finish_steps, options.learning_rate / 3),
    ):
        if not steps:
            continue
        stepper = Stepper(trained, steps, rate, weight_decay=0.0, averaged_steps=steps / 4, warm=20)

        def loss_of(batch: list[int], stage: FitOptions = stage) -> Tensor:
            told = (without if rng.random() < 0.5 else every)[batch]
            return _divergence(model, blind, prompts, [items[i] for i in batch], told, stage, hidden, rng)

        model.train()
        found += stepper.run("trust", lambda: shuffled(items, fitted.batch, rng), loss_of)
    model.train(False)
    return found


def _divergence(
    model: StarterForConditionalGeneration,
    blind: StarterForConditionalGeneration,
    prompts: Prompts,
    items: Sequence[StoredFeatures],
    told: Tensor,
    options: FitOptions,
    hidden: FitOptions,
    rng: np.random.Generator,
) -> Tensor:
    """Kullback and Leibler's, of what ``model`` says of some cells from what ``blind`` says without any; mean."""
    two = TwoDigits.of(prompts.spec.scale)
    prompt = prompts.with_text(rng) if rng.random() < options.text_share else prompts.plain
    with torch.no_grad():
        wanted, _ = logs_of(blind, prompts.plain, items, prompts, two, hidden, np.random.default_rng(0), told)
    logs, _ = logs_of(model, prompt, items, prompts, two, options, rng, told)
    masses = wanted.softmax(1)
    return (masses * (masses.clamp_min(1e-9).log() - logs)).sum(1).mean()
