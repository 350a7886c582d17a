"""How much each person asks: buckets that fill with time, and what is under way."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from xl_vqa.bridge.errors import TeamLimitError
from xl_vqa.team.setup import Limits
from xl_vqa.words.reasons import Reason

MINUTE_S: Final = 60.0
TRIES_A_MINUTE: Final = 30
"""Refused tokens that one address may show; more are not even looked at."""
MOST_ADDRESSES: Final = 10_000
HELD_RETRY_S: Final = 1.0


class Bucket:
    """``a_minute`` at once, and as many more each minute."""

    def __init__(self, a_minute: int, now: float) -> None:
        self._most = self._left = float(a_minute)
        self._at = now

    def has(self, count: float, now: float) -> bool:
        """Whether ``count`` could be taken now."""
        self._left = min(self._most, self._left + (now - self._at) * self._most / MINUTE_S)
        self._at = now
        # more than there ever is at once may be asked of a full one, and is paid off afterwards
        return self._left >= min(count, self._most)

    def take(self, count: float, now: float) -> float:
        """0 where it was there and is taken, else the seconds after which it would be."""
        if self.has(count, now):
            self._left -= count
            return 0.0
        return (min(count, self._most) - self._left) * MINUTE_S / self._most


class Meters:
    """Of all people. Thread-safe. Raises TeamLimitError with the seconds to wait."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def request(self, person: str) -> None:
        most = self._limits.requests_a_minute
        self._take("requests", person, 1, most, Reason("team_requests_a_minute", limit=most))

    def videos(self, person: str, count: int) -> None:
        most = self._limits.videos_a_minute
        self._take("videos", person, count, most, Reason("team_videos_a_minute", limit=most))

    def refused_token(self, address: str) -> None:
        """Counts a token that was refused."""
        with self._lock:
            self._bucket("tries", address, TRIES_A_MINUTE).take(1, self._clock())

    def may_try(self, address: str) -> bool:
        """Whether an address has not shown too many wrong tokens; asking costs nothing."""
        with self._lock:
            return self._bucket("tries", address, TRIES_A_MINUTE).has(1, self._clock())

    @contextlib.contextmanager
    def holding(self, person: str) -> Iterator[None]:
        """A request that waits for an answer."""
        with self._lock:
            if self._held[person] >= self._limits.held:
                found = Reason("team_held", limit=self._limits.held)
                raise TeamLimitError(problem=found, retry_s=HELD_RETRY_S)
            self._held[person] += 1
        try:
            yield
        finally:
            with self._lock:
                self._held[person] -= 1
                if not self._held[person]:
                    del self._held[person]

    def _take(self, what: str, who: str, count: int, most: int, problem: Reason) -> None:
        with self._lock:
            wait = self._bucket(what, who, most).take(count, self._clock())
        if wait:
            raise TeamLimitError(problem=problem, retry_s=round(max(wait, 0.1), 1))

    def _bucket(self, what: str, who: str, most: int) -> Bucket:
        now = self._clock()
        if len(self._buckets) > MOST_ADDRESSES:
            # strangers may come from any number of addresses
            self._buckets = {key: one for key, one in self._buckets.items() if key[0] != "tries"}
        return self._buckets.setdefault((what, who), Bucket(most, now))
