"""Vote counts: how many people chose each category, which looks like a table of raters and is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from xl_vqa.datasets.headers import normal
from xl_vqa.datasets.mos import Floats
from xl_vqa.datasets.ordinals import five_in_order
from xl_vqa.datasets.scores import CATEGORY_OF_WORD, SIGNS, category_score, plain
from xl_vqa.words.labels import Scale

_NUMBERED: Final = re.compile(
    r"(?:(?P<stem>[a-z =]*?|[^0-9]*?) ?)?(?P<value>[0-9]{1,2})"
    r"(?P<unit> ?(?:点|stars?|つ?星|票|votes?|points?|pts?|(?:点|つ?星)?の?"
    r"(?:人数|票数|得票数|回答数|件数)))?"
)
_COUNT_OF: Final = re.compile(
    r"^(?:n|num|number of|count|votes?|c|freq)(?: of)? | (?:count|votes?|n|num)$"
    r"|の?(?:人数|票数|得票数|回答数|件数)$"
)
_SHARE: Final = r"(?:%|percent(?:age)?s?|pct|shares?|proportions?|fractions?|ratio|割合|比率|構成比|率)"
_SHARE_OF: Final = re.compile(rf"^{_SHARE}(?: of)? ?|(?: |の)?{_SHARE}$")
_SAYS_SHARE: Final = re.compile(
    r"%|\b(?:percent(?:age)?s?|pct|shares?|proportions?|fractions?)\b|割合|比率|構成比"
)
_WORD_OF_NUMBER: Final = re.compile(r"[0-9]{1,2} ?(?P<behind>[^0-9]+)|(?P<before>[^0-9]+?) ?[0-9]{1,2}")
_SIGNED: Final = re.compile(r"[+-]?[0-9]")
_PERCENT: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)?) ?(?:%|percent|パーセント)")
_TICKS: Final = frozenset("x × ✕ ✗ ✓ ✔ ☑ ☒ ○ 〇 ◯ ● ■ レ v true".split())
_STARS: Final = re.compile(r"★+|\*+")
_COUNTING: Final = re.compile(
    r"(?:c|n|count|cnt|num|number|votes?|freq|frequency|hist|bin|h|total|star|stars"
    r"|人数|票|票数|度数|回答数)(?: of)?"
)
_SCORED: Final = re.compile(r"(?:scores?|ratings?|grades?|acr|category|opinions?|点|点数|評点|スコア|評価) ?=?")
"""Before numbers that may be those of raters as well as the scores: ``score_1``."""
FEWEST_CATEGORIES: Final = 3


@dataclass(frozen=True, slots=True)
class VoteColumns:
    """``columns[k]`` holds how many people, or which share of them, gave the score ``values[k]``."""

    columns: tuple[int, ...]
    values: tuple[float, ...]
    naming: str
    """``counts`` where headers say so ("c1", "Excellent"), ``bare`` for mere numbers, ``scored`` for those of
    scores or of raters ("score 1"), else ``people``."""
    counted: bool = False
    """Headers say that people were counted."""
    shares: bool = False
    """Headers speak of shares ("% good")."""


def vote_columns(
    headers: Mapping[int, str], scale: Scale, mapping: Mapping[str, float | None] | None = None
) -> VoteColumns | None:
    """The columns whose headers are the categories of a scale: c1 .. c5, 1点 .. 5点, Bad .. Excellent, -3 .. 3.

    Where counts and shares stand side by side, the counts. ``mapping`` is what the user says that words are worth.
    """
    told = {c: header for c, header in headers.items() if speaks_of_shares(header)}
    rest = {c: header for c, header in headers.items() if c not in told}
    # under a heading that is not merged only the first column says "%": then all of them are of it
    found = [_of_words(own, scale, mapping or {}, bool(told) and own is not rest) for own in (rest, told, headers)]
    return max((votes for votes in found if votes is not None), key=lambda votes: len(votes.columns), default=None)


def speaks_of_shares(header: str) -> bool:
    return _SAYS_SHARE.search(unicodedata.normalize("NFKC", header).casefold()) is not None


def words_of_votes(
    headers: Mapping[int, str], scale: Scale, mapping: Mapping[str, float | None]
) -> dict[int, float]:
    """The columns headed by words of categories, and the score of each: as told, else of ACR and DCR, else evenly
    over five words of one order ("悪い", "やや悪い", "普通", "やや良い", "良い")."""
    texts = {column: _word(header) for column, header in headers.items()}
    found = {
        column: category_score(CATEGORY_OF_WORD[text], scale)
        for column, text in texts.items()
        if text in CATEGORY_OF_WORD
    }
    ordered = five_in_order(texts.values())
    if ordered is not None:
        of_order = {
            column: category_score(ordered[text], scale) for column, text in texts.items() if text in ordered
        }
        # "Bad, OK, Good" are three words of a scale of three rather than the middle of one of five
        if len(of_order) > max(len(found), 3) and found.keys() <= of_order.keys():
            found = of_order
    for column, header in headers.items():
        if (key := plain(_last(header))) in mapping:
            found.pop(column, None)
            if (value := mapping[key]) is not None:
                found[column] = value
    return found


def _last(header: str) -> str:
    return header.rsplit("/", 1)[-1]


def _word(header: str) -> str:
    """The word of a category without what says count or share, and without its number."""
    text = normal(_last(header)) or _last(header).strip()
    for other in (text, _COUNT_OF.sub("", text).strip(), _SHARE_OF.sub("", text).strip()):
        if other in CATEGORY_OF_WORD:
            return other
        found = _WORD_OF_NUMBER.fullmatch(other)
        if found and (word := (found["behind"] or found["before"]).strip()) in CATEGORY_OF_WORD:
            return word
    return _SHARE_OF.sub("", text).strip()


def _of_words(
    headers: Mapping[int, str], scale: Scale, mapping: Mapping[str, float | None], shares: bool
) -> VoteColumns | None:
    words = words_of_votes(headers, scale, mapping)
    numbered: dict[str, dict[int, float]] = {}
    for column, header in headers.items():
        last = _last(header)
        # brackets, which ``normal`` leaves out, hold the number of P(1)
        texts = (normal(last) or last.strip(), normal(re.sub(r"[()（）\[\]]", " ", last)))
        match = next((m for text in texts if (m := _NUMBERED.fullmatch(_SHARE_OF.sub("", text).strip()))), None)
        if column in words:
            continue
        if _STARS.fullmatch(last.strip()):
            numbered.setdefault("star", {})[column] = float(len(last.strip()))
        elif _SIGNED.fullmatch(signed := last.strip().translate(SIGNS)):
            numbered.setdefault("", {})[column] = float(signed)
        elif match:
            stem = (match["stem"] or "").strip() or ("count" if match["unit"] else "")
            numbered.setdefault(stem, {})[column] = float(match["value"])
    if len(words) >= FEWEST_CATEGORIES and len(set(words.values())) == len(words):
        counted = all(_COUNT_OF.search(normal(_last(headers[c]))) for c in words)
        return VoteColumns(tuple(words), tuple(words.values()), "counts", counted, shares)
    for stem, found in numbered.items():
        values = sorted(found.values())
        consecutive = len(values) >= FEWEST_CATEGORIES and values == [values[0] + k for k in range(len(values))]
        # a scale begins at 0 or 1, lies round 0, or ends where the scale ends, its lowest score given by nobody;
        # raters may be numbered from anywhere
        begins = consecutive and (values[0] in (0.0, 1.0) or values[0] == -values[-1])
        if (begins or (consecutive and not stem and values[-1] == scale.mos_max)) and len(values) <= 11:
            counted = bool(_COUNTING.fullmatch(stem))
            either = "bare" if not stem else "scored" if _SCORED.fullmatch(stem) else "people"
            naming = "counts" if counted else either
            return VoteColumns(tuple(found), tuple(found.values()), naming, counted, shares)
    return None


@dataclass(frozen=True, slots=True)
class VoteEvidence:
    """``verdict``: votes, raters, or unclear; ``why`` is a code of words, ``turned`` says that 1 is the best."""

    verdict: str
    why: str
    turned: bool = False
    shares: bool = False
    """The cells are shares of the votes and no numbers of people."""


def judge_votes(
    votes: VoteColumns, cells: Floats, scale: Scale, mos: Floats | None, total: Floats | None
) -> VoteEvidence:
    """Whether cells are counts, shares or scores: ``cells`` (rows, categories), ``mos`` and ``total`` (rows,), NaN
    blank.

    A mean beside them settles it, then a total, then what the numbers can be: scores lie in the scale, counts
    have zeros or pass its end, shares add up to 1 or to 100.
    """
    filled = np.nan_to_num(cells)
    values, sums = np.asarray(votes.values), filled.sum(axis=1)
    rows = np.isfinite(cells).any(axis=1) & (sums != 0)
    counted = total is not None and (k := rows & np.isfinite(total)).any() and (sums == total)[k].mean() > 0.8
    shares = bool(rows.any()) and not counted and _are_shares(votes, filled[rows])
    whole = bool(np.all(filled == np.round(filled)) and np.all(filled >= 0))
    if not rows.any() or not (whole or shares):
        return VoteEvidence("raters", "cells_scores")
    if mos is not None and (known := rows & np.isfinite(mos) & (sums > 0)).sum() >= 3:
        weighted = filled[known] @ values / sums[known]
        turned = filled[known] @ (values.max() + values.min() - values) / sums[known]
        plain_means = np.array([np.nanmean(row) for row in cells[known]])
        off = {
            name: float(np.median(np.abs(guess - mos[known])))
            for name, guess in (("votes", weighted), ("turned", turned), ("raters", plain_means))
        }
        best = min(off, key=lambda name: off[name])
        if off[best] < 0.06:
            verdict = "raters" if best == "raters" else "votes"
            return VoteEvidence(verdict, "mean_matches", best == "turned", shares and best != "raters")
    if shares:
        return VoteEvidence("votes", "sums_equal", shares=True)
    if counted and int((rows & np.isfinite(total if total is not None else sums)).sum()) >= 3:
        return VoteEvidence("votes", "sums_match")
    given = cells[np.isfinite(cells)]
    outside = float(np.mean((given < scale.mos_min) | (given > scale.mos_max)))
    same_sums = bool((sums[rows] == sums[rows][0]).all()) and int(rows.sum()) >= 3
    if votes.naming in ("counts", "bare") and same_sums:
        return VoteEvidence("votes", "sums_equal")
    if votes.naming == "counts" and outside > 0.05:
        return VoteEvidence("votes", "counts_out_of_scale")
    # nothing that adds up: "Subject 1" is a person, 1 .. 5 alone may be both where the numbers pass the scale
    passing = outside > 0.05 and (
        votes.naming == "bare" or (votes.naming == "scored" and bool(np.any(given == 0)))
    )
    doubtful = votes.naming == "counts" or passing
    return VoteEvidence("unclear" if doubtful else "raters", "cells_scores")


def _are_shares(votes: VoteColumns, cells: Floats) -> bool:
    """Whether rows are shares of all votes: none negative, adding up to 1 or to 100.

    Whole ones are shares where headers say so, or where they add up to about 100 as rounded percents do; to 100 in
    every row they are a hundred people where headers count people.
    """
    sums = cells.sum(axis=1)
    if np.any(cells < 0) or (len(cells) < FEWEST_CATEGORIES and votes.naming != "counts" and not votes.shares):
        return False
    total = next((t for t in (1.0, 100.0) if bool(np.all(np.abs(sums - t) <= 0.02 * t))), None)
    if total is None:
        # "don't know" was left out of them
        return votes.shares and bool(np.all(sums <= 102.0))
    if np.any(cells != np.round(cells)) or votes.shares:
        return True
    exact = bool(np.all(sums == total))
    return total == 100.0 and not votes.counted and (votes.naming in ("counts", "bare") or exact)


def means_of_votes(
    votes: VoteColumns, cells: Sequence[Any], turned: bool = False, people: int | None = None, shares: bool = False
) -> tuple[float, float, int | None] | None:
    """Mean, SD (divisor n - 1, NaN for one vote) and number of votes of one row; None without any vote.

    Of shares the number is ``people``, where the table says it; else it is not known, and the divisor of the SD 1.
    """
    values = np.asarray(votes.values)
    if turned:
        values = values.max() + values.min() - values
    weights = np.array([0.0 if cell is None else float(cell) for cell in cells])
    return mean_of_weights(values, weights, people, shares)


def mean_of_weights(
    values: Floats, weights: Floats, people: int | None, shares: bool
) -> tuple[float, float, int | None] | None:
    """The same of scores, shape (k,), and how many people or which share gave each, shape (k,)."""
    total = float(weights.sum())
    if total <= 0:
        return None
    mean = float(weights @ values) / total
    squares = float(weights @ (values - mean) ** 2)
    n = people if shares else int(total)
    if n is None:
        return round(mean, 9), float(np.sqrt(squares / total)), None
    return round(mean, 9), float(np.sqrt(squares / total * n / (n - 1))) if n > 1 else float("nan"), n


def vote_of(cell: Any) -> float | None:
    """The number in a text like "12.5 %", 1 for a tick; None for anything else."""
    return 1.0 if is_tick(cell) else share_of(cell)


def share_of(cell: Any) -> float | None:
    """The number in a text like "12.5 %"; None for anything else."""
    found = _PERCENT.fullmatch(plain(cell)) if isinstance(cell, str) else None
    return float(found[1].replace(",", ".")) if found else None


def is_tick(cell: Any) -> bool:
    """Whether a cell is what people put under the grade that they choose."""
    return cell is True or (isinstance(cell, str) and plain(cell) in _TICKS)
