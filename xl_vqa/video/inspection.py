"""What was found out of a video before its pictures are read: facts for people, and what reading needs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from xl_vqa.video.colour import Colour
from xl_vqa.video.framing import Framing
from xl_vqa.video.halves import Halves
from xl_vqa.video.index import FrameIndex


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
