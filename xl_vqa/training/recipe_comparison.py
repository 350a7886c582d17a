"""One run of a comparison by a training recipe: fine-tune it with one scheme and seed, then read every answer.

The finished models stay beside the runs, so the best of them can be used as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from xl_vqa.datasets.manifest import ManifestRow, read_manifest, write_manifest
from xl_vqa.evaluation.runs import Run, RunRow
from xl_vqa.training.cache import cache_folder
from xl_vqa.training.jobs import Job, OnShare
from xl_vqa.training.recipe import Recipe, load_recipe
from xl_vqa.training.scheme_names import named_scheme
from xl_vqa.training.schemes import IntegerLabels, Scheme
from xl_vqa.words.errors import VideoError
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.settings import STARTER

_SPLITS: Final = {"val": "validation", "test": "test"}
_SHARES: Final = {"videos": (0.0, 0.1), "steps": (0.1, 0.9)}
"""Which part of a run each stage is; validation comes between the steps and moves nothing."""


def fingerprint(path: Path, overrides: Mapping[str, Any]) -> str:
    """Changes with the recipe and its manifest's videos and labels. Raises RecipeError, ManifestError."""
    recipe = load_recipe(path, **overrides)
    manifest = read_manifest(recipe.resolve(recipe.manifest))
    values = {
        k: v for k, v in asdict(recipe).items() if k not in ("path", "output", "name", "seed", "cache", "workers")
    }
    words = json.dumps(values, sort_keys=True, ensure_ascii=False) + manifest.fingerprint
    return hashlib.blake2b(words.encode("utf-8", "backslashreplace"), digest_size=12).hexdigest()


def scale_of(path: Path, overrides: Mapping[str, Any]) -> Scale:
    """The recipe's scale; where it has none, the default (that of the starter and of the published method)."""
    return load_recipe(path, **overrides).the_scale(Scale())


def learned_before(path: Path, overrides: Mapping[str, Any]) -> tuple[str, str] | None:
    """The model that a recipe starts from and the scheme that it has learned; None for one that has learned none.

    Raises RecipeError and ModelIncompatibleError.
    """
    recipe = load_recipe(path, **overrides)
    if recipe.model == STARTER:
        return STARTER, IntegerLabels.name
    folder = Path(recipe.model).expanduser()
    spec = ModelSpec.load(folder) if folder.is_dir() else None
    if spec is None or not spec.fine_tuned:
        return None
    own = folder / "recipe.yaml"
    return spec.name, load_recipe(own).scheme if own.is_file() else IntegerLabels.name


def train(
    path: Path, overrides: Mapping[str, Any], folder: Path, decodings: Sequence[str], job: Job, on_share: OnShare
) -> Run:
    """Fine-tunes, or goes on with a run that was killed, or takes the model that is there; then reads it.

    Raises what fine_tune and the loading of models raise.
    """
    # torch and transformers: only the process that trains needs them
    from xl_vqa.training.fine_tune import fine_tune
    from xl_vqa.training.recipe_check import RUN_SUFFIX

    own = named_scheme(job.scheme, scale_of(path, overrides))
    mark = hashlib.blake2b(job.fingerprint.encode(), digest_size=4).hexdigest()
    output = folder / "models" / f"{job.name.replace('/', '_')}-{mark}"
    recipe = _recipe(path, overrides, folder, own, job, output)
    facts: dict[str, float] = {}
    if not output.exists():
        resume = output.with_name(output.name + RUN_SUFFIX).exists()
        tuned = fine_tune(recipe, resume=resume, on_progress=_shares(on_share))
        if isinstance(tuned.metrics.get("best_epoch"), (int, float)):
            facts["best_epoch"] = float(tuned.metrics["best_epoch"])
        facts["train_videos"] = float(tuned.metrics.get("videos", {}).get("train", 0))
    on_share(0.9)
    rows, coded = _read(recipe, output, decodings)
    return Run(job.scheme, job.seed, job.fingerprint, tuple(rows), facts, coded)


def _recipe(path: Path, overrides: Mapping[str, Any], folder: Path, own: Scheme, job: Job, output: Path) -> Recipe:
    base = load_recipe(path, **overrides)
    scale = own.scale
    values: dict[str, Any] = {
        **overrides,
        "scheme": own.name,
        "scale": scale.to_dict(),
        "seed": job.seed,
        "output": str(output.absolute()),
        "name": job.name,
        "cache": str(base.resolve(base.cache) if base.cache else cache_folder("frames")),
    }
    if own.digits is not None:
        values["digits"] = own.digits
    source = base.resolve(base.manifest)
    values["manifest"] = str(source)
    if own.kind == "label":
        # the manifest's labels may be of another range than the one tried here
        manifest = read_manifest(source)
        relabelled = [
            row if row.mos is None or not row.usable else replace(row, label=scale.to_label(row.mos))
            for row in manifest
        ]
        target = folder / "manifests" / f"{scale.label_min}-{scale.label_max}.csv"
        target.parent.mkdir(parents=True, exist_ok=True)
        write_manifest(target, relabelled)
        values["manifest"] = str(target.absolute())
    return load_recipe(path, **values)


def _shares(on_share: OnShare) -> Callable[[str, int, int], None]:
    reached = 0.0

    def told(stage: str, done: int, total: int) -> None:
        nonlocal reached
        low, high = _SHARES.get(stage, (0.0, 0.0))
        if stage in _SHARES and total > 0:
            # several threads read videos, and their news may overtake each other
            reached = max(reached, low + (high - low) * done / total)
            on_share(reached)

    return told


def _read(recipe: Recipe, model: Path, decodings: Sequence[str]) -> tuple[list[RunRow], dict[str, float]]:
    """Every validation and test video's answer by every decoding; a video that cannot be read has its error."""
    from xl_vqa.training.frame_cache import FrameCache, StoredClip
    from xl_vqa.training.read_answers import read_answers
    from xl_vqa.training.recipe_check import check_recipe
    from xl_vqa.training.trainable import weights_dtype
    from xl_vqa.vlm.backbone import load_backbone
    from xl_vqa.vlm.device import choose_device

    # the output is there by now, which the check of a recipe that is to be trained would not allow
    plan = check_recipe(replace(recipe, output=f"{recipe.output}.reading"))
    device = choose_device(recipe.device)
    dtype = "float32" if recipe.method == "full" else weights_dtype(recipe, device, plan.base)
    if recipe.method == "full":
        backbone = load_backbone(model, device=device, dtype=dtype)
    else:
        backbone = load_backbone(plan.base, device=device, dtype=dtype, adapter=str(model))
    cache = FrameCache(Path(recipe.cache or "."), plan.spec)
    parts: list[tuple[str, ManifestRow]] = [
        (_SPLITS[part], row) for part in _SPLITS for row in plan.manifest.part(part)
    ]
    found = cache.get_all([row.video for _, row in parts], threads=recipe.workers)
    clips = [clip for clip in found if isinstance(clip, StoredClip)]
    answers = iter(read_answers(backbone, plan.spec, plan.scheme, clips))
    rows, coded = [], {}
    for (split, row), clip in zip(parts, found, strict=True):
        mos = plan.mos(row)
        coded[row.video] = plan.scheme.mos_of(plan.scheme.code(mos))
        if isinstance(clip, VideoError):
            rows.append(RunRow(row.video, mos, row.content or None, split, error=str(clip)))
            continue
        read = next(answers)
        predictions = {decoding: read.decode(decoding) for decoding in decodings}
        rows.append(RunRow(row.video, mos, row.content or None, split, predictions))
    return rows, coded
