"""Text as it is stored in a workbook's XML. Pure."""

from __future__ import annotations

import re
from typing import Final

MAX_TEXT: Final = 32_767

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# What XML 1.0 cannot hold (a carriage return it can, but a parser turns it into a line feed), and half
# surrogates, which a path with undecodable bytes contains on POSIX
_CONTROLS: Final = "\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff"
_ILLEGAL = re.compile(f"[{_CONTROLS}]")
# an underscore that would begin an escape once the character behind it is escaped or is one itself
_LIKE_ESCAPE = re.compile(f"_(?=x[0-9A-Fa-f]{{4}}[_{_CONTROLS}])")
_SURROGATE = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """Text that can be encoded as UTF-8: bytes of a path that were no text show as \\udcXX."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def to_stored(text: str) -> str:
    """Text as ST_Xstring: control characters as ``_xHHHH_``, and text that looks like that protected.

    Cut to what a cell can hold.
    """
    text = printable(text)
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT - 1] + "…"
    text = _LIKE_ESCAPE.sub("_x005F_", text)
    return _ILLEGAL.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def from_stored(text: str) -> str:
    """The inverse of ``to_stored``."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
