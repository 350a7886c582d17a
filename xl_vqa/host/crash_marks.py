"""Which videos the model was looking at when a host crashed, so that one of them cannot keep crashing it.

A video is marked before the model sees it, and the mark lifted when it is done. A mark that outlives its host
counts as one crash where the host left the stack of one; killed from outside, it accuses nobody. A video with one
crash is worked on alone, so the second crash accuses nobody else; after the second it is refused until somebody
asks for a refresh. (What crashes the reader of a video crashes a process of its own, see ``video/wall.py``.)
"""

from __future__ import annotations

import logging
import threading
from typing import Final

from xl_vqa.host.store import Store
from xl_vqa.words.errors import HostDiskError

log = logging.getLogger("xl_vqa.host.crash_marks")

LIMIT: Final = 2


class CrashMarks:
    """Thread-safe. A disk that takes no marks is no reason not to rate."""

    def __init__(self, store: Store, *, crashed: bool = True) -> None:
        """``crashed``: the host before this one left the stack of a crash in native code."""
        self._store = store
        self._lock = threading.Lock()
        self._at_work: dict[str, str] = {}
        try:
            self._crashes = store.crash_marks(crashed=crashed)
        except HostDiskError as error:
            log.warning("crash marks cannot be read: %s", error)
            self._crashes = {}
        for video, times in self._crashes.items():
            log.warning("a host crashed %d times while the model looked at %s", times, video)

    def times(self, video: str) -> int:
        """How often a host crashed over this video."""
        return self._crashes.get(video, 0)

    def begin(self, video: str, path: str, *, forgive: bool = False) -> None:
        """Before the video is touched; ``forgive`` forgets earlier crashes (a refresh)."""
        with self._lock:
            if forgive:
                self._crashes.pop(video, None)
            self._at_work[video] = path
            self._put(video, path, self.times(video) + 1, at_work=True)

    def rated(self, video: str) -> None:
        """The rating is stored, and the stored mark was lifted with it."""
        with self._lock:
            self._at_work.pop(video, None)
            self._crashes.pop(video, None)

    def survived(self, video: str) -> None:
        """It ended without a rating, but also without a crash."""
        with self._lock:
            path = self._at_work.pop(video, None)
            if path is not None:
                self._crashes.pop(video, None)
                self._put(video, path, 0)

    def stop(self) -> None:
        """An orderly end: what is still in work goes back to what it was before."""
        with self._lock:
            for video, path in self._at_work.items():
                self._put(video, path, self.times(video))
            self._at_work.clear()

    def _put(self, video: str, path: str, times: int, *, at_work: bool = False) -> None:
        try:
            self._store.mark(video, path, times, at_work=at_work)
        except HostDiskError as error:
            log.debug("a crash mark could not be written: %s", error)
