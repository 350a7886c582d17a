"""Which frames a video has and when each is shown, from its packets alone: nothing is decoded.

Headers lie: about the number of frames (files that were cut off), the frame rate (variable in every phone
recording) and the length. The packets do not, and reading them all costs 15 ms for ten seconds of 720p.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import av
import av.error
from av.video.stream import VideoStream

from xl_vqa.video import bitstream
from xl_vqa.video.container import Source
from xl_vqa.words.errors import VideoTruncatedError

_LOOK_EVERY: Final = 50
"""Packets between two looks whether to stop; of raw pictures they are hundreds of megabytes."""

# AVI stores no display times, and raw streams no times at all
_UNTIMED_FORMATS: Final = ("avi", "h264", "hevc", "vvc", "m4v", "mpegvideo", "mjpeg", "obu", "vc1", "dirac")
_INTRA_CODECS: Final = ("mjpeg", "ffv1", "huffyuv", "ffvhuff", "utvideo", "rawvideo", "prores", "dnxhd", "png")


# What FFmpeg's program takes for a clock that was set anew rather than for a pause
_CLOCK_JUMP_S: Final = 10.0
_RESTARTING_FORMATS: Final = ("mpegts", "mpeg")


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """The frames of a video in the order they are shown.

    ``pts`` holds each frame's display time in ticks of ``time_base`` from the start of the stream's clock; it
    rises but where the clock ``restarts``. It is empty where the format stores no usable times, and frames are
    then found by counting.
    """

    count: int
    pts: tuple[int, ...]
    keyframes: tuple[int, ...]
    """Display times of the pictures that decoding may begin at: from there on everything shown is right."""
    time_base: Fraction
    first_pts: int
    fps: float
    duration_s: float
    cut_off: bool = False
    """The file ends before its own header says."""
    damaged: bool = False
    """Pictures in the middle are lost: packets that do not fit, or a chain of parts that is broken."""
    lost: int = 0
    """About how many of them, where all others stand for the same time."""
    hidden: int = 0
    """Frames that are in the file and never shown: an edit list leaves them out."""
    first_keyframe: int | None = None
    """Display time of the first keyframe of the file; None where it holds none or no times."""
    undecodable: int = 0
    """Frames at the start that refer to pictures before the file begins (a recording cut anywhere): left out."""
    fields: bool = False
    """Some frames are coded as two fields."""
    bottoms: frozenset[int] = frozenset()
    """HEVC: display times of the pictures that call themselves bottom fields (see halves.py)."""
    begins_bottom: bool = False
    """HEVC: whether the first picture of the file calls itself one."""
    restarts: tuple[int, ...] = ()
    """Frames at which the clock of the file starts anew."""
    last_s: float = 0.0
    """How long the last frame stands, where its own packet is believed; 0 for as long as the others do."""
    times_s: tuple[float, ...] = ()
    """Only where the clock restarts: when each frame is shown, on one clock that runs on."""

    @property
    def counted(self) -> bool:
        return not self.pts

    def time_s(self, frame: int) -> float:
        """When a frame is shown, in seconds after the first one."""
        if self.times_s:
            return self.times_s[frame]
        if self.pts:
            return float((self.pts[frame] - self.first_pts) * self.time_base)
        return frame / self.fps if self.fps else 0.0

    def keyframe_before(self, pts: int) -> int | None:
        """The display time of the last keyframe at or before ``pts``; None where there is none."""
        at = bisect_right(self.keyframes, pts)
        return self.keyframes[at - 1] if at else None

    def begun_at(self, first_pts: int | None) -> FrameIndex:
        """Without the frames before the first one that a decoder gives, as far as no keyframe is among them."""
        if not self.pts or self.restarts or first_pts is None:
            return self
        first = first_pts if self.first_keyframe is None else min(first_pts, self.first_keyframe)
        lost = bisect_left(self.pts, first)
        if lost in (0, self.count):
            return self
        pts = self.pts[lost:]
        length = self.duration_s - float((pts[0] - self.first_pts) * self.time_base)
        span = float((pts[-1] - pts[0]) * self.time_base)
        # what stands before a recording's first keyframe is often far before it: no measure of the rate
        fps = (len(pts) - 1) / span if span > 0 and not self.last_s else len(pts) / length
        return replace(
            self,
            count=len(pts),
            pts=pts,
            first_pts=pts[0],
            undecodable=self.undecodable + lost,
            fps=fps,
            duration_s=length if self.last_s else span + 1 / fps,
        )

    @property
    def variable_frame_rate(self) -> bool:
        """Whether frames are shown for noticeably different times (beyond the rounding of the clock)."""
        if self.restarts:
            return False
        end = (self.pts[-1] + round(self.last_s / self.time_base),) if self.last_s and self.pts else ()
        return _is_uneven((*self.pts, *end), self.time_base)

    @property
    def bounds_s(self) -> tuple[float, ...] | None:
        """When each frame is shown and when the last one ends; None where all stand for the same time."""
        if not self.variable_frame_rate:
            return None
        return (*(self.time_s(frame) for frame in range(self.count)), self.duration_s)


def build_index(source: Source, *, should_stop: Callable[[], None] = lambda: None) -> FrameIndex:
    """Reads the packets of the picture track. ``should_stop`` is called now and then and may raise.

    Raises VideoTruncatedError where there is not one packet with a picture.
    """
    scan = _Scan(source)
    try:
        for number, packet in enumerate(source.packets()):
            if number % _LOOK_EVERY == 0:
                should_stop()
            scan.add(packet)
    except av.error.FFmpegError:
        scan.broken = True
    return scan.index()


class _Scan:
    """What the packets of one track add up to."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.codec = source.stream.codec_context.name
        self.broken = False
        """An end in the middle of a packet."""
        self.corrupt_after: int | None = None
        """How many frames came before the last packet that the container calls corrupt."""
        self.hidden = 0
        self.second_fields = 0
        """Packets that only complete a frame which an earlier one began."""
        self.fields = False
        self.frames = 0
        self.pts: list[int] = []
        self.keyframes: list[int] = []
        self.lead: int | None = None
        """How many frames come before the first one that decoding may begin at, however gradually."""
        self.starts = [0]
        """How many times were known when the clock started anew."""
        self.last: tuple[int, int] | None = None
        """The latest display time and how long that frame stands, where the packet says."""
        # where an AVI's frames lie is the only clock that it has
        self.slotted, self.slots = "avi" in source.format.split(","), list[int]()
        self.reader: bitstream.PacketReader | None = None
        if self.codec in bitstream.CODECS:
            self.reader = bitstream.PacketReader.of(self.codec, source.stream.codec_context.extradata)
        self.pairs = bitstream.FieldPairs()
        self.bottoms: set[int] = set()
        self.begins_bottom, self.may_hold_halves = False, True
        self._latest_dts: int | None = None
        restarting = any(name in _RESTARTING_FORMATS for name in source.format.split(","))
        self._jump = int(_CLOCK_JUMP_S / source.stream.time_base) if restarting and source.stream.time_base else 0

    def add(self, packet: av.Packet[VideoStream]) -> None:
        if packet.is_corrupt:
            self.corrupt_after = self.frames
            return
        entry = self._entry(packet)
        if entry is not bitstream.Entry.NONE and self.lead is None:
            self.lead = len(self.pts)
        shown = self._begins_frame(packet)
        if packet.is_discard:
            self.hidden += 1
            return
        if _never_shown(self.codec, packet):
            return
        self._watch_clock(packet)
        if not shown:
            self.second_fields += 1
            return
        self.frames += 1
        self._learn_field(packet)
        if self.slotted and packet.dts is not None:
            self.slots.append(packet.dts)
        if packet.pts is not None:
            self.pts.append(packet.pts)
            if entry in (bitstream.Entry.CLEAN, bitstream.Entry.OPEN):
                self.keyframes.append(packet.pts)
            if self.last is None or packet.pts >= self.last[0]:
                self.last = packet.pts, packet.duration or 0

    def index(self) -> FrameIndex:
        """Raises VideoTruncatedError where there was no picture."""
        source, stream, count = self.source, self.source.stream, self.frames
        if count == 0:
            raise VideoTruncatedError(path=source.shown, problem="problem_no_pictures")
        # of a file that was cut off it is the last one
        ends_corrupt = self.corrupt_after == count
        cut_off = self.broken or ends_corrupt or source.missing_bytes > 0 or self._lacks_frames()
        base = stream.time_base or Fraction(1, 1000)
        fallback = float(stream.average_rate or stream.guessed_rate or 25)
        index = FrameIndex(
            count,
            (),
            (),
            base,
            0,
            fallback,
            count / fallback,
            cut_off=cut_off,
            damaged=self.corrupt_after is not None and not ends_corrupt,
            hidden=self.hidden,
            fields=self.fields,
            bottoms=frozenset(self.bottoms),
            begins_bottom=self.begins_bottom,
        )
        if len(self.starts) > 1 and len(self.pts) == count:
            return self._joined(index)
        if not (_has_times(source) and len(self.pts) == count == len(set(self.pts)) and self.pts):
            if self.slotted:
                fallback = _rate_of_slots(self.slots, count, base) or fallback
            return replace(index, fps=fallback, duration_s=count / fallback)
        # a recording cut anywhere: what comes before its first keyframe refers to pictures that are not there
        lead = self.lead or 0
        pts = sorted(self.pts[lead:])
        if lead and self.reader is None:
            # and so may what follows it in the file and is shown before it
            pts = pts[bisect_left(pts, self.keyframes[0]) :]
        lost, count = count - len(pts), len(pts)
        span = float((pts[-1] - pts[0]) * base)
        fps = (count - 1) / span if span > 0 else fallback
        length, last_s = span + 1 / fps, 0.0
        if self.last is not None and self.last[1] > 0 and _is_uneven(pts, base):
            # only the last frame's own packet knows how long that one stands
            last_s = float(self.last[1] * base)
            length = span + last_s
            fps = count / length
        return replace(
            index,
            count=count,
            undecodable=lost,
            pts=tuple(pts),
            keyframes=tuple(sorted(self.keyframes)),
            first_keyframe=self.keyframes[0] if self.keyframes else None,
            first_pts=pts[0],
            fps=fps,
            duration_s=length,
            last_s=last_s,
        )

    def _lacks_frames(self) -> bool:
        """Whether the header counts more frames than can be read; sees those that an edit list hides."""
        announced = self.source.stream.frames * 0.99 - 1
        stored = self.frames + self.hidden + self.second_fields
        if self.broken or not _counts_frames(self.source) or stored >= announced:
            return False
        try:
            stored = self.source.stored_packets()
        except av.error.FFmpegError:
            return True
        # whole groups of pictures that are hidden do not even come as packets
        self.hidden = max(stored - self.frames - self.second_fields, self.hidden)
        return stored < announced

    def _joined(self, index: FrameIndex) -> FrameIndex:
        """Of a file whose clock restarts: the parts one after the other, each in its own order of display."""
        pts: list[int] = []
        times: list[float] = []
        for start, end in itertools.pairwise([*self.starts, len(self.pts)]):
            part = sorted(self.pts[start:end])
            span = float((part[-1] - part[0]) * index.time_base)
            step = span / (len(part) - 1) if span > 0 else 1 / index.fps
            begin = times[-1] + step if times else 0.0
            times.extend(begin + float((tick - part[0]) * index.time_base) for tick in part)
            pts.extend(part)
        fps = (len(times) - 1) / times[-1] if times[-1] > 0 else index.fps
        return replace(
            index,
            pts=tuple(pts),
            first_pts=pts[0],
            fps=fps,
            duration_s=times[-1] + 1 / fps,
            restarts=tuple(self.starts[1:]),
            times_s=tuple(times),
        )

    def _entry(self, packet: av.Packet[VideoStream]) -> bitstream.Entry:
        """Whether decoding may begin here: by the coded video where it can be read, else by the container."""
        if not packet.is_keyframe:
            return bitstream.Entry.NONE
        return bitstream.Entry.CLEAN if self.reader is None else self.reader.entry(bytes(packet))

    def _begins_frame(self, packet: av.Packet[VideoStream]) -> bool:
        """False for a packet that holds nothing but the second field of a frame."""
        if self.codec != "h264" or self.reader is None or not self.reader.may_hold_fields:
            return True
        pictures = self.reader.pictures(bytes(packet))
        self.fields = self.fields or any(picture.is_field for picture in pictures)
        begun = [self.pairs.begins_frame(picture) for picture in pictures]
        return any(begun) or not begun

    def _learn_field(self, packet: av.Packet[VideoStream]) -> None:
        """Whether an HEVC packet is a bottom field; a file whose first one is no field holds none."""
        if self.codec != "hevc" or self.reader is None or not self.may_hold_halves:
            return
        bottom = self.reader.is_bottom_field(bytes(packet))
        self.may_hold_halves = self.frames > 1 or bottom is not None
        self.begins_bottom = self.begins_bottom or (bottom is True and self.frames == 1)
        if bottom and packet.pts is not None:
            self.bottoms.add(packet.pts)

    def _watch_clock(self, packet: av.Packet[VideoStream]) -> None:
        if not self._jump or packet.dts is None:
            return
        latest, self._latest_dts = self._latest_dts, packet.dts
        restarted = latest is not None and not latest <= packet.dts <= latest + self._jump
        if restarted and len(self.pts) > self.starts[-1]:
            self.starts.append(len(self.pts))


def _is_uneven(pts: Sequence[int], base: Fraction) -> bool:
    if len(pts) < 3:
        return False
    steps = [b - a for a, b in itertools.pairwise(pts)]
    mean = (pts[-1] - pts[0]) / len(steps)
    slack = max(0.2 * mean, 2, 0.002 / float(base))
    return max(steps) - mean > slack or mean - min(steps) > slack


def _rate_of_slots(slots: list[int], packets: int, base: Fraction) -> float | None:
    """Frames per second of an AVI by where its frames lie; None where they do not rise one by one.

    A film with pictures shown out of order that was copied into an AVI has a clock of many more ticks than frames,
    with empty slots in between. Its header then claims 600 frames a second for a film of 25.
    """
    if len(slots) != packets or packets < 2 or any(b <= a for a, b in itertools.pairwise(slots)):
        return None
    return (packets - 1) / float((slots[-1] - slots[0]) * base)


def _has_times(source: Source) -> bool:
    names = source.format.split(",")
    if not any(name in _UNTIMED_FORMATS for name in names):
        return True
    return names == ["avi"] and source.stream.codec_context.name in _INTRA_CODECS


def _counts_frames(source: Source) -> bool:
    """Whether the header's number of frames counts the packets of this track, as MP4's sample table does."""
    return "mov" in source.format.split(",")


def _never_shown(codec: str, packet: av.Packet[VideoStream]) -> bool:
    """VP8 keeps reference pictures that are never shown in packets of their own: bit 4 of the first byte."""
    return codec in ("vp8", "libvpx") and not bytes(packet)[0] >> 4 & 1
