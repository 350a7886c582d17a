"""People's mean of a defect moved to one clip, by how much of the defect there is to be seen in it.

KADID-10k's mean of a (defect, level) stands for its 81 photographs. A blur that takes half of what can be seen
away from a lawn takes nothing from a clear sky, and nobody would call that sky blurred. So the mean is moved by
the change that the defect makes in this clip, against what it makes in photographs: a standard deviation of the
change (in logarithms) by ``TRUSTED`` of the standard deviation that people's means have from picture to picture,
and by no more than ``FARTHEST`` of them. A clip whose change lies below all that photographs show lies outside
what people were asked: there the loss falls with the change, down to none where nothing is changed.

What the change usually is was measured on photographs of the lesson, by ``python -m starter.clips.moved_opinion``
(starter/opinion/README.md). That people's means go with it is known of no single picture: the means alone are
published with their spread, so ``TRUSTED`` is this project's judgement.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from starter.clips import contents, defects, visibility
from starter.clips.encoder import Frames
from starter.clips.human_opinion import CLEAN_MOS, FOLDER, LEVELS, stills
from starter.progress import Progress
from xl_vqa.training import cache as stored

CHANGES: Final = FOLDER / "changes_of_photographs.csv"
TRUSTED: Final = 0.7
FARTHEST: Final = 2.0
LEAST_SPREAD: Final = 0.25
"""Of the logarithm of the change: noise changes every picture alike, and a hundredth more of it is not seen."""
NOTHING: Final = 0.5
"""Grey levels. Where photographs are changed by less than this the mean stands: nobody saw the defect anyway."""
TEXTURE: Final = 6.0
"""Root mean square step from pixel to pixel, in grey levels, from which on a picture counts as usual."""

Usual = tuple[tuple[float, ...], tuple[float, ...]]


@cache
def usual() -> Mapping[str, Usual]:
    """By defect: median change of levels 1..5 in grey levels, and the spread of its natural logarithm."""
    found = {}
    with CHANGES.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            levels = range(1, LEVELS + 1)
            medians = tuple(float(row[f"median_level{level}"]) for level in levels)
            found[row["distortion"]] = medians, tuple(float(row[f"spread_level{level}"]) for level in levels)
    return found


def share(defect: str, strength: float, change: float) -> float:
    """What of the usual loss of ``defect`` at ``strength`` (0..5) counts in a clip that it changes by ``change``
    grey levels (visibility.change): 0 for none, 1 for people's mean, more where it shows more than usually.

    1 for a defect that people were not asked about, or whose change was not measured.
    """
    if defect not in usual() or defect not in stills():
        return 1.0
    means, deviations = stills()[defect]
    medians, spreads = usual()[defect]
    typical = defects.along((0.0, *medians), strength)
    loss = CLEAN_MOS - defects.along((CLEAN_MOS, *means), strength)
    if typical < NOTHING or loss <= 0:
        return 1.0
    spread = max(LEAST_SPREAD, defects.along((spreads[0], *spreads), strength))
    deviation = defects.along((0.0, *deviations), strength)
    away = math.log(max(change, 1e-6) / typical) / spread
    moved = loss + TRUSTED * deviation * min(max(away, -FARTHEST), FARTHEST)
    if away < -FARTHEST:
        moved *= math.exp(spread * (away + FARTHEST))
    return min(max(moved, 0.0), CLEAN_MOS - 1) / loss


def texture(frames: Frames) -> float:
    """Root mean square step from one pixel to the next, in grey levels, of ``frames`` (n, height, width, 3)."""
    grey = frames.astype(np.float32).mean(-1)
    steps = np.square(np.diff(grey, axis=2)[:, :-1]) + np.square(np.diff(grey, axis=1)[:, :, :-1])
    return float(np.sqrt(steps.mean()))


def measure(scenes: Sequence[contents.Content], wanted: int) -> dict[str, tuple[list[float], list[float]]]:
    """``usual`` anew, over the first ``wanted`` of ``scenes`` with enough texture."""
    changes: dict[str, list[list[float]]] = {name: [[] for _ in range(LEVELS)] for name in stills()}
    progress, taken = Progress("photographs", wanted), 0
    for scene in scenes:
        frames = contents.render(scene)[[scene.frames // 2]]
        if texture(frames) < TEXTURE:
            continue
        for name, rows in changes.items():
            make = defects.BY_NAME[name].change if name in defects.BY_NAME else None
            if make is not None:
                for row, level in zip(rows, defects.BY_NAME[name].levels, strict=True):
                    after = make(frames, level, contents.generator("usual", scene.name, name))
                    row.append(visibility.change(frames, after))
        progress.step()
        if (taken := taken + 1) == wanted:
            break
    return {name: _summary(rows) for name, rows in changes.items() if rows[0]}


def _summary(rows: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    medians = [float(np.median(row)) for row in rows]
    # from the middle four fifths, so that one odd picture does not widen it; 2.563 of them are so many deviations
    spreads = [
        float(np.diff(np.log(np.maximum(np.quantile(row, [0.1, 0.9]), 1e-6)))[0] / 2.563) if median > 0 else 0.0
        for row, median in zip(rows, medians, strict=True)
    ]
    return medians, spreads


def main() -> None:
    """Writes ``CHANGES`` anew, from photographs of the lesson alone."""
    parser = argparse.ArgumentParser(prog="python -m starter.clips.moved_opinion", description=main.__doc__)
    parser.add_argument("--work", type=Path, default=stored.cache_folder("starter"))
    parser.add_argument("--contents", type=int, default=48)
    values = parser.parse_args()
    scenes = [
        scene
        for scene in contents.catalogue(values.work)
        if scene.split == "train"
        and scene.name.endswith(contents.ASKED_MARK)
        and scene.source in contents.PHOTOGRAPHS
    ]
    found = measure(scenes, values.contents)
    levels = range(1, LEVELS + 1)
    with stored.atomic_path(CHANGES) as partial, partial.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        columns = [f"{what}_level{level}" for what in ("median", "spread") for level in levels]
        writer.writerow(["distortion", *columns])
        for name, (medians, spreads) in found.items():
            writer.writerow([name, *(f"{value:.2f}" for value in (*medians, *spreads))])


if __name__ == "__main__":
    main()
