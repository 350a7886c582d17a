"""Ratings for cells: known at once, else queued; told once; never lost, never asked twice without need."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.worksheet.doubles import Hosts, known, rating, settings_of
from xl_vqa.bridge import cells
from xl_vqa.bridge.cells import CellRatings, Question
from xl_vqa.words.errors import CancelledError, HostStartError, SettingsError, VideoNotFoundError


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    made = Hosts()
    made.ratings = CellRatings(settings_of(tmp_path), client_of=made.client)
    yield made
    made.ratings.close()


def questions(count: int) -> list[Question]:
    return [Question(f"/v/{number}.mp4") for number in range(count)]


def test_asked_once_known_for_all(hosts: Hosts) -> None:
    known(hosts, "/v/0.mp4")
    for _ in range(50):
        (answer,) = hosts.ratings.ask(questions(1))
        assert answer.status == "done"
    assert len(hosts.asked) == 1


def test_thousands_of_single_cells_are_few_questions(hosts: Hosts) -> None:
    for question in questions(3000):
        hosts.ratings.ask([question], caller=question.path)
    hosts.settle()
    assert len(hosts.asked) == 3000
    assert len(hosts.pieces) < 60


def test_the_same_video_in_many_cells_is_asked_once(hosts: Hosts) -> None:
    hosts.answers["/v/0.mp4"] = None
    for cell in "ABCDEFGH":
        hosts.ratings.ask(questions(1), caller=cell)
    hosts.wait_for(lambda: hosts.asked)
    hosts.answers["/v/0.mp4"] = rating()
    hosts.settle()
    assert len(hosts.asked) == 1
    assert hosts.ratings.finished() == list("ABCDEFGH")
    assert hosts.ratings.finished() == []


def test_all_calls_together_wait_no_longer_than_the_common_patience(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts.answers = {question.path: None for question in questions(200)}
    known(hosts, "/v/warm.mp4")
    clock, here, changed = [0.0], threading.current_thread(), hosts.ratings._changed
    really_wait = changed.wait

    def wait(timeout: float | None = None) -> bool:
        if threading.current_thread() is not here:
            return really_wait(timeout)
        assert timeout is not None
        clock[0] += timeout
        return False

    monkeypatch.setattr(changed, "wait", wait)
    monkeypatch.setattr(cells, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=time.sleep))
    hosts.ratings._patience_at = 0.0
    for question in questions(200):
        hosts.ratings.ask([question])
    # the patience refills at a tenth of the time that passes
    assert clock[0] <= cells.PATIENCE_S / 0.9 + 1e-6


def test_pending_becomes_an_answer_and_the_caller_is_told_once(hosts: Hosts) -> None:
    hosts.answers["/v/0.mp4"] = None
    (answer,) = hosts.ratings.ask(questions(1), caller="[Book1]Sheet1!$A$1")
    assert answer.status == "pending"
    assert hosts.ratings.waiting
    hosts.wait_for(lambda: hosts.asked)
    assert hosts.ratings.finished() == []
    hosts.answers["/v/0.mp4"] = rating(label=44)
    hosts.wait_for(lambda: hosts.ratings.finished() == ["[Book1]Sheet1!$A$1"])
    (answer,) = hosts.ratings.ask(questions(1), caller="[Book1]Sheet1!$A$1")
    assert answer.rating is not None
    assert answer.rating["label"] == 44
    assert not hosts.ratings.waiting


def test_a_host_that_forgot_is_asked_again(hosts: Hosts) -> None:
    hosts.answers["/v/0.mp4"] = None
    hosts.ratings.ask(questions(1), caller="A")
    hosts.wait_for(lambda: hosts.asked)
    hosts.forgets_keys = True
    hosts.wait_for(lambda: len(hosts.asked) == 2)
    hosts.answers["/v/0.mp4"] = rating()
    hosts.settle()
    assert hosts.ratings.finished() == ["A"]


def test_trouble_is_shown_and_passes_by_itself(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "RETRY_S", 0.1)
    hosts.trouble = HostStartError(problem="port in use")
    hosts.ratings.ask(questions(2), caller="A")
    hosts.wait_for(lambda: hosts.ratings.counts().failed == 2)
    assert hosts.ratings.finished() == ["A"]
    first, _ = hosts.ratings.ask(questions(2), caller="A")
    assert isinstance(first.error, HostStartError)
    hosts.trouble = None
    hosts.wait_for(lambda: hosts.ratings.counts().done == 2)
    assert hosts.ratings.finished() == ["A"]
    assert hosts.ratings.counts().trouble is None


def test_retry_does_not_wait(hosts: Hosts) -> None:
    hosts.trouble = HostStartError(problem="x")
    hosts.ratings.ask(questions(1))
    hosts.wait_for(lambda: hosts.ratings.counts().trouble)
    hosts.trouble = None
    hosts.ratings.retry()
    hosts.wait_for(lambda: hosts.ratings.counts().done == 1)


def test_broken_settings_are_trouble_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "RETRY_S", 0.05)
    broken = [True]
    whole = settings_of(tmp_path)

    def load() -> object:
        if broken:
            raise SettingsError(source="settings.toml", problem="port must be a number")
        return whole()

    hosts = Hosts()
    hosts.ratings = CellRatings(load, client_of=hosts.client)  # type: ignore[arg-type]
    hosts.ratings.ask(questions(1))
    hosts.wait_for(lambda: isinstance(hosts.ratings.counts().trouble, SettingsError))
    broken.clear()
    hosts.wait_for(lambda: hosts.ratings.counts().done == 1)
    hosts.ratings.close()


def test_an_answer_is_checked_again_behind_the_cell(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    known(hosts, "/v/0.mp4")
    monkeypatch.setattr(cells, "FRESH_S", 0.0)
    hosts.answers["/v/0.mp4"] = rating(label=11)
    (answer,) = hosts.ratings.ask(questions(1), caller="A")
    hosts.wait_for(lambda: hosts.ratings.finished() == ["A"])
    monkeypatch.setattr(cells, "FRESH_S", 60.0)
    (answer,) = hosts.ratings.ask(questions(1), caller="A")
    assert answer.rating is not None
    assert answer.rating["label"] == 11


def test_an_unchanged_answer_disturbs_no_cell(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    known(hosts, "/v/0.mp4")
    monkeypatch.setattr(cells, "FRESH_S", 0.0)
    hosts.answers["/v/0.mp4"] = rating(rated_at="later")
    hosts.ratings.ask(questions(1), caller="A")
    hosts.wait_for(lambda: len(hosts.asked) == 2)
    hosts.wait_for(lambda: not hosts.ratings.waiting)
    assert hosts.ratings.finished() == []


def test_an_error_goes_away_when_its_reason_does(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.answers["/v/0.mp4"] = VideoNotFoundError(path="/v/0.mp4")
    known(hosts, "/v/0.mp4")
    monkeypatch.setattr(cells, "FRESH_S", 0.0)
    hosts.answers["/v/0.mp4"] = rating()
    hosts.ratings.ask(questions(1), caller="A")
    hosts.wait_for(lambda: hosts.ratings.finished() == ["A"])


def test_cancelled_cells_say_so_and_can_be_asked_again(hosts: Hosts, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.answers["/v/0.mp4"] = None
    hosts.ratings.ask(questions(1), caller="A")
    hosts.wait_for(lambda: hosts.asked)
    assert hosts.ratings.cancel() == 1
    assert hosts.cancelled == 1
    assert hosts.ratings.finished() == ["A"]
    (answer,) = hosts.ratings.ask(questions(1), caller="A")
    assert isinstance(answer.error, CancelledError)
    monkeypatch.setattr(cells, "FRESH_S", 0.0)
    hosts.answers["/v/0.mp4"] = rating()
    hosts.ratings.ask(questions(1), caller="A")
    hosts.wait_for(lambda: hosts.ratings.counts().done == 1)


def test_forgotten_answers_are_asked_anew(hosts: Hosts) -> None:
    known(hosts, "/v/0.mp4")
    hosts.answers["/v/0.mp4"] = rating(band="good")
    hosts.ratings.forget()
    hosts.ratings.ask(questions(1), caller="A")
    hosts.wait_for(lambda: hosts.ratings.finished() == ["A"])
