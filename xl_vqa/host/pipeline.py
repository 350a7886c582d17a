"""The threads that do the work: hashing, decoding and preparing, and the one thread that owns the model.

Decoding goes on while the model works; how far it may run ahead is bounded by the queue. No error of one
video ends a thread or touches another video.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from xl_vqa.host.crash_marks import LIMIT, CrashMarks
from xl_vqa.host.files import FileFacts
from xl_vqa.host.ledger import Ledger
from xl_vqa.host.models import ModelKeeper
from xl_vqa.host.patience import Patience
from xl_vqa.host.queue import WorkQueue
from xl_vqa.host.remarks import Pace, SameScoreAlarm
from xl_vqa.host.store import KnownFile
from xl_vqa.host.stored_rows import NewRating, RatingKey
from xl_vqa.host.tasks import Task
from xl_vqa.host.views import View, summary_json
from xl_vqa.host.work import Job, Switch, Ticket, Wanted
from xl_vqa.video.wall import Wall
from xl_vqa.vlm.rate_batch import (
    Asked,
    attributes_of,
    model_failure,
    rate_batch,
    rate_batch_attributes,
    rating_of,
    ready_ahead,
)
from xl_vqa.words.attributes import Attributes
from xl_vqa.words.errors import (
    HostDiskError,
    ModelError,
    ModelFailedError,
    VideoChangingError,
    VideoCrashedReaderError,
    VideoUnreadableError,
    XlVqaError,
)
from xl_vqa.words.model_spec import Sampling, attributes_key, settings_key
from xl_vqa.words.rating import LabelDistribution
from xl_vqa.words.reasons import Detail
from xl_vqa.words.settings import Settings

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip
    from xl_vqa.vlm.rater import Outcome, Rater

log = logging.getLogger("xl_vqa.host.pipeline")

IDENTIFY_THREADS: Final = 2
"""More than one, so that a file on a drive that hangs does not hold up all the others."""
TICK_S: Final = 1.0
FEWEST_CORES: Final = 2
"""A machine counts as one of so many at least, for one reader waits for its drive while another decodes."""
READERS_REST_S: Final = 60.0
"""Readers that had nothing to do for so long are ended, for they hold some memory."""
RESTARTS: Final = 2
"""Times that a file may change under our hands before its asker is told so."""


def most_readers(settings: Settings) -> int:
    """Processes that read videos at once: as many as are set, but more than cores would only take memory."""
    return min(settings.decode_threads, max(os.cpu_count() or 1, FEWEST_CORES))


def ready_room(settings: Settings, rater: Rater | None = None) -> int:
    """Clips that may be ready for the model: a batch, those that ``rater`` wants beside it (where it is not known
    yet, another batch), and one of each thread that decodes."""
    batch = settings.batch_size
    return batch + (batch if rater is None else ready_ahead(rater, batch)) + settings.decode_threads


class Pipeline:
    """Starts its threads with ``start`` and ends them with ``stop``."""

    def __init__(
        self,
        settings: Settings,
        queue: WorkQueue,
        ledger: Ledger,
        keeper: ModelKeeper,
        marks: CrashMarks,
        *,
        read: Callable[[str, Sampling, Callable[[], None]], Clip] | None = None,
        fingerprint: Callable[[str], str] | None = None,
        reading_changed: Callable[[str, int], bool] | None = None,
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._ledger = ledger
        self._keeper = keeper
        self._marks = marks
        self.wall = Wall(
            hidden=settings.home,
            readers=most_readers(settings),
            silence_s=settings.video_timeout_s,
            memory_bytes=settings.video_memory_mb << 20 or None,
            decoder=settings.decoder,
        )
        self._read = read or self.wall.read
        self.patience = Patience(settings.video_timeout_s)
        self._fingerprint = fingerprint or (lambda path: self.patience.hash(path, _fingerprint))
        self._reading_changed = reading_changed or self.wall.reading_changed
        self._view = View.of(settings)
        self.alarm = SameScoreAlarm()
        self.pace = Pace()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._model_thread: threading.Thread | None = None

    def start(self) -> None:
        # daemons: a decoder stuck on a dead network drive must not keep the process alive
        for number in range(IDENTIFY_THREADS):
            self._threads.append(_thread(self._forever(self._identify_next), f"identify-{number}"))
        for number in range(self._settings.decode_threads):
            self._threads.append(_thread(self._forever(self._decode_next), f"decode-{number}"))
        self._model_thread = _thread(self._run_model, "model")
        self._threads.append(self._model_thread)

    def stop(self, timeout: float) -> bool:
        """Ends the threads after what they have at hand; whether the model's batch ended within ``timeout`` s.

        The queue is closed by this.
        """
        self._stopping.set()
        self._queue.close()
        if self._model_thread is not None:
            self._model_thread.join(timeout)
        self.wall.close()
        return self._model_thread is None or not self._model_thread.is_alive()

    def _over(self) -> bool:
        # a closed queue answers at once: to go on asking it would keep a core busy while the server drains
        return self._stopping.is_set() or self._queue.closed

    def _forever(self, step: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            while not self._over():
                try:
                    step()
                except Exception:
                    log.exception("a worker step failed")
                    time.sleep(0.1)

        return run

    # -- hashing

    def _identify_next(self) -> None:
        ticket = self._queue.next_unidentified(TICK_S)
        if ticket is None:
            return
        try:
            self._identify(ticket)
        except XlVqaError as error:
            self._queue.settle(ticket, error)
        except Exception as error:
            log.exception("%s could not be identified", ticket.path)
            problem = Detail.named(error)
            self._queue.settle(ticket, VideoUnreadableError(path=ticket.path, problem=problem))

    def _identify(self, ticket: Ticket) -> None:
        path = ticket.path
        self.wall.warm()
        before = self.patience.look_at(path)
        settled = before.settled()
        for attempt in range(1 + RESTARTS):
            video = self._fingerprint(path)
            after = self.patience.look_at(path)
            if after.stat_key == before.stat_key:
                break
            if attempt == RESTARTS:
                raise VideoChangingError(path=path)
            before, settled = after, False
        try:
            self._ledger.store.remember_file(path, KnownFile(before.stat_key, video, settled))
        except HostDiskError as error:
            log.debug("%s", error)
        self._check_reader(path, video)
        key = self._rating_key(ticket.wanted.model, video, ticket.wanted.text)
        standing = self.standing_keys(ticket.wanted, video) if ticket.wanted.standing else []
        known = self._ledger.find(standing)
        if (first := next((one for one in standing if one in known), None)) is not None and not ticket.refresh:
            self._queue.settle(ticket, first)
        elif key is not None and not ticket.refresh and self._is_stored(key, ticket.wanted):
            self._queue.settle(ticket, key)
        else:
            self._queue.identified(ticket, video, before.stat_key)

    def facts_of(self, path: str, video: str) -> FileFacts:
        """What the file system says of a file that holds the content ``video``.

        Raises VideoChangingError where it holds another one by now, and as ``look_at`` and ``fingerprint``.
        """
        facts = self.patience.look_at(path)
        known = None
        with contextlib.suppress(HostDiskError):
            known = self._ledger.store.known_files([path]).get(path)
        hashed = known is not None and known.settled and known.stat_key == facts.stat_key
        if (known.video if known is not None and hashed else self._fingerprint(path)) != video:
            raise VideoChangingError(path=path)
        return facts

    def standing_keys(self, wanted: Wanted, video: str) -> list[RatingKey]:
        """Where a score that may stand in a cell is stored, the first version of the model's line first.

        With attributes, where they are asked for: none of a version that has not rated them.
        """
        identity = self._keeper.identity(wanted.model)
        if identity is None:
            return []
        settings = settings_key(identity.spec, wanted.text)
        keys = [RatingKey(mark, settings, video) for mark in self._keeper.standing(wanted.model)]
        if not wanted.attributes or not identity.spec.questions:
            return keys
        own = attributes_key(identity.spec)
        known = self._ledger.find_attributes([key._replace(settings=own) for key in keys])
        return [key for key in keys if key._replace(settings=own) in known]

    def _is_stored(self, key: RatingKey, wanted: Wanted) -> bool:
        """With its attributes, where they are asked for and the model knows any."""
        if key not in self._ledger.find([key]) and not self._ledger.fetch(key, wanted.text):
            return False
        identity = self._keeper.identity(wanted.model)
        if not wanted.attributes or identity is None or not identity.spec.questions:
            return True
        own = key._replace(settings=attributes_key(identity.spec))
        return own in self._ledger.find_attributes([own]) or self._ledger.fetch_attributes(own)

    def _check_reader(self, path: str, video: str) -> None:
        """Ratings that an older reader left are served where the file reads the same today, and else made anew."""
        store = self._ledger.store
        try:
            since = store.reader_before(video)
            if since is not None and not self._reading_changed(path, since):
                store.confirm_reader(video)
        except XlVqaError as error:
            # a video that cannot be read says so when its turn comes
            log.debug("%s", error)

    def _rating_key(self, model: str, video: str, text: str | None) -> RatingKey | None:
        identity = self._keeper.identity(model)
        if identity is None:
            return None
        return RatingKey(identity.fingerprint, settings_key(identity.spec, text), video)

    # -- decoding

    def _decode_next(self) -> None:
        job = self._queue.next_job(TICK_S)
        if job is None:
            return
        self.pace.busy(time.monotonic())
        times = self._marks.times(job.video)
        if times >= LIMIT and not job.refresh:
            error = VideoCrashedReaderError(path=job.path, problem="problem_model_crashes", times=times)
            self._queue.unreadable(job, error)
            return
        try:
            decoded = self._decode(job)
        except XlVqaError as error:
            self._give_up(job, error)
        except MemoryError:
            self._give_up(job, VideoUnreadableError(path=job.path, problem="problem_out_of_memory"))
        except Exception as error:
            log.exception("%s could not be read", job.path)
            problem = Detail.named(error)
            self._give_up(job, VideoUnreadableError(path=job.path, problem=problem))
        else:
            if not decoded:
                self._marks.survived(job.video)

    def _give_up(self, job: Job, error: XlVqaError) -> None:
        self._marks.survived(job.video)
        self._queue.unreadable(job, error)

    def _decode(self, job: Job) -> bool:
        """Whether the job is ready for the model, and still marked."""
        identity = self._keeper.identity(job.model)
        clip, rater = None, None
        try:
            # where the model's sampling is known already, decoding need not wait until the weights are there
            clip = self._read_for(job, identity.spec.sampling) if identity is not None else None
            rater = self._wait_for_rater(job)
            if rater is None:
                return self._stopping.is_set()
            if clip is None or identity is None or identity.spec.sampling != rater.spec.sampling:
                clip = self._read_for(job, rater.spec.sampling)
        except _GivenUp:
            return self._stopping.is_set()
        except VideoChangingError:
            clip = None
        # what was decoded must be what was hashed
        now = self.patience.look_at(job.path)
        if clip is None or rater is None or now.stat_key != job.stat_key:
            if not self._queue.changed_on_disk(job, now.stat_key, most_restarts=RESTARTS):
                raise VideoChangingError(path=job.path)
            return False
        # from here on the video is in this process, whose end it may be
        self._marks.begin(job.video, job.path, forgive=job.refresh)
        self._queue.ready(job, rater.prepare(clip), clip.used, clip.warnings)
        return True

    def _read_for(self, job: Job, sampling: Sampling) -> Clip:
        def should_stop() -> None:
            if self._stopping.is_set() or (not job.tickets and self._queue.abandon(job)):
                raise _GivenUp

        return self._read(job.path, sampling, should_stop)

    def _wait_for_rater(self, job: Job) -> Rater | None:
        """None where the host stops or nobody waits for the job: its model failed, or it was cancelled."""
        while not self._stopping.is_set():
            rater = self._keeper.wait(job.model, TICK_S)
            if rater is not None or self._queue.abandon(job):
                return rater
        return None

    # -- the model

    def _run_model(self) -> None:
        last_work = time.monotonic()
        while not self._over():
            try:
                work = self._queue.next_work(self._settings.batch_size, TICK_S)
                self._ledger.retry()
                if isinstance(work, Switch):
                    self._switch(work.model)
                elif isinstance(work, Task):
                    self._do(work)
                elif work:
                    self._rate(work)
                else:
                    self._rest(time.monotonic() - last_work)
                    continue
                last_work = time.monotonic()
            except Exception:
                log.exception("a step of the model thread failed")
                time.sleep(0.1)

    def _rest(self, seconds: float) -> None:
        if self._queue.idle:
            self.pace.idle()
            if seconds > READERS_REST_S:
                self.wall.rest()
        limit = self._settings.model_idle_minutes * 60
        if limit and seconds > limit and self._keeper.loaded is not None and self._queue.release_model():
            self._keeper.unload()

    def _switch(self, model: str) -> None:
        try:
            rater = self._keeper.load(model)
        except ModelError as error:
            log.error("%s", error)
            failed = self._queue.fail_model(model, error)
            log.error("%d videos were answered with this error", failed)
        else:
            self._queue.ready_items = ready_room(self._settings, rater)

    def _do(self, task: Task) -> None:
        rater = self._keeper.wait(task.model, 0.0)
        if rater is None:
            task.fail(ModelFailedError(path="", problem="model_unloaded"))
        else:
            task.do(rater)

    def _rate(self, jobs: Sequence[Job]) -> None:
        """Every job ends here, rated or with an error."""
        try:
            self._rate_batch(jobs)
        except Exception as error:
            log.exception("a batch of %d was lost", len(jobs))
            for job in jobs:
                self._fail(job, model_failure(error, job.path))

    def _rate_batch(self, jobs: Sequence[Job]) -> None:
        rater = self._keeper.wait(jobs[0].model, 0.0)
        if rater is None:
            raise ModelFailedError(path=jobs[0].path, problem="model_unloaded")
        keys = {
            job.key: RatingKey(rater.fingerprint, settings_key(rater.spec, job.text), job.video) for job in jobs
        }
        # whose attributes are asked for as well, and where they are stored
        further = {
            keys[job.key]: keys[job.key]._replace(settings=attributes_key(rater.spec))
            for job in jobs
            if job.attributes and rater.spec.questions
        }
        # another process, or this one before it knew the model's fingerprint, may have stored it meanwhile
        stored = self._ledger.find([keys[job.key] for job in jobs if not job.refresh])
        known = self._ledger.find_attributes([further[key] for key in stored if key in further])
        left: list[Job] = []
        for job in jobs:
            key = keys[job.key]
            if key in stored and (key not in further or further[key] in known):
                self._marks.survived(job.video)
                self._queue.finish(job, key)
            elif self._queue.abandon(job):
                self._marks.survived(job.video)
            else:
                left.append(job)
        start = time.perf_counter()
        # with texts that the model does not hear, several jobs are one question
        asked = {keys[job.key]: job for job in reversed(left)}
        plain = {key: job for key, job in asked.items() if key not in further}
        answered = dict(zip(plain, rate_batch(rater, [_asked(job) for job in plain.values()]), strict=True))
        answered |= self._with_attributes(rater, asked, further)
        new = [
            self._new_rating(asked[key], key, rater, outcome)
            for key, outcome in answered.items()
            # where only the attributes were missing, the score that stands is kept
            if isinstance(outcome, LabelDistribution) and key not in stored
        ]
        done: list[Job] = []
        for job in left:
            outcome = answered[keys[job.key]]
            if isinstance(outcome, LabelDistribution):
                done.append(job)
            else:
                self._fail(job, outcome)
        self._ledger.save(new)
        for rated in new:
            self.alarm.add(rated.rating)
        for job in done:
            self._marks.rated(job.video)
            self._queue.finish(job, keys[job.key])
        self.pace.finished(len(left), time.monotonic())
        log.info("rated %d videos in %.3f s", len(done), time.perf_counter() - start)

    def _with_attributes(
        self, rater: Rater, asked: Mapping[RatingKey, Job], further: Mapping[RatingKey, RatingKey]
    ) -> dict[RatingKey, Outcome]:
        """The outcomes of those scores whose attributes are asked for, which are stored under ``further``."""
        keys = [key for key in asked if key in further]
        outcomes: dict[RatingKey, Outcome] = {}
        new: dict[RatingKey, Attributes] = {}
        found = rate_batch_attributes(rater, [_asked(asked[key]) for key in keys])
        for key, outcome in zip(keys, found, strict=True):
            if isinstance(outcome, ModelError):
                outcomes[key] = outcome
                continue
            frames = asked[key].frames
            assert frames is not None
            outcomes[key] = outcome.overall
            new[further[key]] = attributes_of(outcome.attributes, rater.spec.questions, frames)
        if new:
            self._ledger.save_attributes(new)
        return outcomes

    def _new_rating(self, job: Job, key: RatingKey, rater: Rater, distribution: LabelDistribution) -> NewRating:
        assert job.frames is not None
        rating = rating_of(
            distribution,
            rater,
            _asked(job),
            frames=job.frames,
            video_fingerprint=key.video,
            warnings=job.warnings,
        )
        return NewRating(rating, self._view.key, summary_json(rating, self._view))

    def _fail(self, job: Job, error: XlVqaError) -> None:
        self._marks.survived(job.video)
        self._queue.finish(job, error)


class _GivenUp(Exception):
    """Nobody waits for this video any more, or the host stops."""


def _asked(job: Job) -> Asked:
    return Asked(job.path, job.prepared, job.text)


def _thread(run: Callable[[], None], name: str) -> threading.Thread:
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def _fingerprint(path: str, progress: Callable[[], None]) -> str:
    from xl_vqa.video.fingerprint import fingerprint

    return fingerprint(path, progress)
