"""The HTTP face of a real host process: who is let in, what is refused, and with which words."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.host import helpers
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.protocol import MAX_BODY_BYTES, proof
from xl_vqa.bridge.start import find
from xl_vqa.bridge.state import HostState
from xl_vqa.host.guard import Guard

Answer = tuple[int, Any]


class Caller:
    """Requests as somebody else's program might send them."""

    def __init__(self, state: HostState) -> None:
        self.state = state

    def __call__(
        self, method: str, path: str, body: object = None, headers: dict[str, str | None] | None = None
    ) -> Answer:
        """``body`` bytes go as they are; a header of None is left out."""
        sent: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.state.port}",
            "Authorization": f"Bearer {self.state.token}",
        }
        sent.update(headers or {})
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.state.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            if "Content-Length" not in sent:
                connection.putheader("Content-Length", str(len(data)))
            connection.endheaders(data)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        finally:
            connection.close()

    def raw(self, data: bytes) -> bytes:
        """Bytes that need not be HTTP, and the first that come back."""
        with socket.create_connection(("127.0.0.1", self.state.port), timeout=30) as plug:
            plug.sendall(data)
            return plug.recv(65536)


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    settings = helpers.settings_for(tmp_path_factory.mktemp("http") / "home")
    with helpers.cleaned_up(settings), HostClient(settings) as client:
        client.ensure_running()
        state = find(settings)
        assert state is not None
        yield Caller(state)
        # nothing that was sent here may have ended or shaken it
        assert client.status() is not None
        assert "Traceback" not in settings.log_file.read_text(encoding="utf-8")


def refused(answer: Answer, status: int, code: str, word: str = "") -> None:
    assert answer[0] == status, answer
    assert answer[1]["error"]["code"] == code
    assert word in json.dumps(answer[1])


# -- who is let in


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic {token}",
        "bearer {token}",
        "Bearer {token}x",
        "{token}",
    ],
)
@pytest.mark.parametrize("path", ["/v1/ratings", "/v1/progress", "/v1/shutdown", "/v1/model", "/none"])
def test_nothing_without_the_token(call: Caller, header: str | None, path: str) -> None:
    value = header.format(token=call.state.token) if header else header
    answer = call("POST", path, {"videos": []}, {"Authorization": value})
    refused(answer, 401, "host_authentication")
    assert call.state.token not in json.dumps(answer[1])


@pytest.mark.parametrize(
    "host", ["", "evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example"]
)
def test_only_under_its_own_address(call: Caller, host: str | None) -> None:
    value = host.format(port=call.state.port) if host else host
    for path in ("/v1/progress", "/v1/health"):
        refused(call("GET", path, headers={"Host": value}), 403, "host_request", "Host header")


def test_a_request_without_a_host_header_is_no_http(call: Caller) -> None:
    token = f"Authorization: Bearer {call.state.token}\r\n"
    assert call.raw(f"GET /v1/progress HTTP/1.1\r\n{token}\r\n".encode()).split()[1] == b"400"
    assert call.raw(f"GET /v1/progress HTTP/1.0\r\n{token}\r\n".encode()).split()[1] == b"403"


def test_localhost_is_its_address_too(call: Caller) -> None:
    assert call("GET", "/v1/progress", headers={"Host": f"LOCALHOST:{call.state.port}"})[0] == 200


@pytest.mark.parametrize(("port", "bare"), [(80, True), (8080, False)])
def test_a_client_leaves_out_the_port_that_http_has_anyway(port: int, bare: bool) -> None:
    guard = Guard(_no_app, "token", port)
    for name in (b"127.0.0.1", b"localhost"):
        refusal = guard._refuse({"path": "/v1/health", "method": "GET"}, {b"host": name}, False)
        assert (refusal is None) is bare
        full = {b"host": name + b":%d" % port}
        assert guard._refuse({"path": "/v1/health", "method": "GET"}, full, False) is None


async def _no_app(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError


def test_a_second_host_header_is_refused(call: Caller) -> None:
    own, token = f"Host: 127.0.0.1:{call.state.port}\r\n", f"Authorization: Bearer {call.state.token}\r\n"
    answer = call.raw(f"GET /v1/progress HTTP/1.1\r\nHost: evil.example\r\n{own}{token}\r\n".encode())
    assert answer.split()[1] in (b"400", b"403")
    answer = call.raw(f"GET /v1/progress HTTP/1.1\r\n{own}Authorization: Bearer x\r\n{token}\r\n".encode())
    assert answer.split()[1] == b"403"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_web_pages_are_not_served(call: Caller, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        answer = call(method, "/v1/health", headers={"Origin": origin})
        refused(answer, 403, "host_request", "web pages")


def test_health_needs_no_token_and_proves_that_it_knows_it(call: Caller) -> None:
    status, values = call("GET", "/v1/health?nonce=abc", headers={"Authorization": None})
    assert status == 200
    assert values["proof"] == proof(call.state.token, "abc")
    assert call.state.token not in json.dumps(values)
    assert "proof" not in call("GET", "/v1/health", headers={"Authorization": None})[1]


# -- requests that are none


@pytest.mark.parametrize(
    "body", [b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"videos": [}', b"\x00", b'{"videos": "\xe3"}']
)
@pytest.mark.parametrize("path", ["/v1/ratings", "/v1/ratings/poll", "/v1/cancel", "/v1/model"])
def test_what_is_not_json_is_said_to_be_none(call: Caller, path: str, body: bytes) -> None:
    refused(call("POST", path, body), 400, "host_request", "not JSON")


@pytest.mark.parametrize(
    "body",
    [
        [],
        5,
        "videos",
        None,
        {},
        {"videos": None},
        {"videos": {"path": "/a"}},
        {"videos": [], "wait": "long"},
        {"videos": [], "wait": -1},
        {"videos": [], "wait": float("nan")},
        {"videos": [], "wait": True},
        {"videos": [], "wait": float("inf")},
        {"videos": [], "priority": "high"},
        {"videos": [], "priority": float("inf")},
        {"videos": [], "priority": 10**400},
        {"videos": [], "view": 5},
        {"videos": [], "view": {"decoding": "guess"}},
        {"videos": [], "view": {"decoding": []}},
        {"videos": [], "view": {"band_thresholds": 5}},
        {"videos": [], "view": {"band_thresholds": ["a", "b", "c", "d"]}},
        {"videos": [], "view": {"band_thresholds": [[], [], [], []]}},
        {"videos": [], "view": {"band_thresholds": [4, 3, 2, 1]}},
        {"videos": [], "view": {"band_thresholds": [1, 2]}},
        {"videos": [], "view": {"decoding": {"a": [1]}}},
        {"videos": [], "profile": 5},
        {"videos": [], "profile": {"frames": "many"}},
        {"videos": [], "profile": {"modle": "starter"}},
    ],
)
def test_a_rating_request_that_is_none(call: Caller, body: object) -> None:
    refused(call("POST", "/v1/ratings", body), 400, "host_request")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/ratings/poll", []),
        ("/v1/ratings/poll", {}),
        ("/v1/ratings/poll", {"keys": "abc"}),
        ("/v1/ratings/poll", {"keys": [], "until": "never"}),
        ("/v1/ratings/poll", {"keys": [], "until": []}),
        ("/v1/ratings/poll", {"keys": [], "wait": None}),
        ("/v1/ratings/poll", {"keys": [], "wait": float("nan")}),
        ("/v1/ratings/poll", {"keys": [], "view": []}),
        ("/v1/cancel", []),
        ("/v1/cancel", {}),
        ("/v1/cancel", {"keys": [5]}),
        ("/v1/cancel", {"keys": None}),
        ("/v1/cancel", {"all": "yes"}),
        ("/v1/model", []),
        ("/v1/model", {"profile": []}),
    ],
)
def test_other_requests_that_are_none(call: Caller, path: str, body: object) -> None:
    refused(call("POST", path, body), 400, "host_request")


def test_odd_but_harmless_requests_are_answered(call: Caller) -> None:
    assert call("POST", "/v1/ratings", {"videos": []})[1]["ratings"] == []
    assert call("POST", "/v1/ratings", {"videos": [], "wait": 1e8, "client": None})[0] == 200
    (entry,) = call("POST", "/v1/ratings/poll", {"keys": [{"a": 1}], "wait": 30, "until": "any"})[1]["ratings"]
    assert entry["status"] == "unknown"
    assert call("POST", "/v1/cancel", {"keys": ["never seen"]})[1] == {"cancelled": 0}
    assert call("POST", "/v1/cancel", {"all": True, "client": "nobody"})[1] == {"cancelled": 0}
    (entry,) = call("POST", "/v1/ratings", {"videos": [{"path": "/no\ud800/such.mp4"}]})[1]["ratings"]
    assert entry["error"]["code"] == "video_not_found"


def test_places_and_methods_that_are_none(call: Caller) -> None:
    assert call("GET", "/")[0] == 404
    assert call("GET", "/docs")[0] == 404
    assert call("GET", "/openapi.json")[0] == 404
    assert call("POST", "/v1/ratings/../shutdown", {})[0] == 404
    assert call("GET", "/v1/ratings")[0] == 405
    assert call("DELETE", "/v1/progress")[0] == 405


def test_strangers_noise_disturbs_nobody(call: Caller) -> None:
    assert b" 400 " in call.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n").splitlines()[0]
    upgrade = f"GET /v1/health HTTP/1.1\r\nHost: 127.0.0.1:{call.state.port}\r\n"
    upgrade += "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: AAAA\r\n\r\n"
    assert call.raw(upgrade.encode())  # answered as plain HTTP or refused, but answered
    # somebody who hangs up in the middle of a body
    with socket.create_connection(("127.0.0.1", call.state.port)) as plug:
        start = f"POST /v1/ratings HTTP/1.1\r\nHost: 127.0.0.1:{call.state.port}\r\n"
        plug.sendall(f"{start}Authorization: Bearer {call.state.token}\r\nContent-Length: 99\r\n\r\nxx".encode())
    assert call("GET", "/v1/progress")[0] == 200


# -- bodies without end


@pytest.mark.parametrize("length", [str(MAX_BODY_BYTES + 1), "9" * 20])
def test_a_body_that_says_it_is_too_large_is_not_read(call: Caller, length: str) -> None:
    answer = call("POST", "/v1/ratings", b"", {"Content-Length": length})
    refused(answer, 413, "host_request", "64 MiB")


def test_a_body_that_does_not_say_so_is_cut_off(call: Caller) -> None:
    piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", call.state.port), timeout=30) as plug:
        start = f"POST /v1/ratings HTTP/1.1\r\nHost: 127.0.0.1:{call.state.port}\r\n"
        plug.sendall(
            f"{start}Authorization: Bearer {call.state.token}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        try:
            for _ in range(MAX_BODY_BYTES // 0x100000 + 1):
                plug.sendall(piece)
            plug.sendall(b"0\r\n\r\n")
            answer = plug.recv(65536)
        except ConnectionError:  # it may hang up before all is sent
            answer = b"HTTP/1.1 413 "
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert call("GET", "/v1/progress")[0] == 200


def test_a_client_that_leaves_while_it_waits(call: Caller, clip_folder: list[Path]) -> None:
    body = json.dumps({"videos": [{"path": str(clip_folder[0])}], "wait": 60}).encode()
    with socket.create_connection(("127.0.0.1", call.state.port)) as plug:
        start = f"POST /v1/ratings HTTP/1.1\r\nHost: 127.0.0.1:{call.state.port}\r\n"
        head = f"{start}Authorization: Bearer {call.state.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        plug.sendall(head.encode() + body)
    video = {"videos": [{"path": str(clip_folder[0])}], "wait": 30}
    assert call("POST", "/v1/ratings", video)[1]["ratings"][0]["status"] == "done"


def test_a_path_of_a_client_is_the_clients_own(call: Caller) -> None:
    """A relative path would be looked for in the host's folder, not in the asker's."""
    (entry,) = call("POST", "/v1/ratings", {"videos": [{"path": "clip.mp4"}]})[1]["ratings"]
    assert entry["error"]["code"] == "host_request"
    assert Video("clip.mp4").absolute().path == str(Path.cwd() / "clip.mp4")
