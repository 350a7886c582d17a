"""A real soffice with the extension installed, driven over UNO from the tests' own Python."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from xl_vqa.calc.errors import CalcInstallError
from xl_vqa.calc.install import Office, find_unopkg, install

SYSTEM_PACKAGES = "/usr/lib/python3/dist-packages"


def needed(*programs: str) -> None:
    """Skips the test where a program is missing; in CI that is a failure."""
    missing = [name for name in programs if shutil.which(name) is None]
    if "soffice" in programs and not missing:
        try:
            find_unopkg()
        except CalcInstallError:
            missing.append("unopkg")
    if not missing:
        with contextlib.suppress(ImportError):
            uno()
            return
        missing.append("python3-uno")
    words = f"not installed: {', '.join(missing)} (apt-get install libreoffice-calc python3-uno xvfb xdotool)"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{words}, and CI must not skip these tests")
    pytest.skip(words)


def uno() -> Any:
    """The system's UNO bridge; it fits the tests' Python where the minor versions are the same."""
    if SYSTEM_PACKAGES not in sys.path:
        sys.path.append(SYSTEM_PACKAGES)
    import uno as module

    return module


class Soffice:
    """One LibreOffice with a profile of its own. ``display`` shows it on that X display, else headless."""

    def __init__(self, folder: Path, variables: dict[str, str], *, display: str | None = None) -> None:
        self.folder = folder
        office = Office(find_unopkg(), folder / "profile")
        self.office = replace(office, cache=folder / "shared") if office.shared else office
        self.variables = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **variables}
        if display is not None:
            self.variables |= {"DISPLAY": display, "SAL_USE_VCLPLUGIN": "gen"}
        self.display = display
        self.process: subprocess.Popen[bytes] | None = None
        self.context: Any = None
        self._pipe = f"xlvqa{os.getpid()}{folder.name.replace('-', '')}"

    def install(self, python: str = sys.executable) -> None:
        (self.folder / "shared").mkdir(exist_ok=True)
        install(self.office, python)

    def command(self, *arguments: str) -> list[str]:
        program = shutil.which("soffice")
        assert program is not None
        return [program, "--norestore", "--nofirststartwizard", "--nologo", *self.office.arguments(), *arguments]

    def start(self, *arguments: str, seconds: float = 90) -> Soffice:
        accept = f"--accept=pipe,name={self._pipe};urp;StarOffice.ComponentContext"
        shown = [] if self.display is not None else ["--headless", "--invisible"]
        log = (self.folder / "soffice.log").open("ab")
        self.process = subprocess.Popen(
            self.command(accept, *shown, *arguments), env=self.variables, stdout=log, stderr=log
        )
        log.close()
        local = uno().getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.context = resolver.resolve(f"uno:pipe,name={self._pipe};urp;StarOffice.ComponentContext")
                return self
            except Exception:
                assert time.monotonic() < deadline, f"soffice does not answer: {self.log()}"
                assert self.process.poll() is None, f"soffice ended: {self.log()}"
                time.sleep(0.1)

    def log(self) -> str:
        return (self.folder / "soffice.log").read_text(errors="replace")[-9000:]

    def service(self, name: str) -> Any:
        return self.context.ServiceManager.createInstanceWithContext(name, self.context)

    @property
    def desktop(self) -> Any:
        return self.service("com.sun.star.frame.Desktop")

    def load(self, path: Path | str, *, hidden: bool = False) -> Any:
        url = path if isinstance(path, str) else path.as_uri()
        return self.desktop.loadComponentFromURL(url, "_blank", 0, properties(Hidden=hidden))

    def new(self) -> Any:
        return self.load("private:factory/scalc")

    def dispatch(self, document: Any, command: str) -> None:
        helper = self.service("com.sun.star.frame.DispatchHelper")
        frame = document.getCurrentController().getFrame()
        helper.executeDispatch(frame, f"org.xlvqa.command:{command}", "_self", 0, ())

    def stop(self, seconds: float = 30) -> int:
        """Ends it as a person does; returns its exit status."""
        process, self.process = self.process, None
        if process is None:
            return 0
        with contextlib.suppress(Exception):
            self.desktop.terminate()
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
            pytest.fail(f"soffice did not end: {self.log()}")


def properties(**values: Any) -> tuple[Any, ...]:
    from com.sun.star.beans import PropertyValue

    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def save_as(document: Any, path: Path, *, keep: bool = True) -> None:
    """Saves as .xlsx; with ``keep`` as Save As does, so that its events are those of a person's saving."""
    filters = properties(FilterName="Calc MS Excel 2007 XML", Overwrite=True)
    (document.storeAsURL if keep else document.storeToURL)(path.as_uri(), filters)


def column(sheet: Any, name: str) -> list[Any]:
    """The values of a range of one column."""
    return [row[0] for row in sheet.getCellRangeByName(name).getDataArray()]


def eventually(what: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true value of ``what``."""
    deadline = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def eventually_is(what: Callable[[], Any], wanted: Any) -> None:
    """Waits until ``what`` is ``wanted``: all that is looked at, for one cell has its value before another."""
    with contextlib.suppress(AssertionError):
        eventually(lambda: what() == wanted)
    assert what() == wanted


@contextlib.contextmanager
def closing(document: Any) -> Iterator[Any]:
    try:
        yield document
    finally:
        with contextlib.suppress(Exception):
            document.close(True)
