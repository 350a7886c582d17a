"""The figures of every group, and which of them alarm: one run of a hundred at most where nothing has changed.

A figure alarms where two things hold: it is no chance, all figures of the run taken together (Holm's procedure
over their p values), and it is large enough to matter (MATTERS): of many
thousand rows every difference is no chance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from xl_vqa.monitoring.drift import Walk, counts, psi, same_shares, walk
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import Record
from xl_vqa.monitoring.reference import Group, Reference, Sample, groups_of
from xl_vqa.words.reasons import Reason

ALARM_RATE: Final = 0.01
"""The share of runs that alarm at all where nothing has changed."""
FEWEST: Final = 30
"""Rows on either side of a figure."""
MOST_IN_A_WALK: Final = 2000
"""The newest rows that a walk goes over."""
MATTERS: Final[Mapping[str, float]] = {
    "psi": 0.1,
    "ks": 0.1,
    "off_digits": 0.6,
    "failures": 0.02,
    "outside": 0.02,
    "cusum": 0.1,
    "chart": 0.1,
}
"""The least value that alarms: PSI; the KS distance; the probability that a new row has more off-digit mass than
one of the reference (0.5: alike); the rise of the share of failures, and of videos unlike the teaching; MOS
that people and the model moved apart."""
_FEWEST_DRAWS, _MOST_DRAWS = 2000, 20_000


@dataclass(frozen=True, slots=True)
class Figure:
    """``value`` is what MATTERS speaks of; ``rows`` caused it, most telling or oldest first."""

    kind: str
    model: str
    source: str
    value: float
    p: float
    reference_rows: int
    current_rows: int
    rows: tuple[str, ...]
    alarm: bool = False

    def to_dict(self) -> dict[str, Any]:
        names = "kind model source value p reference_rows current_rows alarm".split()
        return {name: getattr(self, name) for name in names} | {"rows": list(self.rows)}


@dataclass(slots=True)
class Watch:
    """``few`` are groups with too few rows, ``unknown`` the figures that no row tells of, by group; ``walks`` and
    ``samples`` are for pictures."""

    figures: list[Figure] = field(default_factory=list)
    few: list[Group] = field(default_factory=list)
    unknown: dict[Group, list[str]] = field(default_factory=dict)
    walks: dict[Group, Walk] = field(default_factory=dict)
    samples: dict[Group, tuple[Sample, Sample]] = field(default_factory=dict)

    @property
    def alarms(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.alarm]


def watch(reference: Reference, current: Sequence[Record], *, rate: float = ALARM_RATE, seed: int = 0) -> Watch:
    """Holds ``current``, in order of time, against ``reference``. Raises MonitoringError: nothing can be said."""
    found = Watch()
    groups = groups_of(current)
    todo = []
    for group, rows in groups.items():
        before, now = reference.get(group), Sample.of(rows)
        if before is None or min(len(before.scores), len(now.scores)) < FEWEST:
            found.few.append(group)
            continue
        found.samples[group] = before, now
        enough = _enough(before, now)
        todo.append((group, rows, before, [kind for kind, is_known in enough.items() if is_known]))
        found.unknown[group] = [kind for kind, is_known in enough.items() if not is_known]
    if not todo:
        raise MonitoringError(problem=_too_few(reference, groups))
    tests = sum(len(kinds) + ("gaps" in kinds) for *_, kinds in todo)
    draws = min(_MOST_DRAWS, max(_FEWEST_DRAWS, math.ceil(4 * tests / rate)))
    for group, rows, before, kinds in todo:
        for kind in kinds:
            if kind != "gaps":
                found.figures.append(_FIGURES[kind](group, rows, before))
                continue
            walked = walk(before.gaps[-MOST_IN_A_WALK:], _gaps(rows), draws, rate, seed)
            if walked is None:
                found.unknown[group].append(kind)
                continue
            found.walks[group] = walked
            found.figures += _walked(group, rows, before, walked)
    found.figures = _judged(found.figures, rate)
    return found


def _judged(figures: Sequence[Figure], rate: float) -> list[Figure]:
    """Holm: the smallest p against rate / n, the next against rate / (n - 1), until one is too large."""
    beyond = set()
    for rank, place in enumerate(sorted(range(len(figures)), key=lambda k: figures[k].p)):
        if figures[place].p > rate / (len(figures) - rank):
            break
        beyond.add(place)
    return [
        replace(figure, alarm=place in beyond and figure.value >= MATTERS[figure.kind])
        for place, figure in enumerate(figures)
    ]


def _enough(before: Sample, now: Sample) -> dict[str, bool]:
    sizes = {
        "psi": (len(before.scores), len(now.scores)),
        "ks": (len(before.scores), len(now.scores)),
        "off_digits": (len(before.off_digits), len(now.off_digits)),
        "failures": (before.asked, now.asked),
        # where no video ever was, the model may have nothing to tell it by
        "outside": (before.looked, now.looked) if before.outside + now.outside else (0, 0),
        "gaps": (len(before.gaps), len(now.gaps)),
    }
    return {kind: min(pair) >= FEWEST for kind, pair in sizes.items()}


def _too_few(reference: Reference, groups: Mapping[Group, Sequence[Record]]) -> Reason:
    kept, rated = ({model for model, _ in one} for one in (reference, groups))
    if kept and rated and not kept & rated:
        names = [", ".join(sorted(one)) or "-" for one in (kept, rated)]
        return Reason("monitoring_other_model", reference=names[0], current=names[1])
    models = kept | rated
    sizes = []
    for model in models:
        before = reference.get((model, ""))
        rows = groups.get((model, ""), ())
        sizes.append((0 if before is None else len(before.scores), sum(row.score is not None for row in rows)))
    first, second = max(sizes, key=lambda pair: (min(pair), sum(pair)), default=(0, 0))
    return Reason("monitoring_too_few", fewest=FEWEST, reference=first, current=second)


# -- a figure each


def _scored(rows: Sequence[Record]) -> tuple[list[Record], np.ndarray[Any, np.dtype[np.float64]]]:
    kept = [row for row in rows if row.score is not None]
    return kept, np.array([row.score for row in kept], dtype=np.float64)


def _psi(group: Group, rows: Sequence[Record], before: Sample) -> Figure:
    kept, scores = _scored(rows)
    first, second = counts(before.scores, before.edges), counts(scores.tolist(), before.edges)
    # the bins that have grown, those that grew most first
    growth = second / second.sum() - first / first.sum()
    places = np.searchsorted(np.asarray(before.edges), scores, side="right")
    grown = [k for k in np.argsort(-growth[places], kind="stable") if growth[places[k]] > 0]
    names = tuple(kept[k].row for k in grown)
    value, p = psi(first, second), same_shares(first, second)
    return Figure("psi", *group, value, p, len(before.scores), len(kept), names)


def _ks(group: Group, rows: Sequence[Record], before: Sample) -> Figure:
    from scipy.stats import ks_2samp

    kept, scores = _scored(rows)
    found = ks_2samp(before.scores, scores)
    higher = found.statistic_sign > 0
    order = np.argsort(-scores if higher else scores, kind="stable")
    beyond = [k for k in order if (scores[k] > found.statistic_location) == higher]
    names = tuple(kept[k].row for k in beyond)
    value, p = float(found.statistic), float(found.pvalue)
    return Figure("ks", *group, value, p, len(before.scores), len(kept), names)


def _off_digits(group: Group, rows: Sequence[Record], before: Sample) -> Figure:
    from scipy.stats import mannwhitneyu

    kept = [(row.off_digits, row.row) for row in rows if row.off_digits is not None]
    values = [value for value, _ in kept]
    found = mannwhitneyu(values, before.off_digits, alternative="greater")
    usual = float(np.quantile(before.off_digits, 0.95))
    beyond = sorted((one for one in kept if one[0] > usual), key=lambda one: -one[0])
    share = float(found.statistic) / (len(values) * len(before.off_digits))
    names = tuple(name for _, name in beyond)
    return Figure("off_digits", *group, share, float(found.pvalue), len(before.off_digits), len(values), names)


def _failures(group: Group, rows: Sequence[Record], before: Sample) -> Figure:
    told = [(row.row, row.failed) for row in rows if row.failed is not None]
    return _rise("failures", group, told, before.failed, before.asked)


def _outside(group: Group, rows: Sequence[Record], before: Sample) -> Figure:
    told = [(row.row, row.outside) for row in rows if row.outside is not None]
    return _rise("outside", group, told, before.outside, before.looked)


def _rise(kind: str, group: Group, told: Sequence[tuple[str, bool]], before: int, asked: int) -> Figure:
    """Of the share of rows of which something is true, against ``before`` of ``asked``."""
    from scipy.stats import fisher_exact

    names = tuple(name for name, is_so in told if is_so)
    table = np.array([[len(names), len(told) - len(names)], [before, asked - before]])
    p = float(fisher_exact(table, alternative="greater").pvalue)
    return Figure(kind, *group, len(names) / len(told) - before / asked, p, asked, len(told), names)


def _gaps(rows: Sequence[Record]) -> list[float]:
    return [row.gap for row in rows if row.gap is not None][-MOST_IN_A_WALK:]


def _walked(group: Group, rows: Sequence[Record], before: Sample, walked: Walk) -> list[Figure]:
    names = [row.row for row in rows if row.gap is not None][-MOST_IN_A_WALK:]
    gaps = np.array(_gaps(rows))
    figures = []
    for kind, p, place in (("cusum", walked.cusum_p, walked.change), ("chart", walked.chart_p, walked.outside)):
        value = abs(float(gaps[place].mean()) - walked.mean)
        sizes = min(len(before.gaps), MOST_IN_A_WALK), len(gaps)
        figures.append(Figure(kind, *group, value, p, *sizes, tuple(names[place])))
    return figures


_FIGURES: Final[Mapping[str, Callable[[Group, Sequence[Record], Sample], Figure]]] = {
    "psi": _psi,
    "ks": _ks,
    "off_digits": _off_digits,
    "failures": _failures,
    "outside": _outside,
}
