"""Pictures, moving or not, through Pillow: a still is a clip of one frame, a GIF, APNG, WebP or AVIF one of many.

The same animation is the same pictures in each of these formats. FFmpeg makes four videos of it: another ground
under transparent parts, no length for the last picture, and no WebP at all.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from xl_vqa.video.colour import PLAIN_COLOUR
from xl_vqa.video.container import check_picture_size
from xl_vqa.video.files import (
    HEAD_BYTES,
    PathLike,
    access_error,
    is_heic,
    open_file,
    shown_path,
    system_path,
)
from xl_vqa.video.framing import Framing
from xl_vqa.video.index import FrameIndex
from xl_vqa.video.inspection import Inspection, VideoInfo
from xl_vqa.video.pictures import Orientation, Picture
from xl_vqa.words.errors import NotAVideoError, VideoError, VideoTruncatedError, VideoUnreadableError
from xl_vqa.words.rating import Note
from xl_vqa.words.reasons import Reason

FORMATS: Final = ("GIF", "PNG", "WEBP", "AVIF", "JPEG", "BMP", "TIFF", "HEIF")
"""HEIF only where pi-heif is installed (``reads_heic``)."""
_ANIMATED: Final = ("GIF", "PNG", "WEBP", "AVIF")
GROUND: Final = (255, 255, 255)
"""What lies under transparent parts: the page that a browser shows a picture on."""
_NO_DELAY_MS: Final = 10
_USUAL_DELAY_MS: Final = 100
"""Pictures shown for 10 ms or less are shown for 100 ms, as every browser does."""
_MILLISECOND: Final = Fraction(1, 1000)


@lru_cache(maxsize=1)
def reads_heic() -> bool:
    """Whether Pillow reads HEIC: by the package pi-heif, which the extra ``heic`` brings."""
    try:
        pi_heif = importlib.import_module("pi_heif")
    except (ImportError, OSError):
        return False
    pi_heif.register_heif_opener()
    return True


class PictureFile:
    """One open picture file. Close it, or use it in a ``with`` block."""

    decoder = "Pillow"

    def __init__(self, path: PathLike) -> None:
        """Raises NotAVideoError, VideoTooLargeError, VideoTruncatedError or VideoUnreadableError."""
        self.shown = shown_path(path)
        self._path = path
        self._transparent = False
        try:
            readable = FORMATS if reads_heic() else FORMATS[:-1]
            self._image = Image.open(system_path(path), formats=readable)
            check_picture_size(self.shown, *self._image.size)
            self._frames = self._count()
            # where the default picture of an APNG is not part of the animation, it is the first one for Pillow
            self._first = int(self._frames > 1 and bool(getattr(self._image, "default_image", False)))
            self.inspection = self._inspect(os.stat(system_path(path)).st_size)
        except UnidentifiedImageError as error:
            raise NotAVideoError(path=self.shown, problem=self._unknown()) from error
        except Image.DecompressionBombError:
            check_picture_size(self.shown, 1 << 16, 1 << 16)
            raise
        except Exception as error:
            raise self._named(error) from error

    def __enter__(self) -> PictureFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._image.close()

    def read(
        self, wanted: Sequence[int], should_stop: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, Picture]]:
        """Each picture of these numbers once, rising, in RGB as shown. Errors as on opening."""
        for number in sorted(set(wanted)):
            should_stop()
            try:
                picture = self._picture(number)
            except Exception as error:
                raise self._named(error) from error
            yield number, picture

    @property
    def notes(self) -> list[Note]:
        """About the pictures read so far."""
        return [Reason("note_on_white")] if self._transparent else []

    def _count(self) -> int:
        if self._image.format not in _ANIMATED:  # the pages of a TIFF and the depth map of a phone are no motion
            return 1
        return int(getattr(self._image, "n_frames", 1))

    def _inspect(self, size_bytes: int) -> Inspection:
        shown_ms, broken = self._delays()
        count = len(shown_ms)
        starts = tuple(sum(shown_ms[:number]) for number in range(count))
        length = sum(shown_ms) / 1000
        index = FrameIndex(
            count=count,
            pts=starts,
            keyframes=starts,
            time_base=_MILLISECOND,
            first_pts=0,
            fps=count / length,
            duration_s=length,
            cut_off=broken,
            last_s=shown_ms[-1] / 1000,
        )
        image = self._oriented()
        info = VideoInfo(
            path=self.shown,
            width=image.width,
            height=image.height,
            coded_width=self._image.width,
            coded_height=self._image.height,
            rotation=0,
            mirrored=False,
            pixel_aspect=1.0,
            fps=index.fps,
            duration_s=length,
            frame_count=count,
            variable_frame_rate=index.variable_frame_rate,
            keyframes=count,
            codec=str(self._image.format).lower(),
            pixel_format=self._image.mode,
            bit_depth=8,
            has_alpha=image.has_transparency_data,
            interlaced=False,
            hdr=False,
            container=str(self._image.format).lower(),
            size_bytes=size_bytes,
            cut_off=broken,
        )
        return Inspection(info, index, Framing(Orientation()), PLAIN_COLOUR)

    def _delays(self) -> tuple[list[int], bool]:
        """How long each picture is shown, in milliseconds, and whether the file breaks off."""
        delays: list[int] = []
        for number in range(self._first, self._frames):
            try:
                self._image.seek(number)
                # only a decoded frame knows its delay in some formats, and whether it is whole in any
                self._image.load()
            except (OSError, SyntaxError, ValueError, EOFError):
                if not delays:
                    raise
                return delays, True
            delay = round(float(self._image.info.get("duration") or 0))
            delays.append(delay if delay > _NO_DELAY_MS else _USUAL_DELAY_MS)
        self._image.seek(self._first)
        return delays, False

    def _oriented(self) -> Image.Image:
        """The current picture; a photo is turned as its camera was held."""
        return ImageOps.exif_transpose(self._image) if self._frames == 1 else self._image

    def _picture(self, number: int) -> Picture:
        self._image.seek(self._first + number)
        image = self._oriented()
        if image.mode.startswith(("I", "F")):
            levels = np.asarray(image, np.float64) / (257 if image.mode.startswith("I") else 1)
            grey = np.round(levels).clip(0, 255).astype(np.uint8)
            return np.repeat(grey[..., None], 3, axis=2)
        if not image.has_transparency_data:
            return np.asarray(image.convert("RGB"), np.uint8)
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, (*GROUND, 255))
        lowest: Any = layered.getchannel("A").getextrema()[0]
        flat = Image.alpha_composite(ground, layered).convert("RGB")
        self._transparent = self._transparent or bool(lowest < 255)
        return np.asarray(flat, np.uint8)

    def _unknown(self) -> str:
        with open_file(self._path) as file:
            is_missing = is_heic(file.read(HEAD_BYTES)) and not reads_heic()
        return "problem_heic" if is_missing else "problem_still_image"

    def _named(self, error: Exception) -> VideoError:
        if isinstance(error, VideoError):
            return error
        if isinstance(error, MemoryError):
            return VideoUnreadableError(path=self.shown, problem="problem_out_of_memory")
        if isinstance(error, OSError) and error.errno is not None:
            return access_error(self._path, error)
        if "truncated" in str(error).lower() or isinstance(error, EOFError):
            return VideoTruncatedError(path=self.shown, problem="problem_no_pictures")
        return VideoUnreadableError(path=self.shown, problem="problem_decoder", detail=str(error).strip()[:200])
