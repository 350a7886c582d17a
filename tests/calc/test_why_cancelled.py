"""Cancel ends an explanation that a document asked for, and no other's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.calc.office_driver import needed, uno
from xl_vqa.words.errors import CancelledError


class Client:
    """Explains until nobody wants it any longer."""

    def __init__(self, begun: threading.Event) -> None:
        self._begun = begun

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def explain(self, path: str, *_: object, cancel: threading.Event, **__: object) -> None:
        self._begun.set()
        assert cancel.wait(60)
        raise CancelledError(path=path)


def test_cancel_ends_the_explanation_of_its_own_document(monkeypatch: pytest.MonkeyPatch) -> None:
    needed("soffice")
    uno()
    from xl_vqa.calc.runtime import actions, scoring, whys

    begun, finished = threading.Event(), threading.Event()
    said: list[str] = []
    boxes: list[object] = []

    def on_main_thread(work: Callable[[], None]) -> None:
        work()
        finished.set()

    owner = SimpleNamespace(
        language="en",
        at_end=[],
        bar=SimpleNamespace(show=lambda words, *_, **__: said.append(words)),
        asked_with=lambda path, folder: (None, None),
        resolve=lambda path, folder: path,
        settings_of=lambda profile: None,
        client=lambda settings: Client(begun),
        cancel=lambda: 0,
    )
    monkeypatch.setattr(actions, "session", lambda: owner)
    monkeypatch.setattr(whys, "session", lambda: owner)
    monkeypatch.setattr(scoring, "cancel", lambda document: 0)
    monkeypatch.setattr(actions, "_video_of_row", lambda frame: "a.mp4")
    monkeypatch.setattr(actions.office, "folder_of", lambda document: None)
    monkeypatch.setattr(actions.office, "on_main_thread", on_main_thread)
    monkeypatch.setattr(actions.office, "show_message", lambda *words, **_: boxes.append(words))
    monkeypatch.setattr(actions, "show_text", lambda *words, **_: boxes.append(words))

    def frame(uid: str) -> Any:
        document = SimpleNamespace(RuntimeUID=uid)
        return SimpleNamespace(getController=lambda: SimpleNamespace(getModel=lambda: document))

    actions._why(frame("1"))
    assert begun.wait(60)
    actions._cancel(frame("2"))
    assert said == ["Nothing is being rated."]
    actions._cancel(frame("1"))
    assert said[1:] == ["1 cells and videos cancelled."]
    assert finished.wait(60)
    assert boxes == []
    assert not whys._running
    assert owner.at_end == [whys.cancel_all]
