"""Names that begin alike: which of them are versions of one source, where no known mark tells it.

The front of a name is its source where it repeats: numbers behind it are a ladder (NFLX:
BigBuckBunny_30_384_550), and so are words that stand behind other fronts too. Where both readings are
possible names are kept together, since a split then only becomes coarser, while the other mistake lets the
test set leak into training. Only where all names have one front, so that nothing would be left to split, a
running number is read as the name of a clip.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from xl_vqa.datasets.content_names import GENERIC, OPAQUE, STOP_WORDS, Parts, is_number

# More versions than this of one source are rather numbered clips of one shoot.
_MOST_VERSIONS: Final = 40
# A front that holds more than this share of the names tells nothing about them.
_NEARLY_ALL: Final = 0.8
# Numbers glued to a front ("pa2") are versions only in a design that is plain to see.
_FEWEST_GLUED: Final = 3
_HEIGHTS: Final = frozenset(
    map(
        float,
        "120 144 180 216 234 240 270 272 288 320 352 360 384 396 400 416 432 480 486 512 540 544 576 600 640 720 "
        "768 800 832 900 960 1024 1080 1152 1280 1440 1600 1920 2048 2160 4320".split(),
    )
)


@dataclass(frozen=True, slots=True)
class Fronts:
    """``content[rest]`` is what stands for the source in the parts of a name that are no known marks."""

    content: dict[Parts, Parts]
    reasons: dict[Parts, str] = field(default_factory=dict)
    """Contents that were joined by their front: ``numbers``, ``words``, ``glued`` or ``prefix``."""
    numbered: bool = False
    """All names have one front and a number, and were read as different videos."""


def fronts(rests: Iterable[Parts], shared: Parts = ()) -> Fronts:
    """Contents of distinct names, of which ``shared``, the parts that all of them begin with, is cut off."""
    names = sorted(set(rests))
    found = _Search(names)
    numbered = found.one_front(shared) if shared or _one_front(names) else False
    if not numbered:
        found.numbers()
        found.words()
        found.glued()
    found.prefixes()
    apart = numbered and len(set(found.content.values())) == len(names)
    return Fronts(found.content, found.reasons, apart)


class _Search:
    """Each step joins further, and looks only at what the steps before have left."""

    def __init__(self, names: list[Parts]) -> None:
        self.content = {name: name for name in names}
        self.reasons: dict[Parts, str] = {}

    def _join(self, fronts: dict[Parts, Parts], reason: str) -> None:
        """Contents -> their front."""
        members: dict[Parts, int] = Counter(fronts.get(content, content) for content in set(self.content.values()))
        for name, content in self.content.items():
            front = fronts.get(content, content)
            self.content[name] = front
            if front != content or members[front] > 1:
                self.reasons.pop(content, None)
                self.reasons[front] = reason

    # -- numbers ---------------------------------------------------------------------------------------------

    def one_front(self, shared: Parts) -> bool:
        """Where all names are one front and numbers. True where they were read as different videos."""
        names = [name for name in self.content if name]
        front = shared or _number_front(names[0]) if names else shared
        tails = [name if shared else name[len(front) :] for name in names]
        if not tails or not all(tail and all(map(is_number, tail)) for tail in tails if tail):
            return False
        if _ladder(tails):
            self._join(dict.fromkeys(self.content, () if shared else front), "numbers")
            return False
        return all(len(tail) == 1 for tail in tails if tail) and len(tails) > 1

    def numbers(self) -> None:
        groups: dict[Parts, set[Parts]] = defaultdict(set)
        for content in self.content:
            front = _number_front(content)
            groups[front].add(content[len(front) :])
        joined: dict[Parts, Parts] = {}
        opaque = self._before_opaque()
        repeating = [front for front, tails in groups.items() if len(tails) > 1 and front[0] not in opaque]
        for front in repeating:
            tails = groups[front]
            numbered = tails - {()}
            running = _running(numbered) and (
                len(tails) > _MOST_VERSIONS
                or (len(groups) > 1 and len(tails) > _NEARLY_ALL * len(self.content) > 8)
            )
            if not running:
                joined.update({(*front, *tail): front for tail in tails})
            elif len(repeating) > 1:
                # "model_a_0001", "model_b_0001": so many numbers are the sources, and the fronts the versions
                joined.update({(*front, *tail): tail for tail in numbered})
        self._join(joined, "numbers")

    def _before_opaque(self) -> set[str]:
        """First parts behind which opaque names stand: theirs are single videos, numbers among them too."""
        follow = [(content[0], bool(OPAQUE.fullmatch(content[1]))) for content in self.content if len(content) > 1]
        names, opaque = Counter(first for first, _ in follow), Counter(first for first, odd in follow if odd)
        return {first for first, count in opaque.items() if 3 * count >= names[first]}

    # -- words -----------------------------------------------------------------------------------------------

    def words(self) -> None:
        opaque = self._before_opaque()
        contents = {content for content in self.content.values() if content and content[0] not in opaque}
        tails: dict[Parts, set[Parts]] = defaultdict(set)
        for content in contents:
            for cut in range(1, len(content) + 1):
                if not STOP_WORDS.issuperset(content[:cut]):
                    tails[content[:cut]].add(content[cut:])
        heads = Counter(tail for found in tails.values() for tail in found if tail)
        crossed = set()
        for head, found in tails.items():
            # a tail or two that other heads have by chance join nothing large
            common = sum(heads[tail] > 1 for tail in found)
            if 1 < len(found) <= _MOST_VERSIONS and common and 5 * common >= len(found):
                crossed.add(head)
        joined: dict[Parts, Parts] = {}
        for content in contents:
            cuts = (content[:cut] for cut in range(1, len(content) + 1))
            front = next((head for head in cuts if head in crossed), None)
            if front is not None:
                joined[content] = front
        self._join(joined, "words")

    def glued(self) -> None:
        """``pa2 .. pa16, rb2 .. rb16`` (LIVE): only where nothing else told versions apart."""
        contents = set(self.content.values())
        if self.reasons or not all(len(content) == 1 for content in contents):
            return
        split = {c: m.groups() for c in contents if (m := re.fullmatch(r"([^0-9]+)([1-9][0-9]?|0[1-9])", c[0]))}
        sizes = Counter(head for head, _ in split.values() if head not in GENERIC)
        tails = Counter(tail for head, tail in split.values())
        repeating = {head for head, size in sizes.items() if size > 1}
        members = [c for c, (head, tail) in split.items() if head in repeating and tails[tail] > 1]
        if len(repeating) >= _FEWEST_GLUED and len(members) >= _NEARLY_ALL * len(contents):
            self._join({c: (head,) for c, (head, _) in split.items() if head in repeating}, "glued")

    # -- prefixes --------------------------------------------------------------------------------------------

    def prefixes(self) -> None:
        """``mountains`` and ``mountains_packet`` are one content."""
        contents = set(self.content.values())
        joined: dict[Parts, Parts] = {}
        for content in contents:
            for cut in range(len(content)):
                front = content[:cut]
                if front in contents and not (front and GENERIC.union(STOP_WORDS).issuperset(front)):
                    joined[content] = front
                    break
        self._join(joined, "prefix")


def _one_front(names: list[Parts]) -> bool:
    return len(names) > 1 and len({_number_front(name) for name in names}) == 1


def _number_front(name: Parts) -> Parts:
    """Without the numbers at the end; one part is always left."""
    end = len(name)
    while end > 1 and is_number(name[end - 1]):
        end -= 1
    return name[:end]


def _ladder(tails: list[Parts]) -> bool:
    """Heights, bit rates, round steps: numbers that set something and count nothing."""
    numbers = [[float(part) for part in tail] for tail in tails if tail]
    if any(len(row) > 1 for row in numbers):
        return any(100 <= float(part) < 100_000 and part[0] != "0" for tail in tails for part in tail)
    texts = [tail[0] for tail in tails if tail]
    values = [row[0] for row in numbers]
    if any(text.startswith("0") or value >= 1e6 for text, value in zip(texts, values, strict=True)):
        return False
    return not _dense(values) and (
        all(value % 5 == 0 for value in values) or all(value in _HEIGHTS for value in values)
    )


def _running(tails: set[Parts]) -> bool:
    return all(len(tail) == 1 for tail in tails) and _dense([float(tail[0]) for tail in tails])


def _dense(values: list[float]) -> bool:
    """Whether numbers count: few gaps between the lowest and the highest."""
    return max(values) - min(values) + 1 <= 1.5 * len(set(values))
