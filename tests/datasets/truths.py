"""Tables of nine videos whose means are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from xl_vqa.datasets.prepare import prepare
from xl_vqa.datasets.prepared import Options
from xl_vqa.datasets.wanted import Wanted

VIDEOS = [f"{scene}_{crf}.mp4" for scene in ("park", "sea", "town") for crf in (18, 28, 38)]


def means(path: Path, **wanted: Any) -> dict[str, float]:
    prepared = prepare(path, Options(check_videos=False, wanted=Wanted(**wanted)))
    found = {row.video: float("nan") for row in prepared.table.rows}
    for row, mos in zip(prepared.table.rows, prepared.means.mos, strict=True):
        found[row.video] = float(mos) if np.isfinite(mos) else found[row.video]
    return found


def of(scores: Sequence[Sequence[float | None]]) -> dict[str, float]:
    """The truth: scores[video][rater], None where somebody did not rate."""
    return {v: float(np.mean([x for x in row if x is not None])) for v, row in zip(VIDEOS, scores, strict=True)}


def scores(people: int, step: float = 1.0) -> list[list[float]]:
    return [[1 + step * ((3 * k + a * a + k * a) % int(4 / step + 1)) for a in range(people)] for k in range(9)]
