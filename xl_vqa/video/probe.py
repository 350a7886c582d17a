"""What a video is, without reading more than its packets and its first picture."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import av.error

from xl_vqa.video.colour import Colour, colour_of
from xl_vqa.video.container import Source, check_picture_size, open_video
from xl_vqa.video.cropping import cropping_of
from xl_vqa.video.files import PathLike
from xl_vqa.video.framing import Framing, pixel_aspect_of
from xl_vqa.video.halves import CODEC, Halves, halves_of
from xl_vqa.video.index import FrameIndex, build_index
from xl_vqa.video.losses import examined
from xl_vqa.video.pictures import orientation_of
from xl_vqa.words.errors import VideoTruncatedError, VideoUnreadableError


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """The facts about one video. Sizes are in pixels, times in seconds."""

    path: str
    width: int
    """As shown: with square pixels, rotation applied."""
    height: int
    coded_width: int
    """As stored."""
    coded_height: int
    rotation: int
    """Degrees clockwise that a player turns the stored picture: 0, 90, 180 or 270."""
    mirrored: bool
    pixel_aspect: float
    """Width of a stored pixel to its height; the size as shown is that of square ones."""
    fps: float
    """The average over the whole length."""
    duration_s: float
    frame_count: int
    variable_frame_rate: bool
    keyframes: int
    """How many pictures decoding can start at; 0 where it was not counted."""
    codec: str
    pixel_format: str
    bit_depth: int
    has_alpha: bool
    interlaced: bool
    hdr: bool
    container: str
    size_bytes: int
    cut_off: bool
    """The file ends before its own header says."""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What ``read_frames`` needs to know of an open source: the facts, the index, how it is shown."""

    info: VideoInfo
    index: FrameIndex
    framing: Framing
    colour: Colour
    halves: Halves | None = None
    """Where every coded picture is a field: ``index`` is of the frames that two of them make."""


def probe(path: PathLike) -> VideoInfo:
    """The facts about the video at ``path``; milliseconds for a short clip, a pass over the packets for a long.

    Raises VideoNotFoundError, VideoAccessError, VideoEmptyError, NotAVideoError, NoVideoStreamError,
    VideoTruncatedError, VideoUnreadableError or VideoTooLargeError.
    """
    from xl_vqa.video.picture_sequence import open_pictures

    pictures = open_pictures(path)
    if pictures is not None:
        with pictures:
            return pictures.inspection.info
    with open_video(path) as source:
        return inspect(source).info


def inspect(source: Source, *, should_stop: Callable[[], None] = lambda: None) -> Inspection:
    """Scans the packets and decodes the first picture. Errors as ``probe``."""
    index = examined(source, build_index(source, should_stop=should_stop))
    frame = _first_frame(source, index)
    index = index.begun_at(frame.pts)
    # FFmpeg marks HEVC's pictures so where they are fields, and no others
    is_field = frame.interlaced_frame and source.stream.codec_context.codec.canonical_name == CODEC
    halves = halves_of(index) if is_field else None
    coded_height = frame.height if halves is None else 2 * frame.height
    index = index if halves is None else halves.frames
    check_picture_size(source.shown, frame.width, coded_height)
    cropping = cropping_of(source).within(frame.width, coded_height)
    framing = Framing(orientation_of(frame), pixel_aspect_of(source.stream), cropping)
    colour = colour_of(frame)
    width, height = framing.shown_size(frame.width, coded_height)
    check_picture_size(source.shown, width, height)
    components = frame.format.components
    info = VideoInfo(
        path=source.shown,
        width=width,
        height=height,
        coded_width=frame.width,
        coded_height=coded_height,
        rotation=framing.orientation.rotation,
        mirrored=framing.orientation.mirrored,
        pixel_aspect=float(framing.pixel_aspect),
        fps=index.fps,
        duration_s=index.duration_s,
        frame_count=index.count,
        variable_frame_rate=index.variable_frame_rate,
        keyframes=len(index.keyframes),
        codec=_codec_name(source),
        pixel_format=frame.format.name,
        bit_depth=max((component.bits for component in components), default=8),
        has_alpha=any(component.is_alpha for component in components),
        interlaced=frame.interlaced_frame,
        hdr=colour.tone_map is not None,
        container=source.format,
        size_bytes=source.size_bytes,
        cut_off=index.cut_off,
    )
    return Inspection(info, index, framing, colour, halves)


def _first_frame(source: Source, index: FrameIndex) -> av.VideoFrame:
    """The first picture that can be decoded, from the start of the file."""
    source.rewind()
    frame, failure = _decode_one(source)
    if frame is None and source.strict:
        source.reopen(lenient=True)
        frame, failure = _decode_one(source)
    if frame is not None:
        return frame
    if failure:
        raise VideoUnreadableError(path=source.shown, problem="problem_decoder", detail=failure)
    kind = VideoTruncatedError if index.cut_off else VideoUnreadableError
    raise kind(path=source.shown, problem="problem_no_pictures")


def _decode_one(source: Source) -> tuple[av.VideoFrame | None, str]:
    """A frame, or why there is none where the reason is not damaged data."""
    context = source.stream.codec_context
    failure = ""
    # None at the end asks the decoder for what it holds back: a video may have fewer frames than it delays
    for packet in itertools.chain(source.packets(), (None,)):
        try:
            frames = context.decode(packet)
        except (av.error.InvalidDataError, av.error.EOFError):
            continue
        except av.error.FFmpegError as error:
            failure = failure or str(error.strerror)
            continue
        for frame in frames:
            if not (frame.is_corrupt and source.strict):
                return frame, ""
    return None, failure


def _codec_name(source: Source) -> str:
    """The format's name and not the decoder's: ``av1`` where libdav1d decodes it."""
    name = source.stream.codec_context.codec.canonical_name
    return str(name)
