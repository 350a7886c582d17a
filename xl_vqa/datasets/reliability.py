"""How well raters agree where not everybody rated everything: Krippendorff's alpha and ICC for incomplete panels.

Both take ratings as parallel arrays (row, rater, score) with one rating per rater and video.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_vqa.datasets.mos import Floats, Ints


@dataclass(frozen=True, slots=True)
class Coefficient:
    """``value`` is None where ``reason`` is no_raters, one_rater, no_common_videos, few_videos, constant."""

    value: float | None
    reason: str | None = None
    videos: int = 0
    """Videos with two ratings or more, which is what it rests on."""
    raters: int = 0


def _why_not(row_of: Ints, rater_of: Ints, score: Floats) -> Coefficient | None:
    raters = len(np.unique(rater_of))
    _, counts = np.unique(row_of, return_counts=True)
    shared = int((counts >= 2).sum())
    reason = None
    if not len(score):
        reason = "no_raters"
    elif raters < 2:
        reason = "one_rater"
    elif not shared:
        reason = "no_common_videos"
    elif shared < 2:
        reason = "few_videos"
    elif float(np.ptp(score[np.isin(row_of, np.unique(row_of)[counts >= 2])])) < 1e-12:
        reason = "constant"
    return Coefficient(None, reason, shared, raters) if reason else None


def krippendorff_alpha(row_of: Ints, rater_of: Ints, score: Floats) -> Coefficient:
    """Krippendorff's alpha with the interval metric: 1 - observed / expected disagreement (Hayes and Krippendorff
    2007). Videos with a single rating say nothing about agreement and are left out."""
    if (missing := _why_not(row_of, rater_of, score)) is not None:
        return missing
    _, place, counts = np.unique(row_of, return_inverse=True, return_counts=True)
    keep = counts[place] >= 2
    place, values = place[keep], score[keep]
    n = len(values)
    # the sum of squared differences over all ordered pairs of one video is 2 (m sum x^2 - (sum x)^2)
    of_video = np.bincount(place, weights=values)
    squares = np.bincount(place, weights=values**2)
    m = np.bincount(place)
    used = m >= 2
    observed = float(np.sum(2 * (m[used] * squares[used] - of_video[used] ** 2) / (m[used] - 1))) / n
    expected = 2 * float(n * np.sum(values**2) - np.sum(values) ** 2) / (n * (n - 1))
    return Coefficient(1 - observed / expected, None, int(used.sum()), len(np.unique(rater_of)))


def incomplete_icc(row_of: Ints, rater_of: Ints, score: Floats) -> Coefficient:
    """ICC(A,1) (two-way random, absolute agreement, single rater) of a panel with gaps.

    Variances of videos, raters and rest by the fitting-of-constants method (Henderson's method 3), which is the
    usual analysis of variance where the panel is complete. Negative components count as zero.
    """
    if (missing := _why_not(row_of, rater_of, score)) is not None:
        return missing
    rows, place = np.unique(row_of, return_inverse=True)
    people, who = np.unique(rater_of, return_inverse=True)
    n, k, total = len(rows), len(people), len(score)
    shared = int((np.bincount(place) >= 2).sum())
    fitted, rank = _two_way_fit(place, n, who, k, score)
    freedom = total - rank
    if freedom < 1:
        return Coefficient(None, "few_videos", shared, k)
    rest = float(np.sum((score - fitted) ** 2))
    error = rest / freedom
    # reductions in the sum of squares when the other factor is fitted first
    videos = max(_component(score, who, k, rest, error, place, n, rank), 0.0)
    raters = max(_component(score, place, n, rest, error, who, k, rank), 0.0)
    everything = videos + raters + error
    if everything <= 1e-12:
        return Coefficient(None, "constant", shared, k)
    return Coefficient(videos / everything, None, shared, k)


def _two_way_fit(place: Ints, n: int, who: Ints, k: int, score: Floats) -> tuple[Floats, int]:
    """Least squares of video + rater: fitted ratings and the rank of the design.

    Videos are eliminated first, so that the system has as many unknowns as raters, however many videos there are.
    """
    table = np.zeros((n, k))
    np.add.at(table, (place, who), 1.0)
    size = table.sum(axis=1)
    of_video = np.bincount(place, weights=score, minlength=n)
    reduced = np.diag(table.sum(axis=0)) - table.T @ (table / size[:, None])
    wanted = np.bincount(who, weights=score, minlength=k) - table.T @ (of_video / size)
    effect, _, rank, _ = np.linalg.lstsq(reduced, wanted, rcond=1e-10)
    video = (of_video - table @ effect) / size
    return video[place] + effect[who], n + int(rank)


def _component(
    score: Floats, first: Ints, firsts: int, rest: float, error: float, second: Ints, seconds: int, rank: int
) -> float:
    """Variance of ``second``, adjusted for ``first``: (reduction - freedom x error) / trace."""
    size = np.bincount(first, minlength=firsts)
    mean = np.bincount(first, weights=score, minlength=firsts) / size
    alone = float(np.sum((score - mean[first]) ** 2))
    freedom = rank - firsts
    # trace of Z'(I - P)Z: each level's ratings, less what the first factor's means already hold of them
    table = np.zeros((firsts, seconds))
    np.add.at(table, (first, second), 1.0)
    trace = len(score) - float(np.sum(table**2 / size[:, None]))
    return (alone - rest - freedom * error) / trace if trace > 1e-9 else 0.0
