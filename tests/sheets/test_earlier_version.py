"""A score of the version before: it stays, is marked, and is made anew only where that is asked for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sheets.grids import BY, HEADINGS, Memory, planned
from tests.workbooks.makers import make_rating
from xl_vqa.sheets.contents import contents_of, is_cleared, is_failure
from xl_vqa.sheets.errors import EarlierVersionError
from xl_vqa.sheets.marks import Mark, Score, ScoredBy, row_key, state_of
from xl_vqa.sheets.rows import PlannedRow, to_rate
from xl_vqa.sheets.scoring import find_pending, rate, together
from xl_vqa.sheets.writing import begin, with_news
from xl_vqa.words.labels import Scale
from xl_vqa.words.settings import Settings

NOW = BY._replace(
    fingerprint="m1:two", earlier=(("m1:zero", "2026-01-02T03:04:05"), ("m1:one", "2026-11-29T08:00:00"))
)
BEFORE = BY._replace(fingerprint="m1:one")
ELSE = BY._replace(fingerprint="m1:else")


def score(by: ScoredBy, source: str = "a.mp4") -> Score:
    return Score(30, Mark(by.model, by.key, row_key((source,), None), "000000"))


def row(by: ScoredBy, source: str = "a.mp4") -> PlannedRow:
    return PlannedRow(2, 1, (source,), source, path=f"/nowhere/{source}", score=score(by, source))


class Client:
    """A host whose model has had a version before."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def model(self) -> dict[str, Any]:
        facts = {"name": NOW.model, "fingerprint": NOW.fingerprint, "spec": {"scale": Scale().to_dict()}}
        return {**facts, "earlier": [list(one) for one in NOW.earlier]}

    def rate_all(self, videos: Any, **told: Any) -> list[Any]:
        found = []
        for place, video in enumerate(videos):
            self.asked.append(video.path)
            found.append(make_rating(40))
            told["on_result"](place, found[-1])
        return found


@pytest.mark.parametrize(("by", "state"), [(NOW, "done"), (BEFORE, "earlier version"), (ELSE, "other model")])
def test_which_version_a_mark_is_of(by: ScoredBy, state: str) -> None:
    key = row_key(("a.mp4",), None)
    assert state_of(score(by), {key}, "/nowhere/a.mp4", NOW) == state


def test_another_reading_of_the_version_before_is_no_version_of_this_one() -> None:
    other = BEFORE._replace(decoding="greedy")
    assert state_of(score(other), {row_key(("a.mp4",), None)}, "/nowhere/a.mp4", NOW) == "other model"
    named = BEFORE._replace(model="other")
    assert state_of(score(named), {row_key(("a.mp4",), None)}, "/nowhere/a.mp4", NOW) == "other model"


def test_it_is_left_unless_it_is_asked_for() -> None:
    rows = [row(BEFORE, "a.mp4"), row(ELSE, "b.mp4"), row(NOW, "c.mp4")]
    assert [one.shown for one in to_rate(rows, NOW)] == ["b.mp4"]
    assert len(to_rate(rows, NOW, rescore=True)) == 3


def test_every_row_gets_its_word_and_only_one_is_rated() -> None:
    client, told = Client(), {}
    rows = [row(BEFORE, "a.mp4"), row(ELSE, "b.mp4"), row(NOW, "c.mp4")]
    pending = find_pending(rows, client, Settings())
    assert ([one.shown for one in pending.earlier], pending.done) == (["a.mp4"], 1)
    rate(together([pending]), client, lambda one, result: told.update({one.shown: result}))
    assert client.asked == ["/nowhere/b.mp4"]
    assert set(told) == {"a.mp4", "b.mp4"}
    error = told["a.mp4"]
    assert isinstance(error, EarlierVersionError)
    assert "before 2026-11-29" in error.message("en")
    assert not is_failure(error)
    again = find_pending(rows, client, Settings(), rescore=True)
    assert (again.earlier, len(again.rows)) == ((), 3)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_remark_alone_is_written_and_nothing_is_cleared(language: str) -> None:
    error = EarlierVersionError(model="ours", date="2026-11-29")
    found = contents_of(row(BEFORE), error, language, scored_by=NOW, clear=True)
    assert found is not None
    assert dict(found.values) == {"error": error.message(language)}
    assert found.look == "kept"
    assert not found.replaces(score(BEFORE))
    assert not is_cleared(row(BEFORE), error, clear=True)


def test_in_a_sheet_nobody_is_asked_and_the_second_time_there_is_no_news() -> None:
    mark = str(Mark(BEFORE.model, BEFORE.key, row_key(("a.mp4",), None), "000000"))
    grid = Memory(["Video", *HEADINGS], ["a.mp4", 30, 3.0, "Fair", 0.5, None, mark])
    plan = planned(grid)
    client = Client()
    pending = with_news(plan, find_pending(plan.rows, client, Settings()), "en")
    assert len(pending.earlier) == 1

    def ask(count: int) -> str:
        raise AssertionError(count)

    (run,) = begin(lambda: grid, [plan], [pending], "en", ask) or []
    results: dict[int, Any] = {}
    rate(pending, client, lambda one, result: results.update({one.row: result}))
    writing = run.prepare(grid, results)
    assert (writing.failed, writing.done, writing.replaces) == (0, 0, False)
    grid.put(writing.cells)
    assert grid.cells[2, 2] == 30
    assert grid.cells[2, 7] == mark
    assert "before 2026-11-29" in grid.cells[2, 6]
    later = planned(grid)
    assert with_news(later, find_pending(later.rows, client, Settings()), "en").all == ()
