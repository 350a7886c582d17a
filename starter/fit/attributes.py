"""Teaches a finished starter its attributes: small weights that only these questions use, beside a frozen model.

Every clip is read by the model as it is, which gives the cache of its video; the questions then branch from it as
they do in the product (vlm/answers.py), and what is trained are the LoRA pairs that are switched on for them, for
each question its own (vlm/question_weights.py). Nothing of the overall score moves. The loss is that of the score
(the two digits of the label, against a rater's spread), for every question of every clip, and the order of the
attributes within a clip: what suffers more has to get the lower label, for that is what names a defect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from starter.clips import attributes
from starter.fit.batches import of_whole_contents
from starter.fit.features import StoredFeatures
from starter.fit.loss import TwoDigits, soft_labels
from starter.fit.spec import PROMPT
from starter.fit.stepper import Stepper
from starter.fit.training import Prompts, embedded, opinions_of, random_cells
from xl_vqa.vlm.answers import Stem
from xl_vqa.vlm.attribute_opinion import OpinionShare, curve_of
from xl_vqa.vlm.digit_tree import grow_branches
from xl_vqa.vlm.question_weights import QuestionWeights
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration
from xl_vqa.vlm.starter_tower import Placement
from xl_vqa.words.attributes import KNOWN, AttributeQuestion
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.rating import LabelDistribution

SHARES: Final = tuple(step / 20 for step in range(20))
"""Of the first opinion; never all of it, or a label far from it would be impossible."""
SPREADS: Final = (0.1, 0.15, 0.2, 0.3, 0.4, 0.6)
"""Of the first opinion, in MOS."""
LEAST: Final = 1e-9
CLEARLY_WRONG: Final = 2.4
"""MOS that an attribute suffers in a clip whose fault has to be named."""
QUESTIONS: Final = tuple(
    AttributeQuestion(one.key, PROMPT.question, needs_motion=one.needs_motion) for one in KNOWN
)
"""In the words of the score's own question, which the model reads best and has read already: what makes an
attribute of each are the weights of its own, on its last token and its answer."""


@dataclass(frozen=True, slots=True)
class AttributeOptions:
    """How the attributes are trained. ``tokens``: cells of a clip shown per step, drawn anew, beside the marks."""

    rank: int = 4
    steps: int = 500
    batch: int = 14
    tokens: int = 60
    learning_rate: float = 3e-3
    weight_decay: float = 0.01
    label_noise: float = 1.5
    suffering_weight: float = 4.0
    """Of a question about what suffers, beside 1 of the others: in most clips seven of eight do not."""
    order_weight: float = 1.0
    feature_noise: float = 0.2
    feature_drop: float = 0.2
    averaged_steps: float = 100.0
    seed: int = 7


def teach(
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    items: Sequence[StoredFeatures],
    seen: Sequence[Mapping[str, float]],
    owners: Sequence[str],
    options: AttributeOptions,
    start: QuestionWeights | None = None,
    folds: Sequence[int] | None = None,
) -> QuestionWeights:
    """Weights for ``QUESTIONS``, new ones or ``start`` taught further.

    ``seen``: of each clip what is wrong with it (clips/attributes.py); ``owners`` names its content; ``folds`` as
    of training.fit.
    """
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    model.train(False).requires_grad_(False)
    scale = prompts.spec.scale
    two = TwoDigits.of(scale)
    targets = torch.tensor([[attributes.asked_mos(one)[q.name] for q in QUESTIONS] for one in seen])
    told = opinions_of(model, items, folds)
    weights = start or QuestionWeights.fresh(model, len(QUESTIONS), options.rank)
    trained = [one.requires_grad_() for one in weights.tensors]
    stepper = Stepper(
        trained,
        options.steps,
        options.learning_rate,
        weight_decay=options.weight_decay,
        averaged_steps=options.averaged_steps,
    )

    def loss_of(batch: list[int]) -> Tensor:
        placement = random_cells(items[batch[0]].grid, options.tokens, rng)
        opinions = None if told is None else told[batch]
        shown = [items[i] for i in batch]
        logs = label_logs(model, weights, prompts, shown, two, placement, options, opinions)
        return attribute_loss(logs, targets[batch], scale, options)

    stepper.run("attributes", lambda: of_whole_contents(items, owners, options.batch, rng), loss_of)
    return weights


def label_logs(
    model: StarterForConditionalGeneration,
    weights: QuestionWeights,
    prompts: Prompts,
    items: Sequence[StoredFeatures],
    two: TwoDigits,
    placement: Placement,
    options: AttributeOptions,
    opinions: Tensor | None = None,
) -> Tensor:
    """Log-probability of every label of every question over the WHOLE vocabulary, [n, questions, labels], with
    gradients for ``weights`` alone."""
    digits = prompts.tokenizer.digits
    with torch.no_grad():
        stem, shared = read(model, prompts, items, placement, options, opinions)
    logits = stem.questions(
        [prompts.plain.after[-1:]] * len(QUESTIONS),
        [shared] * len(items),
        [(digits[first],) for first in two.firsts],
        weights,
    )
    logs = logits.float().log_softmax(-1)[..., list(digits)]
    first = logs[:, :, 0][..., list(two.firsts)]
    return first[..., two.place] + logs[:, :, 1:][:, :, two.place, two.second]


def read(
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    items: Sequence[StoredFeatures],
    placement: Placement | None = None,
    options: AttributeOptions | None = None,
    opinions: Tensor | None = None,
) -> tuple[Stem, int]:
    """One reading of videos of one grid, and how many tokens of it every question shares: all but the last."""
    noise = (options.feature_noise, options.feature_drop) if options else (0.0, 0.0)
    embeds, positions = embedded(model, prompts.plain, items, placement, *noise, opinions=opinions)
    mask = torch.ones(embeds.shape[:2], dtype=torch.long)
    stem = Stem.read(model, {"inputs_embeds": embeds, "position_ids": positions, "attention_mask": mask})
    return stem, embeds.shape[1] - 1


def attribute_loss(logs: Tensor, targets: Tensor, scale: Scale, options: AttributeOptions) -> Tensor:
    """``logs`` [n, questions, labels], ``targets`` [n, questions] in MOS."""
    flat = soft_labels(targets.flatten().tolist(), scale, options.label_noise).view_as(logs)
    suffers = targets < scale.mos_max - 0.1
    weight = 1 + (options.suffering_weight - 1) * suffers.float()
    digits = -(flat * logs).sum(-1) / 2
    loss = (weight * digits).sum() / weight.sum()
    expected = logs.softmax(-1) @ torch.tensor([scale.to_mos(label) for label in scale.labels])
    worse = targets[:, :, None] + 0.75 <= targets[:, None]
    if not bool(worse.any()):
        return loss
    distance = (expected[:, None] - expected[:, :, None])[worse]
    return loss + options.order_weight * torch.nn.functional.softplus(-4.0 * distance).mean()


@torch.inference_mode()
def predict(
    model: StarterForConditionalGeneration,
    weights: QuestionWeights,
    prompts: Prompts,
    items: Sequence[StoredFeatures],
) -> list[dict[str, LabelDistribution]]:
    """The distribution of every attribute of every clip, all cells shown, by the product's own branches, with the
    first opinion as ``weights`` say."""
    scale, digits = prompts.spec.scale, prompts.tokenizer.digits
    questions = [prompts.plain.after[-1:]] * len(QUESTIONS)
    found = []
    for item in items:
        stem, shared = read(model, prompts, [item])
        (answers,) = grow_branches(stem, questions, [shared], scale, digits, weights)
        found.append({one.name: a.distribution(scale) for one, a in zip(QUESTIONS, answers, strict=True)})
    opinions = opinions_of(model, items)
    if weights.opinion is None or opinions is None:
        return found
    return [weights.opinion.all_mixed(one, said[1:].tolist()) for one, said in zip(found, opinions, strict=True)]


@torch.inference_mode()
def with_opinion(
    model: StarterForConditionalGeneration,
    weights: QuestionWeights,
    prompts: Prompts,
    items: Sequence[StoredFeatures],
    seen: Sequence[Mapping[str, float]],
) -> QuestionWeights:
    """``weights`` with the share of the first opinion that is right for clips that neither was taught on.

    ``seen`` as of ``teach``. Of a model without a first opinion as they are.
    """
    opinions = opinions_of(model, items)
    if opinions is None:
        return weights
    alone = replace(weights, opinion=None)
    answers = predict(model, alone, prompts, items)
    return replace(alone, opinion=chosen_share(answers, opinions[:, 1:].tolist(), seen, AttributeOptions()))


def chosen_share(
    answers: Sequence[Mapping[str, LabelDistribution]],
    opinions: Sequence[Sequence[float]],
    seen: Sequence[Mapping[str, float]],
    options: AttributeOptions,
) -> OpinionShare:
    """The share that names most of the clips with something clearly wrong rightly, the least of such, and the
    spread that costs least with it by the loss that the weights are taught with.

    Per clip ``answers`` are the language model's, ``opinions`` are in MOS and in the order of ``QUESTIONS``;
    ``seen`` as of ``teach``.
    """
    scale = next(iter(answers[0].values())).scale
    targets = torch.tensor([[attributes.asked_mos(one)[q.name] for q in QUESTIONS] for one in seen])
    told = [[one[q.name] for q in QUESTIONS] for one in answers]
    own = torch.tensor([[one.probabilities for one in row] for row in told])
    expected, said = own @ torch.tensor([scale.to_mos(label) for label in scale.labels]), torch.tensor(opinions)
    wrong = targets.amin(1) <= scale.mos_max - CLEARLY_WRONG
    worst = targets == targets.amin(1, keepdim=True)

    def named(share: float) -> int:
        lowest = ((1 - share) * expected + share * said).argmin(1, keepdim=True)
        return int(worst.gather(1, lowest)[wrong].sum())

    share = max(SHARES, key=named)

    def loss(spread: float) -> float:
        curves = [
            [curve_of(one, mos, spread) for one, mos in zip(row, given, strict=True)]
            for row, given in zip(told, opinions, strict=True)
        ]
        mixed = (1 - share) * own + share * torch.tensor(curves)
        return float(attribute_loss(mixed.clamp_min(LEAST).log(), targets, scale, options))

    return OpinionShare(share, min(SPREADS, key=loss))


def save(folder: Path, weights: QuestionWeights) -> None:
    """Into the folder of the starter that they were trained for, whose xl_vqa.json then names the questions."""
    spec = ModelSpec.load(folder)
    assert spec is not None, "a starter has an xl_vqa.json"
    replace(spec, attributes=QUESTIONS, attribute_weights=weights.save(folder)).save(folder)
