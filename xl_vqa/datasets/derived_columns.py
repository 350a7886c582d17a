"""Columns computed from people's scores (median, highest, rank, ends of an interval), which are no rater's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from xl_vqa.datasets.columns import Columns
from xl_vqa.datasets.headers import normal
from xl_vqa.datasets.mos import Floats

_CORE: Final = frozenset(
    "median variance var mode range rank ranking sum total subtotal iqr q1 q3 quartile percentile skew"
    " skewness kurtosis sem lower upper low high zscore"
    " 中央値 最頻値 範囲 分散 順位 合計 総計 小計 計 合計点 総得点 合計点数 偏差値 標準誤差 下限 上限 下限値"
    " 上限値 信頼区間下限 信頼区間上限 95%信頼区間下限 95%信頼区間上限 最大 最小 最大値 最小値 最大点 最小点"
    " 最高点 最低点 最高 最低 第1四分位 第3四分位".split()
)
_BESIDE: Final = frozenset(
    "ci 95 95% ci95 95ci 95%ci of mos mean score scores rating ratings value values bound limit end confidence"
    " interval the all raters standard error z".split()
)
_FEWEST_ROWS: Final = 4
_LOW: Final = frozenset("low lower lo min lb lcl 下限".split())
_HIGH: Final = frozenset("high upper hi max ub ucl 上限".split())
_HIGHEST: Final = frozenset(["max", "maximum", "highest"])
_LOWEST: Final = frozenset(["min", "minimum", "lowest"])


def is_derived(header: str) -> bool:
    """Whether a header names a figure of several scores: "median", "CI low", "最大値"."""
    words = normal(header).split()
    core = [word for word in words if word in _CORE]
    return bool(core) and all(word in _CORE or word in _BESIDE for word in words)


def without_derived(columns: Columns, found: Sequence[int], mos: int | None) -> list[int]:
    """The columns of ``found`` that are somebody's scores; all of them where nothing else would be left to read.

    Max and Min are names of people, too: there the cells decide, being the highest and lowest of the others.
    """
    heads = {c: normal(columns.names.get(c, "")) for c in found}
    if "q2" in heads.values():
        # questions, and no quartiles
        return list(found)
    # Low alone is somebody's name
    both = {"low", "high"} <= set(heads.values())
    people = [c for c in found if (heads[c] in ("low", "high") and not both) or not is_derived(heads[c])]
    people = _without_figures(columns, _without_ends(columns, people))
    extreme = {c: heads[c] for c in people}
    ends = [c for c, name in extreme.items() if name in _HIGHEST | _LOWEST]
    rest = [c for c in people if c not in ends]
    others = rest if len(rest) >= 2 else [mos] if mos is not None else []
    if ends and others:
        scores = columns.numbers(others)
        kept = {c for c in ends if not _is_end(columns.numbers([c])[:, 0], scores, extreme[c] in _HIGHEST)}
        people = [c for c in people if c in rest or c in kept]
    return people if people or mos is not None or len(found) > 1 else list(found)


def _without_ends(columns: Columns, people: Sequence[int]) -> list[int]:
    """Without the ends of an interval round another column, whatever it is called: JOD_low, JOD_high of JOD."""
    words = {c: normal(columns.names.get(c, "")).split() for c in people}
    ends: set[int] = set()
    for middle, name in words.items():
        low, high = (
            [c for c, own in words.items() if own[:-1] == name and own and own[-1] in said]
            for said in (_LOW, _HIGH)
        )
        if name and len(low) == len(high) == 1:
            values = columns.numbers([*low, middle, *high])
            values = values[np.isfinite(values).all(axis=1)]
            if len(values) and np.all(np.diff(values, axis=1) >= 0):
                ends |= {*low, *high}
    return [c for c in people if c not in ends]


def _without_figures(columns: Columns, people: Sequence[int]) -> list[int]:
    """Without columns that are the mean or the sum of those before them (or of all others), in any language: Ø."""
    kept: list[int] = []
    for place, column in enumerate(people):
        others = kept if len(kept) >= 2 else people[place + 1 :] if place == 0 else []
        if len(others) < 2 or not _computed(columns.numbers([column])[:, 0], columns.numbers(others)):
            kept.append(column)
    return kept


def _computed(cells: Floats, scores: Floats) -> bool:
    """Whether cells are the means or the sums of their rows, which differ enough that none is so by chance."""
    known = np.isfinite(cells) & np.isfinite(scores).all(axis=1)
    apart = known & (np.nanmax(scores, axis=1, initial=-np.inf) > np.nanmin(scores, axis=1, initial=np.inf))
    if apart.sum() < _FEWEST_ROWS:
        return False
    means, sums = scores[known].mean(axis=1), scores[known].sum(axis=1)
    return bool(np.all(np.abs(cells[known] - means) <= 0.051) or np.all(np.abs(cells[known] - sums) <= 0.01))


def _is_end(cells: Floats, scores: Floats, highest: bool) -> bool:
    """Whether cells are the highest (or lowest) of the scores in their rows, or lie beyond a lone mean."""
    known = np.isfinite(cells) & np.isfinite(scores).any(axis=1)
    if known.sum() < 2:
        return False
    cells, scores = cells[known], scores[known]
    if scores.shape[1] == 1:
        return bool(np.all(cells >= scores[:, 0] - 0.01 if highest else cells <= scores[:, 0] + 0.01))
    ends = np.nanmax(scores, axis=1) if highest else np.nanmin(scores, axis=1)
    return bool(np.all(cells == ends))
