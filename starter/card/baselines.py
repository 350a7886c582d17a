"""What the starter is measured beside, on the same clips: BRISQUE and NIQE, taught by the same training clips.

The methods are the published ones; their weights are this project's own. BRISQUE's regression (RBF support vector
machine on features scaled to -1..1) learns the pseudo-MOS of training clips; NIQE's model of natural scenes is
fitted to the clean training clips and never told a score.
"""

from __future__ import annotations

import multiprocessing
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVR

from starter.card.natural_scene_statistics import (
    FloatArray,
    SceneModel,
    brisque_features,
    luma_of,
    niqe_patches,
    sharp,
)
from starter.clips.clips import Clip
from starter.clips.contents import generator
from starter.clips.defects import CLEAN
from starter.pictures.sources import SourceError
from starter.progress import Progress
from xl_vqa.training.cache import atomic_path
from xl_vqa.video.read import read_frames
from xl_vqa.words.model_spec import Sampling

SAMPLING: Final = Sampling(frames=2, adjacent_pairs=False)
"""Both methods look at single pictures: two from different places of the clip, at full size."""
VERSION: Final = 1
"""Goes up whenever the stored features would come out differently."""
MOST_TAUGHT: Final = 1500
"""Training clips of the regression: more make it slower and hardly better."""
MOST_PRISTINE: Final = 400
GRID: Final[Mapping[str, Sequence[float]]] = {"svr__C": (0.5, 2, 8), "svr__gamma": (0.1, 0.4, 1.6)}
FOLDS: Final = 4


@dataclass(frozen=True, slots=True)
class SceneFeatures:
    """Of one clip: ``brisque`` (36,), the mean over its pictures; ``patches`` (n, 36) of all pictures;
    ``pristine`` (m, 36), only the sharp ones of each picture."""

    brisque: FloatArray
    patches: FloatArray
    pristine: FloatArray


def extract(path: str) -> SceneFeatures:
    """Reads a clip the product's own way. Raises VideoError where it cannot be read."""
    lumas = [luma_of(frame) for frame in read_frames(path, SAMPLING, threads=1).frames]
    found = [niqe_patches(luma) for luma in lumas]
    return SceneFeatures(
        np.mean([brisque_features(luma) for luma in lumas], axis=0),
        np.concatenate([patches for patches, _ in found]),
        np.concatenate([sharp(patches, sharpness) for patches, sharpness in found]),
    )


def extract_all(clips: Sequence[Clip], folder: Path, *, workers: int = 2) -> list[SceneFeatures]:
    """Features of every clip, in the same order; computed where ``folder`` does not hold them yet.

    Raises VideoError where a clip cannot be read.
    """
    missing = [clip for clip in clips if _load(clip, folder) is None]
    if missing:
        progress = Progress("features of BRISQUE and NIQE", len(missing))
        # spawn, not fork: the parent may hold threads of torch
        with multiprocessing.get_context("spawn").Pool(workers) as pool:
            for _ in pool.imap_unordered(_store, [(clip, folder) for clip in missing], chunksize=4):
                progress.step()
    results = [_load(clip, folder) for clip in clips]
    return [found if found is not None else extract(clip.path) for clip, found in zip(clips, results, strict=True)]


def taught(clips: Sequence[Clip]) -> list[Clip]:
    """The training clips that the regression learns from: whole contents, drawn by their names."""
    chosen: list[Clip] = []
    training = [clip for clip in clips if clip.split == "train"]
    for content in _drawn(training):
        chosen += [clip for clip in training if clip.content == content]
        if len(chosen) >= MOST_TAUGHT:
            break
    return chosen[:MOST_TAUGHT]


def pristine(clips: Sequence[Clip]) -> list[Clip]:
    """The clean training clips that NIQE's model is fitted to."""
    clean = {clip.content: clip for clip in clips if clip.split == "train" and clip.defect == CLEAN}
    return [clean[content] for content in _drawn(list(clean.values()))][:MOST_PRISTINE]


def _drawn(clips: Sequence[Clip]) -> list[str]:
    names = sorted({clip.content for clip in clips})
    return [names[i] for i in generator("baselines", len(names)).permutation(len(names))]


@dataclass(frozen=True, slots=True)
class Baselines:
    """Both methods, fitted. ``facts`` are for the card: clips learned from, and the regression's parameters."""

    regression: Any
    scenes: SceneModel
    facts: Mapping[str, Any]

    def brisque(self, items: Sequence[SceneFeatures]) -> FloatArray:
        """The MOS of each item, (n,)."""
        found: FloatArray = np.clip(self.regression.predict(np.stack([item.brisque for item in items])), 1.0, 5.0)
        return found

    def niqe(self, items: Sequence[SceneFeatures]) -> FloatArray:
        """The distance of each item from natural scenes, (n,): higher is worse, on a scale of its own."""
        return np.array([SceneModel.of(item.patches).distance(self.scenes) for item in items])


def fit(
    lesson: tuple[Sequence[SceneFeatures], Sequence[Clip]], clean: Sequence[SceneFeatures], *, jobs: int = 2
) -> Baselines:
    """Fits both; the regression's parameters are chosen by cross-validation over contents.

    Raises SourceError with fewer contents than folds, or without a clean clip.
    """
    items, clips = lesson
    contents = [clip.content for clip in clips]
    if len(set(contents)) < FOLDS or not clean:
        raise SourceError(
            f"BRISQUE and NIQE need training clips of {FOLDS} contents at least and clean copies; here are "
            f"{len(set(contents))} and {len(clean)}: run 'make starter' first"
        )
    search = GridSearchCV(
        make_pipeline(MinMaxScaler((-1, 1), clip=True), SVR(epsilon=0.1)),
        GRID,
        cv=GroupKFold(FOLDS),
        scoring="neg_root_mean_squared_error",
        n_jobs=jobs,
    )
    search.fit(np.stack([item.brisque for item in items]), [clip.mos for clip in clips], groups=contents)
    scenes = SceneModel.of(np.concatenate([item.pristine for item in clean]))
    facts = {
        "taught": len(items),
        "pristine": len(clean),
        "parameters": {name.removeprefix("svr__"): value for name, value in search.best_params_.items()},
        "pictures": SAMPLING.frames,
    }
    return Baselines(search.best_estimator_, scenes, facts)


def _store(job: tuple[Clip, Path]) -> None:
    clip, folder = job
    stamp = _stamp(clip)
    found = extract(clip.path)
    with atomic_path(_path(clip, folder)) as partial:
        arrays = {name: getattr(found, name).astype(np.float32) for name in ("brisque", "patches", "pristine")}
        np.savez_compressed(partial, stamp=stamp, **arrays)


def _load(clip: Clip, folder: Path) -> SceneFeatures | None:
    """What is stored of the clip as its file is now."""
    try:
        with np.load(_path(clip, folder)) as values:
            if not np.array_equal(values["stamp"], _stamp(clip)):
                return None
            arrays = [values[name].astype(np.float64) for name in ("brisque", "patches", "pristine")]
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    return SceneFeatures(*arrays)


def _stamp(clip: Clip) -> Any:
    """A clip that was made again has another time of writing."""
    status = Path(clip.path).stat()
    return np.array([VERSION, status.st_size, status.st_mtime_ns])


def _path(clip: Clip, folder: Path) -> Path:
    return folder / f"{clip.key.replace('/', '__').replace('#', '_')}.npz"
