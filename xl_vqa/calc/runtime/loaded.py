"""A document that was just loaded: formulas with another program's spelling of our functions are entered anew.

Calc does not resolve the names of add-ins in .xlsx, and what was saved while it was being rated, or in error,
would stand for ever: both are cured by entering the formula again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from com.sun.star.table import CellAddress

from xl_vqa.bridge.texts import TEXTS
from xl_vqa.calc import formulas
from xl_vqa.calc.runtime import office, rules
from xl_vqa.sheets.blocks import runs

_FORMULA: Final = 16  # com.sun.star.sheet.CellFlags.FORMULA
_ERROR: Final = 4  # com.sun.star.sheet.FormulaResult.ERROR
_NOT_CALLED: Final = 504
_PASSING: Final = "xl_vqa_passing"
"""A name that comes and goes at once."""
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
    yield partial(relink_rules, document)
    waiting: list[int] = []
    for block in _locked_blocks(document):
        yield partial(_count_foreign, block, waiting)
    if any(waiting):
        yield partial(_quietly, document, partial(_compile_anew, document))
    for sheet in document.Sheets:
        if _is_locked(document, sheet):
            continue
        yield partial(_quietly, document, partial(rules.validations, sheet))
        arrays: dict[str, Any] = {}
        for block in _blocks(sheet):
            parts: list[Any] = []
            yield partial(_find, sheet, block, everything, parts, arrays)
            for part in parts:
                yield partial(_quietly, document, partial(_enter, document, part))
        for area in arrays.values():
            yield partial(_quietly, document, partial(_enter_array, document, area))


def unlinked(document: Any) -> int:
    """How many formulas of ours stand where they cannot be entered anew, in another program's spelling."""
    found: list[int] = []
    for block in _locked_blocks(document):
        _count_foreign(block, found)
    return sum(found)


def _is_locked(document: Any, sheet: Any) -> bool:
    """Whether no formula can be entered."""
    return bool(document.isReadonly() or sheet.isProtected())


def _locked_blocks(document: Any) -> Iterator[Any]:
    return (block for sheet in document.Sheets if _is_locked(document, sheet) for block in _blocks(sheet))


def _count_foreign(block: Any, counts: list[int]) -> int:
    """Adds to ``counts`` how many formulas of a range call us in another program's spelling; changes nothing."""
    texts = [formula for line in block.getFormulaArray() for formula in line]
    counts.append(sum(formulas.mentions(text) and formulas.to_calc(text) != text for text in texts))
    return 0


def _compile_anew(document: Any) -> int:
    """Lets Calc read every formula again that it did not understand, as it does for a new name in the document:
    bare names of ours are found now, whatever is locked."""
    names = document.NamedRanges
    office.unrecorded(document, lambda: names.addNewByName(_PASSING, "0", CellAddress(), 0))
    office.unrecorded(document, lambda: names.removeByName(_PASSING))
    return 0


def relink_rules(document: Any) -> int:
    """Names and conditions alone: those must be ours before the first cell is drawn or computed, because a
    condition that was looked at once goes on with what it was then."""

    def change() -> int:
        count = rules.names(document.NamedRanges)
        for sheet in document.Sheets:
            if not sheet.isProtected():
                count += rules.names(sheet.NamedRanges) + rules.conditions(sheet)
        return count

    return _quietly(document, change)


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
        for first, last, _ in runs(dict.fromkeys(rows)):
            for start in range(first, last + 1, PIECE):
                end = min(start + PIECE - 1, last)
                parts.append(block.getCellRangeByPosition(column, start, column, end))
    return 0


def _needs(formula: str, value: Any, everything: bool) -> bool:
    ours = formulas.is_ours(formula)
    if not ours and not formulas.mentions(formula):
        return False
    # an error arrives as None; earlier versions saved what was pending as a text
    again = value is None or str(value).startswith(_PENDING)
    return everything or again or formulas.to_calc(formula) != formula


def _enter(document: Any, part: Any) -> int:
    texts = tuple((formulas.to_calc(line[0]),) for line in part.getFormulaArray())
    office.unrecorded(document, lambda: part.setFormulaArray(texts))
    # computed now, a few at a time, and not thousands at once when the window is drawn
    part.getDataArray()
    return len(texts)


def _enter_array(document: Any, area: Any) -> int:
    # not getArrayFormula: it answers in the language of the input line, commas between arguments included, and
    # setArrayFormula wants that of the programming interface
    text = formulas.to_calc(area.getFormulaArray()[0][0].removeprefix("{").removesuffix("}"))
    office.unrecorded(document, lambda: area.setArrayFormula(text))
    area.getDataArray()
    return 1


def skip_errors(document: Any, title: str) -> int:
    """Formulas of ours that show Err:504, because a range of theirs holds an error, skip such cells from now on.

    Calc puts Err:504 into the whole formula without calling us. One undo step called ``title``. Returns how many
    formulas were changed; one that it does not help stays as it was.
    """
    undo = document.getUndoManager()
    undo.enterUndoContext(title)
    try:
        sheets = [sheet for sheet in document.Sheets if not _is_locked(document, sheet)]
        return sum(_skip_in(area) for sheet in sheets for area in _failed(sheet))
    finally:
        undo.leaveUndoContext()


def _failed(sheet: Any) -> list[Any]:
    """One range for every formula that shows Err:504: an array, or a cell."""
    found: dict[str, Any] = {}
    for address in sheet.queryFormulaCells(_ERROR).getRangeAddresses():
        for row in range(address.StartRow, address.EndRow + 1):
            for column in range(address.StartColumn, address.EndColumn + 1):
                cell = sheet.getCellByPosition(column, row)
                if cell.getError() == _NOT_CALLED and formulas.is_ours(cell.getFormula()):
                    cursor = sheet.createCursorByRange(cell)
                    cursor.collapseToCurrentArray()
                    found.setdefault(cursor.AbsoluteName, cursor)
    return list(found.values())


def _skip_in(area: Any) -> int:
    before = area.getFormulaArray()[0][0]
    text = before.removeprefix("{").removesuffix("}")
    new = formulas.skipping_errors(text)
    first = area.getCellByPosition(0, 0)
    if new == text or first.getError() != _NOT_CALLED:
        return 0
    # IFERROR looks at every cell of a range in an array formula alone
    area.setArrayFormula(new)
    if first.getError() != _NOT_CALLED:
        return 1
    if before.startswith("{"):
        area.setArrayFormula(text)
    else:
        area.clearContents(_FORMULA)
        first.setFormula(before)
    return 0
