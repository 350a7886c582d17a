"""A real Ray cluster of this machine, one for all tests of the folder, and a user's data folder beside it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.host.helpers import settings_for
from xl_vqa.bridge.videos import Video
from xl_vqa.cluster.score import ClusterRun, score_on_cluster
from xl_vqa.words.settings import Settings

Score = Callable[..., ClusterRun]

START_S = 120


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster with two CPUs and a token of its own."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip("Ray is not installed (the extra 'cluster')")
    # the path of a socket may have 107 bytes
    folder = tmp_path_factory.mktemp("r")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",
        "OMP_NUM_THREADS": "1",
    }
    # before it is imported here for the first time: it reads them once
    os.environ.update(own)
    command = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", f"--port={port}"]
    command += ["--num-cpus=2", "--include-dashboard=false", f"--temp-dir={folder}"]
    command += [f"--object-store-memory={100 << 20}", "--disable-usage-stats"]
    with (folder / "start.log").open("wb") as log:
        # the machines of a cluster have a data folder of their own
        head = subprocess.Popen(
            command,
            env=os.environ | {"XL_VQA_HOME": str(folder / "home")},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + START_S
        while b"Ray runtime started" not in (folder / "start.log").read_bytes():
            if head.poll() is not None or time.monotonic() > deadline:
                pytest.fail((folder / "start.log").read_text(encoding="utf-8", errors="replace"))
            time.sleep(0.2)
        yield f"127.0.0.1:{port}"
    finally:
        for one in [psutil.Process(head.pid), *psutil.Process(head.pid).children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        head.wait(20)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "home")


@pytest.fixture
def score(cluster: str, settings: Settings) -> Score:
    """Rates paths, or videos, on the cluster."""

    def run(videos: list[Any], **options: Any) -> ClusterRun:
        told: dict[str, Any] = {"stall_s": 60.0, "workers": 2, **options}
        used = told.pop("settings", settings)
        asked = [one if isinstance(one, Video) else Video(os.fspath(one)) for one in videos]
        return score_on_cluster(asked, used, told.pop("address", cluster), **told)

    return run
