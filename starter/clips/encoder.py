"""ffmpeg for making clips: raw frames in, files out, and VMAF between two clips.

The binary comes with imageio-ffmpeg (GPL build, used for training only, never shipped).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]
"""Shape (n, height, width, 3), RGB."""

CODECS: Final[dict[str, tuple[str, ...]]] = {
    "h264": ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"),
    # as old and cheap encoders leave it: the edges of the blocks are not smoothed
    "h264_blocky": (
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-x264-params",
        "no-deblock=1",
        "-pix_fmt",
        "yuv420p",
    ),
    "hevc": (
        "-c:v",
        "libx265",
        "-preset",
        "veryfast",
        "-pix_fmt",
        "yuv420p",
        "-x265-params",
        "log-level=0:pools=1",
    ),
    "av1": ("-c:v", "libsvtav1", "-preset", "10", "-pix_fmt", "yuv420p", "-svtav1-params", "lp=1"),
    "vp9": ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "7", "-b:v", "0", "-pix_fmt", "yuv420p"),
    "mpeg4": ("-c:v", "mpeg4", "-pix_fmt", "yuv420p"),
}
CONTAINERS: Final = {"vp9": ".webm"}


class EncoderError(RuntimeError):
    """ffmpeg failed; the message ends with its own words."""


def ffmpeg() -> str:
    """Path of the ffmpeg binary. Raises EncoderError where imageio-ffmpeg is not installed."""
    try:
        import imageio_ffmpeg
    except ImportError as error:
        raise EncoderError("imageio-ffmpeg is missing: pip install 'xl_vqa[starter]'") from error
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def quality_option(codec: str, value: float) -> tuple[str, ...]:
    """The option by which ``codec`` is told its quality; a higher value is a worse picture."""
    return ("-q:v", f"{value:g}") if codec == "mpeg4" else ("-crf", f"{value:g}")


def encode(
    frames: Frames, fps: float, path: Path, codec: str, quality: float, *, filters: str = "", threads: int = 1
) -> None:
    """Writes ``frames`` through ``filters`` as one encoded file. Raises EncoderError."""
    height, width = frames.shape[1:3]
    command = [ffmpeg(), "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", f"{fps:g}", "-i", "-"]
    command += ["-vf", filters] if filters else []
    command += [*CODECS[codec], *quality_option(codec, quality), "-threads", str(threads), "-an", str(path)]
    _run(command, np.ascontiguousarray(frames).tobytes())


def recode(source: Path, target: Path, quality: float, *, filters: str = "", frames: int = 0) -> None:
    """``source`` through ``filters`` as an H.264 file; of ``frames`` at most, where that is not 0.

    Raises EncoderError.
    """
    command = [ffmpeg(), "-hide_banner", "-loglevel", "error", "-y", "-threads", "1", "-i", str(source)]
    command += [*(("-vf", filters) if filters else ()), *(("-frames:v", str(frames)) if frames else ())]
    command += [*CODECS["h264"], *quality_option("h264", quality), "-threads", "1", "-an", str(target)]
    _run(command, None)


def write_raw(frames: Frames, path: Path, *, filters: str = "") -> None:
    """The frames, through ``filters``, as planar YUV 4:2:0 without a container: the reference of ``vmaf``."""
    height, width = frames.shape[1:3]
    command = [ffmpeg(), "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-i", "-", *(("-vf", filters) if filters else ())]
    command += ["-f", "rawvideo", "-pix_fmt", "yuv420p", str(path)]
    _run(command, np.ascontiguousarray(frames).tobytes())


def vmaf(path: Path, reference: Path, size: tuple[int, int], *, every: int = 4) -> float:
    """VMAF (0..100) of ``path`` against raw frames of ``size`` (width, height), on every n-th frame.

    Raises EncoderError.
    """
    width, height = size
    # both on one clock, frame by frame: a rounding difference would compare a frame with the one before
    graph = (
        f"[0:v]settb=1/1000,setpts=40*N,scale={width}:{height}:flags=bicubic,format=yuv420p[a];"
        "[1:v]settb=1/1000,setpts=40*N[b];"
        f"[a][b]libvmaf=n_threads=1:n_subsample={every}"
    )
    command = [
        ffmpeg(),
        "-hide_banner",
        "-nostats",
        "-threads",
        "1",
        "-i",
        str(path),
        "-f",
        "rawvideo",
        "-pix_fmt",
    ]
    command += ["yuv420p", "-s", f"{width}x{height}", "-i", str(reference), "-lavfi", graph, "-f", "null", "-"]
    found = re.search(r"VMAF score: ([0-9.]+)", _run(command, None))
    if found is None:
        raise EncoderError(f"ffmpeg gave no VMAF for {path.name}")
    return float(found[1])


def read_segment(path: Path, start_s: float, count: int, size: tuple[int, int], filters: str = "") -> Frames:
    """``count`` frames from ``start_s``, scaled to ``size`` (width, height).

    Raises EncoderError where there are fewer.
    """
    width, height = size
    chain = ",".join(part for part in (filters, f"scale={width}:{height}:flags=lanczos") if part)
    command = [
        ffmpeg(),
        "-hide_banner",
        "-loglevel",
        "error",
        "-ss",
        f"{start_s:.4f}",
        "-i",
        str(path),
        "-vf",
        chain,
    ]
    command += ["-frames:v", str(count), "-threads", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    data = subprocess.run(command, capture_output=True, check=False).stdout
    if len(data) != count * width * height * 3:
        raise EncoderError(f"{path.name}: fewer than {count} frames from second {start_s:.2f}")
    return np.frombuffer(data, np.uint8).reshape(count, height, width, 3)


def scene_cuts(path: Path, threshold: float = 0.25) -> list[float]:
    """Seconds at which a new shot begins."""
    graph = f"scale=160:90,select='gt(scene,{threshold})',metadata=print:file=-"
    command = [
        ffmpeg(),
        "-hide_banner",
        "-loglevel",
        "error",
        "-i",
        str(path),
        "-an",
        "-vf",
        graph,
        "-f",
        "null",
        "-",
    ]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [float(value) for value in re.findall(r"pts_time:([0-9.]+)", output)]


def _run(command: Sequence[str], data: bytes | None) -> str:
    stdin: dict[str, Any] = {"stdin": subprocess.DEVNULL} if data is None else {"input": data}
    result = subprocess.run(command, capture_output=True, check=False, **stdin)
    output: str = result.stderr.decode("utf-8", "replace")
    if result.returncode:
        raise EncoderError(f"ffmpeg stopped with {result.returncode}: {output.strip()[-400:]}")
    return output
