"""What Excel's Python process keeps between calls: the known ratings, which workbook asked for what, and where
synchronised folders lie."""

from __future__ import annotations

import codecs
import csv
import os
import sys
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xl_vqa.bridge.cells import CellRatings, Question
from xl_vqa.excel.addresses import workbook
from xl_vqa.excel.udf_names import PROJECT
from xl_vqa.sheets.locations import Locations
from xl_vqa.words.settings import language_anyhow
from xl_vqa.worksheet.evaluate import Context, evaluate

FRESH_S: Final = 2.0
"""How long settings and configuration are taken to be what they were."""

_lock = threading.Lock()
_ratings: CellRatings | None = None
_books: dict[str, _Book] = {}
_surroundings: tuple[float, str, Locations] | None = None


ONE_CALCULATION_S: Final = 1.0
"""A formula with several of our functions calls them one after another; what it asked for earlier than this was in
another calculation, when it may have been another formula."""


@dataclass(slots=True)
class _Cell:
    """The videos that one cell's formula asked for when it was last computed, and when that began."""

    computed_at: float
    asked: set[Question] = field(default_factory=set)


@dataclass(slots=True)
class _Book:
    """An open workbook's cells by their address, and the counts that some of them show."""

    cells: dict[str, _Cell] = field(default_factory=dict)
    counts: dict[str, Any] = field(default_factory=dict)

    def asked(self) -> set[Question]:
        """What its formulas ask for. Excel does not tell of a formula that was deleted."""
        return {question for cell in self.cells.values() for question in cell.asked}


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
        _books.clear()
    if ended is not None:
        ended.close()


def language() -> str:
    """The user's language, also where the settings are broken."""
    return language_anyhow()


def config_file() -> Path:
    """xlwings' user configuration of this project."""
    return Path.home() / f".{PROJECT}" / f"{PROJECT}.conf"


def config_encoding() -> str:
    """Of the configuration: VBA reads and writes it in the system's code page."""
    return "mbcs" if sys.platform == "win32" else "utf-8"


def read_config(file: Path | None = None) -> dict[str, str]:
    """Its keys (in capitals) and values; empty where there is no such file."""
    try:
        data = (file or config_file()).read_bytes()
    except OSError:
        return {}
    if data.startswith(codecs.BOM_UTF8):  # somebody's editor
        text = data.decode("utf-8-sig", "replace")
    else:
        text = data.decode(config_encoding(), "replace")
    rows = [row for row in csv.reader(text.splitlines()) if len(row) >= 2]
    return {row[0].strip().upper(): row[1].strip() for row in rows}


def locations() -> Locations:
    return Locations.of(os.environ, read_config())


def context(folder: str | None, caller: str | None, *, overall: bool = False) -> Context:
    """Where a formula stands: its workbook's folder and its own address, as VBA tells them.

    With ``overall`` it counts the videos of its workbook and asks for none itself.
    """
    global _surroundings
    known = _surroundings
    # files are read once a moment, not once for each of thousands of cells
    if known is None or time.monotonic() - known[0] > FRESH_S:
        known = _surroundings = (time.monotonic(), language(), locations())
    book = _book_of(caller or "")
    # a macro's call has no cell, and nothing to be told
    asked = book.asked() if overall else _cell_of(book, caller).asked if caller else None
    return Context(ratings(), folder or None, caller or None, known[1], known[2], asked)


def _cell_of(book: _Book, caller: str) -> _Cell:
    now = time.monotonic()
    cell = book.cells.get(caller)
    if cell is None or now - cell.computed_at > ONE_CALCULATION_S:
        cell = book.cells[caller] = _Cell(now)
    return cell


def shows_count(caller: str | None, text: Any) -> None:
    """The calling cell shows a count of its workbook's videos; ``finished`` names it when that changes."""
    if caller:
        _book_of(caller).counts[caller] = text


def asked_with(path: str) -> Question:
    """What the formula asks that was computed last of those for this video; the plain question without one."""
    cells = (cell for book in _books.values() for cell in book.cells.values())
    asked = [(cell.computed_at, question) for cell in cells for question in cell.asked if question.path == path]
    return max(asked, key=lambda one: one[0])[1] if asked else Question(path)


def finished(open_books: Collection[str]) -> list[str]:
    """The cells with a changed answer. What only closed workbooks waited for is given up; nothing is where
    ``open_books`` is empty."""
    names = {name for name in open_books if name}
    closed = [name for name in _books if name and names and name not in names]
    for name in closed:
        ratings().release(_books.pop(name).cells)
    told = [cell for cell in ratings().finished() if workbook(cell) in _books]
    for book in _books.values():
        for cell, shown in book.counts.items():
            ((text,),) = evaluate("VQA_STATUS", (), Context(ratings(), language=language(), asked=book.asked()))
            if text != shown:
                book.counts[cell] = text
                told.append(cell)
    return told


def _book_of(caller: str) -> _Book:
    return _books.setdefault(workbook(caller), _Book())
