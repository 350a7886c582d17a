"""Dates in cells: a file stores them as numbers, and the cell's number format alone tells that they are dates."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xl_vqa.workbooks.sheet_read import WorkbookFile

# ECMA-376 18.8.30: built-in formats that East Asian Excel gives dates and times, and no file spells out
_EAST_ASIAN: Final = frozenset((*range(27, 37), *range(50, 59)))


def date_styles(workbook: WorkbookFile) -> frozenset[str]:
    """The ``s`` values of cells that show a date or a time."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

    part = workbook.related("styles")
    if part is None:
        return frozenset()
    root = workbook.package.parse(part).getroot()
    own = {one.get("numFmtId", ""): one.get("formatCode", "") for one in root.iterfind("{*}numFmts/{*}numFmt")}
    found = set()
    for index, xf in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        number = xf.get("numFmtId", "0")
        known = int(number) if number.isdecimal() else 0
        code = own.get(number) or BUILTIN_FORMATS.get(known, "General")
        if is_date_format(code) or (number not in own and known in _EAST_ASIAN):
            found.add(str(index))
    return frozenset(found)


def day_0(workbook: WorkbookFile) -> datetime.datetime:
    """What the dates of a workbook are counted from: old workbooks of Excel for Mac begin with 1904."""
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

    settings = workbook.tree.getroot().find("{*}workbookPr")
    is_1904 = settings is not None and settings.get("date1904") in ("1", "true")
    return MAC_EPOCH if is_1904 else WINDOWS_EPOCH


def as_date(stored: str, first: datetime.datetime) -> str | None:
    """A stored number as 2026-01-01, with the time where there is one; None for what is no date."""
    from openpyxl.utils.datetime import from_excel

    try:
        found = from_excel(float(stored), first)
    except (ValueError, OverflowError):
        return None
    if isinstance(found, datetime.datetime) and found.time() == datetime.time():
        found = found.date()
    return None if found is None else str(found)
