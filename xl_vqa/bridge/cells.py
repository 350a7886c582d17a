"""Ratings for cells: known ones at once, all others in the background, so that no spreadsheet ever waits.

A spreadsheet asks for one cell thousands of times or for thousands of cells once. Both go into one memory and
one queue here; a thread carries the queue to the host in large pieces and notes which cells became stale.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Literal

from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.one_by_one import OneByOne
from xl_vqa.bridge.profiles import with_profile
from xl_vqa.bridge.protocol import EARLIER_VERSION
from xl_vqa.bridge.remarks import info_of
from xl_vqa.bridge.videos import Answer, Video
from xl_vqa.words.errors import CancelledError, HostError, XlVqaError
from xl_vqa.words.reasons import Detail
from xl_vqa.words.settings import Settings

PIECE: Final = 1000
"""Videos per question to the host."""
POLL_WAIT_S: Final = 0.5
FRESH_S: Final = 10.0
"""A known answer older than this is checked again, behind the back of the cell, when it is asked for."""
RETRY_S: Final = 15.0
"""After trouble with the host itself, waiting cells are tried again this often."""
PATIENCE_S: Final = 0.25
"""How long cells may wait for an answer altogether; refills at a tenth of real time. A stored rating is there
sooner, so that a single new formula shows its score at once; a sheet of thousands is not held up."""
QUIET_S: Final = 0.02
"""Cells that are computed one by one are gathered until none has come for this long, ..."""
GATHER_S: Final = 0.4
"""... at most for this long."""


Want = Literal["score", "attributes", "why"]
"""What a cell asks of a video: its score, its attributes beside it, or why it has its score."""


@dataclass(frozen=True, slots=True)
class Question:
    """One cell's video: an absolute path, the text it was made from, and a profile's name; and what of it."""

    path: str
    text: str | None = None
    profile: str | None = None
    want: Want = "score"

    @property
    def video(self) -> tuple[str, str | None, str | None]:
        """The same for all that is asked of one video."""
        return self.path, self.text, self.profile


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the videos asked for are rated, waiting, or in error; ``trouble`` is the host's, if any."""

    done: int
    pending: int
    failed: int
    trouble: XlVqaError | None = None
    earlier: int = 0
    """Of the rated ones, whose score is of an earlier version of the model."""
    host: Mapping[str, Any] = field(default_factory=dict)
    """What the host last said of itself (``remarks.sentences``)."""


@dataclass(slots=True)
class _Entry:
    answer: Answer
    asked_at: float = -math.inf
    callers: set[str] = field(default_factory=set)
    queued: bool = False
    troubled: bool = False


class CellRatings:
    """Thread-safe; one per spreadsheet process.

    ``client_of`` makes the client of some settings (HostClient); ``settings`` reads them anew for each round, so
    that a changed settings.toml takes effect without a restart.
    """

    def __init__(
        self,
        settings: Callable[[], Settings] = Settings.load,
        *,
        client_of: Callable[[Settings], HostClient] | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._settings = settings
        self._client_of = client_of or partial(HostClient, standing=True)
        self._patience = self._patience_full = patience_s
        self._patience_at = time.monotonic()
        self._entries: dict[Question, _Entry] = {}
        self._open: dict[Question, None] = {}
        """Those without an answer, oldest first."""
        self._asking = False
        self._queue: list[Question] = []
        self._clients: dict[tuple[Settings, bool], HostClient] = {}
        self._finished: set[str] = set()
        self._trouble: XlVqaError | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._retry_at = 0.0
        # an explanation takes many times as long as a score: no score waits for one
        self._why = OneByOne(self._explain, "xl_vqa-why-cells")

    # -- from cells

    def ask(self, questions: Sequence[Question], *, caller: str | None = None) -> list[Answer]:
        """One answer per question, in order; what is not known yet is ``pending`` and on its way.

        ``caller`` names the asking cells; ``finished`` hands it back once one of its answers has changed.
        """
        with self._changed:
            waiting = self._take(questions)
            if waiting:
                self._wait_a_moment(waiting)
            answers = []
            for question in questions:
                entry = self._entries[question]
                # what is checked again, or in trouble that passes, may change without the cell's doing as well
                moving = entry.answer.status == "pending" or entry.queued or entry.troubled
                if caller is not None and moving:
                    entry.callers.add(caller)
                answers.append(entry.answer)
            return answers

    def finished(self) -> list[str]:
        """The callers with a changed answer since the last call, sorted; each is told once."""
        with self._changed:
            names = sorted(self._finished)
            self._finished.clear()
            return names

    def counts(self, asked: Iterable[Question] | None = None) -> Counts:
        """Of the videos in ``asked``, else of all; one that was given up since is in none of the three.

        One of which several things are asked counts once: as pending, else in error, where one of them is.
        """
        with self._changed:
            wanted = self._entries if asked is None else asked
            of_video: dict[Any, set[str]] = {}
            earlier = set()
            for question in wanted:
                if (entry := self._entries.get(question)) is not None:
                    of_video.setdefault(question.video, set()).add(entry.answer.status)
                    if EARLIER_VERSION in (entry.answer.rating or {}).get("warnings", ()):
                        earlier.add(question.video)
            order = ("pending", "error", "done")
            states = [min(found, key=order.index) for found in of_video.values()]
            infos = [info_of(client) for client in self._clients.values()]
            host = next(filter(None, infos), {})
            done, pending, failed = map(states.count, ("done", "pending", "error"))
            return Counts(done, pending, failed, self._trouble, len(earlier), host)

    @property
    def waiting(self) -> bool:
        """Whether a poll is of any use: something is under way or not yet told."""
        with self._changed:
            return bool(self._finished or self._open or self._queue or self._asking or self._why.busy)

    def forget(self) -> None:
        """Every known answer is asked for again when its cell is computed next (another model, other bands)."""
        with self._changed:
            for entry in self._entries.values():
                entry.asked_at = -math.inf

    def cancel(self) -> int:
        """Gives up everything that is pending; returns how many. Asked again, it starts again."""
        with self._changed:
            pending = [(q, entry) for q, entry in self._entries.items() if entry.answer.status == "pending"]
            for question, entry in pending:
                self._put(question, entry, CancelledError(path=question.path))
                entry.asked_at = time.monotonic()
                entry.queued = False
            self._queue.clear()
            self._why.drop()
            clients = list(self._clients.values())
        for client in clients:
            client.cancel()
        return len(pending)

    def release(self, callers: Iterable[str]) -> int:
        """Gives up what nobody but ``callers`` waited for (a closed document); returns how many videos.

        Another client of the host that waits for one of them still gets it.
        """
        gone = set(callers)
        keys: list[str] = []
        count = 0
        with self._changed:
            for question, entry in list(self._entries.items()):
                if entry.callers and entry.answer.status == "pending":
                    entry.callers -= gone
                    if not entry.callers:
                        del self._entries[question]
                        self._open.pop(question, None)
                        count += 1
                        keys += [entry.answer.key] if entry.answer.key else []
            self._queue = [question for question in self._queue if question in self._entries]
            self._why.drop(lambda question: question not in self._entries)
            clients = list(self._clients.values()) if keys else []
        for client in clients:
            client.cancel(keys)
        return count

    def retry(self) -> None:
        """Tries again now after trouble with the host, instead of in a while."""
        with self._changed:
            self._retry_at = 0.0
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the thread and the connections; the host goes on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            thread = self._thread
        self._why.close()
        if thread is not None:
            thread.join(5.0)
        for client in self._clients.values():
            client.close()

    # -- under the lock

    def _take(self, questions: Sequence[Question]) -> set[Question]:
        """Notes and queues what must be asked; returns what has no answer yet."""
        now = time.monotonic()
        waiting = set()
        for question in questions:
            entry = self._entries.get(question)
            if entry is None:
                entry = self._entries[question] = _Entry(Answer(Video(question.path, question.text), "pending"))
            known = entry.answer.status != "pending"
            due = now - entry.asked_at > FRESH_S if known else entry.answer.key is None
            if due and not entry.queued and not entry.troubled:
                entry.queued = True
                if question.want == "why":
                    self._why.put(question)
                else:
                    self._queue.append(question)
            if not known and question.want != "why":
                self._open[question] = None
                waiting.add(question)
        if self._queue:
            self._start()
        return waiting

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="xl_vqa-cells", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _wait_a_moment(self, waiting: set[Question]) -> None:
        start = time.monotonic()
        refill = (start - self._patience_at) * 0.1
        self._patience = min(self._patience + refill, self._patience_full)
        self._patience_at = start
        if self._patience < QUIET_S:
            return  # not worth the bother: no answer comes that soon
        deadline = start + self._patience
        while any(self._is_unasked(question) for question in waiting):
            left = deadline - time.monotonic()
            # without a host that answers, waiting would only delay "starting"
            if left <= 0 or self._trouble is not None or not self._clients:
                break
            self._changed.wait(left)
        self._patience_at = time.monotonic()
        self._patience = max(self._patience - (self._patience_at - start), 0.0)

    def _is_unasked(self, question: Question) -> bool:
        entry = self._entries.get(question)
        return entry is not None and entry.answer.status == "pending" and entry.queued

    # -- the thread

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._closed and not self._queue and not self._open:
                    self._changed.wait()
                if self._closed:
                    return
            self._gather()
            try:
                self._round()
            except XlVqaError as error:
                self._endure(error)
            except Exception as error:  # a thread that ended silently would leave its cells waiting for ever
                self._endure(HostError(problem=Detail.named(error)))
            else:
                self._trouble = None

    def _gather(self) -> None:
        """Waits while cells go on asking: a sheet that is being computed becomes few questions, not thousands."""
        deadline = time.monotonic() + GATHER_S
        seen = -1
        while seen != (seen := len(self._queue)) and seen < PIECE and time.monotonic() < deadline:
            time.sleep(QUIET_S)

    def _endure(self, trouble: XlVqaError) -> None:
        """Tells the trouble to every waiting cell, and asks for all of them again after a while."""
        with self._changed:
            self._trouble = trouble
            self._retry_at = time.monotonic() + RETRY_S
            for question, entry in self._entries.items():
                if question.want != "why" and (entry.answer.status == "pending" or entry.troubled):
                    entry.troubled, entry.queued = True, False
                    self._put(question, entry, trouble)
            self._queue.clear()
            self._wait_to_retry()
            for question, entry in self._entries.items():
                if entry.troubled and question.want != "why":
                    entry.troubled, entry.queued = False, True
                    self._queue.append(question)

    def _wait_to_retry(self) -> None:
        """Under the lock."""
        while not self._closed and (left := self._retry_at - time.monotonic()) > 0:
            self._changed.wait(left)

    def _put(self, question: Question, entry: _Entry, error: XlVqaError) -> None:
        answer = Answer(Video(question.path, question.text), "error", error=error)
        self._open.pop(question, None)
        if not _same(entry.answer, answer):
            entry.answer = answer
            self._finished |= entry.callers
            entry.callers.clear()

    def _round(self) -> None:
        """Sends what is queued, then asks what became of the rest."""
        with self._changed:
            asked, self._queue = self._queue, []
            self._asking = bool(asked)
        try:
            settings = self._settings()
            for (profile, attributes), group in _together(asked).items():
                try:
                    client = self._client(with_profile(settings, profile))
                except XlVqaError as error:
                    self._fail(group, error)
                    continue
                for start in range(0, len(group), PIECE):
                    piece = group[start : start + PIECE]
                    videos = [Video(q.path, q.text) for q in piece]
                    self._settle(piece, client.rate(videos, attributes=attributes))
        except BaseException:
            with self._changed:
                self._queue = [q for q in asked if q in self._entries and self._entries[q].queued] + self._queue
            raise
        finally:
            self._asking = False
        self._poll(settings)

    def _poll(self, settings: Settings) -> None:
        with self._changed:
            keyed = {question: key for question in self._open if (key := self._entries[question].answer.key)}
        for profile, group in _by_profile(keyed).items():
            try:
                client = self._client(with_profile(settings, profile))
            except XlVqaError as error:
                self._fail(group, error)
                continue
            keys = [key for question in group if (key := keyed[question])]
            entries = client.poll(keys, wait=POLL_WAIT_S, until="any")
            pairs = zip(group, entries, strict=True)
            self._settle(group, [Answer.of(Video(q.path, q.text), entry) for q, entry in pairs])

    def _fail(self, questions: Sequence[Question], error: XlVqaError) -> None:
        self._settle(questions, [Answer(Video(q.path, q.text), "error", error=error) for q in questions])

    # -- the thread of explanations

    def _explain(self, question: Question, given_up: threading.Event) -> None:
        """One explanation, however long it takes; after trouble with the host it is asked for again in a while."""
        video = Video(question.path, question.text)
        try:
            client = self._client(with_profile(self._settings(), question.profile), why=True)
            found = client.explain(question.path, question.text, pictures=False, cancel=given_up)
            answer = Answer(video, "done", explanation=found)
        except XlVqaError as error:
            answer = Answer(video, "error", error=error)
        except Exception as error:  # a thread that ended silently would leave its cells waiting for ever
            answer = Answer(video, "error", error=HostError(problem=Detail.named(error)))
        if given_up.is_set():
            return
        if not isinstance(answer.error, HostError) or isinstance(answer.error, CancelledError):
            with self._changed:
                if (entry := self._entries.get(question)) is not None:
                    entry.queued = False
            self._settle([question], [answer])
            return
        with self._changed:
            entry = self._entries.get(question)
            if entry is None:
                return
            entry.troubled, entry.queued = True, False
            self._put(question, entry, answer.error)
            self._retry_at = time.monotonic() + RETRY_S
            self._wait_to_retry()
            if not self._closed and self._entries.get(question) is entry:
                entry.troubled, entry.queued = False, True
                self._why.put(question)

    def _client(self, settings: Settings, *, why: bool = False) -> HostClient:
        """Explanations have their own: one that is given up must not take ratings with it."""
        client = self._clients.get((settings, why))
        if client is None:
            client = self._client_of(settings)
            with self._changed:
                self._clients[settings, why] = client
        return client

    def _settle(self, questions: Sequence[Question], answers: Sequence[Answer]) -> None:
        now = time.monotonic()
        with self._changed:
            for question, answer in zip(questions, answers, strict=True):
                entry = self._entries.get(question)
                if entry is None or (isinstance(entry.answer.error, CancelledError) and not entry.queued):
                    continue  # released or cancelled while the host was asked
                known, entry.answer, entry.asked_at = entry.answer, answer, now
                entry.queued = answer.status == "pending" and answer.key is None
                if entry.queued:  # the host that knew it died
                    self._queue.append(question)
                if answer.status == "pending":
                    self._open[question] = None
                    continue  # a file that changed: its cells keep the old score until there is a new one
                self._open.pop(question, None)
                if not _same(known, answer):
                    self._finished |= entry.callers
                entry.callers.clear()
            self._changed.notify_all()


def _same(known: Answer, answer: Answer) -> bool:
    """Whether a cell shows the same for both."""
    if known.status != answer.status:
        return False
    if answer.status == "done":
        return _facts(known) == _facts(answer)
    if answer.error is not None and known.error is not None:
        return answer.error.to_dict() == known.error.to_dict()
    return known.key == answer.key


def _facts(answer: Answer) -> tuple[Any, ...]:
    """All but when it was found out."""
    rating = {k: v for k, v in (answer.rating or {}).items() if k != "rated_at"}
    attributes, why = answer.attributes, answer.explanation
    told = attributes.to_dict() if isinstance(attributes, XlVqaError) else attributes
    measured = None if why is None else (_facts(Answer(answer.video, "done", why.rating.to_dict())), why.moments)
    return rating, told, measured, None if why is None else (why.spans, why.attributes, why.remarks)


def _together(questions: Sequence[Question]) -> dict[tuple[str | None, bool], list[Question]]:
    """What is asked in one piece, by profile, and whether with attributes: so is a score whose attributes another
    cell wants, because one reading of the video gives both."""
    with_attributes = {question.video for question in questions if question.want == "attributes"}
    groups: dict[tuple[str | None, bool], list[Question]] = {}
    for question in questions:
        groups.setdefault((question.profile, question.video in with_attributes), []).append(question)
    return groups


def _by_profile(questions: Iterable[Question]) -> dict[str | None, list[Question]]:
    groups: dict[str | None, list[Question]] = {}
    for question in questions:
        groups.setdefault(question.profile, []).append(question)
    return groups
