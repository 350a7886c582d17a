"""Long texts of a list folded in the copy that is printed: a path ran over the score, or was cut before it.

The user's own workbook keeps its looks.
"""

from __future__ import annotations

import copy
import math
import unicodedata
from typing import Final

from lxml import etree

from xl_vqa.workbooks.sheet_read import Sheet, WorkbookFile

POINTS: Final = 13.5
"""Of a line of text."""
_DEFAULT_WIDTH: Final = 8.43


def fold_list(sheet: Sheet) -> None:
    """Folds the texts below the header that filters, and makes their rows high enough."""
    if sheet.filter_area is None:
        return
    header = sheet.filter_area.first_row
    widths, styles = _widths(sheet), _Folded(sheet.workbook)
    for number, row in sheet.rows.items():
        lines = 1
        for column, cell in sheet.cells.get(number, {}).items() if number > header else ():
            text = sheet.value(number, column).text
            needed = lines_of(text, widths.get(column, _DEFAULT_WIDTH))
            if needed > 1 and cell.get("t") in ("s", "inlineStr", "str"):
                cell.set("s", str(styles.like(int(cell.get("s", "0")))))
                lines = max(lines, needed)
        # LibreOffice does not make room for folded text by itself
        if lines > 1 and float(row.get("ht", "0")) < lines * POINTS:
            row.set("ht", f"{lines * POINTS:g}")
            row.set("customHeight", "1")
    styles.save()
    sheet.workbook.package.replace(sheet.entry.part, sheet.tree)


class _Folded:
    """Cell formats as they are, but with folded text."""

    def __init__(self, workbook: WorkbookFile) -> None:
        self._workbook, self._part = workbook, workbook.related("styles")
        self._tree = workbook.package.parse(self._part) if self._part is not None else None
        self._made: dict[int, int] = {}

    def like(self, index: int) -> int:
        formats = self._tree.getroot().find("{*}cellXfs") if self._tree is not None else None
        if formats is None or index >= len(formats):
            return index
        if index not in self._made:
            made = copy.deepcopy(formats[index])
            alignment = made.find("{*}alignment")
            if alignment is None:
                alignment = etree.Element(f"{{{etree.QName(made).namespace}}}alignment")
                made.insert(0, alignment)
            alignment.set("wrapText", "1")
            made.set("applyAlignment", "1")
            formats.append(made)
            formats.set("count", str(len(formats)))
            self._made[index] = len(formats) - 1
        return self._made[index]

    def save(self) -> None:
        if self._made and self._part is not None and self._tree is not None:
            self._workbook.package.replace(self._part, self._tree)


def _widths(sheet: Sheet) -> dict[int, float]:
    """Column -> characters that it holds."""
    found: dict[int, float] = {}
    columns = sheet.child("cols")
    for element in columns if columns is not None else ():
        for column in range(int(element.get("min", "1")), int(element.get("max", "1")) + 1):
            found[column] = float(element.get("width", _DEFAULT_WIDTH))
            if column > 1000:
                break
    return found


def lines_of(text: str, width: float) -> int:
    """That a text takes; letters of Japanese are two wide, and a line seldom ends at the last place."""
    taken = [sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n")]
    return sum(max(1, math.ceil(1.1 * one / max(width - 1, 1))) for one in taken)
