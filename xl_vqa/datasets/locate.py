"""From what people wrote in the video column to a file on this machine.

A cell may hold an absolute path of another machine (``D:\\data\\clip.mp4``), a path relative to somewhere, a
bare name, a name without its ending, or numbered pictures (video/sequence.py). Exact places are tried first; a
search through the videos' folder by name comes last and must be unambiguous.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from xl_vqa.datasets.content_names import needs_folder
from xl_vqa.datasets.problems import Problem
from xl_vqa.video.sequence import sequence_of
from xl_vqa.words.errors import FolderOfPicturesError, PictureRateError, XlVqaError
from xl_vqa.words.picture_folders import folder_error, unfound_error
from xl_vqa.words.video_names import (
    VIDEO_SUFFIXES,
    clean,
    existing_form,
    is_picture_file,
    is_video_file,
    name_key,
    other_spellings,
    suffix_of,
)


@dataclass(frozen=True, slots=True)
class Located:
    """``path`` is absolute, or None with the problem that says why."""

    path: Path | None
    problem: Problem | None = None
    size: int = 0


class VideoFinder:
    """Finds videos in the given folders, tried in order; the first one is searched below as well."""

    def __init__(self, *folders: Path) -> None:
        self.folders = [folder.absolute() for folder in folders]
        self._names: tuple[dict[str, list[Path]], dict[str, list[Path]]] | None = None

    def find(self, written: str) -> Located:
        """The file that a cell means. Never raises: what is wrong with it is in the answer's problem."""
        text = _local(written)
        spellings = (text, *other_spellings(text))
        try:
            for place in (place for spelling in spellings for place in self._places(spelling)):
                # a name out of a workbook may be escaped or not: where this form leads nowhere, the other counts
                candidate = Path(existing_form(str(place)))
                if candidate.exists():
                    return _checked(candidate)
                if (sequence := sequence_of(candidate)) is not None:
                    return _answer(candidate, sum(os.path.getsize(picture) for picture in sequence.files))
            found = next((found for spelling in spellings if (found := self._search(spelling))), [])
        except (OSError, ValueError) as error:
            # a name too long, or one with characters that this system has no files for
            return Located(None, Problem("missing_video", {"video": written, "reason": f"({error})"}))
        if len(found) == 1:
            return _checked(found[0])
        if found:
            places = ", ".join(str(path) for path in found[:3]) + (" …" if len(found) > 3 else "")
            return Located(
                None, Problem("ambiguous_video", {"video": written, "count": len(found), "places": places})
            )
        return Located(None, self._missing(written, text))

    def _missing(self, written: str, text: str) -> Problem:
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text):
            return Problem("web_address", {"video": written, "reason": ""})
        for place in self._places(text):
            error = unfound_error(str(place))
            if isinstance(error, PictureRateError):
                return Problem(error.code, {"video": written, **error.params})
        return Problem("missing_video", {"video": written, "reason": ""})

    def _places(self, text: str) -> list[Path]:
        if os.path.isabs(text):
            return [Path(text)]
        plain = text.replace("\\", "/")
        parts = [part for part in plain.split("/") if part not in ("", ".")]
        if re.match(r"[A-Za-z]:|//", plain):
            # an absolute path of a Windows machine: its last folders may exist under ours
            parts = [part for part in parts if not part.endswith(":")]
            shortest = 2 if parts and needs_folder(parts[-1]) else 1
            keeps = range(len(parts), shortest - 1, -1)
            return [folder.joinpath(*parts[-keep:]) for folder in self.folders for keep in keeps]
        return [folder.joinpath(*parts) for folder in self.folders if parts]

    def _search(self, text: str) -> list[Path]:
        name = text.replace("\\", "/").rsplit("/", 1)[-1]
        if not name:
            return []
        names, stems = self._index()
        key = _name_key(name)
        # "clip.avi" must not find clip.avi.mp4: that is another coding of it, with another quality
        found = names.get(key, []) if suffix_of(key) in VIDEO_SUFFIXES else names.get(key) or stems.get(key, [])
        if len(found) > 1:
            # the spelling and the folder written beside the name may still tell them apart
            exact = [path for path in found if unicodedata.normalize("NFC", path.name) == name]
            found = exact or found
            ending = [_name_key(part) for part in text.replace("\\", "/").split("/") if part]
            for keep in range(len(ending), 1, -1):
                closer = [
                    path for path in found if [_name_key(part) for part in path.parts[-keep:]] == ending[-keep:]
                ]
                if closer:
                    return closer
        return found

    def _index(self) -> tuple[dict[str, list[Path]], dict[str, list[Path]]]:
        """Videos below the first folder, by name and by name without ending."""
        if self._names is None:
            by_name: dict[str, list[Path]] = {}
            by_stem: dict[str, list[Path]] = {}
            for root, folders, names in os.walk(self.folders[0]):
                folders.sort()
                for name in sorted(names):
                    path = Path(root, name)
                    if is_picture_file(name):
                        # it may move; by its whole name alone, so that a thumbnail is never taken for its video
                        by_name.setdefault(_name_key(name), []).append(path)
                    elif is_video_file(name):
                        by_name.setdefault(_name_key(name), []).append(path)
                        by_stem.setdefault(_name_key(path.stem), []).append(path)
            self._names = by_name, by_stem
        return self._names


def _local(written: str) -> str:
    """The cell as a path: a file:// link becomes the path that it stands for."""
    text = clean(written)
    if text.lower().startswith("file:"):
        link = urlsplit(text)
        text = unquote(link.path)
        if link.netloc not in ("", "localhost"):
            text = f"//{link.netloc}{text}"
        elif re.match(r"/[A-Za-z]:", text):
            text = text[1:]
    return text


def _name_key(name: str) -> str:
    return name_key(name).casefold()


def _checked(path: Path) -> Located:
    if path.is_dir():
        error = folder_error(str(path))
        code = error.code if isinstance(error, FolderOfPicturesError) else "not_a_file"
        return Located(None, Problem(code, {"video": str(path), **error.params}))
    if not path.is_file():
        return Located(None, Problem("not_a_file", {"video": str(path)}))
    return _answer(path, path.stat().st_size)


def _answer(path: Path, size: int) -> Located:
    # ".." and "." go, links stay: a link's own name is what the user knows
    path = Path(os.path.normpath(path.absolute()))
    return Located(path, None if size else Problem("empty_video", {"video": str(path)}), size)


def identical_files(
    files: dict[int, tuple[Path, int]],
    hash_file: Callable[[Path], str],
    on_progress: Callable[[int, int], None] | None = None,
) -> tuple[dict[int, str], dict[int, str]]:
    """Rows whose videos have the same content, from row -> (path, size in bytes).

    Returns row -> content hash for every row whose content another row shares, and row -> reason for files
    that could not be read. Only files of equal size are hashed, so a folder of different videos costs
    nothing; one file named by several rows is hashed once. ``on_progress(bytes done, bytes in all)``.
    """
    by_size: dict[int, dict[Path, list[int]]] = {}
    for row, (path, size) in files.items():
        by_size.setdefault(size, {}).setdefault(path, []).append(row)
    work = [
        (size, path, rows) for size, paths in by_size.items() if len(paths) > 1 for path, rows in paths.items()
    ]
    total, done = sum(size for size, _, _ in work), 0
    hashes: dict[int, str] = {}
    unreadable: dict[int, str] = {}
    for size, path, rows in work:
        try:
            digest = hash_file(path)
        except (XlVqaError, OSError) as error:
            unreadable.update(dict.fromkeys(rows, str(error)))
        else:
            hashes.update(dict.fromkeys(rows, digest))
        done += size
        if on_progress is not None:
            on_progress(done, total)
    counts: dict[str, set[Path]] = {}
    for row, digest in hashes.items():
        counts.setdefault(digest, set()).add(files[row][0])
    return {row: digest for row, digest in hashes.items() if len(counts[digest]) > 1}, unreadable
