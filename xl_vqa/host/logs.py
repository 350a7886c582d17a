"""The host's log: a file that cannot grow without end, and never holds a token or the content of a video."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import sys
from pathlib import Path
from typing import Final, TextIO

MAX_BYTES: Final = 1_000_000
BACKUPS: Final = 3


def start_log(path: Path, *, console: bool) -> None:
    """Logs of xl_vqa and its libraries to ``path``, and to stderr where asked. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # names from other systems may hold bytes that are no UTF-8
    file = logging.handlers.RotatingFileHandler(
        path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", errors="backslashreplace"
    )
    handlers: list[logging.Handler] = [file]
    if console:
        handlers.append(logging.StreamHandler(sys.stderr))
    form = logging.Formatter("%(asctime)s %(levelname)s %(process)d %(threadName)s %(name)s: %(message)s")
    root = logging.getLogger()
    for handler in handlers:
        handler.setFormatter(form)
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
