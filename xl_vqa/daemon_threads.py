"""Threads that nobody waits for when the process ends, for work that may hang on a drive, a model or a peer.

Python waits at its end for the threads of a ThreadPoolExecutor, and an event loop for those of its own pool, for
as long as they take: one dead network drive would keep a program from ending. Standard library only.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE_S: Final = 2.0
"""What is under way at the end may take so long to end in good order."""


class DaemonThreads(Executor):
    """As a ThreadPoolExecutor, but at its end what has not begun is cancelled and what hangs is left behind."""

    def __init__(self, most: int, name: str) -> None:
        """At most so many calls at a time, on threads of that ``name``."""
        self._most, self._name = most, name
        self._changed = threading.Condition()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Raises RuntimeError after ``shutdown``."""
        future: Future[T] = Future()
        with self._changed:
            if self._closed:
                raise RuntimeError("no new calls after the end")
            self._waiting.append((future, lambda: fn(*args, **kwargs)))
            if self._idle < len(self._waiting) and len(self._threads) < self._most:
                thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True, patience_s: float = PATIENCE_S) -> None:
        """``wait``: until all threads have ended, or ``patience_s``. What has not begun is cancelled."""
        with self._changed:
            self._closed = True
            left = [future for future, _ in self._waiting]
            self._waiting.clear()
            self._changed.notify_all()
        for future in left:
            future.cancel()
        until = time.monotonic() + (patience_s if wait else 0.0)
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0.0))

    def _run(self) -> None:
        while True:
            with self._changed:
                self._idle += 1
                self._changed.wait_for(lambda: self._waiting or self._closed)
                self._idle -= 1
                if not self._waiting:
                    return
                future, work = self._waiting.popleft()
            if future.set_running_or_notify_cancel():
                try:
                    found = work()
                except BaseException as error:
                    future.set_exception(error)
                else:
                    future.set_result(found)
                    del found
            # an idle thread holds nothing of what it did
            del future, work
