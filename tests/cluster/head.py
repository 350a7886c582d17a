"""A Ray cluster of this machine as a process of its own, with a token of its own."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

START_S = 200


@contextlib.contextmanager
def started_head(folder: Path, cpus: int = 2) -> Iterator[str]:
    """Its address. ``folder`` has a short path: that of a socket may have 107 bytes.

    Sets the token in this process's environment, where Ray must not have been imported before: it reads it once.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        "RAY_USAGE_STATS_ENABLED": "0",
        "OMP_NUM_THREADS": "1",
    }
    os.environ.update(own)
    command = [
        "--head",
        f"--port={port}",
        "--include-dashboard=false",
        f"--temp-dir={folder}",
        f"--num-cpus={cpus}",
    ]
    with _node(folder / "head.log", command, {"XL_VQA_HOME": str(folder / "home")}):
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def _node(said: Path, options: list[str], environment: dict[str, str]) -> Iterator[None]:
    command = [str(Path(sys.executable).with_name("ray")), "start", "--block", *options, "--disable-usage-stats"]
    command.append(f"--object-store-memory={100 << 20}")
    with said.open("wb") as log:
        node = subprocess.Popen(command, env=os.environ | environment, stdout=log, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + START_S
        while b"Ray runtime started" not in said.read_bytes():
            if node.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(said.read_text(encoding="utf-8", errors="replace"))
            time.sleep(0.2)
        yield
    finally:
        for one in [psutil.Process(node.pid), *psutil.Process(node.pid).children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        node.wait(20)


WORKER = "MapWorker(MapBatches(ClusterRater))"
REPLICA = "ray::ServeReplica"


def worker_processes(kind: str = WORKER) -> list[int]:
    """Those that hold a model, of the cluster whose token this process has: another may run beside it."""
    found = [one for one in psutil.process_iter(["cmdline"]) if kind in " ".join(one.info["cmdline"] or ())]
    return [one.pid for one in found if _token(one) == os.environ["RAY_AUTH_TOKEN"]]


def _token(process: psutil.Process) -> str | None:
    with contextlib.suppress(psutil.Error):
        return process.environ().get("RAY_AUTH_TOKEN")
    return None
