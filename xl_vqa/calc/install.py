"""Installs and removes the extension with LibreOffice's own ``unopkg``, for this user; and checks the chain.

LibreOffice must be closed meanwhile: a running one keeps its list of extensions to itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xl_vqa.calc import names
from xl_vqa.calc.build import build
from xl_vqa.calc.cli_texts import tr
from xl_vqa.calc.errors import CalcInstallError
from xl_vqa.words.reasons import Detail, Reason, why_unread

_WINDOWS: Final = (r"%ProgramFiles%\LibreOffice\program", r"%ProgramFiles(x86)%\LibreOffice\program")
_OTHER: Final = (
    "/Applications/LibreOffice.app/Contents/MacOS",
    "/usr/lib/libreoffice/program",
    "/opt/libreoffice/program",
)
TIMEOUT_S: Final = 180


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


@dataclass(frozen=True, slots=True)
class Office:
    """A LibreOffice: its ``unopkg``, and where its user's profile lies where that is not the usual place.

    ``shared`` installs for all users of the machine (for root LibreOffice has no other way); ``cache`` is then
    the folder of its shared packages, where it is not LibreOffice's own.
    """

    unopkg: Path
    profile: Path | None = None
    shared: bool = field(default_factory=_is_root)
    cache: Path | None = None

    def arguments(self) -> list[str]:
        """What ``unopkg`` and ``soffice`` must be told to mean this one."""
        found = []
        if self.profile is not None:
            found.append(f"-env:UserInstallation={self.profile.absolute().as_uri()}")
        if self.cache is not None:
            found.append(f"-env:UNO_SHARED_PACKAGES_CACHE={self.cache.absolute().as_uri()}")
        return found


def find_unopkg(environment: Mapping[str, str] = os.environ) -> Path:
    """LibreOffice's package tool. Raises CalcInstallError where there is no LibreOffice."""
    name = "unopkg.com" if sys.platform == "win32" else "unopkg"
    said = environment.get("XL_VQA_LIBREOFFICE")
    folders = [said] if said else []
    folders += [os.path.expandvars(folder) for folder in _WINDOWS] if sys.platform == "win32" else list(_OTHER)
    for folder in folders:
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    on_path = shutil.which(name)
    if on_path is None:
        raise CalcInstallError(problem="problem_no_libreoffice")
    return Path(on_path)


def plan(office: Office, language: str, python: str = sys.executable) -> list[str]:
    """What ``install`` would do, a line each."""
    return [
        tr("plan_build", language, python=python),
        " ".join(_command(office, "add", "--force", "xl_vqa.oxt")),
    ]


def removal(office: Office) -> str:
    """What ``uninstall`` would do."""
    return " ".join(_command(office, "remove", names.EXTENSION))


def install(office: Office, python: str = sys.executable) -> None:
    """Builds the extension and adds it, over an older one. Raises CalcInstallError."""
    with tempfile.TemporaryDirectory() as folder:
        oxt = build(Path(folder) / "xl_vqa.oxt", python)
        _run(office, "add", "--force", str(oxt))
    if not is_installed(office):
        raise CalcInstallError(problem="problem_not_listed")


def uninstall(office: Office) -> bool:
    """Removes the extension; False where it was not installed. Raises CalcInstallError."""
    if not is_installed(office):
        return False
    _run(office, "remove", names.EXTENSION)
    return True


def is_installed(office: Office) -> bool:
    """Whether LibreOffice lists the extension as registered. Raises CalcInstallError."""
    return names.EXTENSION in _run(office, "list")


def _command(office: Office, verb: str, *arguments: str) -> list[str]:
    shared = ["--shared"] if office.shared else []
    return [str(office.unopkg), verb, *shared, *arguments, *office.arguments()]


def _run(office: Office, verb: str, *arguments: str) -> str:
    # a virtual environment first on the path breaks LibreOffice's own Python
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    if sys.platform != "win32":
        environment["PATH"] = "/usr/bin:/bin:/usr/local/bin"
    command = _command(office, verb, *arguments)
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, timeout=TIMEOUT_S, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired as error:
        raise CalcInstallError(problem=Reason("office_too_slow", seconds=TIMEOUT_S)) from error
    except OSError as error:
        raise CalcInstallError(problem=why_unread(error)) from error
    words = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode != 0:
        lines = [line.strip() for line in words.splitlines() if line.strip()]
        raise CalcInstallError(
            problem=Detail(" ".join(lines[-3:])) or Reason("status_code", status=done.returncode)
        )
    return words
