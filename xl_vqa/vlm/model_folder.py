"""Where a model's files lie: the shipped starter, a folder, or a snapshot from a model hub.

No torch here. A hub is asked only for a model that is not on this machine yet, and never when offline.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, Final

from xl_vqa.errors import ModelIncompatibleError, ModelNotFoundError
from xl_vqa.model_spec import starter_folder

STARTER: Final = "starter"
QWEN_TYPE: Final = "qwen2_5_vl"
STARTER_TYPE: Final = "xl_vqa_starter"
"""``model_type`` in config.json."""
WANTED_FILES: Final = ("*.json", "*.txt", "*.safetensors")
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@[\w./-]+)?")


def find_model(model: str, *, offline: bool = False, may_download: bool = True) -> Path:
    """The folder of ``starter``, of a path, or of a hub name (``owner/name`` or ``owner/name@revision``).

    Raises ModelNotFoundError with what to do.
    """
    if model == STARTER:
        return starter_folder()
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ModelNotFoundError(model=model, problem="the folder has no config.json, so it holds no model")
        return folder.absolute()
    if folder.is_file():
        raise ModelNotFoundError(model=model, problem="this is a file; name the folder that holds the model")
    if not _HUB_NAME.fullmatch(model):
        raise ModelNotFoundError(model=model, problem="there is no such folder")
    return _from_hub(model, offline=offline or not may_download)


def _from_hub(model: str, *, offline: bool) -> Path:
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    from huggingface_hub import snapshot_download

    name, _, revision = model.partition("@")
    request: dict[str, Any] = {"revision": revision or None, "allow_patterns": list(WANTED_FILES)}
    try:
        # local first: a model that is here is never asked for again, so its scores cannot change unasked
        folder = Path(snapshot_download(name, local_files_only=True, **request))
        if not missing_files(folder):
            return folder
    except Exception:  # the hub's library raises many kinds; all of them mean "not here"
        folder = None
    if offline:
        known = "only a part of it is on this machine" if folder else "it is not on this machine"
        raise ModelNotFoundError(model=model, problem=f"{known}, and the model hub may not be asked (offline)")
    try:
        folder = Path(snapshot_download(name, **request))
    except Exception as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        problem = f"there is no such folder, and the model hub could not provide it: {reason}"
        raise ModelNotFoundError(model=model, problem=problem) from error
    if missing := missing_files(folder):
        problem = f"{missing[0]} is missing, and the model hub could not provide it"
        raise ModelNotFoundError(model=model, problem=problem)
    return folder


def missing_files(folder: Path) -> list[str]:
    """What a model folder still lacks: config.json, tokenizer.json, or parts of the weights."""
    missing = [name for name in ("config.json", "tokenizer.json") if not (folder / name).is_file()]
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        parts = set(read_json(index).get("weight_map", {}).values())
        missing += sorted(part for part in parts if not (folder / part).is_file())
    elif not (folder / "model.safetensors").is_file():
        missing.append("model.safetensors")
    return missing


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files that make up the model, sorted by name.

    Raises ModelIncompatibleError where there are none (weights in pickle files are not opened: they can run
    code) and ModelNotFoundError where a part is missing.
    """
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = sorted(set(read_json(index).get("weight_map", {}).values()))
    else:
        names = ["model.safetensors"]
    found = [folder / name for name in names if (folder / name).is_file()]
    if not found:
        raise ModelIncompatibleError(model=str(folder), problem="it has no weights in safetensors files")
    if len(found) < len(names):
        lost = sorted(set(names) - {path.name for path in found})
        problem = f"{len(lost)} of {len(names)} weight files are missing, first {lost[0]}"
        raise ModelNotFoundError(model=str(folder), problem=problem)
    return found


def model_type_of(folder: Path) -> str | None:
    """What a model folder's config.json says it is. Raises ModelNotFoundError, ModelIncompatibleError."""
    found = read_json(folder / "config.json").get("model_type")
    return found if isinstance(found, str) else None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises ModelNotFoundError for a missing file, ModelIncompatibleError for a broken one."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelNotFoundError(model=str(path.parent), problem=f"{path.name} is missing") from error
    except (OSError, ValueError) as error:
        raise ModelIncompatibleError(model=str(path.parent), problem=f"{path.name}: {error}") from error
    if not isinstance(values, dict):
        raise ModelIncompatibleError(model=str(path.parent), problem=f"{path.name} is not a JSON object")
    return values


def find_adapter(adapter: str) -> Path:
    """The folder of a LoRA adapter saved by peft.

    Raises ModelNotFoundError where files are missing, ModelIncompatibleError for another kind of adapter.
    """
    folder = Path(adapter).expanduser().absolute()
    if not folder.is_dir():
        raise ModelNotFoundError(model=adapter, problem="there is no such adapter folder")
    kind = read_json(folder / "adapter_config.json").get("peft_type")
    if kind != "LORA":
        raise ModelIncompatibleError(model=adapter, problem=f"it is an adapter of kind {kind}, not LORA")
    if not (folder / "adapter_model.safetensors").is_file():
        raise ModelNotFoundError(model=adapter, problem="adapter_model.safetensors is missing")
    return folder
