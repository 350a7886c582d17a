"""Questions and messages in Excel. xlwings has message boxes; a line of text is asked with Excel's own box."""

from __future__ import annotations

from typing import Any, Final

TITLE: Final = "xl_vqa"
_TEXT: Final = 2


def say(app: Any, text: str, *, mode: str = "info") -> None:
    app.alert(text, TITLE, "ok", mode)


def ask(app: Any, text: str, buttons: str = "yes_no") -> str:
    """The pressed button: ``yes``, ``no``, ``ok`` or ``cancel``."""
    return str(app.alert(text, TITLE, buttons, "info"))


def ask_text(app: Any, text: str, default: str) -> str | None:
    """A line of text; None where the user cancelled."""
    answer = app.api.InputBox(text, TITLE, default, Type=_TEXT)
    return None if answer is False else str(answer).strip()
