"""The queue that joins the requests of all clients. Pure bookkeeping: no thread, no file, no model in here.

A ticket is identified (its file is hashed), hangs on the job of its content, and the job is decoded, rated and
over. One lock guards everything, so each step happens once; waiting threads are woken by one condition.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.host.tasks import Task, TaskLine
from xl_vqa.host.work import Counts, Job, Outcome, Stage, Switch, Ticket, Wanted, Watch, for_path
from xl_vqa.words.errors import CancelledError, VideoAccessError, VideoError, VideoNotFoundError, XlVqaError
from xl_vqa.words.rating import FramesUsed

T = TypeVar("T")

RETENTION_S: Final = 900.0
"""How long a finished ticket can still be polled; after that the client asks again and hits the store."""
ERROR_RETENTION_S: Final = 30.0
"""How long a video's error is repeated without looking at the unchanged file again."""
MODEL_SLICE_S: Final = 60.0
"""How long one model keeps its turn while others of equal priority wait: loading takes longer than rating."""
READY_BYTES: Final = 1 << 30
"""Prepared videos that wait for the model may hold about this much memory."""


class WorkQueue:
    """Thread-safe. ``ready_items`` bounds how many jobs may be between decoding and the model."""

    def __init__(
        self,
        *,
        ready_items: int = 16,
        ready_bytes: int = READY_BYTES,
        crashed: Callable[[str], int] = lambda video: 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``crashed`` says how often a host died over a video."""
        self.ready_items = ready_items
        self._ready_bytes = ready_bytes
        self._crashed = crashed
        self._clock = clock
        self._changed = threading.Condition(threading.Lock())
        self._seq = 0
        self._tickets: dict[str, Ticket] = {}
        self._open: dict[str, Ticket] = {}
        self._finished: deque[tuple[float, Ticket]] = deque()
        self._jobs: dict[tuple[str, str, str | None], Job] = {}
        self._unidentified: list[tuple[int, int, Ticket]] = []
        self._waiting: dict[str, list[tuple[tuple[int, bool, int], Job]]] = {}
        self._working: dict[tuple[str, str, str | None], Job] = {}
        self._alone: Job | None = None
        self._tasks = TaskLine()
        self._model: str | None = None
        self._model_since = 0.0
        self._turn_over = False
        self._done = 0
        self._failed = 0
        self._closed = False
        self._positions: tuple[float, dict[str, int]] = (-1.0, {})

    # -- asking

    def submit(
        self,
        questions: Sequence[tuple[Wanted, str | None]],
        *,
        owner: str = "",
        priority: int = 0,
        refresh: bool = False,
    ) -> list[Ticket]:
        """A ticket for each question (with its content's fingerprint where known), new or joined.

        A finished ticket is returned only for a video's error of a moment ago.
        """
        with self._changed:
            self._forget_old()
            tickets = [self._submit(w, video, owner, priority, refresh) for w, video in questions]
            self._changed.notify_all()
            return tickets

    def get(self, key: str) -> Ticket | None:
        """The ticket of a key, unless it is unknown or finished long ago."""
        with self._changed:
            return self._tickets.get(key)

    def is_open(self, key: str) -> bool:
        """Whether this question is being worked on now."""
        return key in self._open

    def watch(self, tickets: Iterable[Ticket], notify: Callable[[], None], *, every: bool = True) -> Watch:
        """Calls ``notify`` once: when every one (or any) of the tickets is finished, or the queue closes."""
        with self._changed:
            unfinished = [ticket for ticket in dict.fromkeys(tickets) if ticket.outcome is None]
            watch = Watch(len(unfinished) if every else 1, notify)
            for ticket in unfinished:
                ticket.watches.append(watch)
            if not unfinished or self._closed:
                watch.fire()
            return watch

    def unwatch(self, tickets: Iterable[Ticket], watch: Watch) -> None:
        """Ends a watch that is not waited for any more."""
        with self._changed:
            for ticket in tickets:
                if watch in ticket.watches:
                    ticket.watches.remove(watch)

    def cancel(self, keys: Iterable[str] | None = None, owner: str | None = None) -> int:
        """Gives up tickets of ``owner`` (of everybody where None), all of them or those of ``keys``.

        A ticket that somebody else waits for goes on. Returns how many ended.
        """
        with self._changed:
            chosen = list(self._open.values()) if keys is None else [self._open.get(key) for key in keys]
            ended = 0
            for ticket in chosen:
                if ticket is None or (owner is not None and owner not in ticket.owners):
                    continue
                ticket.owners.discard(owner or "")
                if owner is None or not ticket.owners:
                    self._settle(ticket, CancelledError(path=ticket.path))
                    ended += 1
            self._changed.notify_all()
            return ended

    def position(self, ticket: Ticket) -> int | None:
        """How many tickets are ahead, as of half a second ago at most; None where that is not known."""
        if ticket.outcome is not None:
            return None
        with self._changed:
            now = self._clock()
            missing = ticket.key not in self._positions[1] and len(self._open) < 500
            if missing or now - self._positions[0] > 0.5:
                ordered = sorted(self._open.values(), key=lambda t: (-t.priority, t.seq))
                self._positions = now, {t.key: rank for rank, t in enumerate(ordered)}
            return self._positions[1].get(ticket.key)

    def counts(self) -> Counts:
        with self._changed:
            stages = [job.stage for job in self._working.values()]
            decoding = stages.count(Stage.DECODING)
            busy = sum(len(job.tickets) for job in self._working.values())
            queued = len(self._open) - busy
            return Counts(queued, decoding, len(stages) - decoding, self._done, self._failed)

    @property
    def closed(self) -> bool:
        """Whether the host is ending: no more work is handed out."""
        return self._closed

    @property
    def idle(self) -> bool:
        """Whether nobody waits for anything."""
        return not self._open and not self._tasks

    # -- identifying

    def next_unidentified(self, timeout: float) -> Ticket | None:
        """The next ticket whose file is to be hashed; None after ``timeout`` seconds or once closed."""
        with self._changed:
            return self._wait(self._pop_unidentified, timeout)

    def identified(self, ticket: Ticket, video: str, stat_key: str) -> None:
        """Hangs the ticket on the job of its content, new or at work."""
        with self._changed:
            if ticket.outcome is None:
                ticket.stat_key = stat_key
                self._attach(ticket, video)
                self._changed.notify_all()

    def settle(self, ticket: Ticket, outcome: Outcome) -> None:
        """Ends one ticket; the first outcome counts."""
        with self._changed:
            self._settle(ticket, outcome)
            self._changed.notify_all()

    # -- decoding

    def next_job(self, timeout: float) -> Job | None:
        """The next job of the model in force, as far as there is room; None as ``next_unidentified``."""
        with self._changed:
            return self._wait(self._pop_job, timeout)

    def ready(self, job: Job, prepared: object, frames: FramesUsed | None, warnings: tuple[str, ...] = ()) -> None:
        """The job is decoded and may go to the model."""
        with self._changed:
            if job.stage is Stage.DECODING:
                if job.tickets:
                    job.prepared, job.frames, job.warnings = prepared, frames, warnings
                    job.stage = Stage.READY
                else:
                    self._over(job)
                self._changed.notify_all()

    def unreadable(self, job: Job, error: XlVqaError) -> None:
        """The job's file could not be read. Another copy of the same content is tried where there is one."""
        with self._changed:
            about_path = isinstance(error, (VideoNotFoundError, VideoAccessError))
            others = [t for t in job.tickets.values() if t.path != job.path] if about_path else []
            for ticket in [t for t in job.tickets.values() if not others or t.path == job.path]:
                self._settle(ticket, error)
            if others and job.stage is Stage.DECODING:
                job.path, job.stat_key = others[0].path, others[0].stat_key
                self._leave_work(job)
                self._enqueue(job)
            else:
                self._over(job)
            self._changed.notify_all()

    def changed_on_disk(self, job: Job, stat_key: str, *, most_restarts: int) -> bool:
        """The file is not the one that was hashed: its tickets begin anew, the others look for another copy.

        False where a ticket of this file has begun anew ``most_restarts`` times already; it is left as it was.
        """
        with self._changed:
            same_file = [t for t in job.tickets.values() if t.path == job.path]
            if any(ticket.restarts >= most_restarts for ticket in same_file):
                return False
            for ticket in same_file:
                del job.tickets[ticket.key]
                ticket.job = None
                ticket.stat_key = stat_key
                ticket.restarts += 1
                heapq.heappush(self._unidentified, (-ticket.priority, ticket.seq, ticket))
            self._leave_work(job)
            if job.tickets:
                other = next(iter(job.tickets.values()))
                job.path, job.stat_key = other.path, other.stat_key
                self._enqueue(job)
            else:
                self._over(job)
            self._changed.notify_all()
            return True

    def abandon(self, job: Job) -> bool:
        """Drops a job that nobody waits for any more; False where somebody does (again)."""
        with self._changed:
            if job.tickets:
                return False
            self._over(job)
            self._changed.notify_all()
            return True

    # -- rating

    def add_task(self, task: Task) -> None:
        """Other work for the model, when it has time for it. On a closed queue it ends at once."""
        with self._changed:
            if self._closed:
                task.fail(CancelledError(path=""))
                return
            self._tasks.add(task, self._clock())
            self._changed.notify_all()

    def next_work(self, most: int, timeout: float) -> list[Job] | Switch | Task | None:
        """For the model thread: the next batch, or the model that it should load, or a task; None as above."""
        with self._changed:
            return self._wait(lambda: self._pop_work(most), timeout)

    def finish(self, job: Job, outcome: Outcome) -> None:
        """Ends the job with all its tickets."""
        with self._changed:
            for ticket in list(job.tickets.values()):
                self._settle(ticket, outcome)
            self._over(job)
            self._changed.notify_all()

    def fail_model(self, model: str, error: XlVqaError) -> int:
        """The model cannot be loaded: every ticket that waits for it ends; a later request tries again."""
        with self._changed:
            tickets = [ticket for ticket in self._open.values() if ticket.wanted.model == model]
            for ticket in tickets:
                self._settle(ticket, error)
            self._tasks.fail(model, error)
            if self._model == model:
                self._model = None
            self._changed.notify_all()
            return len(tickets)

    def release_model(self) -> bool:
        """Whether the model may be unloaded: nothing is at work. The next job asks for its model again."""
        with self._changed:
            if self._working or self._tasks or (self._model is not None and self._head(self._model) is not None):
                return False
            self._model = None
            return True

    def close(self) -> None:
        """No more work is handed out and nobody is kept waiting; tickets stay unfinished."""
        with self._changed:
            self._closed = True
            self._tasks.fail(None, CancelledError(path=""))
            for ticket in self._open.values():
                for watch in ticket.watches:
                    watch.fire()
            self._changed.notify_all()

    # -- inside, under the lock

    def _wait(self, take: Callable[[], T], timeout: float) -> T | None:
        deadline = self._clock() + timeout
        while not self._closed:
            found = take()
            if found is not None:
                return found
            left = deadline - self._clock()
            if left <= 0:
                return None
            self._changed.wait(left)
        return None

    def _submit(self, wanted: Wanted, video: str | None, owner: str, priority: int, refresh: bool) -> Ticket:
        key = wanted.key
        ticket = self._tickets.get(key)
        if ticket is not None and ticket.outcome is None:
            ticket.owners.add(owner)
            self._join(ticket, priority, refresh)
            return ticket
        if ticket is not None and not refresh and isinstance(ticket.outcome, VideoError):
            age = self._clock() - ticket.finished_at
            if age < ERROR_RETENTION_S:
                return ticket
        self._seq += 1
        ticket = Ticket(key, wanted, wanted.stat_key, refresh, priority, self._seq, {owner})
        self._tickets[key] = self._open[key] = ticket
        if video is None:
            heapq.heappush(self._unidentified, (-priority, ticket.seq, ticket))
        else:
            self._attach(ticket, video)
        return ticket

    def _join(self, ticket: Ticket, priority: int, refresh: bool) -> None:
        ticket.refresh = ticket.refresh or refresh
        raised = priority > ticket.priority
        ticket.priority = max(ticket.priority, priority)
        if ticket.job is not None:
            self._raise(ticket.job, ticket.priority, ticket.refresh)
        elif raised:
            heapq.heappush(self._unidentified, (-priority, ticket.seq, ticket))

    def _raise(self, job: Job, priority: int, refresh: bool) -> None:
        job.refresh = job.refresh or refresh
        if priority > job.priority:
            job.priority = priority
            if job.stage is Stage.WAITING:
                self._enqueue(job)

    def _attach(self, ticket: Ticket, video: str) -> None:
        model, text = ticket.wanted.model, ticket.wanted.text
        job = self._jobs.get((model, video, text))
        if job is None:
            suspect = self._crashed(video) > 0
            self._seq += 1
            job = Job(
                model,
                video,
                text,
                ticket.path,
                ticket.stat_key,
                ticket.refresh,
                ticket.priority,
                self._seq,
                suspect,
            )
            self._jobs[job.key] = job
            self._enqueue(job)
        ticket.job = job
        job.tickets[ticket.key] = ticket
        self._raise(job, ticket.priority, ticket.refresh)

    def _enqueue(self, job: Job) -> None:
        job.stage = Stage.WAITING
        heapq.heappush(self._waiting.setdefault(job.model, []), (job.order, job))

    def _pop_unidentified(self) -> Ticket | None:
        while self._unidentified:
            priority, _, ticket = heapq.heappop(self._unidentified)
            # cancelled, identified under a higher priority, or raised since it was put here
            if ticket.outcome is None and ticket.job is None and priority == -ticket.priority:
                return ticket
        return None

    def _head(self, model: str) -> Job | None:
        heap = self._waiting.get(model, [])
        while heap:
            order, job = heap[0]
            if job.stage is Stage.WAITING and job.tickets and order == job.order:
                return job
            heapq.heappop(heap)
        self._waiting.pop(model, None)
        return None

    def _pop_job(self) -> Job | None:
        if self._model is None or self._turn_over or self._alone is not None:
            return None
        job = self._head(self._model)
        if job is None or len(self._working) >= self.ready_items:
            return None
        if sum(other.nbytes for other in self._working.values()) >= self._ready_bytes:
            return None
        if job.suspect:
            if self._working:
                return None  # it must be the only one at work, so that a crash accuses nobody else
            self._alone = job
        heapq.heappop(self._waiting[self._model])
        job.stage = Stage.DECODING
        self._working[job.key] = job
        return job

    def _pop_work(self, most: int) -> list[Job] | Switch | Task | None:
        ready = sorted((j for j in self._working.values() if j.stage is Stage.READY), key=lambda j: j.order)
        task = self._tasks.take(self._model, self._clock(), busy=bool(ready))
        if task is not None:
            return task
        if ready:
            batch = ready[:most]
            for job in batch:
                job.stage = Stage.RATING
            self._changed.notify_all()
            return batch
        wanted, stranded = self._choose_model(), False
        if self._model is None:
            # asked again for a job whose model had failed while it was being decoded
            for job in self._working.values():
                if job.tickets:
                    wanted, stranded = job.model, True
        turn_over = wanted is not None and wanted != self._model
        if self._turn_over and not turn_over:
            self._changed.notify_all()  # the decoders were told to stop
        self._turn_over = turn_over
        if not turn_over or (self._working and not stranded):
            return None
        assert wanted is not None
        self._model, self._model_since, self._turn_over = wanted, self._clock(), False
        self._changed.notify_all()
        return Switch(wanted)

    def _choose_model(self) -> str | None:
        heads = {model: head for model in list(self._waiting) if (head := self._head(model)) is not None}
        if not heads:
            return self._tasks.model(self._model)
        best = min(heads, key=lambda model: heads[model].order)
        own = heads.get(self._model) if self._model is not None else None
        if own is None or heads[best].priority > own.priority:
            return best
        if self._clock() - self._model_since < MODEL_SLICE_S:
            return self._model
        return best

    def _settle(self, ticket: Ticket, outcome: Outcome) -> None:
        if ticket.outcome is not None:
            return
        ticket.outcome = for_path(outcome, ticket.path)
        ticket.finished_at = self._clock()
        self._open.pop(ticket.key, None)
        self._finished.append((ticket.finished_at, ticket))
        if isinstance(outcome, RatingKey):
            self._done += 1
        else:
            self._failed += 1
        job, ticket.job = ticket.job, None
        if job is not None:
            job.tickets.pop(ticket.key, None)
            # nobody waits for it any more; at work, it ends by itself
            if not job.tickets and job.stage in (Stage.WAITING, Stage.READY):
                self._over(job)
        watches, ticket.watches = ticket.watches, []
        for watch in watches:
            watch.one_finished()

    def _leave_work(self, job: Job) -> None:
        self._working.pop(job.key, None)
        if self._alone is job:
            self._alone = None

    def _over(self, job: Job) -> None:
        job.stage = Stage.OVER
        job.prepared = None
        self._leave_work(job)
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]

    def _forget_old(self) -> None:
        limit = self._clock() - RETENTION_S
        while self._finished and self._finished[0][0] < limit:
            _, ticket = self._finished.popleft()
            if self._tickets.get(ticket.key) is ticket:
                del self._tickets[ticket.key]
