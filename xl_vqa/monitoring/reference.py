"""What scores are held against: a period before, a result file, or a reference that was kept with its bins."""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from xl_vqa.monitoring.drift import bin_edges
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import MOS_RANGE, Record, Records, SheetOptions, in_sheet, in_utc
from xl_vqa.words.reasons import Reason

KIND: Final = "xl-vqa monitor reference"
A_ZONE: Final = timedelta(days=1)
"""More than a moment without a zone may be ahead."""
Group = tuple[str, str]
"""A model and a source; an empty source stands for all of them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Of one group, in order of time. ``failed`` counts failures among ``asked``, the rows that could tell of one.

    ``edges`` are the inner edges of the bins of PSI, cut from ``scores``. ``outside`` counts videos unlike what
    the model was taught among ``looked``, the rows that could tell of it.
    """

    scores: tuple[float, ...]
    edges: tuple[float, ...]
    off_digits: tuple[float, ...] = ()
    gaps: tuple[float, ...] = ()
    failed: int = 0
    asked: int = 0
    outside: int = 0
    looked: int = 0

    @classmethod
    def of(cls, rows: Sequence[Record]) -> Sample:
        scores = tuple(row.score for row in rows if row.score is not None)
        return cls(
            scores,
            bin_edges(scores) if scores else (),
            tuple(row.off_digits for row in rows if row.off_digits is not None),
            tuple(row.gap for row in rows if row.gap is not None),
            sum(row.failed is True for row in rows),
            sum(row.failed is not None for row in rows),
            sum(row.outside is True for row in rows),
            sum(row.outside is not None for row in rows),
        )


Reference = Mapping[Group, Sample]


def groups_of(rows: Iterable[Record]) -> dict[Group, list[Record]]:
    """Every model's rows, and those of each of its sources where it has several.

    A row that failed before a model was known counts with the one model there is.
    """
    kept = list(rows)
    models = {row.model for row in kept if row.score is not None}
    only = next(iter(models)) if len(models) == 1 else None
    found: dict[Group, list[Record]] = {}
    for row in kept:
        model = only if row.score is None and row.model not in models and only is not None else row.model
        for source in dict.fromkeys(("", row.source)):
            found.setdefault((model, source), []).append(row)
    sources = {model: sum(one == model and source != "" for one, source in found) for model, _ in found}
    alone = {
        (model, source)
        for model, source in found
        if source and sources[model] == 1 and len(found[model, source]) == len(found[model, ""])
    }
    return {group: rows for group, rows in found.items() if group not in alone}


def reference_of(rows: Iterable[Record]) -> dict[Group, Sample]:
    return {group: Sample.of(members) for group, members in groups_of(rows).items()}


def in_order(records: Records, *, all_timed: bool = False) -> list[Record]:
    """By time, where any row has one, or ``all_timed``; those without are left out then. Else as they stand.

    Rows of the future, by a clock that was wrong, count as the latest, which is remarked.
    """
    rows = records.rows
    soon = datetime.now(UTC) + A_ZONE
    records.leave_out("in_future", sum(row.at is not None and row.at > soon for row in rows))
    if not all_timed and all(row.at is None for row in rows):
        return rows
    timed = [(row.at, row) for row in rows if row.at is not None]
    records.leave_out("no_time", len(rows) - len(timed))
    return [row for _, row in sorted(timed, key=lambda one: one[0])]


def split(records: Records, since: datetime | None) -> tuple[list[Record], list[Record]]:
    """The rows before ``since`` and from it on; without it each model's earlier and later half."""
    rows = in_order(records, all_timed=since is not None)
    if since is not None:
        before = [row for row in rows if row.at is not None and row.at < since]
        return before, rows[len(before) :]
    earlier: list[Record] = []
    later: list[Record] = []
    for model in dict.fromkeys(row.model for row in rows):
        own = [row for row in rows if row.model == model]
        earlier += own[: len(own) // 2]
        later += own[len(own) // 2 :]
    return earlier, later


def day(value: str) -> datetime:
    """The moment of ``--since``. Raises MonitoringError."""
    found = None
    with contextlib.suppress(ValueError):
        found = in_utc(datetime.fromisoformat(value.strip().replace("/", "-")))
    if found is None:
        raise MonitoringError(problem=Reason("monitoring_date", value=value))
    return found


def written(reference: Reference) -> bytes:
    """The reference as a file, with its bins."""
    groups = [
        {"model": model, "source": source, **asdict(sample)} for (model, source), sample in reference.items()
    ]
    text = json.dumps({"kind": KIND, "format": 1, "groups": groups}, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode("utf-8", "backslashreplace")


def read_reference(path: Path, options: SheetOptions) -> dict[Group, Sample]:
    """A reference that ``written`` made, or the rows of a result file. Raises EvaluationError, MonitoringError."""
    kept = _kept(path)
    if kept is None:
        return reference_of(in_sheet(path, options).rows)
    try:
        return {(str(one["model"]), str(one["source"])): _sample(one) for one in kept["groups"]}
    except (KeyError, TypeError, ValueError) as error:
        raise MonitoringError(problem=Reason("monitoring_reference_file", path=str(path))) from error


def _kept(path: Path) -> dict[str, Any] | None:
    try:
        values = json.loads(path.read_bytes())
    except (OSError, ValueError):
        # what is wrong with it the reader of tables says
        return None
    return values if isinstance(values, dict) and values.get("kind") == KIND else None


def _sample(one: Mapping[str, Any]) -> Sample:
    def numbers(name: str) -> tuple[float, ...]:
        return tuple(float(value) for value in one[name])

    gaps = numbers("gaps")
    found = Sample(
        numbers("scores"),
        numbers("edges"),
        numbers("off_digits"),
        # one that was kept when gaps were in people's units has nothing to hold MOS against
        gaps if all(abs(gap) <= MOS_RANGE for gap in gaps) else (),
        int(one["failed"]),
        int(one["asked"]),
        # of before these were counted: as not known
        int(one.get("outside", 0)),
        int(one.get("looked", 0)),
    )
    values = (*found.scores, *found.edges, *found.off_digits, *gaps)
    counted = 0 <= found.failed <= found.asked and 0 <= found.outside <= found.looked
    if not (counted and all(map(math.isfinite, values)) and list(found.edges) == sorted(set(found.edges))):
        raise ValueError("no reference has such values")
    return found
