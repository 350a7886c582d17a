"""uvicorn as both hosts run it: this machine's own, and the team's that stands before it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import uvicorn

DRAIN_S: Final = 10
"""Answers that are being sent when the host stops may take this long."""
KEEP_ALIVE_S: Final = 75
_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Server(uvicorn.Server):
    """Signals are ours: after uvicorn's own handling the process would be killed before the store is closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_for(app: Any, protocol: type[asyncio.Protocol]) -> Server:
    """A server of an ASGI app whose connections speak by ``protocol``. It says nothing of itself, and believes
    nobody who says for whom he speaks."""
    return Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            http=protocol,
            loop="asyncio",
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=DRAIN_S,
            server_header=False,
            proxy_headers=False,
        )
    )


async def begin_serving(server: Server, sockets: Sequence[socket.socket]) -> asyncio.Task[None]:
    """The task that serves, once it has started or failed."""
    serving = asyncio.create_task(server.serve(sockets=list(sockets)))
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)
    return serving


def on_end_signals(stop: Callable[[int], object]) -> None:
    """Has ``stop`` called with the signal's number where the system or the user wants this process to end."""
    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: stop(number))
