"""What the frozen part of the tower sees of every clip, computed once and kept on disk.

A clip goes the product's own way: its encoded file is read by xl_vqa.video, cut into patches by
xl_vqa.vlm.patches and run through the tower. Training then needs no pictures any more.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from starter.fit.trunk_weights import load_trunk
from starter.progress import Progress
from xl_vqa.training.cache import atomic_path
from xl_vqa.video.read import read_frames
from xl_vqa.vlm import starter_tower
from xl_vqa.vlm.canvas import clip_patches
from xl_vqa.vlm.starter_model import small_config
from xl_vqa.words.model_spec import ModelSpec


@dataclass(frozen=True, slots=True)
class OnDisk:
    """An array in a file, of which rows are read when they are asked for.

    The file is not kept open: a mapping per clip would use up what a process may open.
    """

    path: Path

    def __getitem__(self, rows: Any) -> NDArray[np.float16]:
        return np.array(np.load(self.path, mmap_mode="r")[rows])


class File(Protocol):
    """What is seen: a clip, or a form of one."""

    @property
    def path(self) -> str: ...

    @property
    def key(self) -> str:
        """Names its features."""

    @property
    def pairs(self) -> int:
        """How many frame pairs are looked at; 0: as many as of any video."""


@dataclass(frozen=True, slots=True)
class StoredFeatures:
    """One clip's features, float16, as xl_vqa.vlm.starter_tower.ClipFeatures."""

    whole: NDArray[np.float16] | OnDisk
    tiles: NDArray[np.float16] | OnDisk
    samples: NDArray[np.float16]
    pairs: NDArray[np.float16]
    clip: NDArray[np.float16]
    grid: tuple[int, int, int]
    summary: NDArray[np.float16]
    """starter_tower.summary_of."""


def extract_all(
    clips: Sequence[File], folder: Path, spec: ModelSpec, weights: Path, *, workers: int = 2
) -> list[StoredFeatures]:
    """Features of every clip, in the same order; computed where they are missing.

    Raises VideoError where a clip cannot be read.
    """
    folder = folder / recipe(spec)
    missing = [clip for clip in clips if not _paths(clip, folder)[0].exists()]
    progress = Progress("features", len(missing))
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with multiprocessing.get_context("spawn").Pool(workers, _start, (spec, weights)) as pool:
            for _ in pool.imap_unordered(_extract, [(clip, folder) for clip in missing], chunksize=4):
                progress.step()
    return [_load(clip, folder) for clip in clips]


def load_one(clip: File, folder: Path, spec: ModelSpec) -> StoredFeatures | None:
    """The features of ``clip`` if they are in ``folder`` already."""
    place = folder / recipe(spec)
    return _load(clip, place) if _paths(clip, place)[0].exists() else None


def load_all(clips: Sequence[File], folder: Path, spec: ModelSpec) -> list[StoredFeatures]:
    """Those of every clip, in the same order. Raises FileNotFoundError where one is not in ``folder``."""
    return [_load(clip, folder / recipe(spec)) for clip in clips]


def recipe(spec: ModelSpec) -> str:
    """Names the folder of features: changes with everything that they depend on."""
    words = f"{spec.sampling}|{spec.pixels}|{spec.normalization}|{starter_tower.FEATURES_VERSION}"
    return hashlib.blake2b(words.encode(), digest_size=6).hexdigest()


_worker: dict[str, Any] = {}


def _start(spec: ModelSpec, weights: Path) -> None:
    # one thread each: the work is spread over processes
    torch.set_num_threads(1)
    tower = starter_tower.StarterTower(small_config(vocabulary=16))
    load_trunk(tower.trunk, weights)
    _worker.update(spec=spec, tower=tower.eval())


def _extract(job: tuple[File, Path]) -> None:
    clip, folder = job
    spec: ModelSpec = _worker["spec"]
    sampling = replace(spec.sampling, frames=2 * clip.pairs) if clip.pairs else spec.sampling
    decoded = read_frames(clip.path, sampling)
    patches = clip_patches(decoded, spec)
    with torch.no_grad():
        features = _worker["tower"].features(patches.normalized(spec.normalization), patches.grid)
    whole, tiles, small = _paths(clip, folder)
    _summary_of(whole).unlink(missing_ok=True)
    with atomic_path(small) as partial:
        values = {name: getattr(features, name).half().numpy() for name in ("samples", "pairs", "clip")}
        np.savez(partial, grid=np.array(patches.grid), **values)
    for path, part in ((tiles, features.tiles), (whole, features.whole)):
        with atomic_path(path) as partial:
            np.save(partial, part.half().numpy())


def _paths(clip: File, folder: Path) -> tuple[Path, Path, Path]:
    """In the order in which they are looked for; the first is written last."""
    name = clip.key.replace("/", "__").replace("#", "_")
    return folder / f"{name}.whole.npy", folder / f"{name}.tiles.npy", folder / f"{name}.npz"


def _load(clip: File, folder: Path) -> StoredFeatures:
    whole, tiles, small = _paths(clip, folder)
    with np.load(small) as values:
        t, h, w = (int(n) for n in values["grid"])
        cells = OnDisk(whole), OnDisk(tiles)
        rest = values["samples"], values["pairs"], values["clip"]
    return StoredFeatures(*cells, *rest, (t, h, w), _summary(whole, cells, *rest))


def summaries(items: Sequence[StoredFeatures]) -> torch.Tensor:
    """[n, SUMMARY_FEATURES]"""
    return torch.from_numpy(np.stack([item.summary for item in items])).float()


def _summary_of(whole: Path) -> Path:
    return whole.with_name(whole.name.replace(".whole.", ".summary."))


def _summary(whole: Path, cells: tuple[OnDisk, OnDisk], *rest: NDArray[np.float16]) -> NDArray[np.float16]:
    """Kept in a file, for it needs all cells."""
    path = _summary_of(whole)
    if not path.exists():
        parts = (torch.from_numpy(np.asarray(part, np.float32)) for part in (*(c[:] for c in cells), *rest))
        summary = starter_tower.summary_of(starter_tower.ClipFeatures(*parts))
        with atomic_path(path) as partial:
            np.save(partial, summary.half().numpy())
    found: NDArray[np.float16] = np.load(path)
    return found
