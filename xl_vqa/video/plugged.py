"""Videos that a plug-in reads, for formats that no decoder here knows (docs/plug-ins.md).

An entry point of the group ``xl_vqa.readers`` is named by an ending without its dot and names a function that
opens a path. What it gives has ``width``, ``height`` (pixels, as shown), ``count``, ``fps`` and
``picture(number)``: uint8 RGB [height, width, 3]; ``close()`` if it needs closing. It runs in the reader process,
behind the same wall of time and memory as every decoder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from xl_vqa import plug_ins
from xl_vqa.video.colour import PLAIN_COLOUR
from xl_vqa.video.container import check_picture_size
from xl_vqa.video.files import PathLike, shown_path, system_path
from xl_vqa.video.framing import Framing
from xl_vqa.video.index import FrameIndex
from xl_vqa.video.inspection import Inspection, VideoInfo
from xl_vqa.video.pictures import Orientation, Picture
from xl_vqa.words.errors import VideoError, VideoUnreadableError
from xl_vqa.words.rating import Note
from xl_vqa.words.reasons import Detail, Reason
from xl_vqa.words.video_names import PICTURE_SUFFIXES, VIDEO_SUFFIXES, suffix_of


class PluggedVideo:
    """As ``stills.PictureFile``."""

    def __init__(self, path: PathLike, name: str, opened: Any) -> None:
        """Raises VideoUnreadableError where the plug-in gives nonsense, VideoTooLargeError."""
        self.shown = shown_path(path)
        self.notes: list[Note] = [Reason("note_plug_in", name=name)]
        self.decoder = name
        self._opened = opened
        with self._named():
            facts = int(opened.width), int(opened.height), int(opened.count), float(opened.fps)
            if min(facts) <= 0 or not np.isfinite(facts[3]):
                raise ValueError(f"width, height, count, fps: {facts}")
        check_picture_size(self.shown, *facts[:2])
        self.inspection = self._inspect(*facts, os.stat(system_path(path)).st_size)

    def __enter__(self) -> PluggedVideo:
        return self

    def __exit__(self, *_: object) -> None:
        close = getattr(self._opened, "close", None)
        if close is not None:
            close()

    def read(
        self, wanted: Sequence[int], should_stop: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, Picture]]:
        """Each picture of these numbers once, rising, in RGB as shown. Raises VideoUnreadableError."""
        info = self.inspection.info
        for number in sorted(set(wanted)):
            should_stop()
            with self._named():
                picture = np.asarray(self._opened.picture(number))
                if picture.dtype != np.uint8 or picture.shape != (info.height, info.width, 3):
                    raise ValueError(f"picture {number}: {picture.dtype} {picture.shape}")
            yield number, picture

    def _named(self) -> _Named:
        return _Named(self.shown)

    def _inspect(self, width: int, height: int, count: int, fps: float, size: int) -> Inspection:
        places = tuple(range(count))
        step = 1 / Fraction(fps).limit_denominator(1_000_000)
        index = FrameIndex(
            count=count,
            pts=places,
            keyframes=places,
            time_base=step,
            first_pts=0,
            fps=fps,
            duration_s=count / fps,
        )
        info = VideoInfo(
            path=self.shown,
            width=width,
            height=height,
            coded_width=width,
            coded_height=height,
            rotation=0,
            mirrored=False,
            pixel_aspect=1.0,
            fps=fps,
            duration_s=index.duration_s,
            frame_count=count,
            variable_frame_rate=False,
            keyframes=count,
            codec=self.decoder,
            pixel_format="rgb24",
            bit_depth=8,
            has_alpha=False,
            interlaced=False,
            hdr=False,
            container=self.decoder,
            size_bytes=size,
            cut_off=False,
        )
        return Inspection(info, index, Framing(Orientation()), PLAIN_COLOUR)


class _Named:
    """What the code of others raises becomes an error of this video."""

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, VideoError):
            raise VideoUnreadableError(path=self._shown, problem=Detail.of(error)) from error


def open_plugged(path: PathLike) -> PluggedVideo | None:
    """Where a plug-in is there for the ending; None for every other path. Errors as ``PluggedVideo``."""
    plugged = plugged_for(path)
    if plugged is None:
        return None
    with _Named(shown_path(path)):
        opened = plugged.value(os.fspath(system_path(path)))
    return PluggedVideo(path, f"{plugged.package}:{plugged.name}", opened)


def plugged_for(path: PathLike) -> plug_ins.Plugged | None:
    """The plug-in for the ending of ``path``, loaded. What is read here already is never read another way."""
    suffix = suffix_of(os.fspath(path))
    if not suffix or suffix in VIDEO_SUFFIXES | PICTURE_SUFFIXES:
        return None
    return _plugged(suffix.lstrip("."))


# once: behind the wall a package's own files may be out of reach
@cache
def _plugged(ending: str) -> plug_ins.Plugged | None:
    for entry in plug_ins.found(plug_ins.READERS):
        if entry.name.casefold() == ending:
            plugged = plug_ins.use(entry, _check)
            if plugged is not None:
                return plugged
    return None


def _check(value: Any) -> None:
    if not callable(value):
        raise TypeError("not a function of a path")
