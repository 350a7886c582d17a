"""A program that looks like a host and misbehaves on request: for faults that a real one will not show."""

from __future__ import annotations

import http.server
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from xl_vqa import __version__
from xl_vqa.bridge.protocol import APP, proof
from xl_vqa.bridge.state import HostState, write_state
from xl_vqa.words.settings import Settings

Reply = tuple[int, Any]
"""Status, and a JSON value or raw bytes. Status 0 closes the connection without an answer."""
TOKEN = "t0ken"


class FakeHost:
    """Answers health as a host does, unless told otherwise, and everything else by ``answer(path, body)``."""

    def __init__(self, answer: Callable[[str, dict[str, Any]], Reply]) -> None:
        self.answer = answer
        self.health: dict[str, Any] | bytes | None = None
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.tokens: set[str | None] = set()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                if url.path != "/v1/health":
                    self.send(*fake.take(self.path, {}, self.headers.get("Authorization")))
                    return
                nonce = parse_qs(url.query).get("nonce", [""])[0]
                facts = {"app": APP, "version": __version__, "pid": os.getpid(), "proof": proof(TOKEN, nonce)}
                self.send(200, fake.health if fake.health is not None else facts)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                self.send(*fake.take(self.path, body, self.headers.get("Authorization")))

            def send(self, status: int, value: Any) -> None:
                data = value if isinstance(value, bytes) else json.dumps(value).encode()
                if status == 0:
                    # what is in ``data`` is all that still comes
                    self.wfile.write(data if isinstance(value, bytes) else b"")
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *arguments: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True

    def take(self, path: str, body: dict[str, Any], token: str | None) -> Reply:
        self.asked.append((path, body))
        self.tokens.add(token)
        return self.answer(path, body)

    @property
    def state(self) -> HostState:
        return HostState(os.getpid(), self.server.server_address[1], __version__, "2026-01-01T00:00:00", TOKEN)


@contextmanager
def fake_host(settings: Settings, answer: Callable[[str, dict[str, Any]], Reply]) -> Iterator[FakeHost]:
    """A fake that the state file of ``settings`` names."""
    fake = FakeHost(answer)
    thread = threading.Thread(target=fake.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.home.mkdir(parents=True, exist_ok=True)
    write_state(settings.state_file, fake.state)
    try:
        yield fake
    finally:
        settings.state_file.unlink(missing_ok=True)
        fake.server.shutdown()
        fake.server.server_close()
        thread.join()


def done(label: int = 37) -> dict[str, Any]:
    return {"status": "done", "rating": {"label": label}}
