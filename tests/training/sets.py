"""Small training sets: clips whose brightness follows their MOS, a manifest, a tiny Qwen2.5-VL and a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.media import make_clip, texture
from tests.tiny_qwen import save_tiny_qwen
from xl_vqa.words.labels import Scale


@dataclass(frozen=True, slots=True)
class TrainingSet:
    folder: Path
    model: Path
    manifest: Path


def make_set(
    folder: Path,
    *,
    videos: int = 12,
    mos: Sequence[float] | None = None,
    split: Sequence[str] | None = None,
    model: Path | None = None,
    scale: Scale | None = None,
) -> TrainingSet:
    """``videos`` clips of two sizes; where not said, of each eight five are train, two val and one test."""
    folder.mkdir(parents=True, exist_ok=True)
    scale = scale or Scale()
    lines = ["video,mos,label,split"]
    for number in range(videos):
        value = mos[number] if mos is not None else round(1 + 4 * ((number * 5) % 8) / 7, 4)
        picture = (texture(84, 56, seed=number) * (0.15 + 0.2 * value / 2)).clip(0, 255).astype("uint8")
        width = 84 if number % 3 else 56
        make_clip(
            folder / f"{number}.mp4", width, 56, 8, content=lambda n, p=picture, w=width: p[:, :w], barcode=False
        )
        part = split[number] if split is not None else ("train", "val", "train", "test", "train")[number % 5]
        if split is None and number % 8 in (5, 6, 7):
            part = "train"
        lines.append(f"{number}.mp4,{value},{scale.to_label(value)},{part}")
    manifest = folder / "manifest.csv"
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if model is None:
        model = folder / "tiny"
        if not model.exists():
            save_tiny_qwen(model)
    return TrainingSet(folder, model, manifest)


def write_recipe(made: TrainingSet, **values: Any) -> Path:
    """A recipe beside the manifest; ``values`` win."""
    content = {
        "model": str(made.model),
        "manifest": made.manifest.name,
        "output": "out",
        "epochs": 2,
        "batch_size": 2,
        "learning_rate": 2e-3,
        "lora": {"rank": 4, "alpha": 8, "dropout": 0.1},
        "cache": str(made.folder / "cache"),
        "device": "cpu",
        **values,
    }
    path = made.folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path
