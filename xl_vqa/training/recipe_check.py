"""Whether what a recipe names can be used: model, manifest, labels, output. All problems at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from xl_vqa.datasets.errors import ManifestError
from xl_vqa.datasets.manifest import Manifest, ManifestRow, read_manifest
from xl_vqa.training.attributes import TaughtAttribute, fingerprints, read_attributes
from xl_vqa.training.cache import read_json, write_json
from xl_vqa.training.errors import RecipeError, TrainingVideosError
from xl_vqa.training.recipe import Recipe
from xl_vqa.training.schemes import Scheme
from xl_vqa.video.check import check_videos
from xl_vqa.video.sequence import place_of
from xl_vqa.vlm.backbone import check_config, check_tokenizer
from xl_vqa.vlm.identity import spec_of
from xl_vqa.vlm.model_folder import find_adapter, find_model
from xl_vqa.words.errors import ModelError, OutputNotWritableError, ScaleError, XlVqaError
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec, Prompt
from xl_vqa.words.reasons import Problem, Reason, why_unwritten

RUN_SUFFIX: Final = ".run"
"""The unfinished run lies beside the output folder, which appears when the run is done."""
RUN_RECIPE: Final = "recipe.json"
MIN_FREE_BYTES: Final = 200 << 20
_SHOWN_VIDEOS: Final = 20
_MAY_CHANGE: Final = ("path", "output", "name", "device", "cache", "workers", "offline", "manifest", "save_steps")


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe that was checked, and what it comes to."""

    recipe: Recipe
    base: Path
    """The model's folder."""
    spec: ModelSpec
    """What the result will say of itself."""
    scheme: Scheme
    manifest: Manifest
    output: Path
    attributes: tuple[TaughtAttribute, ...] = ()

    @property
    def run_folder(self) -> Path:
        return self.output.with_name(self.output.name + RUN_SUFFIX)

    def part(self, name: str) -> list[ManifestRow]:
        """Every row of train, val or test: those of the overall quality, then those of each attribute."""
        further = [row for one in self.attributes for row in one.part(name, self.manifest)]
        return [*self.manifest.part(name), *further]

    def mos(self, row: ManifestRow) -> float:
        """The MOS of a usable row; of its label where the manifest holds no MOS."""
        if row.mos is not None:
            return row.mos
        assert row.label is not None
        return self.scheme.scale.to_mos(row.label)


def begin_run(plan: Plan) -> None:
    """Makes the folder of the run, with the recipe in it. Raises OutputNotWritableError."""
    try:
        plan.run_folder.mkdir(parents=True, exist_ok=True)
        settled = _settled(plan.recipe, plan.manifest, plan.attributes)
        write_json(plan.run_folder / RUN_RECIPE, settled)
    except OSError as error:
        raise OutputNotWritableError(path=str(plan.run_folder), problem=why_unwritten(error)) from error


def check_recipe(recipe: Recipe, *, resume: bool = False, writes: bool = True) -> Plan:
    """Raises RecipeError naming everything that is wrong.

    ``writes=False``: this is not the first of several processes, which alone looks at the output.
    """
    problems: list[Problem] = []
    spec = base = manifest = scheme = None
    try:
        base = find_model(recipe.model, offline=recipe.offline)
        check_config(base)
        check_tokenizer(base)
        adapter = find_adapter(str(recipe.resolve(recipe.adapter))) if recipe.adapter else None
        spec = spec_of(base, recipe.model, adapter=adapter, frames=recipe.frames, max_pixels=recipe.max_pixels)
    except ModelError as error:
        problems.append(_of("model", Reason.of(error)))
    manifest_path = recipe.resolve(recipe.manifest)
    try:
        manifest = read_manifest(manifest_path)
    except ManifestError as error:
        problems.append(_of("manifest", Reason.of(error)))
    own = spec.scale if spec is not None else Scale()
    try:
        scheme = recipe.the_scheme(own)
    except ScaleError as error:
        problems.append(_of("scale", error.params["problem"]))
    attributes: tuple[TaughtAttribute, ...] = ()
    if manifest is not None and scheme is not None:
        problems += _data_problems(manifest, scheme)
    if scheme is not None:
        attributes = read_attributes(recipe, manifest, scheme, problems)
    output = recipe.resolve(recipe.output)
    if writes:
        problems += _output_problems(output, resume)
    if resume and manifest is not None:
        begun = output.with_name(output.name + RUN_SUFFIX) / RUN_RECIPE
        problems += _changes(_settled(recipe, manifest, attributes), begun)
    if problems or base is None or spec is None or manifest is None or scheme is None:
        raise RecipeError(path=recipe.path or "recipe", problem=problems)
    # what only the questions of the model before it used does not fit the new weights
    questions = tuple(one.question for one in attributes)
    spec = replace(_spec(recipe, spec, scheme, output), attributes=questions, attribute_weights="")
    return Plan(recipe, base, spec, scheme, manifest, output, attributes)


def check_plan_videos(plan: Plan, on_progress: Callable[[int, int], None]) -> None:
    """Looks into every video of the recipe, as the training itself would find out one by one.

    Raises TrainingVideosError, unless the recipe says that unreadable ones are skipped.
    """
    rows = [row for part in ("train", "val", "test") for row in plan.part(part)]
    wrong = [check for check in check_videos([row.video for row in rows], on_progress=on_progress) if check.error]
    if wrong and plan.recipe.unreadable == "stop":
        raise unreadable_videos([check.error for check in wrong if check.error], len(rows))


def unreadable_videos(errors: Sequence[XlVqaError], total: int) -> TrainingVideosError:
    """What stops a training of ``total`` videos: the first of ``errors``, one a line, and how many more."""
    shown: list[Problem] = [Reason.of(error) for error in errors[:_SHOWN_VIDEOS]]
    if len(errors) > _SHOWN_VIDEOS:
        shown.append(Reason("and_more", count=len(errors) - _SHOWN_VIDEOS))
    return TrainingVideosError(count=len(errors), total=total, problem=shown)


def _data_problems(manifest: Manifest, scheme: Scheme) -> list[Problem]:
    problems: list[Problem] = []
    try:
        manifest.check_scale(scheme.scale)
    except ManifestError as error:
        problems.append(_of("manifest", Reason.of(error)))
    for part in ("train", "val"):
        rows = manifest.part(part)
        if not rows:
            problems.append(_of("manifest", Reason("split_empty", split=repr(part))))
        elif part == "train" and len({row.label for row in rows}) < 2:
            problems.append(_of("manifest", Reason("split_one_label", count=len(rows), label=rows[0].label)))
        missing = [row.video for row in rows if not os.path.exists(place_of(row.video))]
        if missing:
            shown = ", ".join(missing[:3]) + (" ..." if len(missing) > 3 else "")
            gone = Reason("split_missing", count=len(missing), total=len(rows), split=repr(part), videos=shown)
            problems.append(_of("manifest", gone))
    return problems


def _of(what: str, why: Problem) -> Reason:
    """A problem with what stands in the recipe under this name."""
    return Reason("says", what=what, why=why)


def _settled(recipe: Recipe, manifest: Manifest, attributes: Sequence[TaughtAttribute]) -> dict[str, Any]:
    """What may not change while a run is unfinished."""
    values = {name: value for name, value in recipe.to_dict().items() if name not in _MAY_CHANGE}
    return {**values, "manifest": manifest.fingerprint, "attributes": dict(fingerprints(attributes)) or None}


def _changes(new: Mapping[str, Any], begun: Path) -> list[Problem]:
    """Resumed with another recipe, the result would be of neither."""
    try:
        old = read_json(begun)
    except (OSError, ValueError):
        old = None
    if not isinstance(old, dict):
        return []
    return [
        Reason("run_differs", name=name, old=repr(old.get(name)), new=repr(value))
        for name, value in new.items()
        if old.get(name) != value
    ]


def _output_problems(output: Path, resume: bool) -> list[Problem]:
    run = output.with_name(output.name + RUN_SUFFIX)
    if output.exists():
        return [_of("output", Reason("output_there", folder=str(output)))]
    # a run that stopped before its first checkpoint left nothing to lose
    begun = any(run.glob("checkpoint-*"))
    if begun and not resume:
        return [_of("output", Reason("run_unfinished", folder=str(run)))]
    if resume and not run.exists():  # with or without a checkpoint: a kill may have come early
        return [_of("output", Reason("run_none", folder=str(run)))]
    parent = output.parent
    while not parent.exists():
        parent = parent.parent
    if not os.access(parent, os.W_OK):
        return [_of("output", Reason("output_forbidden", folder=str(parent)))]
    free = shutil.disk_usage(parent).free
    if free < MIN_FREE_BYTES:
        return [_of("output", Reason("output_little_room", folder=str(parent), mib=free >> 20))]
    return []


def _spec(recipe: Recipe, base: ModelSpec, scheme: Scheme, output: Path) -> ModelSpec:
    prompt = base.prompt
    if not scheme.served or scheme.scale != base.scale:
        prompt = _reworded(prompt, scheme)
    name = recipe.name or output.name
    # a manifest holds no texts, so nothing taught with it knows what to make of one
    return replace(base, name=name, scale=scheme.scale, prompt=prompt, fine_tuned=True, reads_text=False)


def _reworded(prompt: Prompt, scheme: Scheme) -> Prompt:
    """The question with another last sentence: what kind of answer is wanted."""

    def ending(question: str) -> str:
        head, _, _ = question.rpartition("Answer with")
        return f"{head or question.rstrip() + ' '}{scheme.question}"

    return replace(prompt, question=ending(prompt.question), question_with_text=ending(prompt.question_with_text))
