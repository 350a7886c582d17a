"""The counter of waiting cells in the status bars: every window, each with the count of its own document."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.calc.office_driver import needed, uno


class Frame:
    """A window; ``text`` is what its bar shows, None while LibreOffice has it. ``gone`` as when just closed."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.gone = False

    def createStatusIndicator(self) -> Any:
        def start(text: str, length: int = 0) -> None:
            if self.gone:
                raise RuntimeError("disposed")
            self.text = text

        def end() -> None:
            self.text = None

        return SimpleNamespace(
            start=start, setText=start, setValue=lambda percent: start(self.text or ""), end=end
        )


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Frame]]:
    needed("soffice")
    uno()
    from xl_vqa.calc.runtime import status_bar

    opened: list[tuple[Any, Frame]] = []
    monkeypatch.setattr(status_bar, "_windows", lambda: iter(opened))
    return opened


def test_every_window_shows_the_count_of_its_own_document(windows: list[tuple[Any, Frame]]) -> None:
    from xl_vqa.calc.runtime.status_bar import StatusBar

    one, two = SimpleNamespace(RuntimeUID="1"), SimpleNamespace(RuntimeUID="2")
    first, second, other = Frame(), Frame(), Frame()
    windows += [(one, first), (two, other)]
    bar = StatusBar()
    bar.show_each({"1": "7 waiting"})
    assert [first.text, other.text] == ["7 waiting", None]
    windows.insert(1, (one, second))  # Window > New Window
    bar.show_each({"1": "6 waiting", "2": "1 waiting"})
    assert [first.text, second.text, other.text] == ["6 waiting", "6 waiting", "1 waiting"]
    first.gone = True
    bar.show_each({"1": "5 waiting"})
    assert [second.text, other.text] == ["5 waiting", None]
    windows.pop(0)
    bar.show_each({})
    assert [second.text, other.text] == [None, None]


def test_a_message_is_for_every_window_and_goes_again(windows: list[tuple[Any, Frame]]) -> None:
    from xl_vqa.calc.runtime.status_bar import StatusBar

    frames = [Frame(), Frame()]
    windows += [(SimpleNamespace(RuntimeUID=str(number)), frame) for number, frame in enumerate(frames)]
    bar = StatusBar()
    bar.show("3 of 9", 1 / 3)
    assert [frame.text for frame in frames] == ["3 of 9"] * 2
    bar.show("")
    assert [frame.text for frame in frames] == [None, None]
