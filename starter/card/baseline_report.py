"""The starter beside BRISQUE, NIQE and VMAF on the very same clips, with paired intervals of the difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from starter.card import baselines
from starter.card.natural_scene_statistics import FloatArray
from starter.card.report import agreement, by_defect, draws_of, order, table_of
from starter.clips.clips import Clip
from starter.clips.defects import CLEAN
from xl_vqa.evaluation.intervals import percentile_interval
from xl_vqa.evaluation.resampling import spearman_of

STARTER: Final = "starter"
BRISQUE: Final = "brisque"
NIQE: Final = "niqe"
VMAF: Final = "vmaf"

Scores = Mapping[str, FloatArray]
"""By rater one figure per clip, (n,); higher is better."""


def measure(
    training: Sequence[Clip],
    held_out: Mapping[str, tuple[Sequence[Clip], FloatArray]],
    folder: Path,
    *,
    workers: int = 2,
) -> tuple[dict[str, Any], dict[str, Scores]]:
    """Fits the baselines on ``training`` and compares them on every part of ``held_out``.

    ``held_out`` holds clips and the starter's MOS (n,) by the name of the split; features are kept in ``folder``.
    Returns the figures ({"facts", "splits"}) and every rater's scores by split.

    Raises SourceError where the training clips are too few, VideoError where a clip cannot be read.
    """
    lesson, clean = baselines.taught(training), baselines.pristine(training)
    measured = [clip for clips, _ in held_out.values() for clip in clips]
    wanted = {clip.key: clip for clip in (*lesson, *clean, *measured)}
    stored = dict(zip(wanted, baselines.extract_all(list(wanted.values()), folder, workers=workers), strict=True))
    fitted = baselines.fit(
        ([stored[clip.key] for clip in lesson], lesson), [stored[clip.key] for clip in clean], jobs=workers
    )
    splits: dict[str, Any] = {}
    scores: dict[str, Scores] = {}
    for split, (clips, starter) in held_out.items():
        items = [stored[clip.key] for clip in clips]
        found: Scores = {STARTER: starter, BRISQUE: fitted.brisque(items), NIQE: -fitted.niqe(items)}
        splits[split], scores[split] = compare(clips, found), found
    return {"facts": dict(fitted.facts), "splits": splits}, scores


def compare(clips: Sequence[Clip], scores: Scores) -> dict[str, Any]:
    """Figures of every rater on ``clips``, and of VMAF on those that have one, the starter beside it.

    ``with_vmaf`` and ``with_vmaf_table`` (labels that VMAF did not give) are clips of which VMAF is known.
    """
    reference = [clip.judged_by_vmaf for clip in clips]
    found: dict[str, Any] = {"all": _figures(clips, scores)}
    for name, own in (("with_vmaf", True), ("with_vmaf_table", False)):
        chosen = [i for i, value in enumerate(reference) if value is not None and (own or clips[i].vmaf is None)]
        if chosen:
            part = {rater: values[chosen] for rater, values in scores.items()}
            part[VMAF] = np.array([reference[i] for i in chosen], float)
            found[name] = _figures([clips[i] for i in chosen], part)
    return found


def _figures(clips: Sequence[Clip], scores: Scores) -> dict[str, Any]:
    tables = {rater: table_of(clips, values) for rater, values in scores.items()}
    differences = _differences(tables)
    found = {}
    for rater, table in tables.items():
        figures = agreement(table)
        if rater in {NIQE, VMAF}:
            # scales of their own: only their order can be compared with a MOS
            figures = {name: value for name, value in figures.items() if name.startswith("srcc")}
        rows = by_defect(table, table[table.defect != CLEAN])
        found[rater] = {
            "n": len(table),
            **figures,
            **{name: value for name, value in order(table).items() if name != "clean_above_by_severity"},
            "starter_minus": differences.get(rater),
            "by_defect": {name: row["srcc"] for name, row in rows.items()},
        }
    return found


def _differences(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[float] | None]:
    """By rater the 95% limits of the starter's SRCC minus the rater's, on the same draws of whole groups."""
    statistics = {
        rater: spearman_of(table.predicted.to_numpy(), table.mos.to_numpy()) for rater, table in tables.items()
    }
    draws = draws_of(statistics, tables[STARTER].group.tolist())
    limits = {rater: percentile_interval(draws[STARTER] - draws[rater]) for rater in draws if rater != STARTER}
    return {rater: None if found is None else list(found) for rater, found in limits.items()}
