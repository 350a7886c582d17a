"""Vote counts: how many people chose each category, which looks like a table of raters and is none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from xl_vqa.datasets.headers import normal
from xl_vqa.datasets.mos import Floats
from xl_vqa.datasets.scores import CATEGORY_OF_WORD, category_score
from xl_vqa.words.labels import Scale

_NUMBERED: Final = re.compile(
    r"(?:(?P<stem>[a-z ]*?|[^0-9]*?) ?)?(?P<value>[0-9]{1,2})"
    r"(?P<unit> ?(?:点|stars?|つ?星|票|votes?|points?|pts?|(?:点|つ?星)?の?"
    r"(?:人数|票数|得票数|回答数|件数)))?"
)
_COUNT_OF: Final = re.compile(
    r"^(?:n|num|number of|count|votes?|c|freq)(?: of)? | (?:count|votes?|n|num)$"
    r"|の?(?:人数|票数|得票数|回答数|件数)$"
)
_STARS: Final = re.compile(r"★+|\*+")
_COUNTING: Final = re.compile(
    r"(?:c|n|count|cnt|num|number|votes?|freq|frequency|hist|bin|h|total|star|stars"
    r"|人数|票|票数|度数|回答数)(?: of)?"
)
FEWEST_CATEGORIES: Final = 3


@dataclass(frozen=True, slots=True)
class VoteColumns:
    """``columns[k]`` holds how many people gave the score ``values[k]``."""

    columns: tuple[int, ...]
    values: tuple[float, ...]
    naming: str
    """``counts`` where headers say so ("c1", "Excellent"), ``bare`` for mere numbers, else ``people``."""


def vote_columns(headers: dict[int, str], scale: Scale) -> VoteColumns | None:
    """The columns whose headers are the categories of a scale: c1 .. c5, 1点 .. 5点, Bad .. Excellent."""
    words: dict[int, float] = {}
    numbered: dict[str, dict[int, float]] = {}
    for column, header in headers.items():
        last = header.rsplit("/", 1)[-1]
        text = normal(last) or last.strip()
        category = CATEGORY_OF_WORD.get(text) or CATEGORY_OF_WORD.get(_COUNT_OF.sub("", text).strip())
        if category is not None:
            words[column] = category_score(category, scale)
        elif _STARS.fullmatch(last.strip()):
            numbered.setdefault("star", {})[column] = float(len(last.strip()))
        elif match := _NUMBERED.fullmatch(text):
            stem = (match["stem"] or "").strip() or ("count" if match["unit"] else "")
            numbered.setdefault(stem, {})[column] = float(match["value"])
    if len(words) >= FEWEST_CATEGORIES and len(set(words.values())) == len(words):
        return VoteColumns(tuple(words), tuple(words.values()), "counts")
    for stem, found in numbered.items():
        values = sorted(found.values())
        consecutive = len(values) >= FEWEST_CATEGORIES and values == [values[0] + k for k in range(len(values))]
        # a scale begins at 0 or 1, or ends where the scale ends; raters may be numbered from anywhere
        if consecutive and values[0] in (0.0, 1.0) and len(values) <= 11:
            naming = "bare" if not stem else "counts" if _COUNTING.fullmatch(stem) else "people"
            return VoteColumns(tuple(found), tuple(found.values()), naming)
    return None


@dataclass(frozen=True, slots=True)
class VoteEvidence:
    """``verdict``: votes, raters, or unclear; ``why`` is a code of words, ``turned`` says that 1 is the best."""

    verdict: str
    why: str
    turned: bool = False


def judge_votes(
    votes: VoteColumns, cells: Floats, scale: Scale, mos: Floats | None, total: Floats | None
) -> VoteEvidence:
    """Whether cells are counts or scores: ``cells`` (rows, categories), ``mos`` and ``total`` (rows,), NaN blank.

    A mean beside them settles it, then a total, then what the numbers can be: scores lie in the scale, counts
    have zeros or pass its end.
    """
    rows = np.isfinite(cells).any(axis=1)
    filled = np.nan_to_num(cells)
    if int(rows.sum()) >= 3 and _are_shares(filled[rows]):
        return VoteEvidence("votes", "sums_equal")
    whole = bool(np.all(filled == np.round(filled)) and np.all(filled >= 0))
    if not rows.any() or not whole:
        return VoteEvidence("raters", "cells_scores")
    values, sums = np.asarray(votes.values), filled.sum(axis=1)
    if mos is not None and (known := rows & np.isfinite(mos) & (sums > 0)).sum() >= 3:
        weighted = filled[known] @ values / sums[known]
        turned = filled[known] @ (values.max() + values.min() - values) / sums[known]
        plain = np.array([np.nanmean(row) for row in cells[known]])
        off = {
            name: float(np.median(np.abs(guess - mos[known])))
            for name, guess in (("votes", weighted), ("turned", turned), ("raters", plain))
        }
        best = min(off, key=lambda name: off[name])
        if off[best] < 0.06:
            return VoteEvidence("raters" if best == "raters" else "votes", "mean_matches", best == "turned")
    if (
        total is not None
        and (known := rows & np.isfinite(total)).sum() >= 3
        and (sums == total)[known].mean() > 0.8
    ):
        return VoteEvidence("votes", "sums_match")
    given = cells[np.isfinite(cells)]
    outside = float(np.mean((given < scale.mos_min) | (given > scale.mos_max)))
    same_sums = bool((sums[rows] == sums[rows][0]).all()) and int(rows.sum()) >= 3
    if votes.naming != "people" and same_sums:
        return VoteEvidence("votes", "sums_equal")
    if votes.naming == "counts" and outside > 0.05:
        return VoteEvidence("votes", "counts_out_of_scale")
    # nothing that adds up: "Subject 1" is a person, 1 .. 5 alone may be both where the numbers pass the scale
    doubtful = votes.naming == "counts" or (votes.naming == "bare" and outside > 0.05)
    return VoteEvidence("unclear" if doubtful else "raters", "cells_scores")


def _are_shares(cells: Floats) -> bool:
    """Whether rows are shares of all votes: not whole, none negative, adding up to 1 or to 100."""
    sums = cells.sum(axis=1)
    fractions = bool(np.any(cells != np.round(cells)) and np.all(cells >= 0))
    return fractions and any(bool(np.all(np.abs(sums - whole) <= 0.02 * whole)) for whole in (1.0, 100.0))


def means_of_votes(
    votes: VoteColumns, cells: Sequence[Any], turned: bool = False
) -> tuple[float, float, int | None] | None:
    """Mean, SD (divisor n - 1, NaN for one vote) and number of votes of one row; None without any vote.

    Shares of the votes have no number, and the divisor of their SD is 1.
    """
    counts = np.array([0.0 if cell is None else float(cell) for cell in cells])
    n = float(counts.sum())
    if n <= 0:
        return None
    values = np.asarray(votes.values)
    if turned:
        values = values.max() + values.min() - values
    mean = float(counts @ values) / n
    squares = float(counts @ (values - mean) ** 2)
    if not np.all(counts == np.round(counts)):
        return round(mean, 9), float(np.sqrt(squares / n)), None
    return round(mean, 9), float(np.sqrt(squares / (n - 1))) if n > 1 else float("nan"), int(n)
