"""The video of a page: as its player names it where a browser plays it, else why there is none.

Tried in Chromium 156 with frames counted: H.264 in MP4, QuickTime and Matroska, VP8, VP9 and AV1 in WebM, Matroska
and MP4. It plays no HEVC, MPEG-2, MPEG-4 Visual, ProRes, Theora, MJPEG, FFV1 or GIF, and no H.264 in AVI, TS or
FLV.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final
from urllib.parse import quote

from xl_vqa.why_page.texts import tr
from xl_vqa.words.explanation import Explanation

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


def player_beside(explanation: Explanation, page: Path, language: str) -> Player | None:
    """The video where it lies, seen from the file ``page``; None where a browser does not play it."""
    video = explanation.path
    if media_type(video, explanation.rating.frames.codec) is None:
        return None
    try:
        shown = os.path.relpath(video, os.path.dirname(os.path.abspath(page)))
        source = quote(os.fsencode(shown.replace(os.sep, "/")))
    except ValueError:  # on another drive of Windows
        shown, source = video, Path(video).as_uri()
    return Player(source, tr("player_beside", language, path=shown))


def why_no_player(explanation: Explanation, language: str) -> str:
    """What stands in the place of a player that is not there: it was left out, or a browser would not play it."""
    used = explanation.rating.frames
    if used.frame_count == 1:
        return tr("no_player_picture", language)
    if media_type(explanation.path, used.codec) is None:
        kind = PurePath(explanation.path).suffix.lower().lstrip(".") or "?"
        return tr("no_player_format", language, format=f"{used.codec}, {kind}")
    return tr("no_player_left_out", language)
