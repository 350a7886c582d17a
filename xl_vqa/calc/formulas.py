"""How our functions are spelled in formulas, and how the spellings of other programs become ours. Pure.

A workbook holds the bare ``VQA_SCORE(A2)``. Excel and its writers put things in front of a name it did not
know; Calc writes ``ORG.XLVQA.FUNCTIONS.VQASCORE`` and does not know the bare name when it loads.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from xl_vqa.calc import names
from xl_vqa.worksheet.functions import FUNCTIONS

# Excel's marks for functions of add-ins and of later versions; [1]! and book.xlam! are links to an add-in
# file, with or without its folder and quotes
_PREFIX: Final = r"(?:_xll\.|_xlfn\.|_xludf\.|_xldudf_|(?:'(?:[^']|'')*'|\[\d+\]|[^\s'!=(,;+*/&<>^-]+\.xlam?)!)"
_PLAIN: Final = "|".join(sorted((function.name for function in FUNCTIONS), key=len, reverse=True))
_STORED: Final = {names.stored(function.name): function.name for function in FUNCTIONS}


@lru_cache(maxsize=1)
def _foreign() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:{_PREFIX})*({_PLAIN})\s*\(", re.IGNORECASE)


@lru_cache(maxsize=1)
def _ours() -> re.Pattern[str]:
    return re.compile("(?<![A-Z0-9_.])(" + "|".join(map(re.escape, _STORED)) + r")(?=\s*\()", re.IGNORECASE)


def mentions(formula: str) -> bool:
    """Whether the formula may call a function of ours in another program's spelling: quick, for thousands."""
    return "VQA_" in formula.upper()


def is_ours(formula: str) -> bool:
    """Whether the formula calls a function of ours as Calc spells it."""
    return names.FORMULA_PREFIX in formula.upper()


def to_calc(formula: str) -> str:
    """The formula with our functions as Calc spells them; text in quotes is left alone."""
    return _outside_quotes(formula, lambda part: _foreign().sub(lambda m: names.stored(m[1].upper()) + "(", part))


def to_file(formula: str) -> str:
    """The formula as every spreadsheet program shall find it: the bare names."""
    return _outside_quotes(formula, lambda part: _ours().sub(lambda m: _STORED[m[1].upper()], part))


def to_input(formula: str) -> str:
    """The formula as a person types it into Calc: bare names in capitals."""
    return to_file(to_calc(formula))


def skipping_errors(formula: str) -> str:
    """The formula, as Calc's programming interface spells it, with every range in a call of ours made
    ``IFERROR(range;"")``: Calc does not call an add-in for a range that holds an error. Needs an array formula."""
    parts: list[str] = []
    calls: list[tuple[bool, int]] = []
    """For each open bracket whether it is a call of ours, and where in ``parts`` its argument begins."""
    for token in _TOKEN.findall(formula):
        if token in ("(", "{"):
            calls.append((token == "(" and bool(parts) and parts[-1].upper() in _STORED, len(parts) + 1))
        elif token in (";", ")", "}") and calls:
            ours, begin = calls[-1]
            if ours:
                argument = "".join(parts[begin:])
                parts[begin:] = [f'IFERROR({argument};"")' if _is_range(argument.strip()) else argument]
            if token == ";":
                calls[-1] = (ours, len(parts) + 1)
            else:
                calls.pop()
        parts.append(token)
    return "".join(parts)


# texts, quoted names of sheets, words (a name, an address, a function, a number), and everything else by itself
_TOKEN: Final = re.compile(r"""\"(?:[^"]|"")*"|'(?:[^']|'')*'|[\w.$]+|.""", re.DOTALL)
_SHEET: Final = r"(?:\$?(?:'(?:[^']|'')*'|\w+)\.)?"
_CORNER: Final = r"\$?[A-Za-z]{1,3}\$?\d+"


def _is_range(argument: str) -> bool:
    """Whether it is nothing but a range, or a name that may stand for one."""
    if re.fullmatch(rf"{_SHEET}{_CORNER}:{_SHEET}{_CORNER}", argument):
        return True
    cell = re.fullmatch(rf"{_SHEET}{_CORNER}", argument)
    return not cell and re.fullmatch(r"[^\W\d][\w.]*", argument) is not None and argument.upper() not in _CONSTANTS


_CONSTANTS: Final = frozenset(("TRUE", "FALSE"))


def _outside_quotes(formula: str, change: object) -> str:
    assert callable(change)
    # "..." is text ("" within it is a quote); a name in '...' may belong to a link in front of a function
    parts = re.split(r'("(?:[^"]|"")*")', formula)
    return "".join(part if index % 2 else str(change(part)) for index, part in enumerate(parts))
