"""Which columns are ours, and where new ones go."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sheets.grids import BY, HEADINGS, Memory, planned, rows_of, scored, selected
from xl_vqa.sheets.areas import MAX_COLUMN, Area
from xl_vqa.sheets.columns import COLUMNS, FIELDS, REASONS, field_of_heading, heading
from xl_vqa.sheets.grid import Table
from xl_vqa.sheets.planner import plan_sheet
from xl_vqa.words.errors import SelectionError

EARLIER = {
    "en": ["Score", "MOS", "Band", "Confidence", "Remark"],
    "ja": ["スコア", "MOS", "評価", "確信度", "備考"],
}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_heading_is_known_again(language: str) -> None:
    for number in (1, 2, 12):
        for column in COLUMNS:
            assert field_of_heading(heading(column.key, language, number)) == (column.key, number)
    for text in ("MOS", "Score", "評価", "備考", "VQA", "VQA scores", "My VQA score", "2", ""):
        assert field_of_heading(text) is None
    assert field_of_heading(" ｖｑａ  SCORE ") == ("score", 1)
    # sheets that were scored while a band was 評価
    assert field_of_heading("VQA 評価") == ("band", 1)
    assert field_of_heading("VQA 評価 2") == ("band", 2)


def test_new_columns_are_a_set_in_free_cells() -> None:
    plan = planned(Memory(["Video", "Note"], ["a.mp4"], ["b.mp4", "x"]))
    assert list(plan.columns.new.items()) == list(zip(FIELDS, range(3, 9), strict=True))
    assert plan.columns.known == {}
    assert list(plan.columns.headings("ja").values()) == [column.heading[1] for column in COLUMNS]


def test_a_gap_that_is_too_narrow_merged_cells_and_tables_are_left_alone() -> None:
    grid = Memory(["Video", None, None, "mine"], ["a.mp4"])
    assert planned(grid).columns.new["score"] == 5
    grid.merged = [Area(2, 6, 3, 6)]
    assert planned(grid).columns.new["score"] == 7
    grid.listed = [Table("T", Area(2, 8, 4, 9), 1, 0, ("x", "y"), True)]
    assert planned(grid).columns.new["score"] == 10
    assert planned(grid, promised=[Area(1, 10, 2, 15)]).columns.new["score"] == 16


def test_what_stands_beside_other_rows_of_the_list_counts_too() -> None:
    """A selection of two rows must not take a column that a third one uses, nor a hole in the list."""
    grid = Memory(["Video"], ["a.mp4"], ["b.mp4"], [None, "note in a hole"], ["c.mp4"], [None, None, "below"])
    listing = selected(grid, rows=[2, 3])
    assert planned(grid, listing).columns.new["score"] == 3


def test_no_room() -> None:
    grid = Memory(["a.mp4"])
    grid.max_column = 6
    with pytest.raises(SelectionError, match="no free columns"):
        planned(grid)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_set_of_this_version_is_gone_on_with_wherever_it_was_moved(language: str) -> None:
    headings = [heading(field, language) for field in FIELDS]
    cells = scored("a.mp4")[1:]
    grid = Memory(
        [headings[5], "Video", *headings[3:5], "mine", *headings[:3]],
        [cells[5], "a.mp4", *cells[3:5], "x", *cells[:3]],
    )
    plan = planned(grid, selected(grid, 2))
    assert plan.columns.known == {
        "model": 1, "confidence": 3, "error": 4, "score": 6, "mos": 7, "band": 8,
    }  # fmt: skip
    assert plan.columns.new == {}
    assert plan.rows[0].state(BY) == "done"
    assert plan.filled(plan.rows) == 5


def test_columns_that_a_user_deleted_stay_away_but_those_that_are_needed() -> None:
    grid = Memory(["Video", "VQA score", "VQA model"], ["a.mp4", 30])
    assert planned(grid).columns.new == {"error": 4}
    grid = Memory(["Video", "VQA score", "VQA error or warning", "VQA model"], ["a.mp4"])
    assert planned(grid).columns.new == {}


@pytest.mark.parametrize("own", ["Score", "MOS", "評価", "備考", "Remark", "Owner", "スコア"])
def test_a_users_own_column_is_not_ours(own: str) -> None:
    grid = Memory(["Video", own, "Owner"], ["a.mp4", 3, "Sato"])
    columns = planned(grid).columns
    assert columns.known == {}
    assert columns.new["score"] == 4


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_whole_set_of_an_earlier_version_is_gone_on_with(language: str) -> None:
    band = "Poor" if language == "en" else "悪い"
    grid = Memory(["Video", "Note", *EARLIER[language]], ["a.mp4", "n", 20, 2.0, band, 0.9], ["b.mp4"])
    columns = planned(grid).columns
    assert columns.known == {"score": 3, "mos": 4, "band": 5, "confidence": 6, "error": 7}
    # the model, so that the next run knows what is done
    assert columns.new == {"model": 8}


@pytest.mark.parametrize(
    "cells",
    [
        ["ok", 2.0, "Poor", 0.9, None],
        [3.5, 3.5, "Good", 0.9, None],
        [20, 2.0, "needs review", 0.9, None],
        [20, 2.0, "Poor", 90, None],
        [20, "=B2/10", "Poor", 0.9, None],
    ],
)
def test_a_set_with_anything_in_it_that_we_never_wrote_is_the_users(cells: list[Any]) -> None:
    grid = Memory(["Video", *EARLIER["en"]], ["a.mp4", *cells])
    assert planned(grid).columns.known == {}


@pytest.mark.parametrize("missing", range(5))
def test_a_part_of_an_earlier_set_is_the_users(missing: int) -> None:
    names = [name for place, name in enumerate(EARLIER["en"]) if place != missing]
    assert planned(Memory(["Video", *names], ["a.mp4"])).columns.known == {}


def test_a_set_of_this_version_wins_over_an_earlier_one() -> None:
    """A sheet that the buttons and the command of an earlier version have both scored."""
    grid = Memory(["動画", *EARLIER["ja"], *HEADINGS], ["a.mp4", 20, 2.0, "悪い", 0.9, None, *scored("a.mp4")[1:]])
    assert planned(grid).columns.known["score"] == 7


def test_the_heading_that_an_earlier_button_broke_does_not_double_the_set() -> None:
    """It headed the MOS of score-workbook "Remark", and knew its score alone."""
    grid = Memory(["Video", "VQA score", "Remark", *HEADINGS[2:]], ["a.mp4", 30, None, *scored("a.mp4")[3:]])
    columns = planned(grid).columns
    assert columns.new == {}
    assert 3 not in columns.all.values()


def test_formulas_under_our_heading_are_the_users() -> None:
    grid = Memory(["Video", "VQA score"], ["a.mp4", "=VQA_SCORE(A2)"], ["b.mp4", None])
    columns = planned(grid, selected(grid, rows=[3])).columns
    assert columns.known == {}
    assert columns.new["score"] == 3


def test_a_set_with_formulas_here_and_there_is_left_whole() -> None:
    """Without its MOS it would mix two ratings, and the formula is the user's."""
    grid = Memory(["Video", *HEADINGS], scored("a.mp4"), scored("b.mp4"))
    grid.cells[3, 3] = "=B3/10"
    columns = planned(grid).columns
    assert (columns.known, columns.new["score"]) == ({}, 8)
    # a whole column of them computes itself
    grid.cells[2, 3] = "=B2/10"
    assert planned(grid).columns.known.keys() == set(FIELDS) - {"mos"}


def test_what_stands_beside_another_list_is_not_ours() -> None:
    cells = [20, 2.0, "Poor", 0.9, None]
    grid = Memory(["Video", None, "Clip", *EARLIER["en"]], ["a.mp4", None, "b.mp4", *cells])
    assert planned(grid).columns.known == {}
    assert planned(grid, selected(grid, 3)).columns.known["score"] == 4
    grid = Memory(["Video", None, "Clip", "AI"], ["a.mp4", None, "b.mp4", 20])
    grid.styles = {(2, 4): "VQA score"}
    assert planned(grid).columns.known == {}
    assert planned(grid, selected(grid, 3)).columns.known == {"score": 4}


def test_of_two_sets_the_later_one_is_gone_on_with() -> None:
    second = [heading(field, number=2) for field in FIELDS]
    row = scored("a.mp4")
    grid = Memory(["Video", *HEADINGS, *second], [*row, *row[1:]], ["b.mp4"])
    columns = planned(grid).columns
    assert columns.known["score"] == 8
    again = planned(grid, elsewhere=True).columns
    assert (again.known, again.new["score"], again.number) == ({}, 14, 3)
    # a copy of older scores that a user keeps stands further right, under the same headings
    grid = Memory(["Video", *HEADINGS, *HEADINGS], [*row, *row[1:]])
    assert planned(grid).columns.known["score"] == 2


def test_the_mixed_numbers_of_an_earlier_version_are_one_set() -> None:
    grid = Memory(["Video", "VQA score", "VQA score 2", *HEADINGS[1:]], ["a.mp4", "=1", *scored("a.mp4")[1:]])
    columns = planned(grid).columns
    assert (list(columns.known.values()), columns.new) == ([3, 4, 5, 6, 7, 8], {})


def test_two_lists_side_by_side_have_a_set_each() -> None:
    grid = Memory(["Video", *HEADINGS, None, "Clip"], [*scored("a.mp4"), None, "b.mp4"])
    first, second = planned(grid), planned(grid, selected(grid, 9))
    assert first.columns.known["score"] == 2
    assert (second.columns.known, second.columns.new["score"]) == ({}, 10)
    for field, column in second.columns.new.items():
        grid.put({column: {1: heading(field), 2: scored("b.mp4")[FIELDS.index(field) + 1]}})
    first, second = planned(grid), planned(grid, selected(grid, 9))
    assert (first.columns.known["score"], second.columns.known["score"]) == (2, 10)
    assert second.rows[0].state(BY) == "done"


def test_a_set_right_of_two_columns_of_videos_belongs_to_the_one_it_was_made_for() -> None:
    row = scored("a.mp4")
    grid = Memory(["Video", "Reference", *HEADINGS], [row[0], "ref.mp4", *row[1:]])
    assert planned(grid).columns.known["score"] == 3
    assert planned(grid, selected(grid, 2)).columns.known == {}


def test_renamed_headings_are_known_by_their_cell_styles() -> None:
    grid = Memory(["Video", "AI の点数", *HEADINGS[1:]], scored("a.mp4"), scored("b.mp4"))
    grid.styles = {(row, 2): "VQA score" for row in (2, 3)}
    assert planned(grid).columns.known["score"] == 2
    # a column that holds mostly other things is the user's, whatever one cell of it looks like
    grid = Memory(["Video", "mine"], ["a.mp4", 1], ["b.mp4", 2], ["c.mp4", 3])
    grid.styles = {(2, 2): "VQA score"}
    assert planned(grid).columns.known == {}


def test_a_list_without_headings_is_known_by_its_marks() -> None:
    grid = Memory(scored("a.mp4"), scored("b.mp4"), ["c.mp4"])
    plan = planned(grid)
    assert list(plan.columns.known.values()) == [2, 3, 4, 5, 6, 7]
    assert [row.state(BY) for row in plan.rows] == ["done", "done", "none"]
    # also for a new row alone
    assert planned(grid, selected(grid, rows=[3])).columns.new == {}
    # the marks of another list's rows are none of ours
    assert planned(Memory(["x.mp4", *scored("a.mp4")[1:]])).columns.known == {}


def test_a_table_grows_or_is_left_as_it_is() -> None:
    grid = Memory(["Video", "Note"], ["a.mp4"], ["b.mp4"])
    table = Table("T", Area(1, 1, 3, 2), 1, 0, ("Video", "Note"), True)
    grid.listed = [table]
    columns = planned(grid).columns
    assert (columns.grows, columns.outside, columns.new["score"]) == (table, None, 3)
    grid.cells[2, 5] = "mine"
    columns = planned(grid).columns
    assert (columns.grows, columns.outside, columns.new["score"]) == (None, table, 6)


def test_in_a_table_no_heading_stands_twice() -> None:
    grid = Memory(["Video", "VQA score"], ["a.mp4", "=VQA_SCORE(A2)"])
    grid.listed = [Table("T", Area(1, 1, 2, 2), 1, 0, ("Video", "VQA score"), True)]
    assert set(planned(grid).columns.headings("en").values()) == {heading(field, number=2) for field in FIELDS}


def test_numbers_stored_as_text_are_scores() -> None:
    row = scored("a.mp4")
    row[1] = "34"
    plan = planned(Memory(["Video", *HEADINGS], row))
    assert plan.rows[0].score is not None
    assert plan.rows[0].score.label == 34


cells = st.sampled_from([None, None, None, "x", 1.0, "=A1", "a.mp4", *HEADINGS, "Score", "MOS", "評価"])


@given(st.lists(st.lists(cells, min_size=1, max_size=9), min_size=1, max_size=6), st.booleans())
def test_new_columns_never_touch_what_stands_there(rows: list[list[Any]], elsewhere: bool) -> None:
    grid = Memory(["Video"], *[["v.mp4", *row] for row in rows])
    listing = selected(grid)
    plan = plan_sheet(grid, listing, rows_of(grid, listing), elsewhere=elsewhere)
    for column in plan.columns.new.values():
        assert grid.is_empty(Area(1, column, listing.bottom, column))
    assert not set(plan.columns.new.values()) & set(plan.columns.known.values())
    assert {"score", "error", "model"} <= plan.columns.all.keys()
    assert len(set(plan.columns.all.values())) == len(plan.columns.all)
    for field, column in plan.columns.known.items():
        assert field_of_heading(grid.value(1, column).text) == (field, 1)
        assert not any(str(grid.cells.get((row, column), "")).startswith("=") for row in listing.rows)


def test_a_sheet_used_to_its_last_column_is_not_asked_column_by_column() -> None:
    """A row coloured from end to end is enough for that, in Excel; each question is a call to the program."""
    asked = 0

    class Counting(Memory):
        last_column = MAX_COLUMN

        def is_empty(self, area: Area) -> bool:
            nonlocal asked
            asked += 1
            return super().is_empty(area)

        def style(self, row: int, column: int) -> str:
            nonlocal asked
            asked += 1
            return super().style(row, column)

    grid = Counting(["Video", "Note"], ["a.mp4", "x"], ["b.mp4", "y"])
    plan = planned(grid)
    assert list(plan.columns.new.values()) == [3, 4, 5, 6, 7, 8]
    assert asked < 500


def test_an_empty_column_of_remarks_without_a_heading_is_known_by_its_look() -> None:
    grid = Memory(scored("a.mp4"), scored("b.mp4"))
    for row in (1, 2):
        for column, field in enumerate(FIELDS, 2):
            grid.styles[row, column] = f"VQA {'MOS' if field == 'mos' else field}"
    assert planned(grid).columns.known == dict(zip(FIELDS, range(2, 8), strict=True))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_reasons_that_are_wanted_stand_beside_the_set_and_are_known_again(language: str) -> None:
    grid = Memory(["Video"], ["a.mp4"], ["b.mp4"])
    wanted = ("why", "noise")
    plan = planned(grid, reasons=wanted)
    assert list(plan.columns.new) == [*FIELDS, *wanted]
    assert all(row.lacks for row in plan.rows)
    texts = plan.columns.headings(language)
    grid = Memory(["Video", *texts.values()], [*scored("a.mp4"), "Fair: even.", 31], scored("b.mp4"))
    again = planned(grid, reasons=wanted)
    assert again.columns.new == {}
    assert [row.lacks for row in again.rows] == [False, True]
    # a run that wants none goes on with the set, and takes those for its own
    assert planned(grid).columns.known == again.columns.known
    assert not any(row.lacks for row in planned(grid).rows)


def test_reasons_join_a_set_that_is_there_and_a_users_heading_is_left() -> None:
    grid = Memory(["Video", *HEADINGS, "noise"], [*scored("a.mp4"), 4])
    plan = planned(grid, reasons=("noise",))
    assert plan.columns.new == {"noise": 9}
    assert plan.columns.known["score"] == 2


def test_reasons_are_headed_in_both_languages_and_none_twice() -> None:
    for column in REASONS:
        for language in ("en", "ja"):
            assert field_of_heading(heading(column.key, language, 2)) == (column.key, 2)
    headings = [text for column in (*COLUMNS, *REASONS) for text in set(column.heading)]
    assert len(set(headings)) == len(headings)
