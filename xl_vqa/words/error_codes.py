"""Errors by their codes: those of all rooms, and the way back from what ``to_dict`` wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xl_vqa.words import rooms
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.reasons import Detail


def all_errors() -> dict[str, type[XlVqaError]]:
    """Every error class by its code, those of all rooms."""
    for _ in rooms.modules("errors"):
        pass
    return _known()


def _known() -> dict[str, type[XlVqaError]]:
    """Those that this process has loaded."""
    found: dict[str, type[XlVqaError]] = {}
    waiting: list[type[XlVqaError]] = [XlVqaError]
    while waiting:
        kind = waiting.pop()
        found[kind.code] = kind
        waiting.extend(kind.__subclasses__())
    return found


def from_dict(values: Mapping[str, Any]) -> XlVqaError:
    """The error that ``to_dict`` wrote; an unknown code (a newer host) keeps its English message."""
    code = str(values.get("code"))
    kind = _known().get(code) or all_errors().get(code)
    if kind is None:
        return XlVqaError(problem=Detail(values.get("message") or code))
    return kind(**dict(values.get("params") or {}))
