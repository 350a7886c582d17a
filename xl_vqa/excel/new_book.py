"""A workbook that another process builds while Excel stays free: its libraries are none of this process."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from xl_vqa.bridge.texts import tr
from xl_vqa.excel import dialogs
from xl_vqa.words.errors import OutputNotWritableError
from xl_vqa.words.reasons import Detail


class NewBook:
    """``xl-vqa workbook new KIND -o FILE``; the file is opened when it is done. A command for ``jobs``."""

    def __init__(self, app: Any, kind: str, file: Path, language: str) -> None:
        self._app, self._file, self._language = app, file, language
        self.finished = False
        arguments = ["workbook", "new", kind, "--lang", language, "-o", str(file)]
        self._process = subprocess.Popen(
            # -P: a file in Excel's current folder must not shadow a module
            [sys.executable, "-P", "-m", "xl_vqa.cli.main", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def tick(self) -> None:
        if self._process.poll() is None:
            self._app.status_bar = "xl_vqa: " + tr("building", self._language, name=self._file.name)
            return
        self.finished = True
        self._app.status_bar = False
        words = self._words()
        if self._process.returncode:
            lines = words.strip().splitlines() or [f"status {self._process.returncode}"]
            raise OutputNotWritableError(path=str(self._file), problem=Detail(lines[-1]))
        self._app.books.open(str(self._file))

    def cancel(self) -> None:
        with contextlib.suppress(OSError):
            self._process.terminate()

    def fail(self, error: Exception) -> None:
        self.finished = True
        dialogs.say(self._app, str(error), mode="critical")

    def _words(self) -> str:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            return stream.read().decode("utf-8", "replace")
