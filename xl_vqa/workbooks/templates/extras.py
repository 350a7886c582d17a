"""What a template holds beside the scores: when a row was scored, and a picture of the video."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lxml import etree

from xl_vqa.sheets.areas import MAX_COLUMN
from xl_vqa.workbooks import sheet_edit
from xl_vqa.workbooks.package import local_name
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile
from xl_vqa.workbooks.templates.known import known_template
from xl_vqa.workbooks.templates.pictures import Thumbnail, insert, shown_in
from xl_vqa.workbooks.templates.words_score import SCORE

_DAY_0: Final = datetime.datetime(1899, 12, 30)


def rows_with_pictures(path: Path) -> set[int]:
    """Rows that hold a thumbnail already. Raises what ``known_template`` raises."""
    workbook = WorkbookFile(path)
    known = known_template(workbook)
    sheet = Sheet(workbook, workbook.entry(known.sheet))
    return {int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for cell in shown_in(sheet)}


def write_extras(
    path: Path, times: Mapping[int, datetime.datetime | None], thumbnails: Mapping[int, Thumbnail], target: Path
) -> None:
    """Writes times and pictures, by row, into the score sheet of ``path`` and saves it as ``target``; a time of
    None empties its cell.

    Does nothing where the sheet has no such columns (the KPI tracker, or deleted by the user).
    Raises what ``known_template`` raises; WorkbookLockedError, OutputNotWritableError.
    """
    workbook = WorkbookFile(path)
    known = known_template(workbook)
    sheet = Sheet(workbook, workbook.entry(known.sheet))
    headers = {sheet.value(known.row, column).text.strip(): column for column in sheet.cells.get(known.row, {})}
    columns = {
        key: next((headers[text] for text in SCORE[key] if text in headers), None) for key in ("time", "thumbnail")
    }
    if times and (column := columns["time"]) is not None:
        style = column_style(sheet, column)
        for row, time in times.items():
            sheet_edit.put(sheet, row, column, None if time is None else _days(time), style)
    if (column := columns["thumbnail"]) is not None:
        insert(sheet, column, thumbnails)
    if (times and columns["time"]) or (thumbnails and columns["thumbnail"]):
        workbook.package.replace(sheet.entry.part, sheet.tree)
        workbook.package.save(target)


def _days(time: datetime.datetime) -> float:
    return round((time.replace(microsecond=0, tzinfo=None) - _DAY_0) / datetime.timedelta(days=1), 8)


def column_style(sheet: Sheet, column: int) -> int | None:
    """The style that new cells of a column take."""
    cols: etree._Element | None = sheet.child("cols")
    for entry in cols if cols is not None else ():
        if local_name(entry) == "col" and int(entry.get("min", "1")) <= column <= int(
            entry.get("max", str(MAX_COLUMN))
        ):
            return int(entry.get("style", "0"))
    return None
