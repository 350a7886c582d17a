"""A folder where a video was meant: how its pictures are named as one video, and the error that says so.

Standard library only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import islice
from typing import Final

from xl_vqa.words.errors import FolderOfPicturesError, NotAVideoError, VideoError
from xl_vqa.words.video_names import is_picture_file

_USUAL_RATE: Final = 25


def are_frames(names: Iterable[str]) -> bool:
    """Whether names of files hold two pictures or more: a single one is a cover or a photograph."""
    pictures = filter(is_picture_file, names)
    return len(list(islice(pictures, 2))) == 2


def as_video(folder: str) -> str:
    """``folder`` as the video of its pictures, at a usual rate that the user may know better."""
    return f"{os.path.normpath(folder)}@{_USUAL_RATE}"


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
