"""Folders of numbered pictures read as one video: ``shot_%04d.png``, ``shot_%04d.png@24`` or ``folder@24``.

``%04d`` stands for the number of a picture, as FFmpeg and every renderer write it; ``@24`` gives the pictures per
second, 25 where it is missing. A folder needs the rate: without it, it is a folder. A file that really has such a
name is that file. Standard library only: the host asks before anything is decoded.
"""

from __future__ import annotations

import itertools
import math
import os
import re
from collections.abc import Sequence as Numbers
from dataclasses import dataclass
from typing import Final

from xl_vqa.words.picture_folders import PICTURE_NUMBER, RATED, shape_of
from xl_vqa.words.video_names import is_picture_file

DEFAULT_RATE: Final = 25.0
_DIGITS: Final = re.compile(r"(\d+)")
_SPARSEST: Final = 10
"""Numbers for each picture, where no two follow each other; times in milliseconds have more."""


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
    missing: tuple[str, ...] = ()
    """Numbers that the series leaves out, or ranges of them ("0007-0012"); the video goes on over them."""
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
        match = RATED.match(text)
        place, rate = (match["path"], float(match["rate"])) if match else (text, DEFAULT_RATE)
        if rate <= 0:
            return None
        if match and os.path.isdir(place):
            return _in_folder(text, place, rate)
        files = _numbered(place) if PICTURE_NUMBER.search(os.path.basename(place)) else []
    except (OSError, ValueError):  # a path that cannot be one, a folder that must not be read
        return None
    if not files:
        return None
    return Sequence(text, tuple(files), rate, match is not None, missing=missing_numbers(files))


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
    if not files:
        return None
    missing = missing_numbers(chosen) if len(series) == 1 else ()
    return Sequence(path, files, rate, True, len(pictures) - len(chosen), missing, named)


def missing_numbers(files: Numbers[str]) -> tuple[str, ...]:
    """Which numbers pictures of one series, in order, leave out between the first and the last.

    A series of every second number leaves out none. Nor do numbers that count no pictures: times, or two numbers
    in a name that both change.
    """
    written = [_DIGITS.findall(os.path.basename(file)) for file in files]
    changing = [texts for texts in zip(*written, strict=False) if len(set(texts)) > 1]
    if len(changing) != 1:
        return ()
    numbers = [int(text) for text in changing[0]]
    steps = [after - before for before, after in itertools.pairwise(numbers)]
    step = math.gcd(*steps)
    if not step or (step not in steps and numbers[-1] - numbers[0] > _SPARSEST * step * len(numbers)):
        return ()
    width = min(map(len, changing[0]))
    return tuple(
        "-".join(f"{number:0{width}d}" for number in dict.fromkeys((before + step, after - step)))
        for before, after in itertools.pairwise(numbers)
        if after - before > step
    )


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
    """The files that a pattern stands for, by number."""
    folder, name = os.path.split(pattern)
    number = PICTURE_NUMBER.search(name)
    assert number is not None
    width = int(number["width"] or 1)
    shape = shape_of(number)
    found: dict[int, str] = {}
    for entry in os.listdir(folder or os.curdir):
        match = shape.match(entry)
        if match and len(match[1]) >= width and (len(match[1]) == width or not match[1].startswith("0")):
            found[int(match[1])] = os.path.join(folder, entry)
    return [found[key] for key in sorted(found)]
