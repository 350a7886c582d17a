"""Fine-tunes a Qwen2.5-VL (or the starter) by a recipe: transformers' Trainer, peft's LoRA, our target mask.

The unfinished run lies in ``OUTPUT.run``: checkpoints, the best weights so far, the history of validation.
Only a finished run becomes ``OUTPUT``, in one rename, so a folder that is there is whole.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, PrinterCallback, Trainer, TrainingArguments, set_seed

from xl_vqa.datasets.manifest import ManifestRow
from xl_vqa.training.cache import read_json
from xl_vqa.training.divergence import DivergenceGuard
from xl_vqa.training.errors import TrainingDataError, TrainingError, TrainingMemoryError
from xl_vqa.training.examples import Collator, Example, Examples, attribute_prompt
from xl_vqa.training.familiar import learn_familiarity
from xl_vqa.training.fine_tune_callbacks import History, OnEpoch, ProgressCallback, ValidationCallback, agreement
from xl_vqa.training.fine_tune_output import write_output
from xl_vqa.training.frame_cache import FrameCache, StoredClip
from xl_vqa.training.losses import make_loss
from xl_vqa.training.memory_estimate import MemoryEstimate, estimate, four_bit_weights, less_memory
from xl_vqa.training.read_answers import read_answers
from xl_vqa.training.recipe import Recipe
from xl_vqa.training.recipe_check import Plan, begin_run, check_recipe, unreadable_videos
from xl_vqa.training.trainable import Trainable, make_trainable, weights_dtype
from xl_vqa.vlm.answers import AnswerTree
from xl_vqa.vlm.backbone import Backbone, load_backbone, load_shapes
from xl_vqa.vlm.device import choose_device, free_bytes, is_out_of_memory
from xl_vqa.vlm.memory import available_bytes
from xl_vqa.vlm.transformers_bars import without_bars
from xl_vqa.words.errors import OutputNotWritableError, VideoError, XlVqaError
from xl_vqa.words.reasons import Reason, because, why_unwritten

OnProgress = Callable[[str, int, int], None]
"""Told the stage (``videos``, ``steps``, ``validation``, ``familiarity``), how much of it is done, and how much
there is."""

SHARED_S: Final = 60.0
"""A network drive may show a folder that another machine made this late."""
_DISK_WORDS: Final = (
    "PytorchStreamWriter",
    "inline_container",
    "No space left",
    "File too large",
    "unexpected pos",
)


@dataclass(frozen=True, slots=True)
class FineTuned:
    """A finished run."""

    folder: Path
    metrics: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Parts:
    """The videos that can be read, by split, and what could not be."""

    rows: dict[str, list[ManifestRow]]
    clips: dict[str, list[StoredClip]]
    skipped: list[tuple[str, str]]
    attributes: list[dict[str, list[tuple[ManifestRow, StoredClip]]]]
    """Of each attribute of the plan, by split."""


def fine_tune(
    recipe: Recipe,
    *,
    resume: bool = False,
    on_progress: OnProgress | None = None,
    on_epoch: OnEpoch | None = None,
) -> FineTuned:
    """Runs a recipe to the end. Under torchrun, every process calls this and the first one writes.

    ``on_progress`` is told of videos, steps and validation, ``on_epoch`` of every epoch's loss and validation.

    Raises RecipeError, TrainingDataError, TrainingVideosError, TrainingMemoryError before the first step, and
    TrainingDivergedError at the step whose loss is no number; errors of the disk or the model later leave a run
    that ``resume`` goes on with.
    """
    report = on_progress or (lambda stage, done, total: None)
    # the first process makes the folder of the run, perhaps before another one looks for it
    plan = check_recipe(recipe, resume=resume, writes=os.environ.get("RANK", "0") == "0")
    device = _device(recipe)
    dtype = weights_dtype(recipe, device, plan.base)
    arguments = _arguments(plan, device, dtype)
    first = arguments.process_index == 0
    # videos are decoded by the first process; the others then find them in the cache
    with arguments.main_process_first(desc="videos"):
        parts = _read_videos(plan, report if first else (lambda stage, done, total: None))
    set_seed(recipe.seed)
    few_bits = None if recipe.quantization == "none" else recipe.quantization
    backbone = load_backbone(plan.base, device=device, dtype=dtype, few_bits=few_bits)
    hub_tokenizer: Any = AutoTokenizer.from_pretrained(plan.base, local_files_only=True)
    group = recipe.batch_size * recipe.accumulate * arguments.world_size
    examples = _examples(plan, backbone, parts, group)
    trainable = make_trainable(backbone.model, recipe)
    _check_memory(plan, backbone, trainable, examples, device, dtype)
    if first:
        # nothing to resume before this: what was wrong until here leaves no trace
        begin_run(plan)
    arguments.distributed_state.wait_for_everyone()
    all_see(plan.run_folder)
    history = History(plan.run_folder, writes=first)
    guard = DivergenceGuard(recipe, dtype, plan.run_folder)
    validation = ValidationCallback(
        plan,
        backbone,
        parts.clips["val"],
        parts.rows["val"],
        trainable,
        history,
        guard.take_mean_loss,
        on_epoch,
    )
    loss = make_loss(recipe.loss, plan.scheme, backbone.tokens, hub_tokenizer)
    trainer = Trainer(
        model=trainable.model,
        args=arguments,
        train_dataset=examples,
        data_collator=Collator.of(backbone, plan.spec),
        compute_loss_func=guard.watch(loss),
        callbacks=[guard, ProgressCallback(report if first else None), validation, *_curves(plan)],
    )
    # its lines belong to a log, not between the lines of a progress bar
    trainer.remove_callback(PrinterCallback)
    checkpoint = _last_checkpoint(plan.run_folder) if resume else None
    history.forget_after(_epoch_of(checkpoint))
    try:
        # it saves every epoch
        with without_bars():
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
    except Exception as error:
        raise (_explained(error, plan, device) or error) from error
    folder, metrics = plan.output, {}
    if first:
        best = load_file(history.best_weights)
        trainable.load(best)
        metrics = _final_metrics(plan, backbone, trainable, parts, history, report)
        familiarity, metrics["familiarity"] = learn_familiarity(
            backbone,
            plan.spec,
            plan.scheme,
            parts.clips["train"],
            [*parts.clips["val"], *parts.clips["test"]],
            model=trainable.model,
            seed=recipe.seed,
            report=lambda done, total: report("familiarity", done, total),
        )
        write_output(plan, trainable, hub_tokenizer, metrics, parts.skipped, familiarity)
        shutil.rmtree(plan.run_folder, ignore_errors=True)
    arguments.distributed_state.wait_for_everyone()
    return FineTuned(folder, metrics)


def all_see(run: Path) -> None:
    """The first process has made the folder of the run; on another machine it may be another disk's.

    Checkpoints and the state of every process lie in it. Raises TrainingError.
    """
    deadline = time.monotonic() + SHARED_S
    while not run.is_dir():
        if time.monotonic() > deadline:
            raise TrainingError(problem=Reason("output_not_shared", folder=str(run), node=socket.gethostname()))
        time.sleep(0.1)


def _device(recipe: Recipe) -> torch.device:
    device = choose_device(recipe.device)
    rank = os.environ.get("LOCAL_RANK")
    return torch.device("cuda", int(rank)) if device.type == "cuda" and rank is not None else device


def _arguments(plan: Plan, device: torch.device, dtype: str) -> TrainingArguments:
    recipe = plan.recipe
    values: dict[str, Any] = {
        "output_dir": str(plan.run_folder),
        "num_train_epochs": recipe.epochs,
        "per_device_train_batch_size": recipe.batch_size,
        "gradient_accumulation_steps": recipe.accumulate,
        "learning_rate": recipe.learning_rate,
        "weight_decay": recipe.weight_decay,
        "warmup_steps": recipe.warmup,
        "lr_scheduler_type": "cosine",
        "max_grad_norm": recipe.clip_gradients,
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "use_cpu": device.type == "cpu",
        "bf16": dtype == "bfloat16" and device.type != "cpu",
        "save_strategy": "steps" if recipe.save_steps else "epoch",
        "save_steps": recipe.save_steps or 500,
        "save_total_limit": 2,
        "logging_steps": 10,
        "report_to": [],
        "remove_unused_columns": False,
        "label_names": ["labels"],
        "train_sampling_strategy": "sequential",
        "disable_tqdm": True,
        "ddp_find_unused_parameters": False,
        "average_tokens_across_devices": True,
        # the others wait while the first process decodes videos for the first time
        "ddp_timeout": 24 * 3600,
    }
    if recipe.checkpointing:
        values.update(gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": False})
    if device.type == "cpu" and int(os.environ.get("WORLD_SIZE", "1")) > 1:
        values["ddp_backend"] = "gloo"
    return TrainingArguments(**values)


def _curves(plan: Plan) -> list[Any]:
    """Curves for TensorBoard, where it is installed; they go on in the same folder after a resume."""
    import transformers.integrations as integrations

    make: Any = getattr(integrations, "TensorBoardCallback")  # noqa: B009  its module exports it lazily
    try:
        callback = make()
    except RuntimeError:  # not installed
        return []
    callback.logging_dir = str(plan.run_folder / "tensorboard")
    return [callback]


def _explained(error: Exception, plan: Plan, device: torch.device) -> XlVqaError | None:
    """What stopped the steps, for people; None where it is nothing that people can mend."""
    if isinstance(error, XlVqaError):
        return error
    if is_out_of_memory(error):
        free = available_bytes() if device.type == "cpu" else free_bytes(device)
        return TrainingMemoryError(
            needed="?",
            free="?" if free is None else f"{free / 2**30:.1f}",
            device=str(device),
            details=Reason("memory_ran_out"),
            problem=less_memory(plan),
        )
    words = f"{type(error).__name__} {error}"
    # torch and safetensors have errors of their own for a disk that takes no more
    if isinstance(error, OSError) or any(mark in words for mark in _DISK_WORDS):
        return OutputNotWritableError(path=str(plan.run_folder), problem=why_unwritten(error))
    return None


def _read_videos(plan: Plan, report: OnProgress) -> _Parts:
    recipe = plan.recipe
    folder = recipe.resolve(recipe.cache) if recipe.cache else _default_cache()
    cache = FrameCache(folder, plan.spec)
    rows = {part: plan.manifest.part(part) for part in ("train", "val", "test")}
    further = [{part: one.part(part, plan.manifest) for part in rows} for one in plan.attributes]
    # a video is read once, however many questions are asked about it
    everything = list(
        dict.fromkeys(row.video for by_part in (rows, *further) for part in by_part.values() for row in part)
    )
    found = cache.get_all(
        everything,
        threads=recipe.workers,
        on_progress=lambda done, total: report("videos", done, total),
    )
    of_video = dict(zip(everything, found, strict=True))
    wrong = [(video, one) for video, one in of_video.items() if isinstance(one, VideoError)]
    if wrong and recipe.unreadable == "stop":
        raise unreadable_videos([error for _, error in wrong], len(everything))
    kept: dict[str, list[ManifestRow]] = {}
    clips: dict[str, list[StoredClip]] = {}
    for part, members in rows.items():
        pairs = [(row, clip) for row in members if isinstance(clip := of_video[row.video], StoredClip)]
        kept[part], clips[part] = [row for row, _ in pairs], [clip for _, clip in pairs]
    for part in ("train", "val"):
        if not kept[part]:
            problem = Reason("split_unreadable", split=repr(part))
            raise TrainingDataError(path=str(plan.manifest.path), problem=problem)
    attributes = [
        {
            part: [(row, clip) for row in members if isinstance(clip := of_video[row.video], StoredClip)]
            for part, members in one.items()
        }
        for one in further
    ]
    return _Parts(kept, clips, [(video, str(error)) for video, error in wrong], attributes)


def _default_cache() -> Path:
    from xl_vqa.training.cache import cache_folder

    return cache_folder("frames")


def _examples(plan: Plan, backbone: Backbone, parts: _Parts, group: int) -> Examples:
    prompt = Collator.of(backbone, plan.spec).prompt
    pairs = zip(parts.rows["train"], parts.clips["train"], strict=True)
    try:
        examples = [
            Example(clip, plan.scheme.target(backbone.tokens, mos := plan.mos(row)), mos) for row, clip in pairs
        ]
        for one, by_part in zip(plan.attributes, parts.attributes, strict=True):
            own = attribute_prompt(backbone, plan.spec, one.question)
            examples += [
                Example(clip, plan.scheme.target(backbone.tokens, mos := plan.mos(row)), mos, own)
                for row, clip in by_part["train"]
            ]
        _check_words(plan, backbone)
    except ValueError as error:
        raise TrainingError(problem=because(error)) from error
    return Examples(examples, prompt, group=group, seed=plan.recipe.seed)


def _check_words(plan: Plan, backbone: Backbone) -> None:
    answers, _ = plan.scheme.readable(backbone.tokens)
    if any(not answer for answer in answers):
        raise ValueError(Reason("vocabulary_lacks", model=plan.recipe.model, scheme=plan.scheme.name))
    AnswerTree.of(answers)


def _check_memory(
    plan: Plan, backbone: Backbone, trainable: Trainable, examples: Examples, device: torch.device, dtype: str
) -> MemoryEstimate:
    longest = max(examples.lengths)
    tail = max(len(example.target.ids) for example in examples.examples) + 1
    need = estimate(
        backbone.model.config,
        parameters=sum(weight.numel() for weight in load_shapes(plan.base)[0].parameters()),
        in_four_bit=four_bit_weights(plan.recipe, backbone.model),
        trained=trainable.count,
        bytes_per_weight=4 if dtype == "float32" else 2,
        tokens=longest + tail,
        batch=plan.recipe.batch_size,
        tail=tail,
        checkpointing=plan.recipe.checkpointing,
        vision=plan.recipe.vision,
    )
    free = available_bytes() if device.type == "cpu" else free_bytes(device)
    # the weights are loaded already
    if free is not None and need.total - need.weights > free:
        raise TrainingMemoryError(
            needed=f"{need.total / 2**30:.1f}",
            free=f"{free / 2**30:.1f}",
            device=str(device),
            details=need.parts(),
            problem=less_memory(plan),
        )
    return need


def _last_checkpoint(run: Path) -> Path | None:
    """The newest whole checkpoint: a kill while one was written leaves it without its last file."""
    found = sorted(
        (path for path in run.glob("checkpoint-*") if path.name.rpartition("-")[2].isdigit()),
        key=lambda path: int(path.name.rpartition("-")[2]),
    )
    for path in reversed(found):
        if (path / "trainer_state.json").is_file() and _readable(path / "trainer_state.json"):
            return path
        shutil.rmtree(path, ignore_errors=True)
    return None


def _readable(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


def _epoch_of(checkpoint: Path | None) -> float:
    if checkpoint is None:
        return 0.0
    state = read_json(checkpoint / "trainer_state.json") or {}
    return float(state.get("epoch") or 0.0)


def _final_metrics(
    plan: Plan,
    backbone: Backbone,
    trainable: Trainable,
    parts: _Parts,
    history: History,
    report: OnProgress,
) -> dict[str, Any]:
    metrics: dict[str, Any] = {
        "data_fingerprint": plan.manifest.fingerprint,
        "scheme": plan.scheme.name,
        "videos": {part: len(clips) for part, clips in parts.clips.items()},
        "best_epoch": history.best_epoch,
        "history": history.records,
    }
    for part in ("val", "test"):
        clips: Sequence[StoredClip] = parts.clips[part]
        if clips:
            report("validation", 0, len(clips))
            read = read_answers(backbone, plan.spec, plan.scheme, clips, model=trainable.model)
            report("validation", len(clips), len(clips))
            mos = [plan.mos(row) for row in parts.rows[part]]
            metrics[part] = {
                **{
                    d: agreement([one.decode(d) for one in read], mos) for d in ("expectation", "median", "greedy")
                },
                "off_mass_mean": math.fsum(one.off_mass for one in read) / len(read),
            }
    metrics |= _attribute_metrics(plan, backbone, trainable, parts)
    return metrics


def _attribute_metrics(plan: Plan, backbone: Backbone, trainable: Trainable, parts: _Parts) -> dict[str, Any]:
    """Under "attributes", of each the agreement with people in validation and test, and how many videos."""
    found: dict[str, Any] = {}
    for one, by_part in zip(plan.attributes, parts.attributes, strict=True):
        prompt = replace(plan.spec.prompt, question=one.question.question)
        figures: dict[str, Any] = {"videos": {part: len(pairs) for part, pairs in by_part.items()}}
        for part in ("val", "test"):
            if by_part[part]:
                clips = [clip for _, clip in by_part[part]]
                spec = replace(plan.spec, prompt=prompt)
                read = read_answers(backbone, spec, plan.scheme, clips, model=trainable.model)
                mos = [plan.mos(row) for row, _ in by_part[part]]
                figures[part] = agreement([answer.decode() for answer in read], mos)
        found[one.question.name] = figures
    return {"attributes": found} if found else {}
