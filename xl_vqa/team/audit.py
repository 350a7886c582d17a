"""The audit log: who asked what and when, a line of JSON each, in ``logs/team-audit.log``.

Never a token, a score, a prompt or the content of a video. ``xl-vqa forget`` thins it as it does every log.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

FILE_NAME: Final = "team-audit.log"
MAX_BYTES: Final = 10_000_000
BACKUPS: Final = 9
MOST_PATHS: Final = 100
"""Paths in one line; of more, the number is told."""


class Audit:
    """Thread-safe. A full disk stops no answer, and is told by the host's own log."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._handler = logging.handlers.RotatingFileHandler(
            folder / FILE_NAME,
            maxBytes=MAX_BYTES,
            backupCount=BACKUPS,
            encoding="utf-8",
            errors="backslashreplace",
        )
        self._lock = threading.Lock()

    def write(
        self,
        event: str,
        *,
        person: str | None = None,
        address: str | None = None,
        paths: Sequence[str] = (),
        **facts: Any,
    ) -> None:
        """``event`` in one word; ``facts`` are numbers, names and codes."""
        line: dict[str, Any] = {"time": datetime.now().astimezone().isoformat(timespec="milliseconds")}
        line |= {"event": event, "person": person, "address": address, **facts}
        if paths:
            line["videos"] = len(paths)
            line["paths"] = list(paths[:MOST_PATHS])
        text = json.dumps({key: value for key, value in line.items() if value is not None}, ensure_ascii=False)
        with self._lock:
            self._handler.emit(logging.makeLogRecord({"msg": "%s", "args": (text,)}))

    def close(self) -> None:
        self._handler.close()
