"""The hold-out: videos that no model of a line learns, fixed once by content, by which the gate judges.

One JSON file. Its fingerprint covers contents, scores and parts, not the paths: files may move, and nothing else
may change. The label store remembers it too, so that a file written anew does not pass for the old one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Final

import numpy as np

from xl_vqa.datasets.content_names import GENERIC, is_number, name_parts, one_file, without_marks
from xl_vqa.datasets.contents import plan_contents
from xl_vqa.evaluation.errors import EvaluationError
from xl_vqa.evaluation.tables import Table, read_table, text
from xl_vqa.learning.collect import OnProgress, SheetReading
from xl_vqa.learning.errors import HoldOutError
from xl_vqa.learning.label_store import LabelStore
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import HUMAN, find_column, folder_of
from xl_vqa.outputs import write_output
from xl_vqa.sheets.video_paths import resolve
from xl_vqa.video.fingerprint import fingerprint
from xl_vqa.words.errors import VideoError
from xl_vqa.words.figures import rounded
from xl_vqa.words.labels import Bands, Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.reasons import MALFORMED, Problem, Reason
from xl_vqa.words.records import record
from xl_vqa.words.settings import Settings

FILE_NAME: Final = "hold-out.json"
FORMAT: Final = 1
SHOWN: Final = 5
ATTRIBUTES: Final = ("attribute", "属性")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A video of the hold-out: its content by fingerprint and by name, people's MOS on 1..5, and its parts."""

    path: str
    video: str
    content: str
    mos: float
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HoldOut:
    rows: tuple[HeldOut, ...]
    locked_at: str

    @property
    def fingerprint(self) -> str:
        facts = sorted(json.dumps([r.video, r.content, r.mos, sorted(r.parts.items())]) for r in self.rows)
        return "b2:" + blake2b("\n".join(facts).encode(), digest_size=16).hexdigest()

    @property
    def videos(self) -> set[str]:
        return {row.video for row in self.rows}


@dataclass(frozen=True, slots=True)
class HoldOutOptions:
    """How the table is read: the column of people's scores and its range, the part of a manifest that is taken
    (``split``), and columns that are parts of their own (``slices``)."""

    reading: SheetReading = field(default_factory=SheetReading)
    split: str | None = None
    slices: tuple[str, ...] = ()


def default_file(settings: Settings) -> Path:
    return settings.home / FILE_NAME


def lock(
    table: Path, target: Path, settings: Settings, options: HoldOutOptions, on_progress: OnProgress | None = None
) -> HoldOut:
    """Fixes the hold-out of a table, once. Raises HoldOutError: it is there, or a row cannot be taken."""
    if target.exists():
        raise HoldOutError(path=str(target), problem=Reason("hold_out_there"))
    rows, problems = _rows(table, options, on_progress or (lambda done, total: None))
    if not rows and not problems:
        problems.append(Reason("hold_out_empty"))
    _refuse(table, problems)
    made = HoldOut(tuple(rows), datetime.now(UTC).isoformat(timespec="seconds"))
    values = {
        "format": FORMAT,
        "fingerprint": made.fingerprint,
        "locked_at": made.locked_at,
        "rows": [asdict(row) for row in made.rows],
    }
    with LabelStore(settings) as store:
        store.lock(target, made.fingerprint)
        write_output(target, (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace"))
    return made


def read(path: Path, settings: Settings) -> HoldOut:
    """Raises HoldOutError where there is none, or where it is not what was locked."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        rows = tuple(record(HeldOut, row) for row in values["rows"])
        found = HoldOut(rows, str(values["locked_at"]))
        said = str(values["fingerprint"])
        if values["format"] != FORMAT or not rows:
            raise ValueError("format")
    except FileNotFoundError as error:
        raise HoldOutError(path=str(path), problem=Reason("hold_out_none")) from error
    except MALFORMED as error:
        raise HoldOutError(path=str(path), problem=Reason("hold_out_unreadable")) from error
    with LabelStore(settings) as store:
        noted = store.locked(path)
    if found.fingerprint != said or noted not in (None, said):
        raise HoldOutError(path=str(path), problem=Reason("hold_out_changed", date=found.locked_at[:10]))
    return found


def check_files(path: Path, found: HoldOut, on_progress: OnProgress) -> None:
    """Whether every file still holds what was locked. Raises HoldOutError with the videos that do not."""
    problems: list[Problem] = []
    for done, row in enumerate(found.rows):
        on_progress(done, len(found.rows))
        try:
            if fingerprint(row.path) != row.video:
                problems.append(Reason("hold_out_other_file", video=row.path))
        except VideoError as error:
            problems.append(Reason.of(error))
    on_progress(len(found.rows), len(found.rows))
    _refuse(path, problems)


def overlap(found: HoldOut, videos: Sequence[tuple[str, str, str]]) -> list[str]:
    """Of ``videos`` (place, fingerprint or empty, path) those that are contents of the hold-out: by their bytes,
    or versions of one source by their names."""
    held = found.videos
    names = {name for row in found.rows if (name := _source_name(row.path)) is not None}
    return [place for place, video, path in videos if video in held or _source_name(path) in names]


def _source_name(path: str) -> str | None:
    """A name without what tells versions apart (crf28, 720p); None of names that say nothing (0001, clip_7).

    One plan over both sides (``plan_contents``) would take a front that many names share for one content.
    """
    parts = without_marks(name_parts(one_file(path).stem))
    telling = [part for part in parts if len(part) >= 3 and not is_number(part) and part not in GENERIC]
    return "_".join(parts) if telling else None


def _rows(table_file: Path, options: HoldOutOptions, report: OnProgress) -> tuple[list[HeldOut], list[Problem]]:
    table = _table(table_file)
    human = _column(table, options.reading.human, (*HUMAN, "mos"))
    if human is None:
        raise HoldOutError(path=str(table_file), problem=Reason("hold_out_no_scores"))
    names = {name: _column(table, name, ()) for name in options.slices}
    names |= {name: name for name in ATTRIBUTES if name in table.titles}
    source = _column(table, options.reading.source, ())
    chosen = [
        (place, row)
        for place, row in zip(table.numbers, table.rows, strict=True)
        if options.split is None or (text(row.get("split")) or "") == options.split
    ]
    folder = str(table_file.absolute().parent)
    paths = [resolve(text(row.get("path")) or "", folder) if text(row.get("path")) else "" for _, row in chosen]
    contents = plan_contents(
        [path or "-" for path in paths], [text(row.get("content")) for _, row in chosen]
    ).contents
    rows: list[HeldOut] = []
    problems: list[Problem] = []
    for done, ((place, row), path, content) in enumerate(zip(chosen, paths, contents, strict=True)):
        report(done, len(chosen))
        value = written_number(row.get(human))
        mos = None if value is None else options.reading.mos(value)
        if not path or mos is None:
            problems.append(Reason("hold_out_row", row=place, range=options.reading.range))
            continue
        try:
            video = fingerprint(path)
        except VideoError as error:
            problems.append(Reason.of(error))
            continue
        parts = {name: text(row.get(column)) or "" for name, column in names.items() if column}
        parts["source"] = (text(row.get(source)) or "") if source else folder_of(path)
        parts["band"] = Bands.default().of(Scale().to_label(mos)).key
        rows.append(HeldOut(path, video, content, mos, parts))
    report(len(chosen), len(chosen))
    lengths = _lengths([row.path for row in rows])
    return [
        HeldOut(row.path, row.video, row.content, row.mos, {**row.parts, "length": length})
        for row, length in zip(rows, lengths, strict=True)
    ], problems


def _lengths(paths: Sequence[str]) -> list[str]:
    """Thirds of the lengths, fixed when the hold-out is: ``2.0-4.5 s``; empty where all are alike or unknown."""
    from xl_vqa.video.probe import probe

    seconds: list[float | None] = []
    for path in paths:
        try:
            seconds.append(float(probe(path).duration_s))
        except VideoError:
            seconds.append(None)
    known = np.array([one for one in seconds if one is not None])
    if len(known) == 0 or float(np.ptp(known)) < 0.1:
        return [""] * len(paths)
    ends = np.unique(np.quantile(known, [0, 1 / 3, 2 / 3, 1]))
    last = len(ends) - 2
    said = []
    for one in seconds:
        if one is None:
            said.append("")
            continue
        k = int(np.clip(np.searchsorted(ends, one, side="right") - 1, 0, last))
        said.append(f"{rounded(ends[k], 1)}-{rounded(ends[k + 1], 1)} s")
    return said


def _table(path: Path) -> Table:
    try:
        table = read_table(path)
        table.require("path")
    except EvaluationError as error:
        raise HoldOutError(path=str(path), problem=Reason.of(error)) from error
    return table


def _column(table: Table, told: str | None, known: tuple[str, ...]) -> str | None:
    try:
        return find_column(table, told, known)
    except MonitoringError as error:
        raise HoldOutError(path=str(table.path), problem=error.params["problem"]) from error


def _refuse(path: Path, problems: list[Problem]) -> None:
    """Raises HoldOutError with the first of ``problems`` and how many more there are; nothing without any."""
    more = len(problems) - SHOWN
    del problems[SHOWN:]
    if more > 0:
        problems.append(Reason("and_more", count=more))
    if problems:
        raise HoldOutError(path=str(path), problem=problems)
