"""What the queue holds: tickets (what was asked) and jobs (what is computed), and how to wait for tickets.

Many tickets may hang on one job: the same content under several paths, or asked by several clients, is
computed once.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.picture_folders import as_asked
from xl_vqa.words.rating import FramesUsed

Outcome = RatingKey | XlVqaError
"""What a ticket ends with: where its rating is to be found, or its error."""


class Stage(enum.Enum):
    """Where a job is. A ticket without a job is still to be identified (hashed)."""

    WAITING = "waiting"
    DECODING = "decoding"
    READY = "ready"
    RATING = "rating"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One question: this file as it is now, with this text, by this model (its signature)."""

    path: str
    stat_key: str
    text: str | None
    model: str
    attributes: bool = False
    """Whether the attributes are asked for as well, which come from the same reading of the video."""
    standing: bool = False
    """Whether a stored score of an earlier version of the model will do."""

    @property
    def stands_for(self) -> str:
        """The model, where an earlier version's score may stand for its own; else empty."""
        return self.model if self.standing else ""

    @property
    def key(self) -> str:
        """The ticket's key: equal questions share a ticket."""
        more = ("attributes",) * self.attributes + ("standing",) * self.standing
        facts = repr((self.path, self.stat_key, self.text, self.model, *more))
        return hashlib.blake2b(facts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Watch:
    """Calls ``notify`` once, when all (or any) of the tickets it was put on are finished."""

    __slots__ = ("_left", "_notify")

    def __init__(self, left: int, notify: Callable[[], None]) -> None:
        self._left = left
        self._notify: Callable[[], None] | None = notify

    def one_finished(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.fire()

    def fire(self) -> None:
        notify, self._notify = self._notify, None
        if notify is not None:
            notify()


@dataclass(eq=False, slots=True)
class Ticket:
    """One question in the queue, asked by one or more clients (``owners``)."""

    key: str
    wanted: Wanted
    stat_key: str
    refresh: bool
    priority: int
    seq: int
    owners: set[str]
    job: Job | None = None
    outcome: Outcome | None = None
    finished_at: float = 0.0
    restarts: int = 0
    watches: list[Watch] = field(default_factory=list)

    @property
    def path(self) -> str:
        return self.wanted.path


@dataclass(eq=False, slots=True)
class Job:
    """One computation: a content with a text by a model. ``path`` is the file it is read from."""

    model: str
    video: str
    text: str | None
    path: str
    stat_key: str
    refresh: bool
    priority: int
    seq: int
    suspect: bool
    """A host died while this video was in work, so it is worked on alone."""
    stage: Stage = Stage.WAITING
    tickets: dict[str, Ticket] = field(default_factory=dict)
    prepared: Any = None
    """The rater's PreparedVideo once it is ready."""
    frames: FramesUsed | None = None
    warnings: tuple[str, ...] = ()
    """What the reader of the video noted: message codes."""

    @property
    def key(self) -> tuple[str, str, str | None]:
        return self.model, self.video, self.text

    @property
    def order(self) -> tuple[int, bool, int]:
        """Lowest first: the urgent before the others, suspects last among equals, then as they came."""
        return -self.priority, self.suspect, self.seq

    @property
    def attributes(self) -> bool:
        """Whether somebody who waits for it asked for the attributes as well."""
        return any(ticket.wanted.attributes for ticket in list(self.tickets.values()))

    @property
    def nbytes(self) -> int:
        return int(self.prepared.nbytes) if self.prepared is not None else 0


@dataclass(frozen=True, slots=True)
class Switch:
    """The model thread is asked to load another model."""

    model: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Tickets and jobs by where they are; ``done`` and ``failed`` since the start."""

    queued: int
    decoding: int
    rating: int
    done: int
    failed: int


def for_path(outcome: Outcome, path: str) -> Outcome:
    """The same content may be asked under several paths; each error names its own."""
    return outcome if isinstance(outcome, RatingKey) else error_for(outcome, path)


def error_for(error: XlVqaError, path: str) -> XlVqaError:
    """The same error about ``path``, or about the one picture of it."""
    return type(error)(**{**error.params, "path": as_asked(path, str(error.params.get("path", "")))})
