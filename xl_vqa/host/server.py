"""uvicorn as both hosts run it: this machine's own, and the team's that stands before it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Final

import uvicorn

from xl_vqa.daemon_threads import DaemonThreads

log = logging.getLogger("xl_vqa.host.server")

DRAIN_S: Final = 10
"""Answers that are being sent when the host stops may take this long."""
KEEP_ALIVE_S: Final = 75
LOOP_END_S: Final = 5.0
"""What is left of a loop whose server has ended may take this long."""
LOOK_S: Final = 0.5
"""On Windows a signal is heard between two looks."""
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


def run_to_its_end(serve: Callable[[], Awaitable[None]]) -> None:
    """``asyncio.run``, for servers: raises what ``serve`` raises.

    A loop waits at its end for the threads of its pool, and for tasks that wait for one: a video on a drive that
    does not answer any more, shown in a browser, would keep the host from ending. Such a loop is left behind.
    """
    over = threading.Event()
    failed: list[BaseException] = []

    async def served() -> None:
        try:
            await serve()
        except BaseException as error:
            failed.append(error)
        finally:
            over.set()

    # off this thread, which goes on when the loop does not; signals are heard here
    loop = DaemonThreads(1, "serve")
    running = loop.submit(asyncio.run, served())
    while not over.wait(LOOK_S) and not running.done():
        pass
    with contextlib.suppress(TimeoutError):
        running.result(LOOP_END_S)
    if not running.done():
        log.warning("something that was asked for does not come to its end, and is left behind")
    if failed:
        raise failed[0]


def on_end_signals(stop: Callable[[int], object]) -> None:
    """Has ``stop`` called with the signal's number where the system or the user wants this process to end."""
    for name in _SIGNALS:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, frame: stop(number))
