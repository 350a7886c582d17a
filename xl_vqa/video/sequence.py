"""Folders of numbered pictures read as one video: ``shot_%04d.png``, ``shot_%04d.png@24`` or ``folder@24``.

``%04d`` stands for the number of a picture, as FFmpeg and every renderer write it; ``@24`` gives the pictures per
second, 25 where it is missing. A folder needs the rate: without it, it is a folder. A file that really has such a
name is that file. Standard library only: the host asks before anything is decoded.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final

from xl_vqa.words.video_names import is_picture_file

DEFAULT_RATE: Final = 25.0
_RATE: Final = re.compile(r"^(?P<path>.+)@(?P<rate>\d{1,4}(?:\.\d{1,6})?)$", re.DOTALL)
_NUMBER: Final = re.compile(r"%(?:0(?P<width>\d{1,2}))?d")
_DIGITS: Final = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Sequence:
    """The pictures of one video in order."""

    path: str
    """As it was asked for."""
    files: tuple[str, ...]
    rate: float
    stated: bool
    """Whether the rate was given."""
    others: int = 0
    """Pictures of the folder that are none of these: a cover, a thumbnail."""
    rival: str | None = None
    """The first of several series in the folder, named as a sequence: which one is meant, nobody said."""


def sequence_of(path: str | os.PathLike[str]) -> Sequence | None:
    """What ``path`` says of a sequence; None where it names a file, a folder, or nothing that is there."""
    text = os.fspath(path)
    if "@" not in text and "%" not in text:
        return None
    try:
        if os.path.exists(text):
            return None
        match = _RATE.match(text)
        place, rate = (match["path"], float(match["rate"])) if match else (text, DEFAULT_RATE)
        if rate <= 0:
            return None
        if match and os.path.isdir(place):
            return _in_folder(text, place, rate)
        if _NUMBER.search(os.path.basename(place)):
            files = _numbered(place)
        else:
            return None
    except (OSError, ValueError):  # a path that cannot be one, a folder that must not be read
        return None
    return Sequence(text, tuple(files), rate, match is not None) if files else None


def place_of(path: str | os.PathLike[str]) -> str:
    """What must be readable to read ``path``: the file itself, or the folder of numbered pictures."""
    sequence = sequence_of(path)
    return os.fspath(path) if sequence is None else os.path.dirname(os.path.abspath(sequence.files[0]))


def _in_folder(path: str, folder: str, rate: float) -> Sequence | None:
    """The one series of pictures in a folder; where several are, all of them, and how to name one."""
    pictures = _pictures_in(folder)
    shapes: dict[str, list[str]] = {}
    for name in pictures:
        shapes.setdefault(_DIGITS.sub("#", name).casefold(), []).append(name)
    series = [names for names in shapes.values() if len(names) > 1]
    # names without a number in common are in the order of their letters
    chosen = series[0] if len(series) == 1 else pictures
    files = tuple(os.path.join(folder, name) for name in chosen)
    rival = os.path.join(folder, _as_pattern(series[0][0])) if len(series) > 1 else None
    named = rival and f"{rival}@{rate:g}"
    return Sequence(path, files, rate, True, len(pictures) - len(chosen), named) if files else None


def _as_pattern(name: str) -> str:
    """``a_%04d.png`` for ``a_0001.png``."""
    number = list(_DIGITS.finditer(os.path.splitext(name)[0]))[-1]
    width = f"0{len(number[0])}" if number[0].startswith("0") else ""
    return f"{name[: number.start()]}%{width}d{name[number.end() :]}"


def _pictures_in(folder: str) -> list[str]:
    """Their names in the order of their numbers."""

    def natural(name: str) -> list[tuple[int, int | str]]:
        return [(0, int(part)) if part.isdecimal() else (1, part) for part in _DIGITS.split(name)]

    return sorted(filter(is_picture_file, os.listdir(folder)), key=natural)


def _numbered(pattern: str) -> list[str]:
    """The files that a pattern stands for, by number; a gap is passed over, as a lost frame would be."""
    folder, name = os.path.split(pattern)
    number = _NUMBER.search(name)
    assert number is not None
    width = int(number["width"] or 1)
    shape = re.compile(re.escape(name[: number.start()]) + r"(\d+)" + re.escape(name[number.end() :]) + r"\Z")
    found: dict[int, str] = {}
    for entry in os.listdir(folder or os.curdir):
        match = shape.match(entry)
        if match and len(match[1]) >= width and (len(match[1]) == width or not match[1].startswith("0")):
            found[int(match[1])] = os.path.join(folder, entry)
    return [found[key] for key in sorted(found)]
