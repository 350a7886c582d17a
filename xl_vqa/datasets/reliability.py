"""How well raters agree where not everybody rated everything: Krippendorff's alpha and ICC for incomplete panels.

Both take ratings as parallel arrays (row, rater, score) with one rating per rater and video.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_vqa.datasets.mos import Floats, Ints
from xl_vqa.datasets.screening import rater_bias


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
    _, place = np.unique(row_of, return_inverse=True)
    _, who = np.unique(rater_of, return_inverse=True)
    n, k, total = int(place.max()) + 1, int(who.max()) + 1, len(score)
    shared = int((np.bincount(place) >= 2).sum())
    # score = video + rater by least squares; the rank lacks one for each part that nothing ties to the others
    rest_of = score - rater_bias(n, k, place, who, score)[who]
    rest_of = rest_of - (np.bincount(place, weights=rest_of) / np.bincount(place))[place]
    rank = n + k - _parts(place, who, n, k)
    freedom = total - rank
    if freedom < 1:
        return Coefficient(None, "few_videos", shared, k)
    rest = float(np.sum(rest_of**2))
    error = rest / freedom
    videos = max(_component(score, who, rest, error, rank), 0.0)
    raters = max(_component(score, place, rest, error, rank), 0.0)
    everything = videos + raters + error
    if everything <= 1e-12:
        return Coefficient(None, "constant", shared, k)
    return Coefficient(videos / everything, None, shared, k)


def _component(score: Floats, first: Ints, rest: float, error: float, rank: int) -> float:
    """Variance of the other factor, adjusted for ``first``: (reduction - freedom x error) / trace.

    The trace is that of Z'(I - P)Z, which with one rating per video and rater is ratings less levels of ``first``.
    """
    size = np.bincount(first)
    mean = np.bincount(first, weights=score) / size
    alone = float(np.sum((score - mean[first]) ** 2))
    trace = len(score) - len(size)
    return (alone - rest - (rank - len(size)) * error) / trace if trace > 0 else 0.0


def _parts(place: Ints, who: Ints, videos: int, raters: int) -> int:
    """In how many parts a panel falls that share neither a video nor a rater."""
    of_video, of_rater = np.arange(videos), np.full(raters, videos)
    while True:
        before = of_video
        np.minimum.at(of_rater, who, of_video[place])
        of_video = of_video.copy()
        np.minimum.at(of_video, place, of_rater[who])
        if np.array_equal(before, of_video):
            return len(np.unique(of_video))
