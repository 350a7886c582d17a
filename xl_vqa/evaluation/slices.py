"""The same figures for each part of the videos: by content, codec, size, domain or any other column."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from xl_vqa.evaluation.figure import Figure, IntArray
from xl_vqa.evaluation.intervals import resampling_of
from xl_vqa.evaluation.pairs import Pairs
from xl_vqa.evaluation.resampling import Resampling

SMALL: Final = 30
"""A slice of fewer videos is flagged: its figures move a lot with a few videos."""
MOST_VALUES: Final = 30
"""A column of more different values is no grouping; numbers are then cut at their quartiles."""
EMPTY: Final = ""
"""The slice of the videos whose cell is empty."""


@dataclass(frozen=True, slots=True)
class Slice:
    """``value`` of ``column``: the figures of its ``n`` videos."""

    column: str
    value: str
    n: int
    small: bool
    figures: Mapping[str, Figure]

    def to_dict(self) -> dict[str, Any]:
        figures = {name: figure.to_dict() for name, figure in self.figures.items()}
        return {"column": self.column, "value": self.value, "n": self.n, "small": self.small, "figures": figures}


def slice_values(cells: Sequence[str | None]) -> tuple[list[str], IntArray] | str:
    """The values of a column and, shape (n,), which one each video has; or why it makes no slices.

    The reason is a key of texts.py: ``slice_one_value`` or ``slice_many_values``.
    """
    texts = [EMPTY if cell is None else cell.strip() for cell in cells]
    names = sorted(set(texts), key=lambda text: (text == EMPTY, _number(text) is None, _number(text) or 0.0, text))
    if len(names) < 2:
        return "slice_one_value"
    if len(names) <= MOST_VALUES:
        place = {name: index for index, name in enumerate(names)}
        return names, np.array([place[text] for text in texts], dtype=np.int64)
    numbers = [_number(text) for text in texts if text != EMPTY]
    known = np.array([number for number in numbers if number is not None])
    if len(known) < len(numbers):
        return "slice_many_values"
    edges = np.unique(np.quantile(known, [0.25, 0.5, 0.75]))
    bounds = [float(known.min()), *(float(edge) for edge in edges), float(known.max())]
    names = [f"{low:g} – {high:g}" for low, high in itertools.pairwise(bounds)]
    if EMPTY in texts:
        names.append(EMPTY)
    # a video on an edge belongs to the part below it
    inside = iter(np.searchsorted(edges, known, side="left"))
    return names, np.array(
        [len(names) - 1 if text == EMPTY else int(next(inside)) for text in texts], dtype=np.int64
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def slice_figures(
    pairs: Pairs, column: str, names: Sequence[str], places: IntArray, resampling: Resampling
) -> list[Slice]:
    """One Slice for each name that has videos; ``places`` has shape (n,) and holds indices of ``names``."""
    found = []
    for index, name in enumerate(names):
        inside = places == index
        part = pairs.take(inside)
        if len(part) == 0:
            continue
        groups = None if resampling.groups is None else resampling.groups[inside]
        drawn = resampling_of(len(part), groups, resampling.resamples, resampling.seed)
        figures, _ = part.measured(drawn)
        found.append(Slice(column, name, len(part), len(part) < SMALL, figures))
    return found
