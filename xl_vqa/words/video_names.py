"""What a video's name looks like: the one list of endings, and what people leave round a name in a cell.

Whoever asks "is this a video?" of a cell, a folder or a list asks here, so that every front end gives one answer.
Whether the file is a video after all is for the decoder to say. Standard library only.
"""

from __future__ import annotations

import os
import re
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal
from urllib.parse import unquote

Kind = Literal["video", "moving picture", "raw"]

_ENDINGS: Final[Mapping[Kind, str]] = {
    # with a container or a stream that says what it holds
    "video": "264 265 266 3g2 3gp 3gpp amv asf av1 avc avi divx drc dv dvr-ms f4v flv gxf h264 h265 h266 hevc "
    "insv ismv ivf lrv m1v m2p m2t m2ts m2v m4v mjpeg mjpg mk3d mkv mov mp4 mpe mpeg mpg mpv mts mxf nut obu ogm "
    "ogv qt rm rmvb tod tp trp ts vc1 vob vro vvc webm wmv wtv xvid y4m",
    # a picture that may move; one that does not is refused by its own sentence
    "moving picture": "apng gif",
    # pictures without a header: nothing in the file says how large they are
    "raw": "nv12 yuv",
}
KINDS: Final[Mapping[str, Kind]] = {f".{e}": kind for kind, text in _ENDINGS.items() for e in text.split()}
"""Every ending, lower case with its dot, and what it promises. Of still pictures see PICTURE_SUFFIXES."""

VIDEO_SUFFIXES: Final = frozenset(KINDS)
"""What is taken for a video by its name, in cells, folders and lists alike."""
PICTURE_SUFFIXES: Final = frozenset(f".{e}" for e in "avif bmp heic heif jpeg jpg png tif tiff webp".split())
"""Pictures that make a video where they are numbered, and one frame alone; no name of a video in a list or
folder."""
RAW_SUFFIXES: Final = frozenset(ending for ending, kind in KINDS.items() if kind == "raw")
"""Among them those that need a picture size from elsewhere."""

_LONGEST: Final = 4096
_FIGURES: Final = re.compile(r"[-+]?[\d.,/:\s年月日]+")
# an ending has a letter of ours: 2.0 and 1.2節 are none
_ENDS_LIKE_A_FILE: Final = re.compile(r"\.(?=\w*[A-Za-z])[A-Za-z0-9_]{1,5}$")
# a recorder's or an archiver's part (clip.001): of a word, for No.001 and Vol.001 are headings
_NUMBERED_PART: Final = re.compile(r"(?=\S*[^\W\d_])\S{4,}\.\d{3}")
# from a root, or of parts without blanks
_PATH: Final = re.compile(r"(?:[A-Za-z]:)?[\\/]|~[\\/]|\S+[\\/]\S*$")
_LISTED_FOR_S: Final = 10.0
# Windows' security dialog leaves a direction mark before the drive letter
_INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_BLANK: Final = " \t\r\n\u00a0\u3000" + _INVISIBLE
_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
# two letters at least before the colon: one is a drive of Windows
_ADDRESS: Final = re.compile(
    r"(?:https?|ftps?|s3|gs|rtsp|rtmp|blob|data):|(?!file:)[a-z][a-z0-9+.-]+://", re.IGNORECASE
)
# Explorer's "copy as path" quotes
_QUOTES: Final = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」", "『": "』", "<": ">", "`": "`"}


def clean(text: str) -> str:
    """Without the blanks, invisible marks and quotes that copying and pasting leave round a name."""
    text = text.strip(_BLANK)
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip(_BLANK)
    return text


def is_web_address(text: str) -> bool:
    """Whether a text names something that is no file of this machine or its network: a web page, a stream."""
    return _ADDRESS.match(clean(text)) is not None


def suffix_of(name: str) -> str:
    """The ending of a name or path, lower case with its dot; empty where nothing stands before it."""
    stem, dot, ending = re.split(r"[\\/]", name)[-1].rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def is_picture_file(name: str) -> bool:
    """Whether a file's name is that of a picture, and no hidden file."""
    return suffix_of(name) in PICTURE_SUFFIXES and not name.startswith(".")


def is_video_name(value: Any) -> bool:
    """Whether a cell holds text that ends like a video file: a name, a path or an address."""
    if not isinstance(value, str):
        return False
    text = clean(value)
    return len(text) <= _LONGEST and "\n" not in text and suffix_of(text) in VIDEO_SUFFIXES


def could_name_a_file(text: str) -> bool:
    """Whether a text looks like a path, so that a file of this name is missed and not just a word misplaced.

    Numbers and dates do not, nor a title such as "Session 2", "Version 2.0" or "day / night".
    """
    text = clean(text)
    if is_video_name(text):
        return True
    if _FIGURES.fullmatch(text):
        return False
    return ends_like_a_file(text) or _PATH.match(text) is not None


def ends_like_a_file(text: str) -> bool:
    """Whether a text ends as names of files do, whatever kind of file that is: ``clip.xyz``, ``clip.001``."""
    return _ENDS_LIKE_A_FILE.search(text) is not None or _NUMBERED_PART.fullmatch(text) is not None


def is_video_file(name: str) -> bool:
    """Whether a file found in a folder is a video by its name.

    "._clip.mp4" is what macOS leaves on foreign drives: no video, whatever its ending says.
    """
    return suffix_of(name) in VIDEO_SUFFIXES and not name.startswith("._")


def unescaped(text: str) -> str:
    """With ``_xHHHH_``, as a workbook stores what XML cannot hold, read as the character.

    Excel and XlsxWriter store a name that looks so escaped once more (``_x005F_``), openpyxl as it is: a name read
    from a workbook may be either form of the file's. Compare by ``name_key``, which is the same for both.
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def name_key(text: str) -> str:
    """The same for every form in which a name may reach us: escapes read, one Unicode form (macOS has another)."""
    return unicodedata.normalize("NFC", unescaped(text))


def other_spellings(text: str) -> list[str]:
    """Further readings of a name, for where it leads nowhere as written.

    Percent signs decoded, as a workbook stores the address of a relative link; full-width letters and slashes,
    half-width katakana and no-break spaces made plain, as keyboards and pasted text leave them.
    """
    decoded = [unquote(text)] if "%" in text else []
    plain = [unicodedata.normalize("NFKC", each) for each in (text, *decoded) if not each.isascii()]
    return [each for each in dict.fromkeys(decoded + plain) if each != text]


def existing_form(path: str) -> str:
    """``path``, or where there is no such file the one that another program means by this name.

    A program that reads ``cam_x1080_30.mp4`` out of a workbook may show the character U+1080 in it, while the file
    is called so literally; another shows the escape of a file that is called as it reads. And a list written on
    Windows, where ``clip.mp4`` and ``CLIP.MP4`` are one file, may write either: the one file whose name differs in
    case alone is meant, and of several none. Folders are looked through once in a while, not once a name.
    """
    folder, name = os.path.split(path)
    if not folder or not name:
        return path
    names = _names_in(folder, int(time.monotonic() / _LISTED_FOR_S))
    if names is None:
        above = existing_form(folder)
        return path if above == folder else existing_form(os.path.join(above, name))
    key = name_key(name)
    others = (names.escaped.get(key) or unescaped(name), names.by_case.get(key.casefold()))
    meant = [os.path.join(folder, other) for other in others if other and other != name]
    if not meant or os.path.lexists(path):
        return path
    return next(filter(os.path.lexists, meant), path)


@dataclass(frozen=True, slots=True)
class _Names:
    """The names in a folder that may be meant by another: those that look escaped, by what they would be read as;
    all of them in one case, None where several differ in case alone."""

    escaped: Mapping[str, str]
    by_case: Mapping[str, str | None]


@lru_cache(maxsize=512)
def _names_in(folder: str, _: int) -> _Names | None:
    """None where there is no folder."""
    try:
        found = os.listdir(folder)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        found = []
    by_case: dict[str, str | None] = {}
    for name in found:
        key = name_key(name).casefold()
        by_case[key] = None if key in by_case else name
    return _Names({name_key(name): name for name in found if _ESCAPED.search(name)}, by_case)
