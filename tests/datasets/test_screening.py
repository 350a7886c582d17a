"""Outlier raters by ITU-R BT.500, bias and corrections."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from xl_vqa.datasets.screening import corrected_scores, rater_bias, screen_raters

# Twelve raters. Mean 3.1667, S = 0.8348 (divisor 11), beta2 = 1.3310 / 0.6389^2 = 3.261: normal, so the limits
# are 3.1667 +- 2 * 0.8348 = 1.497 .. 4.836. Only the last rater's 5 lies outside: P counts one for him.
HIGH = [2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 5]
# The mirror image: only the last rater's 1 lies outside, Q counts one.
LOW = [6 - score for score in HIGH]
# beta2 = 1: not normal, the limits are 3.5 +- sqrt(20) * 0.522; nobody is outside.
PLAIN = [3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4]
# One far from eleven who agree: beta2 = 10.09, so the limit is 4.47 S = 4.47 * 0.577; 1.833 is inside.
ALONE = [3] * 11 + [5]


def flat(videos: list[list[float | None]]) -> tuple[int, list[str], np.ndarray, np.ndarray, np.ndarray]:
    entries = [(k, r, s) for k, scores in enumerate(videos) for r, s in enumerate(scores) if s is not None]
    names = [f"R{r + 1}" for r in range(max(len(scores) for scores in videos))]
    rows, raters, score = (
        np.array([entry[i] for entry in entries], dtype=np.int64 if i < 2 else np.float64) for i in range(3)
    )
    return len(videos), names, rows, raters, score


def test_a_rater_far_above_and_far_below_is_rejected() -> None:
    found = screen_raters(*flat([HIGH, LOW] + [PLAIN] * 8))
    last = found.raters[-1]
    assert (last.above, last.below, last.share, last.balance) == (1, 1, 0.2, 0.0)
    assert last.rejected
    assert [rater.rejected for rater in found.raters[:-1]] == [False] * 11
    assert all(rater.above == rater.below == 0 for rater in found.raters[:-1])
    assert found.rejected == (last,)
    assert found.possible


def test_a_rater_who_is_only_mild_is_kept() -> None:
    last = screen_raters(*flat([HIGH, HIGH] + [PLAIN] * 8)).raters[-1]
    assert (last.above, last.below, last.balance) == (2, 0, 1.0)
    assert not last.rejected


def test_a_rater_who_is_rarely_off_is_kept() -> None:
    """2 of 40 ratings is 0.05, which is not above the threshold."""
    last = screen_raters(*flat([HIGH, LOW] + [PLAIN] * 38)).raters[-1]
    assert last.share == pytest.approx(0.05)
    assert not last.rejected
    assert screen_raters(*flat([HIGH, LOW] + [PLAIN] * 37)).raters[-1].rejected


def test_a_lonely_far_score_on_a_peaked_video_does_not_count() -> None:
    last = screen_raters(*flat([ALONE, PLAIN])).raters[-1]
    assert (last.above, last.below) == (0, 0)


def test_videos_on_which_all_agree_count_for_nobody() -> None:
    """To the letter (>= mean + 0) everybody would be outside on both sides, and all would be rejected."""
    found = screen_raters(*flat([[4] * 12] * 10))
    assert not found.rejected
    assert all(rater.above == rater.below == 0 for rater in found.raters)


def slow_screening(videos: list[list[float | None]]) -> dict[int, tuple[int, int, bool]]:
    """The Recommendation, step by step, with plain loops."""
    above: dict[int, int] = {}
    below: dict[int, int] = {}
    seen: dict[int, int] = {}
    for scores in videos:
        given_scores = [s for s in scores if s is not None]
        for rater, score in enumerate(scores):
            if score is not None:
                seen[rater] = seen.get(rater, 0) + 1
        if len(given_scores) < 2 or len(set(given_scores)) == 1:
            continue
        mean = statistics.fmean(given_scores)
        sd = statistics.stdev(given_scores)
        m2 = statistics.fmean((s - mean) ** 2 for s in given_scores)
        m4 = statistics.fmean((s - mean) ** 4 for s in given_scores)
        limit = 2 * sd if 2 <= m4 / m2**2 <= 4 else math.sqrt(20) * sd
        for rater, score in enumerate(scores):
            if score is None:
                continue
            if score >= mean + limit - 1e-9:
                above[rater] = above.get(rater, 0) + 1
            if score <= mean - limit + 1e-9:
                below[rater] = below.get(rater, 0) + 1
    result = {}
    for rater, n in seen.items():
        p, q = above.get(rater, 0), below.get(rater, 0)
        result[rater] = (p, q, (p + q) / n > 0.05 and abs(p - q) / (p + q) < 0.3)
    return result


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 25), st.integers(2, 26), st.floats(0, 0.4))
def test_screening_agrees_with_the_slow_reading(seed: int, videos: int, raters: int, missing: float) -> None:
    rng = np.random.default_rng(seed)
    quality = rng.uniform(1.5, 4.5, videos)
    scores = np.clip(np.round(quality[:, None] + rng.normal(0, 0.6, (videos, raters))), 1, 5)
    erratic = rng.random(raters) < 0.2
    scores[:, erratic] = rng.integers(1, 6, (videos, int(erratic.sum())))
    rows = [[None if rng.random() < missing else float(s) for s in row] for row in scores]
    rows[0] = [float(s) for s in scores[0]]
    found = screen_raters(*flat(rows))
    expected = slow_screening(rows)
    for rater, report in enumerate(found.raters):
        # beta2 within a rounding error of 2 or 4 may fall on either side; integers keep clear of that
        assert (report.above, report.below, report.rejected) == expected[rater]


def test_erratic_raters_are_found_and_sound_ones_kept() -> None:
    rng = np.random.default_rng(7)
    quality = rng.uniform(1.5, 4.5, 120)
    scores = np.clip(np.round(quality[:, None] + rng.normal(0, 0.6, (120, 20))), 1, 5)
    scores[:, 4] = rng.integers(1, 6, 120)
    scores[:, 11] = 6 - scores[:, 11]
    found = screen_raters(*flat(scores.tolist()))
    assert {rater.name for rater in found.rejected} == {"R5", "R12"}


def test_few_raters_make_rejection_impossible() -> None:
    rng = np.random.default_rng(1)
    found = screen_raters(*flat(rng.integers(1, 6, (50, 5)).astype(float).tolist()))
    assert not found.possible
    assert not found.rejected


def test_agreement_is_the_correlation_with_the_others() -> None:
    rng = np.random.default_rng(3)
    scores = rng.integers(1, 6, (30, 6)).astype(float)
    found = screen_raters(*flat(scores.tolist()))
    for k, rater in enumerate(found.raters):
        others = np.delete(scores, k, axis=1).mean(axis=1)
        assert rater.agreement == pytest.approx(stats.pearsonr(scores[:, k], others).statistic, abs=1e-12)


def test_agreement_is_undefined_for_a_rater_without_spread() -> None:
    found = screen_raters(*flat([[3, 1, 2], [3, 2, 3], [3, 4, 4], [3, 5, 4]]))
    assert found.raters[0].agreement is None
    assert found.raters[1].agreement is not None


def test_bias_of_a_full_table_is_p913s() -> None:
    rng = np.random.default_rng(5)
    scores = rng.integers(1, 6, (40, 8)).astype(float)
    rows, _, row_of, rater_of, score = flat(scores.tolist())
    expected = (scores - scores.mean(axis=1, keepdims=True)).mean(axis=0)
    assert rater_bias(rows, 8, row_of, rater_of, score) == pytest.approx(expected, abs=1e-9)


def test_bias_of_a_table_with_gaps_is_the_least_squares_one() -> None:
    rng = np.random.default_rng(6)
    full = rng.uniform(1, 5, (30, 6))
    keep = rng.random((30, 6)) < 0.5
    keep[:, 0] = True
    rows, _, row_of, rater_of, score = flat(
        [
            [s if k else None for s, k in zip(*row, strict=True)]
            for row in zip(full.tolist(), keep.tolist(), strict=True)
        ]
    )
    design = np.zeros((len(score), 36))
    design[np.arange(len(score)), row_of] = 1
    design[np.arange(len(score)), 30 + rater_of] = 1
    solution = np.linalg.lstsq(design, score, rcond=None)[0][30:]
    # the level of the biases is free; ours sums to zero over all ratings
    solution -= solution[rater_of].mean()
    assert rater_bias(rows, 6, row_of, rater_of, score) == pytest.approx(solution, abs=1e-6)


def test_a_rater_who_saw_only_good_videos_is_not_called_mild() -> None:
    videos: list[list[float | None]] = [[4, 4, 4], [5, 5, 5]] * 5 + [[1, 1, None], [2, 2, None]] * 5
    rows, _, row_of, rater_of, score = flat(videos)
    assert rater_bias(rows, 3, row_of, rater_of, score) == pytest.approx([0, 0, 0], abs=1e-8)


def test_bias_correction_recovers_means_of_a_panel_with_gaps() -> None:
    rng = np.random.default_rng(8)
    quality = rng.uniform(1.5, 4.5, 200)
    habit = np.array([-0.8, -0.4, 0.0, 0.3, 0.9])
    scores = quality[:, None] + habit + rng.normal(0, 0.1, (200, 5))
    gaps = [
        [s if k else None for s, k in zip(row, keep, strict=True)]
        for row, keep in zip(scores.tolist(), (rng.random((200, 5)) < 0.6).tolist(), strict=True)
    ]
    gaps = [row if any(s is not None for s in row) else list(scores[k]) for k, row in enumerate(gaps)]
    rows, _, row_of, rater_of, score = flat(gaps)
    corrected = corrected_scores("bias", rows, 5, row_of, rater_of, score)
    assert corrected.mean() == pytest.approx(score.mean())

    def error(values: np.ndarray) -> float:
        mean = np.bincount(row_of, weights=values) / np.bincount(row_of)
        return float(np.std(mean - quality))

    assert error(corrected) < 0.35 * error(score)


def test_zscore_gives_every_rater_the_same_mean_and_spread() -> None:
    rng = np.random.default_rng(9)
    base = rng.normal(0, 1, 50)
    scores = np.stack([3 + 0.2 * base, 2.5 + 0.9 * base, np.full(50, 4.0)], axis=1)
    rows, _, row_of, rater_of, score = flat(scores.tolist())
    corrected = corrected_scores("zscore", rows, 3, row_of, rater_of, score)
    by_rater = corrected.reshape(50, 3)
    assert by_rater.mean(axis=0) == pytest.approx([score.mean()] * 3)
    assert by_rater[:, :2].std(axis=0, ddof=1) == pytest.approx([score.std(ddof=1)] * 2)
    # the rater without any spread says nothing
    assert by_rater[:, 2] == pytest.approx(score.mean())


def test_no_correction_changes_nothing_and_an_unknown_one_is_refused() -> None:
    rows, _, row_of, rater_of, score = flat([HIGH, LOW])
    assert corrected_scores("none", rows, 12, row_of, rater_of, score) is score
    with pytest.raises(ValueError, match="magic"):
        corrected_scores("magic", rows, 12, row_of, rater_of, score)
