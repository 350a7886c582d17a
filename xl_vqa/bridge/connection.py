"""HTTP to the host with the standard library: kept-alive connections, one JSON answer per request."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from typing import Any, Final

from xl_vqa.bridge.protocol import APP, LOOPBACK, proof
from xl_vqa.bridge.state import HostState
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import HostAuthenticationError, HostRequestError, XlVqaError
from xl_vqa.words.reasons import Reason

_UNKNOWN_ADDRESS: Final = (404, 405)


class HostGoneError(Exception):
    """No answer from the host: it died, is stopping, or hangs. Asking again after a restart is safe."""


class HostOutdatedError(HostGoneError):
    """The host does not know the address: it runs code of before an update."""


class JsonPool:
    """Kept-alive connections to one place; many threads may use it at once. Its kinds say how one is opened."""

    def __init__(self) -> None:
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()
        self._closed = False

    def request(self, method: str, path: str, body: Any = None, *, timeout: float = 60.0) -> dict[str, Any]:
        """The JSON object that the host answers.

        Raises HostGoneError where no (whole) answer comes, HostOutdatedError where it does not know ``path``,
        HostAuthenticationError for a refused token, HostRequestError where the host does not understand, or the
        error that the host reports.
        """
        data = b"" if body is None else json.dumps(body).encode("ascii")
        status, answer = self._send(method, path, data, timeout)
        return self.answer(path, status, answer)

    def answer(self, path: str, status: int, answer: bytes) -> dict[str, Any]:
        """The JSON object of an answer. Raises as ``request``."""
        try:
            values = json.loads(answer)
        except (ValueError, RecursionError):
            if status in _UNKNOWN_ADDRESS:
                raise HostOutdatedError(f"it does not know {path}") from None
            raise HostGoneError(f"an answer of {len(answer)} bytes that is not JSON") from None
        if status == 200 and isinstance(values, dict):
            return values
        raise _refusal(status, values)

    def open(self, timeout: float) -> http.client.HTTPConnection:
        """A connection to whom it is meant for. Raises HostGoneError, OSError or HTTPException."""
        raise NotImplementedError

    def headers(self) -> dict[str, str]:
        """What goes with every request."""
        raise NotImplementedError

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _send(self, method: str, path: str, data: bytes, timeout: float) -> tuple[int, bytes]:
        connection = self._take()
        if connection is not None:
            try:
                return self._exchange(connection, method, path, data, timeout)
            except (http.client.RemoteDisconnected, http.client.NotConnected, ConnectionError):
                # the host closes connections that idle; that says nothing about the host
                connection.close()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                raise HostGoneError(described(error)) from error
        fresh: http.client.HTTPConnection | None = None
        try:
            fresh = self.open(timeout)
            return self._exchange(fresh, method, path, data, timeout)
        except (OSError, http.client.HTTPException) as error:
            if fresh is not None:
                fresh.close()
            raise HostGoneError(described(error)) from error

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, data: bytes, timeout: float
    ) -> tuple[int, bytes]:
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        headers = {**self.headers(), "Content-Type": "application/json"}
        connection.request(method, path, body=data, headers=headers)
        response = connection.getresponse()
        answer = response.read()
        if response.will_close:
            connection.close()
        else:
            self._give_back(connection)
        return response.status, answer

    def _take(self) -> http.client.HTTPConnection | None:
        with self._lock:
            return self._idle.pop() if self._idle else None

    def _give_back(self, connection: http.client.HTTPConnection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < 64:
                self._idle.append(connection)
                return
        connection.close()


class HttpPool(JsonPool):
    """Connections to one run of the host of this machine.

    Whoever gets the port of a dead host gets nothing: each new connection is asked for the proof first, and what
    is sent goes over that same connection or not at all.
    """

    def __init__(self, state: HostState) -> None:
        super().__init__()
        self.state = state

    def open(self, timeout: float) -> http.client.HTTPConnection:
        fresh = http.client.HTTPConnection(LOOPBACK, self.state.port, timeout=timeout)
        try:
            fresh.connect()
            # once closed it must not be opened anew by itself: somebody else may listen there by then
            fresh.auto_open = False
            if not proves(fresh, self.state):
                raise HostGoneError("what answers on its port is not the host")
        except BaseException:
            fresh.close()
            raise
        return fresh

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.state.token}"}


def ask_health(port: int, nonce: str, *, timeout: float = 5.0) -> dict[str, Any] | None:
    """What answers at ``port``, without telling it the token; None where nothing sensible does."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        return _health(connection, nonce)
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def proves(connection: http.client.HTTPConnection, state: HostState) -> bool:
    """Whether the other end knows the token of ``state``, which is not sent. Raises OSError or HTTPException."""
    nonce = secrets.token_hex(16)
    health = _health(connection, nonce)
    if health is None or health.get("app") != APP or health.get("pid") != state.pid:
        return False
    # as bytes: of texts it compares ASCII alone
    shown = str(health.get("proof")).encode("utf-8", "replace")
    return secrets.compare_digest(shown, proof(state.token, nonce).encode())


def _health(connection: http.client.HTTPConnection, nonce: str) -> dict[str, Any] | None:
    connection.request("GET", f"/v1/health?nonce={nonce}")
    response = connection.getresponse()
    # a stranger on this port may send anything, without end
    try:
        values = json.loads(response.read(65536))
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _refusal(status: int, values: Any) -> Exception:
    error = values.get("error") if isinstance(values, dict) else None
    known: XlVqaError | None = from_dict(error) if isinstance(error, dict) else None
    if status == 503:
        return HostGoneError(str(known or "it is stopping"))
    if status == 401:
        # a team's host says which: unknown, expired or revoked
        return known if known is not None and known.code == "team_token" else HostAuthenticationError()
    if known is None and status in _UNKNOWN_ADDRESS:
        return HostOutdatedError(f"it does not know the address ({status})")
    return known or HostRequestError(problem=Reason("status_code", status=status))


def described(error: Exception) -> str:
    """What went wrong with a connection, for HostGoneError."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
