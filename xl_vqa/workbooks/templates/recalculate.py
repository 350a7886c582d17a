"""Figures of a workbook as LibreOffice computes them anew, whatever values are stored in it."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
import tempfile
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

_SHEET: Final = re.compile(r"xl/worksheets/sheet[0-9]+\.xml")
# the value behind a formula: without it LibreOffice has to compute
_STORED: Final = re.compile(rb"(<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))<v>[^<]*</v>")
TIMEOUT_S: Final = 600


def soffice() -> str | None:
    """The program, where it is installed."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and os.name == "nt":
        for root in ("ProgramFiles", "ProgramFiles(x86)"):
            candidate = Path(os.environ.get(root, "C:/")) / "LibreOffice/program/soffice.exe"
            if candidate.is_file():
                return str(candidate)
    return found


def convert(kind: str, files: Sequence[Path], folder: Path, *, timeout: float = TIMEOUT_S) -> list[Path]:
    """The files as ``kind`` (xlsx, pdf) in ``folder``, by one start of LibreOffice in a profile of its own.

    Raises FileNotFoundError where LibreOffice is not installed, RuntimeError where it made no file.
    """
    program = soffice()
    if program is None:
        raise FileNotFoundError("soffice")
    with tempfile.TemporaryDirectory(prefix="xl_vqa_office_") as profile:
        command = [
            program,
            f"-env:UserInstallation={Path(profile).as_uri()}",
            "--headless",
            "--convert-to",
            kind,
            "--outdir",
            str(folder),
            *map(str, files),
        ]
        # a virtual environment first on the path breaks LibreOffice's own Python
        environment = None if os.name == "nt" else {"HOME": profile, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=timeout, check=False
        )
    made = [folder / f"{file.stem}.{kind.partition(':')[0]}" for file in files]
    if not all(path.is_file() for path in made):
        raise RuntimeError((done.stderr or done.stdout or "soffice").strip()[-300:])
    return made


def strip_values(source: Path, target: Path) -> None:
    """A copy without the stored values of formulas."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if _SHEET.fullmatch(info.filename):
                content = _STORED.sub(rb"\1", content)
            new.writestr(info, content)


def recalculated(files: Sequence[Path]) -> list[Path]:
    """Copies, in a new temporary folder that the caller removes, with every formula computed anew."""
    folder = Path(tempfile.mkdtemp(prefix="xl_vqa_recalculated_"))
    bare = folder / "bare"
    bare.mkdir()
    for file in files:
        strip_values(file, bare / file.name)
    return convert("xlsx", [bare / file.name for file in files], folder)


def values_of(file: Path) -> dict[tuple[str, str], Any]:
    """Every stored value by sheet and cell, numbers to 12 digits: programs differ behind them."""
    import openpyxl
    from openpyxl.utils.datetime import to_excel

    with warnings.catch_warnings():
        # openpyxl warns of what it would not write back; nothing is written back
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(file, data_only=True)
    found: dict[tuple[str, str], Any] = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                value: Any = cell.value
                if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
                    # a formula's value is the number behind the date
                    value = to_excel(value)  # type: ignore[no-untyped-call]
                if isinstance(value, float):
                    value = int(value) if value.is_integer() else float(f"{value:.12g}")
                if value is not None:
                    found[sheet.title, cell.coordinate] = value
    return found
