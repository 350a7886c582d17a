"""What is watched of one rating, and the records of the store and of a sheet."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from xl_vqa.evaluation.matching import match
from xl_vqa.evaluation.stated_scale import scale_of_result
from xl_vqa.evaluation.tables import Table, read_table, text, warns_of
from xl_vqa.host.database import is_damage, why_refused
from xl_vqa.host.recorded import recorded
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.sheets.columns import field_of_heading
from xl_vqa.sheets.marks import Mark
from xl_vqa.words.labels import Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.rating import UNLIKE_TAUGHT, Rating
from xl_vqa.words.reasons import Reason

HUMAN: Final = (
    "human score",
    "human_score",
    "human mos",
    "human_mos",
    "human",
    "人の評価",
    "人の mos",
    "人の点数",
)
_SHORT_DATE: Final = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SHORT_HOUR: Final = re.compile(r"^(\d{4}-\d\d-\d\d[ T])(\d:)")
MOS_RANGE: Final = Scale().mos_max - Scale().mos_min
TIMES: Final = tuple("rated_at|rated at|date|time|評価日時|日時|日付".split("|"))


@dataclass(frozen=True, slots=True)
class Record:
    """``score`` is the expected label, None where the video ``failed``; ``gap`` is people's MOS minus the model's.

    ``at`` is None where nobody wrote when. ``failed`` is None where failures would not be known.
    """

    row: str
    model: str
    source: str
    score: float | None
    at: datetime | None = None
    off_digits: float | None = None
    gap: float | None = None
    failed: bool | None = None
    outside: bool | None = None
    """Whether the model found the video unlike those that it was taught."""
    scale: Scale | None = None
    """The one that the score's own result states; else the sheet's holds."""


@dataclass(slots=True)
class Records:
    """``unused`` counts rows by why they were left out, or what is to be known of them: a key of texts.TEXTS."""

    rows: list[Record] = field(default_factory=list)
    unused: dict[str, int] = field(default_factory=dict)
    crashes: list[str] = field(default_factory=list)
    _said: set[tuple[Any, ...]] = field(default_factory=set, repr=False)

    def says_again(self, video: str | None, *rest: Any) -> bool:
        """Whether an earlier row says the same of the same video: by the same rater and model, at the same time,
        the same scores. Such a row counts once."""
        said = (video, *rest)
        again = video is not None and said in self._said
        self._said.add(said)
        self.leave_out("repeated", again)
        return again

    def leave_out(self, why: str, count: int = 1) -> None:
        if count:
            self.unused[why] = self.unused.get(why, 0) + count


@dataclass(frozen=True, slots=True)
class SheetOptions:
    """How a sheet is read: headers of columns, the scale of people's scores, and whether 1 is the best."""

    human: str | None = None
    source: str | None = None
    time: str | None = None
    scale: Scale = field(default_factory=Scale)
    turned: bool = False


def in_store(path: Path) -> Records:
    """The ratings of the host's store. Raises MonitoringError."""
    if not path.is_file():
        raise MonitoringError(problem=Reason("monitoring_no_store", path=str(path)))
    try:
        found = recorded(path)
    except sqlite3.DatabaseError as error:
        key = "monitoring_store_unreadable" if is_damage(error) else "monitoring_store_refused"
        raise MonitoringError(problem=Reason(key, path=str(path), why=why_refused(error, path))) from error
    if not found.ratings:
        raise MonitoringError(problem=Reason("monitoring_no_store", path=str(path)))
    records = Records([_of_rating(rating) for rating in found.ratings], crashes=found.crashes)
    records.leave_out("damaged", found.damaged)
    return records


def has_scores(table: Table) -> bool:
    """Whether a table holds the model's scores itself; else its scores are people's."""
    return "expected_label" in table.titles or our_column(table, "score") is not None


def in_sheet(path: Path, options: SheetOptions) -> Records:
    """The rows of a sheet that holds the model's scores. Raises EvaluationError, MonitoringError."""
    return _rows_of(read_table(path), options)


def with_people(path: Path, store: Path, options: SheetOptions) -> Records:
    """A sheet's own rows where it holds the model's scores; else the store's ratings, with the sheet's people.

    Raises EvaluationError, MonitoringError.
    """
    table = read_table(path)
    if has_scores(table):
        return _rows_of(table, options)
    table.require("path")
    records = in_store(store)
    human = find_column(table, options.human, (*HUMAN, "mos")) or _missing(table, "mos")
    source = None if options.source is None else find_column(table, options.source, ())
    known = [k for k, row in enumerate(table.rows) if text(row.get("path"))]
    # of several rows of one video the first counts, as in an evaluation
    known = [k for k in known if not records.says_again(text(table.rows[k].get("path")))]
    # a video may have ratings of several models: each is joined
    models = {record.model for record in records.rows}
    for model in sorted(models):
        ours = [k for k, record in enumerate(records.rows) if record.model == model and record.row]
        names = [str(text(table.rows[k].get("path"))) for k in known]
        found = match(names, [records.rows[k].row for k in ours], wanted_folder=path.absolute().parent).found
        records.leave_out("not_in_store", len(known) - len(found))
        for mine, theirs in found.items():
            row, place = table.rows[known[mine]], ours[theirs]
            record = records.rows[place]
            if source is not None:
                record = replace(record, source=text(row.get(source)) or "")
            gap = _gap(row, human, record.score, record.scale or options.scale, options, records)
            records.rows[place] = replace(record, gap=gap)
    return records


def _of_rating(rating: Rating) -> Record:
    name = f"{rating.model} {rating.model_fingerprint[:11]}".strip()
    folder = folder_of(rating.path)
    row = rating.path or rating.video_fingerprint
    off = rating.distribution.off_digit_mass
    outside = UNLIKE_TAUGHT in rating.warnings
    at, scale = moment(rating.rated_at), rating.distribution.scale
    return Record(row, name, folder, rating.expected_label, at, off, outside=outside, scale=scale)


def _rows_of(table: Table, options: SheetOptions) -> Records:
    score = "expected_label" if "expected_label" in table.titles else str(our_column(table, "score"))
    names = HUMAN if score == "expected_label" else (*HUMAN, "mos")
    human = find_column(table, options.human, names)
    at = find_column(table, options.time, TIMES)
    source = find_column(table, options.source, ())
    model = "model" if "model" in table.titles else our_column(table, "model")
    error = "error" if "error" in table.titles else our_column(table, "error")
    records = Records()
    other: list[float] = []
    for row, place in zip(table.rows, table.numbers, strict=True):
        path = text(row.get("path")) or ""
        value, own = written_number(row.get(score)), scale_of_result(row)
        labels = own or options.scale
        if value is not None and not labels.label_min <= value <= labels.label_max:
            other.append(value)
            continue
        failed = value is None and error is not None and text(row.get(error)) is not None
        if value is None and not failed:
            records.leave_out("no_score")
            continue
        name = _model(row.get(model) if model else None, row.get("model_fingerprint"))
        when = moment(row.get(at)) if at else None
        people = row.get(human) if human else None
        if records.says_again(path or None, row.get("rater"), name, when, value, people):
            continue
        records.rows.append(
            Record(
                row=f"#{place} {path}".strip(),
                model=name,
                source=folder_of(path) if source is None else text(row.get(source)) or "",
                score=value,
                at=when,
                off_digits=written_number(row.get("off_digit_mass")),
                gap=_gap(row, human, value, labels, options, records),
                failed=failed if error is not None else None,
                outside=None
                if failed or "warnings" not in table.titles
                else warns_of(row.get("warnings"), UNLIKE_TAUGHT),
                scale=own,
            )
        )
    if len(other) > len(records.rows):
        raise MonitoringError(problem=_of_another_scale(table, str(table.titles[score]), other, options.scale))
    records.leave_out("score_outside", len(other))
    return records


def _of_another_scale(table: Table, column: str, scores: Sequence[float], scale: Scale) -> Reason:
    return Reason(
        "monitoring_other_scale",
        path=str(table.path),
        column=column,
        count=len(scores),
        value=f"{scores[0]:g}",
        low=scale.label_min,
        high=scale.label_max,
        ends=f"{scale.mos_min:g},{scale.mos_max:g}",
    )


def _gap(
    row: Mapping[str, Any],
    human: str | None,
    score: float | None,
    labels: Scale,
    options: SheetOptions,
    records: Records,
) -> float | None:
    """``labels`` is the scale whose labels the score is one of; people's own is that of the options."""
    people = None if human is None else written_number(row.get(human))
    if people is None or score is None:
        return None
    scale = options.scale
    if not (scale.mos_min <= people <= scale.mos_max and labels.label_min <= score <= labels.label_max):
        records.leave_out("outside_scale")
        return None
    ends = (scale.mos_max, scale.mos_min) if options.turned else (scale.mos_min, scale.mos_max)
    return gap_in_mos(people, score, ends, (labels.label_min, labels.label_max))


def gap_in_mos(people: float, score: float, ends: tuple[float, float], labels: tuple[float, float]) -> float:
    """People minus model in MOS (1 to 5), what every limit is in, whichever scale people use.

    ``ends`` are people's worst and best score, ``labels`` the lowest and highest label.
    """
    (worst, best), (low, high) = ends, labels
    return ((people - worst) / (best - worst) - (score - low) / (high - low)) * MOS_RANGE


def _model(cell: Any, fingerprint: Any) -> str:
    name = text(cell) or ""
    mark = Mark.parse(name)
    return f"{mark.model if mark else name} {str(fingerprint or '')[:11]}".strip()


def our_column(table: Table, wanted: str) -> str | None:
    """The column that the product headed for a field, as "VQA score"."""
    for name, title in table.titles.items():
        headed = field_of_heading(title)
        if headed is not None and headed.field == wanted and headed.number == 1:
            return name
    return None


def find_column(table: Table, told: str | None, known: tuple[str, ...]) -> str | None:
    """The column that was told, else the first of those that are ``known``. Raises MonitoringError."""
    if told is None:
        return next((name for name in known if name in table.titles), None)
    wanted = told.strip().casefold()
    for name, title in table.titles.items():
        if wanted in (name, title.strip().casefold()):
            return name
    return _missing(table, told)


def _missing(table: Table, column: str) -> str:
    columns = ", ".join(table.titles.values())
    raise MonitoringError(
        problem=Reason("monitoring_no_column", path=str(table.path), column=column, columns=columns)
    )


def folder_of(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[0]


def moment(cell: Any) -> datetime | None:
    """A moment in UTC, as ``in_utc``."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        cell = datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, str):
        # a sheet saved as text has 2026/9/1 and 2026年9月1日, without the zeros that ISO 8601 asks for
        plain = _SHORT_DATE.sub(lambda found: "{}-{:0>2}-{:0>2}".format(*found.groups()), cell.strip())
        clock = _SHORT_HOUR.sub(r"\g<1>0\2", plain)
        try:
            cell = datetime.fromisoformat(clock)
        except ValueError:
            return None
    if not isinstance(cell, datetime):
        return None
    return in_utc(cell)


def in_utc(moment: datetime) -> datetime | None:
    """What names no zone is taken as it stands; None for one that no year of the calendar has in UTC."""
    try:
        return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except OverflowError:
        return None
