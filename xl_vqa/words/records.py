"""Records of ours as JSON: a dataclass from what a file holds, every value looked at where it is read.

A file that was edited by hand or cut off fails here, in one sentence that names the value, and not somewhere
later with a word of Python. Standard library only.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Collection, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, TypeVar

from xl_vqa.words.reasons import Reason

T = TypeVar("T")


def record(kind: type[T], values: Any, at: str = "", *, said: Collection[str] = ()) -> T:
    """An instance of the dataclass ``kind`` from a JSON object; ``at`` is where in the file that stood. ``said``
    names the values (``sampling.frames``) that must be there though the class has a default.

    Its fields may be text, numbers, true and false, None, ``Literal``, tuples and mappings of these, dataclasses,
    and ``Any``, which is taken as it is. Numbers stay as they are written. Raises ValueError with a Reason that
    names the value, and whatever the class itself raises.
    """
    if not isinstance(values, Mapping):
        raise _other(at) if at else ValueError(Reason("content_no_object"))
    hints = _hints(typing.cast("Any", kind))
    for name in values:
        if name not in hints:
            raise ValueError(Reason("content_unknown", name=_inside(at, str(name))))
    found = {}
    for one in fields(typing.cast("Any", kind)):
        if one.name in values:
            found[one.name] = _fitting(hints[one.name], values[one.name], _inside(at, one.name), said)
        elif _inside(at, one.name) in said or (one.default is MISSING and one.default_factory is MISSING):
            raise ValueError(Reason("problem_missing", name=_inside(at, one.name)))
    return kind(**found)


@functools.cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def _fitting(hint: Any, value: Any, at: str, said: Collection[str]) -> Any:
    """``value`` as a field of the type ``hint`` holds it. Raises ValueError."""
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in inside:
            return None
        (only,) = (one for one in inside if one is not type(None))
        return _fitting(only, value, at, said)
    if origin is Literal:
        if isinstance(value, str) and value in inside:
            return value
        raise _other(at)
    if is_dataclass(hint):
        return record(typing.cast("type[Any]", hint), value, at, said=said)
    if origin is tuple:
        return _tuple(inside, value, at, said)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise _other(at)
        return {str(key): _fitting(inside[1], one, _inside(at, str(key)), said) for key, one in value.items()}
    if not _is(hint, value):
        raise _other(at)
    return value


def _tuple(inside: Sequence[Any], value: Any, at: str, said: Collection[str]) -> tuple[Any, ...]:
    if not isinstance(value, (list, tuple)):
        raise _other(at)
    kinds = [inside[0]] * len(value) if inside[1:] == (...,) else list(inside)
    if len(kinds) != len(value):
        raise _other(at)
    pairs = enumerate(zip(kinds, value, strict=True), start=1)
    return tuple(_fitting(kind, one, _inside(at, str(place)), said) for place, (kind, one) in pairs)


def _is(kind: Any, value: Any) -> bool:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        try:
            float(value)
        except OverflowError:
            return False
        return True
    # to Python True is a whole number
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _inside(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _other(at: str) -> ValueError:
    return ValueError(Reason("content_value", name=at))
