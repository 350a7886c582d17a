"""The matrix of files that every reading is checked over: encoders and settings, rates, containers, trims.

Every picture carries its own number, and every file is also decoded whole and in order, which needs no jump: that
is the truth that chosen frames are compared with.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import av.error
import numpy as np
from av.bitstream import BitStreamFilterContext
from numpy.typing import NDArray

from tests.media import make_clip

FRAMES: Final = 120
WIDTH, HEIGHT = 160, 96

ENCODERS: Final[dict[str, dict[str, Any]]] = {
    "x264, its defaults": {"options": {"preset": "medium"}},
    "x264, B-pyramid, short groups": {"options": {"x264-params": "keyint=24:bframes=3:b-pyramid=normal:ref=4"}},
    "x264, open groups": {"options": {"x264-params": "open-gop=1:keyint=30:bframes=3"}},
    "x264, as for Blu-ray": {
        "options": {"x264-params": "bluray-compat=1:open-gop=1:keyint=24:bframes=3:b-pyramid=strict:slices=4"}
    },
    "x264, intra refresh": {"options": {"x264-params": "intra-refresh=1:keyint=30:bframes=2"}},
    "x264, zero latency, refresh": {
        "options": {"tune": "zerolatency", "x264-params": "intra-refresh=1:keyint=30"}
    },
    "x264, interlaced": {"options": {"x264-params": "interlaced=1:keyint=30:open-gop=1"}},
    "x265, its defaults": {"codec": "libx265", "options": {"preset": "medium", "x265-params": "keyint=36"}},
    "x265, closed groups": {"codec": "libx265", "options": {"x265-params": "keyint=30:open-gop=0:bframes=4"}},
    "x265, leading pictures": {
        "codec": "libx265",
        "options": {"x265-params": "keyint=30:radl=2:bframes=4:open-gop=0"},
    },
    "SVT-AV1": {"codec": "libsvtav1", "gop": 30},
    "VP9": {"codec": "libvpx-vp9", "gop": 30},
    "MPEG-2, B-frames": {"codec": "mpeg2video", "gop": 12, "b_frames": 2},
    "MPEG-4 Part 2, B-frames": {"codec": "mpeg4", "gop": 24, "b_frames": 2},
    "Motion JPEG": {"codec": "mjpeg"},
}
RATES: Final[dict[str, dict[str, Any]]] = {
    "25": {"fps": 25},
    "29.97": {"fps": Fraction(30000, 1001)},
    # a screen recording: quick at first, slow later
    "variable": {"fps": 30, "times_s": tuple(n / 30 if n < 60 else 2 + (n - 60) / 8 for n in range(FRAMES))},
}
_MP4_ONLY = ("SVT-AV1", "VP9", "Motion JPEG")  # codecs that MPEG-TS does not carry
_NO_VARIABLE = ("MPEG-2, B-frames", "MPEG-4 Part 2, B-frames")  # whose coders know one rate


@dataclass(frozen=True, slots=True)
class Case:
    """One file of the matrix."""

    encoder: str
    rate: str
    form: str
    path: Path

    @property
    def name(self) -> str:
        return f"{self.encoder} | {self.rate} | {self.form}"


def cases(folder: Path, encoders: tuple[str, ...], rates: tuple[str, ...]) -> Iterator[Case]:
    """Makes the files, one after the other."""
    for encoder in encoders:
        for rate in rates:
            if rate == "variable" and encoder in _NO_VARIABLE:
                continue
            place = folder / f"{list(ENCODERS).index(encoder)}_{rate}"
            place.mkdir()
            options = {**ENCODERS[encoder], **RATES[rate]}
            source = make_clip(place / "whole.mkv", WIDTH, HEIGHT, FRAMES, **options)
            yield Case(encoder, rate, "MKV", source)
            for form, path in _forms(source, transport=encoder not in _MP4_ONLY):
                yield Case(encoder, rate, form, path)


def _forms(source: Path, *, transport: bool) -> Iterator[tuple[str, Path]]:
    folder = source.parent
    yield "MP4", copied(source, folder / "whole.mp4")
    yield "MKV from a keyframe", copied(source, folder / "trim.mkv", first_keyframe=2)
    yield "MP4 from a keyframe", copied(source, folder / "trim.mp4", first_keyframe=2)
    yield "MP4, start hidden", copied(source, folder / "hidden.mp4", hidden=37)
    if transport:
        yield "MOV, start hidden", copied(source, folder / "hidden.mov", hidden=50)
        whole = copied(source, folder / "whole.ts")
        yield "TS", whole
        data = whole.read_bytes()
        cut = folder / "cut.ts"
        # the tables of the start, then from the middle of some picture on
        cut.write_bytes(data[: 3 * 188] + data[len(data) // 188 * 2 // 5 * 188 :])
        yield "TS cut anywhere", cut


def copied(source: Path, target: Path, *, first_keyframe: int = 0, hidden: int = 0) -> Path:
    """The same packets in another container, from a later keyframe on, or with frames hidden by an edit list."""
    with av.open(str(source)) as given, av.open(str(target), "w") as output:
        kept = given.streams.video[0]
        stream = output.add_stream_from_template(kept, opaque=True)
        packets = [packet for packet in given.demux(kept) if packet.size]
        shown = sorted(packet.pts for packet in packets)
        # Matroska stores no decoding times, and a guess at the first ones is missing
        delay = max(time - packet.pts for time, packet in zip(shown, packets, strict=True))
        for time, packet in zip(shown, packets, strict=True):
            packet.dts = time - delay
        places = [place for place, packet in enumerate(packets) if packet.is_keyframe]
        start = places[min(first_keyframe, len(places) - 1)]
        shift = packets[start].dts if start else 0
        if hidden:
            shift = shown[hidden]
        # a recording in MPEG-TS repeats its parameter sets; a copy has them in its head alone
        filters = _headers_everywhere(target, kept)
        for packet in packets[start:]:
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            for one in [packet] if filters is None else filters.filter(packet):
                one.stream = stream
                output.mux(one)
    return target


def _headers_everywhere(target: Path, stream: Any) -> Any:
    if target.suffix != ".ts":
        return None
    name = {"h264": "h264_mp4toannexb,dump_extra=all", "hevc": "hevc_mp4toannexb,dump_extra=all"}
    name["mpeg4"] = "dump_extra=all"
    chain = name.get(stream.codec_context.name)
    return None if chain is None else BitStreamFilterContext(chain, stream)


def truth_of(case: Case) -> list[NDArray[np.uint8]]:
    """Every picture of the file in RGB, decoded from the first to the last without a jump; none where none can
    be."""
    pictures: list[NDArray[np.uint8]] = []
    # one decoder paints what precedes the first keyframe grey instead of leaving it out
    begun = not (case.encoder.startswith("MPEG-4") and "anywhere" in case.form)
    with av.open(str(case.path)) as given:
        stream = given.streams.video[0]
        stream.codec_context.thread_count = 1
        for packet in given.demux(stream):
            try:
                frames = stream.decode(packet)
            except av.error.FFmpegError:
                continue  # what precedes the first keyframe of a file that was cut anywhere
            for frame in frames:
                begun = begun or frame.key_frame
                if begun and not frame.is_corrupt:
                    rgb = frame.to_ndarray(format="rgb24", interpolation="BICUBIC")
                    pictures.append(np.asarray(rgb, np.uint8))
    return pictures
