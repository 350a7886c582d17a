"""A host's client that answers what a test lays down, in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from xl_vqa.bridge.cells import CellRatings, Question
from xl_vqa.bridge.videos import Answer, Video
from xl_vqa.words.errors import CancelledError, XlVqaError
from xl_vqa.words.settings import Settings


def rating(**values: Any) -> dict[str, Any]:
    return {"label": 30, "mos": 3.0, "band": "fair", "band_probability": 0.5, "rated_at": "now", **values}


def settings_of(home: Path) -> Callable[[], Settings]:
    return lambda: Settings(home=home, language="en", model="stand-in")


class Hosts:
    """``answers`` by path: a rating, an error, or None for one that takes its time. ``trouble`` is raised."""

    ratings: CellRatings

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[Video] = []
        self.pieces: list[int] = []
        self.settings: list[Settings] = []
        self.trouble: XlVqaError | None = None
        self.forgets_keys = False
        self.attributes: dict[str, Any] = {}
        """By path: Attributes, or the error that says why there are none."""
        self.with_attributes: list[Video] = []
        self.explanations: dict[str, Any] = {}
        """By path: an Explanation, an error, or None for one that takes its time."""
        self.explained: list[str] = []
        self.cancelled = 0
        self._lock = threading.Lock()

    def client(self, settings: Settings) -> Any:
        self.settings.append(settings)
        return self

    def rate(self, videos: Sequence[Video], **options: Any) -> list[Answer]:
        with self._lock:
            if self.trouble is not None:
                raise self.trouble
            self.asked += videos
            self.pieces.append(len(videos))
            self.with_attributes += videos if options.get("attributes") else []
            return [self._answer(video) for video in videos]

    def explain(self, path: str, text: str | None, *, pictures: bool, cancel: threading.Event) -> Any:
        assert not pictures  # a cell shows none
        with self._lock:
            self.explained.append(path)
        while (found := self.explanations.get(path)) is None:
            if cancel.wait(0.01):
                raise CancelledError(path=path)
        if isinstance(found, XlVqaError):
            raise found
        return found

    def poll(self, keys: Sequence[str], **options: Any) -> list[dict[str, Any]]:
        time.sleep(0.02)
        with self._lock:
            return [self._entry(key) for key in keys]

    def cancel(self) -> int:
        self.cancelled += 1
        return 0

    def close(self) -> None:
        pass

    def _answer(self, video: Video) -> Answer:
        answer = self.answers.get(video.path, rating())
        if answer is None:
            return Answer(video, "pending", key=video.path)
        if isinstance(answer, XlVqaError):
            return Answer(video, "error", error=answer)
        return Answer(video, "done", rating=answer, attributes=self.attributes.get(video.path))

    def _entry(self, key: str) -> dict[str, Any]:
        if self.forgets_keys:
            self.forgets_keys = False
            return {"status": "unknown", "key": key}
        answer = self.answers.get(key, rating())
        if answer is None:
            return {"status": "pending", "key": key}
        if isinstance(answer, XlVqaError):
            return {"status": "error", "key": key, "error": answer.to_dict()}
        return {"status": "done", "key": key, "rating": answer}

    @staticmethod
    def wait_for(what: Callable[[], object], seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.01)

    def settle(self) -> None:
        """Until nothing is on its way any more."""
        self.wait_for(lambda: not self.ratings.counts().pending)


def known(hosts: Hosts, *paths: str) -> None:
    """Asks for ``paths`` and waits until each has its answer."""
    hosts.ratings.ask([Question(path) for path in paths])
    hosts.settle()
