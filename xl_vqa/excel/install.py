"""Installs and removes the Excel add-in for one user, and checks the chain from Excel to the host.

Two files are written and nothing else: the add-in in Excel's start folder, and xlwings' configuration of this
project in the user's folder. No registry, no macro policy, no trusted location, no administrator.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xl_vqa.atomic import write_atomically
from xl_vqa.excel import addin
from xl_vqa.excel.session import config_encoding, read_config
from xl_vqa.excel.udf_names import MACROS, MODULE, PROJECT
from xl_vqa.outputs import write_output
from xl_vqa.words.errors import InstallError, XlVqaError
from xl_vqa.words.reasons import Reason, why_unwritten

START_FOLDER: Final = ("Microsoft", "Excel", "XLSTART")
_OURS: Final = ("INTERPRETER_WIN", "UDF MODULES", "USE UDF SERVER", "ADD_WORKBOOK_TO_PYTHONPATH")
_LIGHT: Final = f"""\
import sys, time
started = time.perf_counter()
from xl_vqa.excel.light import keep_light
keep_light()
import xlwings.utils, {MODULE}, {MACROS}
heavy = [name for name in ("torch", "transformers", "pandas") if sys.modules.get(name)]
print(f"{{time.perf_counter() - started:.2f}} {{','.join(heavy)}}")
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things go for one user. ``python`` is the interpreter that Excel's functions run under."""

    addin: Path
    config: Path
    python: Path

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ, python: str = sys.executable) -> Places:
        """Of this user. Elsewhere than on Windows, where they would lie under the home folder."""
        home = Path(environment.get("USERPROFILE") or environment.get("HOME") or Path.home())
        roaming = Path(environment.get("APPDATA") or home / "AppData" / "Roaming")
        config = home / f".{PROJECT}" / f"{PROJECT}.conf"
        return cls(roaming.joinpath(*START_FOLDER, addin.NAME), config, Path(python).absolute())


@dataclass(frozen=True, slots=True)
class Check:
    """One link of the chain: a key of the command's texts, whether it holds, and what was found."""

    name: str
    good: bool
    found: str


def is_windows() -> bool:
    return sys.platform == "win32"


def install(places: Places) -> None:
    """Builds the add-in into Excel's start folder and writes the configuration.

    What the user added to the configuration stays. Raises InstallError, AddinError or OutputNotWritableError
    (Excel is open and holds the old add-in); where the second file cannot be written, the first is taken back.
    """
    config = _config(places)  # first: what cannot be said in it must not leave half an installation
    before = places.addin.read_bytes() if places.addin.is_file() else None
    addin.write(places.addin)
    try:
        _write_config(places, config)
    except OSError as error:
        if before is None:
            places.addin.unlink(missing_ok=True)
        else:
            write_output(places.addin, before)
        raise InstallError(problem=Reason("says", what=str(places.config), why=why_unwritten(error))) from error


def uninstall(places: Places) -> list[Path]:
    """Removes what ``install`` wrote and the folders that are empty then; returns what was removed.

    Raises InstallError where Excel holds the add-in.
    """
    removed = []
    for file in (places.addin, places.config):
        try:
            file.unlink()
            removed.append(file)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise InstallError(
                problem=Reason("file_in_use_says", file=str(file), why=why_unwritten(error))
            ) from error
    with contextlib.suppress(OSError):
        places.config.parent.rmdir()
    return removed


def checks(places: Places, *, windows: bool | None = None) -> Iterator[Check]:
    """The chain, link by link; none of them raises."""
    windows = is_windows() if windows is None else windows
    yield _addin_check(places)
    config = read_config(places.config)
    python = config.get("INTERPRETER_WIN", "")
    yield Check("config", bool(python), str(places.config))
    yield Check("interpreter", bool(python) and Path(python).is_file(), python or "-")
    if python and Path(python).is_file():
        yield _process_check(Path(python))
        yield _dll_check(Path(python), windows)
    yield _host_check()


def _addin_check(places: Places) -> Check:
    try:
        current = places.addin.read_bytes() == addin.build()
    except FileNotFoundError:
        return Check("addin", False, f"{places.addin}: -")
    except (OSError, XlVqaError) as error:
        return Check("addin", False, f"{places.addin}: {error}")
    return Check("addin" if current else "addin_old", current, str(places.addin))


def _process_check(python: Path) -> Check:
    """Starts what Excel starts, without Excel."""
    try:
        done = subprocess.run(
            [python, "-B", "-P", "-c", _LIGHT], capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check("process", False, str(error))
    if done.returncode:
        return Check("process", False, (done.stderr.strip().splitlines() or ["-"])[-1])
    seconds, _, heavy = done.stdout.strip().partition(" ")
    return Check("process", not heavy, f"{seconds} s {heavy}".strip())


def _dll_check(python: Path, windows: bool) -> Check:
    """xlwings' DLL lies beside the interpreter, or one folder above it in a virtual environment."""
    found = [file for folder in (python.parent, python.parent.parent) for file in folder.glob("xlwings64-*.dll")]
    if not windows:
        return Check("dll", True, "Windows")
    return Check("dll", bool(found), str(found[0]) if found else str(python.parent))


def _host_check() -> Check:
    from xl_vqa.bridge.client import HostClient
    from xl_vqa.words.settings import Settings

    try:
        settings = Settings.load()
        with HostClient(settings) as client:
            state = client.ensure_running()
    except XlVqaError as error:
        return Check("host", False, str(error))
    return Check("host", True, f"127.0.0.1:{state.port}" if state else str(settings.host_address))


def _config(places: Places) -> bytes:
    """xlwings' format: one quoted key and value a line. Raises InstallError."""
    values = {key: value for key, value in read_config(places.config).items() if key not in _OURS}
    values |= {
        "INTERPRETER_WIN": str(places.python),
        "UDF MODULES": MODULE,
        "USE UDF SERVER": "True",
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    }
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(values.items())
    try:
        return text.getvalue().encode(config_encoding())
    except UnicodeEncodeError as error:
        raise InstallError(problem="problem_code_page", text=error.object[error.start : error.end]) from error


def _write_config(places: Places, config: bytes) -> None:
    places.config.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(places.config) as file:
        file.write(config)
