"""One clip in many forms: other sizes, frame rates, lengths, containers and crops, each a real file.

Every form is made from one master file by ffmpeg at a quality that adds nothing visible, so that all forms show
the same damage. Blur and low rate are put into the master.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from starter.clips import encoder
from starter.clips.camera import moving_view
from starter.clips.contents import generator

FINE: Final = 10.0
"""Constant rate factor of masters and forms: transparent."""
LOW_RATE: Final = 42.0
BLUR: Final = 1.9
"""Deviation in pixels of a picture of 360 lines, so that it looks the same at every size."""
COPIES: Final = ("clean", "blurred", "low rate")
BASE_FPS: Final = 30.0
# (name, ending, ffmpeg's options): the same coded pictures in another box, then pictures coded without any loss
BOXES: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("mp4", ".mp4", ("-c", "copy")),
    ("mkv", ".mkv", ("-c", "copy")),
    ("mov", ".mov", ("-c", "copy")),
    ("avi", ".avi", ("-c", "copy")),
    ("ts", ".ts", ("-c", "copy")),
)
LOSSLESS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("h264 lossless", ".mp4", ("-c:v", "libx264", "-preset", "veryfast", "-qp", "0")),
    ("ffv1", ".mkv", ("-c:v", "ffv1")),
    ("vp9 lossless", ".webm", ("-c:v", "libvpx-vp9", "-lossless", "1", "-deadline", "realtime", "-cpu-used", "8")),
)


@dataclass(frozen=True, slots=True)
class Forms:
    """Which forms are made. Sizes are (width, height); the first of ``sizes`` is the master's."""

    sizes: tuple[tuple[int, int], ...] = (
        (1920, 1080),
        (1280, 720),
        (960, 540),
        (640, 360),
        (480, 270),
        (256, 144),
    )
    sizes_frames: int = 30
    base: tuple[int, int] = (854, 480)
    """Of all forms but the sizes."""
    rates: tuple[float, ...] = (60, 30, 24, 15, 8)
    rates_s: float = 2.0
    lengths_s: tuple[float, ...] = (0, 1, 2, 10, 60)
    """0 is a single frame; what is longer than ``master_s`` is the master again and again."""
    master_s: float = 10.0


class Scene:
    """Moving views of one photograph; ``name`` seeds the motion. Frames are made once and kept for all copies."""

    def __init__(self, image: Image.Image, name: str) -> None:
        self.image, self.name = image, name
        self._views: dict[tuple[tuple[int, int], int, float], encoder.Frames] = {}

    def view(self, size: tuple[int, int], count: int, fps: float) -> encoder.Frames:
        key = size, count, fps
        if key not in self._views:
            rng = generator("invariance", self.name)
            self._views[key] = moving_view(self.image, size, count, rng, fps, drifting=False)
        return self._views[key]


def variants(scene: Scene, copy: str, forms: Forms, folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Yields (axis, form, file) of ``scene``, damaged as ``copy`` (one of ``COPIES``) says.

    Containers and lossless copies are made of the low-rate copy alone: their pictures are all the same. Raises
    EncoderError.
    """
    maker = _Maker(scene, copy, folder)
    yield from _sizes(maker, forms)
    yield from _rates(maker, forms)
    long = maker.master("long", forms.base, round(forms.master_s * BASE_FPS), BASE_FPS)
    yield from _lengths(maker, forms, long)
    yield from _shapes(maker, forms, long)
    if copy == COPIES[-1]:
        yield from _boxes(maker, long)


@dataclass(slots=True)
class _Maker:
    scene: Scene
    copy: str
    folder: Path

    def master(self, title: str, size: tuple[int, int], count: int, fps: float) -> Path:
        path = self.folder / f"{title}.mp4"
        filters = f"gblur=sigma={BLUR * min(size) / 360:.3f}" if self.copy == "blurred" else ""
        quality = LOW_RATE if self.copy == "low rate" else FINE
        view = self.scene.view(size, count, fps)
        encoder.encode(view, fps, path, "h264", quality, filters=filters, threads=2)
        return path

    def form(self, source: Path, target: str, *options: str, before: tuple[str, ...] = ()) -> Path:
        path = self.folder / target
        command = [encoder.ffmpeg(), "-hide_banner", "-loglevel", "error", "-y", *before, "-i", str(source), "-an"]
        result = subprocess.run(
            [*command, *options, str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
        if result.returncode:
            raise encoder.EncoderError(f"{target}: {result.stderr.decode('utf-8', 'replace').strip()[-400:]}")
        return path

    def filtered(self, source: Path, target: str, filters: str, *options: str) -> Path:
        coding = ("-c:v", "libx264", "-preset", "veryfast", "-crf", f"{FINE:g}", "-pix_fmt", "yuv420p")
        return self.form(source, target, "-vf", filters, *options, *coding)


def _sizes(maker: _Maker, forms: Forms) -> Iterator[tuple[str, str, Path]]:
    master = maker.master("large", forms.sizes[0], forms.sizes_frames, BASE_FPS)
    for width, height in forms.sizes:
        path = master
        if (width, height) != forms.sizes[0]:
            path = maker.filtered(master, f"size{height}.mp4", f"scale={width}:{height}:flags=area")
        yield "size", f"{height}p", path


def _rates(maker: _Maker, forms: Forms) -> Iterator[tuple[str, str, Path]]:
    fastest = forms.rates[0]
    master = maker.master("smooth", forms.base, round(forms.rates_s * fastest), fastest)
    for fps in forms.rates:
        path = master if fps == fastest else maker.filtered(master, f"rate{fps:g}.mp4", f"fps={fps:g}")
        yield "frame rate", f"{fps:g} fps", path


def _lengths(maker: _Maker, forms: Forms, long: Path) -> Iterator[tuple[str, str, Path]]:
    for seconds in forms.lengths_s:
        target = f"length{seconds:g}.mp4"
        if seconds > forms.master_s:
            again = str(round(seconds / forms.master_s) - 1)
            path = maker.form(long, target, "-c", "copy", before=("-stream_loop", again))
        else:
            path = maker.filtered(long, target, "null", "-frames:v", str(max(1, round(seconds * BASE_FPS))))
        yield "length", f"{seconds:g} s" if seconds else "1 frame", path


def _shapes(maker: _Maker, forms: Forms, long: Path) -> Iterator[tuple[str, str, Path]]:
    """Pieces of one picture, so the content differs somewhat; all of one length."""
    height = forms.base[1]
    narrow = height * 9 // 16 // 2 * 2
    for form, filters in (
        ("landscape", "null"),
        ("square", f"crop={height}:{height}"),
        ("portrait", f"crop={narrow}:{height}"),
        ("turned", "transpose=clock"),
    ):
        path = maker.filtered(long, f"{form}.mp4", filters, "-frames:v", str(round(2 * BASE_FPS)))
        yield "shape", form, path


def _boxes(maker: _Maker, long: Path) -> Iterator[tuple[str, str, Path]]:
    first = maker.form(long, "first.mp4", "-c", "copy", "-frames:v", str(round(2 * BASE_FPS)))
    for form, ending, options in BOXES:
        yield "container", form, maker.form(first, f"box{ending}", *options)
    for form, ending, options in LOSSLESS:
        yield "lossless copy", form, maker.form(first, f"lossless{ending}", "-pix_fmt", "yuv420p", *options)
