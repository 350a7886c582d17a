"""Makers of test videos, ordinary and odd, through PyAV: no ffmpeg program and no stored binary is needed.

Every frame carries its own number as a bar code in its top rows (``frame_number`` reads it back), so a test
can prove that the frame it got is the frame it asked for. Content moves and is textured, so codecs work hard.
"""

from __future__ import annotations

import io
import math
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
BITS = 12
os.environ.setdefault("SVT_LOG", "0")  # else the AV1 encoder prints a page per clip

# Fast settings that still give long groups of pictures, B-frames and several references.
_FAST: dict[str, dict[str, str]] = {
    "libx264": {"preset": "veryfast", "crf": "20", "threads": "2"},
    "libx265": {"preset": "ultrafast", "crf": "20", "x265-params": "log-level=none"},
    "libsvtav1": {"preset": "9", "crf": "20"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "25", "b": "0"},
    # below zero: the speed is held, and the file does not hang on how busy the machine is
    "libvpx": {"deadline": "realtime", "cpu-used": "-8", "crf": "10", "b": "2000000"},
    "mpeg4": {"b": "4000000"},
    "mpeg2video": {"b": "6000000"},
}


def texture(width: int, height: int, seed: int = 0) -> Frame:
    """A still, smooth but detailed colour picture, HxWx3."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for cell, weight in ((64, 90.0), (16, 45.0), (4, 25.0)):
        rows, columns = height // cell + 2, width // cell + 2
        noise = rng.random((rows, columns, 3), dtype=np.float32) - 0.5
        y, x = np.arange(height) / cell, np.arange(width) / cell
        y0, x0 = y.astype(int), x.astype(int)
        fy = (y - y0).astype(np.float32)[:, None, None]
        fx = (x - x0).astype(np.float32)[None, :, None]
        top = noise[y0][:, x0] * (1 - fx) + noise[y0][:, x0 + 1] * fx
        bottom = noise[y0 + 1][:, x0] * (1 - fx) + noise[y0 + 1][:, x0 + 1] * fx
        picture += weight * 2 * (top * (1 - fy) + bottom * fy)
    return np.clip(picture + 128, 0, 255).astype(np.uint8)


def moving_content(width: int, height: int, seed: int = 0) -> Callable[[int], Frame]:
    """A pan over a texture with a square that moves against it; call it with the frame number."""
    margin = 64
    wide = texture(width + margin, height + margin, seed)

    def frame(number: int) -> Frame:
        dx = round(margin / 2 * (1 - math.cos(number / 17)))
        dy = round(margin / 2 * (1 - math.cos(number / 23)))
        picture = wide[dy : dy + height, dx : dx + width].copy()
        side = max(min(width, height) // 6, 1)
        x = (number * 5) % max(width - side, 1)
        y = height // 3
        picture[y : y + side, x : x + side] = (220, 60 + (number * 3) % 120, 40)
        return picture

    return frame


def still_content(width: int, height: int, seed: int = 0) -> Callable[[int], Frame]:
    """The same picture in every frame (use with ``barcode=False``)."""
    picture = texture(width, height, seed)
    return lambda number: picture


def flat_content(width: int, height: int, color: tuple[int, int, int] = (0, 0, 0)) -> Callable[[int], Frame]:
    """One colour throughout, black where not said (use with ``barcode=False``)."""
    picture = np.full((height, width, 3), color, np.uint8)
    return lambda number: picture


def draw_number(picture: Frame, number: int) -> None:
    """Writes ``number`` into the top rows as BITS black or white blocks, in place."""
    height, width = picture.shape[:2]
    rows = _barcode_rows(height)
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        picture[:rows, left:right] = 235 if number >> bit & 1 else 16


def frame_number(picture: Frame) -> int:
    """The number that ``draw_number`` wrote, from a decoded picture (not rotated)."""
    height, width = picture.shape[:2]
    rows = _barcode_rows(height)
    number = 0
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        inset = (right - left) // 4
        block = picture[rows // 4 : max(rows - rows // 4, rows // 4 + 1), left + inset : right - inset]
        number |= int(block.mean() > 125) << bit
    return number


def _barcode_rows(height: int) -> int:
    return max(height // 10, 8) if height >= 16 else height


@contextmanager
def kept_priority() -> Iterator[None]:
    """Takes back the real-time priority that SVT-AV1 gives the thread which encodes, where it may (as root).

    Every process that is started later has it too, and two that wait in turns on two cores let nothing else run.
    """
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, *before)


def make_clip(
    path: str | Path,
    width: int = 320,
    height: int = 240,
    frames: int = 60,
    fps: float | Fraction = 30,
    codec: str = "libx264",
    *,
    pixel_format: str | None = None,
    container: str | None = None,
    gop: int | None = None,
    b_frames: int | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    content: Callable[[int], Frame] | None = None,
    barcode: bool = True,
    times_s: Sequence[float] | None = None,
    start_s: float = 0.0,
    rotation: int = 0,
    full_range: bool | None = None,
    colorspace: str | None = None,
    audio: bool = False,
    seed: int = 0,
) -> Path:
    """Writes a clip and returns its path.

    ``times_s`` gives every frame its own time (variable frame rate); ``rotation`` (degrees clockwise that a
    player turns the picture, .mp4 and .mov only); ``colorspace`` is ``bt601``, ``bt709`` or ``bt2020``;
    ``content`` maps a frame number to an HxWx3 picture. Codec names are FFmpeg's.
    """
    path = Path(path)
    content = content or moving_content(width, height, seed)
    rate = Fraction(fps).limit_denominator(100_000)
    opened = av.open(str(path), "w", format=container, container_options=container_options or {})
    with kept_priority(), opened as output:
        settings = {**_FAST.get(codec, {}), **(options or {})}
        if codec == "libx265":
            # its thread pool can wait for itself for ever on a busy machine
            settings["x265-params"] = (
                settings.get("x265-params", "") + ":log-level=none:pools=none:frame-threads=1"
            )
        stream: Any = output.add_stream(codec, rate=rate, options=settings)
        stream.width, stream.height = width, height
        stream.pix_fmt = pixel_format or _default_format(codec, width, height)
        context = stream.codec_context
        if gop is not None:
            context.gop_size = gop
        if b_frames is not None:
            context.max_b_frames = b_frames
        if codec == "libx264":
            # left alone, x264 cuts every picture into one slice per thread, which is unlike common files
            context.thread_type = "FRAME"
        tags: dict[str, int] = {}
        if colorspace is not None:
            context.colorspace = tags["colorspace"] = {"bt709": 1, "bt601": 6, "bt2020": 9}[colorspace]
        if full_range is not None:
            context.color_range = tags["color_range"] = 2 if full_range else 1
        # a fine clock only where it is needed: MPEG-4 Part 2 and AVI cannot hold it
        tick = Fraction(1, 90_000) if times_s is not None or start_s else 1 / rate
        stream.time_base = context.time_base = tick
        sound = _add_sound(output, frames / float(rate)) if audio else []
        for number in range(frames):
            picture = content(number)
            if barcode:
                picture = picture.copy()
                draw_number(picture, number)
            at = times_s[number] if times_s is not None else number / float(rate)
            frame = _to_format(picture, stream.pix_fmt, tags)
            frame.time_base = tick
            frame.pts = round((start_s + at) / tick)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        for packet in sound:
            output.mux(packet)
    if rotation:
        set_rotation(path, rotation)
    return path


def _default_format(codec: str, width: int, height: int) -> str:
    special = {
        "gif": "rgb8",
        "mjpeg": "yuvj420p",
        "prores_ks": "yuv422p10le",
        "png": "rgb24",
        "apng": "rgb24",
        "qtrle": "rgb24",
        "huffyuv": "yuv422p",
    }
    if codec in ("libx264", "libx265") and (width % 2 or height % 2):
        return "yuv444p"  # these encoders refuse odd sizes with halved colour
    return special.get(codec, "yuv420p")


def _to_format(picture: Frame, pixel_format: str, tags: dict[str, int]) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    if pixel_format == "rgb24":
        return frame
    wanted: dict[str, Any] = {"format": pixel_format}
    if "colorspace" in tags:
        wanted["dst_colorspace"] = tags["colorspace"]
    if "color_range" in tags:
        wanted["dst_color_range"] = tags["color_range"]
    result = frame.reformat(**wanted)
    if "colorspace" in tags:
        result.colorspace = tags["colorspace"]
    if "color_range" in tags:
        result.color_range = tags["color_range"]
    return result


def _add_sound(output: Any, seconds: float) -> list[Any]:
    """A tone beside the picture; the packets are muxed by the caller."""
    name = "libopus" if output.format.name == "webm" else "aac"
    rate = 48_000
    stream = output.add_stream(name, rate=rate, layout="mono")
    samples = (0.2 * np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate)).astype(np.float32)
    packets = []
    for start in range(0, len(samples) - 960, 960):
        frame = av.AudioFrame.from_ndarray(samples[None, start : start + 960], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        packets.extend(stream.encode(frame))
    packets.extend(stream.encode(None))
    return packets


def make_audio_only(path: str | Path, seconds: float = 1.0) -> Path:
    """Sound without a picture (.m4a, .mp4, .wav by the ending; AAC or as the container takes)."""
    path = Path(path)
    with av.open(str(path), "w") as output:
        for packet in _add_sound(output, seconds):
            output.mux(packet)
    return path


def make_image(path: str | Path, width: int = 64, height: int = 48) -> Path:
    """A still picture: .png, .jpg, .bmp or .tiff by the ending, or a one-picture .gif."""
    path = Path(path)
    if path.suffix.lower() == ".gif":
        return make_clip(path, width, height, 1, 10, "gif")
    codec, pixel_format = {
        ".png": ("png", "rgb24"),
        ".jpg": ("mjpeg", "yuvj420p"),
        ".bmp": ("bmp", "bgr24"),
        ".tiff": ("tiff", "rgb24"),
    }[path.suffix.lower()]
    context: Any = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = width, height, pixel_format
    context.time_base = Fraction(1, 25)
    frame = _to_format(texture(width, height), pixel_format, {})
    frame.pts = 0
    data = io.BytesIO()
    for packet in [*context.encode(frame), *context.encode(None)]:
        data.write(bytes(packet))
    path.write_bytes(data.getvalue())
    return path


def set_rotation(path: str | Path, degrees: int) -> None:
    """Writes a display matrix (clockwise degrees: 90, 180 or 270) into the first track of an .mp4 or .mov."""
    matrix = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[degrees]
    data = bytearray(Path(path).read_bytes())
    at = data.index(b"tkhd") + 4
    # version 1 has 64-bit times; the matrix of nine 32-bit numbers follows volume and a reserved field
    at += (4 + 20 + 8 + 8) if data[at] == 0 else (4 + 32 + 8 + 8)
    a, b, c, d = (value * 0x10000 for value in matrix)
    struct.pack_into(">9i", data, at, a, b, 0, c, d, 0, 0, 0, 0x40000000)
    Path(path).write_bytes(data)


def cut(path: str | Path, target: str | Path, share: float) -> Path:
    """A copy that ends after ``share`` (0..1) of the bytes, as an aborted copy leaves it."""
    data = Path(path).read_bytes()
    Path(target).write_bytes(data[: int(len(data) * share)])
    return Path(target)


def damage(
    path: str | Path, target: str | Path, *, flips: int, seed: int, start: float = 0.0, end: float = 1.0
) -> Path:
    """A copy with ``flips`` random bytes overwritten between two shares of the file."""
    data = bytearray(Path(path).read_bytes())
    rng = np.random.default_rng(seed)
    for at in rng.integers(int(len(data) * start), max(int(len(data) * end), 1), flips):
        data[int(at)] = int(rng.integers(256))
    Path(target).write_bytes(data)
    return Path(target)
