"""Connections that say nothing, or never come to an end, are closed: no stranger can switch the host off."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST: Final = 400
"""Connections at once; descriptors of a process are 1,024 on most systems, and the store and readers need some."""
HEAD_S: Final = 10.0
"""A request's head comes within this time."""
BODY_S: Final = 60.0
"""A request's body comes within this time, 64 MiB at the most."""


class LimitedProtocol(H11Protocol):
    """One connection. Where there are too many, the oldest that waits for no answer is closed."""

    _timer: asyncio.TimerHandle | None = None
    _waits_for = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.began = self.loop.time()
        self._expect("head", HEAD_S)
        if len(self.connections) > MOST:
            others = [one for one in self.connections if isinstance(one, LimitedProtocol) and not one.busy]
            min(others, key=lambda one: one.began, default=self).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect("", 0.0)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    @property
    def busy(self) -> bool:
        """Whether a request is under way."""
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _body_s(self) -> float:
        """How long the body of the request under way may take."""
        return BODY_S

    def _look(self) -> None:
        if self.busy:
            self._expect("body" if self.cycle.more_body else "", self._body_s())
        else:
            # what stays wholly silent after an answer is closed by uvicorn
            begun = self.cycle is None or bool(self.conn.trailing_data[0])
            self._expect("head" if begun else "", HEAD_S)

    def _expect(self, what: str, seconds: float) -> None:
        """The time runs from when it was first expected, not from the last byte."""
        if what == self._waits_for:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._waits_for = what
        self._timer = self.loop.call_later(seconds, self.transport.abort) if what else None
