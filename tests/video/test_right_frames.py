"""Files that jump, hide, halve or restart: each of their pictures is the one that was asked for."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.coded_fields import grey_of, make_fields
from tests.media import frame_number, make_clip
from tests.video.conftest import Maker
from xl_vqa.video.read import Clip, read_frames
from xl_vqa.words.model_spec import Sampling

SAMPLING = Sampling(8)

# what makes decord's jumps end at other pictures, each with a word of the reason for leaving it to PyAV
JUMPS: list[tuple[str, dict[str, Any], str]] = [
    (
        "bluray.mp4",
        {"options": {"x264-params": "open-gop=1:keyint=30:bframes=3:b-pyramid=strict:slices=4"}},
        "open",
    ),
    ("open.mkv", {"options": {"x264-params": "open-gop=1:keyint=60:scenecut=0"}}, "open"),
    ("hevc.mp4", {"codec": "libx265", "options": {"x265-params": "keyint=60:log-level=none"}}, "open"),
    ("refresh.mp4", {"options": {"x264-params": "intra-refresh=1:keyint=60", "tune": "zerolatency"}}, "gradual"),
    ("refresh_b.mkv", {"options": {"x264-params": "intra-refresh=1:keyint=50:bframes=3"}}, "gradual"),
]


def numbers(clip: Clip) -> list[int]:
    return [frame_number(picture) for picture in clip.frames]


@pytest.mark.parametrize(
    "sampling", [Sampling(8), Sampling(32), Sampling(8, window=16)], ids=["8", "32", "window"]
)
@pytest.mark.parametrize(("name", "options", "reason"), JUMPS, ids=[j[0] for j in JUMPS])
def test_a_keyframe_that_is_none_misleads_nobody(
    clip: Maker, name: str, options: dict[str, Any], reason: str, sampling: Sampling
) -> None:
    path = clip(name, width=160, height=96, frames=300, **options)
    for decoder in ("pyav", "decord"):
        read = read_frames(path, sampling, decoder=decoder)  # type: ignore[arg-type]
        assert numbers(read) == list(read.used.indices)
        assert (read.used.frame_count, read.used.decoder, read.warnings) == (300, "PyAV", ())
        assert any(reason in note for note in read.used.notes_in("en")) is (decoder == "decord")


def test_decord_reads_where_every_keyframe_is_proven(clip: Maker) -> None:
    for name in ("closed.mp4", "closed.mkv"):
        path = clip(name, width=160, height=96, frames=300, gop=30, b_frames=2)
        read = read_frames(path, Sampling(32), decoder="decord")
        assert (read.used.decoder, numbers(read)) == ("decord", list(read.used.indices))


@pytest.mark.parametrize("name", ["fields.mp4", "fields.mkv", "fields.ts", "fields.h264", "together.mp4"])
def test_two_fields_are_one_frame(tmp_path: Path, name: str) -> None:
    path = make_fields(tmp_path / name, together=name.startswith("together"))
    read = read_frames(path, SAMPLING)
    assert (read.used.frame_count, read.used.fps, read.used.duration_s) == (
        50,
        pytest.approx(25),
        pytest.approx(2),
    )
    assert read.warnings == ("warning_interlaced",)
    greys = [round((grey_of(n) - 16) * 255 / 219) for n in read.used.indices]
    assert [int(picture.mean()) for picture in read.frames] == [pytest.approx(grey, abs=1) for grey in greys]


def hide_start(source: Path, target: Path, frames: int) -> Path:
    """A trim without coding anew: the frames before the cut stay in the file, and its edit list hides them."""
    with av.open(str(source)) as given, av.open(str(target), "w") as output:
        kept = given.streams.video[0]
        stream = output.add_stream_from_template(kept)
        for packet in given.demux(kept):
            if packet.dts is not None:
                shift = round(frames / kept.average_rate / packet.time_base)
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, stream
                output.mux(packet)
    return target


@pytest.mark.parametrize("ending", [".mp4", ".mov"])
def test_a_trim_that_hides_frames_is_no_cut_off_file(tmp_path: Path, clip: Maker, ending: str) -> None:
    source = clip("long.mp4", width=160, height=96, frames=100, gop=25, b_frames=2)
    path = hide_start(source, tmp_path / f"trim{ending}", 35)
    for decoder in ("pyav", "decord"):
        read = read_frames(path, SAMPLING, decoder=decoder)  # type: ignore[arg-type]
        assert (read.used.frame_count, read.warnings, read.used.decoder) == (65, (), "PyAV")
        assert numbers(read) == [35 + n for n in read.used.indices]
        assert read.used.timestamps_s[0] == pytest.approx(read.used.indices[0] / 30, abs=1e-3)


@pytest.mark.parametrize(
    ("first", "second"), [(10.0, 1.013), (1.0, 500.0), (5.0, 5.0)], ids=["back", "ahead", "same"]
)
def test_a_clock_that_starts_anew_runs_on(tmp_path: Path, first: float, second: float) -> None:
    parts = []
    for place, start in enumerate((first, second)):
        flags = {"mpegts_flags": "initial_discontinuity"} if place else {}
        picture = make_clip(
            tmp_path / f"{place}.ts",
            160,
            96,
            50,
            25,
            b_frames=2,
            start_s=start,
            seed=place,
            container_options=flags,
            times_s=[n / 25 for n in range(50)],
        )
        parts.append(picture.read_bytes())
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(parts))
    read = read_frames(path, SAMPLING)
    assert (read.used.frame_count, read.warnings) == (100, ())
    assert (read.used.fps, read.used.duration_s) == (pytest.approx(25), pytest.approx(4))
    assert numbers(read) == [n % 50 for n in read.used.indices]
    assert read.used.timestamps_s == pytest.approx([n / 25 for n in read.used.indices])
    # the halves are not swapped: the second one is of another texture
    alone = [read_frames(tmp_path / f"{place}.ts", Sampling(50, adjacent_pairs=False)).frames for place in (0, 1)]
    for number, picture in zip(read.used.indices, read.frames, strict=True):
        assert np.array_equal(picture, alone[number // 50][number % 50])


def test_shares_of_a_screen_recording_are_shares_of_its_time(clip: Maker) -> None:
    # two seconds at 30 a second, then one picture a second
    times = tuple([n / 30 for n in range(60)] + [2.0 + n for n in range(8)])
    read = read_frames(clip("screen.mp4", width=160, height=96, frames=68, times_s=times), SAMPLING)
    assert numbers(read) == list(read.used.indices)
    middles = [read.used.duration_s * share for share in (1 / 8, 3 / 8, 5 / 8, 7 / 8)]
    for middle, first, second in zip(middles, read.used.indices[::2], read.used.indices[1::2], strict=True):
        assert second == first + 1
        # the pair is of the frame that is on the screen then, or the last one with the one before
        assert times[first] <= middle < times[second] or second == 67
    assert Fraction(1) < Fraction(read.used.timestamps_s[2]) < 4
