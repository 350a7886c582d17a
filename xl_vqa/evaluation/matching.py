"""Which row of one table and which row of another name the same video, though one may have moved meanwhile."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xl_vqa.datasets.content_names import needs_folder
from xl_vqa.words.video_names import clean, is_video_name, unescaped

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """``found`` gives for a row's index the other table's index; ``moved`` counts those in different folders."""

    found: dict[int, int]
    moved: int


def parts(path: str) -> Parts:
    """The folders and the name of a path, of Windows or not: Unicode NFC, without '.', '..' taken back."""
    text = unicodedata.normalize("NFC", clean(path)).replace("\\", "/")
    steps: list[str] = []
    for step in text.split("/"):
        if step == ".." and steps and steps[-1] != "..":
            steps.pop()
        elif step not in ("", "."):
            steps.append(step)
    return tuple(steps)


def is_absolute(path: str) -> bool:
    """Whether a path starts at a root, a drive or a share, of Windows or not."""
    text = path.strip().replace("\\", "/")
    return text.startswith("/") or (len(text) >= 2 and text[0].isalpha() and text[1] == ":")


def match(
    wanted: Sequence[str],
    given: Sequence[str],
    *,
    wanted_folder: Path | None = None,
    given_folder: Path | None = None,
) -> Matches:
    """For each of ``wanted`` at most one of ``given``, and no given one twice.

    First the same path, relative ones taken from their table's folder too. Then the longest end of a path
    (folders and name, upper and lower case alike) that is unique in both tables: a moved folder still
    matches, two videos called out.mp4 in different folders are never mixed up, and ``%05d.png`` is no name without
    its folder. Where one table has no endings at all, the other's are
    left out. Duplicates within one table are the caller's; here the first one counts.
    """
    found: dict[int, int] = {}
    taken: set[int] = set()
    # as written first; a table out of a workbook may hold the other form of an escape
    for form in (str, unescaped):
        at: dict[Parts, int] = {}
        for index, path in enumerate(given):
            if index not in taken:
                for variant in _variants(form(path), given_folder):
                    at.setdefault(variant, index)
        for index, path in enumerate(wanted):
            if index in found:
                continue
            for variant in _variants(form(path), wanted_folder):
                other = at.get(variant)
                if other is not None and other not in taken:
                    found[index] = other
                    taken.add(other)
                    break
    moved = _match_ends(wanted, given, found, taken)
    if not found and any(map(is_video_name, wanted)) != any(map(is_video_name, given)):
        # one of the tables leaves the endings of all names out
        moved = _match_ends([_bare(path) for path in wanted], [_bare(path) for path in given], found, taken)
    return Matches(found, moved)


def _bare(path: str) -> str:
    return re.sub(r"\.[0-9A-Za-z]{2,4}$", "", path.strip()) if is_video_name(path) else path


def _variants(path: str, folder: Path | None) -> list[Parts]:
    variants = [parts(path)]
    if folder is not None and not is_absolute(path):
        variants.append(parts(f"{folder.absolute().as_posix()}/{path}"))
    return variants


def _match_ends(wanted: Sequence[str], given: Sequence[str], found: dict[int, int], taken: set[int]) -> int:
    ours = [tuple(step.casefold() for step in parts(unescaped(path))) for path in wanted]
    theirs = [tuple(step.casefold() for step in parts(unescaped(path))) for path in given]
    # duplicates of one path would make every end of it look ambiguous
    our_paths, their_paths = set(ours), set(theirs)
    left = [index for index in range(len(wanted)) if index not in found]
    moved = 0
    for length in range(max(map(len, ours), default=0), 0, -1):
        if not left:
            break
        our_ends = Counter(path[-length:] for path in our_paths if len(path) >= length)
        their_ends = Counter(path[-length:] for path in their_paths if len(path) >= length)
        at = {path[-length:]: i for i, path in reversed(list(enumerate(theirs))) if len(path) >= length}
        still = []
        for index in left:
            end = ours[index][-length:]
            named = len(end) == length and (length > 1 or not needs_folder(end[0]))
            other = at.get(end) if named else None
            if other is None or other in taken or our_ends[end] != 1 or their_ends[end] != 1:
                still.append(index)
                continue
            found[index] = other
            taken.add(other)
            # a relative path is the end of the absolute one; anything else lies in another place
            moved += length < min(len(ours[index]), len(theirs[other]))
        left = still
    return moved
