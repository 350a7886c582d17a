"""Text with blanks between its fields, as command lines print it and trainers keep it: ``clip.mp4 3.42``."""

from __future__ import annotations

import re
from typing import Any, Final

_SAMPLE: Final = 400
# a size in brackets, a quoted name: one field each
_FIELD: Final = re.compile(r'"[^"]*"|\([^()]*\)|\[[^\[\]]*\]|\S+')
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:e[+-]?[0-9]+)?", re.IGNORECASE)


def blank_separated(text: str) -> list[list[Any]] | None:
    """Rows of cells where blanks are what separates them, None where something else does or nothing.

    Every line must have the same number of fields, one field must be a number all the way down, and no comma,
    semicolon, tab or bar may stand outside brackets and decimal numbers.
    """
    lines = text.splitlines()
    sample = [line for line in lines if line.strip()][:_SAMPLE]
    if len(sample) < 2 or any(mark in line for line in sample for mark in "\t;|"):
        return None
    fields = [_FIELD.findall(line) for line in sample]
    width = len(fields[-1])
    if width < 2 or any(len(row) != width for row in fields):
        return None
    if any("," in _bare(cell) for row in fields for cell in row):
        return None
    numeric = [all(_NUMBER.fullmatch(row[c]) for row in fields[1:]) for c in range(width)]
    if not any(numeric) or (all(numeric) and not _numbered(fields)):
        return None
    return [[cell.strip('"') or None for cell in _FIELD.findall(line)] for line in lines]


def _numbered(fields: list[list[str]]) -> bool:
    """Whether the first field is a number of its own in every line, long enough to be a name."""
    firsts = [row[0] for row in fields]
    return len(set(firsts)) == len(firsts) and all(first.isdigit() and len(first) >= 5 for first in firsts)


def _bare(cell: str) -> str:
    if cell[0] in '"([' or _NUMBER.fullmatch(cell):
        return ""
    return cell
