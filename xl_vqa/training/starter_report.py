"""How good the starter is on contents it never saw, as numbers in one dictionary."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xl_vqa.rating import LabelDistribution
from xl_vqa.training.clips import Clip
from xl_vqa.training.defects import CLEAN

SEVERE: Final = 4
"""Severities from here on count as severe."""


def ranks(values: Sequence[float]) -> NDArray[np.float64]:
    """Average ranks, ties shared."""
    return np.asarray(pd.Series(list(values)).rank(), dtype=np.float64)


def correlation(a: Sequence[float] | NDArray[Any], b: Sequence[float] | NDArray[Any]) -> float:
    """Pearson's; 0 where one side does not vary."""
    x, y = np.asarray(a, float), np.asarray(b, float)
    if len(x) < 2 or x.std() == 0 or y.std() == 0:
        return 0.0
    return float(np.corrcoef(x, y)[0, 1])


def evaluate(clips: Sequence[Clip], answers: Sequence[LabelDistribution]) -> dict[str, Any]:
    """Agreement with the pseudo-MOS, and whether the order within a content is right.

    ``clean_above``: share of degraded clips rated below the clean copy of the same content;
    ``severity_order``: share of pairs of severities of one defect and content that are in order.
    """
    if len(clips) != len(answers):
        raise ValueError(f"{len(answers)} answers for {len(clips)} clips")
    table = pd.DataFrame([clip.to_dict() for clip in clips])
    table["predicted"] = [answer.scale.to_mos(answer.expectation()) for answer in answers]
    off = [a.off_digit_mass for a in answers]
    per_defect = {
        str(name): {"n": len(group), "srcc": _srcc(group), "clean_above": _clean_above(table, group)}
        for name, group in table[table.defect != CLEAN].groupby("defect")
    }
    degraded = table[table.defect != CLEAN]
    return {
        "n": len(table),
        "contents": int(table.content.nunique()),
        "srcc": _srcc(table),
        "plcc": correlation(table.predicted.tolist(), table.mos.tolist()),
        "rmse": float(np.sqrt(((table.predicted - table.mos) ** 2).mean())),
        "rmse_of_constant": float(table.mos.std(ddof=0)),
        "predicted_spread": float(table.predicted.std(ddof=0)),
        "clean_above": _clean_above(table, degraded),
        "clean_above_severe": _clean_above(table, degraded[degraded.severity >= SEVERE]),
        "clean_above_by_severity": {
            str(severity): _clean_above(table, group) for severity, group in degraded.groupby("severity")
        },
        "severity_order": _severity_order(degraded),
        "off_digit_mass_max": float(max(off)),
        "mean_clean": float(table[table.defect == CLEAN].predicted.mean()),
        "mean_severe": float(degraded[degraded.severity >= SEVERE].predicted.mean()),
        "by_defect": per_defect,
        "by_source": {str(k): {"n": len(g), "srcc": _srcc(g)} for k, g in table.groupby("source")},
        "by_size": {
            f"{w}x{h}": {"n": len(g), "srcc": _srcc(g)} for (w, h), g in table.groupby(["width", "height"])
        },
        "calibration": _calibration(table),
        "srcc_of_oracles": _oracles(table),
    }


def _calibration(table: pd.DataFrame) -> list[dict[str, float]]:
    """Of the clips rated about alike (half a MOS wide), what the pseudo-MOS is on average."""
    rows = []
    for low in np.arange(1.0, 5.0, 0.5):
        # the last bin takes 5 itself
        inside = table[(table.predicted >= low) & (table.predicted < low + (0.5 if low < 4.5 else 0.6))]
        if len(inside):
            means = {"predicted": float(inside.predicted.mean()), "mos": float(inside.mos.mean())}
            rows.append({"low": float(low), "n": len(inside), **means})
    return rows


def _oracles(table: pd.DataFrame) -> dict[str, float]:
    """What answering one MOS per defect, or per severity, would reach: it knows what no rater is told."""
    return {
        name: correlation(ranks(table.groupby(name).mos.transform("mean").tolist()), ranks(table.mos.tolist()))
        for name in ("defect", "severity")
    }


def _srcc(group: pd.DataFrame) -> float:
    return correlation(ranks(group.predicted.tolist()), ranks(group.mos.tolist()))


def _clean_above(table: pd.DataFrame, degraded: pd.DataFrame) -> float | None:
    clean = table[table.defect == CLEAN].set_index("content").predicted
    known = degraded[degraded.content.isin(clean.index)]
    if known.empty:
        return None
    return float((known.predicted.to_numpy() < clean.loc[known.content].to_numpy()).mean())


def _severity_order(degraded: pd.DataFrame) -> float | None:
    right = total = 0
    for _, group in degraded.groupby(["content", "defect"]):
        predicted = group.sort_values("severity").predicted.to_numpy()
        for i in range(len(predicted)):
            total += len(predicted) - i - 1
            right += int((predicted[i + 1 :] < predicted[i]).sum())
    return right / total if total else None


def credits(clips: Sequence[Clip], authors: Mapping[str, tuple[str, str, str]]) -> list[tuple[str, str, str, int]]:
    """(source, license, authors, pictures) of all contents that were trained on; ``authors`` by content name."""
    pictures: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for clip in clips:
        author, license, group = authors[clip.content]
        pictures[clip.source, license][author].add(group)
    rows = []
    for (source, license), by_author in sorted(pictures.items()):
        rows.append(
            (source, license, "; ".join(sorted(by_author)), sum(len(groups) for groups in by_author.values()))
        )
    return rows
