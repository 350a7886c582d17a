"""A client after an update meets the host of before it: two real processes, the older one from a changed copy."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

import xl_vqa
from tests.host.helpers import clips, host_processes, wait_for
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.bridge.protocol import PROTOCOL, environment_of
from xl_vqa.bridge.start import is_outdated
from xl_vqa.bridge.state import HostState, read_state
from xl_vqa.host.app import HostApp
from xl_vqa.host.service import RatingService
from xl_vqa.words.errors import HostUnavailableError
from xl_vqa.words.settings import Settings

PACKAGE = Path(xl_vqa.__file__).parent
ADDRESSES = {
    5: {
        "POST /v1/ratings",
        "POST /v1/ratings/poll",
        "POST /v1/explain",
        "POST /v1/cancel",
        "GET /v1/progress",
        "POST /v1/progress",
        "GET /v1/model",
        "POST /v1/model",
        "GET /v1/health",
        "POST /v1/shutdown",
        "GET /metrics",
        "POST /v1/why-page",
        "GET /why/{token}/",
        "GET /why/{token}/video",
    }
}


def test_a_new_address_comes_with_a_new_protocol(settings: Settings) -> None:
    """Whoever adds an address counts PROTOCOL up and writes the set down here."""
    settings.home.mkdir()
    service = RatingService(settings)
    try:
        app = HostApp(service, "token", 1, lambda: None)
        routes = app.asgi._app.routes  # type: ignore[attr-defined]
        known = {f"{method} {route.path}" for route in routes for method in route.methods - {"HEAD"}}
        app.close()
    finally:
        service.stop()
    assert known == ADDRESSES[PROTOCOL]


@pytest.mark.parametrize(
    ("version", "protocol", "outdated"),
    [
        (xl_vqa.__version__, PROTOCOL, False),
        (xl_vqa.__version__, PROTOCOL - 1, True),
        (xl_vqa.__version__, PROTOCOL + 1, False),
        ("0.0.1", PROTOCOL, True),
        ("0.0.1", PROTOCOL + 1, True),
        ("99.0", 1, False),
        # a commit of before, a later one, the same built from another change; neither ends the other's in turns
        ("0.0.1.post7+g0a1b2c3", PROTOCOL, True),
        ("99.0.0.post7+g0a1b2c3.dirty", PROTOCOL, False),
        (xl_vqa.__version__.partition("+")[0] + "+g0000000", PROTOCOL, False),
        ("of somebody", PROTOCOL, True),
        ("", PROTOCOL, True),
    ],
)
def test_which_host_gives_way(version: str, protocol: int, outdated: bool) -> None:
    assert is_outdated(HostState(1, 1, version, "", "t", protocol)) is outdated


def other_code(folder: Path, changes: Mapping[str, tuple[str, str]]) -> Path:
    """A copy of the package with one place replaced in each file: pattern and replacement."""
    shutil.copytree(PACKAGE, folder / "xl_vqa", ignore=shutil.ignore_patterns("__pycache__"))
    for name, (pattern, replacement) in changes.items():
        path = folder / "xl_vqa" / name
        text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert count == 1, (name, count)
        path.write_text(text, encoding="utf-8")
    return folder


@contextlib.contextmanager
def host_of(code: Path, settings: Settings) -> Iterator[HostState]:
    """A host that runs ``code``."""
    settings.home.mkdir(exist_ok=True)
    environment = {**environment_of(settings, os.environ), "PYTHONPATH": str(code)}
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "xl_vqa.host"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        # collected at once, as whoever starts a host does: a zombie passes for a host that is ending
        threading.Thread(target=process.wait, daemon=True).start()
        try:
            wait_for(lambda: settings.state_file.exists() or process.poll() is not None, 60)
            state = read_state(settings.state_file)
            assert state is not None, process.communicate()[0]
            assert state.pid == process.pid
            yield state
        finally:
            process.kill()


def made(settings: Settings) -> list[int]:
    with contextlib.closing(sqlite3.connect(settings.store_file)) as connection:
        return sorted(times for (times,) in connection.execute("SELECT times_computed FROM ratings"))


EARLIER = {"bridge/protocol.py": (r"^PROTOCOL: Final = \d+", "PROTOCOL: Final = 1")}
NO_MODEL = {"host/app.py": (r'^ +\("POST", "/v1/model", self._model\),\n', "")}


@pytest.mark.slow
def test_a_host_of_before_stores_its_work_and_is_replaced(
    settings: Settings, clip_folder: list[Path], tmp_path: Path
) -> None:
    old_code = other_code(tmp_path / "old", EARLIER)
    videos = [Video(str(path)) for path in clip_folder[:4]]
    with host_of(old_code, settings) as old:
        assert old.protocol == 1
        # a program of before the update, and one of after it
        script = (
            "import sys, xl_vqa.bridge.client as c\n"
            "with c.HostClient() as client: client.rate_all([c.Video(path) for path in sys.argv[1:]])"
        )
        environment = {**environment_of(settings, os.environ), "PYTHONPATH": str(old_code)}
        earlier = [sys.executable, "-P", "-c", script, *[video.path for video in videos]]
        subprocess.run(earlier, env=environment, check=True, timeout=60)
        with HostClient(settings) as client:
            ratings = client.rate_all(videos)
            assert all(isinstance(rating, dict) for rating in ratings)
        new = read_state(settings.state_file)
        assert new is not None
        assert (new.pid != old.pid, new.protocol) == (True, PROTOCOL)
        wait_for(lambda: [p.pid for p in host_processes(settings)] == [new.pid])
        # and a program of before goes on with the newer host
        subprocess.run(earlier, env=environment, check=True, timeout=60)
        assert read_state(settings.state_file) == new
    assert made(settings) == [1, 1, 1, 1]


@pytest.mark.slow
def test_a_host_that_does_not_know_an_address_is_replaced(
    settings: Settings, clip_folder: list[Path], tmp_path: Path
) -> None:
    """Same version, same protocol: nobody counted it up."""
    with host_of(other_code(tmp_path / "old", NO_MODEL), settings) as old, HostClient(settings) as client:
        (rating,) = client.rate_all([Video(str(clip_folder[0]))])
        assert isinstance(rating, dict)
        assert read_state(settings.state_file) == old
        assert client.model()["name"]
        new = read_state(settings.state_file)
        assert new is not None
        assert new.pid != old.pid
        assert isinstance(client.rate_all([Video(str(clip_folder[0]))])[0], dict)
    assert made(settings) == [1]


def test_what_no_host_knows_is_said_and_ends_only_one(settings: Settings, client: HostClient) -> None:
    first = client.ensure_running()
    with pytest.raises(HostUnavailableError, match="/v1/of-tomorrow"):
        client.request("POST", "/v1/of-tomorrow", {})
    second = read_state(settings.state_file)
    assert second is not None
    assert second.pid != first.pid
    with pytest.raises(HostUnavailableError, match="host stop"):
        client.request("POST", "/v1/of-tomorrow", {})
    assert read_state(settings.state_file) == second


@pytest.mark.slow
def test_a_host_of_tomorrow_is_used_and_not_ended(
    settings: Settings, clip_folder: list[Path], tmp_path: Path
) -> None:
    code = other_code(
        tmp_path / "new",
        {
            "_version.py": (r'^VERSION.* = ""', 'VERSION = "99.0.0"'),
            "bridge/protocol.py": (r"^PROTOCOL: Final = \d+", "PROTOCOL: Final = 99"),
        },
    )
    with host_of(code, settings) as tomorrow, HostClient(settings) as client:
        assert isinstance(client.rate_all([Video(str(clip_folder[0]))])[0], dict)
        assert read_state(settings.state_file) == tomorrow


@pytest.mark.slow
def test_ratings_that_are_in_memory_alone_are_not_lost_to_an_update(settings: Settings, tmp_path: Path) -> None:
    paths = clips(tmp_path / "more", 3)
    with host_of(other_code(tmp_path / "old", EARLIER), settings) as old:
        with HostClient(settings) as client:
            # as the earlier program would: it does not ask for another host
            client._pool = xl_vqa.bridge.connection.HttpPool(old)
            client.rate_all([Video(str(paths[0]))])
            process = psutil.Process(old.pid)
            size = Path(f"{settings.store_file}-wal").stat().st_size
            process.rlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
            client.rate_all([Video(str(paths[1]))])
            assert client.host_info["unsaved"] == 1
        with HostClient(settings) as client:
            assert client.ensure_running() == old
            process.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            # the next rating takes the waiting one along
            client.rate_all([Video(str(paths[2]))])
        with HostClient(settings) as client:
            assert client.ensure_running().pid != old.pid
    assert made(settings) == [1, 1, 1]
