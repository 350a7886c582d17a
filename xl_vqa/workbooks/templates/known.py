"""Knowing a template again in a user's file, whatever sheets were renamed or rows inserted since."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from xl_vqa.sheets.areas import parse_cell
from xl_vqa.words.errors import WorkbookTemplateError
from xl_vqa.workbooks.cells import from_stored
from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile
from xl_vqa.workbooks.templates.base import KIND_NAME, VIDEOS_NAME
from xl_vqa.workbooks.templates.words_kpi import KPI
from xl_vqa.workbooks.templates.words_label import LABEL
from xl_vqa.workbooks.templates.words_score import SCORE

_PLACE: Final = re.compile(r"(?:'((?:[^']|'')*)'|([^'!]+))!(\$?[A-Z]{1,3}\$?[0-9]{1,7})")

_WORDS: Final = {"kpi": KPI, "score": SCORE, "label": LABEL}


class Known(NamedTuple):
    """``kind`` is kpi, score or label; the videos stand below ``row`` in ``column`` of ``sheet`` (from 1)."""

    kind: str
    sheet: str
    row: int
    column: int


def known_template(workbook: WorkbookFile) -> Known:
    """Raises WorkbookTemplateError where the workbook was not made from a template."""
    names = {
        from_stored(element.get("name", "")): from_stored(element.text or "")
        for element in workbook.tree.getroot().iterfind("{*}definedNames/{*}definedName")
    }
    kind, place = names.get(KIND_NAME, "").strip('="'), _PLACE.fullmatch(names.get(VIDEOS_NAME, "").lstrip("="))
    if kind not in ("kpi", "score", "label") or place is None:
        raise WorkbookTemplateError(path=str(workbook.path))
    row, column = parse_cell(place[3])
    sheet = (place[1] or place[2]).replace("''", "'")
    return Known(kind, workbook.entry(sheet).name, row, column)


def language_of(workbook: WorkbookFile, known: Known) -> str | None:
    """The language that a template was made in, whoever opens it; None where none of its wording is left.

    By the names of its sheets and the headings beside the videos: whichever language more of them are in.
    """
    sheet = Sheet(workbook, workbook.entry(known.sheet))
    texts = [entry.name for entry in workbook.sheets]
    texts += [sheet.value(known.row, column).text for column in sheet.cells.get(known.row, {})]
    told_apart = [pair for pair in _WORDS[known.kind].values() if pair[0] != pair[1]]
    counts = [sum(text in {pair[side] for pair in told_apart} for text in texts) for side in range(2)]
    if counts[0] == counts[1]:
        return None
    return "en" if counts[0] > counts[1] else "ja"


def read_template(path: Path) -> tuple[WorkbookFile, Known]:
    """Raises what ``WorkbookFile`` raises, and WorkbookTemplateError."""
    workbook = WorkbookFile(path)
    return workbook, known_template(workbook)
