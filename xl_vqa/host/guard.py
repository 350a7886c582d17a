"""What every request has to pass before any endpoint sees it.

The host holds no secrets beyond scores and paths, but it reads any file of its user, so no web page and no
other user of the machine may talk to it: the Host header must name the loopback address (a page that rebinds
its own name to 127.0.0.1 cannot fake that), nothing with an Origin is served, and the token of this run is
needed for all but the health check and the pages behind one-time links (``links.py``), which bring their own.
"""

from __future__ import annotations

import hmac
import http.client
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from xl_vqa.bridge.protocol import LOOPBACK, MAX_BODY_BYTES
from xl_vqa.words.errors import HostAuthenticationError, HostRequestError, HostUnavailableError, XlVqaError
from xl_vqa.words.reasons import Reason

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LINKED = "/why/"
"""Below this a browser reads pages; what it may see hangs on the link, and it cannot do anything."""
OPEN_PATHS = frozenset({"/v1/health"})
IDLE_PATHS = frozenset({"/v1/health", "/v1/progress", "/metrics"})
"""Looking at the host is no reason to keep it running."""


class Guard:
    """ASGI middleware: Host header, Origin, token, size of the body; counts what is under way."""

    def __init__(self, app: App, token: str, port: int) -> None:
        self._app = app
        self._token = f"Bearer {token}".encode("ascii")
        # clients leave out the port that HTTP has anyway
        endings = (f":{port}", "") if port == http.client.HTTP_PORT else (f":{port}",)
        self._hosts = {f"{name}{end}".encode("ascii") for name in (LOOPBACK, "localhost") for end in endings}
        self.stopping = False
        """Once true, every request but health and progress is answered with 503: ask the next host."""
        self.under_way = 0
        self.last_request_at = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers: dict[bytes, bytes] = {}
        doubled = False
        for name, value in scope["headers"]:
            doubled = doubled or (name in headers and name in (b"host", b"authorization", b"content-length"))
            headers[name] = value
        refusal = self._refuse(scope, headers, doubled)
        if refusal is not None:
            await respond(send, *refusal)
            return
        if scope["path"].startswith(LINKED):
            # a browser holds the answer of a paused video open for hours: that is not work under way
            self.last_request_at = time.monotonic()
        if scope["path"] in IDLE_PATHS or scope["path"].startswith(LINKED):
            await self._app(scope, limited(receive, MAX_BODY_BYTES), send)
            return
        self.under_way += 1
        try:
            await self._app(scope, limited(receive, MAX_BODY_BYTES), send)
        finally:
            self.under_way -= 1
            self.last_request_at = time.monotonic()

    def _refuse(self, scope: Scope, headers: dict[bytes, bytes], doubled: bool) -> tuple[int, XlVqaError] | None:
        if doubled or headers.get(b"host", b"").lower() not in self._hosts:
            return 403, HostRequestError(problem="host_header")
        if b"origin" in headers:
            return 403, HostRequestError(problem="host_web_page")
        if scope["path"] in OPEN_PATHS:
            return None
        if scope["path"].startswith(LINKED):
            # opened by the user, or asked for by the page itself; never from within another page
            foreign = headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin")
            if foreign or scope["method"] not in ("GET", "HEAD"):
                return 403, HostRequestError(problem="host_web_page")
            return (503, HostUnavailableError(problem="host_stopping")) if self.stopping else None
        if not hmac.compare_digest(headers.get(b"authorization", b""), self._token):
            return 401, HostAuthenticationError()
        if self.stopping and scope["path"] not in IDLE_PATHS:
            return 503, HostUnavailableError(problem="host_stopping")
        length = headers.get(b"content-length")
        # a body without a length is counted while it comes
        if length is not None and (not length.isdigit() or int(length) > MAX_BODY_BYTES):
            return 413, too_large()
        return None


class TooLargeError(Exception):
    """A body that did not say its length outgrew the limit; raised where the app reads it."""


def limited(receive: Receive, most: int) -> Receive:
    """``receive``, which raises TooLargeError once a body has more than ``most`` bytes."""
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        if message["type"] == "http.request":
            total += len(message.get("body", b""))
            if total > most:
                raise TooLargeError
        return message

    return counted


def too_large() -> XlVqaError:
    """What is said to a body above the limit."""
    return HostRequestError(problem=Reason("host_body_size", mib=MAX_BODY_BYTES >> 20))


async def respond(send: Send, status: int, error: XlVqaError) -> None:
    """An error as JSON."""
    body = json.dumps({"error": error.to_dict()}).encode("ascii")
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode("ascii")),
        # the rest of a refused body is not read
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
