"""Explanations that people wait for: how many each of them, the clips that they need, and which nobody asks about.

One takes as long as many scores, and they are made one after another: so each person has a few under way, and what
is asked for no more is given up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xl_vqa.bridge.errors import TeamLimitError
from xl_vqa.words.reasons import Reason

COSTS: Final = 26
"""Videos that one counts for by the minute: it may take as many passes of the model (``explain.BUDGET``)."""
FORSAKEN_S: Final = 120.0
"""Who waits asks twice a second, and a request is held for 20 s at the most."""
RETRY_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Asking:
    """One explanation as one of a person's programs asks for it; ``path`` is the person's own."""

    person: str
    client: str
    path: str
    text: str | None
    model: str


@dataclass(slots=True)
class _Open:
    """``real`` is the file here, ``there`` the host's key."""

    real: str
    there: str
    asked_at: float


class OpenExplanations:
    """Thread-safe. ``most`` of a person are under way at a time."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._open: dict[Asking, _Open] = {}
        self._lock = threading.Lock()

    def admit(self, asking: Asking, real: str) -> bool:
        """Whether it is new, and counts from now on. Raises TeamLimitError where the person has too many."""
        with self._lock:
            known = self._open.get(asking)
            if known is not None:
                known.asked_at = self._clock()
                return False
            if sum(one.person == asking.person for one in self._open) >= self._most:
                raise TeamLimitError(problem=Reason("team_explanations", limit=self._most), retry_s=RETRY_S)
            self._open[asking] = _Open(real, "", self._clock())
            return True

    def waits(self, asking: Asking, there: str) -> None:
        """It is under way at the host under this key."""
        with self._lock:
            if (known := self._open.get(asking)) is not None:
                known.there, known.asked_at = there, self._clock()

    def end(self, asking: Asking) -> None:
        """It was answered."""
        with self._lock:
            self._open.pop(asking, None)

    def end_all(self, person: str, client: str) -> None:
        """The program gave them up."""
        with self._lock:
            self._open = {
                one: kept for one, kept in self._open.items() if (one.person, one.client) != (person, client)
            }

    def forsaken(self) -> list[tuple[Asking, str]]:
        """Those that nobody asks about any more, with the host's keys; they no longer count."""
        oldest = self._clock() - FORSAKEN_S
        with self._lock:
            gone = [(one, kept.there) for one, kept in self._open.items() if kept.asked_at < oldest]
            for one, _ in gone:
                del self._open[one]
        return gone

    def waiting(self, person: str) -> int:
        with self._lock:
            return sum(one.person == person for one in self._open)

    def real_paths(self, person: str) -> frozenset[str]:
        """The files that they are made from."""
        with self._lock:
            return frozenset(kept.real for one, kept in self._open.items() if one.person == person)
