"""Where a training clip differs from its clean copy, cell by cell: what the starter learns to see beside labels.

A clip has one label, but each of its cells shows how much is lost there. Both clips go the product's own way onto
the canvas, so a map's cells are those of the features. Clips whose frames are not those of the clean copy at the
same time (a freeze, a shake) have no map.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from xl_vqa.model_spec import ModelSpec
from xl_vqa.training.cache import Progress, atomic_path
from xl_vqa.training.clips import Clip
from xl_vqa.training.defects import CLEAN
from xl_vqa.training.features import file_name
from xl_vqa.training.forms import is_form
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.canvas import TILE_ROWS, Layout, clip_patches
from xl_vqa.vlm.patches import FACTOR as CELL
from xl_vqa.vlm.starter_statistics import cell_means, luma_of, smoothed
from xl_vqa.vlm.starter_tower import frames_of

DAMAGE: Final = 3
"""Values of a cell: the error's logarithm, what became of fine detail, what is left of the structure."""
ELSEWHERE: Final = ("freeze", "judder", "stutter", "shake", "interlaced", "frame_blending")
"""Defects that show another moment or place than the clean copy."""
DAMAGE_VERSION: Final = 1
_SLIGHT: Final = 2 / 255

Map = NDArray[np.float16]
"""[cells of whole view and tiles of all pairs, DAMAGE], the whole view's of all pairs first, in token order."""


def damage(shown: Tensor, clean: Tensor) -> Tensor:
    """Luma of canvases in 0..1 [2*t, 1, H, W] to [t, H/28, W/28, DAMAGE]; no difference is (-11.5, 0, 1)."""
    error = cell_means((shown - clean).square())
    fine = [cell_means((luma - smoothed(luma)).square()).sqrt() for luma in (shown, clean)]
    detail = ((fine[0] + _SLIGHT) / (fine[1] + _SLIGHT)).log()
    mean = [cell_means(luma) for luma in (shown, clean)]
    power = [cell_means(luma.square()) - m.square() for luma, m in zip((shown, clean), mean, strict=True)]
    shared = cell_means(shown * clean) - mean[0] * mean[1]
    bound = (power[0].clamp_min(0) * power[1].clamp_min(0)).sqrt()
    structure = (shared + _SLIGHT**2) / (bound + _SLIGHT**2)
    maps = torch.cat([(error + 1e-5).log(), detail, structure], dim=1)
    return ((maps[0::2] + maps[1::2]) / 2).permute(0, 2, 3, 1)


def has_map(clip: Clip) -> bool:
    """Whether the clip's frames are its clean copy's, damaged."""
    return not is_form(clip) and not any(name in clip.name for name in ELSEWHERE)


def make_all(clips: Sequence[Clip], folder: Path, spec: ModelSpec, *, workers: int = 2) -> list[Map | None]:
    """The maps of ``clips`` in their order, None where a clip has none; made where they are missing.

    Raises VideoError where a clip cannot be read.
    """
    clean = {clip.content: clip for clip in clips if clip.defect == CLEAN and has_map(clip)}
    jobs = [(clip, clean[clip.content], path_of(clip, folder)) for clip in clips if has_map(clip)]
    missing = [job for job in jobs if not job[2].exists()]
    progress = Progress("damage maps", len(missing))
    if missing:
        with multiprocessing.get_context("spawn").Pool(workers, _start, (spec,)) as pool:
            for _ in pool.imap_unordered(_make, missing, chunksize=8):
                progress.step()
    return load(clips, folder)


def load(clips: Sequence[Clip], folder: Path) -> list[Map | None]:
    """Only the maps that exist already."""
    paths = [path_of(clip, folder) if has_map(clip) else None for clip in clips]
    return [np.load(path) if path is not None and path.exists() else None for path in paths]


def path_of(clip: Clip, folder: Path) -> Path:
    return folder / f"damage{DAMAGE_VERSION}" / f"{file_name(clip)}.npy"


_worker: dict[str, Any] = {}


def _start(spec: ModelSpec) -> None:
    # one thread each: the work is spread over processes
    torch.set_num_threads(1)
    _worker["spec"] = spec


def _make(job: tuple[Clip, Clip, Path]) -> None:
    clip, clean, path = job
    shown, layout = _canvas(clip)
    same, its_layout = _clean_canvas(clean)
    if layout != its_layout or len(shown) != len(same):
        raise ValueError(f"{clip.key} and its clean copy are not of one size and length")
    maps = damage(shown, same)
    parts = maps[:, : layout.whole_rows], maps[:, layout.whole_rows : layout.whole_rows + TILE_ROWS]
    with atomic_path(path) as partial:
        np.save(partial, torch.cat([part.flatten(0, 2) for part in parts]).half().numpy())


@lru_cache(maxsize=1)
def _clean_canvas(clip: Clip) -> tuple[Tensor, Layout]:
    # the copies of one content come one after the other
    return _canvas(clip)


def _canvas(clip: Clip) -> tuple[Tensor, Layout]:
    """Luma of the canvases without their point samples, [frames, 1, H, W]."""
    spec: ModelSpec = _worker["spec"]
    patches = clip_patches(read_frames(clip.path, spec.sampling), spec)
    layout = Layout.of_grid(*patches.grid[1:])
    rgb = frames_of(patches.values.float() / 255, patches.grid)
    return luma_of(rgb[:, :, : (layout.whole_rows + TILE_ROWS) * CELL]), layout
