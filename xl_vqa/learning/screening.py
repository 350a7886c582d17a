"""Whether a batch of labels may be learned: what is wrong, of whom, in which rows, before anything is trained.

What people said is held against what the current model says of the same contents; how far these may lie apart is
told by the hold-out, where people's scores are trusted. A figure speaks where it is large and no chance: Holm's
procedure over all figures of a batch.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from xl_vqa.datasets.correlation import is_constant, spearman
from xl_vqa.evaluation.intervals import holm
from xl_vqa.learning.consensus import CONTRADICTS

Floats = NDArray[np.float64]

RATE: Final = 0.01
"""Of good batches that any figure of chance speaks against."""
FEWEST: Final = 10
"""Rows of a person, or of a batch, below which nothing is said of it."""
FEWEST_TRUSTED: Final = 20
SHIFT: Final = 0.7
"""MOS that people may lie higher or lower than the hold-out lets expect."""
AGREES: Final = 0.3
"""Rank correlation of model and people on the hold-out below which the model is no measure of order."""
SCATTER: Final = 1.5
OUTLIER: Final = 3.5
"""In standard deviations of the hold-out, robustly estimated (1.4826 MAD)."""
FEWEST_OUTLIERS: Final = 3
OUTLIER_SHARE: Final = 0.05
MOST_OUTLIERS: Final = 0.35
OTHERS_IN_ORDER: Final = 0.75
"""Of the correlation to expect: the rows beside the outliers have it."""
COMMON: Final = 6
"""Contents that a person must share with others to be held against them."""
CONSTANT: Final = 8
ALIKE: Final = 0.25
"""Standard deviation of the model's scores, MOS, from which videos are not all alike."""
SEVERAL: Final = 0.2
"""Share of contents from which what is wrong with them is wrong with the batch."""
ONE_SOURCE: Final = 20

KINDS: Final = (
    "constant",
    "shift",
    "flipped",
    "shuffled",
    "scatter",
    "outliers",
    "rater",
    "copies",
    "contradictions",
    "relabelled",
    "one_source",
)
"""What ``--accept`` takes."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What ``who`` said of a content: ``mos``, and what the current ``model`` says (None: not known), 1..5.

    ``before`` is the label that the current model was taught for it, where it was.
    """

    place: str
    who: str
    source: str
    content: str
    path: str
    mos: float
    model: float | None = None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """``who`` is empty where it is said of the batch; ``value`` and ``expected`` are what the sentence of the kind
    speaks of; ``rows`` are the places, the most telling first."""

    kind: str
    who: str
    value: float
    expected: float
    p: float
    rows: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        names = "kind who value expected p".split()
        return {name: getattr(self, name) for name in names} | {"rows": list(self.rows)}


@dataclass(slots=True)
class Screened:
    """``findings`` speak against learning; ``unknown`` are kinds that nothing could be said of."""

    findings: list[Finding] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trusted:
    """How people and the current model agree on the hold-out: people = offset + slope x model, give or take."""

    offset: float
    slope: float
    residuals: Floats
    order: float
    """Rank correlation."""

    @classmethod
    def of(cls, mos: Floats, model: Floats) -> Trusted | None:
        """None where there are too few, or where the model says one and the same."""
        if len(mos) < FEWEST_TRUSTED or is_constant(model):
            return None
        slope, offset = np.polyfit(model, mos, 1)
        # a model that says nothing of order is no reason to turn people's scores round
        slope = max(float(slope), 0.0)
        offset = float(mos.mean() - slope * model.mean())
        return cls(offset, slope, mos - offset - slope * model, spearman(mos, model) or 0.0)

    def residual(self, rows: Sequence[Statement]) -> Floats:
        return np.array([row.mos - self.offset - self.slope * float(row.model or 0.0) for row in rows])

    @property
    def robust_std(self) -> float:
        middle = float(np.median(self.residuals))
        return max(1.4826 * float(np.median(np.abs(self.residuals - middle))), 0.1)

    def expected_order(self, model: Floats) -> float:
        """The correlation where the model's scores spread as these do: less spread, less correlation."""
        spread = self.slope * float(model.std())
        rest = float(np.std(self.residuals, ddof=2))
        return spread / math.hypot(spread, rest) if spread > 0 else 0.0


def screen(
    rows: Sequence[Statement], trusted: Trusted | None, sources: Iterable[str] = (), *, rate: float = RATE
) -> Screened:
    """``sources`` are those of what was learned before and of the hold-out."""
    found = Screened()
    certain = [
        *_constants(rows),
        *_copies(rows),
        *_contradictions(rows),
        *_relabelled(rows),
        *_one_source(rows, sources),
    ]
    known = [row for row in rows if row.model is not None]
    chance = [*_against_others(rows)]
    if trusted is None or len(known) < FEWEST:
        found.unknown += ["shift", "flipped", "shuffled", "scatter", "outliers"]
    else:
        if trusted.order < AGREES:
            found.unknown += ["flipped", "shuffled"]
        for who, group in _groups(known):
            if not is_constant(np.array([row.mos for row in group])):
                chance += _against_model(who, group, trusted)
    corrected = holm([one.p for one in chance])
    spoken = [one for one, p in zip(chance, corrected, strict=True) if p < rate and _is_large(one)]
    found.findings = [*certain, *_telling(spoken)]
    return found


def _is_large(one: Finding) -> bool:
    if one.kind in ("shift", "rater"):
        return abs(one.value - one.expected) >= SHIFT
    if one.kind == "flipped":
        return one.value <= -AGREES / 2
    if one.kind == "shuffled":
        return one.value < one.expected / 2
    if one.kind == "scatter":
        return one.value >= SCATTER
    return one.value >= OUTLIER_SHARE and len(one.rows) >= FEWEST_OUTLIERS


def _telling(found: Sequence[Finding]) -> list[Finding]:
    """Scores out of order also scatter and lie far out; the one word that says why is enough."""
    kinds = defaultdict(set)
    for one in found:
        kinds[one.who].add(one.kind)
    hides = {"shuffled": {"flipped"}, "scatter": {"flipped", "shuffled"}, "outliers": {"flipped", "shuffled"}}
    return [one for one in found if not hides.get(one.kind, set()) & (kinds[one.who] | kinds[""])]


def _groups(rows: Sequence[Statement]) -> list[tuple[str, list[Statement]]]:
    """The batch, and each person with enough rows where there are several."""
    people: dict[str, list[Statement]] = defaultdict(list)
    for row in rows:
        people[row.who].append(row)
    groups = [("", list(rows))]
    if len(people) > 1:
        groups += [(who, group) for who, group in people.items() if len(group) >= FEWEST]
    return groups


# -- against the model


def _against_model(who: str, rows: Sequence[Statement], trusted: Trusted) -> list[Finding]:
    mos = np.array([row.mos for row in rows])
    model = np.array([float(row.model or 0.0) for row in rows])
    residuals = trusted.residual(rows)
    middle = float(np.median(trusted.residuals))
    furthest = np.argsort(-np.abs(residuals - middle), kind="stable")
    found = []

    def add(kind: str, value: float, expected: float, p: Any, chosen: Sequence[int]) -> None:
        places = tuple(rows[k].place for k in chosen)
        found.append(Finding(kind, who, value, expected, float(p), places))

    shift = float(residuals.mean())
    p = stats.ttest_ind(residuals, trusted.residuals, equal_var=False).pvalue
    add("shift", shift, 0.0, p, [int(k) for k in np.argsort(-residuals * np.sign(shift), kind="stable")])
    # beside its own middle: a batch that lies higher as a whole is a shift, not so many outliers
    far = np.abs(residuals - float(np.median(residuals))) > OUTLIER * trusted.robust_std
    usual = np.abs(trusted.residuals - middle) > OUTLIER * trusted.robust_std
    # where a few rows account for all disorder, they are what is to be named
    few = OUTLIER_SHARE <= float(far.mean()) < MOST_OUTLIERS and int(far.sum()) >= FEWEST_OUTLIERS
    inside = spearman(mos[~far], model[~far]) if few else None
    if inside is None or inside < OTHERS_IN_ORDER * trusted.expected_order(model[~far]):
        order = spearman(mos, model)
        if trusted.order >= AGREES and order is not None:
            # Student's t of a rank correlation, one-sided
            t = order * math.sqrt((len(rows) - 2) / max(1 - order**2, 1e-12))
            p = stats.t.cdf(t, len(rows) - 2)
            add("flipped", order, trusted.order, p, [int(k) for k in furthest])
            expected = trusted.expected_order(model)
            apart = math.atanh(min(expected, 0.999)) - math.atanh(max(min(order, 0.999), -0.999))
            # Fisher's z; 1.06 for ranks (Fieller, Hartley and Pearson 1957)
            error = math.sqrt(1.06 / (len(rows) - 3) + 1.06 / (len(trusted.residuals) - 3))
            add("shuffled", order, expected, stats.norm.sf(apart / error), [int(k) for k in furthest])
        spread = float(residuals.std(ddof=1) / max(float(trusted.residuals.std(ddof=2)), 0.1))
        p = stats.levene(residuals, trusted.residuals, center="median").pvalue
        add("scatter", spread, 1.0, p, [int(k) for k in furthest])
    share = (float(usual.sum()) + 1) / (len(usual) + 2)
    p = stats.binomtest(int(far.sum()), len(rows), min(share, 1.0), alternative="greater").pvalue
    add("outliers", float(far.mean()), share, p, [int(k) for k in furthest if far[k]])
    return found


# -- against others


def _against_others(rows: Sequence[Statement]) -> list[Finding]:
    """Each person against the mean of the others, on the contents that they share."""
    by_content: dict[str, list[Statement]] = defaultdict(list)
    for row in rows:
        by_content[row.content].append(row)
    apart: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for said in by_content.values():
        people = {row.who for row in said}
        if len(people) < 2:
            continue
        for row in said:
            others = [other.mos for other in said if other.who != row.who]
            apart[row.who].append((row.mos - math.fsum(others) / len(others), row.place))
    found = []
    for who, pairs in apart.items():
        values = np.array([value for value, _ in pairs])
        if len(values) < COMMON:
            continue
        p = 0.0 if is_constant(values) and values[0] else float(stats.ttest_1samp(values, 0.0).pvalue)
        order = np.argsort(-np.abs(values), kind="stable")
        places = tuple(pairs[int(k)][1] for k in order)
        found.append(Finding("rater", who, float(values.mean()), 0.0, 1.0 if math.isnan(p) else p, places))
    # of three of whom one differs all do from the mean of the others: the one who does most comes first
    found.sort(key=lambda one: -abs(one.value))
    return found


# -- without chance


def _constants(rows: Sequence[Statement]) -> list[Finding]:
    found = []
    for who, group in _groups(rows):
        mos = np.array([row.mos for row in group])
        scores = np.array([row.model for row in group if row.model is not None])
        alike = len(scores) >= 2 and float(scores.std()) < ALIKE
        if len(group) >= CONSTANT and is_constant(mos) and not alike:
            found.append(Finding("constant", who, float(mos[0]), 0.0, 0.0, tuple(row.place for row in group)))
            if not who:
                break
    return found


def _copies(rows: Sequence[Statement]) -> list[Finding]:
    """One person, one content, two files, two scores."""
    said: dict[tuple[str, str], list[Statement]] = defaultdict(list)
    for row in rows:
        said[row.who, row.content].append(row)
    torn = [group for group in said.values() if _spread(group) >= CONTRADICTS]
    return _several("copies", torn, len(said))


def _contradictions(rows: Sequence[Statement]) -> list[Finding]:
    said: dict[str, dict[str, Statement]] = defaultdict(dict)
    for row in rows:
        said[row.content][row.who] = row
    shared = [list(people.values()) for people in said.values() if len(people) > 1]
    return _several("contradictions", [group for group in shared if _spread(group) >= CONTRADICTS], len(said))


def _relabelled(rows: Sequence[Statement]) -> list[Finding]:
    """Contents that the current model was taught another label for."""
    known = [row for row in rows if row.before is not None]
    other = [[row] for row in known if abs(row.mos - float(row.before or 0.0)) >= CONTRADICTS]
    return _several("relabelled", other, len(rows))


def _several(kind: str, groups: Sequence[Sequence[Statement]], total: int) -> list[Finding]:
    if len(groups) < FEWEST_OUTLIERS or len(groups) < SEVERAL * total:
        return []
    places = tuple(row.place for group in groups for row in group)
    return [Finding(kind, "", len(groups) / total, 0.0, 0.0, places)]


def _one_source(rows: Sequence[Statement], sources: Iterable[str]) -> list[Finding]:
    own = {row.source for row in rows}
    known = set(sources) - {""}
    if len(rows) < ONE_SOURCE or len(own) != 1 or len(known | own) < 2:
        return []
    return [Finding("one_source", "", 1.0, float(len(known)), 0.0, tuple(row.place for row in rows))]


def _spread(rows: Sequence[Statement]) -> float:
    values = [row.mos for row in rows]
    return max(values) - min(values)
