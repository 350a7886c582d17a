"""Random walks through the queue: whatever happens in whatever order, every question gets one answer."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from xl_vqa.host.queue import WorkQueue
from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.host.work import Job, Outcome, Stage, Switch, Ticket, Wanted
from xl_vqa.words.errors import (
    CancelledError,
    ModelNotFoundError,
    VideoNotFoundError,
    VideoUnreadableError,
    XlVqaError,
)

OWNERS = st.sampled_from(["ann", "bob", "eve"])
CONTENTS = {f"/v/{n}": f"b2:{n % 4}" for n in range(8)}  # each content lies at two paths
READY_ITEMS = 3


@dataclass(frozen=True)
class Prepared:
    nbytes: int = 1


class QueueMachine(RuleBasedStateMachine):
    """Plays clients, hashing, decoders and the model thread, in any order."""

    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.crashes: set[str] = set()
        self.queue = WorkQueue(ready_items=READY_ITEMS, crashed=lambda video: int(video in self.crashes))
        self.tickets: list[Ticket] = []
        self.first_outcome: dict[int, Outcome] = {}
        self.identifying: list[Ticket] = []
        self.decoding: list[Job] = []
        self.rating: list[Job] = []
        self.loaded: str | None = None
        self.fired: dict[int, int] = {}
        self.cancelled_by: dict[int, set[str]] = {}

    # -- clients

    @rule(
        path=st.sampled_from(sorted(CONTENTS)),
        text=st.sampled_from([None, "a"]),
        model=st.sampled_from(["m", "n"]),
        owner=OWNERS,
        priority=st.integers(0, 1),
        known=st.booleans(),
        refresh=st.booleans(),
    )
    def ask(
        self, path: str, text: str | None, model: str, owner: str, priority: int, known: bool, refresh: bool
    ) -> None:
        wanted = Wanted(path, "1", text, model)
        (ticket,) = self.queue.submit(
            [(wanted, CONTENTS[path] if known else None)], owner=owner, priority=priority, refresh=refresh
        )
        if ticket not in self.tickets:
            number = len(self.tickets)
            self.tickets.append(ticket)
            self.fired[number] = 0

            def notify() -> None:
                self.fired[number] += 1

            self.queue.watch([ticket], notify)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data(), owner=st.one_of(st.none(), OWNERS))
    def cancel(self, data: st.DataObject, owner: str | None) -> None:
        ticket = data.draw(st.sampled_from(self.tickets))
        before, owners = ticket.outcome, set(ticket.owners)
        self.queue.cancel([ticket.key], owner)
        if before is None and (owner is None or owners == {owner}):
            assert isinstance(ticket.outcome, CancelledError)
        elif before is None:
            assert ticket.outcome is None

    # -- hashing

    @rule()
    def take_unidentified(self) -> None:
        ticket = self.queue.next_unidentified(0)
        if ticket is not None:
            assert ticket.outcome is None
            assert ticket.job is None
            self.identifying.append(ticket)

    @precondition(lambda self: self.identifying)
    @rule(fails=st.booleans())
    def identify(self, fails: bool) -> None:
        ticket = self.identifying.pop(0)
        if fails:
            self.queue.settle(ticket, VideoNotFoundError(path=ticket.path))
        else:
            self.queue.identified(ticket, CONTENTS[ticket.path], "1")

    # -- decoding

    @rule(target=jobs)
    def take_job(self) -> Job | None:
        job = self.queue.next_job(0)
        if job is not None:
            assert job.stage is Stage.DECODING
            assert job.tickets
            assert all(other.key != job.key for other in self.decoding + self.rating), "computed twice at once"
            counts = self.queue.counts()
            alone = counts.decoding + counts.rating == 1
            assert alone or not (job.suspect or any(j.suspect for j in self.decoding + self.rating))
            self.decoding.append(job)
        return job

    @rule(job=consumes(jobs), how=st.sampled_from(["ready", "ready", "ready", "broken", "gone", "changed"]))
    def decoded(self, job: Job | None, how: str) -> None:
        if job is None:
            return
        self.decoding.remove(job)
        if how == "ready":
            self.queue.ready(job, Prepared(), None)
        elif how == "changed":
            if not self.queue.changed_on_disk(job, "1", most_restarts=1):
                self.queue.unreadable(job, VideoUnreadableError(path=job.path, problem="changing"))
        else:
            kind = VideoUnreadableError if how == "broken" else VideoNotFoundError
            self.queue.unreadable(job, kind(path=job.path, problem="x"))

    # -- the model

    @rule(most=st.integers(1, 3), loads=st.sampled_from([True, True, True, False]))
    def model_thread(self, most: int, loads: bool) -> None:
        if self.rating:
            return
        work = self.queue.next_work(most, 0)
        if isinstance(work, Switch):
            assert all(not job.tickets or job.model == work.model for job in self.decoding)
            if loads:
                self.loaded = work.model
            else:
                self.queue.fail_model(work.model, ModelNotFoundError(model=work.model, problem="x"))
                self.loaded = None
        elif work:
            assert len(work) <= most
            assert {job.model for job in work} == {self.loaded}
            suspects = [job for job in work if job.suspect]
            assert not suspects or len(work) == 1
            self.rating = list(work)

    @precondition(lambda self: self.rating)
    @rule(fails=st.booleans())
    def rated(self, fails: bool) -> None:
        job = self.rating.pop()
        if fails:
            self.queue.finish(job, VideoUnreadableError(path=job.path, problem="x"))
        else:
            self.queue.finish(job, RatingKey(job.model, str(job.text), job.video))

    @rule(video=st.sampled_from(sorted(set(CONTENTS.values()))))
    def suspect(self, video: str) -> None:
        self.crashes.symmetric_difference_update({video})

    @rule()
    def unload(self) -> None:
        if self.queue.release_model():
            assert not self.decoding
            assert not self.rating
            self.loaded = None

    # -- what always holds

    @invariant()
    def every_question_has_at_most_one_answer_and_it_is_its_own(self) -> None:
        for number, ticket in enumerate(self.tickets):
            if ticket.outcome is None:
                assert self.fired[number] == 0
                continue
            assert self.first_outcome.setdefault(number, ticket.outcome) is ticket.outcome
            assert self.fired[number] == 1
            if isinstance(ticket.outcome, XlVqaError):
                assert ticket.outcome.params["path"] == ticket.path
            else:
                assert ticket.outcome.video == CONTENTS[ticket.path]
                assert ticket.outcome.model == ticket.wanted.model
                assert ticket.outcome.settings == str(ticket.wanted.text)

    @invariant()
    def room_is_kept(self) -> None:
        counts = self.queue.counts()
        assert counts.decoding + counts.rating <= READY_ITEMS
        assert counts.queued >= 0
        finished = sum(ticket.outcome is not None for ticket in self.tickets)
        assert counts.done + counts.failed == finished
        assert self.queue.idle == (finished == len(self.tickets))

    def teardown(self) -> None:
        """Left alone, the workers finish everything: nothing is stuck and nothing forgotten."""
        self.crashes.clear()
        for _ in range(1000):
            # what was cancelled while it was decoded has still to be given back
            if self.queue.idle and not (self.decoding or self.rating):
                break
            while self.identifying:
                ticket = self.identifying.pop()
                self.queue.identified(ticket, CONTENTS[ticket.path], "1")
            if (ticket := self.queue.next_unidentified(0)) is not None:
                self.identifying.append(ticket)
            if (job := self.queue.next_job(0)) is not None:
                self.decoding.append(job)
            while self.decoding:
                self.queue.ready(self.decoding.pop(), Prepared(), None)
            if not self.rating:
                work = self.queue.next_work(3, 0)
                self.rating = work if isinstance(work, list) else []
            while self.rating:
                job = self.rating.pop()
                self.queue.finish(job, RatingKey(job.model, str(job.text), job.video))
        assert self.queue.idle, "a question was never answered"
        self.every_question_has_at_most_one_answer_and_it_is_its_own()
        assert self.queue.release_model(), "something is still at work"


QueueMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
TestQueueStates = QueueMachine.TestCase
