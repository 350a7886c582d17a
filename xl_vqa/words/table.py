"""A table of words in every language: what commands, menus and reports show. Standard library only.

Errors and warnings have theirs in the catalogue (xl_vqa.words.catalogue), because they travel. A table's keys are
its own, and it is called to say one of them: ``tr = Table({"rated": {"en": "{done} rated", "ja": "..."}})``, then
``tr("rated", language, done=3)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.words.messages import Lenient

Entry = TypeVar("Entry", bound=Mapping[str, str] | tuple[str, str])
"""A text by language, or in the order of LANGUAGES."""


class Table(dict[str, Entry]):
    """The words by their key."""

    def __call__(self, key: str, language: str, /, **params: Any) -> str:
        """The words for ``key`` with their fields filled, in English where the language is not known.

        A field that is not given shows as an ellipsis. Raises KeyError for an unknown key.
        """
        return Lenient(language).vformat(one_of(self[key], language), (), params)


def one_of(words: Mapping[str, str] | tuple[str, str], language: str) -> str:
    """A text in ``language``, in English where that is not known."""
    if isinstance(words, tuple):
        # a table that lacks a language speaks English in it
        words = dict(zip(LANGUAGES, words, strict=False))
    return words.get(language) or words["en"]
