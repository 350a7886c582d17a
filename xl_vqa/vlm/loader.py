"""From the name of a model to a rater. torch is imported only when a model that needs it is loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from xl_vqa.model_spec import ModelSpec, Pixels, Sampling
from xl_vqa.settings import Settings
from xl_vqa.vlm import stand_in
from xl_vqa.vlm.rater import Rater


def load_rater(
    model: str,
    adapter: str | None = None,
    device: str = "auto",
    dtype: str = "auto",
    *,
    frames: int | None = None,
    max_pixels: int | None = None,
    offline: bool = False,
    torch_threads: int = 0,
    cache_folder: Path | None = None,
) -> Rater:
    """Loads ``starter``, ``stand-in`` (with options after ``?``), a model folder, or a hub name.

    ``frames`` and ``max_pixels`` replace the model's own numbers; ``offline`` forbids asking a hub;
    ``cache_folder`` keeps the hashes of weight files, so that a later start need not read them again.

    Raises ModelNotFoundError, ModelIncompatibleError, ModelMemoryError.
    """
    if is_stand_in(model):
        options = stand_in.StandInOptions.parse(model)
        own = ModelSpec(name=stand_in.NAME, sampling=Sampling(frames=options.frames), fine_tuned=True)
        return stand_in.StandInRater(options, spec=adjusted(own, frames=frames, max_pixels=max_pixels))
    from xl_vqa.vlm.vlm_rater import load_vlm_rater

    return load_vlm_rater(
        model,
        adapter,
        device,
        dtype,
        frames=frames,
        max_pixels=max_pixels,
        offline=offline,
        torch_threads=torch_threads,
        cache_folder=cache_folder,
    )


def load_from_settings(settings: Settings) -> Rater:
    """``load_rater`` with everything the settings say. Raises as it does."""
    return load_rater(
        settings.model,
        settings.adapter,
        settings.device,
        settings.dtype,
        frames=settings.frames,
        max_pixels=settings.max_pixels,
        offline=settings.offline,
        torch_threads=settings.torch_threads,
        cache_folder=settings.home / "cache",
    )


def is_stand_in(model: str) -> bool:
    """Whether the name asks for the rater without a model."""
    return model.partition("?")[0] == stand_in.NAME


def adjusted(spec: ModelSpec, *, frames: int | None = None, max_pixels: int | None = None) -> ModelSpec:
    """The spec with the user's frame count and pixel budget; the budget over all frames follows them.

    A smaller ``max_pixels`` wins over the model's ``min_pixels``. Raises ModelIncompatibleError where the
    result contradicts itself.
    """
    if frames is None and max_pixels is None:
        return spec
    old = spec.pixels
    per_frame = max_pixels or old.max_pixels
    count = frames or spec.sampling.frames
    share = old.total_pixels / (old.max_pixels * spec.sampling.frames)
    least = min(old.min_pixels, per_frame)
    pixels = Pixels(least, per_frame, max(int(per_frame * count * share), least * count))
    return replace(spec, sampling=replace(spec.sampling, frames=count), pixels=pixels)
