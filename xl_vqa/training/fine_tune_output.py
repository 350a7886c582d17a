"""The folder that a finished run leaves: weights, scale and prompt, recipe, metrics, and a card for people."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from xl_vqa.atomic import new_folder
from xl_vqa.training.cache import write_json
from xl_vqa.training.recipe_check import Plan
from xl_vqa.training.trainable import Trainable
from xl_vqa.vlm.familiarity import LEAST_HELD_OUT, Familiarity
from xl_vqa.words.errors import OutputNotWritableError
from xl_vqa.words.model_spec import FILE_NAME
from xl_vqa.words.reasons import why_unwritten

SCHEME_FILE: Final = "scheme.json"


def write_output(
    plan: Plan,
    trainable: Trainable,
    tokenizer: Any,
    metrics: dict[str, Any],
    skipped: Sequence[tuple[str, str]],
    familiarity: Familiarity | None = None,
) -> None:
    """Writes ``plan.output`` whole or not at all. Raises OutputNotWritableError."""
    import yaml

    try:
        with new_folder(plan.output) as folder:
            trainable.save(folder)
            if trainable.method == "full":
                tokenizer.save_pretrained(str(folder))
            _write_spec(plan, folder)
            if familiarity is not None:
                familiarity.save(folder)
            recipe = {k: v for k, v in plan.recipe.to_dict().items() if k != "path"}
            # whoever trains on from here needs what this was trained with
            recipe["manifest"] = str(plan.recipe.resolve(plan.recipe.manifest))
            (folder / "recipe.yaml").write_text(
                yaml.safe_dump(recipe, allow_unicode=True, sort_keys=False), encoding="utf-8"
            )
            write_json(folder / "metrics.json", metrics)
            (folder / "README.md").write_text(card(plan, metrics, trainable, skipped), encoding="utf-8")
            log = plan.run_folder / "tensorboard"
            if log.is_dir():
                shutil.copytree(log, folder / "tensorboard")
            for file in folder.rglob("*"):
                file.chmod(0o755 if file.is_dir() else 0o644)
    except Exception as error:  # safetensors has an error of its own for a full disk
        why = why_unwritten(error)
        raise OutputNotWritableError(path=str(plan.output), problem=why) from error


def _write_spec(plan: Plan, folder: Path) -> None:
    scheme = plan.scheme
    write_json(folder / SCHEME_FILE, {"scheme": scheme.name, "digits": scheme.digits, **scheme.scale.to_dict()})
    plan.spec.save(folder)
    if not scheme.served:
        # the host reads integer labels; it refuses others by this name instead of misreading them
        path = folder / FILE_NAME
        values = json.loads(path.read_text(encoding="utf-8"))
        values["head"] = scheme.name
        write_json(path, values)


def card(plan: Plan, metrics: dict[str, Any], trainable: Trainable, skipped: Sequence[tuple[str, str]]) -> str:
    """The README of the folder, in Markdown."""
    recipe, scheme = plan.recipe, plan.scheme
    scale = scheme.scale
    videos = metrics["videos"]
    lines = [
        f"# {plan.spec.name}",
        "",
        f"Fine-tuned from `{recipe.model}` by xl_vqa on people's ratings ({scheme.name} labels, target mask).",
        "",
        "| | |",
        "|---|---|",
        f"| base model | {recipe.model} |",
        f"| method | {recipe.method}, {trainable.count:,} weights moved; vision {recipe.vision} |",
        f"| scale | MOS {scale.mos_min:g}..{scale.mos_max:g} to {scale.label_min}..{scale.label_max}, "
        f"{scale.rounding} |",
        f"| loss | {recipe.loss.kind}"
        + (f" on the first {scheme.digits} digits |" if scheme.digits else " on the answer |"),
        f"| videos | {videos['train']} train, {videos['val']} validation, {videos['test']} test |",
        f"| data | {metrics['data_fingerprint']} |",
        f"| best epoch | {metrics['best_epoch']} of {recipe.epochs} |",
        "",
        "## Agreement with people",
        "",
        "| split | decoding | SRCC | PLCC | RMSE (MOS) |",
        "|---|---|---|---|---|",
    ]
    for part in ("val", "test"):
        for decoding in ("expectation", "median", "greedy"):
            figures = metrics.get(part, {}).get(decoding)
            if figures is not None:
                shown = " | ".join(_shown(figures[name]) for name in ("srcc", "plcc", "rmse"))
                lines.append(f"| {part} | {decoding} | {shown} |")
    for name, figures in metrics.get("attributes", {}).items():
        for part in ("val", "test"):
            if part in figures:
                shown = " | ".join(_shown(figures[part][kind]) for kind in ("srcc", "plcc", "rmse"))
                lines.append(f"| {part} | {name}: expectation | {shown} |")
    lines += [
        "",
        "The epoch was chosen by the validation videos, so their figures flatter; those of the test do not.",
    ]
    lines += ["", familiar_line(metrics.get("familiarity", {}))]
    if skipped:
        lines += ["", f"## {len(skipped)} videos could not be read and were left out", ""]
        lines += [f"- {sentence}" for _, sentence in skipped]
    return "\n".join(lines) + "\n"


def familiar_line(facts: Mapping[str, Any]) -> str:
    """Whether strange videos get a remark, and how often ordinary ones do by mistake."""
    if "false_alarm" not in facts:
        return (
            f"Videos unlike the teaching get no remark: that takes {facts.get('needed', LEAST_HELD_OUT)} "
            f"videos in "
            f"validation and test, and {facts.get('held_out', 0)} were there."
        )
    return (
        f"Videos unlike the teaching get a remark; so did {facts['false_alarm']:.1%} of {facts['held_out']} "
        f"ordinary "
        f"ones (stated: {facts['stated']:.0%}, the other nine tenths held out)."
    )


def _shown(value: float | None) -> str:
    return "not computable" if value is None else f"{value:.3f}"
