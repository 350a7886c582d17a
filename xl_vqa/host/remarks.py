"""What a host says over many ratings: the alarm of one score for all, and the pace."""

from __future__ import annotations

import threading
from collections import deque
from typing import Any, Final

from xl_vqa.words.rating import Rating

SAME_SCORE_COUNT: Final = 20


class SameScoreAlarm:
    """Rings where the last ``count`` different videos of one model all got the same score.

    To two decimals of the expected label: different videos that are alike still differ there.
    """

    def __init__(self, count: int = SAME_SCORE_COUNT) -> None:
        self._lock = threading.Lock()
        self._last: deque[tuple[str, float]] = deque(maxlen=count)
        self._model = ""

    def add(self, rating: Rating) -> None:
        with self._lock:
            if rating.model_fingerprint != self._model:
                self._model = rating.model_fingerprint
                self._last.clear()
            if all(video != rating.video_fingerprint for video, _ in self._last):
                self._last.append((rating.video_fingerprint, round(rating.expected_label, 2)))

    def warning(self) -> dict[str, Any] | None:
        """The message code and its parameters, or None."""
        with self._lock:
            scores = {score for _, score in self._last}
            if len(self._last) == self._last.maxlen and len(scores) == 1:
                return {"code": "warning_same_score", "params": {"count": len(self._last)}}
        return None


class Pace:
    """Videos per minute over the last minutes of work, and how long the rest will take."""

    WINDOW_S: Final = 120.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._finished: deque[float] = deque()
        self._busy_since: float | None = None

    def busy(self, now: float) -> None:
        """Work is there."""
        with self._lock:
            if self._busy_since is None:
                self._busy_since = now

    def idle(self) -> None:
        """All work is done: the next work's pace is measured anew."""
        with self._lock:
            self._busy_since = None
            self._finished.clear()

    def finished(self, count: int, now: float) -> None:
        with self._lock:
            self._finished.extend([now] * count)
            self._forget(now)

    def per_minute(self, now: float) -> float | None:
        """None before the first one is finished."""
        with self._lock:
            if self._busy_since is None:
                return None
            start = max(self._busy_since, now - self.WINDOW_S)
            self._forget(now)
            if not self._finished or now <= start:
                return None
            return 60.0 * len(self._finished) / (now - start)

    def _forget(self, now: float) -> None:
        while self._finished and self._finished[0] < now - self.WINDOW_S:
            self._finished.popleft()

    def eta_s(self, left: int, now: float) -> float | None:
        rate = self.per_minute(now)
        return None if rate is None else 60.0 * left / rate
