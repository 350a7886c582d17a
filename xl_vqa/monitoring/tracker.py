"""The log of a KPI tracker as records: its scale, period and reference are those of its Settings.

What the log has no column for (off-digit mass, videos outside the teaching) comes from the stored rating that gave
a row its score, where this machine has it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from xl_vqa.evaluation.matching import match
from xl_vqa.evaluation.tables import text
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import Record, Records, folder_of, gap_in_mos, in_store, moment
from xl_vqa.sheets.marks import Mark
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.numbers import written_number
from xl_vqa.words.reasons import Reason
from xl_vqa.workbooks.templates.known import read_template
from xl_vqa.workbooks.templates.kpi_log import ROWS
from xl_vqa.workbooks.templates.kpi_monitor_data import LOG_FACTS
from xl_vqa.workbooks.templates.kpi_settings import SECTIONS
from xl_vqa.workbooks.templates.kpi_take_over import Entries, read_entries

_SAYS: Final = ("date", "human", "second", "score", "model", "error", "before", "after")
"""What makes two rows of one video the same one."""
_DEFAULTS = {setting.key: setting.default for _, settings in SECTIONS for setting in settings}


@dataclass(frozen=True, slots=True)
class Tracker:
    """``since`` is the first day after the reference period of Settings; ``language`` is the workbook's."""

    path: Path
    records: Records
    since: datetime.datetime | None
    language: str | None
    facts: dict[str, float]
    """What the log held, as the page's own formulas count it (kpi_monitor_data.LOG_FACTS)."""


def read_tracker(path: Path, store: Path, source: str | None = None) -> Tracker:
    """``source`` is the header of a column that somebody put beside the log. Raises MonitoringError."""
    entries = read_entries(path, beside=source)
    if source is not None and source not in entries.titles:
        columns = ", ".join(entries.titles)
        raise MonitoringError(
            problem=Reason("monitoring_no_column", path=str(path), column=source, columns=columns)
        )
    settings = _DEFAULTS | entries.settings
    records = Records()
    for place, row in enumerate(entries.rows, entries.first_row):
        record = _record(place, row, settings, source)
        if record is None or records.says_again(text(row.get("video")), *(row.get(name) for name in _SAYS)):
            continue
        if not _in_period(record, settings):
            records.leave_out("outside_period")
        elif record.score is None and not record.failed:
            records.leave_out("no_score")
        else:
            records.rows.append(record)
    _join_stored(records, entries, store)
    return Tracker(path, records, _since(settings), entries.language, _facts(entries))


def is_tracker(path: Path) -> bool:
    """Whether the file is a KPI tracker, whatever it is called."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return False
    try:
        return read_template(path)[1].kind == "kpi"
    except (XlVqaError, OSError):
        return False


def _record(place: int, row: Mapping[str, Any], settings: Mapping[str, Any], source: str | None) -> Record | None:
    """None for a row that stands for a whole day."""
    path = text(row.get("video"))
    score, error = written_number(row.get("score")), text(row.get("error"))
    if path is None and score is None:
        return None
    low, high = float(settings["label_min"]), float(settings["label_max"])
    if score is not None and not low <= score <= high:
        score = None
    name = text(row.get("model")) or ""
    mark = Mark.parse(name)
    own = folder_of(path or "") if source is None else text(row.get("beside")) or ""
    return Record(
        row=f"#{place} {path or ''}".strip(),
        model=mark.model if mark else name,
        source=own,
        score=score,
        at=moment(row.get("date")),
        gap=_gap(written_number(row.get("human")), score, settings),
        failed=score is None and error is not None,
    )


def _gap(people: float | None, score: float | None, settings: Mapping[str, Any]) -> float | None:
    worst, best = float(settings["people_worst"]), float(settings["people_best"])
    low, high = float(settings["label_min"]), float(settings["label_max"])
    if people is None or score is None or best == worst or high <= low:
        return None
    if not min(worst, best) <= people <= max(worst, best):
        return None
    return gap_in_mos(people, score, (worst, best), (low, high))


def _in_period(record: Record, settings: Mapping[str, Any]) -> bool:
    """A row without a date is left out later, with the others of which nobody knows when they were rated."""
    start, end = moment(settings.get("start")), moment(settings.get("end"))
    if record.at is None:
        return True
    return (start is None or record.at >= start) and (end is None or record.at < end + datetime.timedelta(days=1))


def _since(settings: Mapping[str, Any]) -> datetime.datetime | None:
    end = moment(settings.get("reference_end"))
    return None if end is None else end + datetime.timedelta(days=1)


def _facts(entries: Entries) -> dict[str, float]:
    columns: dict[str, list[float]] = {"score": [], "human": [], "date": []}
    for row in entries.rows[:ROWS]:
        for field, values in columns.items():
            value = row.get(field)
            if isinstance(value, datetime.date):
                value = _serial(value)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                values.append(float(value))
    score, people = columns["score"], columns["human"]
    facts = (len(score), sum(score), len(people), sum(people), sum(columns["date"]))
    return dict(zip((name for name, _ in LOG_FACTS), map(float, facts), strict=True))


def _serial(day: datetime.date) -> float:
    """A date as a cell holds it."""
    whole = day if isinstance(day, datetime.datetime) else datetime.datetime(day.year, day.month, day.day)
    return (whole.replace(tzinfo=None) - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)


def _join_stored(records: Records, entries: Entries, store: Path) -> None:
    """A stored rating belongs to a row of the same video, model and label."""
    try:
        stored = in_store(store).rows
    except MonitoringError:
        # nothing was rated on this machine
        return
    names = [row.row.partition(" ")[2] for row in records.rows]
    for model in dict.fromkeys(row.model for row in records.rows):
        places = [k for k, row in enumerate(records.rows) if row.model == model and row.score is not None]
        # a stored rating's model is its name with the beginning of its fingerprint
        rated = [one for one in stored if one.row and one.model.rpartition(" ")[0] == model]
        for label in {records.rows[k].score for k in places}:
            mine = [k for k in places if records.rows[k].score == label]
            theirs = [one for one in rated if one.score is not None and int(one.score + 0.5) == label]
            found = match([names[k] for k in mine], [one.row for one in theirs]).found
            for k, other in found.items():
                kept = theirs[other]
                records.rows[mine[k]] = replace(
                    records.rows[mine[k]], off_digits=kept.off_digits, outside=kept.outside
                )
