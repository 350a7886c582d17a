"""How far the starter's score moves when the same clip comes in another size, length, frame rate or container.

Every variant is a real file that goes the product's own way: decoder, patches, model. Two photographs of a source
that training never saw, each as a clean copy and as one of far too low a bit rate.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from PIL import Image

from xl_vqa.errors import XlVqaError
from xl_vqa.rating import LabelDistribution
from xl_vqa.training import contents, encoder, sources
from xl_vqa.video.read import read_frames
from xl_vqa.vlm.rater import Rater

PHOTOS: Final = (
    "lomiri-wallpapers-20.04/Fossa_by_Jasper_Roks",
    "lomiri-wallpapers-20.04/Kleiber_by_Lukas_Baubkus",
)
COPIES: Final = {"clean": 14.0, "low rate": 42.0}
SIZES: Final = ((640, 360), (1280, 720), (1920, 1080))
BASE: Final = (1280, 720)


def measure(rater: Rater, work: Path) -> list[dict[str, Any]]:
    """One row per axis, content and copy: the MOS of every variant. Raises SourceError, EncoderError."""
    photos = {photo.name: photo for photo in sources.photos(work)}
    rows = []
    for name in PHOTOS:
        for copy, quality in COPIES.items():
            with tempfile.TemporaryDirectory() as folder:
                found: dict[str, dict[str, float]] = {}
                for axis, variant, path in _variants(photos[name], quality, Path(folder)):
                    found.setdefault(axis, {})[variant] = _mos(rater, path)
            rows += [
                {"axis": axis, "content": name.split("/")[1], "copy": copy, "mos": mos}
                for axis, mos in found.items()
            ]
    return rows


def _mos(rater: Rater, path: Path) -> float:
    (outcome,) = rater.rate([(rater.prepare(read_frames(path, rater.spec.sampling)), None)])
    if isinstance(outcome, XlVqaError):
        raise outcome
    assert isinstance(outcome, LabelDistribution)
    return outcome.scale.to_mos(outcome.expectation())


def _variants(photo: sources.Photo, quality: float, folder: Path) -> Iterator[tuple[str, str, Path]]:
    with Image.open(photo.path) as opened:
        image = opened.convert("RGB")

    def render(size: tuple[int, int], count: int, fps: float) -> encoder.Frames:
        rng = contents.generator("invariance", photo.name)
        return contents.moving_view(image, size, count, rng, fps, drifting=False)

    large = render(SIZES[-1], 60, 30.0)
    for width, height in SIZES:
        path = folder / f"size{height}.mp4"
        encoder.encode(large, 30.0, path, "h264", quality, filters=f"scale={width}:{height}:flags=area")
        yield "size", f"{height}p", path
    long = render(BASE, 300, 30.0)
    for seconds in (2, 10):
        path = folder / f"length{seconds}.mp4"
        encoder.encode(long[: 30 * seconds], 30.0, path, "h264", quality)
        yield "length", f"{seconds} s", path
    smooth = render(BASE, 120, 60.0)
    for fps in (15, 30, 60):
        path = folder / f"rate{fps}.mp4"
        encoder.encode(smooth[:: 60 // fps], float(fps), path, "h264", quality)
        yield "frame rate", f"{fps} fps", path
    # VP9 is the one codec that all three containers take
    first = folder / "container.webm"
    encoder.encode(long[:60], 30.0, first, "vp9", quality + 15)
    yield "container", "webm", first
    for ending in ("mkv", "mp4"):
        path = first.with_suffix(f".{ending}")
        command = [encoder.ffmpeg(), "-loglevel", "error", "-y", "-i", str(first), "-c", "copy", str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        yield "container", ending, path
