"""A PostgreSQL server of its own for tests: in a folder, on a socket there, gone with the test."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

NOBODY = 65534


def binaries() -> Path | None:
    """The folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


class Server:
    """Started with ``start``; ``address`` is what the setting ``shared_store`` takes."""

    def __init__(self, folder: Path) -> None:
        """``folder`` must be short: a socket's path has 107 bytes at the most."""
        self._bin = binaries()
        self._data, self._socket = folder / "d", folder / "s"
        self._socket.mkdir(parents=True)
        self._data.mkdir()
        if os.getuid() == 0:
            for one in (folder, self._data, self._socket):
                os.chown(one, NOBODY, NOBODY)
        self._data.chmod(0o700)
        self._run("initdb", "-D", self._data, "-U", "test", "-A", "trust", "-E", "UTF8", "--no-sync")

    @property
    def address(self) -> str:
        return f"postgresql://test@/postgres?host={self._socket}"

    def start(self) -> None:
        told = f"-c listen_addresses='' -k {self._socket} -c fsync=off -c shared_buffers=16MB"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self._data / "log", "-o", told, "start")

    def stop(self) -> None:
        """At once: whoever is connected is cut off."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: object) -> None:
        assert self._bin is not None
        # a server refuses to run as root
        as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        subprocess.run(
            [*(as_nobody if os.getuid() == 0 else []), str(self._bin / program), *map(str, arguments)],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server that is up."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    folder.chmod(0o755)
    made = Server(folder)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)
