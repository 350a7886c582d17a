"""The host's log: a file that cannot grow without end, and never holds a token or the content of a video."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import logging
import logging.handlers
import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

MAX_BYTES: Final = 1_000_000
BACKUPS: Final = 3


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, process, thread, logger, message, and where there was one the stack."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "process": record.process,
            "thread": record.threadName,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def start_log(path: Path, *, console: bool, form: str = "text") -> None:
    """Logs of xl_vqa and its libraries to ``path``, and to stderr where asked; ``form`` is ``text`` or ``json``.

    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # names from other systems may hold bytes that are no UTF-8
    file = logging.handlers.RotatingFileHandler(
        path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", errors="backslashreplace"
    )
    handlers: list[logging.Handler] = [file]
    if console:
        handlers.append(logging.StreamHandler(sys.stderr))
    text = "%(asctime)s %(levelname)s %(process)d %(threadName)s %(name)s: %(message)s"
    formatter = JsonLines() if form == "json" else logging.Formatter(text)
    root = logging.getLogger()
    for handler in handlers:
        handler.setFormatter(formatter)
        root.addHandler(handler)
    root.setLevel(logging.INFO)
    # on a full disk the host works on without a log
    logging.raiseExceptions = False


def watch_for_crashes(path: Path) -> tuple[TextIO | None, bool]:
    """Lets a crash in native code leave its Python stack in ``path``; an earlier crash's goes into the log.

    The file (None where it cannot be written) must stay open as long as the process lives; with it, whether there
    was an earlier crash.
    """
    try:
        old = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        old = ""
    crashed = bool(old.strip())
    if crashed:
        logging.getLogger("xl_vqa.host").error("the last host crashed in native code:\n%s", old.strip()[:20_000])
    try:
        file = path.open("w", encoding="utf-8")
    except OSError:
        return None, crashed
    faulthandler.enable(file)
    return file, crashed


def thin_logs(folder: Path, keep: Callable[[str], bool]) -> tuple[int, list[Path]]:
    """Removes the records of all logs in ``folder`` that ``keep`` refuses; how many, and the files that would not.

    In place, so that a program that has a log open goes on writing to the same file.
    """
    removed, refused = 0, []
    for path in sorted(folder.glob("*.log*")):
        with _our_log_held(path):
            try:
                records = list(_records(path.read_text(encoding="utf-8", errors="surrogateescape")))
                kept = [record for record in records if keep(record)]
                if len(kept) < len(records):
                    with path.open("r+", encoding="utf-8", errors="surrogateescape", newline="") as file:
                        file.write("".join(kept))
                        file.truncate()
                    removed += len(records) - len(kept)
            except OSError:
                refused.append(path)
    return removed, refused


_BEGIN: Final = re.compile(r"^(?=(?:\{\"time\": \")?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)", re.MULTILINE)
_TIME: Final = re.compile(r"(?:\{\"time\": \")?(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)")


def time_of(record: str) -> str | None:
    """When a record was written, local as ``2026-01-31 12:00:00``; None of what has no time."""
    found = _TIME.match(record)
    return None if found is None else f"{found[1]} {found[2]}"


def _records(text: str) -> Iterator[str]:
    """A line with a time and the lines without one that follow it, such as a traceback."""
    return filter(None, _BEGIN.split(text))


@contextlib.contextmanager
def _our_log_held(path: Path) -> Iterator[None]:
    """Nobody in this process writes to it meanwhile."""
    with contextlib.ExitStack() as stack:
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.FileHandler) and Path(handler.baseFilename) == path:
                handler.acquire()
                stack.callback(handler.release)
        yield
