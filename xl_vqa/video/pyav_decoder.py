"""Decodes chosen frames through PyAV: any format, exact frames, only as much decoding as the codec needs.

Three ways to find a frame, by what the index knows (see index.py): at its display time, by the order of times
where the clock restarts, or by counting. In the first, the frames between two chosen ones are decoded only where
later ones refer to them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final

import av
import av.error
from av.video.stream import VideoStream

from xl_vqa.video.container import Source
from xl_vqa.video.index import FrameIndex


class DamagedError(Exception):
    """A strict source met damage. Reopen it leniently and decode again."""


Sink = Callable[[int, av.VideoFrame], None]
"""Takes a wanted number and its frame."""

# Codecs whose non-reference pictures can be left out without a trace. Not HEVC: what it calls so may still be
# referred to by a higher temporal layer, as in phone recordings.
_SKIPS_EXACTLY: Final = ("h264", "mpeg2video", "mpeg4")
_SEEK_GAIN: Final = 12
"""Frames that a seek must save to be worth refilling the decoder."""
_REORDER_LIMIT: Final = 64
"""A frame not seen so many frames after its time will not come: it could not be decoded."""


def decode_frames(
    source: Source,
    index: FrameIndex,
    wanted: Sequence[int],
    sink: Sink,
    *,
    should_stop: Callable[[], None] = lambda: None,
) -> None:
    """Gives ``sink`` every wanted frame (numbers in 0..index.count-1) that can be decoded, each once.

    A frame that cannot be decoded is left out. ``source`` may be anywhere and is left anywhere.
    ``should_stop`` is called now and then and may raise. Raises DamagedError where the source is strict and
    damaged; a lenient source gives the pictures as players patch them up.
    """
    numbers = sorted(set(wanted))
    decoder = _Decoder(source, should_stop)
    if index.counted:
        _decode_by_count(decoder, numbers, sink)
    elif index.restarts:
        _decode_in_order(decoder, index, numbers, sink)
    else:
        # a packet may be half a frame, and leaving out a half that nothing refers to would spoil the whole
        decoder.can_skip = decoder.can_skip and not index.fields
        for run in _runs(index, numbers):
            _decode_run(decoder, index, run, sink)


def count_frames(source: Source, *, should_stop: Callable[[], None] = lambda: None) -> int:
    """How many frames really come out of the decoder, by decoding them all."""
    decoder = _Decoder(source, should_stop)
    decoder.rewind()
    return sum(1 for _ in decoder.frames())


def decode_all(source: Source, *, should_stop: Callable[[], None] = lambda: None) -> tuple[int, int | None]:
    """How many frames a strict decoder gives, and after how many of them it met damage; None where it met none."""
    decoder = _Decoder(source, should_stop)
    decoder.rewind()
    count = 0
    try:
        for _ in decoder.frames():
            count += 1
    except DamagedError:
        source.reopen(lenient=True)
        return sum(1 for _ in _Decoder(source, should_stop).frames()), count
    return count, None


class _Decoder:
    """The stream of decoded frames of one source, with errors of single packets passed over."""

    def __init__(self, source: Source, should_stop: Callable[[], None]) -> None:
        self.source = source
        self.should_stop = should_stop
        self.can_skip = source.stream.codec_context.name in _SKIPS_EXACTLY

    def rewind(self) -> None:
        """To the first packet. Not every format can be wound back, so the file is opened anew."""
        self.source.reopen()

    def seek(self, pts: int) -> None:
        """To the keyframe at or before ``pts``; to the start where the format cannot do that."""
        try:
            self.source.container.seek(pts, stream=self.source.stream, backward=True)
        except av.error.FFmpegError:
            self.rewind()

    def frames(
        self, keep: Callable[[int | None], bool] | None = None, *, entry: int | None = None
    ) -> Iterator[av.VideoFrame]:
        """Decoded frames in display order, to the end of the file.

        ``keep`` says of a display time whether that frame is wanted: others may be left out where nothing
        refers to them. ``entry`` is the display time of the keyframe to begin with: packets before it are passed
        over, and so is what is shown before it, which refers to pictures that were not decoded. No frame at all
        comes where that keyframe does not.
        """
        context = self.source.stream.codec_context
        started = entry is None
        for number, packet in enumerate(self._packets()):
            if number % 200 == 0:
                self.should_stop()
            if not started:
                if packet.pts != entry or not packet.is_keyframe:
                    if _is_past(packet, entry):
                        return
                    continue
                started = True
            if keep is not None and self.can_skip:
                # read by the decoder when it takes the packet, so it acts on this picture alone
                context.skip_frame = "DEFAULT" if keep(packet.pts) else "NONREF"
            yield from self._decoded(packet, entry)
        if started:
            yield from self._decoded(None, entry)  # what the decoder still holds back

    def _decoded(self, packet: av.Packet[VideoStream] | None, entry: int | None = None) -> Iterator[av.VideoFrame]:
        try:
            frames = self.source.stream.codec_context.decode(packet)
        except av.error.FFmpegError as error:
            if self.source.strict:
                raise DamagedError from error
            return  # the decoder goes on with the next packet
        for frame in frames:
            if entry is not None and frame.pts is not None and frame.pts < entry:
                continue
            if frame.is_corrupt and self.source.strict:
                raise DamagedError
            yield frame

    def _packets(self) -> Iterator[av.Packet[VideoStream]]:
        # where the container breaks off, the video ends
        with suppress(av.error.FFmpegError):
            yield from self.source.packets()

    def end(self) -> None:
        self.source.stream.codec_context.skip_frame = "DEFAULT"


def _runs(index: FrameIndex, numbers: Sequence[int]) -> Iterator[list[int]]:
    """Cuts the wanted frames where a seek to a later keyframe saves decoding."""
    run: list[int] = []
    for number in numbers:
        if run:
            keyframe = index.keyframe_before(index.pts[number])
            last = index.pts[run[-1]]
            if keyframe is not None and keyframe > last:
                skipped = sum(1 for n in range(run[-1], number) if index.pts[n] < keyframe)
                if skipped >= _SEEK_GAIN:
                    yield run
                    run = []
        run.append(number)
    if run:
        yield run


def _decode_run(decoder: _Decoder, index: FrameIndex, run: Sequence[int], sink: Sink) -> None:
    waiting = {index.pts[number]: number for number in run}
    times = set(waiting)
    first, last = index.pts[run[0]], index.pts[run[-1]]
    keyframe = index.keyframe_before(first)
    for start in (keyframe, None):
        if start is None:
            decoder.rewind()
        else:
            decoder.seek(start)
        late, any_frame = 0, False
        for frame in decoder.frames(lambda pts: pts is None or pts in times, entry=start):
            if frame.pts is None:
                continue
            any_frame = True
            number = waiting.pop(frame.pts, None)
            if number is not None:
                sink(number, frame)
            late += frame.pts > last
            if not waiting or late > _REORDER_LIMIT:
                break
        decoder.end()
        # No frame: the seek landed behind the keyframe (some demuxers count in decoding order). Once more, from
        # the start of the file. Otherwise what is missing is damaged and stays missing.
        if not waiting or any_frame:
            return


def _is_past(packet: av.Packet[VideoStream], entry: int | None) -> bool:
    """Whether the keyframe shown at ``entry`` cannot come any more: packets are decoded before they are shown."""
    return entry is not None and packet.dts is not None and packet.dts > entry


def _decode_by_count(decoder: _Decoder, numbers: Sequence[int], sink: Sink) -> None:
    waiting = set(numbers)
    decoder.rewind()
    for number, frame in enumerate(decoder.frames()):
        if number in waiting:
            sink(number, frame)
            waiting.discard(number)
            if not waiting:
                return


def _decode_in_order(decoder: _Decoder, index: FrameIndex, numbers: Sequence[int], sink: Sink) -> None:
    """From the start of the file: the decoder gives one part after the other, each as it is shown."""
    waiting = set(numbers)
    decoder.rewind()
    place = 0
    for frame in decoder.frames():
        # a frame that could not be decoded is left out: the next one is found further on
        found = next((n for n in range(place, index.count) if index.pts[n] == frame.pts), None)
        if found is None:
            continue
        place = found + 1
        if found in waiting:
            sink(found, frame)
            waiting.discard(found)
            if not waiting:
                return
