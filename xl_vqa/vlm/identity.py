"""Which model would rate, known without loading it: its spec and fingerprint, for serving stored ratings.

No torch here, so that a host can answer from its store while it weighs little.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from xl_vqa.atomic import write_atomically
from xl_vqa.vlm import stand_in
from xl_vqa.vlm.fingerprint import HashCache, model_fingerprint
from xl_vqa.vlm.model_folder import QWEN_TYPE, STARTER_TYPE, find_adapter, find_model, model_type_of
from xl_vqa.words.errors import ModelNotFoundError
from xl_vqa.words.model_spec import ModelSpec, Sampling
from xl_vqa.words.settings import Settings

FRAMES_BUDGET: Final = 64
"""Frames of one video at the most where they are asked for by the second: memory and time grow with them."""


@dataclass(frozen=True, slots=True)
class ModelIdentity:
    """What a rater of the same settings will report as its ``spec`` and ``fingerprint``."""

    spec: ModelSpec
    fingerprint: str


def identify(settings: Settings) -> ModelIdentity | None:
    """The identity of the model that the settings ask for, or None where only loading it can tell.

    That is so for a hub model that is not on this machine yet, and for ``auto`` device or number format
    before the first load on this machine (never for the starter). Should a GPU come or go, ``auto`` is taken
    as it was at the last load until the model is loaded again. Raises the errors of a model that cannot be
    used at all.
    """
    if stand_in.is_stand_in(settings.model):
        options = stand_in.StandInOptions.parse(settings.model)
        spec = adjusted(options.spec(), frames=settings.frames, fps=settings.fps, max_pixels=settings.max_pixels)
        return ModelIdentity(spec, options.fingerprint(spec))
    cache_folder = settings.home / "cache"
    try:
        folder = find_model(settings.model, offline=settings.offline, may_download=False)
    except ModelNotFoundError:
        if settings.offline:
            raise
        return None
    dtype = remembered_dtype(cache_folder, settings.device, settings.dtype, model_type=model_type_of(folder))
    if dtype is None:
        return None
    adapter = find_adapter(settings.adapter) if settings.adapter else None
    spec = spec_of(
        folder,
        settings.model,
        adapter=adapter,
        frames=settings.frames,
        fps=settings.fps,
        max_pixels=settings.max_pixels,
    )
    cache = HashCache(cache_folder)
    return ModelIdentity(spec, model_fingerprint(folder, spec, dtype, adapter=adapter, cache=cache))


def sampling_of(settings: Settings) -> Sampling:
    """Which frames the model of the settings looks at; a published Qwen2.5-VL's where the model is not here."""
    if stand_in.is_stand_in(settings.model):
        spec = stand_in.StandInOptions.parse(settings.model).spec()
    else:
        adapter = find_adapter(settings.adapter) if settings.adapter else None
        try:
            folder = find_model(settings.model, offline=settings.offline, may_download=False)
            spec = spec_of(folder, settings.model, adapter=adapter)
        except ModelNotFoundError:
            spec = ModelSpec.default_qwen(settings.model)
    return adjusted(spec, frames=settings.frames, fps=settings.fps).sampling


def spec_of(
    folder: Path,
    model: str,
    *,
    adapter: Path | None = None,
    frames: int | None = None,
    fps: float | None = None,
    max_pixels: int | None = None,
) -> ModelSpec:
    """The spec in force: the adapter's, else the folder's, else the default; with the user's frames and pixels.

    An adapter that ``xl-vqa train`` made carries the scale and the question it was taught with.
    """
    own = ModelSpec.load(adapter) if adapter is not None else None
    own = own or ModelSpec.load(folder) or ModelSpec.default_qwen(name=model)
    return adjusted(own, frames=frames, fps=fps, max_pixels=max_pixels)


def adjusted(
    spec: ModelSpec, *, frames: int | None = None, fps: float | None = None, max_pixels: int | None = None
) -> ModelSpec:
    """The spec with the user's frame count and pixel budget; the budget over all frames follows them.

    ``fps`` frames per second of the video, and ``frames`` or else ``FRAMES_BUDGET`` at the most. A smaller
    ``max_pixels`` wins over the model's ``min_pixels``. Raises ModelIncompatibleError where the result contradicts
    itself.
    """
    if frames is None and fps is None and max_pixels is None:
        return spec
    old = spec.pixels
    per_frame = max_pixels or old.max_pixels
    count = frames or (FRAMES_BUDGET if fps else spec.sampling.frames)
    share = old.total_pixels / (old.max_pixels * spec.sampling.frames)
    least = min(old.min_pixels, per_frame)
    total = max(int(per_frame * count * share), least * count)
    pixels = replace(old, min_pixels=least, max_pixels=per_frame, total_pixels=total)
    return replace(
        spec, sampling=replace(spec.sampling, frames=count, fps=fps or spec.sampling.fps), pixels=pixels
    )


def remembered_dtype(
    cache_folder: Path | None, device: str, dtype: str, *, model_type: str | None = QWEN_TYPE
) -> str | None:
    """The number format that these settings lead to (device.choose_dtype), as far as it is known without torch."""
    if dtype != "auto":
        return dtype
    if device == "cpu" or model_type == STARTER_TYPE:
        return "float32"
    if cache_folder is None:
        return None
    with contextlib.suppress(OSError, ValueError, AttributeError):
        values = json.loads((cache_folder / "number_format.json").read_text(encoding="utf-8"))
        found = values.get(_format_key(device))
        return found if isinstance(found, str) else None
    return None


def remember_dtype(cache_folder: Path | None, device: str, dtype: str) -> None:
    """Notes what ``auto`` became on ``device``; not being able to is harmless."""
    if cache_folder is None:
        return
    path = cache_folder / "number_format.json"
    values: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError, TypeError):
        values = dict(json.loads(path.read_text(encoding="utf-8")))
    values[_format_key(device)] = dtype
    with contextlib.suppress(OSError):
        cache_folder.mkdir(parents=True, exist_ok=True)
        with write_atomically(path, durable=False) as file:
            file.write(json.dumps(values).encode("utf-8"))


def _format_key(device: str) -> str:
    # another build of torch may see another device
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return f"{device} torch {importlib.metadata.version('torch')}"
    return device
