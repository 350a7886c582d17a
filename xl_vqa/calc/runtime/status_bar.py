"""How many videos wait, always visible: the status bar of the window in front. Main thread only."""

from __future__ import annotations

import threading
from typing import Any

from xl_vqa.calc.runtime import office


class StatusBar:
    """Shows one text at a time; ``show("")`` gives the bar back to LibreOffice."""

    def __init__(self) -> None:
        self._indicator: Any = None
        self.text = ""
        self._timer: threading.Timer | None = None

    def show(self, text: str, share: float = 0.0, *, seconds: float | None = None) -> None:
        """``share`` (0..1) is the length of the bar; the text goes by itself after ``seconds``."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            self._show(text, round(share * 100))
        except Exception:  # the window may just be closing
            self._indicator = None
        self.text = text
        if text and seconds is not None:
            self._timer = threading.Timer(seconds, lambda: office.on_main_thread(lambda: self.show("")))
            self._timer.daemon = True
            self._timer.start()

    def _show(self, text: str, percent: int) -> None:
        if not text:
            if self._indicator is not None:
                self._indicator.end()
                self._indicator = None
            return
        if self._indicator is None:
            frame = office.desktop().getCurrentFrame()
            if frame is None:
                return
            self._indicator = frame.createStatusIndicator()
            self._indicator.start(text, 100)
        elif text != self.text:
            self._indicator.setText(text)
        self._indicator.setValue(percent)
