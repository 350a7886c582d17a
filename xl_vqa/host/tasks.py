"""Other work for the model between batches of ratings: small pieces that an explanation hands in and waits for."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.words.errors import XlVqaError

if TYPE_CHECKING:
    from xl_vqa.vlm.rater import Rater

PATIENCE_S: Final = 0.5
"""Ratings go first, but a piece that has waited so long comes between two of their batches."""


@dataclass(eq=False, slots=True)
class Task:
    """One piece: ``run`` is called with the loaded model on its own thread; ``answer`` holds what it gives."""

    model: str
    run: Callable[[Rater], Any]
    answer: Future[Any] = field(default_factory=Future)

    def do(self, rater: Rater) -> None:
        """Ends the answer, with what ``run`` gives or raises."""
        if not self.answer.set_running_or_notify_cancel():
            return
        try:
            found = self.run(rater)
        except BaseException as error:
            self.answer.set_exception(error)
        else:
            self.answer.set_result(found)

    def fail(self, error: Exception) -> None:
        if self.answer.set_running_or_notify_cancel():
            self.answer.set_exception(error)


class TaskLine:
    """Tasks in the order in which they came. Not thread-safe: the queue's lock guards it."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[float, Task]] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, task: Task, now: float) -> None:
        self._waiting.append((now, task))

    def take(self, model: str | None, now: float, *, busy: bool) -> Task | None:
        """The next one of the loaded model; with ``busy``, while ratings are ready, only one that waited long."""
        for entry in self._waiting:
            since, task = entry
            if task.model == model and (not busy or now - since >= PATIENCE_S):
                self._waiting.remove(entry)
                return task
        return None

    def model(self, loaded: str | None) -> str | None:
        """Which model is wanted: the loaded one as long as there is something for it."""
        wanted = [task.model for _, task in self._waiting]
        return loaded if loaded in wanted or not wanted else wanted[0]

    def fail(self, model: str | None, error: XlVqaError) -> None:
        """Ends those of a model (None: all)."""
        gone = [entry for entry in self._waiting if model in (None, entry[1].model)]
        for entry in gone:
            self._waiting.remove(entry)
            entry[1].fail(error)
