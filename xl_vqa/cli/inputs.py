"""What a person typed after ``score`` becomes one row per video: files, folders and glob patterns."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from xl_vqa.words.errors import NoVideosInFolderError, NoVideosMatchError, VideoAccessError, XlVqaError
from xl_vqa.words.reasons import Detail
from xl_vqa.words.video_names import is_video_file


@dataclass(frozen=True, slots=True)
class InputRow:
    """One row to be: a video's path, or the error of an input that led to no video."""

    path: str
    error: XlVqaError | None = None


def expand(inputs: Iterable[str]) -> list[InputRow]:
    """Rows in the order of the inputs; within a folder or pattern in natural order (clip2 before clip10).

    An input that leads to no video still gives a row, so that nothing asked for goes missing.
    """
    rows: list[InputRow] = []
    for given in inputs:
        if os.path.isdir(given):
            rows.extend(_folder(given))
        elif not os.path.exists(given) and glob.has_magic(given):
            rows.extend(_pattern(given))
        else:
            rows.append(InputRow(given))
    return rows


def _folder(folder: str) -> list[InputRow]:
    refused: list[OSError] = []
    found = [
        str(Path(root) / name)
        for root, _, names in os.walk(folder, onerror=refused.append)
        for name in names
        if is_video_file(name)
    ]
    rows = [InputRow(path) for path in sorted(found, key=natural_key)]
    for error in refused:
        path = str(error.filename or folder)
        rows.append(InputRow(path, VideoAccessError(path=path, problem=Detail.of(error))))
    return rows or [InputRow(folder, NoVideosInFolderError(path=folder))]


def _pattern(pattern: str) -> list[InputRow]:
    found = [path for path in glob.glob(pattern, recursive=True) if not os.path.isdir(path)]
    rows = [InputRow(path) for path in sorted(found, key=natural_key)]
    return rows or [InputRow(pattern, NoVideosMatchError(path=pattern))]


def natural_key(path: str) -> list[tuple[int, int, str]]:
    """Sorts digits by their value: clip2 before clip10."""
    parts = re.split(r"([0-9]+)", path.casefold())
    # the path itself last, so that names that differ in case or zeros only keep one order
    return [(0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p) for p in parts] + [(2, 0, path)]
