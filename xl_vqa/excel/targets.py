"""Reading a selection and writing its results, through xlwings' own objects."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import xlwings as xw

from xl_vqa.bridge import selection as plan
from xl_vqa.bridge.selection import Mode, Row
from xl_vqa.errors import SelectionError
from xl_vqa.labels import ACR_BANDS
from xl_vqa.video_names import is_video_name

MAX_ROWS_LOOKED_UP: Final = 50
"""Rows above a selection in which its heading is looked for."""


@dataclass(slots=True)
class Target:
    """One area of a selection: its rows with videos and the columns of their results."""

    sheet: Any
    video: int
    rows: list[Row]
    columns: dict[str, int]
    heading_row: int | None = None
    new_columns: dict[str, int] = field(default_factory=dict)
    filled: int = 0
    """Cells of the result columns, in the rows to be written, that hold something now."""


def targets(selection: Any, mode: Mode) -> list[Target]:
    """The areas of a selection (a Range, perhaps of several areas). Raises SelectionError where there is nothing
    to score."""
    sheet = selection.sheet
    found = [_target(sheet, area, mode) for area in _areas(sheet, selection)]
    made = [target for target in found if target is not None]
    if not made:
        raise SelectionError(problem="problem_no_videos_selected")
    return made


def table_target(selection: Any, mode: Mode) -> list[Target]:
    """The table in which the active cell lies. Raises SelectionError where it lies in none."""
    table = selection.sheet.range((selection.row, selection.column)).table
    if table is None:
        raise SelectionError(problem="problem_no_table")
    return targets(table.range, mode)


def _areas(sheet: Any, selection: Any) -> Iterator[tuple[int, int, int, int]]:
    """First row, first column, last row and last column of each area, within the used part of the sheet."""
    used = sheet.used_range
    bottom, right = used.row + used.rows.count - 1, used.column + used.columns.count - 1
    seen: set[tuple[int, int, int, int]] = set()
    for address in _addresses(selection):
        area = sheet.range(address)
        last_row = min(area.row + area.shape[0] - 1, bottom)
        last_column = min(area.column + area.shape[1] - 1, right)
        bounds = (area.row, area.column, last_row, last_column)
        if last_row >= area.row and last_column >= area.column and bounds not in seen:
            seen.add(bounds)
            yield bounds


def _addresses(selection: Any) -> list[str]:
    """The address of each area. Excel cuts the address of a whole selection after 255 characters."""
    areas = getattr(selection.api, "Areas", None)
    if areas is not None:
        return [str(area.Address).replace("$", "") for area in areas]
    return str(selection.address).replace("$", "").split(",")


def _target(sheet: Any, bounds: tuple[int, int, int, int], mode: Mode) -> Target | None:
    top, left, bottom, right = bounds
    rows = read(sheet, top, left, bottom, right)
    place = plan.video_column(rows)
    if place is None:
        return None
    video = left + place
    cells = [row[place] for row in rows]
    visible = _visible_rows(sheet, top, bottom, video)
    wanted = plan.rows_of_videos(top, cells, lambda number: visible is None or number in visible)
    if not wanted:
        return None
    heading_row = _heading_row(sheet, top, cells, video)
    columns = _known_columns(sheet, heading_row)
    target = Target(sheet, video, wanted, columns, heading_row)
    if "label" in columns:
        known = _column(sheet, columns["label"], wanted)
        target.rows = plan.to_score(wanted, known, mode)
    missing = plan.FIELDS if "label" not in columns else ("error",)
    new = [name for name in missing if name not in columns]
    if new and target.rows:
        _place_new(target, new, right, max(right, *columns.values(), 0) if columns else right)
    target.filled = _filled(target)
    return target


def read(sheet: Any, top: int, left: int, bottom: int, right: int) -> list[list[Any]]:
    """Values of a rectangle as rows. Numbers are floats, error values are None."""
    values = sheet.range((top, left), (bottom, right)).options(ndim=2).value
    return [list(row) for row in values]


def _visible_rows(sheet: Any, top: int, bottom: int, column: int) -> set[int] | None:
    """The rows that a filter leaves in sight; None where all are."""
    if bottom == top:
        return None  # Excel takes a single cell for the whole sheet here
    shown: set[int] = set()
    for area in sheet.range((top, column), (bottom, column)).get_special_cells("visible"):
        shown.update(range(area.row, area.row + area.shape[0]))
    return shown


def _heading_row(sheet: Any, top: int, cells: Sequence[Any], video: int) -> int | None:
    if cells and plan.is_header(cells[0], cells[1:]):
        return top
    first = max(1, top - MAX_ROWS_LOOKED_UP)
    if top == 1:
        return None
    above = [row[0] for row in read(sheet, first, video, top - 1, video)]
    for distance, value in enumerate(reversed(above), 1):
        if isinstance(value, str) and not plan.is_empty(value) and not is_video_name(value):
            return top - distance
        if plan.is_empty(value):
            return None
    return None


def _known_columns(sheet: Any, heading_row: int | None) -> dict[str, int]:
    if heading_row is None:
        return {}
    used = sheet.used_range
    last = used.column + used.columns.count - 1
    return plan.result_columns(read(sheet, heading_row, 1, heading_row, last)[0], 1)


def _column(sheet: Any, column: int, rows: Sequence[Row]) -> dict[int, Any]:
    """Contents by row: formulas as text, constants as they are, None where empty."""
    return contents(sheet, column, rows[0].number, rows[-1].number)


def contents(sheet: Any, column: int, top: int, bottom: int) -> dict[int, Any]:
    """One column's cells by row: the formula where there is one, else the constant; None where empty."""
    cells = sheet.range((top, column), (bottom, column))
    formulas = _flat(cells.formula)
    values = [row[0] for row in read(sheet, top, column, bottom, column)]
    result: dict[int, Any] = {}
    for place, (formula, value) in enumerate(zip(formulas, values, strict=True)):
        if isinstance(formula, str) and formula.startswith("="):
            result[top + place] = formula
        else:
            result[top + place] = None if plan.is_empty(value) and formula in ("", None) else value
    return result


def formulas_of(cells: Any) -> Any:
    """Formulas as they were entered: ``formula`` would put an ``@`` into those that fill several cells."""
    try:
        return cells.formula2
    except Exception:  # an Excel from before dynamic arrays
        return cells.formula


def enter(cells: Any, formulas: Any) -> None:
    """Enters what ``formulas_of`` gave."""
    try:
        cells.formula2 = formulas
    except Exception:
        cells.formula = formulas


def _flat(formulas: Any) -> list[Any]:
    if isinstance(formulas, (list, tuple)):
        return [row[0] if isinstance(row, (list, tuple)) else row for row in formulas]
    return [formulas]


def _place_new(target: Target, fields: Sequence[str], right: int, after: int) -> None:
    """New columns right of the selection, or right of the last known result column."""
    first = max(right, target.video, after) + 1
    target.new_columns = {name: first + place for place, name in enumerate(fields)}


def _filled(target: Target) -> int:
    if not target.rows:
        return 0
    count = 0
    for column in {**target.columns, **target.new_columns}.values():
        known = _column(target.sheet, column, target.rows)
        count += sum(not plan.is_empty(known[row.number]) for row in target.rows)
    if target.new_columns and target.heading_row is not None:
        columns = list(target.new_columns.values())
        headings = read(target.sheet, target.heading_row, columns[0], target.heading_row, columns[-1])[0]
        count += sum(not plan.is_empty(value) for value in headings)
    return count


def move_new_columns(target: Target) -> None:
    """Puts the new columns right of everything on the sheet."""
    used = target.sheet.used_range
    first = used.column + used.columns.count
    target.new_columns = {name: first + place for place, name in enumerate(target.new_columns)}
    target.filled = _filled(target)


# -- writing


@dataclass(slots=True)
class Written:
    """How many rows got a rating or an error, and how many were gone."""

    done: int = 0
    failed: int = 0
    gone: int = 0


def write(target: Target, results: Mapping[int, Any], language: str) -> Written:
    """Writes ``results`` (ratings or errors by planned row), each field's column in one piece where it can be.

    All or nothing for the area: where one write fails, what was there before is put back, and the error goes on.
    """
    sheet, written = target.sheet, Written()
    rows = [row for row in target.rows if row.number in results]
    if not rows:
        return written
    used = sheet.used_range
    bottom = max(used.row + used.rows.count - 1, rows[-1].number)
    now = {1 + place: row[0] for place, row in enumerate(read(sheet, 1, target.video, bottom, target.video))}
    places, gone = plan.find_again(rows, now)
    written.gone = len(gone)
    cells: dict[str, dict[int, Any]] = {name: {} for name in plan.FIELDS}
    for row in rows:
        if row.number in places:
            values = plan.values_of(results[row.number], language)
            written.done += values["error"] is None
            written.failed += values["error"] is not None
            for name, value in values.items():
                cells[name][places[row.number]] = value
    columns = {**target.columns, **target.new_columns}
    journal: list[tuple[Any, Any]] = []
    try:
        for name, column in columns.items():
            if cells[name]:
                _write_column(sheet, column, cells[name], journal)
        _write_headings(target, language, journal)
    except BaseException:
        for cell_range, before in reversed(journal):
            with contextlib.suppress(Exception):
                enter(cell_range, before)
        raise
    _decorate(target, cells, columns)
    return written


def _write_column(sheet: Any, column: int, values: Mapping[int, Any], journal: list[tuple[Any, Any]]) -> None:
    kept = contents(sheet, column, min(values), max(values))
    for top, piece in plan.blocks(values, kept):
        cells = sheet.range((top, column), (top + len(piece) - 1, column))
        journal.append((cells, _as_typed(cells)))
        cells.value = [[value] for value in piece]


def _as_typed(cells: Any) -> list[list[Any]]:
    """What to enter to have the same cells again: formulas, and texts with the apostrophe that keeps "0012"."""
    values = cells.options(ndim=2).value
    typed = []
    for (value,), formula in zip(values, _flat(formulas_of(cells)), strict=True):
        constant = not (isinstance(formula, str) and formula.startswith("="))
        typed.append([f"'{value}" if constant and isinstance(value, str) else formula])
    return typed


def _write_headings(target: Target, language: str, journal: list[tuple[Any, Any]]) -> None:
    if target.heading_row is None:
        return
    for name, column in target.new_columns.items():
        cell = target.sheet.range((target.heading_row, column))
        journal.append((cell, _as_typed(cell)))
        cell.value = plan.header(name, language)


def _decorate(target: Target, cells: Mapping[str, Mapping[int, Any]], columns: Mapping[str, int]) -> None:
    """Number formats of new columns, and the bands' colours. A protected format takes nothing from the values."""
    colors = {name: f"#{band.color}" for band in ACR_BANDS for name in (band.en, band.ja)}
    with contextlib.suppress(Exception):
        for name, column in target.new_columns.items():
            if name in plan.FORMATS and cells[name]:
                numbers = target.sheet.range((min(cells[name]), column), (max(cells[name]), column))
                numbers.number_format = plan.FORMATS[name]
        column = columns.get("band", columns["label"])
        for top, bottom, band in _runs(cells["band"]):
            target.sheet.range((top, column), (bottom, column)).color = colors.get(band) if band else None


def _runs(values: Mapping[int, Any]) -> Iterator[tuple[int, int, Any]]:
    """Neighbouring rows of one value: first, last, value."""
    start = last = None
    current: Any = None
    for number in sorted(values):
        if start is not None and last is not None and (number != last + 1 or values[number] != current):
            yield start, last, current
            start = None
        if start is None:
            start, current = number, values[number]
        last = number
    if start is not None and last is not None:
        yield start, last, current


def active_cell(book: Any) -> Any:
    """The first cell of the selection."""
    selection = book.app.selection
    if not isinstance(selection, xw.Range):
        raise SelectionError(problem="problem_no_cells_selected")
    return selection.sheet.range((selection.row, selection.column))
