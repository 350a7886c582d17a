"""Trains the starter on stored features: projections and language model; the trunk stays as it is.

The loss (loss.py) is the cross entropy of the label's two digits and the order of copies of one content;
copies of one content are therefore shown together. Beside it, while training only, a linear layer has to name the
defect from the state that the first digit is read from: a state that knows what is wrong judges better how bad it
is. What is kept is a moving average of the weights.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch
from torch import Tensor

from starter.clips.defects import CLEAN
from starter.fit.batches import of_one_grid, of_whole_contents
from starter.fit.features import StoredFeatures, summaries
from starter.fit.loss import (
    TwoDigits,
    digit_cross_entropy,
    expected_mos,
    label_logs,
    order_loss,
    soft_labels,
)
from starter.fit.stepper import Stepper
from xl_vqa.datasets.correlation import spearman
from xl_vqa.vlm.digit_tree import grow_tree
from xl_vqa.vlm.positions import prompt_positions
from xl_vqa.vlm.prompt import PromptTokens, build_prompt
from xl_vqa.vlm.starter_model import StarterForConditionalGeneration
from xl_vqa.vlm.starter_opinion import FirstOpinion
from xl_vqa.vlm.starter_tower import FEATURES, ClipFeatures, Placement
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.rating import LabelDistribution

SHARES: Final = {"whole": 0.4, "tiles": 0.4, "samples": 0.2}
"""Of the cells shown in training."""
WORDS = "a cat 猫 plays on the beach at sunset 夕日 slow motion robot city rain 雨 3 people dance".split()


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How the starter is trained. ``tokens``: cells of a clip shown per step, drawn anew, beside the marks."""

    epochs: int = 12
    batch: int = 14
    tokens: int = 60
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.1
    label_noise: float = 1.5
    """Spread, in labels, of a rater's answers around the label: neighbouring integers are not other opinions.
    Where more was measured, that counts."""
    order_weight: float = 1.0
    """Of the order of copies of one content, beside the cross entropy of the digits."""
    across_weight: float = 0.5
    """Of the order of copies of two contents."""
    across_gap: float = 1.0
    """By how much, in MOS, the labels of two contents' copies must differ for their order to be sure."""
    clean_weight: float = 1.5
    """Of clips without damage in the cross entropy: few are clean, and the mean of the others draws them down. The
    first opinion counts them more, and twice would draw all others up."""
    naming_weight: float = 0.3
    """Of naming the defect."""
    averaged_steps: float = 400.0
    """The weights that are kept are an exponential moving average over about so many steps; 0 keeps the last."""
    feature_noise: float = 0.3
    feature_drop: float = 0.3
    """Share of the features of pair and clip hidden per step: they also tell which content it is."""
    blind_share: float = 0.3
    """Share of steps that hide everything but the first opinion: a model that always sees the cells learns the
    pictures by heart, and trusts what it is told too little."""
    text_share: float = 0.15
    """Share of steps with a random text in the question, so that a text does not move the score."""
    finish_steps: int = 150
    """Steps at the end that show ``finish_tokens`` cells: a clip is rated from all of its cells, and a model that
    has met short rows alone loses sight of the first digit behind a long one."""
    finish_tokens: int = 700
    finish_rate: float = 2e-4
    standardise: bool = True
    """Set the tower's means and scales from the training features; not where weights are taught further, which
    know theirs."""
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is to be said of the training clips: MOS, ``owners`` (which content each shows), ``spreads`` (of the
    answers, in labels) and ``weights`` in the cross entropy."""

    mos: Sequence[float]
    owners: Sequence[str]
    spreads: Sequence[float]
    weights: Sequence[float]

    @classmethod
    def of(
        cls,
        mos: Sequence[float],
        scale: Scale,
        options: FitOptions,
        owners: Sequence[str] | None,
        defects: Sequence[str] | None,
        spreads: Sequence[float] | None,
    ) -> Lesson:
        """As ``fit`` is given them; ``spreads`` in MOS."""
        count = len(mos)
        labels_per_mos = (scale.label_max - scale.label_min) / (scale.mos_max - scale.mos_min)
        return cls(
            mos,
            [str(i) for i in range(count)] if owners is None else list(owners),
            [max(options.label_noise, labels_per_mos * spread) for spread in spreads or [0.0] * count],
            [options.clean_weight if name == CLEAN else 1.0 for name in defects or [""] * count],
        )

    def loss(self, logs: Tensor, batch: Sequence[int], scale: Scale, options: FitOptions) -> Tensor:
        """Of the two digits and of the order of copies; ``logs`` [n, labels] are of the clips in ``batch``."""
        mos, owners = [self.mos[i] for i in batch], [self.owners[i] for i in batch]
        targets = soft_labels(mos, scale, [self.spreads[i] for i in batch])
        loss = digit_cross_entropy(logs, targets, [self.weights[i] for i in batch])
        expected = expected_mos(logs, scale)
        loss = loss + options.order_weight * order_loss(expected, mos, owners)
        across = order_loss(expected, mos, owners, gap=options.across_gap, across=True)
        return loss + options.across_weight * across


class Prompts:
    """The starter's two prompts as token ids."""

    def __init__(self, tokenizer: PromptTokenizer, spec: ModelSpec) -> None:
        self.tokenizer, self.spec = tokenizer, spec
        self.plain = build_prompt(tokenizer, spec.prompt)

    def with_text(self, rng: np.random.Generator) -> PromptTokens:
        text = " ".join(rng.choice(WORDS, int(rng.integers(1, 9))))
        return build_prompt(self.tokenizer, self.spec.prompt, text)


@torch.no_grad()
def opinions_of(
    model: StarterForConditionalGeneration, items: Sequence[StoredFeatures], folds: Sequence[int] | None = None
) -> Tensor | None:
    """First opinions of ``items``, [n, OPINIONS]: all experts', or those of the expert in ``folds``; None of a
    model that forms none."""
    opinion: FirstOpinion | None = model.model.visual.opinion
    if opinion is None:
        return None
    found = []
    for start in range(0, len(items), 512):
        expert = None if folds is None else torch.tensor(folds[start : start + 512])
        found.append(opinion.eval().opinions(summaries(items[start : start + 512]), expert))
    return torch.cat(found)


def standardise(model: StarterForConditionalGeneration, items: Sequence[StoredFeatures]) -> None:
    """Sets the tower's means and scales from training features.

    A feature that hardly varies is muted, not blown up.
    """
    tower = model.model.visual
    step = max(1, len(items) // 400)
    for name in FEATURES:
        # cells are many: some of them say as much
        chosen = items[::step] if name in SHARES else items
        parts = [getattr(item, name) for item in chosen]
        values = np.concatenate(
            [np.asarray(p[::7] if name in SHARES else np.atleast_2d(p), np.float32) for p in parts]
        )
        getattr(tower, f"{name}_mean").copy_(torch.from_numpy(values.mean(0)))
        getattr(tower, f"{name}_scale").copy_(torch.from_numpy(1 / np.maximum(values.std(0), 1e-3)))


def fit(
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    train: tuple[Sequence[StoredFeatures], Sequence[float]],
    validation: tuple[Sequence[StoredFeatures], Sequence[float]],
    options: FitOptions,
    groups: Sequence[str] | None = None,
    defects: Sequence[str] | None = None,
    spreads: Sequence[float] | None = None,
    folds: Sequence[int] | None = None,
) -> list[dict[str, float]]:
    """Trains in place and leaves the averaged weights of the epoch with the best rank correlation on validation.

    ``train`` and ``validation`` are features and MOS; ``groups`` names the content of each training clip (None:
    each is its own), ``defects`` its defect (None: naming it is not trained), ``spreads`` the standard deviation,
    in MOS, of what people answer; ``folds`` the expert of the first opinion that has not seen its picture (None:
    all are asked). Returns one record per epoch.
    """
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    scale = prompts.spec.scale
    items, mos = train
    lesson = Lesson.of(mos, scale, options, groups, defects, spreads)
    owners = lesson.owners
    two = TwoDigits.of(scale)
    if options.standardise:
        standardise(model, items)
    told = opinions_of(model, items, folds)
    # the experts are taught already (fit/opinion.py), and would learn the pictures that they left out
    for parameter in () if told is None else model.model.visual.opinion.experts.parameters():
        parameter.requires_grad_(False)
    trainable = [p for p in model.parameters() if p.requires_grad]
    kept = trainable.copy()
    naming = Naming.of(model, defects) if defects is not None and options.naming_weight else None
    if naming is not None:
        trainable += naming.layer.parameters()
    steps = options.epochs * sum(1 for _ in of_whole_contents(items, owners, options.batch, rng))
    stepper = Stepper(
        trainable,
        steps,
        options.learning_rate,
        weight_decay=options.weight_decay,
        averaged_steps=options.averaged_steps,
        kept=kept,
    )
    best, best_state, history, started = -2.0, None, [], time.monotonic()
    for epoch in range(options.epochs):
        model.train()
        done = len(stepper.losses)
        for batch in of_whole_contents(items, owners, options.batch, rng):
            prompt = prompts.with_text(rng) if rng.random() < options.text_share else prompts.plain
            opinions = None if told is None else told[batch]
            logs, state = logs_of(model, prompt, [items[i] for i in batch], prompts, two, options, rng, opinions)
            loss = lesson.loss(logs, batch, scale, options)
            if naming is not None:
                loss = loss + options.naming_weight * naming.loss(state, batch)
            stepper.take(loss)
        mean = float(np.mean(stepper.losses[done:]))
        spent = time.monotonic() - started
        left = f"{spent / (epoch + 1) * (options.epochs - epoch - 1) / 60:.1f} min left"
        if epoch + 1 < options.epochs / 2:
            # far from the best yet, and rating every cell of every clip takes as long as half an epoch
            history.append({"epoch": epoch + 1, "loss": mean})
            print(f"epoch {epoch + 1}/{options.epochs} loss {mean:.3f}, {left}", flush=True)
            continue
        with stepper.average:
            predicted = [d.expectation() for d in predict(model, prompts, validation[0])]
            state_now = {k: v.clone() for k, v in model.state_dict().items()}
        rank = spearman(np.asarray(predicted), np.asarray(validation[1])) or 0.0
        errors = [scale.to_mos(p) - m for p, m in zip(predicted, validation[1], strict=True)]
        error = float(np.sqrt(np.mean(np.square(errors))))
        history.append({"epoch": epoch + 1, "loss": mean, "validation_srcc": rank, "validation_rmse": error})
        agreement = f"validation SRCC {rank:.3f} RMSE {error:.3f}"
        print(f"epoch {epoch + 1}/{options.epochs} loss {mean:.3f} {agreement}, {left}", flush=True)
        if rank > best:
            best, best_state = rank, state_now
    if best_state is not None:
        model.load_state_dict(best_state)
    if options.finish_steps:
        finish(model, prompts, items, lesson, options, told)
    model.train(False)
    return history


def finish(
    model: StarterForConditionalGeneration,
    prompts: Prompts,
    items: Sequence[StoredFeatures],
    lesson: Lesson,
    options: FitOptions,
    told: Tensor | None = None,
) -> None:
    """The steps at the end, with rows nearly as long as those of rating; see ``FitOptions.finish_steps``."""
    rng = np.random.default_rng((options.seed, 1))
    two, scale = TwoDigits.of(prompts.spec.scale), prompts.spec.scale
    trainable = [p for p in model.parameters() if p.requires_grad]
    longer = replace(options, tokens=options.finish_tokens)
    steps = options.finish_steps
    stepper = Stepper(
        trainable,
        steps,
        options.finish_rate,
        weight_decay=options.weight_decay,
        averaged_steps=steps / 4,
        warm=steps // 10,
    )

    def loss_of(batch: list[int]) -> Tensor:
        opinions = None if told is None else told[batch]
        shown = [items[i] for i in batch]
        logs, _ = logs_of(model, prompts.plain, shown, prompts, two, longer, rng, opinions)
        return lesson.loss(logs, batch, scale, options)

    model.train()
    stepper.run("long rows", lambda: of_whole_contents(items, lesson.owners, options.batch, rng), loss_of)


@dataclass(frozen=True, slots=True)
class Naming:
    """The layer that names the defect, and the number of each clip's."""

    layer: torch.nn.Linear
    numbers: Tensor

    @classmethod
    def of(cls, model: StarterForConditionalGeneration, defects: Sequence[str]) -> Naming:
        names = {name: number for number, name in enumerate(sorted(set(defects)))}
        width = int(model.config.get_text_config().hidden_size)
        return cls(torch.nn.Linear(width, len(names)), torch.tensor([names[name] for name in defects]))

    def loss(self, state: Tensor, clips: Sequence[int]) -> Tensor:
        """Mean cross entropy; ``state`` [n, width]."""
        return torch.nn.functional.cross_entropy(self.layer(state), self.numbers[list(clips)])


@torch.inference_mode()
def predict(
    model: StarterForConditionalGeneration, prompts: Prompts, items: Sequence[StoredFeatures], *, batch: int = 8
) -> list[LabelDistribution]:
    """The exact label distribution of every item, all cells shown, in the same order."""
    model.train(False)
    scale = prompts.spec.scale
    results: dict[int, LabelDistribution] = {}
    order = sorted(range(len(items)), key=lambda i: items[i].grid)
    for group in of_one_grid(order, items, batch):
        embeds, positions = embedded(model, prompts.plain, [items[i] for i in group])
        mask = torch.ones(embeds.shape[:2], dtype=torch.long)
        inputs = {"inputs_embeds": embeds, "position_ids": positions, "attention_mask": mask}
        grown = grow_tree(model, inputs, scale, prompts.tokenizer.digits)
        results.update({i: one.distribution(scale) for i, one in zip(group, grown, strict=True)})
    return [results[i] for i in range(len(items))]


def logs_of(
    model: StarterForConditionalGeneration,
    prompt: PromptTokens,
    items: Sequence[StoredFeatures],
    prompts: Prompts,
    two: TwoDigits,
    options: FitOptions,
    rng: np.random.Generator,
    opinions: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Log-probability of every label, [n, labels], from some cells drawn at random; the last state [n, width]."""
    placement = random_cells(items[0].grid, options.tokens, rng)
    blind = opinions is not None and rng.random() < options.blind_share
    hidden = options.feature_noise, 1.0 if blind else options.feature_drop
    embeds, positions = embedded(model, prompt, items, placement, *hidden, opinions=opinions)
    return label_logs(model, embeds, positions, two, prompts.tokenizer.digits)


def random_cells(grid: tuple[int, int, int], tokens: int, rng: np.random.Generator) -> Placement:
    """About ``tokens`` cells of a grid, of each kind its share (all, where there are fewer), and the marks."""

    def choose(count: int, kind: str) -> Tensor:
        wanted = min(count, max(1, round(tokens * SHARES[kind])))
        return torch.from_numpy(np.sort(rng.choice(count, wanted, replace=False)))

    return Placement.of(grid, choose)


def embedded(
    model: StarterForConditionalGeneration,
    prompt: PromptTokens,
    items: Sequence[StoredFeatures],
    placement: Placement | None = None,
    noise: float = 0.0,
    drop: float = 0.0,
    *,
    opinions: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Embeddings [n, length, width] and positions [3, n, length] of prompts around videos of one grid.

    ``noise`` is in standard deviations; ``drop`` is the share of pair and clip features set to their mean (1: of
    cells too);
    ``opinions`` [n, OPINIONS]: what is told of them (None: what all experts say).
    """
    grid, count = items[0].grid, len(items)
    first, total = len(prompt.before), grid[0] * grid[1] * grid[2] // 4
    shown = Placement.of(grid) if placement is None else placement
    tower = model.model.visual
    parts = {}
    for name in FEATURES:
        chosen = getattr(shown, name).numpy() if name in SHARES else slice(None)
        values = torch.from_numpy(np.stack([getattr(item, name)[chosen] for item in items])).float()
        if noise:
            values = values + torch.randn_like(values) * noise / getattr(tower, f"{name}_scale")
        if drop == 1:
            values = getattr(tower, f"{name}_mean").expand_as(values)
        elif drop and name not in SHARES:
            values = torch.where(torch.rand(values.shape[-1]) < drop, getattr(tower, f"{name}_mean"), values)
        parts[name] = values
    if opinions is None:
        opinions = opinions_of(model, items)
    video = tower.project_batch(ClipFeatures(**parts), shown, opinions)
    positions = prompt_positions(first, grid, len(prompt.after), tokens_per_second=0.0, seconds_per_pair=0.0)
    kept = [torch.arange(first), first + shown.shown, torch.arange(first + total, positions.shape[1])]
    positions = positions[:, torch.cat(kept)]
    embed = model.get_input_embeddings()
    before = embed(torch.tensor(prompt.before)).expand(count, -1, -1)
    after = embed(torch.tensor(prompt.after)).expand(count, -1, -1)
    return torch.cat([before, video, after], dim=1), positions[:, None].expand(-1, count, -1)
