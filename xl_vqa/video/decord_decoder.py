"""Decodes chosen frames through decord, for who asks for it, where its answer is proven for the file at hand.

decord 0.6 holds an FFmpeg of 2018. Measured against PyAV and frames that carry their own number (docs/video.md),
it cannot read AV1, hangs on MPEG-TS, returns wrong frames from MPEG-PS, WMV and MPEG-4 with B-frames, wrong times
from AVI and other colours for 10 bits, and it ends the whole process on some damaged files. In H.264 and HEVC it
returns other pictures than those asked for, without an error, after a jump to a keyframe that is not one: open
groups of pictures, pictures refreshed bit by bit, hidden frames, fields. ``refusal`` keeps all of that away from
it, by the coded video itself and not by who made it, and what comes back is checked against the index.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

import av.error
import numpy as np
from av.codec.context import Flags

from xl_vqa.video import bitstream
from xl_vqa.video.container import Source
from xl_vqa.video.inspection import Inspection, VideoInfo
from xl_vqa.video.pictures import Picture
from xl_vqa.words.reasons import MAX_LENGTH, Detail, Reason

_CONTAINERS: Final = ("mov", "matroska")
_CODECS: Final = ("h264", "hevc")
_PIXEL_FORMATS: Final = ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p")
_PATH_LIMIT: Final = 240  # its FFmpeg knows no long paths on Windows
_import_lock = threading.Lock()
_PLACE: Final = re.compile(r"^(\[[\d:]+\] \S+:\d+: )+")


Refusal = Reason | Detail
"""Why a file goes to PyAV: a key ``decord_...`` of xl_vqa.video.sentences, or what decord itself said."""


class DecordRefusedError(Exception):
    """decord may not read the file, failed, or returned what does not fit the index: raised with a ``Refusal``."""


@lru_cache(maxsize=1)
def unavailable() -> str | None:
    """Why decord cannot be used on this machine, None where it can."""
    try:
        with _import_lock:
            _module()
    except Exception as error:  # a missing wheel, a missing system library, a broken installation
        return f"{type(error).__name__}: {error}"
    return None


def refusal(source: Source, inspection: Inspection) -> Refusal | None:
    """Why this video goes to PyAV; None where decord may read it."""
    info, index = inspection.info, inspection.index
    checks: tuple[tuple[object, Reason], ...] = (
        (not any(name in _CONTAINERS for name in source.format.split(",")), Reason("decord_container")),
        (info.codec not in _CODECS, Reason("decord_codec", codec=info.codec)),
        (info.pixel_format not in _PIXEL_FORMATS, Reason("decord_pixel_format", format=info.pixel_format)),
        (info.coded_width % 2 or info.coded_height % 2, Reason("decord_odd_size")),
        (info.rotation or info.mirrored, Reason("decord_rotated")),
        (info.hdr or inspection.colour.note is not None, Reason("decord_colour")),
        (not index.pts or index.restarts, Reason("decord_no_times")),
        (index.fields, Reason("note_fields")),
        (index.hidden, Reason("decord_hidden")),
        (index.cut_off or index.damaged, Reason("decord_cut_off")),
        (source.video_tracks != 1, Reason("decord_tracks")),
        (source.stream.frames not in (0, index.count), Reason("decord_header_count")),
        (not source.path.isascii() and not _is_utf8(source.path), Reason("decord_path")),
        (source.path.startswith("\\\\?\\") or len(source.path) > _PATH_LIMIT, Reason("decord_long_path")),
    )
    for refused, reason in checks:
        if refused:
            return reason
    if unavailable():
        return Reason("decord_missing")
    return unproven(source) or (Reason("decord_columns") if leaves_columns(source, info.coded_width) else None)


def once_trusted(source: Source, info: VideoInfo) -> bool:
    """Whether the first version of the reader may have left this file to decord, by container and codec alone."""
    return info.codec in _CODECS and any(name in _CONTAINERS for name in source.format.split(","))


def unproven(source: Source) -> Reason | None:
    """Why decord's jumps may end at another picture, by the coded video; None where every jump is sure.

    Reads all packets once more: every one that a container or a parser may take for a keyframe must be an IDR
    picture, which nothing after it looks back beyond.
    """
    context = source.stream.codec_context
    reader = bitstream.PacketReader.of(context.name, context.extradata)
    source.rewind()
    for packet in source.packets():
        entry = reader.entry(bytes(packet))
        if entry in (bitstream.Entry.OPEN, bitstream.Entry.GRADUAL):
            return Reason("decord_open_groups" if entry is bitstream.Entry.OPEN else "decord_gradual_refresh")
        if packet.is_keyframe and entry is not bitstream.Entry.CLEAN:
            return Reason("decord_false_keyframe")
    return None


def leaves_columns(source: Source, width: int) -> bool:
    """Whether FFmpeg, where it is not told otherwise, shows columns that the coded video cuts off on the left.

    Its own rule: rows of pixels shall begin at whole vectors. decord then squeezes them into ``width``, and so did
    earlier versions of the reader show them.
    """
    if source.stream.codec_context.name not in bitstream.CODECS:
        return False
    source.reopen()
    context = source.stream.codec_context
    context.flags &= ~Flags.unaligned
    try:
        for packet in itertools.chain(source.packets(), (None,)):
            with contextlib.suppress(av.error.FFmpegError):
                for frame in context.decode(packet):
                    return frame.width != width
        return False
    finally:
        source.reopen()


def decode_frames(source: Source, inspection: Inspection, wanted: Iterable[int]) -> Iterator[tuple[int, Picture]]:
    """Each wanted frame (numbers in display order) once, rising, with its picture in RGB as stored.

    On one thread: decord hides damage, and with more threads shows it differently in every run.
    Raises DecordRefusedError where decord fails or its frame count, times or sizes are not the index's.
    """
    info, index = inspection.info, inspection.index
    numbers = sorted(set(wanted))
    shape = (info.coded_height, info.coded_width, 3)
    try:
        decord = _module()
        reader = decord.VideoReader(source.path, ctx=decord.cpu(0), num_threads=1)
        if len(reader) != index.count:
            raise DecordRefusedError(Reason("decord_counts", count=len(reader), expected=index.count))
        starts = reader.get_frame_timestamp([0, *numbers])[:, 0]
        expected = np.array([index.time_s(number) for number in numbers])
        tolerance = max(0.25 / index.fps, 0.002)
        if not np.all(np.abs(starts[1:] - starts[0] - expected) <= tolerance):
            raise DecordRefusedError(Reason("decord_times"))
        # one by one: a batch would hold every full picture at once, gigabytes of them for 8K
        for number in numbers:
            picture = reader.get_batch([number]).asnumpy()[0]
            if picture.shape != shape or picture.dtype != np.uint8:
                raise DecordRefusedError(Reason("decord_shape", shape=str(picture.shape)))
            yield number, np.ascontiguousarray(picture)
    except DecordRefusedError:
        raise
    except Exception as error:  # DECORDError, RuntimeError, AssertionError: whatever it makes of a bad file
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        # without the time and the place in its source that it begins with: a record must not differ by the clock
        raise DecordRefusedError(Detail(_PLACE.sub("", first_line)[:MAX_LENGTH])) from error


def _module() -> Any:
    import decord

    # its FFmpeg writes to standard error, past Python, whatever the host does with its own log
    decord.logging.set_level(decord.logging.QUIET)
    return decord


def _is_utf8(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
