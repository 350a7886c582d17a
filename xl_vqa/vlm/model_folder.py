"""Where a model's files lie: the shipped starter, a folder, or a snapshot from a model hub.

No torch here. A hub is asked only for a model that is not on this machine yet, and never when offline.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path
from typing import Any, Final

from xl_vqa.vlm.hub_trouble import why_no_model
from xl_vqa.words.errors import ModelIncompatibleError, ModelNotFoundError
from xl_vqa.words.model_spec import starter_folder
from xl_vqa.words.reasons import Reason, why_malformed
from xl_vqa.words.settings import STARTER

QWEN_TYPE: Final = "qwen2_5_vl"
STARTER_TYPE: Final = "xl_vqa_starter"
"""``model_type`` in config.json."""
MODEL_TYPES: Final = (QWEN_TYPE, STARTER_TYPE)
WANTED_FILES: Final = ("*.json", "*.txt", "*.safetensors")
ADAPTER_WEIGHTS: Final = "adapter_model.safetensors"
_POINTER: Final = b"version https://git-lfs"
HUB_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(@[\w./-]+)?")


def find_model(model: str, *, offline: bool = False, may_download: bool = True) -> Path:
    """The folder of ``starter``, of a path, or of a hub name (``owner/name`` or ``owner/name@revision``).

    Raises ModelNotFoundError with what to do.
    """
    if model == STARTER:
        return starter_folder()
    folder = Path(model).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise ModelNotFoundError(model=model, problem="problem_no_config")
        return folder.absolute()
    if folder.is_file():
        raise ModelNotFoundError(model=model, problem="problem_model_is_file")
    if not HUB_NAME.fullmatch(model):
        raise ModelNotFoundError(model=model, problem="problem_no_such_folder")
    return _from_hub(model, offline=offline, may_download=may_download)


def _from_hub(model: str, *, offline: bool, may_download: bool) -> Path:
    snapshot_download = hub_library().snapshot_download
    name, _, revision = model.partition("@")
    request: dict[str, Any] = {"revision": revision or None, "allow_patterns": list(WANTED_FILES)}
    try:
        # local first: a model that is here is never asked for again, so its scores cannot change unasked
        folder = Path(snapshot_download(name, local_files_only=True, **request))
        if not missing_files(folder):
            return folder
    except Exception:  # the hub's library raises many kinds; all of them mean "not here"
        folder = None
    if offline or not may_download:
        here = "problem_partly_here" if folder else "problem_not_here"
        raise ModelNotFoundError(model=model, problem=here if offline else "problem_not_here_yet")
    try:
        folder = Path(snapshot_download(name, **request))
    except Exception as error:
        refused = Reason("problem_hub_refused", detail=why_no_model(error))
        raise ModelNotFoundError(model=model, problem=refused) from error
    if missing := missing_files(folder):
        raise ModelNotFoundError(model=model, problem=Reason("problem_hub_incomplete", file=missing[0]))
    return folder


def hub_library() -> Any:
    """The hub's own library, which tells its makers nothing of who uses it. Raises ImportError without it."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import huggingface_hub.constants
    import huggingface_hub.utils

    return huggingface_hub


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
        raise ModelIncompatibleError(model=str(folder), problem="problem_no_safetensors")
    if len(found) < len(names):
        lost = sorted(set(names) - {path.name for path in found})
        missing = Reason("problem_weights_missing", count=len(lost), total=len(names), file=lost[0])
        raise ModelNotFoundError(model=str(folder), problem=missing)
    return found


def model_type_of(folder: Path) -> str | None:
    """What a model folder's config.json says it is. Raises ModelNotFoundError, ModelIncompatibleError."""
    found = read_json(folder / "config.json").get("model_type")
    return found if isinstance(found, str) else None


def check_type(folder: Path, model: str | None = None) -> None:
    """Raises ModelIncompatibleError, by the name ``model``, where the folder holds another kind of model."""
    kind = model_type_of(folder)
    if kind not in MODEL_TYPES:
        raise ModelIncompatibleError(
            model=model or str(folder), problem=Reason("model_wrong_type", type=repr(kind))
        )


def unread(path: Path, otherwise: Reason) -> Reason:
    """Why a file of a model cannot be read: a clone without Git LFS holds pointers in place of the large ones."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        if file.read(len(_POINTER)) == _POINTER:
            return Reason("problem_lfs_pointer", file=path.name)
    return otherwise


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises ModelNotFoundError for a missing file, ModelIncompatibleError for a broken one."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        missing = Reason("problem_missing", name=path.name)
        raise ModelNotFoundError(model=str(path.parent), problem=missing) from error
    except (OSError, ValueError) as error:
        broken = Reason("problem_file_unreadable", file=path.name, detail=why_malformed(error))
        raise ModelIncompatibleError(model=str(path.parent), problem=unread(path, broken)) from error
    if not isinstance(values, dict):
        broken = Reason("problem_file_unreadable", file=path.name, detail=Reason("content_no_object"))
        raise ModelIncompatibleError(model=str(path.parent), problem=broken)
    return values


def find_adapter(adapter: str) -> Path:
    """The folder of a LoRA adapter saved by peft.

    Raises ModelNotFoundError where files are missing, ModelIncompatibleError for another kind of adapter.
    """
    folder = Path(adapter).expanduser().absolute()
    if not folder.is_dir():
        raise ModelNotFoundError(model=adapter, problem="problem_no_adapter_folder")
    kind = read_json(folder / "adapter_config.json").get("peft_type")
    if kind != "LORA":
        raise ModelIncompatibleError(model=adapter, problem=Reason("problem_adapter_kind", kind=str(kind)))
    weights = folder / ADAPTER_WEIGHTS
    if not weights.is_file():
        raise ModelNotFoundError(model=adapter, problem=Reason("problem_missing", name=weights.name))
    return folder
