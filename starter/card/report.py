"""How good the starter is on contents it never saw, as numbers in one dictionary."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from starter.card import calibration
from starter.clips.clips import Clip
from starter.clips.defects import CLEAN, UNSEEN_DEFECTS
from xl_vqa.datasets.correlation import pearson, spearman
from xl_vqa.evaluation.intervals import MIN_FOR_INTERVAL, group_numbers, percentile_interval
from xl_vqa.evaluation.resampling import Resampling, Statistic, bootstrap, pearson_of, root_mean_of, spearman_of
from xl_vqa.words.rating import LabelDistribution

SEVERE: Final = 4
"""Severities from here on count as severe."""
ALIKE: Final = 0.05
"""Copies of one content whose labels differ by less, in MOS, have no order to get right."""
NEAR: Final = 0.5
"""A score this near the pseudo-MOS, in MOS, counts as right."""
RESAMPLES: Final = 1000
ORDERED: Final = ("clean_above", "clean_above_severe", "severity_order")
"""Of ``order`` the shares."""

FloatArray = NDArray[np.float64]
Interval = tuple[float, float]


def scores_of(answers: Sequence[LabelDistribution]) -> FloatArray:
    """The MOS that each answer stands for, (n,)."""
    return np.array([answer.scale.to_mos(answer.expectation()) for answer in answers])


def table_of(clips: Sequence[Clip], scores: Sequence[float] | FloatArray) -> pd.DataFrame:
    """One row per clip with its facts and ``predicted``. Raises ValueError where the numbers differ."""
    if len(clips) != len(scores):
        raise ValueError(f"{len(scores)} answers for {len(clips)} clips")
    table = pd.DataFrame([clip.to_dict() for clip in clips])
    table["predicted"] = np.asarray(scores, float)
    return table


def evaluate(clips: Sequence[Clip], answers: Sequence[LabelDistribution]) -> dict[str, Any]:
    """Agreement with the pseudo-MOS, whether the order within a content is right, and calibration.

    ``clean_above``: share of degraded clips rated below the clean copy of the same content, but for ``alike`` ones
    whose labels are the same;
    ``severity_order``: share of pairs of severities of one defect and content that are in order. ``..._ci95`` are
    bootstrap intervals that draw whole photographs and parts of the film; None where these are too few.

    Raises ValueError where there is not one answer per clip.
    """
    table = table_of(clips, scores_of(answers))
    degraded = table[table.defect != CLEAN]
    novel = degraded.defect.isin(UNSEEN_DEFECTS)
    return {
        "n": len(table),
        "contents": int(table.content.nunique()),
        **agreement(table),
        "rmse_of_constant": float(table.mos.std(ddof=0)),
        "within_half_mos": float(((table.predicted - table.mos).abs() <= NEAR + 1e-9).mean()),
        "predicted_spread": float(table.predicted.std(ddof=0)),
        **order(table),
        "off_digit_mass_max": max(answer.off_digit_mass for answer in answers),
        "mean_clean": _mean(table[table.defect == CLEAN].predicted),
        "mean_severe": _mean(degraded[degraded.severity >= SEVERE].predicted),
        "by_defect": by_defect(table, degraded[~novel]),
        "by_unseen_defect": by_defect(table, degraded[novel]),
        "unseen_defects": _part(table, degraded[novel]) if novel.any() else None,
        "by_source": {str(k): _row(g) for k, g in table.groupby("source")},
        "by_size": {f"{w}x{h}": _row(g) for (w, h), g in table.groupby(["width", "height"])},
        "by_fps": {f"{fps:g}": _row(g) for fps, g in table.groupby("fps")},
        **calibration.measure(table.predicted.to_numpy(), table.mos.to_numpy(), answers),
        "srcc_of_oracles": _oracles(table),
    }


def agreement(table: pd.DataFrame) -> dict[str, Any]:
    """SRCC, PLCC and RMSE (in MOS) of ``predicted`` with ``mos``, each with its interval."""
    predicted, mos = table.predicted.to_numpy(), table.mos.to_numpy()
    statistics = {
        "srcc": spearman_of(predicted, mos),
        "plcc": pearson_of(predicted, mos),
        "rmse": root_mean_of((predicted - mos) ** 2),
    }
    limits = intervals(statistics, table.group.tolist())
    return {
        "srcc": _srcc(table),
        "plcc": pearson(predicted, mos) or 0.0,
        "rmse": float(np.sqrt(((predicted - mos) ** 2).mean())),
        **{f"{name}_ci95": limits[name] for name in statistics},
    }


def intervals(statistics: Mapping[str, Statistic], groups: Sequence[str]) -> dict[str, Interval | None]:
    """95% limits from draws of whole groups, named per item; None with fewer than ten groups."""
    draws = draws_of(statistics, groups)
    return {name: percentile_interval(draws[name]) if name in draws else None for name in statistics}


def draws_of(statistics: Mapping[str, Statistic], groups: Sequence[str]) -> dict[str, FloatArray]:
    """The statistics on the same draws of whole groups, so that they can be subtracted; empty with too few."""
    resampling = Resampling(len(groups), group_numbers(list(groups)), RESAMPLES)
    return bootstrap(statistics, resampling) if resampling.units >= MIN_FOR_INTERVAL else {}


def order(table: pd.DataFrame) -> dict[str, Any]:
    """What needs no common scale: which of two copies of one content is rated higher."""
    degraded = table[table.defect != CLEAN]
    severe = degraded[degraded.severity >= SEVERE]
    return {
        "clean_above": _clean_above(table, degraded),
        "clean_above_severe": _clean_above(table, severe),
        "clean_above_by_severity": {
            f"{severity:g}": _clean_above(table, group) for severity, group in degraded.groupby("severity")
        },
        "severity_order": _severity_order(degraded),
        "alike": len(degraded) - len(comparable(table, degraded)),
    }


def by_defect(table: pd.DataFrame, degraded: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Per defect of ``degraded`` the figures of its clips; ``table`` holds the clean copies."""
    return {str(name): _part(table, group) for name, group in degraded.groupby("defect")}


def _part(table: pd.DataFrame, group: pd.DataFrame) -> dict[str, Any]:
    known = int(group.vmaf.notna().sum())
    return {
        "n": len(group),
        "contents": int(group.content.nunique()),
        "srcc": _srcc(group),
        "srcc_ci95": intervals(
            {"srcc": spearman_of(group.predicted.to_numpy(), group.mos.to_numpy())}, group.group.tolist()
        )["srcc"],
        "clean_above": _clean_above(table, group),
        "label": "VMAF" if known == len(group) else "both" if known else "table",
    }


def _row(group: pd.DataFrame) -> dict[str, Any]:
    return {"n": len(group), "srcc": _srcc(group)}


def _mean(values: Any) -> float | None:
    mean = float(values.mean())
    return mean if math.isfinite(mean) else None


def _oracles(table: pd.DataFrame) -> dict[str, float]:
    """What answering one MOS per defect, or per severity, would reach: it knows what no rater is told."""
    return {
        name: _spearman(table.groupby(name).mos.transform("mean"), table.mos) for name in ("defect", "severity")
    }


def _srcc(group: pd.DataFrame) -> float:
    return _spearman(group.predicted, group.mos)


def _spearman(x: pd.Series[float], y: pd.Series[float]) -> float:
    """0 where one side does not vary: one answer for all earns nothing."""
    return spearman(np.asarray(x, np.float64), np.asarray(y, np.float64)) or 0.0


def comparable(table: pd.DataFrame, degraded: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``degraded`` with "clean", the score of the content's clean copy; the mean of several.

    Without those whose label is the clean copy's own, within ``ALIKE``: a freeze of a still scene is no worse.
    """
    clean = table[table.defect == CLEAN].groupby("content")[["mos", "predicted"]].mean()
    known = degraded[degraded.content.isin(clean.index)]
    known = known[known.mos.to_numpy() <= clean.mos.loc[known.content].to_numpy() - ALIKE]
    return known.assign(clean=clean.predicted.loc[known.content].to_numpy())


def _clean_above(table: pd.DataFrame, degraded: pd.DataFrame) -> float | None:
    known = comparable(table, degraded)
    return float((known.predicted < known.clean).mean()) if len(known) else None


def _severity_order(degraded: pd.DataFrame) -> float | None:
    right = total = 0
    for _, group in degraded.groupby(["content", "defect"]):
        ordered = group.sort_values("severity")
        severity, mos, predicted = (ordered[name].to_numpy() for name in ("severity", "mos", "predicted"))
        # two freezes of a still scene have one label: there is no order to get right
        pairs = (severity[:, None] < severity[None, :]) & (mos[:, None] > mos[None, :])
        total += int(pairs.sum())
        right += int((pairs & (predicted[None, :] < predicted[:, None])).sum())
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


def joined_credits(
    first: Sequence[Sequence[Any]], later: Sequence[Sequence[Any]]
) -> list[tuple[str, str, str, int]]:
    """The rows of ``credits`` of two lessons; of a source in both, every author once and the larger number of
    pictures, for most are the same."""
    names: dict[tuple[str, str], dict[str, None]] = {}
    pictures: dict[tuple[str, str], int] = {}
    for source, license, authors, count in (*first, *later):
        key = source, license
        names.setdefault(key, {}).update(dict.fromkeys(authors.split("; ")))
        pictures[key] = max(pictures.get(key, 0), count)
    return [(*key, "; ".join(sorted(names[key])), pictures[key]) for key in sorted(names)]
