"""Questions to a drive that may never answer: asked on threads that can be left behind.

A thread that waits for a dead network drive cannot be ended. It is left, and as long as it waits, files in the
same folder are not asked for again, so that no number of files on a dead drive takes more than a few threads.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from xl_vqa.host.files import FileFacts, look_at
from xl_vqa.video.files import shown_path
from xl_vqa.words.errors import VideoTimeoutError, XlVqaError

T = TypeVar("T")

LOOK_LIMIT_S: Final = 10.0
"""What the file system knows of a file comes within this time, or is not waited for."""


class Patience:
    """Thread-safe. ``silence_s``: how long a file may show no progress while it is read to its end."""

    def __init__(self, silence_s: float, *, look_limit_s: float = LOOK_LIMIT_S) -> None:
        self._silence_s = silence_s
        self._look_limit_s = min(look_limit_s, silence_s)
        self._left: list[tuple[str, threading.Thread]] = []
        self._lock = threading.Lock()

    def hash(self, path: str, fingerprint: Callable[[str, Callable[[], None]], str]) -> str:
        """What ``fingerprint(path, progress)`` gives. Raises VideoTimeoutError besides its errors."""
        found, error = self._ask([path], fingerprint, self._silence_s)
        if error is not None:
            raise error
        return found[0]

    def look_at(self, path: str) -> FileFacts:
        """As ``files.look_at``. Raises VideoTimeoutError besides."""
        found = self.look_at_all([path])[path]
        if isinstance(found, XlVqaError):
            raise found
        return found

    def look_at_all(self, paths: Sequence[str]) -> dict[str, FileFacts | XlVqaError]:
        """What the file system says of each, or why it says nothing."""

        def look(path: str) -> FileFacts | XlVqaError:
            try:
                return look_at(path)
            except XlVqaError as error:
                return error

        return self.each(paths, look)

    def each(self, paths: Sequence[str], look: Callable[[str], T]) -> dict[str, T | XlVqaError]:
        """What ``look`` says of each, or that its drive does not answer."""
        found: dict[str, T | XlVqaError] = {}
        left = list(dict.fromkeys(paths))
        while left:
            given, error = self._ask(left, lambda path, progress: look(path), self._look_limit_s)
            answers: list[T | XlVqaError] = [*given, *([] if error is None else [error])]
            found.update(zip(left, answers, strict=False))
            left = left[len(answers) :]
        return found

    def _ask(
        self, paths: Sequence[str], work: Callable[[str, Callable[[], None]], T], limit_s: float
    ) -> tuple[list[T], VideoTimeoutError | None]:
        """``work`` for one path after another, to the first that hangs, with its error; raises what it raises."""
        answers: list[T] = []
        failed: list[BaseException] = []
        done = threading.Event()
        heard = time.monotonic()

        def progress() -> None:
            nonlocal heard
            heard = time.monotonic()

        def run() -> None:
            try:
                for path in paths:
                    if self._is_stuck(path):
                        break
                    answers.append(work(path, progress))
                    progress()
            except BaseException as error:
                failed.append(error)
            done.set()

        thread = threading.Thread(target=run, name="patience", daemon=True)
        thread.start()
        while not done.wait(max(heard + limit_s - time.monotonic(), 0.01)):
            if time.monotonic() - heard >= limit_s:
                break
        finished, given = done.is_set(), answers[:]
        if finished and failed:
            raise failed[0]
        if len(given) == len(paths):
            return given, None
        stuck = paths[len(given)]
        if not finished:
            with self._lock:
                self._left.append((os.path.dirname(stuck), thread))
        return given, VideoTimeoutError(path=shown_path(stuck), count=round(limit_s, 1))

    def _is_stuck(self, path: str) -> bool:
        if not self._left:
            return False
        with self._lock:
            self._left = [(folder, thread) for folder, thread in self._left if thread.is_alive()]
            return any(folder == os.path.dirname(path) for folder, _ in self._left)
