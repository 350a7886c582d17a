"""The wrong kind of thing given to a function of the Python API, told in words before anything is done.

Standard library only.
"""

from __future__ import annotations

import math
import numbers
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xl_vqa.words.labels import Scale
from xl_vqa.words.settings import Settings

SHOWN: Final = 60
"""Characters of a wrong value in an error."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an argument may be: ``words`` for people, behind "must be"."""

    words: str
    fits: Callable[[Any], bool]

    @property
    def or_none(self) -> Kind:
        return Kind(f"{self.words}, or None", lambda value: value is None or self.fits(value))


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, numbers.Real) and math.isfinite(value)


def _is_whole(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, numbers.Integral)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_path(value: Any) -> bool:
    return isinstance(value, (str, os.PathLike))


def _several(one: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Of a list or the like: what can be looped over once has ended by then, and a text would go by letters."""

    def fits(value: Any) -> bool:
        is_list = isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping, Iterator))
        return is_list and all(map(one, value))

    return fits


TEXT: Final = Kind("text", _is_text)
TEXTS: Final = Kind("a list of texts", _several(_is_text))
PATH: Final = Kind("a path (text or pathlib.Path)", _is_path)
PATHS: Final = Kind("a list of paths", _several(_is_path))
FUNCTION: Final = Kind("a function", callable)
NUMBER: Final = Kind("a number", _is_number)
WHOLE_NUMBER: Final = Kind("a whole number", _is_whole)
TWO_NUMBERS: Final = Kind(
    "two numbers such as (1, 5)", lambda value: _several(_is_number)(value) and len(value) == 2
)
SETTINGS: Final = Kind(
    "xl_vqa.Settings, such as Settings.load(frames=8)", lambda value: isinstance(value, Settings)
)
SCALE: Final = Kind("an xl_vqa.Scale", lambda value: isinstance(value, Scale))
VIDEOS: Final = Kind(
    # looped over, a frame gives the names of its columns
    "one path or several, such as a list or a column of a data frame (rate_frame takes a whole one)",
    lambda value: not (hasattr(value, "columns") and isinstance(value, Iterable)),
)


def expect(function: str, **given: tuple[Any, Kind]) -> None:
    """Raises TypeError for the first of a function's arguments that is not of its kind.

    ``given`` has by its name what each is, and what it should be.
    """
    for name, (value, kind) in given.items():
        if not kind.fits(value):
            raise TypeError(f"{function}: {name} must be {kind.words}, not {shown(value)}")


def shown(value: object) -> str:
    """A wrong value, as short as an error needs it."""
    text = repr(value)
    if "\n" in text:
        text = f"a {type(value).__name__}"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
