"""The model that a retraining goes on from: where it lies, by what recipe it came about, what it was taught."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa.datasets.errors import ManifestError
from xl_vqa.datasets.manifest import Manifest, read_manifest
from xl_vqa.learning.errors import LearningError
from xl_vqa.models.registry import ModelRegistry, Registered, check
from xl_vqa.training.yaml_file import YamlFileError, read_yaml
from xl_vqa.vlm.model_folder import read_json
from xl_vqa.words.model_spec import ModelSpec, shipped_folder
from xl_vqa.words.reasons import Reason
from xl_vqa.words.settings import STARTER, Settings

KNOWN: Final = "known.csv"
"""Beside the manifest of a retrained model: everything that its line was taught."""


@dataclass(frozen=True, slots=True)
class Current:
    """``recipe`` are the values that its training had, else those of the recipe that ships for its kind."""

    entry: Registered
    spec: ModelSpec
    recipe: dict[str, Any]
    own_recipe: bool

    @property
    def name(self) -> str:
        return self.entry.name


def current_model(settings: Settings, name: str | None = None) -> Current:
    """The model that serves, or the one called ``name``. Raises ModelError, LearningError."""
    registry = ModelRegistry(settings)
    if name is not None:
        entry = registry.find(name)
    else:
        serving = [one for one in reversed(registry.entries()) if one.serves(settings)]
        if not serving:
            raise LearningError(problem=Reason("learning_unnamed", model=settings.adapter or settings.model))
        entry = serving[0]
    spec = check(entry, offline=settings.offline, is_here=True)
    file = Path(entry.folder) / "recipe.yaml"
    if entry.name == STARTER or not file.is_file():
        kind = "starter" if entry.name == STARTER else "qwen2.5-vl-7b"
        return Current(entry, spec, dict(read_yaml(shipped_folder("recipes") / f"{kind}.yaml")), own_recipe=False)
    try:
        values = read_yaml(file)
    except YamlFileError as error:
        raise LearningError(problem=Reason("learning_recipe", path=str(file), why=error.problem)) from error
    if not isinstance(values, dict):
        why = Reason("lines_wanted", example="model: starter")
        raise LearningError(problem=Reason("learning_recipe", path=str(file), why=why))
    return Current(entry, spec, values, own_recipe=True)


def recipe_of(current: Current, manifest: Path, output: Path) -> dict[str, Any]:
    """The values of a recipe that goes on from ``current``: from its adapter, or from its own weights."""
    values = {**current.recipe, "manifest": str(manifest), "output": str(output), "name": current.name}
    values["model"] = current.entry.model
    if current.entry.name == STARTER:
        values["name"] = output.name
    if current.entry.adapter is not None:
        config = read_json(Path(current.entry.adapter) / "adapter_config.json")
        values |= {
            "method": "lora",
            "adapter": current.entry.adapter,
            "lora": {
                "rank": int(config.get("r", 8)),
                "alpha": int(config.get("lora_alpha", 16)),
                "dropout": float(config.get("lora_dropout", 0.0)),
            },
        }
    else:
        values.pop("adapter", None)
    return values


def taught_with(current: Current, told: Path | None) -> Manifest | None:
    """What a replay is drawn from: ``told``, else what the model's own recipe names; None where it names nothing.

    Raises LearningError where that is gone or is not what the model was trained with.
    """
    if told is not None:
        return _read(told)
    if not current.own_recipe:
        return None
    named = Path(str(current.recipe.get("manifest", "")))
    path = named if named.is_absolute() else Path(current.entry.folder) / named
    manifest = _read(path)
    try:
        trained = json.loads((Path(current.entry.folder) / "metrics.json").read_text(encoding="utf-8"))
        mark = trained.get("data_fingerprint")
    except (OSError, ValueError, AttributeError):
        mark = None
    if mark is not None and mark != manifest.fingerprint:
        raise LearningError(problem=Reason("learning_manifest_changed", path=str(path), name=current.name))
    known = path.with_name(KNOWN)
    return _read(known) if known.is_file() else manifest


def _read(path: Path) -> Manifest:
    try:
        return read_manifest(path)
    except ManifestError as error:
        raise LearningError(problem=Reason("learning_no_replay", why=Reason.of(error))) from error
