"""How a sentence of the catalogue is said in the reader's language.

``{path}`` and the like are filled from the error's parameters; a missing one shows as an ellipsis rather than
raising, because a broken message must never hide the error itself. A list shows its parts side by side, or with
``{problem:lines}`` one a line. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter
from typing import Any, Final

from xl_vqa.words.catalogue import Words, phrases, sentences
from xl_vqa.words.figures import as_percent, rounded

_FIGURE: Final = re.compile(r"(\+?)\.(\d)([f%])")
_BETWEEN: Final = " | "
_ENDS: Final = " .。"
TEXT_UNUSED: Final = "warning_text_unused"
"""The code of a rating whose text made no difference, because the model knows nothing of texts."""


class Lenient(Formatter):
    """Fills what is there and shows an ellipsis for what is missing."""

    def __init__(self, language: str) -> None:
        self._language = language

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return kwargs.get(str(key), "…")

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "lines":
            lines = value if isinstance(value, (list, tuple)) else [value]
            return "\n".join(f"- {' '.join(str(_whole(line, self._language)).split())}" for line in lines)
        figure = _FIGURE.fullmatch(format_spec)
        if figure and isinstance(value, (int, float)):
            say = as_percent if figure[3] == "%" else rounded
            return say(value, int(figure[2]), sign=bool(figure[1]))
        return str(super().format_field(spoken(value, self._language), format_spec))


def warning_sentences(rating: Mapping[str, Any], language: str = "en") -> str:
    """What to know about a rating (as JSON) besides its score: the sentences of its warnings, or nothing."""
    return " ".join(text(str(code), language, **rating) for code in rating.get("warnings") or ())


def text(code: str, language: str = "en", **params: Any) -> str:
    """The sentence of ``code`` in ``language`` (English where the language is not known)."""
    found = sentences().get(code)
    if found is None:
        found, params = sentences()["error"], {"problem": code, **params}
    return _filled(found, language, params)


def spoken(value: Any, language: str) -> Any:
    """A parameter as it is read: reasons (xl_vqa.words.reasons) in ``language``, everything else as it is."""
    if isinstance(value, Mapping) and "key" in value:
        return _whole(value, language).rstrip(_ENDS)
    if isinstance(value, (list, tuple)):
        return _BETWEEN.join(str(phrase(one, language)) for one in value)
    return value


def _whole(value: Any, language: str) -> str:
    """A reason, with the end that it has where it is a sentence; anything else as it is said inside one."""
    if not (isinstance(value, Mapping) and "key" in value):
        return str(phrase(value, language))
    key = str(value["key"])
    found = phrases().get(key) or sentences().get(key)
    # a newer host's reason: its key says more than nothing
    return _filled(found, language, value) if found else key


def _filled(words: Words, language: str, params: Mapping[str, Any]) -> str:
    # several at once are joined, or put one a line, where they are filled in
    said = {
        name: phrase(value, language, params)
        if name in ("problem", "why") and not isinstance(value, (list, tuple))
        else value
        for name, value in params.items()
    }
    return Lenient(language).vformat(words.get(language) or words["en"], (), said)


def phrase(value: Any, language: str, params: Mapping[str, Any] | None = None) -> Any:
    """A ``problem`` or ``why`` inside a sentence, which has an end of its own."""
    if isinstance(value, str) and value in phrases():
        value = _filled(phrases()[value], language, {k: v for k, v in (params or {}).items() if v != value})
    said = spoken(value, language)
    return said.rstrip(_ENDS) if isinstance(said, str) else said
