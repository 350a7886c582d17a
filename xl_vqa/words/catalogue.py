"""The one catalogue of what people read: whole sentences by their code, and phrases that stand inside them.

A room's own stand in its ``sentences.py``, as two tables of English and Japanese by key::

    SENTENCES = {"video_empty": {"en": "The file {path} is empty ...", "ja": "..."}}
    PHRASES = {"problem_folder": {"en": "it is a folder", "ja": "..."}}

A sentence is that of an error's or a warning's code. A phrase is what an error gives as its ``problem``, or a
``Reason`` (xl_vqa.words.reasons): it has no end of its own. Nothing is registered by hand, and nothing is loaded
before the first sentence is said; then every room's are found, also those of rooms that this process never
imports. A key stands once over all rooms. How it is worded: docs/translating.md.
Standard library only.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from xl_vqa.words import rooms

LANGUAGES: Final = ("en", "ja")

Words = Mapping[str, str]
"""One text in every language."""


@functools.cache
def sentences() -> Mapping[str, Words]:
    """Every sentence by its code."""
    return _table("SENTENCES")


@functools.cache
def phrases() -> Mapping[str, Words]:
    """Every phrase by its key."""
    return _table("PHRASES")


def _table(name: str) -> Mapping[str, Words]:
    found: dict[str, Words] = {}
    for module in rooms.modules("sentences"):
        found.update(getattr(module, name, {}))
    return found
