"""Which sheets of a workbook hold ratings that would be lost if another one were read alone; their scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from xl_vqa.datasets.correlation import spearman
from xl_vqa.datasets.headers import Role
from xl_vqa.datasets.likely_scales import USUAL, likely_scales, passes
from xl_vqa.datasets.mos import Floats
from xl_vqa.datasets.row_reader import data_rows, video_key
from xl_vqa.datasets.score_columns import MEAN_MATCHES
from xl_vqa.datasets.sheet_layout import Layout

_RATED: Final = (Role.SCORE, Role.MOS, Role.EITHER, Role.RATER_SCORES)
_SAME_ORDER: Final = 0.99
"""Rank correlation from which numbers are the same ratings, on another scale."""
_FEWEST: Final = 4
_APART: Final = 5.0
"""A scale that ends this many times lower than another is another one: 1..5 beside 0..100, 0..1 beside 1..5."""


def is_rival(layout: Layout, best: Layout) -> bool:
    """Whether a sheet holds ratings that would be lost: of other people, of videos that the best one lacks, or on
    another scale.

    Means of the same videos beside their raters are a summary; numbers off the scale of the best sheet are ratings
    where their headers, or the same raters in both sheets, say so (bit rates and sizes are none).
    """
    if layout.fit < 0.5 <= best.fit and not _rated_on_another_scale(layout, best):
        return False
    own, others = videos_of(layout), videos_of(best)
    if layout.ready and not best.ready:
        return not own & others and len(own) > 1
    return bool(own - others) or not layout.ready or _other_means(layout, best)


def scale_of(layout: Layout) -> tuple[float, float] | None:
    """The scale that the scores of a sheet seem to be on, where that is another than the one at hand."""
    values, scale = _finite(layout, layout.scored), layout.columns.scale
    if not values.size:
        return None
    off = passes(values, scale) or _APART * float(values.max()) <= scale.mos_max
    return likely_scales(values)[0] if off else None


def on_one_scale(scales: Sequence[tuple[float, float] | None]) -> bool:
    """Whether sheets with these scales (``scale_of``) can be read together."""
    if None in scales:
        return len(set(scales)) == 1
    tops = [scale[1] for scale in scales if scale is not None]
    return max(tops) < _APART * min(tops)


def videos_of(layout: Layout) -> set[str]:
    return {video_key(layout.grid.cell(index, layout.video)) for index in data_rows(layout)} - {""}


def _finite(layout: Layout, chosen: Sequence[int]) -> Floats:
    values = layout.columns.numbers(chosen)
    return values[np.isfinite(values)]


def _rated_on_another_scale(layout: Layout, best: Layout) -> bool:
    """Whether numbers off the scale are people's, on another usual one, and not those of ``best`` converted."""
    columns, chosen = layout.columns, layout.scored
    theirs = {best.name(c) for c in best.scored}
    said = all(columns.role(c) in _RATED and columns.sure(c) for c in chosen) or layout.rater is not None
    if not said and not {layout.name(c) for c in chosen} <= theirs:
        return False
    values = _finite(layout, chosen)
    if not values.size or likely_scales(values)[0] not in USUAL:
        return False
    if values.min() < 0 and not np.all(values == np.round(values)):
        # z scores
        return False
    own, others = _ratings(layout), _ratings(best)
    shared = sorted(own.keys() & others.keys())
    r = spearman(np.array([own[key] for key in shared]), np.array([others[key] for key in shared]))
    return len(shared) < _FEWEST or r is None or abs(r) < _SAME_ORDER


def _ratings(layout: Layout) -> dict[tuple[str, str], float]:
    """The scores by video and by who gave them (nobody for means); of several the last."""
    found = {}
    for index in data_rows(layout):
        video = video_key(layout.grid.cell(index, layout.video))
        for c in layout.scored:
            value = layout.columns.number(layout.grid.cell(index, c))
            who = "" if c == layout.mos else layout.name(c)
            if layout.rater is not None:
                who = video_key(layout.grid.cell(index, layout.rater))
            if value is not None and video:
                found[video, who] = value
    return found


def _other_means(layout: Layout, best: Layout) -> bool:
    """Whether two sheets of means say different things of most of the videos that they share."""
    if layout.mos is None or best.mos is None:
        return False
    own, others = _ratings(layout), _ratings(best)
    shared = own.keys() & others.keys()
    different = sum(abs(own[video] - others[video]) > MEAN_MATCHES for video in shared)
    return len(shared) > 1 and different > 0.5 * len(shared)
