"""What a video is, without reading more than its packets and its first picture."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import av.error

from xl_vqa.video.colour import colour_of
from xl_vqa.video.container import Source, check_picture_size, open_video
from xl_vqa.video.cropping import cropping_of
from xl_vqa.video.files import PathLike
from xl_vqa.video.framing import Framing, pixel_aspect_of
from xl_vqa.video.halves import CODEC, halves_of
from xl_vqa.video.index import FrameIndex, build_index
from xl_vqa.video.inspection import Inspection, VideoInfo
from xl_vqa.video.losses import examined
from xl_vqa.video.picture_sequence import open_pictures
from xl_vqa.video.pictures import orientation_of
from xl_vqa.words.errors import VideoTruncatedError, VideoUnreadableError


def probe(path: PathLike) -> VideoInfo:
    """The facts about the video at ``path``; milliseconds for a short clip, a pass over the packets for a long.

    Raises VideoNotFoundError, VideoAccessError, VideoEmptyError, NotAVideoError, NoVideoStreamError,
    VideoTruncatedError, VideoUnreadableError or VideoTooLargeError.
    """
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
