"""From collected corrections to a verdict: look at the batch, train on from the present model, hold a gate.

Everything of a run lies in ``OUTPUT.retrain``: the manifests, the recipe, both models' scores, the verdict as a
page and as JSON. Each stage leaves what it made, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from xl_vqa.datasets.manifest import Manifest, write_manifest
from xl_vqa.learning import hold_out as held
from xl_vqa.learning.consensus import TOO_FAR, Label, labels_of
from xl_vqa.learning.corrections import HIGH, LOW
from xl_vqa.learning.current_model import KNOWN, Current, current_model, recipe_of, taught_with
from xl_vqa.learning.errors import HoldOutError, LearningError
from xl_vqa.learning.gate import MARGIN, Judged, Verdict, judge
from xl_vqa.learning.hold_out import HoldOut
from xl_vqa.learning.label_store import LabelStore
from xl_vqa.learning.mix import absolute, mixed
from xl_vqa.learning.model_scores import Scored, scores_of
from xl_vqa.learning.screening import Screened, Statement, Trusted, screen
from xl_vqa.models.registry import Registered
from xl_vqa.monitoring.records import folder_of
from xl_vqa.outputs import write_output
from xl_vqa.training.recipe import Recipe, load_recipe
from xl_vqa.video.fingerprint import fingerprint
from xl_vqa.words.errors import VideoError, XlVqaError
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import Scale
from xl_vqa.words.reasons import MALFORMED, Reason
from xl_vqa.words.records import record
from xl_vqa.words.settings import Settings

OnStage = Callable[[str, int, int], None]
"""Told the stage (``hold_out``, ``replay``, ``old_scores``, then those of a training, ``new_scores``), how much is
done, and how much there is."""

SUFFIX: Final = ".retrain"
PLAN: Final = "plan.json"
MANIFEST: Final = "manifest.csv"
RECIPE: Final = "recipe.yaml"
OLD_SCORES, NEW_SCORES = "old_scores.jsonl", "new_scores.jsonl"
VERDICT: Final = "verdict.json"
PAGE: Final = "verdict.html"
SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class RetrainOptions:
    """``share`` of the training rows is a replay of what the model was taught, drawn from ``replay`` or from what
    its own recipe names. ``accept`` are kinds of findings that a person has looked at and lets through.
    ``changes`` are values of the recipe, as ``--set`` gives them."""

    output: Path
    hold_out: Path
    name: str | None = None
    replay: Path | None = None
    without_replay: bool = False
    share: float = SHARE
    accept: frozenset[str] = frozenset()
    leave_out_overlap: bool = False
    margin: float = MARGIN
    too_far: float = TOO_FAR
    changes: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0

    @property
    def work(self) -> Path:
        return self.output.with_name(self.output.name + SUFFIX)


@dataclass(slots=True)
class Batch:
    """The labels of a run; ``left_out`` says why others are not among them, a row each."""

    labels: list[Label]
    left_out: list[XlVqaError] = field(default_factory=list)


@dataclass(slots=True)
class Prepared:
    """A run whose batch was looked at. ``refused`` are the findings that nobody has let through: nothing is
    trained then. ``plan`` is what its file says."""

    options: RetrainOptions
    current: Current
    screened: Screened
    refused: list[str]
    plan: dict[str, Any]
    left_out: list[XlVqaError] = field(default_factory=list)


def prepare(settings: Settings, options: RetrainOptions, report: OnStage, *, begins: bool = True) -> Prepared:
    """Looks at everything before anything is trained; ``begins`` the run where the batch may be learned.

    Raises LearningError, HoldOutError, ModelError.
    """
    if options.work.joinpath(PLAN).exists() or options.output.exists():
        there = "retrain_begun" if options.work.joinpath(PLAN).exists() else "retrain_output_there"
        raise LearningError(problem=Reason(there, folder=str(options.output)))
    current = current_model(settings, options.name)
    found = held.read(options.hold_out, settings)
    held.check_files(options.hold_out, found, lambda done, total: report("hold_out", done, total))
    batch = _batch(settings, options, report)
    before = None if options.without_replay else taught_with(current, options.replay)
    if before is None and not options.without_replay:
        raise LearningError(problem=Reason("retrain_no_replay", name=current.name))
    known = _no_overlap(batch, before, found, options, report)
    options.work.mkdir(parents=True, exist_ok=True)
    scored = _old_scores(settings, current.entry, found, batch, options, report)
    screened = screen(
        _statements(batch, scored, before, known, current), _trusted(found, scored), _sources(found, before)
    )
    refused = sorted({one.kind for one in screened.findings} - options.accept)
    plan = {
        "format": 1,
        "name": current.name,
        "before": asdict(current.entry),
        "fingerprint": scored.fingerprint,
        "hold_out": {
            "path": str(options.hold_out.absolute()),
            "fingerprint": found.fingerprint,
            "videos": len(found.rows),
        },
        "margin": options.margin,
        "labels": len(batch.labels),
        "left_out": [error.to_dict() for error in batch.left_out],
        "findings": [one.to_dict() for one in screened.findings],
        "unknown": screened.unknown,
        "accepted": sorted({one.kind for one in screened.findings} & options.accept),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    prepared = Prepared(options, current, screened, refused, plan, batch.left_out)
    if not refused:
        _mix(prepared, batch, before, found, begins=begins)
    return prepared


def resumed(settings: Settings, options: RetrainOptions) -> Prepared:
    """A run that was prepared before, as its plan says. Raises LearningError where there is none."""
    try:
        plan = json.loads((options.work / PLAN).read_text(encoding="utf-8"))
        entry = record(Registered, plan["before"])
    except MALFORMED as error:
        raise LearningError(problem=Reason("retrain_none", folder=str(options.output))) from error
    current = current_model(settings, plan["name"])
    if (current.entry.model, current.entry.adapter) != (entry.model, entry.adapter):
        raise LearningError(problem=Reason("retrain_other_model", name=plan["name"], date=plan["made_at"][:10]))
    return Prepared(options, current, Screened(), [], plan)


def train(
    prepared: Prepared, report: OnStage, on_epoch: Callable[[Mapping[str, Any]], None] | None = None
) -> None:
    """Trains by the recipe of the run, or goes on with it. Raises what ``fine_tune`` raises."""
    from xl_vqa.training.fine_tune import fine_tune

    recipe = recipe_file(prepared)
    output = recipe.resolve(recipe.output)
    if output.exists():
        return
    begun = output.with_name(f"{output.name}.run").exists()
    fine_tune(recipe, resume=begun, on_progress=report, on_epoch=on_epoch)


def recipe_file(prepared: Prepared) -> Recipe:
    return load_recipe(prepared.options.work / RECIPE)


def gate(settings: Settings, prepared: Prepared, report: OnStage) -> tuple[Verdict, str]:
    """The verdict, and the new model's fingerprint; both models have rated the hold-out by then.

    Raises HoldOutError, ModelError.
    """
    from xl_vqa.models.registry import ModelRegistry

    options = prepared.options
    path = Path(prepared.plan["hold_out"]["path"])
    found = held.read(path, settings)
    if found.fingerprint != prepared.plan["hold_out"]["fingerprint"]:
        raise HoldOutError(path=str(path), problem=Reason("hold_out_changed", date=found.locked_at[:10]))
    held.check_files(path, found, lambda done, total: report("hold_out", done, total))
    new_entry = ModelRegistry(settings).entry_of(options.output, prepared.current.entry.model)
    videos = {row.path: row.video for row in found.rows}
    old = _scores(settings, prepared.current.entry, videos, options, "old_scores", report)
    new = _scores(settings, new_entry, videos, options, "new_scores", report)
    rows = [
        Judged(row.path, row.content, row.mos, old.mos[row.path], new.mos[row.path], row.parts)
        for row in found.rows
        if row.path in old.mos and row.path in new.mos
    ]
    if not rows:
        raise HoldOutError(path=str(path), problem=[Reason.of(error) for error in list(old.errors.values())[:3]])
    return judge(rows, margin=prepared.plan["margin"], seed=options.seed), new.fingerprint


# -- before the training


def _batch(settings: Settings, options: RetrainOptions, report: OnStage) -> Batch:
    with LabelStore(settings) as store:
        labels = labels_of(store.current(), options.too_far)
    batch = Batch([])
    for done, label in enumerate(labels):
        report("labels", done, len(labels))
        if label.asked:
            batch.left_out.append(
                LearningError(problem=Reason("label_asked", video=label.path, spread=rounded(label.spread, 2)))
            )
            continue
        try:
            same = bool(label.video) and fingerprint(label.path) == label.video
        except VideoError as error:
            batch.left_out.append(error)
            continue
        if not same:
            batch.left_out.append(LearningError(problem=Reason("label_other_file", video=label.path)))
            continue
        batch.labels.append(label)
    report("labels", len(labels), len(labels))
    if not batch.labels:
        raise LearningError(problem=Reason("retrain_no_labels", count=len(batch.left_out)))
    return batch


def _no_overlap(
    batch: Batch, before: Manifest | None, found: HoldOut, options: RetrainOptions, report: OnStage
) -> dict[str, str]:
    """Nothing of the hold-out may be learned. The fingerprints of what was learned before, by path.

    Raises HoldOutError with the rows, unless they are to be left out.
    """
    old = [row for row in (before.usable if before is not None else []) if row.split in ("train", "val")]
    known: dict[str, str] = {}
    for done, row in enumerate(old):
        report("replay", done, len(old))
        try:
            known[row.video] = fingerprint(row.video)
        except VideoError:
            continue
    report("replay", len(old), len(old))
    taught = held.overlap(found, [(row.video, known.get(row.video, ""), row.video) for row in old])
    if taught:
        problem = Reason("hold_out_taught", count=len(taught), videos=_some(taught))
        raise HoldOutError(path=str(options.hold_out), problem=problem)
    places = {label.last.place: label for label in batch.labels}
    rows = held.overlap(found, [(place, label.video, label.path) for place, label in places.items()])
    if rows and not options.leave_out_overlap:
        problem = Reason("hold_out_overlap", count=len(rows), rows=_some(rows))
        raise HoldOutError(path=str(options.hold_out), problem=problem)
    for place in rows:
        batch.labels.remove(places[place])
        batch.left_out.append(LearningError(problem=Reason("label_held_out", row=place)))
    if not batch.labels:
        raise LearningError(problem=Reason("retrain_no_labels", count=len(batch.left_out)))
    return known


def _old_scores(
    settings: Settings, entry: Registered, found: HoldOut, batch: Batch, options: RetrainOptions, report: OnStage
) -> Scored:
    videos = {row.path: row.video for row in found.rows} | {label.path: label.video for label in batch.labels}
    return _scores(settings, entry, videos, options, "old_scores", report)


def _scores(
    settings: Settings,
    entry: Registered,
    videos: Mapping[str, str],
    options: RetrainOptions,
    stage: str,
    report: OnStage,
) -> Scored:
    kept = options.work / (OLD_SCORES if stage == "old_scores" else NEW_SCORES)
    return scores_of(
        entry,
        videos,
        kept,
        device=settings.device,
        dtype=settings.dtype,
        on_progress=lambda done, total: report(stage, done, total),
    )


def _statements(
    batch: Batch, scored: Scored, before: Manifest | None, known: Mapping[str, str], current: Current
) -> list[Statement]:
    scale = current.spec.scale
    taught = {
        known[row.video]: _acr(row.mos if row.mos is not None else scale.to_mos(float(row.label or 0)), scale)
        for row in (before.usable if before is not None else [])
        if row.video in known
    }
    return [
        Statement(
            place=one.place,
            who=one.who,
            source=one.source,
            content=one.content_key,
            path=one.path,
            mos=one.mos,
            model=scored.mos.get(label.path),
            before=taught.get(label.video),
        )
        for label in batch.labels
        # of copies, too, which one person may have scored in two ways
        for one in (*label.earlier, *label.statements)
    ]


def _trusted(found: HoldOut, scored: Scored) -> Trusted | None:
    rows = [row for row in found.rows if row.path in scored.mos]
    return Trusted.of(np.array([row.mos for row in rows]), np.array([scored.mos[row.path] for row in rows]))


def _sources(found: HoldOut, before: Manifest | None) -> list[str]:
    old = [folder_of(row.video) for row in (before.usable if before is not None else [])]
    return [*old, *(row.parts.get("source", "") for row in found.rows)]


def _mix(prepared: Prepared, batch: Batch, before: Manifest | None, found: HoldOut, *, begins: bool) -> None:
    """Puts together what is learned, and writes it where the run begins."""
    import yaml

    options, current = prepared.options, prepared.current
    made = mixed(
        batch.labels,
        None if before is None else absolute(before),
        current.spec.scale,
        share=options.share,
        left_out={row.path for row in found.rows},
        seed=options.seed,
    )
    prepared.plan |= {"new": made.new, "replayed": made.replayed}
    if not begins:
        return
    work = options.work.absolute()
    write_manifest(work / MANIFEST, made.learned.rows)
    write_manifest(work / KNOWN, made.known.rows)
    values = recipe_of(current, work / MANIFEST, options.output.absolute())
    for key, value in options.changes.items():
        _set(values, key, value)
    text = yaml.safe_dump(values, allow_unicode=True, sort_keys=False)
    write_output(work / RECIPE, text.encode())
    # the plan comes last: a run that has one is whole
    write_output(
        work / PLAN, (json.dumps(prepared.plan, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
    )


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    *outer, last = key.replace(".", "__").split("__")
    for name in outer:
        values = values.setdefault(name, {})
    values[last] = value


def _acr(mos: float, scale: Scale) -> float:
    return LOW + (HIGH - LOW) * (mos - scale.mos_min) / (scale.mos_max - scale.mos_min)


def _some(names: list[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (" ..." if len(names) > most else "")
