"""Scores out of a table of predictions: which column they are, which way they run, and in what unit they are.

What an option says holds; then what the file states; then what a metric's name or the values make certain. Where
none of these settles it, the user is asked: a metric judged the wrong way round turns every verdict about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from xl_vqa.datasets.correlation import spearman
from xl_vqa.datasets.headers import Role, role_of
from xl_vqa.datasets.qualities import the_rating, the_ratings
from xl_vqa.evaluation.errors import EvaluationColumnError, EvaluationUnclearError
from xl_vqa.evaluation.failure_marks import failure_marks
from xl_vqa.evaluation.result import Notice
from xl_vqa.evaluation.stated_scale import scale_of_results
from xl_vqa.evaluation.tables import Table, text
from xl_vqa.evaluation.units import (
    Predictor,
    Units,
    has_own_units,
    lower_by_name,
    means_quality,
    of_another_scale,
    other_mos_range,
)
from xl_vqa.shell import typed
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.reasons import Reason

OUR_COLUMNS: Final = ("mos", "prediction", "expected_label", "label")
"""What the product writes, the finest first."""
PREDICTION_COLUMNS: Final = (*OUR_COLUMNS, "score")
LABEL_COLUMNS: Final = ("expected_label", "label")
_ROUNDED: Final = 0.0051
_SAME: Final = 0.95
"""The share of equal values from which two columns are one; a model agrees so with nobody."""
FEWEST: Final = 10
"""Fewer videos say nothing of a direction."""

Matched = Sequence[tuple[Mapping[str, Any], float | None]]
"""A row of predictions, and people's MOS of the same video."""
_ABOUT_SCORES: Final = (Role.COUNT, Role.SD, Role.CI)
"""Columns beside scores that are none: of how many people, and how far apart these were."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the options say of the predictors. Names are of files or columns, compared without case."""

    column: str | None = None
    """The header of the model's scores."""
    units: Units | None = None
    """The scale of the model's scores."""
    baseline_columns: Sequence[str] = ()
    lower: Sequence[str] = ()
    higher: Sequence[str] = ()

    def lower_is_better(self, *names: str) -> bool | None:
        for given, answer in ((self.lower, True), (self.higher, False)):
            if {name.casefold() for name in given} & {name.casefold() for name in names}:
                return answer
        return None


@dataclass(slots=True)
class Reading:
    """Takes a score from a row: in MOS of the manifest's scale, or in units of its own; higher is better."""

    predictor: Predictor
    key: str
    """The column's name in the table's rows."""
    scale: Scale
    of_label: bool = False
    marks: frozenset[float] = frozenset()
    """Numbers that stand for a failure."""
    notices: list[Notice] = field(default_factory=list)

    def __call__(self, row: Mapping[str, Any]) -> float | None:
        value = written_number(row.get(self.key))
        if value is None or value in self.marks:
            return None
        if self.of_label:
            return self.scale.to_mos(value) if self.scale.label_min <= value <= self.scale.label_max else None
        one = self.predictor
        return Units(one.low, one.high, one.lower_is_better).to_mos(value, self.scale)


def one_dimension(table: Table, told: Told, *, baseline: bool = False) -> tuple[Table, Told]:
    """The rows of one quality, where a benchmark's file rates every video in several: the one that is told.

    Raises EvaluationUnclearError where none is.
    """
    cells = [text(row.get("dimension")) for row in table.rows]
    found = sorted({cell for cell in cells if cell is not None})
    if "score" not in table.titles or len(found) < 2:
        return table, told
    asked = told.baseline_columns if baseline else [told.column] if told.column else []
    chosen = next((one for one in found if one.casefold() in {name.casefold() for name in asked}), None)
    chosen = chosen if asked else the_rating(found)
    if chosen is None:
        raise _which(table, found, baseline=baseline)
    kept = [index for index, cell in enumerate(cells) if cell == chosen]
    rows, numbers = [table.rows[index] for index in kept], [table.numbers[index] for index in kept]
    titles = {**table.titles, "score": chosen}
    return replace(table, rows=rows, numbers=numbers, titles=titles), told


def _which(table: Table, titles: Sequence[str], *, baseline: bool) -> EvaluationUnclearError:
    option = "--baseline-column" if baseline else "--prediction-column"
    choices = [f"{option} {typed(title)}" for title in titles]
    problem = Reason("unclear_prediction_column", columns=", ".join(titles))
    return EvaluationUnclearError(path=str(table.path), problem=problem, choices=choices)


def read_model(table: Table, scale: Scale, told: Told, matched: Matched) -> Reading:
    """The reading of the predictions that are judged. ``matched`` are the rows that the manifest knows.

    Raises EvaluationColumnError where no column, or more than one, could be meant, and EvaluationUnclearError.
    """
    return _read(table, scale, told, matched, [told.column] if told.column else [], None)


def _read(
    table: Table, scale: Scale, told: Told, matched: Matched, named: Sequence[str], baseline: str | None
) -> Reading:
    """Without a column named, those that repeat people's scores are no candidates where there are others."""
    copied = {} if named else {c: t for c, t in table.titles.items() if _is_peoples(c, matched, scale)}
    others = replace(table, titles={c: t for c, t in table.titles.items() if c not in copied})
    try:
        column = _column(others, named, baseline=baseline is not None)
    except EvaluationColumnError:
        if not copied:
            raise
        # what is judged is what it is judged by
        others, column = table, _column(table, named, baseline=baseline is not None)
    found = _Reader(others, scale, matched).read(column, told, baseline)
    if copied:
        code = "predictions_are_people" if column in copied else "people_beside_predictions"
        shown = ", ".join(copied.values())
        found.notices.append(Notice(code, {"name": found.predictor.column, "columns": shown}))
    return found


def _is_peoples(column: str, matched: Matched, scale: Scale) -> bool:
    """Whether a column of the predictions is people's own MOS, or their labels, carried along by some tool."""
    pairs = [(value, mos) for row, mos in matched if (value := written_number(row.get(column))) is not None]
    known = [(value, mos) for value, mos in pairs if mos is not None and scale.mos_min <= mos <= scale.mos_max]
    if len(known) < FEWEST or len({mos for _, mos in known}) < 3:
        return False
    own = sum(abs(value - mos) <= _ROUNDED for value, mos in known)
    labels = sum(value == scale.to_label(mos) for value, mos in known)
    return max(own, labels) >= _SAME * len(known)


def read_baseline(table: Table, scale: Scale, told: Told, matched: Matched, name: str) -> Reading:
    """The reading of another rater, which ``name`` stands for. Raises what ``read_model`` raises."""
    found = [given for given in told.baseline_columns if _named(table, given)]
    return _read(table, scale, told, matched, found[:1], name)


def _named(table: Table, told: str) -> list[str]:
    return [column for column, title in table.titles.items() if told.casefold() in (column, title.casefold())]


def _column(table: Table, told: Sequence[str], *, baseline: bool = False) -> str:
    if told:
        named = _named(table, told[0])
        if named:
            return named[0]
        raise EvaluationColumnError(path=str(table.path), column=told[0], columns=", ".join(table.titles.values()))
    ours = next((column for column in OUR_COLUMNS if column in table.titles), None)
    if ours is not None:
        return ours
    numeric = [
        column
        for column in table.titles
        if column != "path"
        and role_of(table.titles[column])[0] not in _ABOUT_SCORES
        and any(written_number(row.get(column)) is not None for row in table.rows)
    ]
    if len(numeric) == 1:
        return numeric[0]
    ratings = [column for column in numeric if table.titles[column] in the_ratings(table.titles.values())]
    if len(ratings) == 1:
        return ratings[0]
    if not numeric and "score" in table.titles:
        # its cells are named one by one
        return "score"
    if not numeric:
        raise EvaluationColumnError(path=str(table.path), column="mos", columns=", ".join(table.titles.values()))
    raise _which(table, [table.titles[column] for column in ratings or numeric], baseline=baseline)


class _Reader:
    """One table being read: what the steps share."""

    def __init__(self, table: Table, scale: Scale, matched: Matched) -> None:
        self.table, self.scale = table, scale
        self.matched = [(row, mos) for row, mos in matched if mos is not None]

    def read(self, column: str, told: Told, baseline: str | None) -> Reading:
        values = [written_number(row.get(column)) for row, _ in self.matched]
        ends = _ends(told, self.scale) if baseline is None else (self.scale.mos_min, self.scale.mos_max)
        # a unit of its own may well reach 0
        own = has_own_units(self.table.titles[column], self.table.path.stem)
        labels = (float(self.scale.label_min), float(self.scale.label_max))
        marks = failure_marks(values, *ends, () if own else (labels,)) - ({0.0} if own else set())
        self.matched = [pair for pair, value in zip(self.matched, values, strict=True) if value not in marks]
        found = self._read(column, told, baseline)
        found.marks = marks
        if marks:
            shown = ", ".join(f"{mark:g}" for mark in sorted(marks))
            count = sum(value in marks for value in values)
            name = baseline or self.table.titles[column]
            found.notices.append(Notice("failure_marks", {"name": name, "marks": shown, "count": count}))
        return found

    def _read(self, column: str, told: Told, baseline: str | None) -> Reading:
        title = self.table.titles[column]
        names = (title, self.table.path.stem)
        said = told.lower_is_better(title, self.table.path.name, self.table.path.stem, baseline or title)
        if baseline is None and told.units is not None:
            units = told.units
            lower = units.lower_is_better if said is None else said
            return self._reading(column, Predictor(title, lower, units.low, units.high, True, "told"))
        if column in OUR_COLUMNS and said is None:
            return self._ours(column, title, baseline)
        lower, known_by = self._direction(column, names, said, baseline)
        in_mos = False if has_own_units(*names) or (lower and column not in OUR_COLUMNS) else None
        found = self._reading(column, Predictor(title, lower, in_mos=in_mos, known_by=known_by))
        if lower:
            code, name = ("baseline_turned", baseline) if baseline else ("predictions_turned", title)
            found.notices.append(Notice(code, {"name": name}))
        return found

    def _reading(self, column: str, predictor: Predictor, *, of_label: bool = False) -> Reading:
        return Reading(predictor, column, self.scale, of_label)

    def _direction(
        self, column: str, names: Sequence[str], said: bool | None, baseline: str | None
    ) -> tuple[bool, str]:
        if said is not None:
            return said, "told"
        by_metric = lower_by_name(*names)
        if by_metric is not None:
            return by_metric, "metric"
        order = self._order(column)
        if means_quality(*names) and (baseline is None or order is None or order > -_limit(len(self.matched))):
            return False, "name"
        name = typed(self.table.path.name)
        choices = [f"--lower-is-better {name}", f"--higher-is-better {name}"]
        if order is not None and order > 0:
            choices = choices[::-1]
        key = "unclear_prediction_direction" if order is None else "unclear_prediction_direction_order"
        shown = "" if order is None else rounded(order, 2, sign=True)
        problem = Reason(key, column=names[0], order=shown)
        raise EvaluationUnclearError(path=str(self.table.path), problem=problem, choices=choices)

    def _order(self, column: str) -> float | None:
        pairs = [(written_number(row.get(column)), mos) for row, mos in self.matched]
        known = np.array([pair for pair in pairs if pair[0] is not None], dtype=np.float64).reshape(-1, 2)
        return spearman(known[:, 0], known[:, 1]) if len(known) >= FEWEST else None

    def _ours(self, column: str, title: str, baseline: str | None) -> Reading:
        """A column as the product writes it: labels of the scale, or MOS of the model's own scale."""
        name = baseline or self.table.path.stem
        if column in LABEL_COLUMNS:
            return self._reading(column, Predictor(title, in_mos=True, known_by="product"), of_label=True)
        stated = scale_of_results(self.table.rows)
        if stated is not None:
            span = (float(stated.mos_min), float(stated.mos_max))
            if span == (self.scale.mos_min, self.scale.mos_max):
                return self._reading(column, Predictor(title, in_mos=True, known_by="stated"))
            found = self._reading(column, Predictor(title, False, *span, in_mos=True, known_by="stated"))
            found.notices.append(self._converted("mos_stated_elsewhere", name, span))
            return found
        labels = next((one for one in LABEL_COLUMNS if one in self.table.titles), None)
        values = self._reading(column, Predictor(title, known_by="product"))
        if labels is not None:
            predictor = Predictor(self.table.titles[labels], in_mos=True, known_by="labels")
            of_label = self._reading(labels, predictor, of_label=True)
            rows = [row for row, _ in self.matched]
            if of_another_scale([values(row) for row in rows], [of_label(row) for row in rows], self.scale):
                # the labels are the common tongue: what they mean is on the manifest's scale
                of_label.notices.append(Notice("mos_of_another_scale", {"column": self.table.titles[labels]}))
                return of_label
            return values
        pairs = [(values(row), mos) for row, mos in self.matched]
        known = np.array([pair for pair in pairs if pair[0] is not None], dtype=np.float64).reshape(-1, 2)
        other = other_mos_range(known[:, 0], known[:, 1], self.scale)
        if other is None:
            return values
        span, sure = other
        if not sure and baseline is not None:
            # its order counts; whether its numbers do is not known
            return self._reading(column, Predictor(title, in_mos=False))
        if not sure:
            own = (self.scale.mos_min, self.scale.mos_max)
            choices = [f"--prediction-scale {low:g},{high:g}" for low, high in (span, own)]
            problem = Reason("unclear_prediction_scale", column=title, low=f"{span[0]:g}", high=f"{span[1]:g}")
            raise EvaluationUnclearError(path=str(self.table.path), problem=problem, choices=choices)
        found = self._reading(column, Predictor(title, False, *span, in_mos=True, known_by="values"))
        found.notices.append(self._converted("mos_recognised_elsewhere", name, span))
        return found

    def _converted(self, code: str, name: str, span: tuple[float, float]) -> Notice:
        own = f"{self.scale.mos_min:g}–{self.scale.mos_max:g}"
        return Notice(code, {"name": name, "theirs": f"{span[0]:g}–{span[1]:g}", "ours": own})


def _ends(told: Told, scale: Scale) -> tuple[float, float]:
    units = told.units or Units()
    if units.low is None or units.high is None:
        return scale.mos_min, scale.mos_max
    return units.low, units.high


def _limit(n: int) -> float:
    """A rank correlation below minus this is no chance: 95% of those of independent scores lie nearer to 0."""
    return max(0.3, 1.96 / float(np.sqrt(max(n - 1, 1))))
