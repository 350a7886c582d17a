"""HTTP to the host with the standard library: kept-alive connections, one JSON answer per request."""

from __future__ import annotations

import http.client
import json
import threading
from typing import Any

from xl_vqa.bridge.protocol import LOOPBACK
from xl_vqa.bridge.state import HostState
from xl_vqa.errors import HostAuthenticationError, HostRequestError, XlVqaError, from_dict
from xl_vqa.reasons import Reason


class HostGoneError(Exception):
    """No answer from the host: it died, is stopping, or hangs. Asking again after a restart is safe."""


class HttpPool:
    """Connections to one run of the host; many threads may use it at once."""

    def __init__(self, state: HostState) -> None:
        self.state = state
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()
        self._closed = False

    def request(self, method: str, path: str, body: Any = None, *, timeout: float = 60.0) -> dict[str, Any]:
        """The JSON object that the host answers.

        Raises HostGoneError where no (whole) answer comes, HostAuthenticationError for a refused token,
        HostRequestError where the host does not understand, or the error that the host reports.
        """
        data = b"" if body is None else json.dumps(body).encode("ascii")
        status, answer = self._send(method, path, data, timeout)
        try:
            values = json.loads(answer)
        except (ValueError, RecursionError):
            raise HostGoneError(f"an answer of {len(answer)} bytes that is not JSON") from None
        if status == 200 and isinstance(values, dict):
            return values
        raise _refusal(status, values)

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
            except (http.client.RemoteDisconnected, ConnectionError):
                # the host closes connections that idle; that says nothing about the host
                connection.close()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                raise HostGoneError(_describe(error)) from error
        fresh = http.client.HTTPConnection(LOOPBACK, self.state.port, timeout=timeout)
        try:
            return self._exchange(fresh, method, path, data, timeout)
        except (OSError, http.client.HTTPException) as error:
            fresh.close()
            raise HostGoneError(_describe(error)) from error

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, data: bytes, timeout: float
    ) -> tuple[int, bytes]:
        connection.timeout = timeout
        if connection.sock is not None:
            connection.sock.settimeout(timeout)
        headers = {"Authorization": f"Bearer {self.state.token}", "Content-Type": "application/json"}
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


def ask_health(port: int, nonce: str, *, timeout: float = 5.0) -> dict[str, Any] | None:
    """What answers at ``port``, without telling it the token; None where nothing sensible does."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("GET", f"/v1/health?nonce={nonce}")
        response = connection.getresponse()
        # a stranger on this port may send anything, without end
        values = json.loads(response.read(65536))
    except (OSError, http.client.HTTPException, ValueError, RecursionError):
        return None
    finally:
        connection.close()
    return values if isinstance(values, dict) else None


def _refusal(status: int, values: Any) -> Exception:
    error = values.get("error") if isinstance(values, dict) else None
    known: XlVqaError | None = from_dict(error) if isinstance(error, dict) else None
    if status == 503:
        return HostGoneError(str(known or "it is stopping"))
    if status == 401:
        return HostAuthenticationError()
    return known or HostRequestError(problem=Reason("status_code", status=status))


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
