"""Rows found again after a person worked on, and columns cut into pieces."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.sheets.blocks import blocks, runs
from xl_vqa.sheets.grid import value_of
from xl_vqa.sheets.rows import cell_sources, find_again, selected_row

paths = st.sampled_from(["a.mp4", "b.mp4", "c.mp4", "d.mp4"])


def test_what_a_cell_names() -> None:
    assert cell_sources(value_of('"a.mp4" ')) == ("a.mp4",)
    assert cell_sources(value_of("Clip 1", '=HYPERLINK("clips/a.mp4","Clip 1")')) == ("Clip 1", "clips/a.mp4")
    assert cell_sources(value_of(42.0)) == ("42",)
    assert cell_sources(value_of(None)) == cell_sources(value_of(True)) == ()
    # the link behind a title, but a path before its link
    assert selected_row(2, 1, value_of("Clip 1", '=HYPERLINK("clips/a.mp4","Clip 1")')).shown == "clips/a.mp4"
    assert selected_row(2, 1, value_of("b.mp4", '=HYPERLINK("clips/a.mp4","b.mp4")')).shown == "b.mp4"
    assert selected_row(2, 1, value_of("no path")).shown == "no path"


@given(st.lists(paths, min_size=1, max_size=8), st.randoms(use_true_random=False), st.integers(0, 3))
def test_rows_are_found_again_after_sorting_and_inserting(videos: list[str], rng: Any, above: int) -> None:
    rows = {2 + place: video for place, video in enumerate(videos)}
    shuffled = videos[:]
    rng.shuffle(shuffled)
    now = {1: "Video"} | {2 + above + place: video for place, video in enumerate(shuffled)}
    places, gone = find_again(rows, now)
    assert gone == []
    assert sorted(places) == sorted(rows)
    assert len(set(places.values())) == len(rows), "two scores for one row"
    assert all(now[places[row]] == video for row, video in rows.items())


@given(st.lists(paths, min_size=1, max_size=6), st.data())
def test_deleted_rows_are_reported_and_no_score_goes_astray(videos: list[str], data: Any) -> None:
    rows = {1 + place: video for place, video in enumerate(videos)}
    left = data.draw(st.lists(paths, max_size=6))
    places, gone = find_again(rows, {1 + place: video for place, video in enumerate(left)})
    assert len(places) + len(gone) == len(rows)
    assert all(left[place - 1] == rows[row] for row, place in places.items())
    for video in set(videos):
        assert sum(rows[row] == video for row in gone) == max(videos.count(video) - left.count(video), 0)


constants = st.one_of(
    st.none(),
    st.integers(-99, 99).map(float),
    st.sampled_from(["Good", "Very good", "良い", "=A1", "2024-01-02", "1/2"]),
)


@given(
    st.dictionaries(st.integers(1, 30), st.integers(10, 50), min_size=1),
    st.dictionaries(st.integers(1, 30), constants),
)
def test_blocks_write_each_value_once_and_change_nothing_between(
    values: dict[int, int], kept: dict[int, Any]
) -> None:
    known = {number: kept.get(number) for number in range(1, 31)}
    written: dict[int, Any] = {}
    for top, piece in blocks(values, known):
        for place, value in enumerate(piece):
            assert top + place not in written
            written[top + place] = value
    assert values.items() <= written.items()
    for number in written.keys() - values.keys():
        assert written[number] == known[number]
        assert known[number] not in ("=A1", "2024-01-02", "1/2"), "a spreadsheet would read it as something else"


def test_a_whole_column_of_values_is_one_block() -> None:
    values = dict.fromkeys(range(2, 5002), 30)
    assert [(top, len(piece)) for top, piece in blocks(values, {})] == [(2, 5000)]
    assert [top for top, _ in blocks({2: 1, 4: 2}, {3: "=B2"})] == [2, 4]
    assert [top for top, _ in blocks({2: 1, 4: 2}, {})] == [2, 4], "what was not read is not written"
    assert blocks({2: 1, 4: 2}, {3: 33.0}) == [(2, [1, 33.0, 2])]


@given(st.dictionaries(st.integers(0, 60), st.sampled_from("ab")))
def test_runs_hold_every_row_once_and_are_as_long_as_can_be(values: dict[int, str]) -> None:
    found = list(runs(values))
    assert {row: value for first, last, value in found for row in range(first, last + 1)} == values
    for (_, last, before), (first, _, after) in itertools.pairwise(found):
        assert first > last + 1 or before != after
