"""Texts for other people's eyes: no name of a user, a machine or a video, no path and no token.

Three steps, each of which would do for most texts. What is known to be secret is replaced wherever it stands; what
looks like a path, an address or a token is; and of what is left only words stay that stand in this program itself
or are plain numbers, for a name may look like anything.
"""

from __future__ import annotations

import builtins
import functools
import json
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import xl_vqa

HIDDEN: Final = "‹hidden›"
_LEAST: Final = 2
# of folders that everybody has; without them a log could not be read
COMMON: Final = frozenset(
    "xl vqa local share home users user data library application support appdata roaming videos video clips media "
    "mnt srv tmp var opt documents desktop volumes downloads team model models starter stand".split()
)
# of a traceback: where in this program or a library, without what lies before
_FRAME: Final = re.compile(r'File "(?:[^"\n]*[\\/])?((?:site-packages[\\/]|(?=xl_vqa[\\/]))[^"\n]+)"')
_LIBRARY: Final = re.compile(r'File "[^"\n]*[\\/](python3\.\d+[\\/][^"\n]+\.py)"')
_PATH: Final = re.compile(
    r"(?:\\\\|[A-Za-z]:[\\/]|(?<![\w.])/(?=[^\s/])|~[\\/])[^\n\"'|]*?(?:\.\w{1,5}\b(?![\\/])|(?=[\"'\n:,]|: |$))"
)
_ADDRESS: Final = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b\w+://[^\s\"']+|[\w.+-]+@[\w.-]+")
_TOKEN: Final = re.compile(r"\b[A-Za-z0-9_-]{24,}\b")
_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = re.compile(r"\d{1,12}(?:[a-z]{1,3})?")


class Redaction:
    """``secrets`` are names, paths and tokens that are known; the longest are replaced first."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spelled = {form for secret in secrets if len(secret.strip()) >= _LEAST for form in _forms(secret.strip())}
        ordered = sorted(spelled, key=len, reverse=True)
        self._known = re.compile("|".join(map(_whole, ordered)), re.IGNORECASE) if ordered else None
        words = {word.casefold() for secret in spelled for word in _WORD.findall(secret) if len(word) > 2}
        self._parts = words - COMMON

    def text(self, text: str) -> str:
        """What may be shown of it, line by line."""
        return "\n".join(self._line(line) for line in unicodedata.normalize("NFC", text).split("\n"))

    def _line(self, line: str) -> str:
        frames: list[str] = []

        def keep(found: re.Match[str]) -> str:
            frames.append(f'File "{found[1]}"')
            return f"\0{len(frames) - 1}\0"

        for pattern in (_FRAME, _LIBRARY):
            line = pattern.sub(keep, line)
        if self._known is not None:
            line = self._known.sub(HIDDEN, line)
        for pattern in (_ADDRESS, _PATH, _TOKEN):
            line = pattern.sub(HIDDEN, line)
        line = _WORD.sub(self._word, line)
        line = re.sub(rf"{HIDDEN}(?:[\W_]{{0,3}}{HIDDEN})+", HIDDEN, line)
        return re.sub("\0(\\d+)\0", lambda found: self._frame(frames[int(found[1])]), line)

    def _frame(self, frame: str) -> str:
        return self._known.sub(HIDDEN, frame) if self._known is not None else frame

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        if word == "hidden" or _NUMBER.fullmatch(word):
            return word
        plain = word.casefold()
        return word if plain in vocabulary() and plain not in self._parts else HIDDEN


@functools.cache
def vocabulary() -> frozenset[str]:
    """The words of this program: its sentences, its messages, its names; and of Python's errors."""
    words: set[str] = set()
    for path in Path(xl_vqa.__file__).parent.rglob("*.py"):
        words.update(word.casefold() for word in _WORD.findall(path.read_text(encoding="utf-8")))
    words.update(word.casefold() for name in dir(builtins) for word in _WORD.findall(name))
    return frozenset(words | set("traceback most recent call last file line in mainthread errno".split()))


def _whole(secret: str) -> str:
    """A short name is no part of a longer word: "al" does not stand in "already"."""
    pattern = re.escape(secret)
    return rf"(?<![^\W_]){pattern}(?![^\W_])" if _WORD.fullmatch(secret) else pattern


def _forms(secret: str) -> set[str]:
    """How a text may stand in a log: as it is, escaped, with the other separator, in any Unicode form."""
    forms = {secret, secret.replace("\\", "/"), secret.replace("/", "\\")}
    forms |= {json.dumps(form)[1:-1] for form in forms} | {json.dumps(f, ensure_ascii=False)[1:-1] for f in forms}
    forms |= {ascii(secret)[1:-1]}
    return forms | {unicodedata.normalize(kind, form) for form in forms for kind in ("NFC", "NFD")}
