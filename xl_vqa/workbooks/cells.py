"""Text as it is stored in a workbook's XML. Pure."""

from __future__ import annotations

import re
from typing import Final

from xl_vqa.words.video_names import unescaped

MAX_TEXT: Final = 32_767

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
    return "_x005F_".join(_without_escapes(text, keep=False))


def stored_runs(text: str) -> list[str]:
    """Like ``to_stored``, in pieces none of which looks escaped: one run each, they need no protection.

    openpyxl leaves ``_x005F_`` in the text of a cell as it is, so a name that holds ``_x1080_`` would come back
    another one; every program joins runs.
    """
    return _without_escapes(text, keep=True)


def _without_escapes(text: str, *, keep: bool) -> list[str]:
    """The text cut at every underscore that would begin an escape, with (``keep``) or without that underscore."""
    text = printable(text)
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT - 1] + "…"
    cuts = [found.start() for found in _LIKE_ESCAPE.finditer(text)]
    starts, ends = [0, *(cut + 1 for cut in cuts)], [*(cut + keep for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    return [_ILLEGAL.sub(lambda found: f"_x{ord(found[0]):04X}_", piece) for piece in pieces]


from_stored = unescaped
"""The inverse of ``to_stored``."""
