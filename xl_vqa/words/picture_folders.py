"""How numbered pictures are named as one video, and what is said where such a name leads to none.

Standard library only.
"""

from __future__ import annotations

import ntpath
import os
import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from xl_vqa.words.errors import (
    FolderOfPicturesError,
    NotAVideoError,
    PictureRateError,
    VideoError,
    VideoNotFoundError,
)
from xl_vqa.words.folder_column import in_folder
from xl_vqa.words.video_names import PICTURE_SUFFIXES, VIDEO_SUFFIXES, is_picture_file, suffix_of

PICTURE_NUMBER: Final = re.compile(r"%(?:0(?P<width>\d{1,2}))?d")
"""The place of the number in the name of numbered pictures."""
RATED: Final = re.compile(r"^(?P<path>.+)@(?P<rate>\d{1,4}(?:\.\d{1,6})?)$", re.DOTALL)
"""Numbered pictures, or their folder, with the pictures per second."""
_OF_WINDOWS: Final = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_FRACTION: Final = re.compile(r"\d+/\d+")
_USUAL_RATE: Final = 25


def shape_of(number: re.Match[str]) -> re.Pattern[str]:
    """What names of files look like that stand for a pattern, by its PICTURE_NUMBER; their digits are group 1."""
    before, after = number.string[: number.start()], number.string[number.end() :]
    return re.compile(re.escape(before) + r"(\d+)" + re.escape(after) + r"\Z")


def are_frames(names: Iterable[str]) -> bool:
    """Whether names of files hold two pictures or more: a single one is a cover or a photograph."""
    pictures = filter(is_picture_file, names)
    return len(list(islice(pictures, 2))) == 2


def as_video(folder: str) -> str:
    """``folder`` as the video of its pictures, at a usual rate that the user may know better."""
    return f"{os.path.normpath(folder)}@{_USUAL_RATE}"


def as_asked(path: str, told: str) -> str:
    """What an error about ``told`` names to whoever asked for ``path``: itself, or the one of its pictures that
    it is about. Both are only read as text: who asks may be on another system."""
    rated = RATED.match(path)
    place = rated["path"] if rated else path
    folder, name = (ntpath if _OF_WINDOWS.match(place) else os.path).split(place)
    if not PICTURE_NUMBER.search(name):
        if rated is None:
            return path
        folder = place
    picture = (ntpath if _OF_WINDOWS.match(told) else os.path).basename(told)
    one = is_picture_file(picture) and not PICTURE_NUMBER.search(picture)
    if not one:
        return path
    return in_folder(folder, picture) if folder else picture


def folder_error(path: str, *, shown: str | None = None) -> VideoError:
    """Why the folder ``path`` is no video. Only itself is looked at: below it may be a whole drive."""
    shown = path if shown is None else shown
    try:
        names = os.listdir(path)
    except OSError:
        names = []
    if are_frames(names):
        return FolderOfPicturesError(path=shown, named=as_video(shown))
    return NotAVideoError(path=shown, problem="problem_folder")


def unfound_error(path: str, *, shown: str | None = None) -> VideoError:
    """Why no video is at ``path``, where no file is: perhaps a folder or numbered pictures with a wrong rate."""
    shown = path if shown is None else shown
    # the / of 24000/1001 is no folder's
    place, at, rate = path.rpartition("@")
    written = bool(_FRACTION.fullmatch(rate)) or not re.search(r"[\\/]", rate)
    if at and place and written and suffix_of(f"_{rate}") not in VIDEO_SUFFIXES | PICTURE_SUFFIXES:
        good = RATED.match(path) is not None and float(rate) > 0
        try:
            folder = os.path.isdir(place)
            there = folder or _is_there(place)
            # one that cannot be listed may hold what it likes
            empty = good and folder and not any(map(is_picture_file, os.listdir(place)))
        except (OSError, ValueError):
            there = empty = False
        if empty:
            return NotAVideoError(path=shown, problem="problem_no_pictures_there")
        if there and not good:
            named = f"{shown.rpartition('@')[0]}@{_USUAL_RATE}"
            return PictureRateError(path=shown, rate=rate, named=named)
    return VideoNotFoundError(path=shown)


def _is_there(pattern: str) -> bool:
    """Whether a picture is there that ``pattern`` may stand for."""
    folder, name = os.path.split(pattern)
    number = PICTURE_NUMBER.search(name)
    return number is not None and any(map(shape_of(number).match, os.listdir(folder or os.curdir)))
