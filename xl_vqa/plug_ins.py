"""What other packages add by entry points: schemes, metrics, readers and front ends (docs/plug-ins.md).

Nothing is looked for until a room asks, and each plug-in is loaded when it is first needed. One that does not
load, or is not what its group takes, is named once on standard error and left out; it ends no command. Standard
library and words only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from xl_vqa.words.settings import language_anyhow
from xl_vqa.words.table import Table

SCHEMES: Final = "xl_vqa.schemes"
METRICS: Final = "xl_vqa.metrics"
READERS: Final = "xl_vqa.readers"
FRONT_ENDS: Final = "xl_vqa.front_ends"
GROUPS: Final = (SCHEMES, METRICS, READERS, FRONT_ENDS)

TEXTS: Final[dict[str, dict[str, str]]] = {
    "left_out": {
        "en": "The plug-in {name} of {package} ({group}) does not work and was left out: {why}",
        "ja": "{package} のプラグイン {name}({group})は動作しないため使用しません: {why}",
    },
}
say: Final = Table(TEXTS)


@dataclass(frozen=True, slots=True)
class Plugged:
    """A plug-in that works."""

    name: str
    package: str
    value: Any


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A plug-in that does not, and why in one line."""

    group: str
    name: str
    package: str
    why: str


_left_out: dict[tuple[str, str, str], LeftOut] = {}


def left_out() -> list[LeftOut]:
    """Those that did not work, of the groups that were asked for in this process."""
    return list(_left_out.values())


@cache
def found(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group by name; the packages' lists are read, and none of their code."""
    return tuple(sorted(entry_points(group=group), key=lambda one: (one.name, package_of(one))))


def package_of(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else "?"


def use(entry: EntryPoint, take: Callable[[Any], None]) -> Plugged | None:
    """Loads one and gives it to ``take``, which raises where it is not what the group takes."""
    package = package_of(entry)
    try:
        value = entry.load()
        take(value)
    except (Exception, SystemExit) as error:  # the code of others: anything
        leave_out(entry.group, entry.name, error, package)
        return None
    return Plugged(entry.name, package, value)


def use_all(group: str, take: Callable[[Any], None]) -> list[Plugged]:
    """``use`` for every plug-in of a group."""
    used = (use(entry, take) for entry in found(group))
    return [one for one in used if one is not None]


def leave_out(group: str, name: str, error: BaseException, package: str = "?") -> None:
    """Names it once, also where it fails only when it is used."""
    one = LeftOut(group, name, package, f"{type(error).__name__}: {error}".splitlines()[0])
    key = one.group, one.name, one.package
    if key in _left_out:
        return
    _left_out[key] = one
    words = {"name": one.name, "package": one.package, "group": one.group, "why": one.why}
    if sys.stderr is not None:
        # without a console (pythonw) there is none
        print(say("left_out", language_anyhow(), **words), file=sys.stderr, flush=True)
