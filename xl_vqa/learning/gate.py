"""The gate: whether a new model may take the place of the old one, told by a hold-out that neither has learned.

Both rate the same videos; whole contents are drawn again and again (paired bootstrap), so that what two models
have in common counts for nothing. A part of the videos blocks where the new model is further from people by more
than the margin and that is no chance: Holm's procedure over all parts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from xl_vqa.evaluation.intervals import group_numbers, holm, percentile_interval, resampling_of
from xl_vqa.evaluation.resampling import Resampling, bootstrap, mean_of, spearman_of

Floats = NDArray[np.float64]

MARGIN: Final = 0.1
"""MOS that a part of the videos may get worse by."""
EQUAL: Final = 0.01
"""MOS up to which two models are equally far from people."""
ORDER: Final = 0.02
"""Rank correlation that may be lost."""
RATE: Final = 0.05
FEWEST: Final = 5
"""Contents of a part below which it is named and not judged."""
FEWEST_IN_ALL: Final = 20
RESAMPLES: Final = 4000

Decision = Literal["promoted", "worse", "undecided"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A video of the hold-out: people's MOS and both models', 1..5; ``parts`` are what it belongs to by name."""

    path: str
    content: str
    mos: float
    old: float
    new: float
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """``change`` is the mean distance from people of the new model minus that of the old one, MOS, with its 90%
    interval; below 0 is better. ``p`` is that of no worsening after Holm; None where it was not judged."""

    name: str
    value: str
    videos: int
    contents: int
    old: float
    new: float
    change: float
    low: float | None
    high: float | None
    p: float | None
    worse: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """``whole`` is of all videos, ``parts`` of each part. ``order_old`` and ``order_new`` are SRCC, ``order_p``
    the chance of no loss. ``reasons`` are keys of texts.TEXTS with what they speak of."""

    decision: Decision
    reasons: tuple[tuple[str, dict[str, Any]], ...]
    whole: Part
    parts: tuple[Part, ...]
    order_old: float | None
    order_new: float | None
    order_p: float | None
    margin: float

    def to_dict(self) -> dict[str, Any]:
        return {**asdict(self), "reasons": [{"reason": key, **params} for key, params in self.reasons]}


def judge(rows: Sequence[Judged], *, margin: float = MARGIN, resamples: int = RESAMPLES, seed: int = 0) -> Verdict:
    """Raises ValueError without rows."""
    if not rows:
        raise ValueError("a gate needs videos")
    places = _places(rows)
    every = np.ones(len(rows), dtype=bool)
    whole = _part(rows, "", "", every, resamples, seed)
    measured = [_part(rows, name, value, inside, resamples, seed) for (name, value), inside in places.items()]
    order = _order(rows, resamples, seed)
    tested = [part.p for part in measured if part.p is not None]
    if order[2] is not None:
        tested.append(order[2])
    corrected = holm(tested)
    order_p = corrected.pop() if order[2] is not None else None
    after = iter(corrected)
    parts = []
    for part in measured:
        p = None if part.p is None else next(after)
        worse = p is not None and p < RATE and part.change > margin
        parts.append(replace(part, p=p, worse=worse))
    reasons = _reasons(whole, parts, order, order_p, margin)
    decision: Decision = "promoted"
    if reasons:
        decision = "undecided" if {key for key, _ in reasons} <= {"gate_undecided", "gate_few"} else "worse"
    return Verdict(decision, tuple(reasons), whole, tuple(parts), *order[:2], order_p, margin)


def _reasons(
    whole: Part,
    parts: Sequence[Part],
    order: tuple[float | None, float | None, float | None],
    order_p: float | None,
    margin: float,
) -> list[tuple[str, dict[str, Any]]]:
    reasons: list[tuple[str, dict[str, Any]]] = []
    if whole.change > EQUAL:
        reasons.append(("gate_worse", {"change": whole.change}))
    reasons += [
        ("gate_part_worse", {"part": f"{part.name}: {part.value}", "change": part.change, "p": part.p})
        for part in parts
        if part.worse
    ]
    old, new, _ = order
    if old is not None and (new is None or (order_p is not None and old - new > ORDER and order_p < RATE)):
        reasons.append(("gate_order_worse", {"old": old, "new": new or 0.0}))
    if reasons:
        return reasons
    if whole.contents < FEWEST_IN_ALL:
        return [("gate_few", {"contents": whole.contents, "fewest": FEWEST_IN_ALL})]
    if whole.high is None or whole.high > margin:
        return [
            ("gate_undecided", {"high": whole.high if whole.high is not None else float("inf"), "margin": margin})
        ]
    return []


def _places(rows: Sequence[Judged]) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """Where each part is, by its name and value; one that holds all videos is none."""
    places: dict[tuple[str, str], NDArray[np.bool_]] = {}
    for k, row in enumerate(rows):
        for name, value in row.parts.items():
            if value:
                places.setdefault((name, value), np.zeros(len(rows), dtype=bool))[k] = True
    return {key: inside for key, inside in sorted(places.items()) if not inside.all()}


def _part(
    rows: Sequence[Judged], name: str, value: str, inside: NDArray[np.bool_], resamples: int, seed: int
) -> Part:
    chosen = [row for row, there in zip(rows, inside, strict=True) if there]
    old = np.array([abs(row.old - row.mos) for row in chosen])
    new = np.array([abs(row.new - row.mos) for row in chosen])
    changes = new - old
    groups = group_numbers([row.content for row in chosen])
    contents = len(np.unique(groups))
    low = high = p = None
    if contents >= FEWEST:
        drawn = bootstrap({"change": mean_of(changes)}, _resampling(groups, resamples, seed))["change"]
        interval = percentile_interval(drawn, 1 - 2 * RATE)
        assert interval is not None
        low, high = interval
        p = _chance(drawn)
    means = float(old.mean()), float(new.mean()), float(changes.mean())
    return Part(name, value, len(chosen), contents, *means, low, high, p, worse=False)


def _order(rows: Sequence[Judged], resamples: int, seed: int) -> tuple[float | None, float | None, float | None]:
    """SRCC of both models, and the chance that none was lost."""
    mos, old, new = (np.array([getattr(row, name) for row in rows]) for name in ("mos", "old", "new"))
    once = np.ones((len(rows), 1))
    first, second = (float(spearman_of(mos, values)(once)[0]) for values in (old, new))
    known = [None if np.isnan(value) else value for value in (first, second)]
    groups = group_numbers([row.content for row in rows])
    if None in known or len(np.unique(groups)) < FEWEST:
        return known[0], known[1], None
    statistics = {"old": spearman_of(mos, old), "new": spearman_of(mos, new)}
    drawn = bootstrap(statistics, _resampling(groups, resamples, seed))
    return known[0], known[1], _chance(drawn["old"] - drawn["new"])


def _resampling(groups: NDArray[np.int64], resamples: int, seed: int) -> Resampling:
    """Whole contents, also where there are few of them: single videos of one content are no evidence."""
    if len(np.unique(groups)) == len(groups):
        return resampling_of(len(groups), None, resamples, seed)
    return Resampling(len(groups), groups, resamples, seed)


def _chance(worsenings: Floats) -> float:
    known = worsenings[np.isfinite(worsenings)]
    return float((1 + (known <= 0).sum()) / (1 + len(known)))
