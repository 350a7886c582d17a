"""Hosts as real processes: starting, racing, stopping, dying, and what they find when they start again."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest

from tests.host.helpers import (
    changed_host,
    cleaned_up,
    clips,
    host_processes,
    settings_for,
    start_host,
    wait_for,
)
from xl_vqa import __version__
from xl_vqa.bridge import start
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.protocol import HANDSHAKE
from xl_vqa.bridge.start import find, find_or_start
from xl_vqa.bridge.state import HostState, read_state, write_state
from xl_vqa.words.errors import HostDiskError, HostStartError, VideoCrashedReaderError
from xl_vqa.words.settings import Settings


def words(child: subprocess.Popen[bytes]) -> dict[str, Any]:
    """What a host that was started by hand reports."""
    assert child.stdout is not None
    for raw in child.stdout:
        line = raw.decode()
        if line.startswith(HANDSHAKE):
            return dict(json.loads(line.removeprefix(HANDSHAKE)))
    raise AssertionError("it said nothing")


def running(settings: Settings) -> HostState:
    state = find(settings)
    assert state is not None
    return state


def kill(settings: Settings) -> HostState:
    """SIGKILL to the running host, and until it is gone; its files stay as they are."""
    state = running(settings)
    os.kill(state.pid, signal.SIGKILL)
    wait_for(lambda: not host_processes(settings))
    return state


def stored(settings: Settings) -> int:
    with sqlite3.connect(settings.store_file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return int(connection.execute("SELECT count(*) FROM ratings").fetchone()[0])


def times_computed(settings: Settings) -> list[int]:
    """How often each stored rating was made, sorted."""
    with contextlib.closing(sqlite3.connect(settings.store_file)) as connection:
        return sorted(times for (times,) in connection.execute("SELECT times_computed FROM ratings"))


# -- starting


def test_of_two_hosts_that_start_at_once_one_lives(settings: Settings) -> None:
    children = [start_host(settings) for _ in range(4)]
    reports = [words(child) for child in children]
    ready = [report for report in reports if "ready" in report]
    assert len(ready) == 1
    assert [report for report in reports if report not in ready] == [{"already_running": True}] * 3
    pid = ready[0]["ready"]["pid"]
    assert [child.wait(20) for child in children if child.pid != pid] == [0] * 3
    assert [process.pid for process in host_processes(settings)] == [pid]
    assert running(settings).pid == pid
    os.kill(pid, signal.SIGTERM)
    for child in children:
        assert child.wait(20) == 0
        assert child.stdout is not None
        child.stdout.close()


CALLER = """
import sys
from pathlib import Path
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.words.settings import Settings
settings = Settings.load({}, home=Path(sys.argv[1]), model="stand-in")
with HostClient(settings) as client:
    print(client.ensure_running().pid, [r["label"] for r in client.rate_all([Video(sys.argv[2])])])
"""


def test_many_programs_that_need_a_host_at_once_share_one(settings: Settings, clip_folder: list[Path]) -> None:
    command = [sys.executable, "-c", CALLER, str(settings.home), str(clip_folder[0])]
    callers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(5)]
    answers = {caller.communicate(timeout=60)[0] for caller in callers}
    assert [caller.returncode for caller in callers] == [0] * 5
    assert len(answers) == 1
    assert answers.pop().startswith(f"{running(settings).pid} [")
    assert len(host_processes(settings)) == 1


def test_many_threads_that_need_a_host_at_once_share_one(settings: Settings) -> None:
    found: list[HostState] = []
    threads = [threading.Thread(target=lambda: found.append(find_or_start(settings))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 12
    assert len({state.pid for state in found}) == 1


def test_the_state_file_is_for_its_user_alone(settings: Settings, client: HostClient) -> None:
    client.ensure_running()
    assert settings.state_file.stat().st_mode & 0o777 == 0o600
    assert settings.home.stat().st_mode & 0o777 == 0o700
    token = running(settings).token
    assert token not in settings.log_file.read_text(encoding="utf-8")
    process = psutil.Process(running(settings).pid)
    assert token not in " ".join(process.cmdline()) + json.dumps(process.environ())
    assert {c.laddr.ip for c in process.net_connections() if c.status == "LISTEN"} == {"127.0.0.1"}
    client.stop()
    client.ensure_running()
    assert running(settings).token != token


@pytest.mark.parametrize("pid", ["dead", "this process", "init"])
def test_a_state_file_left_behind_is_not_believed(settings: Settings, client: HostClient, pid: str) -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    number = {"dead": gone.pid, "this process": os.getpid(), "init": 1}[pid]
    settings.home.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    stale = HostState(number, port, __version__, "2026-01-01T00:00:00+00:00", "stale")
    write_state(settings.state_file, stale)
    assert find(settings) is None
    assert client.status() is None
    assert client.stop() is False  # nobody else's process is asked, let alone ended
    client.ensure_running()
    assert running(settings).token != "stale"
    assert running(settings).pid not in (number, os.getpid())


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"pid": 1}', b'{"pid":1,"port":0,"version":"","started_at":"","token":""}'],
)
def test_a_broken_state_file_is_replaced(settings: Settings, client: HostClient, content: bytes) -> None:
    settings.home.mkdir(parents=True)
    settings.state_file.write_bytes(content)
    client.ensure_running()
    assert read_state(settings.state_file) == running(settings)


class Stranger(http.server.BaseHTTPRequestHandler):
    """Another program on the port of a dead host: answers everything, and would like the token."""

    heard: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        self.heard.append(f"{self.path} {self.headers} {self.rfile.read(size)!r}")
        body = json.dumps({"app": "xl_vqa", "version": __version__, "pid": os.getpid(), "proof": "00"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def stranger() -> Iterator[http.server.HTTPServer]:
    Stranger.heard.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_stranger_on_the_port_of_a_dead_host_never_sees_the_token(
    settings: Settings, client: HostClient, stranger: http.server.HTTPServer, clip_folder: list[Path]
) -> None:
    settings.home.mkdir(parents=True)
    state = HostState(os.getpid(), stranger.server_port, __version__, "2026-01-01T00:00:00+00:00", "the-secret")
    write_state(settings.state_file, state)
    assert isinstance(client.rate_all([Video(str(clip_folder[0]))])[0], dict)
    assert client.status() is not None
    assert Stranger.heard
    assert "the-secret" not in "".join(Stranger.heard)
    assert str(clip_folder[0]) not in "".join(Stranger.heard)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with cleaned_up(settings_for(tmp_path / "home", port=port)) as settings, HostClient(settings) as client:
            with pytest.raises(HostStartError, match=f"port {port} is used by another program"):
                client.ensure_running()
            assert not settings.state_file.exists()
            taken.close()
            client.ensure_running()
            assert running(settings).port == port
            # a host killed a moment ago may still hold the port with dying connections
            kill(settings)
            client.ensure_running()
            assert running(settings).port == port


def test_the_host_of_another_version_gives_way(settings: Settings, client: HostClient) -> None:
    client.ensure_running()
    old = running(settings)
    # the running one as an earlier version would have described itself
    write_state(settings.state_file, HostState(old.pid, old.port, "0.0.1", old.started_at, old.token))
    with HostClient(settings) as other:
        new = other.ensure_running()
    assert new.pid != old.pid
    wait_for(lambda: [p.pid for p in host_processes(settings)] == [new.pid])


def test_a_folder_that_cannot_be_made() -> None:
    home = Path("/proc/no such folder/home")
    with HostClient(settings_for(home)) as client, pytest.raises(HostDiskError) as caught:
        client.ensure_running()
    assert str(home) in str(caught.value)


def test_a_home_that_may_only_be_read(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o555)
    command = [sys.executable, "-c", CALLER, str(home), "x"]
    if os.geteuid() == 0:
        # root without the right to ignore rights
        if not shutil.which("setpriv"):
            pytest.skip("root may write everywhere, and setpriv is not installed")
        command = ["setpriv", "--bounding-set=-dac_override", *command]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    last = ran.stderr.splitlines()[-1]
    assert "HostDiskError" in last, ran.stderr
    assert str(home) in last
    assert not list(home.iterdir())


def test_a_disk_without_any_room_at_the_start(settings: Settings) -> None:
    """A limit on the size of files is the full disk that a test may make: every write fails, as it does there."""
    settings.home.mkdir(parents=True)
    command = changed_host("import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))")
    environment = {**os.environ, "XL_VQA_HOME": str(settings.home), "XL_VQA_MODEL": "stand-in"}
    ran = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)
    line = next(line for line in ran.stdout.decode().splitlines() if line.startswith(HANDSHAKE))
    assert json.loads(line.removeprefix(HANDSHAKE))["error"]["code"] == "host_disk"
    assert ran.returncode == 1
    assert not settings.state_file.exists()
    # with room again the same home serves
    find_or_start(settings)


# -- what a host finds


def test_a_store_of_a_newer_version_is_not_touched(settings: Settings, client: HostClient) -> None:
    client.ensure_running()
    client.stop()
    with sqlite3.connect(settings.store_file) as connection:
        connection.execute("INSERT INTO migrations VALUES ('9999_from_the_future', '2099-01-01')")
    connection.close()
    before = settings.store_file.read_bytes()
    with pytest.raises(HostStartError, match="9999_from_the_future"):
        client.ensure_running()
    assert settings.store_file.read_bytes() == before
    assert not settings.state_file.exists()


def test_a_damaged_store_is_set_aside_and_said(
    settings: Settings, client: HostClient, clip_folder: list[Path]
) -> None:
    videos = [Video(str(path)) for path in clip_folder[:3]]
    first = client.rate_all(videos)
    client.stop()
    content = bytearray(settings.store_file.read_bytes())
    # what leads to the rows is gone, the rows are not
    content[100:4096] = os.urandom(3996)
    settings.store_file.write_bytes(content)
    again = client.rate_all(videos)
    assert [r["label"] for r in again if isinstance(r, dict)] == [r["label"] for r in first if isinstance(r, dict)]
    warning = client.host_info["warnings"][0]
    assert warning["code"] == "warning_store_replaced"
    assert warning["params"]["count"] == 3
    assert Path(warning["params"]["path"]).read_bytes() == content
    assert stored(settings) == 3
    assert times_computed(settings) == [1, 1, 1]


def test_a_bad_row_is_rated_again_alone_and_both_answers_say_the_same(
    settings: Settings, client: HostClient, clip_folder: list[Path]
) -> None:
    videos = [Video(str(path)) for path in clip_folder[:5]]
    first = client.rate_all(videos, detail=True)
    client.stop()
    with contextlib.closing(sqlite3.connect(settings.store_file)) as connection, connection:
        connection.execute(
            "UPDATE ratings SET summary = replace(summary, '\"label\": ', '\"label\": 1') WHERE id = 2"
        )
        connection.execute("UPDATE ratings SET probabilities = substr(probabilities, 1, 99) WHERE id = 4")
    short = client.rate_all(videos)
    again = client.rate_all(videos, detail=True)
    for one, brief, full in zip(first, short, again, strict=True):
        assert isinstance(one, dict)
        assert isinstance(brief, dict)
        assert isinstance(full, dict)
        assert one["distribution"] == full["distribution"]
        assert one["label"] == brief["label"] == full["label"]
    assert times_computed(settings) == [1, 1, 1, 2, 2]


# -- stopping


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_an_orderly_end(settings: Settings, clip_folder: list[Path], number: signal.Signals) -> None:
    child = start_host(settings)
    assert "ready" in words(child)
    with HostClient(settings) as client:
        client.rate_all([Video(str(clip_folder[0]))])
    child.send_signal(number)
    assert child.wait(20) == 0
    assert not settings.state_file.exists()
    assert not Path(f"{settings.store_file}-wal").exists()  # one file is left, ready to be copied
    assert stored(settings) == 1
    assert child.stdout is not None
    child.stdout.close()


def test_the_batch_at_hand_is_stored_before_the_end(tmp_path: Path, clip_folder: list[Path]) -> None:
    log = tmp_path / "computed"
    settings = settings_for(tmp_path / "home", model=f"stand-in?per_video=0.4&log={log}", batch_size=3)
    with cleaned_up(settings), HostClient(settings) as client:
        client.rate([Video(str(path), path.name) for path in clip_folder[:6]])
        wait_for(lambda: (client.status() or {}).get("rating"))
        os.kill(running(settings).pid, signal.SIGTERM)
        wait_for(lambda: not host_processes(settings))
        assert stored(settings) == len(log.read_text().split()) > 0
        # and nothing of it is computed again
        results = client.rate_all([Video(str(path), path.name) for path in clip_folder[:6]])
        assert all(isinstance(result, dict) for result in results)
        assert sorted(log.read_text().split()) == sorted(path.name for path in clip_folder[:6])


def test_waiting_clients_outlive_an_orderly_restart(tmp_path: Path, clip_folder: list[Path]) -> None:
    settings = settings_for(tmp_path / "home", model="stand-in?per_video=0.05", batch_size=2)
    with cleaned_up(settings), HostClient(settings) as client:
        client.ensure_running()
        first = running(settings)
        threading.Timer(0.3, os.kill, (first.pid, signal.SIGTERM)).start()
        results = client.rate_all([Video(str(path)) for path in clip_folder[:20]])
        assert all(isinstance(result, dict) for result in results)
        wait_for(lambda: first.pid not in [p.pid for p in host_processes(settings)])


def test_it_stops_when_nobody_asks_and_not_while_somebody_waits(tmp_path: Path, clip_folder: list[Path]) -> None:
    settings = settings_for(tmp_path / "home", model="stand-in?delay=1.2", idle_minutes=0.01)
    with cleaned_up(settings), HostClient(settings) as client:
        (result,) = client.rate_all([Video(str(clip_folder[0]))])  # takes twice as long as it may idle
        assert isinstance(result, dict)
        state = running(settings)
        # looking at it does not keep it alive
        wait_for(lambda: client.status() is None)
        wait_for(lambda: not host_processes(settings))
        assert not settings.state_file.exists()
        (again,) = client.rate_all([Video(str(clip_folder[0]))])
        assert again == result
        assert running(settings).pid != state.pid


# -- dying


def test_killed_during_a_batch(tmp_path: Path, clip_folder: list[Path]) -> None:
    log = tmp_path / "computed"
    settings = settings_for(tmp_path / "home", model=f"stand-in?delay=0.3&log={log}", batch_size=2)
    videos = [Video(str(path), path.name) for path in clip_folder[:8]]
    with cleaned_up(settings), HostClient(settings) as client:
        client.rate(videos)
        wait_for(lambda: (client.status() or {}).get("done", 0) >= 2 and (client.status() or {}).get("rating"))
        kill(settings)
        kept = stored(settings)
        assert 2 <= kept < 8
        lines = len(log.read_text().split())
        results = client.rate_all(videos)
        assert all(isinstance(result, dict) for result in results)
        assert len(log.read_text().split()) - lines == 8 - kept
        assert stored(settings) == 8


def test_a_video_that_kills_the_host_twice_is_told_apart(tmp_path: Path, clip_folder: list[Path]) -> None:
    log = tmp_path / "computed"
    settings = settings_for(tmp_path / "home", model=f"stand-in?crash_text=deadly&log={log}", batch_size=4)
    videos = [Video(str(path), "deadly" if n == 5 else path.name) for n, path in enumerate(clip_folder[:16])]
    with cleaned_up(settings), HostClient(settings) as client:
        results = client.rate_all(videos)
        error = results.pop(5)
        assert isinstance(error, VideoCrashedReaderError)
        assert error.params["path"] == videos[5].path
        assert error.params["times"] == 2
        assert all(isinstance(result, dict) for result in results)
        # it is remembered, also by the next host
        client.stop()
        (again,) = client.rate_all([videos[5]])
        assert isinstance(again, VideoCrashedReaderError)
        pid = running(settings).pid
        (other,) = client.rate_all([Video(videos[5].path, "harmless")])
        assert isinstance(other, VideoCrashedReaderError)  # the file is suspect, whatever is asked about it
        (fresh,) = client.rate_all([Video(videos[5].path, "harmless")], refresh=True)
        assert isinstance(fresh, dict)
        assert running(settings).pid == pid


def test_a_disk_that_fills_up_while_it_works(tmp_path: Path) -> None:
    log = tmp_path / "computed"
    paths = clips(tmp_path / "clips", 120)
    with cleaned_up(settings_for(tmp_path / "home", model=f"stand-in?log={log}")) as settings:
        with HostClient(settings) as client:
            client.rate_all([Video(str(paths[0]), "0")])
            process = psutil.Process(running(settings).pid)
            wal = Path(f"{settings.store_file}-wal").stat().st_size
            process.rlimit(resource.RLIMIT_FSIZE, (wal, resource.RLIM_INFINITY))
            videos = [Video(str(path), str(number)) for number, path in enumerate(paths)]
            results = client.rate_all(videos)
            assert all(isinstance(result, dict) for result in results)
            status = client.status()
            assert status is not None
            assert status["problem"]["code"] == "host_disk"
            assert status["unsaved"] > 0
            assert client.rate_all(videos) == results  # from memory
            # room is made
            process.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            client.stop()
        assert stored(settings) == 120
        with HostClient(settings) as client:
            assert client.rate_all(videos) == results
            assert client.host_info.get("problem") is None
        assert process.pid != running(settings).pid


@pytest.mark.slow
def test_a_host_that_hangs_is_named_and_not_doubled(
    settings: Settings, client: HostClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.ensure_running()
    state = running(settings)
    hurried = settings_for(settings.home, start_timeout_s=2)
    os.kill(state.pid, signal.SIGSTOP)
    try:
        with monkeypatch.context() as patch, HostClient(hurried) as other:
            # it answers nothing: each time that it is asked would take 5 seconds
            patch.setattr(start, "find", functools.partial(find, timeout=0.5))
            with pytest.raises(HostStartError):
                other.ensure_running()
    finally:
        os.kill(state.pid, signal.SIGCONT)
    wait_for(lambda: len(host_processes(settings)) == 1)
    assert client.ensure_running().pid == state.pid
