"""The queue step by step: joining, order, cancelling, copies, suspects, models taking turns."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import pytest

from xl_vqa.host.queue import ERROR_RETENTION_S, MODEL_SLICE_S, RETENTION_S, WorkQueue
from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.host.work import Job, Outcome, Stage, Switch, Ticket, Wanted
from xl_vqa.words.errors import (
    CancelledError,
    ModelNotFoundError,
    NotAVideoError,
    VideoNotFoundError,
    VideoUnreadableError,
)

KEY = RatingKey("m1:a", "s", "b2:1")


@dataclass(frozen=True)
class Prepared:
    nbytes: int = 100


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(clock: Clock) -> WorkQueue:
    return WorkQueue(clock=clock)


def wanted(path: str = "/v/a.mp4", text: str | None = None, model: str = "m", stat: str = "1") -> Wanted:
    return Wanted(path, stat, text, model)


def ask(queue: WorkQueue, item: Wanted, video: str | None = "b2:1", owner: str = "me", **options: int) -> Ticket:
    (ticket,) = queue.submit(
        [(item, video)],
        owner=owner,
        priority=options.get("priority", 0),
        refresh=bool(options.get("refresh", 0)),
    )
    return ticket


def load(queue: WorkQueue) -> str:
    work = queue.next_work(8, 0)
    assert isinstance(work, Switch)
    return work.model


def decode(queue: WorkQueue) -> Job:
    job = queue.next_job(0)
    assert job is not None
    queue.ready(job, Prepared(), None)
    return job


def batch(queue: WorkQueue, most: int = 8) -> list[Job]:
    work = queue.next_work(most, 0)
    assert isinstance(work, list)
    return work


def test_one_video_from_asking_to_answer(queue: WorkQueue) -> None:
    ticket = ask(queue, wanted(), None)
    assert queue.next_unidentified(0) is ticket
    assert queue.next_unidentified(0) is None
    assert queue.next_job(0) is None
    queue.identified(ticket, "b2:1", "1")
    assert load(queue) == "m"
    decode(queue)
    (job,) = batch(queue)
    assert queue.counts().rating == 1
    queue.finish(job, KEY)
    assert ticket.outcome == KEY
    assert queue.idle
    assert queue.counts().done == 1


def test_the_same_question_is_one_ticket_and_the_same_content_one_job(queue: WorkQueue) -> None:
    first = ask(queue, wanted())
    assert ask(queue, wanted(), owner="other") is first
    copy = ask(queue, wanted("/v/copy.mp4"))
    other_text = ask(queue, wanted(text="a fox"))
    assert first.job is copy.job
    assert other_text.job is not first.job
    load(queue)
    decode(queue)
    decode(queue)
    assert queue.next_job(0) is None
    for job in batch(queue):
        queue.finish(job, KEY)
    assert {t.outcome for t in (first, copy, other_text)} == {KEY}


def test_joining_while_it_is_decoded_or_rated(queue: WorkQueue) -> None:
    first = ask(queue, wanted())
    load(queue)
    job = queue.next_job(0)
    assert job is not None
    second = ask(queue, wanted("/v/b.mp4"))
    queue.ready(job, Prepared(), None)
    (job,) = batch(queue)
    third = ask(queue, wanted("/v/c.mp4"))
    queue.finish(job, KEY)
    assert first.outcome == second.outcome == third.outcome == KEY


def test_urgent_before_others_and_otherwise_as_they_came(queue: WorkQueue) -> None:
    for name in "abc":
        ask(queue, wanted(f"/v/{name}"), f"b2:{name}")
    ask(queue, wanted("/v/d"), "b2:d", priority=1)
    ask(queue, wanted("/v/c"), "b2:c", priority=1)  # c becomes urgent
    load(queue)
    assert [decode(queue).path for _ in range(4)] == ["/v/c", "/v/d", "/v/a", "/v/b"]


def test_urgent_ones_are_identified_first(queue: WorkQueue) -> None:
    ask(queue, wanted("/v/a"), None)
    ask(queue, wanted("/v/b"), None)
    ask(queue, wanted("/v/b"), None, priority=1)
    order = [queue.next_unidentified(0) for _ in range(3)]
    assert [t.path if t else None for t in order] == ["/v/b", "/v/a", None]


def test_room_between_decoding_and_model_is_bounded() -> None:
    queue = WorkQueue(ready_items=3)
    for number in range(5):
        ask(queue, wanted(f"/v/{number}"), f"b2:{number}")
    load(queue)
    for _ in range(3):
        decode(queue)
    assert queue.next_job(0) is None
    for job in batch(queue, 2):
        queue.finish(job, KEY)
    assert queue.next_job(0) is not None


def test_room_is_bounded_in_bytes() -> None:
    queue = WorkQueue(ready_bytes=1000)
    for number in range(3):
        ask(queue, wanted(f"/v/{number}"), f"b2:{number}")
    load(queue)
    job = queue.next_job(0)
    assert job is not None
    queue.ready(job, Prepared(5000), None)
    assert queue.next_job(0) is None
    queue.finish(batch(queue)[0], KEY)
    assert queue.next_job(0) is not None


# -- cancelling


@pytest.mark.parametrize("stage", ["unidentified", "waiting", "decoding", "ready", "rating"])
def test_cancelled_at_any_stage(queue: WorkQueue, stage: str) -> None:
    ticket = ask(queue, wanted(), None if stage == "unidentified" else "b2:1")
    job = None
    if stage in ("decoding", "ready", "rating"):
        load(queue)
        job = queue.next_job(0)
        assert job is not None
        if stage != "decoding":
            queue.ready(job, Prepared(), None)
        if stage == "rating":
            (job,) = batch(queue)
    assert queue.cancel([ticket.key], "me") == 1
    assert isinstance(ticket.outcome, CancelledError)
    assert ticket.outcome.params["path"] == "/v/a.mp4"
    assert queue.next_unidentified(0) is None
    if job is not None and stage == "decoding":
        queue.ready(job, Prepared(), None)
        assert job.stage is Stage.OVER
    if job is not None and stage == "rating":
        queue.finish(job, KEY)
    assert queue.counts().decoding == queue.counts().rating == 0
    again = ask(queue, wanted())
    assert again is not ticket
    assert again.outcome is None


def test_a_ticket_that_another_client_waits_for_goes_on(queue: WorkQueue) -> None:
    ticket = ask(queue, wanted(), owner="a")
    ask(queue, wanted(), owner="b")
    assert queue.cancel([ticket.key], "a") == 0
    assert queue.cancel([ticket.key], "stranger") == 0
    assert ticket.outcome is None
    assert queue.cancel([ticket.key], "b") == 1


def test_cancel_all_of_one_client_or_of_all(queue: WorkQueue) -> None:
    mine = [ask(queue, wanted(f"/v/{n}"), f"b2:{n}", owner="a") for n in range(3)]
    yours = ask(queue, wanted("/v/9"), "b2:9", owner="b")
    assert queue.cancel(None, "a") == 3
    assert all(isinstance(t.outcome, CancelledError) for t in mine)
    assert yours.outcome is None
    assert queue.cancel(None, None) == 1


def test_a_cancelled_copy_leaves_the_other(queue: WorkQueue) -> None:
    first, copy = ask(queue, wanted(), owner="a"), ask(queue, wanted("/v/b"), owner="b")
    queue.cancel([first.key], "a")
    load(queue)
    decode(queue)
    queue.finish(batch(queue)[0], KEY)
    assert copy.outcome == KEY
    assert isinstance(first.outcome, CancelledError)


def test_abandoned_while_decoding_and_asked_again(queue: WorkQueue) -> None:
    ticket = ask(queue, wanted())
    load(queue)
    job = queue.next_job(0)
    assert job is not None
    queue.cancel([ticket.key], "me")
    again = ask(queue, wanted())
    assert again.job is job  # its work goes on for the new one
    assert not queue.abandon(job)
    queue.ready(job, Prepared(), None)
    queue.finish(batch(queue)[0], KEY)
    assert again.outcome == KEY


# -- files


def test_a_missing_copy_gives_way_to_another(queue: WorkQueue) -> None:
    gone, there = ask(queue, wanted("/v/gone")), ask(queue, wanted("/v/there"))
    load(queue)
    job = queue.next_job(0)
    assert job is not None
    queue.unreadable(job, VideoNotFoundError(path=job.path))
    assert isinstance(gone.outcome, VideoNotFoundError)
    assert there.outcome is None
    job = queue.next_job(0)
    assert job is not None
    assert job.path == "/v/there"
    queue.unreadable(job, NotAVideoError(path="/v/there", problem="problem_text"))
    assert isinstance(there.outcome, NotAVideoError)


def test_an_error_of_the_content_goes_to_every_copy_under_its_own_path(queue: WorkQueue) -> None:
    tickets = [ask(queue, wanted(f"/v/{n}")) for n in range(3)]
    load(queue)
    job = queue.next_job(0)
    assert job is not None
    queue.unreadable(job, VideoUnreadableError(path=job.path, problem="problem_decoder"))
    assert [isinstance(t.outcome, VideoUnreadableError) and t.outcome.params["path"] for t in tickets] == [
        t.path for t in tickets
    ]


def test_a_file_that_changed_is_identified_again_but_not_for_ever(queue: WorkQueue) -> None:
    ticket, copy = ask(queue, wanted()), ask(queue, wanted("/v/copy"))
    load(queue)
    job = queue.next_job(0)
    assert job is not None
    assert queue.changed_on_disk(job, "2", most_restarts=1)
    assert queue.next_unidentified(0) is ticket
    assert ticket.stat_key == "2"
    assert job.path == "/v/copy"
    queue.identified(ticket, "b2:new", "2")
    jobs = [queue.next_job(0), queue.next_job(0)]
    assert {j.video for j in jobs if j} == {"b2:1", "b2:new"}
    changed = next(j for j in jobs if j and j.video == "b2:new")
    assert not queue.changed_on_disk(changed, "3", most_restarts=1)
    assert copy.outcome is None


def test_errors_are_repeated_for_a_moment_only(queue: WorkQueue, clock: Clock) -> None:
    ticket = ask(queue, wanted())
    load(queue)
    job = queue.next_job(0)
    assert job is not None
    queue.unreadable(job, VideoUnreadableError(path=job.path, problem="problem_decoder"))
    assert ask(queue, wanted()) is ticket
    assert ask(queue, wanted(stat="2")) is not ticket
    assert ask(queue, wanted(), refresh=1) is not ticket
    queue.cancel()
    clock.now += ERROR_RETENTION_S + 1
    assert ask(queue, wanted()).outcome is None


def test_finished_tickets_can_be_polled_for_a_while(queue: WorkQueue, clock: Clock) -> None:
    ticket = ask(queue, wanted())
    queue.settle(ticket, KEY)
    assert queue.get(ticket.key) is ticket
    assert ask(queue, wanted()) is not ticket  # asked anew: the store answers, not the ticket
    queue.cancel()
    clock.now += RETENTION_S + 1
    ask(queue, wanted("/v/other"))
    assert queue.get(ticket.key) is None


# -- suspects


def test_a_suspect_is_worked_on_alone_and_last() -> None:
    queue = WorkQueue(crashed=lambda video: int(video == "b2:bad"))
    for name in ("bad", "a", "b"):
        ask(queue, wanted(f"/v/{name}"), f"b2:{name}")
    load(queue)
    first, second = decode(queue), decode(queue)
    assert {first.video, second.video} == {"b2:a", "b2:b"}
    assert queue.next_job(0) is None  # the others are still at work
    for job in batch(queue):
        queue.finish(job, KEY)
    ask(queue, wanted("/v/late"), "b2:late")
    decode(queue)
    queue.finish(batch(queue)[0], KEY)
    suspect = queue.next_job(0)
    assert suspect is not None
    assert suspect.video == "b2:bad"
    ask(queue, wanted("/v/later"), "b2:later")
    assert queue.next_job(0) is None
    queue.ready(suspect, Prepared(), None)
    assert queue.next_job(0) is None
    queue.finish(batch(queue)[0], KEY)
    assert queue.next_job(0) is not None


# -- models


def test_models_take_turns_without_mixing(queue: WorkQueue, clock: Clock) -> None:
    ask(queue, wanted("/v/1", model="a"), "b2:1")
    ask(queue, wanted("/v/2", model="b"), "b2:2")
    ask(queue, wanted("/v/3", model="a"), "b2:3")
    assert load(queue) == "a"
    assert [decode(queue).path, decode(queue).path] == ["/v/1", "/v/3"]
    for job in batch(queue):
        assert job.model == "a"
        queue.finish(job, KEY)
    assert load(queue) == "b"
    assert decode(queue).path == "/v/2"


def test_another_model_waits_for_its_slice_and_for_running_work(queue: WorkQueue, clock: Clock) -> None:
    for number in range(4):
        ask(queue, wanted(f"/v/a{number}", model="a"), f"b2:a{number}")
    assert load(queue) == "a"
    ask(queue, wanted("/v/b", model="b"), "b2:b")
    job = queue.next_job(0)
    assert job is not None
    clock.now += MODEL_SLICE_S + 1
    # b came later than what is left of a, so a keeps its turn by age
    assert queue.next_work(8, 0) is None
    assert queue.next_job(0) is not None


def test_an_urgent_video_of_another_model_interrupts(queue: WorkQueue) -> None:
    for number in range(4):
        ask(queue, wanted(f"/v/a{number}", model="a"), f"b2:a{number}")
    load(queue)
    job = queue.next_job(0)
    assert job is not None
    ask(queue, wanted("/v/b", model="b"), "b2:b", priority=1)
    assert queue.next_work(8, 0) is None  # what is at work is finished first
    assert queue.next_job(0) is None  # and nothing new of a begun
    queue.ready(job, Prepared(), None)
    queue.finish(batch(queue)[0], KEY)
    assert load(queue) == "b"
    decode(queue)
    queue.finish(batch(queue)[0], KEY)
    assert load(queue) == "a"


def test_a_model_that_fails_to_load_ends_all_its_tickets(queue: WorkQueue) -> None:
    waiting = [ask(queue, wanted("/v/1", model="a"), "b2:1"), ask(queue, wanted("/v/2", model="a"), None)]
    other = ask(queue, wanted("/v/3", model="b"), "b2:3")
    load(queue)
    job = queue.next_job(0)
    assert job is not None
    assert queue.fail_model("a", ModelNotFoundError(model="a", problem="gone")) == 2
    assert all(isinstance(t.outcome, ModelNotFoundError) for t in waiting)
    assert other.outcome is None
    # asked again while the decoder still has the old job in hand: the model is tried again
    again = ask(queue, wanted("/v/1", model="a"), "b2:1")
    assert again.job is job
    assert load(queue) == "a"
    queue.ready(job, Prepared(), None)
    queue.finish(batch(queue)[0], KEY)
    assert again.outcome == KEY
    assert load(queue) == "b"


def test_a_model_is_released_only_when_nothing_needs_it(queue: WorkQueue) -> None:
    ask(queue, wanted())
    load(queue)
    assert not queue.release_model()
    decode(queue)
    assert not queue.release_model()
    queue.finish(batch(queue)[0], KEY)
    assert queue.release_model()
    ask(queue, wanted("/v/b"), "b2:2")
    assert load(queue) == "m"


# -- waiting


def test_watches_fire_once(queue: WorkQueue) -> None:
    tickets = [ask(queue, wanted(f"/v/{n}"), f"b2:{n}") for n in range(3)]
    calls: list[str] = []
    queue.watch(tickets, lambda: calls.append("all"))
    queue.watch(tickets, lambda: calls.append("any"), every=False)
    ended = queue.watch(tickets, lambda: calls.append("never"))
    queue.unwatch(tickets, ended)
    outcomes: list[Outcome] = [KEY, VideoNotFoundError(path="x"), KEY]
    for ticket, outcome in zip(tickets, outcomes, strict=True):
        queue.settle(ticket, outcome)
        queue.settle(ticket, CancelledError(path="too late"))
    assert calls == ["any", "all"]
    queue.watch(tickets, lambda: calls.append("at once"))
    assert calls[-1] == "at once"
    assert tickets[0].outcome == KEY


def test_closing_wakes_everybody_and_hands_out_nothing(queue: WorkQueue) -> None:
    ticket = ask(queue, wanted())
    calls: list[int] = []
    queue.watch([ticket], lambda: calls.append(1))
    real = WorkQueue()
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(real.next_job(30)))
    thread.start()
    time.sleep(0.05)
    real.close()
    thread.join(5)
    queue.close()
    assert results == [None]
    assert calls == [1]
    assert ticket.outcome is None
    assert queue.next_work(8, 0) is None


def test_positions(queue: WorkQueue) -> None:
    tickets = [ask(queue, wanted(f"/v/{n}"), f"b2:{n}") for n in range(3)]
    urgent = ask(queue, wanted("/v/u"), "b2:u", priority=1)
    assert [queue.position(t) for t in (urgent, *tickets)] == [0, 1, 2, 3]
    queue.settle(urgent, KEY)
    assert queue.position(urgent) is None
