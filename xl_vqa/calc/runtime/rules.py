"""Formulas outside cells: names, conditional formats and validations with another program's spelling of ours.

Each is read and set as its own kind of object wants it: a name and a validation in the grammar of the programming
interface, a condition in that of the input line, where our functions have their bare names.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from xl_vqa.calc import formulas

_CONDITION: Final = 0  # com.sun.star.sheet.ConditionEntryType.CONDITION


def names(ranges: Any) -> int:
    """Of a document or of one sheet. Returns how many were changed, as all of these do."""
    return sum(_change(n.getContent(), formulas.to_calc, n.setContent) for n in ranges)


def conditions(sheet: Any) -> int:
    count = 0
    for group in sheet.ConditionalFormats.getConditionalFormats():
        for entry in (group.getByIndex(index) for index in range(group.getCount())):
            if entry.getType() != _CONDITION:
                continue  # colour scales, bars, icons, dates
            for name in ("Formula1", "Formula2"):
                count += _change(getattr(entry, name), formulas.to_input, partial(setattr, entry, name))
    return count


def validations(sheet: Any) -> int:
    count = 0
    groups = sheet.getUniqueCellFormatRanges()
    for group in (groups.getByIndex(index) for index in range(groups.getCount())):
        rule = group.Validation
        changed = _change(rule.getFormula1(), formulas.to_calc, rule.setFormula1)
        changed += _change(rule.getFormula2(), formulas.to_calc, rule.setFormula2)
        if changed:
            group.Validation = rule
            count += changed
    return count


def _change(text: str, spelling: Callable[[str], str], put: Callable[[str], Any]) -> int:
    new = spelling(text) if formulas.mentions(text) else text
    if new == text:
        return 0
    put(new)
    return 1
