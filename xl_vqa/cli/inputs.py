"""What a person typed after ``score`` becomes one row per video: files, folders, glob patterns and lists."""

from __future__ import annotations

import contextlib
import glob
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xl_vqa.cli.texts import tr
from xl_vqa.sheets.video_paths import resolve
from xl_vqa.shell import typed
from xl_vqa.video.files import HEAD_BYTES, not_a_video_problem
from xl_vqa.video.moving import moves
from xl_vqa.words.errors import (
    FolderOfPicturesError,
    ListAsVideoError,
    NoVideosInFolderError,
    NoVideosMatchError,
    VideoAccessError,
    VideoListError,
    XlVqaError,
)
from xl_vqa.words.japanese_bytes import decode_japanese
from xl_vqa.words.picture_folders import are_frames, as_video
from xl_vqa.words.reasons import Reason, why_unread
from xl_vqa.words.video_names import clean, is_picture_file, is_video_file, suffix_of

_NO_LISTS = ("problem_office", "problem_old_office", "problem_pdf")


@dataclass(frozen=True, slots=True)
class InputRow:
    """One row to be: a video's path, or the error of an input that led to no video."""

    path: str
    error: XlVqaError | None = None
    text: str | None = None
    """What the video was generated from, where a list says so."""


def expand(inputs: Iterable[str], *, tables: bool = False, stills: dict[str, int] | None = None) -> list[InputRow]:
    """Rows in the order of the inputs; within a folder or pattern in natural order (clip2 before clip10).

    ``-`` stands for the lines of the standard input, ``@list.txt`` for those of a file; a line is an input of its
    own, but for comments (``# night shots``).
    An input that leads to no video still gives a row, so that nothing asked for goes missing. ``tables``: whether
    the command takes ``--from``, which a table that was given as a video is told of. ``stills`` gets how many
    pictures of each folder were left out because they do not move.

    Raises VideoListError for a list that cannot be read.
    """
    typed = with_lists(inputs, standard_input=True)
    return [row for given in typed for row in _one(given, tables, stills)]


def with_lists(given: Iterable[str], *, standard_input: bool = False) -> list[str]:
    """What was typed, with the lines of a list (``@list.txt``; with ``standard_input`` also ``-``) in its place,
    without comments. Raises VideoListError."""
    found: list[str] = []
    for one in given:
        if standard_input and one == "-":
            # bytes, so that a path that is no text arrives as it is
            lines = _lines(b"" if sys.stdin is None else sys.stdin.buffer.read())
        elif one.startswith("@") and not os.path.exists(one):
            lines = _list(one[1:])
        else:
            found.append(one)
            continue
        found += [_as_pasted(line) for line in lines if not _is_comment(line)]
    return found


def _as_pasted(line: str) -> str:
    """A line of a list without what Explorer's "copy as path" puts round a name."""
    cleaned = clean(line)
    return cleaned if cleaned and cleaned != line and not os.path.exists(line) else line


def _is_comment(line: str) -> bool:
    """Whether a line of a list begins with ``#`` and names no file: ``#1.mp4`` that is there is a video.

    ``#1.mp4`` that is not there stays an input, too, so that a video mistyped does not go missing;
    ``# 1.mp4`` is a row that somebody took out.
    """
    return (
        line.startswith("#")
        and not (is_video_file(line) and not line[1:2].isspace())
        and not os.path.exists(line)
        and not glob.glob(line)
    )


def _one(given: str, tables: bool, stills: dict[str, int] | None) -> list[InputRow]:
    there = os.path.exists(given)
    if not there:
        given = _other_spelling(given)
        there = os.path.exists(given)
    if there and os.path.isdir(given):
        rows, still = _folder(given)
        if stills is not None and still:
            stills[given] = still
        return rows
    magic = not there and glob.has_magic(given)
    found = _pattern(given) if magic else [InputRow(given)]
    return [row if row.error else InputRow(row.path, list_error(row.path, tables=tables)) for row in found]


def _other_spelling(given: str) -> str:
    """Of what is not there as it stands, what a cell's text would mean (a file URL, ``~``)."""
    with contextlib.suppress(XlVqaError, OSError):
        found = resolve(given, os.getcwd())
        if os.path.exists(found):
            return found
    return given


def list_error(path: str, *, tables: bool = False) -> ListAsVideoError | None:
    """How a table or a list of videos is given, where ``path`` is one; None for whatever may be a video."""
    named = typed(path)
    if is_video_file(path) or not os.path.isfile(path):
        return None
    if suffix_of(path) == ".txt":
        return ListAsVideoError(path=path, problem=Reason("given_text", named=named))
    if not _is_table(path):
        return None
    key = "given_table" if tables else "given_table_elsewhere"
    return ListAsVideoError(path=path, problem=Reason(key, named=named))


def _is_table(name: str) -> bool:
    from xl_vqa.tables.read import FORMATS

    ending = suffix_of(name)
    return ending not in ("", ".txt") and any(ending in known.suffixes for known in FORMATS)


def _list(path: str) -> list[str]:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise VideoListError(path=path, problem=why_unread(error, path)) from error
    problem = not_a_video_problem(content[:HEAD_BYTES])
    if problem in _NO_LISTS:
        raise VideoListError(path=path, problem=problem)
    return _lines(content)


def _lines(content: bytes) -> list[str]:
    """The lines with something in them; what a Windows editor leaves (byte order mark, UTF-16, Shift_JIS, \\r\\n)
    is read."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        lines = content.decode("utf-16", "replace").split("\n")
    else:
        lines = [_line(line) for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    return [line for line in (line.strip("\r\t ") for line in lines) if line]


def _line(content: bytes) -> str:
    """A line that is no UTF-8 is the name of a file that has no other, or was written in Japanese on Windows."""
    as_it_is = os.fsdecode(content.strip(b"\r\t "))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        if not os.path.exists(as_it_is):
            with contextlib.suppress(UnicodeDecodeError):
                return decode_japanese(content)
    return as_it_is


def _folder(folder: str) -> tuple[list[InputRow], int]:
    """The videos below a folder, pictures that move among them, and how many pictures were left out."""
    refused: list[OSError] = []
    found: list[str] = []
    still = 0
    of_pictures: list[str] = []
    of_tables: list[str] = []
    for root, _, names in os.walk(folder, onerror=refused.append):
        found.extend(str(Path(root) / name) for name in names if is_video_file(name))
        pictures = [str(Path(root) / name) for name in names if is_picture_file(name)]
        moving = list(filter(_may_move, pictures))
        found += moving
        still += len(pictures) - len(moving)
        if not found and not of_tables:
            of_tables += [str(Path(root) / name) for name in sorted(names, key=natural_key) if _is_table(name)]
        if are_frames(names):
            of_pictures.append(root)
    rows = [InputRow(path) for path in sorted(found, key=natural_key)]
    for error in refused:
        path = str(error.filename or folder)
        rows.append(InputRow(path, VideoAccessError(path=path, problem=why_unread(error))))
    if not rows and of_pictures:
        first = min(of_pictures, key=natural_key)
        return [InputRow(folder, FolderOfPicturesError(path=first, named=as_video(first)))], 0
    if not rows and of_tables:
        problem = Reason("given_folder_of_tables", named=typed(of_tables[0]))
        return [InputRow(folder, ListAsVideoError(path=folder, problem=problem))], still
    return rows or [InputRow(folder, NoVideosInFolderError(path=folder))], still


def _may_move(picture: str) -> bool:
    """Whether a picture of a folder is a video; one that cannot be read gets a row, which says so."""
    try:
        return moves(picture)
    except (OSError, ValueError):
        return True


def stills_text(stills: Mapping[str, int], language: str) -> str:
    """What is said of the pictures that a folder's videos lie among, a line a folder."""
    return "\n".join(tr("stills_left_out", language, folder=folder, count=n) for folder, n in stills.items())


def _pattern(pattern: str) -> list[InputRow]:
    found = [path for path in glob.glob(pattern, recursive=True) if not os.path.isdir(path)]
    rows = [InputRow(path) for path in sorted(found, key=natural_key)]
    return rows or [InputRow(pattern, NoVideosMatchError(path=pattern))]


def natural_key(path: str) -> list[tuple[int, int, str]]:
    """Sorts digits by their value: clip2 before clip10."""
    parts = re.split(r"([0-9]+)", path.casefold())
    # the path itself last, so that names that differ in case or zeros only keep one order
    return [(0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p) for p in parts] + [(2, 0, path)]
