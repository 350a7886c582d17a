"""From the name of a model to a rater. torch is imported only when a model that needs it is loaded."""

from __future__ import annotations

from pathlib import Path

from xl_vqa.vlm import stand_in
from xl_vqa.vlm.identity import adjusted
from xl_vqa.vlm.rater import Rater
from xl_vqa.vlm.threads import wait_patiently
from xl_vqa.words.settings import Settings


def load_rater(
    model: str,
    adapter: str | None = None,
    device: str = "auto",
    dtype: str = "auto",
    *,
    frames: int | None = None,
    fps: float | None = None,
    max_pixels: int | None = None,
    offline: bool = False,
    torch_threads: int = 0,
    cache_folder: Path | None = None,
) -> Rater:
    """Loads ``starter``, ``stand-in`` (with options after ``?``), a model folder, or a hub name.

    ``frames``, ``fps`` and ``max_pixels`` replace the model's own numbers; ``offline`` forbids asking a hub;
    ``cache_folder`` keeps the hashes of weight files, so that a later start need not read them again.

    Raises ModelNotFoundError, ModelIncompatibleError, ModelMemoryError.
    """
    if stand_in.is_stand_in(model):
        options = stand_in.StandInOptions.parse(model)
        spec = adjusted(options.spec(), frames=frames, fps=fps, max_pixels=max_pixels)
        return stand_in.StandInRater(options, spec=spec)
    wait_patiently()
    from xl_vqa.vlm.vlm_rater import load_vlm_rater

    return load_vlm_rater(
        model,
        adapter,
        device,
        dtype,
        frames=frames,
        fps=fps,
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
        fps=settings.fps,
        max_pixels=settings.max_pixels,
        offline=settings.offline,
        torch_threads=settings.torch_threads,
        cache_folder=settings.home / "cache",
    )
