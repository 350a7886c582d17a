"""Why?: the sentence that says why the active row's video has its score, and its page in the user's browser.

The host may take a while; Excel stays free.
"""

from __future__ import annotations

import contextlib
import threading
import webbrowser
from typing import Any

from xl_vqa.bridge.cells import Question
from xl_vqa.bridge.client import HostClient
from xl_vqa.excel import dialogs
from xl_vqa.sheets.why import why_asking, why_words
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.explanation import Progress
from xl_vqa.words.settings import Settings


class Why:
    """Asks as a formula would for the video that is shown as ``name``, and says what came of it. A command for
    ``jobs``. ``settings`` are those under the question's profile."""

    def __init__(self, app: Any, name: str, question: Question, settings: Settings) -> None:
        self._app, self._name, self._settings = app, name, settings
        self._question = question
        self.finished = False
        self._words = ""
        self._page = ""
        self._progress = Progress("rating")
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="xl_vqa-why", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """A stored rating is there at once."""
        self._thread.join(seconds)

    def tick(self) -> None:
        if self._thread.is_alive():
            self._app.status_bar = "xl_vqa: " + why_asking(self._name, self._progress, self._settings.language)
            return
        self.finished = True
        self._app.status_bar = False
        if not self._cancelled.is_set():
            if self._page:
                # before the message, which waits for its button; without a browser there still is the message
                with contextlib.suppress(webbrowser.Error, OSError):
                    webbrowser.open(self._page)
            dialogs.say(self._app, f"{self._name}\n\n{self._words}")

    def cancel(self) -> None:
        self._cancelled.set()

    def fail(self, error: Exception) -> None:
        self.finished = True
        dialogs.say(self._app, str(error), mode="critical")

    def _ask(self) -> None:
        language = self._settings.language
        try:
            with HostClient(self._settings) as client:
                found = client.explain(
                    self._question.path,
                    self._question.text,
                    pictures=False,
                    on_progress=self._told,
                    cancel=self._cancelled,
                )
                # a message box has letters of many widths and room for a thousand of them
                self._words = why_words(found, language, drawn=False)
                self._page = client.why_page(found, language)
        except XlVqaError as error:
            self._words = self._words or error.message(language)
        except Exception as error:  # else the command would end without a word
            self._words = self._words or f"{type(error).__name__}: {error}"

    def _told(self, progress: Progress) -> None:
        self._progress = progress
