"""How much of a defect is there to be seen in one clip, against what it usually changes.

A severity table says what a defect costs where it shows as it usually does. What it changes depends on the scene:
a freeze of a still scene changes nothing, sharpening nothing in a clear sky, a lost packet little where nothing
moved. So the table's loss counts by the root of the share of the usual change, and fully from ``ENOUGH`` of it on.
The usual change is a median over contents, measured by ``python -m starter.clips.visibility``; that the loss
goes with the root is this project's judgement, as the tables are.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from starter.clips import contents, defects
from starter.clips.encoder import Frames
from starter.progress import Progress
from xl_vqa.training import cache

ENOUGH: Final = 0.6
"""From this share of the usual change on the table holds as it stands: eyes adapt to much, but not to nothing."""
ALWAYS: Final = ("underexposed", "overexposed", "low_contrast", "banding")
"""Judged by the table alone: what they change is small in just those scenes that they harm most."""

USUAL: Final[Mapping[str, tuple[float, float, float, float, float]]] = {
    "sharpened": (5.12, 9.43, 14.07, 19.04, 24.73),
    "desaturated": (7.27, 12.11, 16.41, 20.55, 24.3),
    "oversaturated": (9.73, 21.19, 33.98, 44.84, 57.64),
    "color_cast": (6.36, 13.73, 22.98, 33.21, 47.51),
    "packet_loss": (2.86, 3.84, 5.57, 7.14, 10.79),
    "freeze": (5.55, 9.37, 15.45, 17.94, 23.71),
    "judder": (5.52, 8.34, 10.62, 14.21, 16.34),
    "flicker": (3.52, 6.96, 12.9, 21.19, 32.66),
    "shake": (13.11, 19.64, 24.27, 30.23, 37.12),
    "warping": (9.26, 14.88, 19.59, 24.68, 30.68),
    "morphing": (5.62, 9.87, 14.98, 22.4, 27.97),
    "texture_boiling": (4.42, 7.78, 11.09, 14.34, 17.84),
    "identity_drift": (5.46, 7.97, 11.0, 14.98, 17.64),
    "ghost_limbs": (3.09, 6.03, 9.63, 14.2, 18.83),
    "interlaced": (5.5, 8.49, 10.95, 13.18, 14.86),
    "frame_blending": (2.01, 3.75, 5.61, 9.17, 10.57),
    "stutter": (2.72, 5.63, 9.49, 13.46, 15.42),
}
"""Root mean square change, in grey levels, of severities 1..5."""


def change(before: Frames, after: Frames) -> float:
    """Root mean square difference in grey levels, on every third pixel of every third line."""
    difference = before[:, ::3, ::3].astype(np.float32) - after[:, ::3, ::3]
    return float(np.sqrt(np.square(difference).mean()))


def seen_share(defect: str, strength: float, changed: float) -> float:
    """0..1: how much of the table's loss counts for ``defect`` at ``strength`` (0..5) in a clip that it has
    ``changed`` by so many grey levels."""
    if defect not in USUAL:
        return 1.0
    usual = defects.along((0.0, *USUAL[defect]), strength)
    return min(1.0, float(np.sqrt(changed / (ENOUGH * usual)))) if usual else 1.0


def measure(scenes: Sequence[contents.Content]) -> dict[str, tuple[float, ...]]:
    """Median change of every table's defect at severities 1..5, over ``scenes``."""
    names = [d.name for d in defects.DEFECTS if d.table is not None and d.name not in ALWAYS]
    found: dict[str, list[list[float]]] = {name: [[] for _ in defects.SEVERITIES] for name in names}
    progress = Progress("contents", len(scenes))
    for scene in scenes:
        frames = contents.render(scene)
        for name in names:
            make = defects.BY_NAME[name].change
            if make is None:
                continue
            for place, level in enumerate(defects.BY_NAME[name].levels):
                after = make(frames, level, contents.generator("part", scene.name, name))
                found[name][place].append(change(frames, after))
        progress.step()
    return {name: tuple(round(float(np.median(values)), 2) for values in rows) for name, rows in found.items()}


def main() -> None:
    """Prints ``USUAL`` anew, from training contents alone."""
    parser = argparse.ArgumentParser(prog="python -m starter.clips.visibility", description=main.__doc__)
    parser.add_argument("--work", type=Path, default=cache.cache_folder("starter"))
    parser.add_argument("--contents", type=int, default=28)
    values = parser.parse_args()
    scenes = [scene for scene in contents.catalogue(values.work) if scene.split == "train"]
    for name, row in measure(scenes[: values.contents]).items():
        print(f'    "{name}": {row},')


if __name__ == "__main__":
    main()
