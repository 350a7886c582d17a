"""Who waits for which video: the keys that people hold, and what they mean at the host."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST: Final = 400_000
"""Tickets that are remembered; those that are finished are forgotten first."""
FORSAKEN_S: Final = 900.0
"""What nobody asks for during this time is not waited for any more: its person's machine is gone."""


@dataclass(slots=True)
class Ticket:
    """``asked`` is the person's path, ``real`` ours, ``there`` the key at the host."""

    person: str
    asked: str
    real: str
    there: str
    asked_at: float
    open: bool = True


class Tickets:
    """Thread-safe. Nobody can ask for, or give up, what another person waits for."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[str, Ticket] = OrderedDict()
        self._same: dict[tuple[str, str, str], str] = {}
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    def give(self, person: str, asked: str, real: str, there: str) -> str:
        """A key for a video that waits; the same again for the same question."""
        with self._lock:
            known = self._same.get((person, asked, there))
            if known is not None and self._held[known].open:
                return known
            key = secrets.token_hex(16)
            self._held[key] = Ticket(person, asked, real, there, time.monotonic())
            self._same[person, asked, there] = key
            self._open[person] += 1
            while len(self._held) > self._most:
                self._drop(next(iter(self._held)))
            return key

    def find(self, person: str, key: str) -> Ticket | None:
        """What a key means; None where it is not this person's."""
        with self._lock:
            ticket = self._held.get(key)
            if ticket is None or ticket.person != person:
                return None
            ticket.asked_at = time.monotonic()
            return ticket

    def settled(self, keys: Iterable[str]) -> None:
        """They have their answer."""
        with self._lock:
            for key in keys:
                ticket = self._held.get(key)
                if ticket is not None and ticket.open:
                    ticket.open = False
                    self._open[ticket.person] -= 1
                    # those that are open stay the youngest
                    self._held.move_to_end(key, last=False)

    def forsake(self, now: float | None = None) -> None:
        """Gives up waiting for what nobody asks for any more."""
        oldest = (time.monotonic() if now is None else now) - FORSAKEN_S
        with self._lock:
            gone = [key for key, one in self._held.items() if one.open and one.asked_at < oldest]
        self.settled(gone)

    def waiting(self, person: str) -> int:
        with self._lock:
            return self._open[person]

    def real_paths(self, person: str) -> frozenset[str]:
        """The files that a person still waits for."""
        with self._lock:
            return frozenset(one.real for one in self._held.values() if one.open and one.person == person)

    def of(self, person: str) -> list[str]:
        """The keys of what a person waits for."""
        with self._lock:
            return [key for key, one in self._held.items() if one.open and one.person == person]

    def _drop(self, key: str) -> None:
        ticket = self._held.pop(key)
        self._open[ticket.person] -= ticket.open
        if self._same.get((ticket.person, ticket.asked, ticket.there)) == key:
            del self._same[ticket.person, ticket.asked, ticket.there]
