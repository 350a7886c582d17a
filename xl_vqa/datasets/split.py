"""Train, validation and test parts by content: all versions of a source land in one part.

Within that rule the parts get their share of videos and the same mix of qualities. The same seed and data
give the same split, whatever the order of the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import numpy as np

from xl_vqa.words.reasons import Reason

PARTS: Final = ("train", "val", "test")
NONE: Final = "none"
"""The part of a row that cannot be trained on."""

_STRATA: Final = 8


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the parts, adding up to 1."""

    train: float = 0.8
    val: float = 0.1
    test: float = 0.1

    def __post_init__(self) -> None:
        values = (self.train, self.val, self.test)
        if not all(0 <= value <= 1 for value in values) or abs(sum(values) - 1) > 1e-6:
            raise ValueError(Reason("shares_sum", shares=str(values)))
        if self.train <= 0:
            raise ValueError(Reason("shares_training"))

    @classmethod
    def parse(cls, text: str) -> Shares:
        """``80/10/10``, ``0.8/0.1/0.1`` or ``90/10`` (no test part). Raises ValueError for anything else."""
        try:
            numbers = [
                float(part.strip().rstrip("%")) for part in text.replace(":", "/").replace(",", "/").split("/")
            ]
        except ValueError:
            raise ValueError(Reason("form_unlike", value=repr(text), form="80/10/10")) from None
        if len(numbers) not in (2, 3) or not all(0 <= number < 1e6 for number in numbers) or sum(numbers) <= 0:
            raise ValueError(Reason("form_unlike", value=repr(text), form="80/10/10"))
        total = sum(numbers)
        if min(abs(total - 100), abs(total - 1)) > 1e-6 * total:
            raise ValueError(Reason("shares_percent", value=repr(text), total=f"{total:g}"))
        train, val, test = [*(number / total for number in numbers), 0.0][:3]
        return cls(train, val, test)


def split_by_content(
    contents: Sequence[str],
    mos: Sequence[float],
    given: Sequence[str | None],
    shares: Shares,
    seed: int = 0,
) -> list[str]:
    """The part of each video.

    A part that the data gives is kept, and its content's other videos join it (the most frequent one, where
    the data itself tears a content apart). The remaining contents are dealt out, largest first, each to the
    part that lacks its videos most, counted per quality stratum and in all. Every part with a share gets at
    least one content while there are enough.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for index, content in enumerate(contents):
        members[content].append(index)
    strata = _strata(np.asarray(mos, dtype=np.float64))
    wanted = np.array([shares.train, shares.val, shares.test])

    parts: list[str | None] = list(given)
    profile = np.zeros((len(PARTS), _STRATA))
    free: list[str] = []
    for content, rows in members.items():
        told = [part for index in rows if (part := given[index]) in PARTS]
        if not told:
            if any(given[index] is None for index in rows):
                free.append(content)
            continue
        # ties go to train: a leak into the test set is the one that lies about the result
        leading = max(PARTS, key=lambda part: (told.count(part), part == "train"))
        for index in rows:
            part = parts[index] or leading
            parts[index] = part
            if part in PARTS:
                profile[PARTS.index(part), strata[index]] += 1

    taken = {part for part in parts if part in PARTS}
    open_rows = {content: [index for index in members[content] if given[index] is None] for content in free}
    total = np.bincount(strata, minlength=_STRATA) * 1.0
    target = wanted[:, None] * total
    # largest first; among equals an order that the seed decides and the order of the rows does not
    queue = sorted(free, key=lambda content: (-len(open_rows[content]), _shuffled(content, seed)))
    dealt = _dealt(queue, open_rows, strata, profile, target, wanted, taken)
    needs = np.array([np.bincount(strata[open_rows[content]], minlength=_STRATA) for content in queue])
    for content, part in zip(queue, _levelled(dealt, needs, profile, target, wanted), strict=True):
        for index in open_rows[content]:
            parts[index] = part
    return [part or NONE for part in parts]


def _dealt(
    queue: Sequence[str],
    rows: dict[str, list[int]],
    strata: np.ndarray[tuple[int], np.dtype[np.int64]],
    profile: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    target: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    wanted: np.ndarray[tuple[int], np.dtype[np.float64]],
    taken: set[str],
) -> list[str]:
    """The part of each content in the queue."""
    dealt = []
    scale = np.maximum(target.sum(axis=1), 1e-9)
    for position, content in enumerate(queue):
        need = np.bincount(strata[rows[content]], minlength=_STRATA)
        lacking = [k for k, part in enumerate(PARTS) if wanted[k] > 0 and part not in taken]
        left = len(queue) - position
        candidates = (
            lacking if lacking and left <= len(lacking) else [k for k in range(len(PARTS)) if wanted[k] > 0]
        )
        # how much the squared distance from the targets grows, in units of each part's own size (chi-square)
        missing = profile[candidates] - target[candidates]
        by_stratum = (need * (2 * missing + need)).sum(axis=1)
        size, in_all = need.sum(), missing.sum(axis=1)
        cost = (by_stratum * _STRATA + size * (2 * in_all + size)) / scale[candidates]
        chosen = candidates[int(np.argmin(cost))]
        profile[chosen] += need
        taken.add(PARTS[chosen])
        dealt.append(PARTS[chosen])
    return dealt


def _levelled(
    dealt: Sequence[str],
    needs: np.ndarray[tuple[int, int], np.dtype[np.int64]],
    profile: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    target: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    wanted: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> list[str]:
    """The dealt parts, contents moved while that brings the parts' sizes nearer to what was asked for.

    Dealing looks at eight strata of quality at once; where a part is due less than one video of each, rounding
    adds up, and 20 single videos became 18/1/1. ``needs`` holds each content's videos per stratum. Of the contents
    that can be moved, the one that spoils the mix of qualities least goes. A part is never left empty.
    """
    if not len(needs):
        return list(dealt)
    place = np.array([PARTS.index(part) for part in dealt])
    size, total, aim = needs.sum(axis=1), profile.sum(axis=1), target.sum(axis=1)
    scale = np.maximum(aim, 1e-9)
    while True:
        best: tuple[float, float, int, int] | None = None
        for source in range(len(PARTS)):
            own = np.flatnonzero(place == source)
            for goal in np.flatnonzero(wanted > 0).tolist():
                over, under = total[source] - aim[source], total[goal] - aim[goal]
                if goal == source or len(own) < 2 or over <= under:
                    continue
                gain = over**2 + under**2 - (over - size[own]) ** 2 - (under + size[own]) ** 2
                moved = needs[own]
                mix = ((profile[source] - moved - target[source]) ** 2).sum(axis=1) / scale[source]
                mix += ((profile[goal] + moved - target[goal]) ** 2).sum(axis=1) / scale[goal]
                mix -= ((profile[source] - target[source]) ** 2).sum() / scale[source]
                mix -= ((profile[goal] - target[goal]) ** 2).sum() / scale[goal]
                k = int(np.lexsort((mix, -gain))[0])
                if gain[k] > 1e-9 and (best is None or (gain[k], -mix[k]) > best[:2]):
                    best = (float(gain[k]), -float(mix[k]), int(own[k]), goal)
        if best is None:
            return [PARTS[k] for k in place]
        content, goal = best[2:]
        source = int(place[content])
        profile[source] -= needs[content]
        profile[goal] += needs[content]
        total[source] -= size[content]
        total[goal] += size[content]
        place[content] = goal


def _strata(mos: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Quality strata 0.._STRATA - 1 of equal size as far as ties allow; a missing MOS counts as the lowest."""
    if not len(mos):
        return np.zeros(0, dtype=np.int64)
    values = np.where(np.isfinite(mos), mos, -np.inf)
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.zeros(len(mos), dtype=np.int64)
    edges = np.quantile(finite, np.arange(1, _STRATA) / _STRATA)
    return np.searchsorted(edges, values, side="left").astype(np.int64)


def _shuffled(content: str, seed: int) -> bytes:
    return blake2b(f"{seed}:{content}".encode("utf-8", "surrogatepass"), digest_size=8).digest()


def torn_contents(contents: Sequence[str], parts: Sequence[str]) -> dict[str, list[str]]:
    """Contents whose videos lie in more than one part, with those parts: the leaks of a given split."""
    found: dict[str, set[str]] = defaultdict(set)
    for content, part in zip(contents, parts, strict=True):
        if part in PARTS:
            found[content].add(part)
    return {content: sorted(parts, key=PARTS.index) for content, parts in found.items() if len(parts) > 1}
