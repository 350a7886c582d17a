"""Ceilings against SciPy, explicit variance components, and simulated panels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from xl_vqa.datasets.ceilings import (
    coding_ceilings,
    crossed_variance,
    noise_ceiling,
)
from xl_vqa.datasets.mos import mean_opinion_scores
from xl_vqa.words.labels import Scale


def test_thirds_of_a_mos_keep_their_order_as_labels_and_lose_it_as_words() -> None:
    """MOS of three raters: 13 values in steps of 1/3."""
    rng = np.random.default_rng(0)
    mos = np.round(rng.integers(3, 16, 4000) / 3, 9)
    integer, equal, rounded = coding_ceilings(mos, Scale())
    assert (integer.name, integer.distinct, integer.srcc) == ("integer", 13, pytest.approx(1.0))
    assert integer.plcc is not None
    assert integer.plcc > 0.999
    assert equal.distinct == rounded.distinct == 5
    for words in (equal, rounded):
        assert words.srcc is not None
        assert words.srcc < 0.985


def test_words_fall_into_their_intervals() -> None:
    mos = np.array([1.0, 1.79, 1.8, 2.6, 3.4, 4.2, 5.0])
    _, equal, rounded = coding_ceilings(mos, Scale())
    expected_equal = np.array([0, 0, 1, 2, 3, 4, 4.0])
    expected_rounded = np.array([1, 2, 2, 3, 3, 4, 5.0])
    assert equal.srcc == pytest.approx(stats.spearmanr(expected_equal, mos).statistic)
    assert rounded.plcc == pytest.approx(stats.pearsonr(expected_rounded, mos).statistic)


def test_one_value_has_no_ceiling() -> None:
    assert all(c.srcc is None and c.plcc is None for c in coding_ceilings(np.array([3.0, 3.0]), Scale()))


def panel(
    videos: int, raters: int, rater_sd: float, seed: int, bias_sd: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    quality = rng.normal(3, 0.8, videos)
    bias = rng.normal(0, bias_sd, raters) if bias_sd else np.zeros(raters)
    return quality, quality[:, None] + bias + rng.normal(0, rater_sd, (videos, raters))


def arrays(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows, raters = np.indices(scores.shape)
    return rows.ravel(), raters.ravel(), scores.ravel()


@pytest.mark.parametrize("raters", [2, 3, 8, 24])
def test_the_ceiling_is_what_a_perfect_model_reaches(raters: int) -> None:
    quality, scores = panel(4000, raters, 0.9, seed=raters)
    row_of, _, score = arrays(scores)
    means = mean_opinion_scores(4000, row_of, score)
    found = noise_ceiling(means.mos, means.sd, means.count)
    assert found is not None
    assert found.plcc == pytest.approx(stats.pearsonr(quality, means.mos).statistic, abs=0.012)
    assert found.raters == pytest.approx(raters)
    assert found.rater_sd == pytest.approx(0.9, rel=0.05)
    assert dict(found.by_count)[raters] == pytest.approx(found.plcc)
    values = [plcc for _, plcc in found.by_count]
    assert values == sorted(values)


def test_squared_it_is_the_intraclass_correlation() -> None:
    _, scores = panel(60, 7, 0.7, seed=2, bias_sd=0.6)
    n, k = scores.shape
    row_of, rater_of, score = arrays(scores)
    means = mean_opinion_scores(n, row_of, score)
    between = k * scores.mean(axis=1).var(ddof=1)
    within = scores.var(axis=1, ddof=1).mean()
    rest = scores - scores.mean(axis=1, keepdims=True) - scores.mean(axis=0) + scores.mean()
    error = (rest**2).sum() / ((n - 1) * (k - 1))
    one_way = noise_ceiling(means.mos, means.sd, means.count)
    two_way = noise_ceiling(means.mos, means.sd, means.count, crossed_variance(row_of, rater_of, score))
    assert one_way is not None
    assert two_way is not None
    assert one_way.plcc**2 == pytest.approx((between - within) / between)  # ICC(1,k)
    assert two_way.plcc**2 == pytest.approx((between - error) / between)  # ICC(3,k)
    assert two_way.plcc > one_way.plcc


def test_gaps_mean_that_the_panel_is_not_crossed() -> None:
    _, scores = panel(10, 4, 0.7, seed=3)
    row_of, rater_of, score = arrays(scores)
    assert crossed_variance(row_of, rater_of, score) is not None
    assert crossed_variance(row_of[1:], rater_of[1:], score[1:]) is None
    # as many ratings as a full table has, but one twice and one missing
    twice = np.concatenate([row_of[1:], row_of[-1:]]), np.concatenate([rater_of[1:], rater_of[-1:]])
    assert crossed_variance(*twice, np.concatenate([score[1:], score[-1:]])) is None


def test_nothing_is_said_without_repeated_ratings_or_without_spread() -> None:
    mos = np.array([2.0, 3.0, 4.0, 3.5])
    nothing = np.full(4, np.nan)
    one = np.ones(4, dtype=np.int64)
    assert noise_ceiling(mos, nothing, one) is None
    assert noise_ceiling(mos[:2], np.ones(2), one[:2] * 5) is None
    assert noise_ceiling(np.full(4, 3.0), np.ones(4), one * 5) is None
