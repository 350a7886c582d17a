"""From a sheet to the label store: which cells people wrote, about which content, beside which rating."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from xl_vqa.evaluation.errors import EvaluationError
from xl_vqa.evaluation.tables import Table, read_table, text
from xl_vqa.host.recorded import known_contents, recorded
from xl_vqa.learning.corrections import HIGH, LOW, Correction
from xl_vqa.learning.errors import LearningError
from xl_vqa.learning.label_store import Change, LabelStore
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import HUMAN, TIMES, find_column, folder_of, moment, our_column
from xl_vqa.sheets.marks import Mark
from xl_vqa.sheets.video_paths import resolve
from xl_vqa.video.fingerprint import fingerprint
from xl_vqa.words.errors import VideoError, XlVqaError
from xl_vqa.words.labels import Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.rating import Rating
from xl_vqa.words.reasons import Reason
from xl_vqa.words.settings import Settings

OnProgress = Callable[[int, int], None]
MOS_DECIMALS: Final = 9


@dataclass(frozen=True, slots=True)
class SheetReading:
    """How a sheet is read: headers of columns, who wrote the scores, their range, and whether 1 is the best."""

    human: str | None = None
    rater: str | None = None
    source: str | None = None
    content: str | None = None
    scale: Scale = field(default_factory=Scale)
    turned: bool = False

    @property
    def range(self) -> str:
        ends = (
            (self.scale.mos_max, self.scale.mos_min) if self.turned else (self.scale.mos_min, self.scale.mos_max)
        )
        return f"{ends[0]:g}..{ends[1]:g}"

    def mos(self, value: float) -> float | None:
        """A score of the sheet on 1..5; None outside its range."""
        low, high = self.scale.mos_min, self.scale.mos_max
        if not low <= value <= high:
            return None
        share = (value - low) / (high - low)
        return round(LOW + (HIGH - LOW) * (1 - share if self.turned else share), MOS_DECIMALS)


@dataclass(slots=True)
class Collected:
    """``problems`` are rows that were not taken, or taken with a remark: (row, error)."""

    change: Change
    problems: list[tuple[int, XlVqaError]]
    blank: int


def collect(
    sheet: Path, settings: Settings, reading: SheetReading, on_progress: OnProgress | None = None
) -> Collected:
    """Takes the human scores of a sheet into the label store. Raises LearningError where nothing can be taken.

    Every cell with something in it is taken, or is a problem with its row.
    """
    table = _table(sheet)
    human = _find(table, reading.human, HUMAN) or _missing(table)
    found, blank, problems = _rows(table, human, reading, sheet)
    _with_contents(found, settings, problems, on_progress or (lambda done, total: None))
    _with_ratings(found, settings)
    with LabelStore(settings) as store:
        change = store.put(list(found.values()), blank)
    rows = {one.row for one in change.other_file}
    problems += [(row, LearningError(problem=Reason("correction_other_file", row=row))) for row in sorted(rows)]
    return Collected(change, sorted(problems, key=lambda one: one[0]), len(blank))


def _table(sheet: Path) -> Table:
    try:
        table = read_table(sheet)
        table.require("path")
    except EvaluationError as error:
        raise LearningError(problem=Reason.of(error)) from error
    return table


def _find(table: Table, told: str | None, known: tuple[str, ...]) -> str | None:
    try:
        return find_column(table, told, known)
    except MonitoringError as error:
        raise LearningError(problem=error.params["problem"]) from error


def _missing(table: Table) -> str:
    columns = ", ".join(table.titles.values())
    raise LearningError(problem=Reason("learning_no_human", path=str(table.path), columns=columns))


def _rows(
    table: Table, human: str, reading: SheetReading, sheet: Path
) -> tuple[dict[int, Correction], list[tuple[str, str, str, str]], list[tuple[int, XlVqaError]]]:
    """The corrections by row, the keys of rows whose cell is empty, and what is wrong with others."""
    names = {
        "rater": "rater" if "rater" in table.titles else None,
        "time": _find(table, None, TIMES),
        "source": _find(table, reading.source, ()),
        "content": _find(table, reading.content, ()) or ("content" if "content" in table.titles else None),
    }
    ours = {name: name if name in table.titles else our_column(table, name) for name in ("model", "score", "mos")}
    now = datetime.now(UTC).isoformat(timespec="seconds")
    sheet = sheet.absolute()
    found: dict[int, Correction] = {}
    blank: list[tuple[str, str, str, str]] = []
    problems: list[tuple[int, XlVqaError]] = []
    taken: dict[tuple[str, str, str, str], int] = {}

    def cell(row: Mapping[str, Any], name: str | None) -> str:
        return "" if name is None else text(row.get(name)) or ""

    for row, place in zip(table.rows, table.numbers, strict=True):
        written, named = row.get(human), text(row.get("path"))
        if named is None:
            if text(written) is not None:
                problems.append((place, LearningError(problem=Reason("correction_no_video", row=place))))
            continue
        rater = reading.rater or cell(row, names["rater"])
        path = resolve(named, str(sheet.parent))
        key = (str(sheet), table.titles[human], rater, path)
        if text(written) is None:
            blank.append(key)
            continue
        value = written_number(written)
        mos = None if value is None else reading.mos(value)
        if mos is None:
            why = "correction_no_number" if value is None else "correction_outside"
            problem = Reason(why, row=place, value=str(written), range=reading.range)
            problems.append((place, LearningError(problem=problem)))
            continue
        if key in taken:
            twice = Reason("correction_twice", row=place, other=taken[key], video=named)
            first = found.get(taken[key])
            if first is None or first.mos != mos:
                problems.append((place, LearningError(problem=twice)))
                # of two words of one person neither can be believed
                found.pop(taken[key], None)
            continue
        taken[key] = place
        at = moment(row.get(names["time"])) if names["time"] else None
        stood = _stood(row, ours)
        mark = Mark.parse(cell(row, ours["model"]))
        found[place] = Correction(
            sheet=str(sheet),
            heading=table.titles[human],
            rater=rater,
            path=path,
            row=place,
            video="",
            mos=mos,
            as_read=str(written),
            scale=reading.range,
            source=cell(row, names["source"]) or folder_of(path),
            content=cell(row, names["content"]),
            model=mark.model if mark else cell(row, ours["model"]),
            model_mos=stood,
            written_at=None if at is None else at.isoformat(),
            collected_at=now,
        )
    return found, blank, problems


def _stood(row: Mapping[str, Any], ours: Mapping[str, str | None]) -> float | None:
    """The MOS of the rating in the sheet, from its label where there is no column of MOS."""
    mos = written_number(row.get(ours["mos"] or ""))
    if mos is not None and LOW <= mos <= HIGH:
        return mos
    label, scale = written_number(row.get(ours["score"] or "")), Scale()
    inside = label is not None and scale.label_min <= label <= scale.label_max
    return scale.to_mos(label) if label is not None and inside else None


def _with_contents(
    found: dict[int, Correction],
    settings: Settings,
    problems: list[tuple[int, XlVqaError]],
    report: OnProgress,
) -> None:
    """The fingerprint of each content. A video that cannot be read now has none, and is named."""
    paths = list(dict.fromkeys(one.path for one in found.values()))
    known: dict[str, str] = {}
    if settings.store_file.is_file():
        try:
            known = known_contents(settings.store_file, paths)
        except sqlite3.DatabaseError:
            known = {}
    wrong: dict[str, XlVqaError] = {}
    for done, path in enumerate(paths):
        report(done, len(paths))
        if path in known:
            continue
        try:
            known[path] = fingerprint(path)
        except VideoError as error:
            wrong[path] = error
    report(len(paths), len(paths))
    for place, one in found.items():
        found[place] = replace(one, video=known.get(one.path, ""))
        if one.path in wrong:
            problems.append((place, wrong[one.path]))


def _with_ratings(found: dict[int, Correction], settings: Settings) -> None:
    """The stored rating that stood beside each: the newest of the sheet's model, else of any."""
    videos = {one.video for one in found.values()} - {""}
    if not videos or not settings.store_file.is_file():
        return
    try:
        ratings = recorded(settings.store_file, videos).ratings
    except sqlite3.DatabaseError:
        return
    newest: dict[tuple[str, str], Rating] = {}
    for rating in ratings:
        for model in (rating.model, ""):
            newest[rating.video_fingerprint, model] = rating
    for place, one in found.items():
        beside = newest.get((one.video, one.model))
        if beside is not None:
            found[place] = replace(
                one,
                model=one.model or beside.model,
                model_fingerprint=beside.model_fingerprint,
                model_mos=one.model_mos if one.model_mos is not None else on_acr(beside),
            )


def on_acr(rating: Rating) -> float:
    """The MOS of a rating on 1..5, whatever the model's own range."""
    scale = rating.distribution.scale
    return LOW + (HIGH - LOW) * (rating.mos - scale.mos_min) / (scale.mos_max - scale.mos_min)
