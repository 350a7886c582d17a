"""Opens a video file with FFmpeg (through PyAV) under guard, and picks the track with the picture.

Only known video and audio formats are let in. Without that list FFmpeg also takes a text file for a video of
a terminal, and a playlist for a live stream: it would wait for ever, or ask the network.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import BinaryIO, Final

import av
import av.error
from av.codec.context import Flags
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from xl_vqa.video.files import (
    HEAD_BYTES,
    PathLike,
    access_error,
    container_kind,
    is_bare_motion_jpeg,
    missing_bytes,
    not_a_video_problem,
    open_file,
    shown_path,
    system_path,
    unopened_error,
)
from xl_vqa.words.errors import (
    NotAVideoError,
    NoVideoStreamError,
    VideoEmptyError,
    VideoError,
    VideoTooLargeError,
    VideoTruncatedError,
    VideoUnreadableError,
)
from xl_vqa.words.video_names import RAW_SUFFIXES, suffix_of

MAX_PICTURE_PIXELS: Final = 64_000_000
"""Above 8K (33 million) and below 16K (142 million), whose decoder would take several GiB."""

_DEMUXERS: Final = (
    "mov,mp4,matroska,webm,avi,flv,live_flv,mpegts,mpeg,mpegvideo,asf,ogg,gif,apng,rm,nut,mxf,gxf,dv,ivf,h264,"
    "hevc,vvc,av1,obu,m4v,mjpeg,dirac,yuv4mpegpipe,wtv,vc1,vc1test,swf,bink,h261,h263,caf,wav,w64,mp3,aac,flac,"
    "aiff,ac3,eac3,amr,ape"
)
_OPTIONS: Final = {"protocol_whitelist": "file", "format_whitelist": _DEMUXERS}
_SEEKABLE: Final = ("mov", "matroska")
_LATE_STREAMS: Final = 256
# Its decoder passes over damage without a word, and with several threads the result differs from run to run.
_ONE_THREAD_CODECS: Final = ("hevc",)
_SMALL_PIXELS: Final = 640 * 360
"""Of so small a picture a second thread costs more than it decodes: every packet wakes it."""
_NO_DECODER: Final = (av.error.DecoderNotFoundError, av.error.PatchWelcomeError)


@dataclass(slots=True)
class Source:
    """An open video file: its container, its picture track and what is known without decoding."""

    path: str
    shown: str
    container: InputContainer
    stream: VideoStream
    size_bytes: int
    missing_bytes: int
    """How much of the file the container announces but the disk does not hold; 0 where it cannot be told."""
    video_tracks: int
    threads: int
    """Of the decoder; 1 for codecs that several threads make unpredictable on damaged data."""
    strict: bool = True
    """The decoder reports every error it meets. Otherwise it patches the picture up, as players do."""
    _file: BinaryIO | None = field(default=None, repr=False)

    @property
    def format(self) -> str:
        """FFmpeg's name of the container, for example ``mov,mp4,m4a,3gp,3g2,mj2``."""
        return self.container.format.name

    def rewind(self) -> None:
        """Back to the first packet: quickly where the container can be wound back reliably, else anew."""
        if any(name in _SEEKABLE for name in self.format.split(",")):
            try:
                self.container.seek(self.stream.start_time or 0, stream=self.stream, backward=True)
                return
            except av.error.FFmpegError:
                pass
        self.reopen()

    def reopen(self, *, lenient: bool = False) -> None:
        """Starts over at the first packet with a fresh container and decoder.

        ``lenient`` once and for all turns to patching damaged pictures up, on a single thread: what several
        threads make of damage depends on which of them is faster, and a file must not have two scores.
        """
        if lenient:
            self.strict, self.threads = False, 1
        index = self.stream.index
        self.container.close()
        self.container, self._file = _open_container(self.path, self._file)
        self.stream = self.container.streams[index]  # type: ignore[assignment]
        _prepare_decoder(self.stream, self.threads, self.strict)

    def packets(self) -> Iterator[av.Packet[VideoStream]]:
        """The packets of the picture track from here to the end, without the empty ones that end the stream."""
        for _ in range(_LATE_STREAMS):
            try:
                for packet in self.container.demux(self.stream):
                    if packet.size:
                        yield packet
                return
            except IndexError:
                # A track that appeared after opening (MPEG-TS) can trip PyAV. Asked again, it knows the new
                # track; the packet that is lost belongs to that one.
                continue

    def stored_packets(self) -> int:
        """How many packets of the picture track can be read when what an edit list hides is counted too."""
        container, file = _open_container(self.path, None, {"ignore_editlist": "1"})
        try:
            return sum(packet.size > 0 for packet in container.demux(container.streams[self.stream.index]))
        finally:
            container.close()
            if file is not None:
                file.close()

    def close(self) -> None:
        self.container.close()
        if self._file is not None:
            self._file.close()


@contextmanager
def open_video(path: PathLike, *, threads: int = 2) -> Iterator[Source]:
    """The opened video; errors of FFmpeg inside the ``with`` block leave it as named errors too.

    Raises VideoNotFoundError, VideoAccessError, VideoEmptyError, NotAVideoError, NoVideoStreamError,
    VideoTruncatedError, VideoUnreadableError or VideoTooLargeError.
    """
    shown = shown_path(path)
    with open_file(path) as file:
        try:
            head = file.read(HEAD_BYTES)
            size = os.fstat(file.fileno()).st_size
            missing = missing_bytes(file, size)
        except OSError as error:
            raise access_error(path, error) from error
    if not head:
        raise VideoEmptyError(path=shown)
    if suffix_of(shown) in RAW_SUFFIXES and container_kind(head) is None and not head.startswith(b"YUV4MPEG2"):
        # any bytes look like some format to FFmpeg
        raise NotAVideoError(path=shown, problem="problem_raw")
    problem = not_a_video_problem(head)
    if problem is not None and not is_bare_motion_jpeg(path, head):
        raise NotAVideoError(path=shown, problem=problem)

    full = system_path(path)
    try:
        container, opened = _open_container(full, None)
    except (av.error.FFmpegError, OSError, ValueError, MemoryError) as error:
        raise opening_error(path, head, error) from error
    try:
        stream = _picture_track(container, shown, head)
        context = stream.codec_context
        if context.codec.canonical_name in _ONE_THREAD_CODECS or context.width * context.height <= _SMALL_PIXELS:
            threads = 1
        _prepare_decoder(stream, threads, strict=True)
        source = Source(
            path=full,
            shown=shown,
            container=container,
            stream=stream,
            size_bytes=size,
            missing_bytes=missing,
            video_tracks=len(container.streams.video),
            threads=threads,
            _file=opened,
        )
    except BaseException:
        container.close()
        if opened is not None:
            opened.close()
        raise
    try:
        yield source
    except av.error.FFmpegError as error:
        raise opening_error(path, head, error) from error
    except MemoryError as error:
        raise VideoUnreadableError(path=shown, problem="problem_out_of_memory") from error
    finally:
        source.close()


def check_picture_size(shown: str, width: int, height: int) -> None:
    """Raises VideoTooLargeError where one picture alone would burst the budget."""
    if width * height > MAX_PICTURE_PIXELS:
        raise VideoTooLargeError(
            path=shown,
            problem="problem_picture_size",
            width=width,
            height=height,
            megapixels=round(width * height / 1e6),
            limit=MAX_PICTURE_PIXELS // 1_000_000,
        )


def opening_error(path: PathLike, head: bytes, error: Exception) -> VideoError:
    """The named error for what FFmpeg raised while opening or reading the file."""
    shown = shown_path(path)
    if isinstance(error, MemoryError):
        return VideoUnreadableError(path=shown, problem="problem_out_of_memory")
    if isinstance(error, _NO_DECODER):
        return VideoUnreadableError(path=shown, problem="problem_codec", detail=str(error.strerror))
    # "not permitted" is what some old demuxers say of data they do not understand
    if isinstance(error, (av.error.InvalidDataError, av.error.EOFError, av.error.PermissionError, ValueError)):
        return unopened_error(path, head)
    if isinstance(error, OSError) and not isinstance(error, av.error.FFmpegError):
        return access_error(path, error)
    if container_kind(head) is None:
        return unopened_error(path, head)
    detail = getattr(error, "strerror", None) or type(error).__name__
    return VideoUnreadableError(path=shown, problem="problem_decoder", detail=str(detail))


def _open_container(
    path: str, previous: BinaryIO | None, more_options: Mapping[str, str] = MappingProxyType({})
) -> tuple[InputContainer, BinaryIO | None]:
    options = {**_OPTIONS, **more_options}
    if previous is not None:
        previous.close()
    # FFmpeg reads through its own file calls, which need no GIL; where it cannot be given the name (bytes that
    # are no UTF-8, a long path on Windows), Python opens the file for it
    if sys.platform == "win32":
        by_name = not path.startswith("\\\\?\\")
    else:
        by_name = path.isascii() or _is_unicode(path)
    if by_name:
        return av.open(path, "r", options=options, metadata_errors="replace"), None
    file = open(path, "rb")  # noqa: SIM115 - kept open beside the container
    try:
        return av.open(file, "r", options=options, metadata_errors="replace"), file
    except BaseException:
        file.close()
        raise


def _is_unicode(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _picture_track(container: InputContainer, shown: str, head: bytes) -> VideoStream:
    """A moving track before a single picture, the default one before others, else the largest.

    Cover art is no track at all.
    """
    tracks = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not tracks:
        if len(container.streams) == 0:
            # headers of a video without a single track: what followed them is gone
            problem = "problem_no_index" if container_kind(head) == "mp4" else "problem_header"
            raise VideoTruncatedError(path=shown, problem=problem)
        raise NoVideoStreamError(path=shown)
    readable = [s for s in tracks if s.codec_context is not None]
    if not readable:
        raise VideoUnreadableError(path=shown, problem="problem_codec", detail=container.format.long_name)

    def rank(stream: VideoStream) -> tuple[bool, bool, int, int]:
        context = stream.codec_context
        default = bool(stream.disposition & Disposition.default)
        return stream.frames != 1, default, context.width * context.height, -stream.index

    best = max(readable, key=rank)
    context = best.codec_context
    if context.codec_tag in ("encv", "drmi"):
        raise VideoUnreadableError(path=shown, problem="problem_protected")
    check_picture_size(shown, context.width, context.height)
    return best


def _prepare_decoder(stream: VideoStream, threads: int, strict: bool) -> None:
    context = stream.codec_context
    context.thread_count = threads
    context.thread_type = "AUTO"
    # else columns that the coded video cuts off on the left stay, as far as they are no multiple of 16 or more
    context.flags |= Flags.unaligned
    # FFmpeg itself refuses a picture that turns out larger than its header said
    options = {"max_pixels": str(MAX_PICTURE_PIXELS)}
    if strict:
        options["err_detect"] = "explode"
    context.options = {**context.options, **options}
