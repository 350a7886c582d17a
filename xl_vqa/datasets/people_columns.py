"""Columns whose headers say nothing: which of them are people's scores, and which are something else's numbers."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.headers import Role

_FEWEST: Final = 5
"""Videos with several rows of one number, before that number is the video's."""
_FEWEST_POINTS: Final = 3
_POINTS: Final = (-3, 11)
"""Scales of which people count the points: comparisons begin at -3, the longest one of quality ends at 11."""


def of_people(columns: Columns, found: Sequence[int], video: int) -> list[int]:
    """Those of ``found`` that are people's scores, as far as the cells tell; all where nothing tells.

    Out go what is one number for each video however often it was rated (a trial, a length), and numbers far off
    the scale that others fit (a bit rate, a duration). People who use a wider scale than the one at hand stay
    together: whoever gives more high scores than others is no less a rater.
    """
    varied = [c for c in found if not _of_the_video(columns, c, video)] or list(found)
    fitting = [c for c in varied if columns.profiles[c].in_range >= 0.5]
    if not fitting:
        return varied
    return [c for c in varied if c in fitting or _like(columns, c, fitting)]


def without_numbers(columns: Columns, free: Sequence[int]) -> tuple[list[int], bool]:
    """Where no cell is a score: columns that are people's all the same, and whether they are to be asked about.

    Marks such as "-" stand where nobody has rated yet, days where a spreadsheet program has changed every score,
    and one of two words where people chose.
    """
    unnamed = [c for c in free if columns.role(c) is None]
    profiles = columns.profiles
    days = [c for c in unnamed if profiles[c].dates]
    if len(days) > 1:
        return days, True
    scored = (None, Role.SCORE, Role.RATER_SCORES)
    pairs = [c for c in free if profiles[c].pair and columns.role(c) in scored]
    if pairs and not days:
        return pairs, True
    return [c for c in unnamed if profiles[c].marks and not profiles[c].filled] or days, False


def _of_the_video(columns: Columns, column: int, video: int) -> bool:
    """Whether every video has one number in all of its rows, and videos have different ones."""
    values: dict[str, list[float]] = defaultdict(list)
    numbers = columns.numbers([column])[:, 0]
    for k, value in enumerate(numbers):
        if np.isfinite(value):
            values[str(columns.grid.cell(columns.first + k, video))].append(float(value))
    several = [own for own in values.values() if len(own) > 1]
    if len(several) < _FEWEST or any(len(set(own)) > 1 for own in several):
        return False
    return len({own[0] for own in several}) > 1


def _like(columns: Columns, column: int, fitting: Sequence[int]) -> bool:
    """Whether the numbers of a column are a person's: where those of the fitting ones lie, or on a scale of
    few points."""
    theirs = columns.numbers(fitting)
    own = columns.numbers([column])
    theirs, own = np.sort(theirs[np.isfinite(theirs)]), own[np.isfinite(own)]
    if len(theirs) < 3 or not own.size:
        return False
    whole = bool(np.all(own == np.round(own)))
    if whole and own.min() < own.max() and own.min() >= _POINTS[0] and own.max() <= _POINTS[1]:
        return True
    # without a slip of the pen at either end
    low, high = theirs[1], theirs[-2]
    return (whole or not np.all(theirs == np.round(theirs))) and bool(np.all((own >= low) & (own <= high)))


def legends(columns: Columns) -> list[tuple[int, int]]:
    """Pairs of columns that say what points mean: a number and a word in each row, in fewer rows than videos."""
    rows = range(columns.first, len(columns.grid.rows))
    usual = max((profile.filled for profile in columns.profiles.values()), default=0)
    found = []
    for column in range(columns.grid.width - 1):
        for numbers, words in ((column, column + 1), (column + 1, column)):
            places = [r for r in rows if columns.grid.cell(r, numbers) is not None]
            own = [columns.number(columns.grid.cell(r, numbers)) for r in places]
            texts = [columns.grid.cell(r, words) for r in places]
            if not _FEWEST_POINTS <= len(places) < usual or None in own:
                continue
            if sum(columns.grid.cell(r, words) is not None for r in rows) != len(places):
                continue
            steps = {b - a for a, b in itertools.pairwise(value for value in own if value is not None)}
            said = {text for text in texts if isinstance(text, str) and not any(map(str.isdigit, text))}
            if steps in ({1.0}, {-1.0}) and len(said) == len(places):
                found.append((numbers, words))
    return found
