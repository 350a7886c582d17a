"""A service with a stand-in that is watched, for tests: ``Bench`` and its ``Spy``."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.host.helpers import settings_for
from xl_vqa.host.models import Identity, ModelKeeper
from xl_vqa.host.service import RatingService
from xl_vqa.vlm.rater import Outcome, PreparedVideo, Rater
from xl_vqa.vlm.stand_in import StandInOptions, StandInRater
from xl_vqa.words.settings import Settings

Entry = dict[str, Any]


Items = Sequence[tuple[PreparedVideo, "str | None"]]


class Spy(StandInRater):
    """The stand-in, watched: every batch by its texts; ``before`` may interfere."""

    def __init__(self, options: StandInOptions | None = None) -> None:
        super().__init__(options or StandInOptions())
        self.batches: list[list[str | None]] = []
        self.before: Callable[[Items], list[Outcome] | None] = lambda items: None
        self.closed = 0

    def rate(self, items: Items) -> list[Outcome]:
        self.batches.append([text for _, text in items])
        changed = self.before(items)
        return super().rate(items) if changed is None else changed

    def close(self) -> None:
        self.closed += 1

    @property
    def rated(self) -> int:
        return sum(map(len, self.batches))


class Bench:
    """A service with a spied model, and the way clients talk to it."""

    def __init__(
        self,
        home: Path,
        *,
        load: Callable[[Settings], Rater] | None = None,
        options: StandInOptions | None = None,
        **values: object,
    ) -> None:
        self.settings = settings_for(home, **values)
        self.settings.home.mkdir(parents=True, exist_ok=True)
        self.spy = Spy(options)
        identity = Identity(self.spy.spec, self.spy.fingerprint)
        keeper = ModelKeeper(self.settings, load=load or (lambda _: self.spy), identify=lambda _: identity)
        self.service = RatingService(self.settings, keeper=keeper)

    def ask(self, *videos: tuple[Path, str | None] | Path, wait: float = 20.0, **options: object) -> list[Entry]:
        """As a client: ask, wait, poll."""
        pairs = [video if isinstance(video, tuple) else (video, None) for video in videos]
        body = {"videos": [{"path": str(path), "text": text} for path, text in pairs], **options}
        question = self.service.question(body)
        slots = self.service.look_up(question)
        done = threading.Event()
        self.service.watch(slots, done.set)
        done.wait(wait)
        entries: list[Entry] = json.loads(self.service.render(slots, question.view, question.detail))["ratings"]
        return entries


@contextlib.contextmanager
def running(bench: Bench) -> Iterator[Bench]:
    bench.service.start()
    try:
        yield bench
    finally:
        bench.service.stop()


def statuses(entries: list[Entry]) -> list[str]:
    return [e["error"]["code"] if e["status"] == "error" else e["status"] for e in entries]
