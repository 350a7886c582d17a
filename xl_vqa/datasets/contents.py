"""Which videos are versions of one source, so that a split can keep them together.

A content is told by a column, or by the folder, or guessed from file names. A guess is always shown with its
rule and some examples, because a wrong one lets the test set leak into training.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from xl_vqa.datasets.content_fronts import fronts
from xl_vqa.datasets.content_names import (
    GENERATOR,
    GENERIC,
    METHOD,
    RANDOM_FRONT,
    Parts,
    bound,
    is_mark,
    is_number,
    name_parts,
    one_file,
    without_marks,
)

RULES: Final = ("auto", "column", "name", "folder", "none")

# Names that are nothing but numbers are the names of clips from this many on in one folder.
_MOST_IN_FOLDER: Final = 40
_COUNTER: Final = re.compile(r"(?:q|lv|ver|v|rev|pvs|d|deg|str|s|n|b|t)?[0-9]{1,4}")


@dataclass(frozen=True, slots=True)
class ContentPlan:
    """``contents[i]`` names the content of video i; equal names stay in one part of the split."""

    contents: tuple[str, ...]
    rule: str
    """``column``, ``folder``, ``none``, or for a guess ``name_version`` (version marks cut off), ``name_front``
    (what stands behind a front that repeats cut off), ``name_folder`` (names are versions, folders the sources),
    ``name_whole`` (every name its own content)."""
    guessed: bool
    examples: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    """For the reader: some contents with some of their videos."""
    alike: dict[str, str] = field(default_factory=dict)
    """Contents that are kept together only because their names begin alike, with the reason (see Fronts)."""
    numbered: bool = False
    """All names are one front and a running number, which was read as the number of the clip."""

    @property
    def groups(self) -> int:
        return len(set(self.contents))


def plan_contents(videos: Sequence[str], told: Sequence[str | None], rule: str = "auto") -> ContentPlan:
    """Contents of videos (paths or names, with / or \\), ``told`` being the content column where there is one.

    ``auto`` takes the column where any row has a content, else guesses from the names. A row without a told
    content joins the told one that its name belongs to, else is a content of its own. Raises ValueError for an
    unknown rule.
    """
    if rule not in RULES:
        raise ValueError(f"the rule must be one of {', '.join(RULES)}, not {rule!r}")
    paths = [one_file(video) for video in videos]
    if rule == "column" or (rule == "auto" and any(told)):
        names = _told(told, paths)
        return ContentPlan(tuple(names), "column", guessed=False, examples=_examples(names, paths))
    if rule == "folder":
        names = [str(path.parent) if str(path.parent) != "." else path.stem for path in paths]
        return ContentPlan(tuple(names), "folder", guessed=False, examples=_examples(names, paths))
    if rule == "none":
        return ContentPlan(tuple(str(path.with_suffix("")) for path in paths), "none", guessed=False)
    guess = _guess(paths)
    examples = _examples(guess.contents, paths)
    return ContentPlan(tuple(guess.contents), guess.rule, True, examples, guess.alike, guess.numbered)


@dataclass(frozen=True, slots=True)
class _Guess:
    contents: list[str]
    rule: str
    alike: dict[str, str] = field(default_factory=dict)
    numbered: bool = False


def _guess(paths: Sequence[PurePosixPath]) -> _Guess:
    """Groups names that differ only in their version; in doubt rather too large a group than a leak.

    1. Names that are nothing but a version ("crf28.mp4", "03.mp4") in several folders: the folder is the source.
    2. Cut off the marks that are known to tell versions (crf28, 1080p, x265, blur, 圧縮, ...).
    3. Of what is left, cut off what stands behind a front that repeats (see content_fronts).
    4. Otherwise every name is its own content.
    """
    stems = _without_random_fronts(paths)
    folders = [_source_folder(path) for path in paths]
    if _only_versions(stems, folders) and not _of_generators(paths):
        return _Guess(folders, "name_folder")
    parts = _without_leading_numbers(_without_generators(stems))
    shared = _shared(parts)
    bodies = {name: name[len(shared) :] for name in dict.fromkeys(parts)}
    # what all names end with tells nothing, and would hide the numbers before it
    end = len(_common([body[::-1] for body in bodies.values()]))
    rests = {name: _rest(body[: len(body) - end], alone=not shared) for name, body in bodies.items()}
    found = fronts(rests.values(), shared)
    names = {name: "_".join((*shared, *found.content[rest])) for name, rest in rests.items()}
    alike = {"_".join((*shared, *content)): reason for content, reason in found.reasons.items()}
    if len(set(names.values())) == 1 < len(set(folders)):
        return _Guess(folders, "name_folder")
    marked = len(set(rests.values())) < len(set(stems))
    rule = "name_front" if alike else "name_version" if marked else "name_whole"
    if rule == "name_whole":
        return _Guess(["_".join(stem) for stem in stems], rule, numbered=found.numbered)
    return _Guess([names[name] for name in parts], rule, alike, found.numbered)


def _told(told: Sequence[str | None], paths: Sequence[PurePosixPath]) -> list[str]:
    """As the column says, in its first spelling; an empty cell takes the content of names like its own."""
    spelling: dict[str, str] = {}
    names = [spelling.setdefault(_folded(content), content) if content else None for content in told]
    if None not in names:
        return [name for name in names if name is not None]
    guessed = _guess(paths).contents
    of_guess = {guess: name for guess, name in zip(reversed(guessed), reversed(names), strict=True) if name}
    sizes = Counter(guessed)
    own = [guess if sizes[guess] > 1 else path.stem for guess, path in zip(guessed, paths, strict=True)]
    return [name or of_guess.get(guess) or o for name, guess, o in zip(names, guessed, own, strict=True)]


def _folded(content: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", content).casefold().split())


def _source_folder(path: PurePosixPath) -> str:
    """The folder of a video, those left out that tell versions, wherever they stand; "." for none.

    ``park`` of park/1080p/crf20.mp4, and of 1080p/park/crf20.mp4.
    """
    kept = [part for part in path.parent.parts if not all(map(is_mark, name_parts(part)))]
    return str(PurePosixPath(*kept))


def _without_random_fronts(paths: Sequence[PurePosixPath]) -> list[Parts]:
    """The parts of the names, without the random front that an upload gave every file, another one to each."""
    whole = [name_parts(path.stem) for path in paths]
    fronts_of = [RANDOM_FRONT.match(path.stem) for path in paths]
    found = [front[0].casefold() for front in fronts_of if front]
    if len(found) < len(paths) or len(set(found)) < max(2, len(set(paths))) or all(f.isdigit() for f in found):
        return whole
    rests = [name_parts(path.stem[len(front) + 1 :]) for path, front in zip(paths, found, strict=True)]
    named = {without_marks(rest) for rest in rests}
    return rests if len(named) > 1 and () not in named else whole


def _of_generators(paths: Sequence[PurePosixPath]) -> bool:
    """Whether the folders are models that made or processed the videos: two or more, beside the originals."""
    names = {path.parent.name.casefold() for path in paths}
    models = {name for name in names if GENERATOR.fullmatch(name) or METHOD.fullmatch(name)}
    return len(models) > 1 and all(all(map(is_mark, name_parts(name))) for name in names - models)


def _without_generators(stems: Sequence[Parts]) -> list[Parts]:
    """Without the models that made the videos, where names begin or end with two or more of them."""
    found = {part for parts in stems for part in (parts[0], parts[-1]) if GENERATOR.fullmatch(part)}
    if len(found) < 2:
        return list(stems)
    return [tuple(part for part in parts if part not in found) or parts for parts in stems]


def _only_versions(stems: Sequence[Parts], folders: Sequence[str]) -> bool:
    several = len(set(folders))
    bare = [all(is_mark(part) or _COUNTER.fullmatch(part) for part in parts) for parts in stems]
    if several < 2 or sum(bare) < 0.8 * len(stems):
        return False
    return (
        any(map(is_mark, {part for parts in stems for part in parts})) or len(stems) <= _MOST_IN_FOLDER * several
    )


def _without_leading_numbers(names: Sequence[Parts]) -> list[Parts]:
    """Without the first part where that is a number in every name: the place in a playlist, or the version.

    Only where what follows tells sources apart and repeats; else the number may be all that names a video. Where
    numbers repeat as well, of numbers and rests the more are the sources ("17_a", "17_b").
    """
    numbers = Counter(parts[0] for parts in set(names))
    rests = Counter(without_marks(parts[1:]) for parts in set(names) if parts)
    worded = all(any(not is_number(part) for part in rest) for rest in rests)
    if max(numbers.values(), default=0) > 1 and len(numbers) > len(rests):
        return list(names)
    if all(map(is_number, numbers)) and worded and len(rests) > 1 and max(rests.values()) > 1:
        return [parts[1:] for parts in names]
    return list(names)


def _common(names: Sequence[Parts]) -> Parts:
    """What all names begin with, at least one part of each being left."""
    distinct = set(names)
    if len(distinct) < 2:
        return ()
    end = 0
    while end < min(map(len, distinct)) - 1 and len({name[end] for name in distinct}) == 1:
        end += 1
    return next(iter(distinct))[:end]


def _shared(names: Sequence[Parts]) -> Parts:
    """What all names begin with, without generic words at its end: those belong to the number behind them."""
    found = _common(names)
    while found and found[-1] in GENERIC:
        found = found[:-1]
    return found


def _rest(parts: Parts, *, alone: bool) -> Parts:
    """Without marks; a name of marks only keeps its first part, unless others have told the source before."""
    named = bound(parts)
    return without_marks(named) or (named[:1] if alone else ())


def _examples(names: Sequence[str], paths: Sequence[PurePosixPath]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    members: dict[str, set[str]] = defaultdict(set)
    for name, path in zip(names, paths, strict=True):
        # a set: a video may stand in two rows
        members[name].add(path.name)
    largest = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))[:5]
    return tuple((name, tuple(sorted(videos)[:4])) for name, videos in largest)


def joined(contents: Sequence[str], links: Sequence[Hashable | None]) -> tuple[str, ...]:
    """Contents joined wherever two videos share a link (the same file, the same bytes); None links nothing.

    The joined content has the name of its first video's content.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parent.get(name, name)) != name:
            parent[name] = parent.get(above, above)
            name = above
        return name

    order = {name: index for index, name in reversed(list(enumerate(contents)))}
    first: dict[Hashable, str] = {}
    for content, link in zip(contents, links, strict=True):
        if link is None:
            continue
        a, b = root(first.setdefault(link, content)), root(content)
        if a != b:
            early, late = sorted((a, b), key=order.__getitem__)
            parent[late] = early
    return tuple(root(content) for content in contents)
