"""The pure parts, looked at by hypothesis: the index, the way to the frames, gaps, orientation, first bytes."""

from __future__ import annotations

import io
import itertools
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.media import cut
from tests.video.conftest import Maker
from xl_vqa.video.decord_decoder import _PLACE
from xl_vqa.video.files import (
    container_kind,
    extended_windows_path,
    missing_bytes,
    not_a_video_problem,
    unopened_error,
)
from xl_vqa.video.index import FrameIndex, build_index
from xl_vqa.video.pictures import Orientation, fit_within, is_black, is_frozen, orientation_of
from xl_vqa.video.pyav_decoder import _runs
from xl_vqa.video.read import _without_gaps
from xl_vqa.words.errors import NotAVideoError, VideoTruncatedError


def packet(
    pts: int | None, *, dts: int | None = None, key: bool = False, corrupt: bool = False, discard: bool = False
) -> Any:
    return SimpleNamespace(
        pts=pts, dts=dts, is_keyframe=key, is_corrupt=corrupt, is_discard=discard, duration=None
    )


def source(packets: list[Any], *, frames: int = 0, missing: int = 0, container: str = "matroska,webm") -> Any:
    stream = SimpleNamespace(
        codec_context=SimpleNamespace(name="mpeg4"),
        frames=frames,
        time_base=Fraction(1, 1000),
        average_rate=Fraction(25),
        guessed_rate=None,
    )
    return SimpleNamespace(
        stream=stream,
        size_bytes=1,
        missing_bytes=missing,
        shown="a",
        format=container,
        packets=lambda: iter(packets),
        stored_packets=lambda: len(packets),
    )


@pytest.mark.parametrize(
    ("slots", "fps"),
    [
        ([24, 48, 72, 96], 1000 / 24),
        # slots that are missing, double or not in order tell nothing: the header's rate stands
        ([24, None, 72, 96], 25),
        ([24, 24, 48, 72], 25),
        ([48, 24, 72, 96], 25),
        ([24], 25),
    ],
)
def test_the_rate_of_an_avi_is_that_of_its_slots(slots: list[int | None], fps: float) -> None:
    packets = [packet(None, dts=slot, key=place == 0) for place, slot in enumerate(slots)]
    found = build_index(source(packets, container="avi"))
    assert found.fps == pytest.approx(fps)
    assert found.duration_s == pytest.approx(len(slots) / fps)
    # elsewhere such slots are no clock
    assert build_index(source(packets, container="h264")).fps == 25


times = st.lists(st.integers(-1_000, 100_000), min_size=1, max_size=60, unique=True)


@given(times, st.randoms(use_true_random=False), st.data())
def test_the_index_is_in_display_order_whatever_the_order_in_the_file(
    pts: list[int], random: Any, data: Any
) -> None:
    keys = set(data.draw(st.lists(st.sampled_from(pts), min_size=1)))
    packets = [packet(p, key=p in keys) for p in pts]
    random.shuffle(packets)
    lost = next(place for place, one in enumerate(packets) if one.is_keyframe)
    index = build_index(source(packets))
    # what comes before the first keyframe of the file cannot be decoded, nor what is shown before it then
    first = packets[lost].pts
    pts = [one.pts for one in packets[lost:] if not lost or one.pts >= first]
    assert index.undecodable == len(packets) - len(pts)
    assert index.pts == tuple(sorted(pts))
    assert index.keyframes == tuple(sorted(keys))
    assert (index.count, index.counted, index.cut_off) == (len(pts), False, False)
    assert index.time_s(0) == 0.0
    assert index.time_s(len(pts) - 1) == pytest.approx((max(pts) - min(pts)) / 1000)
    assert index.duration_s >= index.time_s(len(pts) - 1)
    for time in pts:
        before = index.keyframe_before(time)
        assert before == max((key for key in keys if key <= time), default=None)


@given(st.lists(st.one_of(st.none(), st.integers(0, 20)), min_size=1, max_size=40))
def test_times_that_are_missing_or_double_are_not_used(pts: list[int | None]) -> None:
    index = build_index(source([packet(p, key=True) for p in pts]))
    usable = None not in pts and len(set(pts)) == len(pts)
    assert index.counted is not usable
    assert index.count == len(pts)
    assert index.duration_s > 0


def test_what_is_not_shown_is_not_counted_and_damage_is_a_cut() -> None:
    packets = [packet(0, key=True), packet(40, discard=True), packet(80), packet(120, corrupt=True)]
    index = build_index(source(packets))
    assert (index.count, index.cut_off) == (2, True)
    assert build_index(source(packets[:1], missing=5)).cut_off
    assert build_index(source(packets[:1], frames=50, container="mov,mp4")).cut_off
    assert not build_index(source(packets[:1], frames=50)).cut_off  # no sample table, the header only guesses
    with pytest.raises(VideoTruncatedError):
        build_index(source([packet(0, corrupt=True)]))


@pytest.mark.parametrize(
    ("pts", "variable"),
    [
        (range(0, 4000, 40), False),
        ([33 * n + n // 3 for n in range(100)], False),  # 30 a second in whole milliseconds
        ([*range(0, 1000, 40), *range(1000, 5000, 100)], True),
        ([0, 40], False),
    ],
)
def test_a_variable_frame_rate_is_more_than_rounding(pts: Any, variable: bool) -> None:
    index = FrameIndex(len(pts), tuple(pts), (0,), Fraction(1, 1000), 0, 25.0, 1.0)
    assert index.variable_frame_rate is variable


@given(st.data(), st.integers(1, 400), st.integers(1, 60))
def test_the_way_to_the_frames_visits_each_once_in_order(data: Any, count: int, group: int) -> None:
    index = FrameIndex(count, tuple(range(count)), tuple(range(0, count, group)), Fraction(1, 25), 0, 25.0, 1.0)
    numbers = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=20)))
    runs = list(_runs(index, numbers))
    assert [number for run in runs for number in run] == numbers
    for before, after in itertools.pairwise(runs):
        # a new run begins only where a keyframe lies between
        keyframe = index.keyframe_before(after[0])
        assert keyframe is not None
        assert before[-1] < keyframe <= after[0]


@given(st.data(), st.integers(1, 20), st.integers(1, 12))
def test_gaps_are_filled_by_whole_pairs_where_there_is_one(data: Any, count: int, half: int) -> None:
    starts = sorted(data.draw(st.lists(st.integers(0, count), min_size=half, max_size=half)))
    plan = [number for start in starts for number in (start, start + 1)]
    present = data.draw(st.sets(st.sampled_from(plan), min_size=1))
    filled = _without_gaps(plan, dict.fromkeys(present, np.zeros((1, 1, 3), np.uint8)))
    assert len(filled) == len(plan)
    assert set(filled) <= present
    pairs = list(zip(plan[::2], plan[1::2], strict=True))
    whole = {pair for pair in pairs if set(pair) <= present}
    for pair, got in zip(pairs, zip(filled[::2], filled[1::2], strict=True), strict=True):
        assert got == pair if pair in whole else not whole or got in whole


@given(st.booleans(), st.booleans(), st.booleans())
def test_an_orientation_survives_its_matrix(transpose: bool, rows: bool, columns: bool) -> None:
    wanted = Orientation(transpose, rows, columns)
    picture = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    turned = wanted.apply(picture)
    assert turned.shape[1::-1] == wanted.shown_size(3, 2)
    # where the corners go is what a display matrix says
    a, b, c, d = (0, 1, 1, 0) if transpose else (1, 0, 0, 1)
    a, c = (-a, -c) if columns else (a, c)
    b, d = (-b, -d) if rows else (b, d)
    values = np.array([a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30], np.int32)
    frame: Any = SimpleNamespace(side_data={"DISPLAYMATRIX": values.tobytes()})
    assert orientation_of(frame) == wanted
    if not wanted.mirrored:
        assert np.array_equal(turned, np.rot90(picture, -wanted.rotation // 90))


def test_a_broken_matrix_is_upright() -> None:
    for data in (b"", b"\1\0\0\0"):
        frame: Any = SimpleNamespace(side_data={"DISPLAYMATRIX": data})
        assert orientation_of(frame).upright
    nothing: Any = SimpleNamespace(side_data={})
    assert orientation_of(nothing).upright


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.none() | st.integers(1, 5_000))
def test_scaling_keeps_the_shape_and_the_limit(width: int, height: int, most: int | None) -> None:
    w, h = fit_within(width, height, most)
    assert w >= 1
    assert h >= 1
    assert (w, h) == (width, height) if most is None or max(width, height) <= most else max(w, h) == most
    assert abs(w * height - h * width) <= max(width, height) or min(w, h) == 1


def test_a_small_movement_is_not_frozen_and_noise_is() -> None:
    rng = np.random.default_rng(3)
    still = np.full((120, 160, 3), 90, np.uint8)
    noisy = [np.clip(still + rng.normal(0, 2, still.shape), 0, 255).astype(np.uint8) for _ in range(4)]
    assert is_frozen(noisy)
    moved = still.copy()
    moved[40:52, 60:72] = 140
    assert not is_frozen([still, moved])
    assert is_black([np.full((9, 9, 3), 16, np.uint8)])
    assert not is_black([moved])


# -- first bytes

heads = st.one_of(
    st.binary(max_size=300),
    st.tuples(
        st.sampled_from(
            [
                b"\0\0\0\x20ftyp",
                b"\0\0\0\1mdat",
                b"\x1aE\xdf\xa3",
                b"RIFF\0\0\0\0AVI ",
                b"\x89PNG",
                b"GIF89a",
                b"PK\3\4",
            ]
        ),
        st.binary(max_size=200),
    ).map(b"".join),
    st.text(max_size=100).map(str.encode),
)


@given(heads)
@hypothesis_settings(max_examples=500)
def test_any_first_bytes_are_judged_without_an_accident(head: bytes) -> None:
    assert missing_bytes(io.BytesIO(head), len(head)) >= 0
    assert container_kind(head) is None or not_a_video_problem(head) in (
        None,
        "problem_still_image",
        "problem_text",
    )
    error = unopened_error("a.mp4", head)
    assert isinstance(error, (NotAVideoError, VideoTruncatedError))
    for language in ("en", "ja"):
        assert "a.mp4" in error.message(language)
        assert "{" not in error.message(language)


@pytest.mark.parametrize("name", ["whole.mp4", "whole.mov", "whole.mkv", "whole.avi"])
def test_a_whole_file_lacks_nothing_and_a_cut_one_what_was_cut(tmp_path: Path, clip: Maker, name: str) -> None:
    path = clip(name, codec="mpeg4", frames=20)
    size = path.stat().st_size
    with path.open("rb") as file:
        assert missing_bytes(file, size) == 0
    for share in (0.5, 0.9):
        shorter = cut(path, tmp_path / name, share)
        with shorter.open("rb") as file:
            lacking = missing_bytes(file, shorter.stat().st_size)
        # an MP4 says so box by box, the others for the whole file
        assert 0 < lacking <= size - shorter.stat().st_size + 16


def test_long_windows_paths_get_their_prefix() -> None:
    long = "C:\\" + "a" * 300
    assert extended_windows_path(long) == "\\\\?\\" + long
    assert extended_windows_path("\\\\server\\share\\" + "a" * 300) == "\\\\?\\UNC\\server\\share\\" + "a" * 300
    assert extended_windows_path("C:\\short.mp4") == "C:\\short.mp4"
    assert extended_windows_path("\\\\?\\" + long) == "\\\\?\\" + long


def test_what_decord_complains_of_is_noted_without_the_time_of_day() -> None:
    assert _PLACE.sub("", "[05:01:19] /src/video_reader.cc:270: no stream") == "no stream"
