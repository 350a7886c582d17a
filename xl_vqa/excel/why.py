"""Why?: how the score of the active row's video came about. The host may take a while; Excel stays free."""

from __future__ import annotations

import threading
from typing import Any, Final

from xl_vqa.bridge.cells import Question
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.texts import tr
from xl_vqa.bridge.videos import Video
from xl_vqa.excel import dialogs
from xl_vqa.sheets.why import explain
from xl_vqa.words.errors import CancelledError, XlVqaError
from xl_vqa.words.settings import Settings

PIECE_S: Final = 0.5
"""The host is asked for this long at a time, so that Cancel takes effect."""


class Why:
    """Asks as a formula would for the video that is shown as ``name``, and says what came of it. A command for
    ``jobs``. ``settings`` are those under the question's profile."""

    def __init__(self, app: Any, name: str, question: Question, settings: Settings) -> None:
        self._app, self._name, self._settings = app, name, settings
        self._video = Video(question.path, question.text)
        self.finished = False
        self._words = ""
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._ask, name="xl_vqa-why", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """A stored rating is there at once."""
        self._thread.join(seconds)

    def tick(self) -> None:
        if self._thread.is_alive():
            self._app.status_bar = "xl_vqa: " + tr("why_asking", self._settings.language, name=self._name)
            return
        self.finished = True
        self._app.status_bar = False
        if not self._cancelled.is_set():
            dialogs.say(self._app, f"{self._name}\n\n{self._words}")

    def cancel(self) -> None:
        self._cancelled.set()

    def fail(self, error: Exception) -> None:
        self.finished = True
        dialogs.say(self._app, str(error), mode="critical")

    def _ask(self) -> None:
        language = self._settings.language
        try:
            # a message box has letters of many widths and room for a thousand of them
            self._words = explain(self._result(), language, drawn=False)
        except XlVqaError as error:
            self._words = error.message(language)
        except Exception as error:  # else the command would end without a word
            self._words = f"{type(error).__name__}: {error}"

    def _result(self) -> Any:
        with HostClient(self._settings) as client:
            while True:
                (answer,) = client.rate([self._video], wait=PIECE_S, detail=True)
                if answer.status != "pending":
                    return answer.result
                if self._cancelled.is_set():
                    return CancelledError(path=self._video.path)
