"""Shared folders: what a person's machine calls a file, and where the host has it.

``[roots]`` of team.toml maps a beginning of people's paths to a folder of this machine. A path is taken apart by
the rules of the system that it comes from, and nothing that could lead out of the folder is put together again: no
``..``, no drive or stream inside, no device. What is then found is followed to its end (links, junctions), and
that end must lie inside the folder.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xl_vqa.bridge.errors import TeamPathError, TeamSetupError
from xl_vqa.video.sequence import sequence_of
from xl_vqa.words.reasons import Reason

_DRIVE: Final = re.compile(r"[A-Za-z]:")
_EXTENDED: Final = re.compile(r"^[\\/]{2}[?.][\\/](UNC[\\/])?", re.IGNORECASE)
# names that Windows opens as devices, whatever their ending
_DEVICES: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE
)
# a drive or a stream, a separator of Windows, an end that Windows drops
_FOREIGN: Final = re.compile(r"[:\\]|[. ]$")
_MOST: Final = 4096


@dataclass(frozen=True, slots=True)
class Root:
    """``prefix`` is the folder as people's machines call it, ``folder`` where it really lies here."""

    prefix: str
    folder: Path

    @property
    def parts(self) -> tuple[str, ...]:
        return _split(self.prefix)


class Roots:
    """The shared folders of a host."""

    def __init__(self, roots: Mapping[str, str]) -> None:
        """Raises TeamSetupError for a prefix that is not absolute, or a folder that is not there."""
        self.all: list[Root] = []
        for prefix, folder in roots.items():
            if not _is_absolute(prefix) or _leads_out(_split(prefix)):
                raise TeamSetupError(problem=Reason("team_root_prefix", prefix=prefix))
            real = Path(os.path.realpath(os.path.expanduser(folder)))
            if not real.is_dir():
                raise TeamSetupError(problem=Reason("team_root_folder", prefix=prefix, folder=folder))
            self.all.append(Root(prefix, real))
        # of two that fit the longer one is meant
        self.all.sort(key=lambda root: len(root.parts), reverse=True)

    @property
    def prefixes(self) -> list[str]:
        return [root.prefix for root in self.all]

    def shares(self, path: str) -> bool:
        """Whether a person's path begins like a shared folder's; touches no disk. Raises as ``find``."""
        return self._root_of(path) is not None

    def find(self, path: str) -> str | None:
        """Where the file of a person's path lies here, followed to its end; None where no folder of it is shared.

        Whether there is a file is not said. Raises TeamPathError for a path that leads out of its folder.
        """
        found = self._root_of(path)
        if found is None:
            return None
        root, parts = found
        real = os.path.realpath(os.path.join(root.folder, *parts))
        if not _within(real, root.folder):
            raise TeamPathError(path=path, problem="team_path_link")
        # numbered pictures: each is a file of its own, and may be a link
        pictures = sequence_of(real)
        if pictures is not None and not all(_within(os.path.realpath(one), root.folder) for one in pictures.files):
            raise TeamPathError(path=path, problem="team_path_link")
        return real

    def _root_of(self, path: str) -> tuple[Root, tuple[str, ...]] | None:
        if "\0" in path or len(path) > _MOST or not _is_name(path):
            raise TeamPathError(path=path[:200].replace("\0", "\ufffd"), problem="team_path_characters")
        parts = _split(path)
        fold = _folds(path)
        for root in self.all:
            begin = root.parts
            if fold == _folds(root.prefix) and _same(parts[: len(begin)], begin, fold):
                rest = parts[len(begin) :]
                if problem := _leads_out(rest, drives=fold or os.name == "nt"):
                    raise TeamPathError(path=path, problem=problem)
                return root, rest
        # "Z:\videos\..\x" begins like nothing that is shared, and must not be taken for a clip to be sent
        if problem := _leads_out(parts[1:]):
            raise TeamPathError(path=path, problem=problem)
        return None


def _is_name(path: str) -> bool:
    """Whether a file could be called so: half a character out of a spreadsheet's cell is none."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


def _within(real: str, folder: Path) -> bool:
    try:
        return os.path.commonpath([real, folder]) == str(folder)
    except ValueError:  # another drive
        return False


def _split(path: str) -> tuple[str, ...]:
    """The drive, server or "/" first, then the names; both separators count in a path of Windows."""
    extended = _EXTENDED.match(path)
    if extended:
        path = ("\\\\" if extended[1] else "") + path[extended.end() :]
    if not _folds(path):
        return ("/", *filter(None, path.split("/")))
    start = ("\\\\",) if re.match(r"[\\/]{2}", path) else ()
    return (*start, *filter(None, re.split(r"[\\/]", path)))


def _folds(path: str) -> bool:
    """Whether it is a path of Windows, where capitals do not count."""
    return bool(_DRIVE.match(path)) or path.startswith("\\")


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or bool(re.match(r"[A-Za-z]:[\\/]", path)) or bool(re.match(r"\\\\[^\\?.]", path))


def _leads_out(parts: tuple[str, ...], *, drives: bool = False) -> str:
    """The problem with names that are no plain names of files and folders."""
    if ".." in parts or "." in parts:
        return "team_path_dots"
    if drives and any(_FOREIGN.search(part) or _DEVICES.fullmatch(part) for part in parts):
        return "team_path_drive"
    return ""


def _same(one: tuple[str, ...], other: tuple[str, ...], fold: bool) -> bool:
    return [_plain(part, fold) for part in one] == [_plain(part, fold) for part in other]


def _plain(part: str, fold: bool) -> str:
    part = unicodedata.normalize("NFC", part)
    return part.casefold() if fold else part
