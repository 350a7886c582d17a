"""Which videos a browser plays as they are; of the others a page shows stills.

Tried in Chromium 156 with frames counted: H.264 in MP4, QuickTime and Matroska, VP8, VP9 and AV1 in WebM, Matroska
and MP4. It plays no HEVC, MPEG-2, MPEG-4 Visual, ProRes, Theora, MJPEG, FFV1 or GIF, and no H.264 in AVI, TS or
FLV.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

_MP4: Final = "video/mp4"
_WEBM: Final = "video/webm"
_TYPES: Final[Mapping[str, str]] = {
    ".mp4": _MP4,
    ".m4v": _MP4,
    # a browser that is told "video/quicktime" or "video/x-matroska" refuses what it plays under these
    ".mov": _MP4,
    ".mkv": _WEBM,
    ".webm": _WEBM,
}
_CODECS: Final = frozenset({"h264", "vp8", "vp9", "av1"})


@dataclass(frozen=True, slots=True)
class Player:
    """``source`` is the video's address as the page names it; ``note`` stands below the player."""

    source: str
    note: str = ""


def media_type(path: str, codec: str) -> str | None:
    """What a browser is told of a video of this name and codec (as FFmpeg names it); None: it does not play it."""
    return _TYPES.get(PurePath(path).suffix.lower()) if codec.lower() in _CODECS else None
