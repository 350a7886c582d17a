"""Several tests of their own, put on one scale by the videos that they share.

Other people in another room score the same videos higher or lower. Where tests share videos, the shift of each
test is estimated from those (least squares of mean = video + test) and taken out; the tests' mean shift stays
zero, weighted by their ratings, so the joint scale lies where the ratings as a whole lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xl_vqa.datasets.mos import Floats

FEW_COMMON: Final = 3
"""With fewer common videos than this the shift of a test is hardly more than the noise of one video."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How one test scores against the tests as a whole."""

    test: str
    videos: int
    common: int
    """Videos of this test that another test holds as well."""
    shift: float | None
    """How much higher this test scores the common videos, in MOS units; None where it shares none."""


def shifts_of_tests(
    tests: Sequence[str], test_of: Sequence[str], keys: Sequence[str | None], means: Floats, counts: Floats
) -> list[Shift]:
    """The shift of each of ``tests``; the other arguments are per row: test, video, mean, number of ratings."""
    usable = [k for k, key in enumerate(keys) if key is not None and np.isfinite(means[k])]
    holders: dict[str, set[str]] = {}
    for k in usable:
        holders.setdefault(str(keys[k]), set()).add(test_of[k])
    linked = [k for k in usable if len(holders[str(keys[k])]) > 1]
    shifts = _fitted(tests, linked, test_of, keys, means)
    weight = {t: float(sum(counts[k] for k in usable if test_of[k] == t)) for t in tests}
    known = {t: s for t, s in shifts.items() if s is not None}
    total = sum(weight[t] for t in known)
    middle = sum(weight[t] * s for t, s in known.items()) / total if total else 0.0
    return [
        Shift(
            t,
            sum(test_of[k] == t for k in usable),
            sum(test_of[k] == t for k in linked),
            None if (own := shifts[t]) is None else own - middle,
        )
        for t in tests
    ]


def _fitted(
    tests: Sequence[str], linked: Sequence[int], test_of: Sequence[str], keys: Sequence[str | None], means: Floats
) -> dict[str, float | None]:
    """Least squares of mean = video + test over the common videos; tests of another island have no shift."""
    reached = _largest_island(linked, test_of, keys)
    rows = [k for k in linked if test_of[k] in reached]
    if not rows:
        return dict.fromkeys(tests)
    videos = {key: place for place, key in enumerate(dict.fromkeys(keys[k] for k in rows))}
    order = {t: place for place, t in enumerate(t for t in tests if t in reached)}
    design = np.zeros((len(rows), len(videos) + len(order)))
    for line, k in enumerate(rows):
        design[line, videos[keys[k]]] = 1
        design[line, len(videos) + order[test_of[k]]] = 1
    fitted = np.linalg.lstsq(design, np.array([means[k] for k in rows]), rcond=None)[0]
    found = fitted[len(videos) :]
    return {t: float(found[order[t]]) if t in order else None for t in tests}


def _largest_island(linked: Sequence[int], test_of: Sequence[str], keys: Sequence[str | None]) -> set[str]:
    """The largest set of tests that hang together by common videos."""
    islands: list[set[str]] = []
    by_video: dict[str | None, set[str]] = {}
    for k in linked:
        by_video.setdefault(keys[k], set()).add(test_of[k])
    for group in by_video.values():
        joined = set(group).union(*(island for island in islands if island & group))
        islands = [island for island in islands if not island & group] + [joined]
    return max(islands, key=len, default=set())
