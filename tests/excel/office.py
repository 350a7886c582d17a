"""A soffice of one's own, driven over UNO from this process."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SYSTEM_PACKAGES = "/usr/lib/python3/dist-packages"


def need_office() -> None:
    """Skips with a clear word where LibreOffice or its UNO client is missing; on CI that is a failure."""
    problem = ""
    if not shutil.which("soffice"):
        problem = "soffice is not installed (apt-get install libreoffice-calc)"
    else:
        if SYSTEM_PACKAGES not in sys.path:
            sys.path.append(SYSTEM_PACKAGES)
        try:
            import uno  # noqa: F401
        except ImportError as error:
            problem = f"python3-uno is not usable from this Python {sys.version.split()[0]} ({error})"
    if problem and os.environ.get("CI"):
        pytest.fail(problem)
    elif problem:
        pytest.skip(problem)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Office:
    """A headless soffice; ``desktop`` is its com.sun.star.frame.Desktop."""

    def __init__(self, folder: Path) -> None:
        import uno

        port = free_port()
        self.folder = folder
        environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        self.process = subprocess.Popen(
            [
                "soffice", "--headless", "--norestore", "--nologo", "--nofirststartwizard",
                f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                f"--accept=socket,host=127.0.0.1,port={port};urp;",
            ],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        address = f"uno:socket,host=127.0.0.1,port={port};urp;StarOffice.ComponentContext"
        deadline = time.monotonic() + 90
        while True:
            try:
                self.context = resolver.resolve(address)
                break
            except Exception:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
        self.services = self.context.ServiceManager
        self.desktop = self.services.createInstanceWithContext("com.sun.star.frame.Desktop", self.context)

    def open(self, url: str, **values: Any) -> Any:
        """A document; ``values`` are its media descriptor."""
        return self.desktop.loadComponentFromURL(url, "_blank", 0, properties(Hidden=True, **values))

    def new_sheet(self) -> Any:
        return self.open("private:factory/scalc")

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.desktop.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait(5)


def properties(**values: Any) -> tuple[Any, ...]:
    from com.sun.star.beans import PropertyValue

    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


@contextlib.contextmanager
def office(folder: Path) -> Iterator[Office]:
    made = Office(folder)
    try:
        yield made
    finally:
        made.close()
