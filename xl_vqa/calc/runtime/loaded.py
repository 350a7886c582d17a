"""A document that was just loaded: formulas with another program's spelling of our functions are entered anew.

Calc does not resolve the names of add-ins in .xlsx, and a saved text "rating..." would stand for ever: both
are cured by entering the formula again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from xl_vqa.bridge.texts import TEXTS
from xl_vqa.calc import formulas
from xl_vqa.calc.runtime import office

_FORMULA: Final = 16  # com.sun.star.sheet.CellFlags.FORMULA
_PENDING: Final = tuple(TEXTS["pending"].values())


def relink(document: Any, *, everything: bool = False) -> int:
    """Enters our formulas anew where they need it, ``everything``: all of them. Returns how many.

    Leaves no trace in the undo list, and the document as unmodified as it was. Main thread only.
    """
    modified = document.isModified()
    count = 0
    document.addActionLock()
    try:
        count += _names(document.NamedRanges)
        for sheet in document.Sheets:
            if not sheet.isProtected():
                count += _sheet(document, sheet, everything)
    finally:
        document.removeActionLock()
    if not modified and document.isModified():
        document.setModified(False)
    return count


def _sheet(document: Any, sheet: Any, everything: bool) -> int:
    count = 0
    arrays: dict[str, tuple[Any, str]] = {}
    for address in sheet.queryContentCells(_FORMULA).getRangeAddresses():
        block = sheet.getCellRangeByPosition(
            address.StartColumn, address.StartRow, address.EndColumn, address.EndRow
        )
        texts = block.getFormulaArray()
        values = None
        for column in range(len(texts[0])):
            wanted: dict[int, str] = {}
            for row, line in enumerate(texts):
                text = line[column]
                if not (formulas.mentions(text) or formulas.is_ours(text)):
                    continue
                new = formulas.to_calc(text)
                if new == text and not everything:
                    values = values or block.getDataArray()
                    if not str(values[row][column]).startswith(_PENDING):
                        continue
                if text.startswith("{"):
                    _note_array(block.getCellByPosition(column, row), new, arrays)
                else:
                    wanted[row] = new
            for first, run in _runs(wanted):
                part = block.getCellRangeByPosition(column, first, column, first + len(run) - 1)
                lines = tuple((text,) for text in run)
                office.unrecorded(document, partial(part.setFormulaArray, lines))
                count += len(run)
    for area, text in arrays.values():
        office.unrecorded(document, partial(area.setArrayFormula, text))
        count += 1
    return count


def _note_array(cell: Any, text: str, arrays: dict[str, tuple[Any, str]]) -> None:
    cursor = cell.getSpreadsheet().createCursorByRange(cell)
    cursor.collapseToCurrentArray()
    arrays[cursor.AbsoluteName] = (cursor, text.removeprefix("{").removesuffix("}"))


def _runs(wanted: dict[int, str]) -> Iterator[tuple[int, list[str]]]:
    """Neighbouring rows together, with the first of them: one call per run, however many thousands."""
    first, run = -1, list[str]()
    for row in sorted(wanted):
        if run and row == first + len(run):
            run.append(wanted[row])
            continue
        if run:
            yield first, run
        first, run = row, [wanted[row]]
    if run:
        yield first, run


def _names(ranges: Any) -> int:
    count = 0
    for named in ranges:
        text = named.getContent()
        new = formulas.to_calc(text) if formulas.mentions(text) else text
        if new != text:
            named.setContent(new)
            count += 1
    return count
