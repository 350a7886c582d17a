"""A model that serves as a folder of its own, which plain transformers loads: an adapter merged into its base."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import torch

from xl_vqa.atomic import new_folder
from xl_vqa.vlm import familiarity, moment_limit, question_weights
from xl_vqa.vlm.backbone import load_backbone
from xl_vqa.vlm.device import choose_dtype
from xl_vqa.vlm.identity import spec_of
from xl_vqa.vlm.model_folder import QWEN_TYPE, find_adapter, find_model, model_type_of, read_json
from xl_vqa.vlm.transformers_bars import without_bars
from xl_vqa.words.errors import ModelIncompatibleError, OutputNotWritableError
from xl_vqa.words.reasons import Reason, why_unwritten

_SMALL: Final = (question_weights.FILE_NAME, familiarity.FILE_NAME, moment_limit.FILE_NAME)
BESIDE: Final = (
    "*.json",
    "*.txt",
    "*.jinja",
    "*.md",
    "LICENSE*",
    "NOTICE*",
    question_weights.FILE_NAME,
    familiarity.FILE_NAME,
)
_WEIGHTS: Final = ("model.safetensors.index.json", "config.json", "adapter_config.json")
_FROM_TRAINING: Final = (
    "scheme.json",
    "metrics.json",
    "recipe.yaml",
    "README.md",
    question_weights.FILE_NAME,
    familiarity.FILE_NAME,
    moment_limit.FILE_NAME,
)


def export_merged(
    model: str, adapter: str | None, target: Path, *, dtype: str | None = None, offline: bool = False
) -> str:
    """Writes ``target`` whole or not at all: weights, tokenizer, xl_vqa.json and card. Returns the number format.

    ``dtype`` is float32, bfloat16 or float16, by default that of the base model's weights. Merged is on the CPU,
    in that format, as the host merges when it loads. Raises ModelError where it cannot be loaded or is no
    Qwen2.5-VL, OutputNotWritableError where something stands at ``target`` already or cannot be written.
    """
    base = find_model(model, offline=offline)
    own = find_adapter(adapter) if adapter is not None else None
    kind = model_type_of(base)
    if kind != QWEN_TYPE:
        # a starter's tower is this product's own: transformers alone cannot load it
        raise ModelIncompatibleError(
            model=model, problem=Reason("export_no_qwen", type=str(kind), folder=str(base))
        )
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise OutputNotWritableError(path=str(target), problem="export_not_empty")
    device = torch.device("cpu")
    name = choose_dtype(device, dtype or _stored_dtype(base))
    backbone = load_backbone(base, device=device, dtype=name, adapter=adapter)
    try:
        if target.is_dir():
            target.rmdir()
        with new_folder(target) as folder:
            with without_bars():
                backbone.model.save_pretrained(folder)
            for source, patterns in ((base, BESIDE), (own, _FROM_TRAINING)):
                if source is not None:
                    _copy(source, folder, patterns, over=source is own)
            spec_of(base, model, adapter=own).save(folder)
            for file in folder.iterdir():
                file.chmod(0o644)
            folder.chmod(0o755)
    except Exception as error:  # safetensors has an error of its own for a full disk
        why = why_unwritten(error)
        raise OutputNotWritableError(path=str(target), problem=why) from error
    return name


def _copy(source: Path, folder: Path, patterns: tuple[str, ...], *, over: bool) -> None:
    for file in (one for pattern in patterns for one in sorted(source.glob(pattern))):
        if file.is_file() and file.name not in _WEIGHTS and (over or not (folder / file.name).exists()):
            shutil.copyfile(file, folder / file.name)


def _stored_dtype(base: Path) -> str:
    """What the weights are kept in, as config.json says it under one of two names."""
    config = read_json(base / "config.json")
    text = config.get("text_config") or {}
    stored = config.get("dtype") or config.get("torch_dtype") or text.get("dtype") or "float32"
    return stored if stored in ("float32", "bfloat16", "float16") else "float32"
