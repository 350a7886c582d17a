"""A document that was just loaded: formulas with another program's spelling of our functions are entered anew.

Calc does not resolve the names of add-ins in .xlsx, and a saved text "rating..." would stand for ever: both
are cured by entering the formula again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from xl_vqa.bridge.texts import TEXTS
from xl_vqa.calc import formulas
from xl_vqa.calc.runtime import office
from xl_vqa.calc.score_plan import runs

_FORMULA: Final = 16  # com.sun.star.sheet.CellFlags.FORMULA
_PENDING: Final = tuple(TEXTS["pending"].values())
PIECE: Final = 15
"""Formulas entered and computed at a time: about 10 ms."""
BLOCK: Final = 400
"""Formulas looked at at a time."""


def relink(document: Any, *, everything: bool = False) -> int:
    """Enters our formulas anew where they need it, ``everything``: all of them. Returns how many.

    Leaves no trace in the undo list, and the document as unmodified as it was. Main thread only.
    """
    return sum(step() for step in relink_steps(document, everything=everything))


def relink_steps(document: Any, *, everything: bool = False) -> Iterator[Callable[[], int]]:
    """The same in steps of a few milliseconds. Each reads its cells when it runs, so the user may go on
    working between them."""
    yield lambda: _quietly(document, lambda: _names(document.NamedRanges))
    for sheet in document.Sheets:
        if sheet.isProtected():
            continue
        arrays: dict[str, Any] = {}
        for block in _blocks(sheet):
            parts: list[Any] = []
            yield partial(_find, sheet, block, everything, parts, arrays)
            for part in parts:
                yield partial(_quietly, document, partial(_enter, document, part))
        for area in arrays.values():
            yield partial(_quietly, document, partial(_enter_array, document, area))


def _blocks(sheet: Any) -> Iterator[Any]:
    """Every formula of a sheet, in ranges that are read in a few milliseconds."""
    for address in sheet.queryContentCells(_FORMULA).getRangeAddresses():
        height = max(BLOCK // (address.EndColumn - address.StartColumn + 1), 1)
        for top in range(address.StartRow, address.EndRow + 1, height):
            bottom = min(top + height - 1, address.EndRow)
            yield sheet.getCellRangeByPosition(address.StartColumn, top, address.EndColumn, bottom)


def _quietly(document: Any, change: Callable[[], int]) -> int:
    modified, undo = document.isModified(), document.getUndoManager()
    untouched = not undo.isUndoPossible() and not undo.isRedoPossible()
    document.addActionLock()
    try:
        return change()
    finally:
        document.removeActionLock()
        if not modified and document.isModified():
            document.setModified(False)
        if untouched and undo.isUndoPossible():
            # some changes are recorded in spite of the lock
            undo.clear()


def _find(sheet: Any, block: Any, everything: bool, parts: list[Any], arrays: dict[str, Any]) -> int:
    """Adds ranges of one column that hold formulas to be entered to ``parts``, array formulas to ``arrays``."""
    texts = block.getFormulaArray()
    values = None if everything else block.getDataArray()
    for column in range(len(texts[0])):
        rows = []
        for row, line in enumerate(texts):
            value = values[row][column] if values else ""
            if not _needs(line[column], value, everything):
                continue
            if line[column].startswith("{"):
                cursor = sheet.createCursorByRange(block.getCellByPosition(column, row))
                cursor.collapseToCurrentArray()
                arrays[cursor.AbsoluteName] = cursor
            else:
                rows.append(row)
        for first, last in runs(rows):
            for start in range(first, last + 1, PIECE):
                end = min(start + PIECE - 1, last)
                parts.append(block.getCellRangeByPosition(column, start, column, end))
    return 0


def _needs(formula: str, value: Any, everything: bool) -> bool:
    ours = formulas.is_ours(formula)
    if not ours and not formulas.mentions(formula):
        return False
    return everything or formulas.to_calc(formula) != formula or str(value).startswith(_PENDING)


def _enter(document: Any, part: Any) -> int:
    texts = tuple((formulas.to_calc(line[0]),) for line in part.getFormulaArray())
    office.unrecorded(document, lambda: part.setFormulaArray(texts))
    # computed now, a few at a time, and not thousands at once when the window is drawn
    part.getDataArray()
    return len(texts)


def _enter_array(document: Any, area: Any) -> int:
    text = formulas.to_calc(area.getArrayFormula().removeprefix("{").removesuffix("}"))
    office.unrecorded(document, lambda: area.setArrayFormula(text))
    area.getDataArray()
    return 1


def _names(ranges: Any) -> int:
    count = 0
    for named in ranges:
        text = named.getContent()
        new = formulas.to_calc(text) if formulas.mentions(text) else text
        if new != text:
            named.setContent(new)
            count += 1
    return count
