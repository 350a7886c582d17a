"""What strangers on the same machine, and accidents, may do to a host: real processes."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import shutil
import signal
import socket
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.host.helpers import changed_host, host_processes, settings_for, start_host, wait_for
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.connection import HostGoneError, HttpPool
from xl_vqa.bridge.protocol import APP, MAX_ROWS
from xl_vqa.bridge.start import _claim_file, find
from xl_vqa.bridge.state import HostState, read_state
from xl_vqa.cli.doctor_checks import check_home
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.words.errors import HostDiskError, HostRequestError
from xl_vqa.words.settings import Settings

posix = pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")


def state_of(settings: Settings) -> HostState:
    state = read_state(settings.state_file)
    assert state is not None
    return state


# -- whoever gets the port of a dead host


class Stranger(http.server.BaseHTTPRequestHandler):
    """Listens where the host was, and answers everything as a host would, but for the proof."""

    protocol_version = "HTTP/1.1"
    heard: list[str]

    def do_GET(self) -> None:
        self.answer({"app": APP, "pid": int(self.server.pid), "version": "1", "proof": "0" * 64})  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer({"ratings": [{"status": "done", "rating": {"label": 50}}]})

    def answer(self, value: object) -> None:
        self.server.heard.append(f"{self.requestline}\n{self.headers}")  # type: ignore[attr-defined]
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: Any) -> None:
        pass


@contextlib.contextmanager
def stranger_at(port: int, pid: int) -> Iterator[list[str]]:
    server = None
    while server is None:  # a killed process lets go of its port a moment later
        with contextlib.suppress(OSError):
            server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Stranger)
    server.daemon_threads = True
    heard: list[str] = []
    server.heard, server.pid = heard, pid  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("kept", [True, False], ids=["connected before", "new connections only"])
def test_a_connected_client_tells_a_stranger_nothing(
    settings: Settings, clip_folder: list[Path], kept: bool
) -> None:
    with HostClient(settings) as client:
        client.ensure_running()
        state = state_of(settings)
        pool = HttpPool(state)
        if kept:
            pool.request("GET", "/v1/progress")
        os.kill(state.pid, signal.SIGKILL)
        wait_for(lambda: not host_processes(settings))
        with stranger_at(state.port, state.pid) as heard:
            with pytest.raises(HostGoneError):
                pool.request("POST", "/v1/ratings", {"videos": [{"path": "/secret", "text": "prompt"}]})
            # the client goes to a new host, and its rating is that one's
            (result,) = client.rate_all([Video(str(clip_folder[0]), "prompt")])
            assert isinstance(result, dict)
            told = "".join(heard)
            assert "health" in told
            for secret in (state.token, "Authorization", "POST", "prompt", "/secret"):
                assert secret not in told
        pool.close()


# -- silence and excess


def test_silent_connections_lock_nobody_out(client: HostClient, clip_folder: list[Path]) -> None:
    client.ensure_running()
    port = state_of(client.settings).port
    plugs: list[socket.socket] = []
    try:
        for number in range(900):
            plug = socket.create_connection(("127.0.0.1", port), timeout=10)
            plugs.append(plug)
            if number % 3 == 0:  # half a head
                plug.sendall(b"GET /v1/health HTTP/1.1\r\nHos")
        with HostClient(client.settings) as other:
            (result,) = other.rate_all([Video(str(clip_folder[1]))])
        assert isinstance(result, dict)
    finally:
        for plug in plugs:
            plug.close()


def test_a_head_that_does_not_come_is_not_waited_for(settings: Settings) -> None:
    """None at all, half of one, half of the next one: all at once, for each takes the host's patience."""
    hurried = changed_host("from xl_vqa.host import connections\nconnections.HEAD_S = 0.5")
    with contextlib.ExitStack() as opened:
        child = opened.enter_context(start_host(settings, hurried))
        opened.callback(child.kill)
        wait_for(lambda: find(settings) is not None)
        port = state_of(settings).port
        host = f"127.0.0.1:{port}".encode()
        half = b"GET /v1/health HTTP/1.1\r\nHost: x"
        whole = b"GET /v1/health HTTP/1.1\r\nHost: " + host + b"\r\n\r\nGET /v1/hea"
        plugs = []
        for start in (b"", half, whole):
            plug = socket.create_connection(("127.0.0.1", port), timeout=60)
            plugs.append(opened.enter_context(plug))
            plug.sendall(start)
        for plug in plugs:
            # whatever was answered before, in the end it is closed
            with contextlib.suppress(ConnectionError):
                while plug.recv(65536):
                    pass


@pytest.mark.parametrize(
    "body",
    [
        b'{"videos": [' + b"0," * MAX_ROWS + b"0]}",
        b'{"videos": [' + b"[]," * (5 * MAX_ROWS) + b"[]]}",
        b'{"videos": [' + b"0," * (41 * MAX_ROWS) + b"0]}",
        b'{"x": [' + b"{}," * (5 * MAX_ROWS) + b"{}]}",
    ],
    ids=["rows", "lists", "numbers", "objects"],
)
def test_rows_without_end_are_refused_before_they_take_memory(client: HostClient, body: bytes) -> None:
    client.ensure_running()
    pool = HttpPool(state_of(client.settings))
    try:
        with pytest.raises(HostRequestError, match="at once"):
            pool.request("POST", "/v1/ratings", RawBody(body))
    finally:
        pool.close()


class RawBody(dict[str, Any]):
    """Bytes that are JSON already."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data


@pytest.fixture(autouse=True)
def raw_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    original = json.dumps

    def dumps(value: Any, **options: Any) -> str:
        return value.data.decode() if isinstance(value, RawBody) else original(value, **options)

    monkeypatch.setattr("xl_vqa.bridge.connection.json.dumps", dumps)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/cancel", {"all": True, "client": []}),
        ("/v1/cancel", {"all": True, "client": {"a": 1}}),
        ("/v1/cancel", {"keys": [["a"]]}),
        ("/v1/ratings", {"videos": [], "view": {"band_thresholds": [10**400, 2, 3, 4]}}),
        ("/v1/ratings/poll", {"keys": [], "view": {"band_thresholds": [1, 2, 3, 10**400]}}),
        ("/v1/ratings", {"videos": [], "wait": 10**400}),
    ],
)
def test_requests_that_are_none_are_said_to_be_so(client: HostClient, path: str, body: Any) -> None:
    client.ensure_running()
    pool = HttpPool(state_of(client.settings))
    try:
        with pytest.raises(HostRequestError):
            pool.request("POST", path, body)
    finally:
        pool.close()


# -- files


def others_may(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) & 0o077


@posix
def test_the_folder_and_its_files_are_for_their_user_whoever_came_first(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        settings = settings_for(tmp_path / "home")
        assert check_home(settings, "en").state == "good"  # doctor, before anything else
        assert others_may(settings.home) == 0
    finally:
        os.umask(before)


@posix
def test_what_an_older_version_left_open_is_closed(settings: Settings, clip_folder: list[Path]) -> None:
    (settings.home / "logs").mkdir(parents=True)
    settings.home.chmod(0o755)
    (settings.home / "logs").chmod(0o755)
    settings.log_file.write_text("prompts\n")
    settings.log_file.chmod(0o644)
    with HostClient(settings) as client:
        client.rate_all([Video(str(clip_folder[0]))])
        for path in (settings.home, *settings.home.rglob("*")):
            assert others_may(path) == 0, path


def test_a_claim_dated_in_the_future_is_no_claim(settings: Settings, client: HostClient) -> None:
    settings.home.mkdir()
    claim = _claim_file(settings)
    claim.touch()
    later = time.time() + 3600
    os.utime(claim, (later, later))
    client.ensure_running()


def test_a_data_folder_that_is_removed_ends_its_host(settings: Settings, clip_folder: list[Path]) -> None:
    with HostClient(settings) as client:
        (before,) = client.rate_all([Video(str(clip_folder[0]))])
        first = state_of(settings).pid
        shutil.rmtree(settings.home)
        wait_for(lambda: first not in [process.pid for process in host_processes(settings)])
        (after,) = client.rate_all([Video(str(clip_folder[0]))])
        assert isinstance(before, dict)
        assert isinstance(after, dict)
        assert before["label"] == after["label"]
        assert len(host_processes(settings)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_folder_without_rights_is_not_told_to_make_room_alone(language: str) -> None:
    message = HostDiskError(path="/home", problem="problem_no_write_permission").message(language)
    assert ("written" if language == "en" else "書き込み権限") in message
