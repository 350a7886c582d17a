"""What a watch found, written into the monitor page of a KPI tracker.

Only the hidden sheet behind the page is written, by the names of its areas; the page is formulas over it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from xl_vqa.monitoring.drift import GROUP, Walk, counts
from xl_vqa.monitoring.errors import MonitoringError
from xl_vqa.monitoring.records import Records
from xl_vqa.monitoring.reference import Group
from xl_vqa.monitoring.report import rate_line, row_names, sentence, unknown_lines, where
from xl_vqa.monitoring.texts import tr
from xl_vqa.monitoring.tracker import Tracker
from xl_vqa.monitoring.watch import Figure, Watch
from xl_vqa.sheets.areas import Area, parse_area
from xl_vqa.words.reasons import Reason
from xl_vqa.workbooks import sheet_edit
from xl_vqa.workbooks.cells import from_stored
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile
from xl_vqa.workbooks.templates import kpi_monitor_data as page

_SHOWN_ROWS: Final = 5


def write_page(tracker: Tracker, found: Watch, language: str, made: datetime.datetime) -> None:
    """Fills in the page of the tracker's file, or nothing: the file is replaced whole.

    Raises MonitoringError where the tracker is of a version without the page; WorkbookLockedError,
    OutputNotWritableError.
    """
    workbook = WorkbookFile(tracker.path)
    places = _places(workbook, tracker.path)
    sheet = Sheet(workbook, workbook.entry(places["made"][0]))
    cells = contents(found, tracker.records, language, made)
    cells |= {name: [[value]] for name, value in tracker.facts.items()}
    for name, (_, area) in places.items():
        _fill(sheet, area, cells.get(name, ()))
    last = max(area.last_column for _, area in places.values())
    sheet_edit.widen_dimension(sheet, Area(1, 1, max(sheet.rows, default=1), last))
    workbook.package.replace(sheet.entry.part, sheet.tree)
    sheet_edit.recalculate_on_load(workbook)
    workbook.package.save(tracker.path)


def _places(workbook: WorkbookFile, path: Path) -> dict[str, tuple[str, Area]]:
    """Sheet and area by name, wherever they have moved."""
    found = {}
    for element in workbook.tree.getroot().iterfind("{*}definedNames/{*}definedName"):
        name = element.get("name", "").removeprefix(page.PREFIX)
        sheet, _, area = from_stored(element.text or "").lstrip("=").rpartition("!")
        if name in page.AREAS and element.get("name", "").startswith(page.PREFIX) and "#REF" not in area:
            found[name] = sheet.strip("'").replace("''", "'"), parse_area(area.replace("$", ""))
    if found.keys() != page.AREAS.keys():
        raise MonitoringError(problem=Reason("monitoring_no_page", path=str(path)))
    return found


def _fill(sheet: Sheet, area: Area, rows: Sequence[Sequence[Any]]) -> None:
    """The rows from the top of ``area`` on; what an earlier run wrote below them is taken away."""
    for k in range(area.last_row - area.first_row + 1):
        row = area.first_row + k
        values = rows[k] if k < len(rows) else ()
        there = sheet.cells.get(row, {})
        for offset in range(area.last_column - area.first_column + 1):
            column = area.first_column + offset
            value = values[offset] if offset < len(values) else None
            if value is not None or column in there:
                sheet_edit.put(sheet, row, column, value)


def contents(found: Watch, records: Records, language: str, made: datetime.datetime) -> dict[str, list[list[Any]]]:
    """The cells of every area but the facts of the log."""
    groups = _in_line(found)
    shown, left = groups[: page.GROUPS], groups[page.GROUPS :]
    alarms = _by_weight(found)
    notes = unknown_lines(found, records, language)
    if len(notes) > page.NOTES:
        notes = [*notes[: page.NOTES - 1], tr("page_more_notes", language, count=len(notes) - page.NOTES + 1)]
    more = len(alarms) - page.ALARMS
    cells: dict[str, list[list[Any]]] = {
        "made": [[_made(found, language, made)]],
        "reference": [[_reference(found, language)]],
        "more": [[tr("page_more_alarms", language, count=more)]] if more > 0 else [],
        "left_out": [[tr("page_more_groups", language, count=len(left))]] if left else [],
        "rate": [[rate_line(found, language)]],
        "count": [[len(shown)]],
        "alarms": [[sentence(one, language)] for one in alarms[: page.ALARMS]],
        "rows": [
            [row_names([_short(row) for row in one.rows], language, _SHOWN_ROWS)] for one in alarms[: page.ALARMS]
        ],
        "notes": [[note] for note in notes],
        "names": [[where(group, language)] for group in shown],
        "models": [[group[0] or tr("no_model", language)] for group in shown],
        "sources": [[group[1] or tr("all_sources", language)] for group in shown],
    }
    return cells | _figures(found, shown) | _walks(found, shown) | _bins(found, shown)


def _short(row: str) -> str:
    """The row's number and the name of its file: the folder stands in the sheet."""
    number, _, path = row.partition(" ")
    return f"{number} {path.replace(chr(92), '/').rpartition('/')[2]}".strip()


def _in_line(found: Watch) -> list[Group]:
    """Models before their sources; of these the ones that alarm before the others."""
    alarming = {(one.model, one.source) for one in found.alarms}
    return sorted(found.samples, key=lambda group: (group[1] != "", group not in alarming))


def _by_weight(found: Watch) -> list[Figure]:
    """A model's alarms before those of its sources."""
    return sorted(found.alarms, key=lambda one: one.source != "")


def _made(found: Watch, language: str, made: datetime.datetime) -> str:
    return tr("page_made", language, date=f"{made:%Y-%m-%d %H:%M}", count=len(found.alarms))


def _reference(found: Watch, language: str) -> str:
    models = [(group, pair) for group, pair in found.samples.items() if not group[1]]
    said = [
        tr("page_reference", language, where=where(group, language), before=len(a.scores), now=len(b.scores))
        for group, (a, b) in models[:3]
    ]
    return " ".join(said)


def _figures(found: Watch, shown: Sequence[Group]) -> dict[str, list[list[Any]]]:
    by = {(one.model, one.source, one.kind): one for one in found.figures}
    lines = [[by.get((*group, kind)) for kind in page.FIGURES] for group in shown]
    return {
        "values": [[None if one is None else one.value for one in line] for line in lines],
        "alarming": [[None if one is None else int(one.alarm) for one in line] for line in lines],
    }


def _walks(found: Watch, shown: Sequence[Group]) -> dict[str, list[list[Any]]]:
    cells: dict[str, list[list[Any]]] = {
        name: [] for name in ("starts", "points", "limits", "row", "up", "down", "mean")
    }
    for group in shown:
        walked = found.walks.get(group)
        points = [] if walked is None else _points(walked)
        cells["starts"].append([len(cells["row"]) + 1])
        cells["points"].append([len(points)])
        cells["limits"].append([] if walked is None else [walked.cusum_limit, walked.chart_limit])
        for point in points:
            for name, value in zip(("row", "up", "down", "mean"), point, strict=True):
                cells[name].append([value])
    return cells


def _points(walked: Walk) -> list[tuple[int, float, float, float]]:
    """Of each whole group of rows: its last row, the highest places of both paths, its mean."""
    found = []
    for k, mean in enumerate(walked.means[: page.POINTS]):
        # the rows behind the last whole group belong to its point
        last = len(walked.up) if k + 1 == len(walked.means) else (k + 1) * GROUP
        part = slice(k * GROUP, last)
        found.append((last, float(walked.up[part].max()), float(walked.down[part].max()), float(mean)))
    return found


def _bins(found: Watch, shown: Sequence[Group]) -> dict[str, list[list[Any]]]:
    cells: Mapping[str, list[list[Any]]] = {"bins": [], "before": [], "now": []}
    for group in shown:
        before, now = found.samples[group]
        edges = before.edges
        ends = [
            f"<{edges[0]:g}",
            *(f"{a:g}–{b:g}" for a, b in pairwise(edges)),
            f"≥{edges[-1]:g}",
        ]
        cells["bins"].append(list(ends))
        for name, sample in (("before", before), ("now", now)):
            counted = counts(sample.scores, edges)
            cells[name].append([float(one) / len(sample.scores) for one in counted])
    return dict(cells)
