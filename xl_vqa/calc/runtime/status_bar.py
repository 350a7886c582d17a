"""How many videos wait, always visible: the status bar of every spreadsheet window. Main thread only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from xl_vqa.calc.runtime import office


class StatusBar:
    """Shows one text at a time in each window; ``show("")`` gives the bars back to LibreOffice."""

    def __init__(self) -> None:
        self._windows: list[tuple[Any, Any, str]] = []
        """A frame, its indicator, and the text it shows."""
        self.text = ""
        self._timer: threading.Timer | None = None

    def show(self, text: str, share: float = 0.0, *, seconds: float | None = None) -> None:
        """``share`` (0..1) is the length of the bar; the text goes by itself after ``seconds``."""
        self._stop_timer()
        self.text = text
        self._bring(lambda document: text, share)
        if text and seconds is not None:
            self._timer = threading.Timer(seconds, lambda: office.on_main_thread(lambda: self.show("")))
            self._timer.daemon = True
            self._timer.start()

    def show_each(self, texts: Mapping[str, str]) -> None:
        """A text of its own for every document (by its identity); a document without one gets its bar back."""
        self._stop_timer()
        self.text = next(iter(texts.values()), "")
        self._bring(lambda document: texts.get(office.identity_of(document), ""), 0.0)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _bring(self, text_of: Callable[[Any], str], share: float) -> None:
        before, self._windows = self._windows, []
        for document, frame in _windows():
            indicator, shown = next(((i, t) for f, i, t in before if f == frame), (None, ""))
            try:
                text = text_of(document)
                indicator = _shown(frame, indicator, text, shown, round(share * 100))
            except Exception:  # the window may just be closing
                continue
            if indicator is not None:
                self._windows.append((frame, indicator, text))


def _windows() -> Iterator[tuple[Any, Any]]:
    """Every open spreadsheet with each of its frames."""
    for document in office.spreadsheets():
        controllers = document.getControllers()
        while controllers.hasMoreElements():
            yield document, controllers.nextElement().getFrame()


def _shown(frame: Any, indicator: Any, text: str, before: str, percent: int) -> Any:
    """The indicator that shows ``text`` now; None where it was given back."""
    if not text:
        if indicator is not None:
            indicator.end()
        return None
    if indicator is None:
        indicator = frame.createStatusIndicator()
        indicator.start(text, 100)
    elif text != before:
        indicator.setText(text)
    indicator.setValue(percent)
    return indicator
