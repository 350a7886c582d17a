"""Which rows are scored and where the scores go, on sheets as people make them."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.bridge.selection import FIELDS
from xl_vqa.calc import score_plan
from xl_vqa.calc.score_plan import NoRoomError, make_plan, runs


class Sheet:
    """Rows of values as a grid."""

    def __init__(self, *rows: list[Any]) -> None:
        self._rows = rows
        self.last_column = max(map(len, rows)) - 1

    def value(self, row: int, column: int) -> Any:
        line = self._rows[row] if row < len(self._rows) else []
        return line[column] if column < len(line) else ""

    def is_free(self, first_row: int, last_row: int, column: int) -> bool:
        return all(self.value(row, column) == "" for row in range(first_row, last_row + 1))

    def cells(self) -> list[tuple[int, int]]:
        return [(r, c) for r in range(len(self._rows)) for c in range(self.last_column + 1)]


def test_the_header_is_not_scored_and_new_columns_stand_in_free_ones() -> None:
    sheet = Sheet(["Video", "Note"], ["a.mp4", ""], ["", ""], ["b.MOV ", "x"], ["no path", ""])
    plan = make_plan(sheet, sheet.cells(), rescore=False)
    assert plan is not None
    assert [(row.number, row.video) for row in plan.rows] == [(1, "a.mp4"), (3, "b.MOV "), (4, "no path")]
    assert (plan.column, plan.header_row, plan.new) == (0, 0, FIELDS)
    assert list(plan.columns.values()) == [2, 3, 4, 5, 6]
    assert (plan.skipped, plan.filled) == (0, 0)


def test_a_gap_that_is_too_narrow_is_left_alone() -> None:
    sheet = Sheet(["a.mp4", "", "", "mine"], ["b.mp4"])
    plan = make_plan(sheet, sheet.cells(), rescore=False)
    assert plan is not None
    assert plan.header_row is None
    assert plan.columns["label"] == 4


def test_columns_of_an_earlier_run_are_found_in_either_language() -> None:
    sheet = Sheet(["動画", "備考", "スコア", "評価"], ["a.mp4", "", 31.0, "普通"], ["b.mp4", "old", "", ""])
    plan = make_plan(sheet, sheet.cells(), rescore=False)
    assert plan is not None
    assert [row.number for row in plan.rows] == [2]
    assert (plan.skipped, plan.new, plan.filled) == (1, (), 1)
    assert plan.columns == {"error": 1, "label": 2, "band": 3}
    again = make_plan(sheet, sheet.cells(), rescore=True)
    assert again is not None
    assert len(again.rows) == 2
    assert again.filled == 3


def test_a_selection_from_the_middle_finds_the_header_above() -> None:
    sheet = Sheet(["Video", "Score"], *[[f"{n}.mp4", ""] for n in range(9)])
    plan = make_plan(sheet, [(5, 0), (6, 0)], rescore=False)
    assert plan is not None
    assert (plan.header_row, plan.columns["label"], [row.number for row in plan.rows]) == (0, 1, [5, 6])


def test_the_column_with_the_most_videos_counts() -> None:
    sheet = Sheet(["ref.mp4", "a.mp4"], ["", "b.mp4"])
    plan = make_plan(sheet, sheet.cells(), rescore=False)
    assert plan is not None
    assert plan.column == 1


def test_nothing_to_score_and_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Sheet(["Video", 3.0], ["text", ""])
    assert make_plan(sheet, sheet.cells(), rescore=False) is None
    assert make_plan(sheet, [], rescore=False) is None
    monkeypatch.setattr(score_plan, "MAX_COLUMN", 4)
    with pytest.raises(NoRoomError):
        make_plan(Sheet(["a.mp4"]), [(0, 0)], rescore=False)


@given(st.sets(st.integers(0, 60)))
def test_runs_hold_every_row_once_and_never_touch(rows: set[int]) -> None:
    found = runs(sorted(rows))
    assert [row for first, last in found for row in range(first, last + 1)] == sorted(rows)
    assert all(a[1] + 1 < b[0] for a, b in itertools.pairwise(found))
