"""The starter against people: defects that people were asked about, and what film-makers do on purpose.

Pictures that training never saw, with KADID-10k's defects at its levels: the mean score of a (defect, level)
over the pictures stands beside the mean opinion of its 81 pictures and 30 raters. And clean clips that move,
cut, fade or are dark or soft, whose label should be that of the plain view of the same picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from starter.card.report import FloatArray, order, table_of
from starter.clips import human_opinion, purpose
from starter.clips.clips import Clip
from starter.clips.contents import LOOK_MARK
from starter.clips.defects import CLEAN, TEMPORAL
from xl_vqa.datasets.correlation import pearson, spearman

NEAR: Final = 4.0
"""Labels by which a look may differ from the plain view."""
LABELS_PER_MOS: Final = 10.0


def cells(clips: Sequence[Clip], scores: Sequence[float] | FloatArray) -> dict[str, Any]:
    """Scores (MOS) of ``clips`` against people's means, by cell (defect, level) and by clip.

    ``by_defect`` holds the mean score and people's mean of each level, and the SRCC of its clips; ``above`` is
    by how much, at most, a defect at level 5 is scored above people's mean, and ``above_of`` which. ``clip_srcc``
    holds single clips against people's mean of their level, ``label_srcc`` against their labels, which are moved
    by how much of the defect the picture shows (clips/moved_opinion.py).

    Raises ValueError where there is not one score per clip, or no clip of a defect that people were asked about.
    """
    table = table_of(clips, scores)
    asked = table[table.defect.isin(human_opinion.stills())]
    asked = asked[asked.severity.isin(range(1, human_opinion.LEVELS + 1))]
    if asked.empty:
        raise ValueError("no clip with a defect that people were asked about")
    # what people said of the level, whatever the label of the clip was moved to
    places = zip(asked.defect, asked.severity, strict=True)
    asked = asked.assign(said=[human_opinion.stills()[str(name)][0][int(level) - 1] for name, level in places])
    by_cell = asked.groupby(["defect", "severity"])
    means, people = by_cell.predicted.mean(), by_cell.said.first()
    by_defect, above = {}, {}
    for name, group in asked.groupby("defect"):
        shown = means[name]
        said = [float(value) for value in people[name]]
        by_defect[str(name)] = {
            "levels": [int(level) for level in shown.index],
            "score": [float(value) for value in shown],
            "people": said,
            "srcc": _srcc(group.predicted, group.said),
        }
        above[str(name)] = float(shown.iloc[-1]) - said[-1]
    most = max(above, key=lambda name: above[name])
    return {
        "n": len(asked),
        "contents": int(asked.content.nunique()),
        "cells": len(means),
        "srcc": _srcc(means, people),
        "plcc": pearson(means.to_numpy(), people.to_numpy()) or 0.0,
        "rmse": float(np.sqrt(np.mean((means - people) ** 2))),
        "clip_srcc": _srcc(asked.predicted, asked.said),
        "label_srcc": _srcc(asked.predicted, asked.mos),
        "mean_clean": float(table[table.defect == CLEAN].predicted.mean()),
        "above": above[most],
        "above_of": most,
        **{name: order(table)[name] for name in ("clean_above", "clean_above_severe", "severity_order")},
        "by_defect": by_defect,
    }


def on_purpose(clips: Sequence[Clip], scores: Sequence[float] | FloatArray) -> dict[str, Any]:
    """Scores (MOS) of clean clips by look, as mean labels, and of damage on some of these looks.

    ``off`` is by how many labels a look differs from the plain view, at most, and ``off_of`` which; ``time`` and
    ``noise`` the share of clips with a defect of time on fast movement, and with noise, sharpening or blur on
    dark and soft scenes, that lie below their clean copy; None where there are none.

    Raises ValueError where there is not one score per clip, or no plain view.
    """
    table = table_of(clips, scores)
    table["look"] = table.content.str.partition(LOOK_MARK)[2]
    clean = table[table.defect == CLEAN]
    labels = {
        str(name): LABELS_PER_MOS * float(value) for name, value in clean.groupby("look").predicted.mean().items()
    }
    if purpose.PLAIN not in labels:
        raise ValueError("no plain view among the clips")
    off = {name: labels[name] - labels[purpose.PLAIN] for name in labels if name != purpose.PLAIN}
    worst = max(off, key=lambda name: abs(off[name]), default=purpose.PLAIN)
    moving = table.look.isin(purpose.MOVING)
    return {
        "n": len(table),
        "contents": int(table.group.nunique()),
        "plain": labels[purpose.PLAIN],
        "looks": {name: labels[name] for name in purpose.LOOKS if name in labels},
        "off": off.get(worst, 0.0),
        "off_of": worst,
        "near": float(np.mean([abs(value) <= NEAR for value in off.values()])) if off else None,
        "time": _above(table, moving & table.defect.isin(TEMPORAL)),
        "noise": _above(table, ~moving & (table.defect != CLEAN)),
    }


def _above(table: pd.DataFrame, chosen: pd.Series) -> float | None:
    share: float | None = order(table[(table.defect == CLEAN) | chosen])["clean_above"]
    return share


def by_origin(clips: Sequence[Clip], scores: Sequence[float] | FloatArray) -> dict[str, dict[str, float]]:
    """Agreement with the labels by who gave them: "n", "srcc" and "rmse" (MOS) of each origin."""
    table = table_of(clips, scores)
    return {
        str(name): {
            "n": len(group),
            "srcc": _srcc(group.predicted, group.mos),
            "rmse": float(np.sqrt(((group.predicted - group.mos) ** 2).mean())),
        }
        for name, group in table[table.origin != ""].groupby("origin")
    }


def _srcc(predicted: Any, wanted: Any) -> float:
    """0 where one side does not vary."""
    return spearman(np.asarray(predicted, np.float64), np.asarray(wanted, np.float64)) or 0.0


def measure(
    rated: Mapping[str, tuple[Sequence[Clip], Mapping[str, FloatArray]]], asked: str, shown: str
) -> dict[str, Any]:
    """All figures of this page by rater. ``rated`` gives clips, and scores by rater, of the splits ``asked`` and
    ``shown`` (on purpose); a split without clips is left out.
    """
    found: dict[str, Any] = {}
    for split, figures in ((asked, cells), (shown, on_purpose)):
        if split in rated:
            clips, scores = rated[split]
            found[split] = {rater: figures(clips, values) for rater, values in scores.items()}
    return found
