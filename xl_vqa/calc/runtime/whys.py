"""Explanations under way, by document: what the command Cancel ends besides scoring."""

from __future__ import annotations

import threading
from typing import Any, Final

from xl_vqa.calc.runtime.session import session

_running: Final[dict[threading.Event, str]] = {}


def begin(document: Any) -> threading.Event:
    """Of an explanation that ``document`` asks for: set when nobody wants it any longer. ``end`` follows."""
    if cancel_all not in session().at_end:
        session().at_end.append(cancel_all)
    cancelled = threading.Event()
    _running[cancelled] = str(document.RuntimeUID)
    return cancelled


def end(cancelled: threading.Event) -> None:
    """The explanation is there, or has failed. Any thread."""
    _running.pop(cancelled, None)


def cancel(document: Any) -> int:
    """Ends those of a document; returns how many there were."""
    return _cancel([one for one, uid in list(_running.items()) if uid == document.RuntimeUID])


def cancel_all() -> None:
    """The host or LibreOffice ends."""
    _cancel(list(_running))


def _cancel(asked: list[threading.Event]) -> int:
    ended = [one for one in asked if not one.is_set()]
    for one in ended:
        one.set()
    return len(ended)
