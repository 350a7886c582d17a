"""Explanations of ratings: one at a time, the rating first, in pieces between other people's ratings.

Asked for twice, it is made once; made once, it is stored under the rating's key and served from there. No picture
is stored: the frames under the heat maps are read again from the file when somebody looks.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from xl_vqa.explaining.measuring import Asked, Meter
from xl_vqa.host.crash_marks import LIMIT, CrashMarks
from xl_vqa.host.database import DamagedError
from xl_vqa.host.ledger import Ledger
from xl_vqa.host.pipeline import Pipeline
from xl_vqa.host.queue import ERROR_RETENTION_S, RETENTION_S, WorkQueue
from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.host.tasks import Task
from xl_vqa.host.work import Ticket, Watch
from xl_vqa.vlm.rate_batch import HIGH_OFF_DIGIT_MASS, rate_batch, rate_batch_attributes
from xl_vqa.vlm.rate_batch import Asked as AskedVideo
from xl_vqa.words.errors import (
    CancelledError,
    DistributionError,
    HostDiskError,
    ModelFailedError,
    VideoChangingError,
    VideoCrashedReaderError,
    XlVqaError,
)
from xl_vqa.words.explanation import VERSION, Explanation, Progress
from xl_vqa.words.model_spec import Sampling, attributes_key
from xl_vqa.words.rating import Rating
from xl_vqa.words.reasons import Detail

log = logging.getLogger("xl_vqa.host.explainer")

TICK_S: Final = 0.2


class _HostEndsError(Exception):
    """The host stops: the explanation stays pending, and the next host is asked."""


@dataclass(eq=False, slots=True)
class Explaining:
    """One explanation on its way, asked for by ``owners``. ``rating`` is the ticket of its rating, or the key."""

    key: str
    path: str
    text: str | None
    model: str
    rating: Ticket | RatingKey
    owners: set[str]
    progress: Progress = field(default_factory=lambda: Progress("rating"))
    outcome: Explanation | XlVqaError | None = None
    finished_at: float = 0.0
    rated: RatingKey | None = None
    """Where its rating is, once that is known."""
    watches: list[Watch] = field(default_factory=list)
    refresh: bool = False
    """Whether it is made anew, whatever is stored."""

    def repeats(self, rating: Ticket | RatingKey) -> bool:
        """Whether its outcome still holds for somebody who asks now, with this rating."""
        if rating != self.rated or isinstance(self.outcome, CancelledError):
            return False
        return isinstance(self.outcome, Explanation) or time.monotonic() - self.finished_at < ERROR_RETENTION_S


def key_of(path: str, text: str | None, model: str) -> str:
    """Equal questions share an explanation that is being made."""
    facts = repr(("explain", path, text, model))
    return hashlib.blake2b(facts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Explainer:
    """Thread-safe. One thread of its own; the model is asked on its own thread, through the queue."""

    def __init__(
        self,
        queue: WorkQueue,
        pipeline: Pipeline,
        ledger: Ledger,
        marks: CrashMarks,
        *,
        budget: float | None = None,
    ) -> None:
        self._queue, self._pipeline, self._ledger, self._marks = queue, pipeline, ledger, marks
        self._budget = budget
        self._changed = threading.Condition()
        self._waiting: deque[Explaining] = deque()
        self._known: dict[str, Explaining] = {}
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="explain", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Whoever waits is answered: pending."""
        with self._changed:
            self._stopping = True
            for one in self._known.values():
                _fire(one)
            self._changed.notify_all()

    @property
    def idle(self) -> bool:
        """Whether nobody waits for an explanation."""
        return all(one.outcome is not None for one in list(self._known.values()))

    # -- asking

    def ask(
        self,
        path: str,
        text: str | None,
        model: str,
        rating: Ticket | RatingKey,
        owner: str,
        *,
        refresh: bool = False,
    ) -> Explaining:
        """The explanation of a question: being made from now on, or made already. ``refresh`` makes it anew."""
        key = key_of(path, text, model)
        stored = self.stored(rating) if isinstance(rating, RatingKey) and not refresh else None
        with self._changed:
            self._forget_old()
            known = self._known.get(key)
            if known is not None and known.outcome is None:
                known.owners.add(owner)
                return known
            if known is not None and not refresh and known.repeats(rating):
                return known
            anew = refresh or (isinstance(rating, Ticket) and rating.refresh)
            one = Explaining(key, path, text, model, rating, {owner}, refresh=anew)
            self._known[key] = one
            if stored is not None:
                one.outcome, one.finished_at = stored, time.monotonic()
            else:
                self._waiting.append(one)
                self._changed.notify_all()
            return one

    def get(self, key: str) -> Explaining | None:
        return self._known.get(key)

    def watch(self, one: Explaining, notify: Callable[[], None]) -> Watch:
        """Calls ``notify`` once, when it is finished or the host stops."""
        watch = Watch(1, notify)
        with self._changed:
            if one.outcome is not None or self._stopping:
                watch.fire()
            else:
                one.watches.append(watch)
        return watch

    def unwatch(self, one: Explaining, watch: Watch) -> None:
        with self._changed:
            if watch in one.watches:
                one.watches.remove(watch)

    def cancel(self, keys: Sequence[str] | None, owner: str | None) -> int:
        """As WorkQueue.cancel, of explanations."""
        ended = 0
        with self._changed:
            chosen = list(self._known) if keys is None else keys
            for one in [self._known[key] for key in chosen if key in self._known]:
                if one.outcome is not None or (owner is not None and owner not in one.owners):
                    continue
                one.owners.discard(owner or "")
                if owner is None or not one.owners:
                    self._settle(one, CancelledError(path=one.path))
                    ended += 1
        return ended

    def shown(self, one: Explanation) -> Explanation:
        """With the frames under its maps; without them where the file cannot be read any more, or is another."""
        try:
            # with numpy, which a host that only looks ratings up never needs
            from xl_vqa.explaining.explain import with_pictures

            self._pipeline.facts_of(one.path, one.rating.video_fingerprint)
            return with_pictures(one, lambda times: self._pipeline.wall.read(one.path, Sampling(), at_s=times))
        except XlVqaError as error:
            log.info("no pictures for an explanation: %s", error)
            return one

    def stored(self, key: RatingKey) -> Explanation | None:
        """A stored explanation with its rating, whose path is empty; None where there is none."""
        try:
            body = self._ledger.store.explanations.find(key, VERSION)
        except HostDiskError as error:
            log.debug("%s", error)
            return None
        rating = self._ledger.load([key]).get(key) if body is not None else None
        if body is None or rating is None:
            return None
        try:
            return Explanation.from_dict({**json.loads(body), "rating": rating.to_dict()})
        except (DistributionError, ValueError) as error:
            log.error("a stored explanation is made again: %s", error)
            return None

    # -- at work

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopping)
                if self._stopping:
                    return
                one = self._waiting.popleft()
            if one.outcome is not None:
                continue
            try:
                found: Explanation | XlVqaError = self._made(one)
            except _HostEndsError:
                return
            except XlVqaError as error:
                found = error
            except Exception as error:
                log.exception("the explanation of %s was lost", one.path)
                found = ModelFailedError(path=one.path, problem=Detail.named(error))
            with self._changed:
                self._settle(one, found)

    def _made(self, one: Explaining) -> Explanation:
        key = one.rated = self._rated(one)
        if not one.refresh:
            stored = self.stored(key) if isinstance(one.rating, Ticket) else None
            if stored is None and self._ledger.fetch_explanation(key, VERSION):
                stored = self.stored(key)
            if stored is not None:
                return stored
        rating = self._ledger.load([key]).get(key)
        if rating is None:
            raise ModelFailedError(path=one.path, problem="host_rating_gone")
        if self._marks.times(key.video) >= LIMIT:
            times = self._marks.times(key.video)
            raise VideoCrashedReaderError(path=one.path, problem="problem_model_crashes", times=times)
        self._marks.begin(key.video, one.path)
        try:
            made = self._explained(one, replace(rating, path=one.path))
        finally:
            self._marks.survived(key.video)
        body = {name: value for name, value in made.without_pictures().to_dict().items() if name != "rating"}
        try:
            self._ledger.store.explanations.save(key, made.version, json.dumps(body, allow_nan=False))
            self._ledger.saved_beside()
        except (HostDiskError, DamagedError) as error:
            log.warning("an explanation could not be stored: %s", error)
        return made

    def _rated(self, one: Explaining) -> RatingKey:
        """Where the rating is, once there is one. Raises its error."""
        if isinstance(one.rating, RatingKey):
            return one.rating
        finished = threading.Event()
        watch = self._queue.watch([one.rating], finished.set)
        try:
            while not finished.wait(TICK_S):
                self._check(one)
        finally:
            self._queue.unwatch([one.rating], watch)
        outcome = one.rating.outcome
        if outcome is None:
            raise _HostEndsError
        if isinstance(outcome, XlVqaError):
            raise outcome
        return outcome

    def _explained(self, one: Explaining, rating: Rating) -> Explanation:
        from xl_vqa.explaining.explain import BUDGET, explain

        # it may have waited for long since its file was rated
        before = self._pipeline.facts_of(one.path, rating.video_fingerprint)
        rater = self._on_model(one, lambda rater: rater)
        limit = rater.describe().get("moment_limit")
        if rater.fingerprint != rating.model_fingerprint:
            raise ModelFailedError(path=one.path, problem="model_files_changed")
        pairs = max(len(rating.frames.indices) // 2, 1)
        text, sampling = rating.text, rater.spec.sampling

        def check() -> None:
            self._check(one)

        def rate(items: Sequence[Any]) -> Any:
            batch = [AskedVideo(one.path, item, text) for item in items]
            return self._on_model(one, lambda rater: rate_batch(rater, batch))

        def rate_attributes(items: Sequence[Any]) -> Any:
            batch = [AskedVideo(one.path, item, text) for item in items]
            return self._on_model(one, lambda rater: rate_batch_attributes(rater, batch))

        own = RatingKey(rating.model_fingerprint, attributes_key(rater.spec), rating.video_fingerprint)
        known = self._ledger.find_attributes([own]).get(own)
        attributes = {attribute.name: attribute for attribute in (known.ratings if known is not None else ())}
        asked = Asked(
            read=lambda times: self._pipeline.wall.read(one.path, sampling, check, times),
            prepare=rater.prepare,
            rate=rate,
            rate_attributes=rate_attributes if rater.spec.questions else None,
            meter=Meter(BUDGET if self._budget is None else self._budget, pairs),
            tell=lambda progress: setattr(one, "progress", progress),
            should_stop=check,
        )
        try:
            made = explain(
                rating,
                asked,
                attributes=attributes,
                off_digit_limit=HIGH_OFF_DIGIT_MASS,
                moment_limit=limit,
            )
        except XlVqaError as error:
            error.params.setdefault("path", one.path)
            raise
        # what was looked at must be what was rated
        if self._pipeline.patience.look_at(one.path).stat_key != before.stat_key:
            raise VideoChangingError(path=one.path)
        return made

    def _on_model(self, one: Explaining, run: Callable[[Any], Any]) -> Any:
        """What ``run`` gives on the model's thread, when it is its turn."""
        task = Task(one.model, run)
        self._queue.add_task(task)
        while True:
            try:
                return task.answer.result(TICK_S)
            except TimeoutError:
                try:
                    self._check(one)
                except BaseException:
                    task.answer.cancel()
                    raise
            except CancelledError:
                raise _HostEndsError from None

    def _check(self, one: Explaining) -> None:
        if self._stopping or self._queue.closed:
            raise _HostEndsError
        if one.outcome is not None:
            raise CancelledError(path=one.path)

    def _settle(self, one: Explaining, outcome: Explanation | XlVqaError) -> None:
        if one.outcome is None:
            one.outcome, one.finished_at = outcome, time.monotonic()
            _fire(one)

    def _forget_old(self) -> None:
        limit = time.monotonic() - RETENTION_S
        for key, one in list(self._known.items()):
            if one.outcome is not None and one.finished_at < limit:
                del self._known[key]


def _fire(one: Explaining) -> None:
    watches, one.watches = one.watches, []
    for watch in watches:
        watch.fire()
