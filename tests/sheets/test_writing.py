"""Results on their way into a sheet that its user goes on working in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sheets.grids import HEADINGS, Memory, planned, scored, selected
from tests.workbooks.makers import make_rating
from xl_vqa.sheets.columns import FIELDS, heading
from xl_vqa.sheets.contents import Result
from xl_vqa.sheets.planner import SheetPlan
from xl_vqa.sheets.scoring import Pending
from xl_vqa.sheets.writing import SheetRun, Writing, begin
from xl_vqa.words.errors import VideoNotFoundError

LABELS = {"a.mp4": 12, "b.mp4": 23, "c.mp4": 34}


def new_list(*more: list[Any]) -> Memory:
    return Memory(["Video"], ["a.mp4"], ["b.mp4"], ["c.mp4"], *more)


def run_of(plan: SheetPlan, *, overwrite: bool = False) -> SheetRun:
    return SheetRun(plan, {row.row: row for row in plan.rows}, "en", overwrite=overwrite)


def results(plan: SheetPlan) -> dict[int, Result]:
    return {row.row: make_rating(LABELS[row.shown]) for row in plan.rows}


def write(grid: Memory, run: SheetRun, given: dict[int, Result]) -> Writing:
    """As a front end does."""
    writing = run.prepare(grid, given)
    grid.put(writing.cells)
    if writing.heading_row is not None:
        grid.put({column: {writing.heading_row: text} for column, text in writing.headings.items()})
    if writing.cells:
        run.written()
    return writing


def found(grid: Memory) -> dict[str, Any]:
    """The score beside each video, wherever both are."""
    titles = {column: text for (_, column), text in grid.cells.items() if text == HEADINGS[0]}
    (column,) = titles
    return {
        str(value): grid.cells.get((row, column))
        for (row, _), value in grid.cells.items()
        if isinstance(value, str) and value.endswith(".mp4")
    }


def test_headings_come_with_the_first_rows_and_once() -> None:
    grid = new_list()
    plan = planned(grid)
    run, made = run_of(plan), results(plan)
    first = write(grid, run, {2: made[2]})
    assert (first.begins, first.heading_row, list(first.headings.values())) == (True, 1, HEADINGS)
    second = write(grid, run, {3: made[3], 4: VideoNotFoundError(path="c.mp4")})
    assert (second.begins, second.headings) == (False, {})
    assert list(second.new) == list(FIELDS)
    assert (second.done, second.failed, second.gone) == (1, 1, 0)
    assert grid.row(1) == ["Video", *HEADINGS]
    assert [grid.cells.get((row, 2)) for row in (2, 3, 4)] == [12, 23, None]


def test_colours_follow_the_band_and_leave_with_it() -> None:
    grid = Memory(["Video", *HEADINGS], scored("a.mp4"), scored("b.mp4"))
    plan = planned(grid)
    run = run_of(plan, overwrite=True)
    writing = write(grid, run, {2: make_rating(12), 3: VideoNotFoundError(path="b.mp4")})
    assert writing.band_column == 4
    # a score that stays keeps its colour
    assert {row: band.key for row, band in writing.bands.items() if band} == {2: "bad"}
    assert writing.bands.keys() == {2}
    assert writing.replaces


MOVES: dict[str, Callable[[Memory], None]] = {
    "sorted": lambda grid: grid.put({1: {2: "c.mp4", 4: "a.mp4"}}),
    "rows inserted above": lambda grid: insert_rows(grid, 1, 2),
    "a row inserted within": lambda grid: insert_rows(grid, 3, 1),
}


def insert_rows(grid: Memory, before: int, count: int) -> None:
    grid.cells = {(r + count if r >= before else r, c): value for (r, c), value in grid.cells.items()}


def insert_columns(grid: Memory, before: int, count: int = 1) -> None:
    grid.cells = {(r, c + count if c >= before else c): value for (r, c), value in grid.cells.items()}


@pytest.mark.parametrize(
    ("move", "after_first"),
    # a sort of one column beside scores that are written already would part them
    [(move, after) for move in MOVES for after in (False, True) if (move, after) != ("sorted", True)],
)
def test_rows_that_moved_get_their_own_scores(move: str, after_first: bool) -> None:
    grid = new_list()
    plan = planned(grid)
    run, made = run_of(plan), results(plan)
    if after_first:
        write(grid, run, {2: made.pop(2)})
    MOVES[move](grid)
    assert write(grid, run, made).gone == 0
    assert found(grid) == LABELS
    headings = [row for (row, _), value in grid.cells.items() if value == HEADINGS[0]]
    assert headings == [row for (row, _), value in grid.cells.items() if value == "Video"]


def test_a_deleted_row_is_gone_and_its_cells_stay_as_they_are() -> None:
    grid = new_list()
    plan = planned(grid)
    grid.put({1: {3: "other.mp4"}})
    writing = write(grid, run_of(plan), results(plan))
    assert (writing.done, writing.gone) == (2, 1)
    assert (3, 2) not in grid.cells


def test_a_cell_that_was_filled_meanwhile_is_left_alone() -> None:
    grid = new_list()
    plan = planned(grid)
    grid.cells[3, 4] = "typed"
    writing = write(grid, run_of(plan), results(plan))
    assert (writing.done, writing.gone) == (2, 1)
    assert grid.row(3) == ["b.mp4", None, None, "typed", None, None, None]


def test_without_the_users_word_nothing_that_stands_is_written_over() -> None:
    for overwrite in (False, True):
        grid = Memory(["Video", *HEADINGS], scored("a.mp4", 50), ["b.mp4"])
        plan = planned(grid)
        before = grid.row(2)
        writing = write(grid, run_of(plan, overwrite=overwrite), results(plan))
        assert writing.gone == (not overwrite)
        assert (grid.row(2) != before) is overwrite
        assert grid.cells[3, 2] == 23


def test_the_users_word_is_for_what_stood_there_then() -> None:
    grid = Memory(["Video", *HEADINGS], scored("a.mp4", 50), scored("b.mp4", 50))
    plan = planned(grid)
    grid.cells[2, 2] = 11  # corrected while the videos were rated
    writing = write(grid, run_of(plan, overwrite=True), results(plan))
    assert (writing.gone, grid.cells[2, 2], grid.cells[3, 2]) == (1, 11, 23)


@pytest.mark.parametrize("column", [1, 2, 4])
@pytest.mark.parametrize("begun", [False, True])
def test_columns_that_moved_meanwhile_take_nothing(column: int, begun: bool) -> None:
    """Scores must not go into another column of ours, nor into one of the user's."""
    grid = Memory(["Video", *HEADINGS], ["a.mp4"], ["b.mp4"], ["c.mp4"]) if begun else new_list(["", "x"])
    plan = planned(grid)
    insert_columns(grid, column)
    grid.cells[1, column] = "Mine"
    before = dict(grid.cells)
    writing = write(grid, run_of(plan), results(plan))
    if begun or column == 1:
        assert writing.gone == 3
        assert grid.cells == before
    else:
        assert all(grid.cells[place] == value for place, value in before.items())


sheets = st.lists(st.sampled_from(["a.mp4", "b.mp4", "c.mp4", "x", ""]), max_size=7)


@given(sheets, st.lists(st.tuples(st.integers(1, 7), st.integers(2, 8)), max_size=4))
def test_whatever_a_user_does_meanwhile_nothing_of_it_is_lost(
    videos: list[str], typed: list[tuple[int, int]]
) -> None:
    grid = new_list()
    plan = planned(grid)
    run = run_of(plan)
    grid.cells = {(1, 1): "Video"} | {(row, 1): video for row, video in enumerate(videos, 2) if video}
    grid.cells |= dict.fromkeys(typed, "typed")
    before = dict(grid.cells)
    writing = write(grid, run, results(plan))
    assert writing.done + writing.gone == 3
    assert all(grid.cells[place] == value for place, value in before.items())
    for (row, column), value in grid.cells.items():
        if column == 2 and row > 1 and (row, column) not in before:
            assert value == LABELS[str(grid.cells[row, 1])], "a score beside another video"


def test_two_lists_that_both_go_elsewhere_get_columns_of_their_own() -> None:
    row = [*scored("a.mp4", 50), None, *scored("b.mp4", 50)]
    grid = Memory(["Video", *HEADINGS, None, "Clip", *HEADINGS], row)
    plans = [planned(grid), planned(grid, selected(grid, 9))]
    found = [Pending(plan.rows, (), 0, None) for plan in plans]
    asked: list[int] = []

    def ask(count: int) -> str:
        asked.append(count)
        return "no"

    runs = begin(lambda: grid, plans, found, "en", ask)
    assert runs is not None
    assert asked == [5, 5]
    assert len({column for run in runs for column in run.plan.columns.new.values()}) == 12
    for run in runs:
        write(grid, run, results(run.plan))
    assert grid.row(2)[:15] == row
    assert [grid.cells[2, run.plan.columns.new["score"]] for run in runs] == [12, 23]
    assert begin(lambda: grid, plans, found, "en", lambda _: "cancel") is None


def test_elsewhere_is_headed_as_the_second_set() -> None:
    grid = Memory(["Video", *HEADINGS], scored("a.mp4", 50), scored("b.mp4", 50))
    before = [grid.row(row)[:7] for row in (1, 2, 3)]
    plan = planned(grid, elsewhere=True)
    write(grid, run_of(plan), results(plan))
    assert [grid.row(row)[:7] for row in (1, 2, 3)] == before
    assert grid.row(1)[7:] == [heading(field, number=2) for field in FIELDS]
    assert [grid.cells[row, 8] for row in (2, 3)] == [12, 23]
