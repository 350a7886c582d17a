"""Trains the starter from several seeds beside each other, on stored features, and keeps the best by validation.

Two runs of one thread each finish sooner than one after the other with two threads, and more than one seed tells
what of a figure is luck. The test is never looked at for the choice.
"""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch

from starter.card import evaluation, report
from starter.clips import contents
from starter.fit.blend import mean_of
from starter.fit.new_model import new_model
from starter.fit.opinion import OpinionOptions, fold_of, teach
from starter.fit.training import FitOptions, fit
from starter.fit.trust import TrustOptions, trust
from starter.pictures import sources
from xl_vqa.training import cache
from xl_vqa.words.model_spec import ModelSpec

RECORD: Final = "seed.json"
FEW: Final = 1 / 3
"""See ``lesson_of``."""
SHOWN: Final = ("srcc", "plcc", "rmse", "clean_above", "clean_above_severe")


@dataclass(frozen=True, slots=True)
class Task:
    """One seed's training. ``folder`` receives the model; ``per_content`` is the plan's; ``start`` is the
    folder of a starter that is taught further, None: from nothing; ``keep`` the share of its weights in the mean
    that is saved.
    """

    work: Path
    folder: Path
    spec: ModelSpec
    options: FitOptions
    per_content: int
    threads: int
    start: Path | None = None
    keep: float = 0.0
    trusting: TrustOptions | None = None


def train_seeds(
    work: Path,
    spec: ModelSpec,
    options: FitOptions,
    seeds: Sequence[int],
    *,
    per_content: int,
    workers: int,
    start: Path | None = None,
    keep: float = 0.0,
    trusting: TrustOptions | None = None,
) -> list[dict[str, Any]]:
    """One record per seed: "seed", "folder" of its model, "history", "validation_srcc" and figures of the held-out
    splits, the best by validation first.
    """
    at_once = max(1, min(workers, len(seeds)))
    tasks = [
        Task(
            work,
            work / "seeds" / str(seed),
            spec,
            replace(options, seed=seed),
            per_content,
            max(1, workers // at_once),
            start,
            keep,
            trusting,
        )
        for seed in seeds
    ]
    if at_once == 1:
        records = [train_one(task) for task in tasks]
    else:
        with multiprocessing.get_context("spawn").Pool(at_once) as pool:
            records = pool.map(train_one, tasks, chunksize=1)
    return sorted(records, key=lambda record: -float(record["validation_srcc"]))


def lesson_of(train: Sequence[evaluation.Pair]) -> tuple[list[evaluation.Pair], list[str]]:
    """What an epoch shows of ``train``, and whose copies belong together.

    Clips of neither what people were asked about nor what is done on purpose hold most defects of time; where they
    are less than ``FEW`` of the lesson they are shown twice, the second time as contents of their own.
    """
    old = [pair for pair in train if contents.is_older(pair[0].content)]
    again = old if len(old) < FEW * len(train) else []
    owners = [clip.content for clip, _ in train] + [f"{clip.content} again" for clip, _ in again]
    return [*train, *again], owners


def train_one(task: Task) -> dict[str, Any]:
    """Trains and saves one model; see ``train_seeds`` for the record, which lies beside it as well."""
    torch.set_num_threads(task.threads)
    pairs = evaluation.stored_pairs(task.work, task.spec, task.per_content)
    train, validation = ([pair for pair in pairs if pair[0].split == split] for split in ("train", "validation"))
    model, prompts, tokenizer = new_model(task.spec, sources.backbone_path(task.work), task.options.seed)
    options, old, opinion = task.options, None, model.model.visual.opinion
    formed = False
    if task.start is not None:
        state = evaluation.load(task.start)[0].state_dict()
        formed = any(".opinion." in name for name in state)
        # the experts are taught anew, and may be more than there were
        experts = {name: value for name, value in model.state_dict().items() if ".opinion.experts." in name}
        kept = {name: value for name, value in state.items() if ".opinion.experts." not in name}
        model.load_state_dict({**kept, **experts}, strict=formed)
        options = replace(options, standardise=False)
    if not formed:
        # told nothing yet, so that weights of before stay as good as they are
        torch.nn.init.zeros_(opinion.told.weight)
    teach(opinion, [item for _, item in train], [clip for clip, _ in train], OpinionOptions(seed=options.seed))
    if task.start is not None:
        old = {name: value.clone() for name, value in model.state_dict().items()}
    train, owners = lesson_of(train)
    history = fit(
        model,
        prompts,
        ([item for _, item in train], [clip.mos for clip, _ in train]),
        ([item for _, item in validation], [clip.mos for clip, _ in validation]),
        options,
        owners,
        [clip.defect for clip, _ in train],
        [clip.spread for clip, _ in train],
        [fold_of(clip.group) for clip, _ in train],
    )
    if old is not None and task.keep:
        model.load_state_dict(mean_of([old, model.state_dict()], [task.keep, 1 - task.keep]))
    if task.trusting is not None:
        folds = [fold_of(clip.group) for clip, _ in train]
        trust(model, prompts, [item for _, item in train], folds, task.trusting, options)
    rated = evaluation.rate(model, prompts, pairs)
    record: dict[str, Any] = {"seed": task.options.seed, "folder": str(task.folder), "history": history}
    record["validation_srcc"] = max(epoch.get("validation_srcc", -1.0) for epoch in history)
    for split in evaluation.HELD_OUT:
        if split in rated:
            whole = report.evaluate(*rated[split])
            record[split] = {key: whole[key] for key in SHOWN if key in whole}
    shutil.rmtree(task.folder, ignore_errors=True)
    model.save_pretrained(task.folder)
    tokenizer.save_pretrained(task.folder)
    task.spec.save(task.folder)
    cache.write_json(task.folder / RECORD, record)
    return record
