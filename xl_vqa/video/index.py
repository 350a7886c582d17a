"""Which frames a video has and when each is shown, from its packets alone: nothing is decoded.

Headers lie: about the number of frames (files that were cut off), the frame rate (variable in every phone
recording) and the length. The packets do not, and reading them all costs 15 ms for ten seconds of 720p.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av.error
from av.video.stream import VideoStream

from xl_vqa.errors import VideoTruncatedError
from xl_vqa.video.container import Source

SCAN_BYTES_LIMIT: Final = 2 << 30
"""Beyond this many bytes the packets are not read one by one; frames are then found by time."""

# AVI stores no display times, and raw streams no times at all
_UNTIMED_FORMATS: Final = ("avi", "h264", "hevc", "vvc", "m4v", "mpegvideo", "mjpeg", "obu", "vc1", "dirac")
_INTRA_CODECS: Final = ("mjpeg", "ffv1", "huffyuv", "ffvhuff", "utvideo", "rawvideo", "prores", "dnxhd", "png")


@dataclass(frozen=True, slots=True)
class FrameIndex:
    """The frames of a video in the order they are shown.

    ``pts`` holds each frame's display time in ticks of ``time_base`` from the start of the stream's clock,
    rising; it is empty where the format stores no usable times, and frames are then found by counting.
    ``exact`` is False where the file was too big to scan: ``count`` is then an estimate, ``pts`` is empty and
    frames are found by time.
    """

    count: int
    pts: tuple[int, ...]
    keyframes: tuple[int, ...]
    time_base: Fraction
    first_pts: int
    fps: float
    duration_s: float
    exact: bool = True
    cut_off: bool = False
    """The file ends before its own header says."""

    @property
    def by_time(self) -> bool:
        return not self.exact

    @property
    def counted(self) -> bool:
        return self.exact and not self.pts

    def time_s(self, frame: int) -> float:
        """When a frame is shown, in seconds after the first one."""
        if self.pts:
            return float((self.pts[frame] - self.first_pts) * self.time_base)
        return frame / self.fps if self.fps else 0.0

    def keyframe_before(self, pts: int) -> int | None:
        """The display time of the last keyframe at or before ``pts``; None where there is none."""
        at = bisect_right(self.keyframes, pts)
        return self.keyframes[at - 1] if at else None

    @property
    def variable_frame_rate(self) -> bool:
        """Whether frames are shown for noticeably different times (beyond the rounding of the clock)."""
        if len(self.pts) < 3:
            return False
        steps = [b - a for a, b in itertools.pairwise(self.pts)]
        mean = (self.pts[-1] - self.pts[0]) / len(steps)
        slack = max(0.2 * mean, 2, 0.002 / float(self.time_base))
        return max(steps) - mean > slack or mean - min(steps) > slack


def build_index(source: Source, *, should_stop: Callable[[], None] = lambda: None) -> FrameIndex:
    """Reads the packets of the picture track. ``should_stop`` is called now and then and may raise.

    Raises VideoTruncatedError where there is not one packet with a picture.
    """
    if source.size_bytes > SCAN_BYTES_LIMIT:
        estimate = _estimate(source)
        if estimate is not None:
            return estimate
    stream = source.stream
    codec = stream.codec_context.name
    pts: list[int] = []
    # where an AVI's frames lie is the only clock that it has
    slotted, slots = "avi" in source.format.split(","), list[int]()
    keyframes: list[int] = []
    packets = 0
    broken = False
    try:
        for number, packet in enumerate(source.packets()):
            if number % 5_000 == 0:
                should_stop()
            if packet.is_discard or _never_shown(codec, packet):
                continue
            if packet.is_corrupt:  # the last one of a file that was cut off
                broken = True
                continue
            packets += 1
            if slotted and packet.dts is not None:
                slots.append(packet.dts)
            if packet.pts is not None:
                pts.append(packet.pts)
                if packet.is_keyframe:
                    keyframes.append(packet.pts)
    except av.error.FFmpegError:
        broken = True
    if packets == 0:
        raise VideoTruncatedError(path=source.shown, problem="problem_no_pictures")
    announced = stream.frames
    cut_off = broken or source.missing_bytes > 0 or (_counts_frames(source) and packets < announced * 0.99 - 1)

    timed = _has_times(source) and len(pts) == packets == len(set(pts)) and bool(keyframes)
    base = stream.time_base or Fraction(1, 1000)
    fallback = float(stream.average_rate or stream.guessed_rate or 25)
    if not timed:
        if slotted:
            fallback = _rate_of_slots(slots, packets, base) or fallback
        return FrameIndex(packets, (), (), base, 0, fallback, packets / fallback, cut_off=cut_off)
    pts.sort()
    span = float((pts[-1] - pts[0]) * base)
    fps = (packets - 1) / span if span > 0 else fallback
    return FrameIndex(
        count=packets,
        pts=tuple(pts),
        keyframes=tuple(sorted(keyframes)),
        time_base=base,
        first_pts=pts[0],
        fps=fps,
        duration_s=span + 1 / fps,
        cut_off=cut_off,
    )


def _rate_of_slots(slots: list[int], packets: int, base: Fraction) -> float | None:
    """Frames per second of an AVI by where its frames lie; None where they do not rise one by one.

    A film with pictures shown out of order that was copied into an AVI has a clock of many more ticks than frames,
    with empty slots in between. Its header then claims 600 frames a second for a film of 25.
    """
    if len(slots) != packets or packets < 2 or any(b <= a for a, b in itertools.pairwise(slots)):
        return None
    return (packets - 1) / float((slots[-1] - slots[0]) * base)


def _estimate(source: Source) -> FrameIndex | None:
    """From the header alone; None where it does not say how long the video is."""
    stream = source.stream
    rate = stream.average_rate or stream.guessed_rate
    base = stream.time_base
    if not rate or base is None or not _has_times(source):
        return None
    if stream.duration:
        seconds = float(stream.duration * base)
    elif source.container.duration:
        seconds = source.container.duration / av.time_base
    else:
        return None
    count = stream.frames or round(seconds * float(rate))
    if count < 1:
        return None
    cut_off = source.missing_bytes > 0
    if cut_off:
        # pictures lie roughly evenly in the file
        share = source.size_bytes / (source.size_bytes + source.missing_bytes)
        count, seconds = max(int(count * share), 1), seconds * share
    first = stream.start_time or 0
    return FrameIndex(count, (), (), base, first, count / seconds, seconds, exact=False, cut_off=cut_off)


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
