"""The plan of a selection, without any spreadsheet."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.bridge import selection as plan
from xl_vqa.bridge.selection import Row
from xl_vqa.errors import VideoNotFoundError


def test_the_column_with_the_most_paths_is_the_video_column() -> None:
    rows = [["No.", "Video", "Old"], [1, "a.mp4", "x.mp4"], [2, "b.mp4", None]]
    assert plan.video_column(rows) == 1
    assert plan.video_column([["a.mp4", "b.mp4"]]) == 0
    assert plan.video_column([[1, "clip without ending"]]) == 1
    assert plan.video_column([["x", "y"]]) is None
    assert plan.video_column([[1, 2]]) is None
    assert plan.video_column([]) is None


def test_a_heading_is_text_above_paths() -> None:
    assert plan.is_header("Video", ["a.mp4"])
    assert plan.is_header("動画", [None, "a.mp4"])
    assert not plan.is_header("a.mp4", ["b.mp4"])
    assert not plan.is_header("clip one", ["clip two"])  # a list of names without endings has no heading
    assert not plan.is_header(None, ["a.mp4"])


def test_headings_of_both_languages_are_known() -> None:
    found = plan.result_columns(["Video", None, "スコア", 7, " mos ", "BAND", "Confidence", "備考", "Score"], 3)
    assert found == {"label": 5, "mos": 7, "band": 8, "confidence": 9, "error": 10}
    assert plan.header("label", "ja") == "スコア"
    assert plan.header("mos", "ja") == "MOS"
    assert plan.header("error", "en") == "Remark"


def test_rows_to_work_on_are_visible_text_below_the_heading() -> None:
    cells = ["Video", "a.mp4", None, "b.mp4", 4.0, "  ", "c.mp4"]
    rows = plan.rows_of_videos(10, cells, lambda number: number != 13)
    assert rows == [Row(11, "a.mp4"), Row(16, "c.mp4")]
    assert plan.to_score(rows, {11: None, 16: 30}, "missing") == rows[:1]
    assert plan.to_score(rows, {11: "", 16: 30}, "all") == rows


def test_values_of_a_rating_and_of_an_error() -> None:
    rating = {"label": 40, "mos": 4.0, "band": "good", "band_probability": 0.9}
    assert plan.values_of(rating, "ja") == {
        "label": 40, "mos": 4.0, "band": "良い", "confidence": 0.9, "error": None,
    }  # fmt: skip
    values = plan.values_of(VideoNotFoundError(path="a.mp4"), "en")
    assert values["label"] is None
    assert "a.mp4" in values["error"]


paths = st.sampled_from(["a.mp4", "b.mp4", "c.mp4", "d.mp4"])


@given(st.lists(paths, min_size=1, max_size=8), st.randoms(use_true_random=False), st.integers(0, 3))
def test_rows_are_found_again_after_sorting_and_inserting(videos: list[str], rng: Any, above: int) -> None:
    rows = [Row(2 + place, video) for place, video in enumerate(videos)]
    shuffled = videos[:]
    rng.shuffle(shuffled)
    now: dict[int, Any] = {1: "Video", **{2 + n: None for n in range(above)}}
    now |= {2 + above + place: video for place, video in enumerate(shuffled)}
    places, gone = plan.find_again(rows, now)
    assert gone == []
    assert sorted(places) == [row.number for row in rows]
    assert len(set(places.values())) == len(rows), "two scores for one row"
    assert all(now[places[row.number]] == row.video for row in rows)


@given(st.lists(paths, min_size=1, max_size=6), st.data())
def test_deleted_rows_are_reported_and_no_score_goes_astray(videos: list[str], data: Any) -> None:
    rows = [Row(1 + place, video) for place, video in enumerate(videos)]
    left = data.draw(st.lists(paths, max_size=6))
    places, gone = plan.find_again(rows, {1 + place: video for place, video in enumerate(left)})
    assert len(places) + len(gone) == len(rows)
    assert all(left[number - 1] == row.video for row in rows if (number := places.get(row.number)))
    for video in set(videos):
        assert sum(row.video == video for row in gone) == max(videos.count(video) - left.count(video), 0)


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
    for top, piece in plan.blocks(values, known):
        for place, value in enumerate(piece):
            assert top + place not in written
            written[top + place] = value
    assert values.items() <= written.items()
    for number in written.keys() - values.keys():
        assert written[number] == known[number]
        assert known[number] not in ("=A1", "2024-01-02", "1/2"), "a spreadsheet would read it as something else"


def test_a_whole_column_of_values_is_one_block() -> None:
    values = dict.fromkeys(range(2, 5002), 30)
    assert [(top, len(piece)) for top, piece in plan.blocks(values, {})] == [(2, 5000)]
    assert [top for top, _ in plan.blocks({2: 1, 4: 2}, {3: "=B2"})] == [2, 4]
    assert [top for top, _ in plan.blocks({2: 1, 4: 2}, {})] == [2, 4], "what was not read is not written"
    assert plan.blocks({2: 1, 4: 2}, {3: 33.0}) == [(2, [1, 33.0, 2])]
