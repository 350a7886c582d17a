"""What Excel's Python process keeps between calls: the known ratings, and where synchronised folders lie."""

from __future__ import annotations

import csv
import os
import threading
import time
from pathlib import Path
from typing import Final

from xl_vqa.bridge.cells import CellRatings
from xl_vqa.errors import SettingsError
from xl_vqa.excel.udf_names import PROJECT
from xl_vqa.settings import Settings, default_language
from xl_vqa.worksheet.evaluate import Context
from xl_vqa.worksheet.locations import Locations

FRESH_S: Final = 2.0
"""How long settings and configuration are taken to be what they were."""

_lock = threading.Lock()
_ratings: CellRatings | None = None
_surroundings: tuple[float, str, Locations] | None = None


def ratings() -> CellRatings:
    """The one memory of this process."""
    global _ratings
    with _lock:
        if _ratings is None:
            _ratings = CellRatings()
        return _ratings


def close() -> None:
    """Ends the background thread; the next call starts anew."""
    global _ratings, _surroundings
    with _lock:
        ended, _ratings, _surroundings = _ratings, None, None
    if ended is not None:
        ended.close()


def language() -> str:
    """The user's language; the system's where the settings are broken."""
    try:
        return Settings.load().language
    except SettingsError:
        return default_language()


def config_file() -> Path:
    """xlwings' user configuration of this project."""
    return Path.home() / f".{PROJECT}" / f"{PROJECT}.conf"


def read_config(file: Path | None = None) -> dict[str, str]:
    """Its keys (in capitals) and values; empty where there is no such file."""
    try:
        text = (file or config_file()).read_text(encoding="utf-8-sig", errors="replace")
    except OSError:
        return {}
    rows = [row for row in csv.reader(text.splitlines()) if len(row) >= 2]
    return {row[0].strip().upper(): row[1].strip() for row in rows}


def locations() -> Locations:
    return Locations.of(os.environ, read_config())


def context(folder: str | None, caller: str | None) -> Context:
    """Where a formula stands: its workbook's folder and its own address, as VBA tells them."""
    global _surroundings
    known = _surroundings
    # files are read once a moment, not once for each of thousands of cells
    if known is None or time.monotonic() - known[0] > FRESH_S:
        known = _surroundings = (time.monotonic(), language(), locations())
    return Context(ratings(), folder or None, caller or None, known[1], known[2])
