"""Takes connections for a team's host: each address a few, and nobody who does not get through TLS in time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from xl_vqa.host.connections import BODY_S, LimitedProtocol

log = logging.getLogger("xl_vqa.team")

HANDSHAKE_S: Final = 10.0
SHUTDOWN_S: Final = 5.0
"""Who goes on sending after he was refused is cut off after this time."""
HANDSHAKES: Final = 128
"""Connections that are not through with TLS, of all addresses together."""
OF_ONE_ADDRESS: Final = 100
"""Connections of one address; a reverse proxy, which speaks for many, is not counted."""
UPLOAD_S: Final = 6 * 3600.0


class TeamProtocol(LimitedProtocol):
    """A clip may take long; whether it comes at all is watched where it is read."""

    def _body_s(self) -> float:
        return UPLOAD_S if self.scope.get("method") == "PUT" else BODY_S


class Listener:
    """Accepts until it is cancelled. ``protocol`` makes what speaks HTTP over a connection."""

    def __init__(
        self,
        sockets: socket.socket,
        context: ssl.SSLContext | None,
        protocol: Callable[[], asyncio.Protocol],
        *,
        is_proxy: Callable[[str], bool] = lambda address: False,
    ) -> None:
        self._socket, self._context, self._protocol = sockets, context, protocol
        self._is_proxy = is_proxy
        self._of: Counter[str] = Counter()
        self._shaking = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def count(self) -> int:
        """Connections that are open."""
        return self._of.total()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                plug, address = await loop.sock_accept(self._socket)
            except OSError as error:
                # no descriptors are left: those that end free some
                log.warning("a connection was not taken: %s", error)
                await asyncio.sleep(0.2)
                continue
            name = str(address[0])
            crowded = self._of[name] >= OF_ONE_ADDRESS and not self._is_proxy(name)
            if crowded or self._shaking >= HANDSHAKES:
                plug.close()
                continue
            plug.setblocking(False)
            with contextlib.suppress(OSError):
                plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._of[name] += 1
            task = loop.create_task(self._serve(plug, name))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, plug: socket.socket, name: str) -> None:
        loop = asyncio.get_running_loop()
        self._shaking += 1
        told = False
        try:
            timeout = HANDSHAKE_S if self._context is not None else None
            _, protocol = await loop.connect_accepted_socket(
                self._protocol,
                plug,
                ssl=self._context,
                ssl_handshake_timeout=timeout,
                ssl_shutdown_timeout=None if timeout is None else SHUTDOWN_S,
            )
            told = self._tell_end(protocol, name)
        except (OSError, ssl.SSLError, TimeoutError):
            # a stranger's program, a scan, or a machine that does not know the certificate
            plug.close()
        finally:
            self._shaking -= 1
            if not told:
                self._left(name)

    def _tell_end(self, protocol: Any, name: str) -> bool:
        """Counts the connection out when it ends."""
        lost = protocol.connection_lost

        def connection_lost(error: Exception | None) -> None:
            self._left(name)
            lost(error)

        if protocol.transport is None or protocol.transport.is_closing():
            return False
        protocol.connection_lost = connection_lost
        return True

    def _left(self, name: str) -> None:
        self._of[name] -= 1
        if self._of[name] <= 0:
            del self._of[name]
