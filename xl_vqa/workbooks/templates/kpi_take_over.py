"""What people entered in a KPI tracker of an earlier version, for a new one: log, settings, targets.

``workbook update`` fills in scores and leaves formulas alone: a tracker keeps those of the version that made it.
"""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from xl_vqa.sheets.columns import heading
from xl_vqa.words.errors import WorkbookTemplateError
from xl_vqa.workbooks.sheet_read import WorkbookFile
from xl_vqa.workbooks.templates.known import language_of, read_template
from xl_vqa.workbooks.templates.kpi_log import COLUMNS, NAMED
from xl_vqa.workbooks.templates.kpi_settings import BASES, SECTIONS, TARGETS
from xl_vqa.workbooks.templates.words_kpi import KPI

_ADDED: Final = "set_people_worst"
"""A name that the present version has and earlier ones lack."""


class Entries(NamedTuple):
    """``rows`` by the fields of kpi_log.COLUMNS, the first of them in line ``first_row`` (from 1); ``settings`` by
    key, targets by ``target_`` and ``limit_``; ``titles`` are the headers of the log."""

    rows: list[dict[str, Any]]
    settings: dict[str, Any]
    language: str | None
    first_row: int
    titles: tuple[str, ...]


def is_earlier(workbook: WorkbookFile) -> bool:
    """Whether a KPI tracker was made by an earlier version, whose formulas it has."""
    names = workbook.tree.getroot().iterfind("{*}definedNames/{*}definedName")
    return all(element.get("name") != _ADDED for element in names)


def read_entries(path: Path, beside: str | None = None) -> Entries:
    """Of a tracker whatever its version, with sheets renamed or rows inserted. ``beside`` is the header of a
    column that somebody added to the log: its values are each row's field ``beside``.

    Raises WorkbookTemplateError where it is no KPI tracker, and what ``WorkbookFile`` raises.
    """
    import openpyxl

    workbook, known = read_template(path)
    if known.kind != "kpi":
        raise WorkbookTemplateError(path=str(path))
    with warnings.catch_warnings():
        # openpyxl warns of what it would not write back; nothing is written back
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(path, data_only=True)
    settings = dict(_settings(book))
    if is_earlier(workbook):
        # people typed labels
        settings |= {
            f"people_{new}": settings.get(f"label_{old}") for new, old in (("worst", "min"), ("best", "max"))
        }
    given = {key: value for key, value in settings.items() if value is not None}
    rows = _rows(book, known.sheet, known.row, beside)
    titles = tuple(str(cell.value) for cell in book[known.sheet][known.row] if cell.value is not None)
    return Entries(rows, given, language_of(workbook, known), known.row + 1, titles)


def _settings(book: Any) -> Iterator[tuple[str, Any]]:
    keys = {f"set_{setting.key}": setting.key for _, settings in SECTIONS for setting in settings}
    keys |= {f"{kind}_{key}": f"{kind}_{key}" for key, *_ in TARGETS for kind in ("target", "limit")}
    bases = {word: basis for basis in BASES for word in KPI[f"basis_{basis}"]}
    for name, key in keys.items():
        place = _place(book, name)
        if place is not None:
            value = book[place[0]][place[1]].value
            yield key, bases.get(value) if key == "basis" else value


def _rows(book: Any, sheet_name: str, header: int, beside: str | None) -> list[dict[str, Any]]:
    sheet = book[sheet_name]
    titles = {str(cell.value): cell.column for cell in sheet[header] if cell.value is not None}
    columns: dict[str, int] = {}
    for field, _, _, who in COLUMNS:
        place = _place(book, f"log_{field}") if field in NAMED else None
        if place is not None:
            columns[field] = sheet[place[1].partition(":")[0]].column
            continue
        words = [heading(field, language) for language in ("en", "ja")] if who == "ai" else KPI[f"log_{field}"]
        found = next((titles[word] for word in words if word in titles), None)
        if found is not None:
            columns[field] = found
    if beside in titles:
        columns["beside"] = titles[beside]
    rows = [
        {field: _entered(cells[column - 1]) for field, column in columns.items()}
        for cells in sheet.iter_rows(min_row=header + 1, max_col=max(columns.values()), values_only=True)
    ]
    while rows and not any(value is not None for value in rows[-1].values()):
        rows.pop()
    return rows


def _entered(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, float, datetime.date)) else str(value)


def _place(book: Any, name: str) -> tuple[str, str] | None:
    """Sheet and area of a defined name; None where the name, or what it meant, is gone."""
    if name not in book.defined_names:
        return None
    found = [(sheet, area.replace("$", "")) for sheet, area in book.defined_names[name].destinations]
    return found[0] if len(found) == 1 and found[0][0] in book.sheetnames else None
