"""A value of a formula that may still change: Calc holds it and is told of every change.

Calc is never told while it computes. Its listener answers a new value by drawing what is in sight, and so by
computing formulas over the very cell that is being computed: they ended in Err:522, and stayed so. A cell that was
not told yet is #N/A, which is what we show for a video that is being rated as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import unohelper
from com.sun.star.sheet import ResultEvent, XVolatileResult


class VolatileResult(unohelper.Base, XVolatileResult):
    """``key`` says what was asked. The value is set from any thread, told to Calc on the main thread alone.

    ``joined`` is called with the result when Calc begins to listen and shall be told soon, ``dropped`` when the
    last cell that shows it is gone.
    """

    def __init__(
        self,
        key: Any,
        name: str,
        joined: Callable[[VolatileResult], None],
        dropped: Callable[[VolatileResult], None],
    ) -> None:
        self.key = key
        self.name = name
        self.made_at = self.evaluated_at = time.monotonic()
        self.shown: Any = None
        """What the cells show, comparable; None before the first value."""
        self.pending = False
        self.asked: frozenset[Any] = frozenset()
        """The questions behind it."""
        self._value: Any = ""
        self._listeners: list[Any] = []
        self._lock = threading.Lock()
        self._joined = joined
        self._dropped = dropped

    @property
    def document(self) -> str:
        """The identity of the document whose cells show it."""
        return str(self.key[-1])

    @property
    def listened(self) -> bool:
        with self._lock:
            return bool(self._listeners)

    def set(self, shown: Any, value: Any, *, pending: bool) -> bool:
        """Takes the new value; returns whether it differs from the one before."""
        with self._lock:
            changed = bool(shown != self.shown)
            self.shown, self._value, self.pending = shown, value, pending
            return changed

    def tell(self) -> None:
        """Tells every cell. Holds no lock of its own meanwhile: Calc takes its own big one."""
        with self._lock:
            listeners, value = list(self._listeners), self._value
        for listener in listeners:
            listener.modified(self._event(value))

    # -- XVolatileResult

    def addResultListener(self, listener: Any) -> None:
        with self._lock:
            self._listeners.append(listener)
        self._joined(self)

    def removeResultListener(self, listener: Any) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)
            unused = not self._listeners
        if unused:
            self._dropped(self)

    def _event(self, value: Any) -> Any:
        event = ResultEvent()
        event.Source, event.Value = self, value
        return event
