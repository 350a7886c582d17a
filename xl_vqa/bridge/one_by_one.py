"""Slow work on a thread of its own, one piece after the other; what nobody wants any more is given up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class OneByOne(Generic[T]):
    """Thread-safe. ``work`` gets a piece and an event that is set when it is given up; it must not raise."""

    def __init__(self, work: Callable[[T, threading.Event], None], name: str) -> None:
        self._work, self._name = work, name
        self._changed = threading.Condition()
        self._waiting: list[T] = []
        self._now: tuple[T, threading.Event] | None = None
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether something waits or is worked on."""
        with self._changed:
            return bool(self._waiting) or self._now is not None

    def put(self, piece: T) -> None:
        with self._changed:
            if self._closed:
                return
            self._waiting.append(piece)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def drop(self, unwanted: Callable[[T], bool] = lambda piece: True) -> None:
        """Gives up what ``unwanted`` says: all, where it is not given. What is worked on is told so."""
        with self._changed:
            self._waiting = [piece for piece in self._waiting if not unwanted(piece)]
            if self._now is not None and unwanted(self._now[0]):
                self._now[1].set()

    def close(self) -> None:
        """Gives up everything and ends the thread after the piece at hand."""
        with self._changed:
            self._closed = True
            thread = self._thread
        self.drop()
        with self._changed:
            self._changed.notify_all()
        if thread is not None:
            thread.join(5.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                given_up = threading.Event()
                piece = self._waiting.pop(0)
                self._now = piece, given_up
            try:
                self._work(piece, given_up)
            finally:
                with self._changed:
                    self._now = None
