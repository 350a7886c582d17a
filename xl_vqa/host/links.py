"""One-time links to pages that the host serves: a browser has no token of the host, and is given none.

A link opens once: whoever opens it first gets a cookie for it, and only that browser sees the page (and the one
video on it) from then on. So an address that stays behind in a history, a log or a list of processes is worth
nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OPEN_WITHIN_S: Final = 300.0
"""A link that nobody opened is void after this long."""
SHOWN_FOR_S: Final = 3600.0
"""An opened page and its video are served this long after they were last asked for."""
MOST: Final = 32
"""Pages hold pictures, some MB each: of more, those that were asked for least recently are dropped."""


@dataclass(frozen=True, slots=True)
class LinkedPage:
    """``html`` is the whole page; ``video`` the one file beside it that it may ask for, None: none, as long as its
    size in bytes and time of change in nanoseconds are ``video_stat``."""

    html: str
    video: Path | None = None
    video_stat: tuple[int, int] = (0, 0)
    media_type: str = "application/octet-stream"


@dataclass(slots=True)
class _Link:
    page: LinkedPage
    until: float
    visitor: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A page for one browser; ``cookie`` is new where the link was opened for the first time."""

    page: LinkedPage
    cookie: str | None = None


class Links:
    """Thread-safe. ``clock`` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._links: OrderedDict[str, _Link] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, page: LinkedPage) -> str:
        """The token of a new link: 256 random bits, kept here as their hash alone."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._drop_old()
            self._links[_hash(token)] = _Link(page, self._clock() + OPEN_WITHIN_S)
            while len(self._links) > MOST:
                self._links.popitem(last=False)
        return token

    def open(self, token: str, cookie: str | None) -> Visit | None:
        """The page for whoever comes first, and for that browser again; None for anybody else."""
        with self._lock:
            link = self._found(token)
            if link is None:
                return None
            if link.visitor is not None:
                return Visit(link.page) if self._is_visitor(link, cookie) else None
            fresh = secrets.token_urlsafe(32)
            link.visitor = _hash(fresh)
            link.until = self._clock() + SHOWN_FOR_S
            return Visit(link.page, fresh)

    def video(self, token: str, cookie: str | None) -> LinkedPage | None:
        """The page whose video the browser may have that opened it; None for anybody else."""
        with self._lock:
            link = self._found(token)
            if link is None or link.page.video is None or not self._is_visitor(link, cookie):
                return None
            return link.page

    def _found(self, token: str) -> _Link | None:
        self._drop_old()
        name = _hash(token)
        link = self._links.get(name)
        if link is not None:
            self._links.move_to_end(name)
        return link

    def _is_visitor(self, link: _Link, cookie: str | None) -> bool:
        if link.visitor is None or cookie is None or not hmac.compare_digest(_hash(cookie), link.visitor):
            return False
        link.until = self._clock() + SHOWN_FOR_S
        return True

    def _drop_old(self) -> None:
        now = self._clock()
        for name in [name for name, link in self._links.items() if link.until <= now]:
            del self._links[name]


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
