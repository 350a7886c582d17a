"""Teaches the starter's first opinion (xl_vqa/vlm/starter_opinion.py) on the pooled features of every clip.

Every expert leaves out another part of the pictures, so that there is one for each clip that has not seen its
picture: what the language model is then taught beside is as right, and as wrong, as what it will be told of a new
video.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

import torch
from torch import Tensor, nn

from starter.clips import attributes, contents
from starter.clips.clips import Clip
from starter.clips.defects import CLEAN
from starter.fit.features import StoredFeatures, summaries
from xl_vqa.vlm.starter_opinion import FOLDS, HIGHEST, LOWEST, PARTS, Expert, FirstOpinion
from xl_vqa.words.attributes import KNOWN


@dataclass(frozen=True, slots=True)
class OpinionOptions:
    """How the experts are taught. ``clean_weight`` and ``old_weight`` count clean clips, and those of neither
    people's defects nor what is done on purpose, so many times; ``attribute_weight`` is that of the attributes
    beside MOS."""

    epochs: int = 80
    batch: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 0.01
    clean_weight: float = 4.0
    old_weight: float = 1.5
    attribute_weight: float = 0.3
    dropout: tuple[float, ...] = (0.1, 0.2, 0.3)
    """Of the first experts, one for each part of the pictures, of the next ones, and so on: they miss different
    things, and their mean less than any."""
    whitened: float = 0.0
    """0: components as wide as the features make them; 1: all alike."""
    examples: int = 6000
    """Clips at most that the components are found on."""
    seed: int = 7


def fold_of(group: str) -> int:
    """The part of the pictures that ``group`` belongs to: experts that must not see it, and whose opinion of it is
    told in training."""
    return int.from_bytes(blake2b(group.encode(), digest_size=4).digest(), "big") % FOLDS


def teach(
    opinion: FirstOpinion, items: Sequence[StoredFeatures], clips: Sequence[Clip], options: OpinionOptions
) -> None:
    """Standardisation, components and experts, in place; how it is told to the tokens stays as it is."""
    torch.manual_seed(options.seed)
    seen = summaries(items)
    _components(opinion, seen, options)
    with torch.no_grad():
        parts = torch.cat([opinion.parts(seen[start : start + 512]) for start in range(0, len(seen), 512)])
    wanted = torch.tensor([_wanted(clip) for clip in clips])
    weights = torch.tensor([_weight(clip, options) for clip in clips])
    folds = torch.tensor([fold_of(clip.group) for clip in clips])
    count, started = len(opinion.experts), time.monotonic()
    for number, expert in enumerate(opinion.experts):
        _set_dropout(cast(Expert, expert), options.dropout[number // FOLDS % len(options.dropout)])
        own = folds != number % FOLDS
        error = _teach_one(cast(Expert, expert), parts, wanted, weights, torch.nonzero(own)[:, 0], options)
        with torch.no_grad():
            unseen = expert(parts[~own])[:, 0] - wanted[~own][:, 0]
        left = (time.monotonic() - started) / (number + 1) * (count - 1 - number) / 60
        print(
            f"expert {number + 1}/{count}: RMSE {error:.3f} MOS, on pictures left out "
            f"{float(unseen.square().mean().sqrt()):.3f}, {left:.1f} min left",
            flush=True,
        )


@torch.no_grad()
def _components(opinion: FirstOpinion, seen: Tensor, options: OpinionOptions) -> None:
    opinion.summary_mean.copy_(seen.mean(0))
    opinion.summary_scale.copy_(1 / seen.std(0, correction=0).clamp_min(1e-3))
    some = seen[torch.randperm(len(seen))[: options.examples]]
    ready = opinion.standardised(some)
    _, sizes, directions = torch.svd_lowrank(ready, q=min(PARTS + 16, *ready.shape), niter=3)
    sizes, directions = sizes[:PARTS] / len(some) ** 0.5, directions[:, :PARTS]
    # as wide as three deviations, the widest of them; the narrow ones less narrow than they are
    widths = (sizes / sizes[0]) ** (1 - options.whitened) * 3 / sizes.clamp_min(1e-6)
    opinion.components.zero_()
    opinion.components[: len(sizes)].copy_((directions * widths).T)


def _wanted(clip: Clip) -> list[float]:
    asked = attributes.asked_mos(clip.attributes)
    return [clip.mos, *(asked[one.key] for one in KNOWN)]


def _weight(clip: Clip, options: OpinionOptions) -> float:
    older = options.old_weight if contents.is_older(clip.content) else 1.0
    return (options.clean_weight if clip.defect == CLEAN else 1.0) * older


def _set_dropout(expert: Expert, share: float) -> None:
    for layer in expert:
        if isinstance(layer, nn.Dropout):
            layer.p = share


def _teach_one(
    expert: Expert,
    parts: Tensor,
    wanted: Tensor,
    weights: Tensor,
    shown: Tensor,
    options: OpinionOptions,
) -> float:
    """The RMSE in MOS on what was ``shown``."""
    last: Any = expert[-1]
    with torch.no_grad():
        last.bias.fill_((LOWEST + HIGHEST) / 2)
    optimizer = torch.optim.AdamW(expert.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay)
    batches = max(1, len(shown) // options.batch)
    steps = options.epochs * batches
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.learning_rate, total_steps=steps + 1)
    importance = torch.tensor([1.0, *[options.attribute_weight / len(KNOWN)] * len(KNOWN)])
    expert.train()
    for _ in range(options.epochs):
        for batch in shown[torch.randperm(len(shown))].chunk(batches):
            missed = (expert(parts[batch]) - wanted[batch]).square() @ importance
            loss = (weights[batch] * missed).mean()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    expert.eval()
    with torch.no_grad():
        return float((expert(parts[shown])[:, 0] - wanted[shown][:, 0]).square().mean().sqrt())
