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


def _outside_quotes(formula: str, change: object) -> str:
    assert callable(change)
    # "..." is text ("" within it is a quote); a name in '...' may belong to a link in front of a function
    parts = re.split(r'("(?:[^"]|"")*")', formula)
    return "".join(part if index % 2 else str(change(part)) for index, part in enumerate(parts))
