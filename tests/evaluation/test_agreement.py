"""Agreement against scikit-learn and pingouin, and what a panel's noise allows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from xl_vqa.evaluation.agreement import (
    bland_altman,
    ceiling_from_ci,
    ceiling_from_raters,
)
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.metrics.concordance import icc_2_1, lin_concordance, quadratic_kappa
from xl_vqa.evaluation.resampling import Resampling
from xl_vqa.evaluation.texts import TEXTS

labels = st.lists(st.tuples(st.integers(10, 50), st.integers(10, 50)), min_size=3, max_size=60)


@given(labels)
def test_kappa_equals_scikit_learn(table: list[tuple[int, int]]) -> None:
    first, second = np.array(table, dtype=np.float64).T
    figure = quadratic_kappa(first, second)
    if len(set(first) | set(second)) == 1:
        assert figure.reason == "constant_mos"
        return
    expected = cohen_kappa_score(
        first.astype(int), second.astype(int), weights="quadratic", labels=list(range(10, 51))
    )
    assert figure.value == pytest.approx(expected, abs=1e-9)


def test_concordance_by_its_definition() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(3, 1, 60)
    y = 0.5 + 0.8 * x + generator.normal(0, 0.3, 60)
    scale_shift = np.std(x) / np.std(y)
    location_shift = (x.mean() - y.mean()) / np.sqrt(np.std(x) * np.std(y))
    accuracy = 2 / (scale_shift + 1 / scale_shift + location_shift**2)
    assert lin_concordance(x, y).value == pytest.approx(stats.pearsonr(x, y).statistic * accuracy)
    assert lin_concordance(x, x).value == pytest.approx(1)


@pytest.mark.parametrize(("n", "k", "noise"), [(12, 2, 0.5), (30, 5, 1.0), (50, 3, 4.0), (8, 4, 0.2)])
def test_icc_equals_pingouin(n: int, k: int, noise: float) -> None:
    generator = np.random.default_rng(n)
    scores = generator.normal(size=(n, 1)) + generator.normal(0, 0.4, (1, k)) + generator.normal(0, noise, (n, k))
    frame = pd.DataFrame(
        [(i, r, scores[i, r]) for i in range(n) for r in range(k)], columns=["video", "rater", "score"]
    )
    table = pingouin.intraclass_corr(frame, targets="video", raters="rater", ratings="score")
    # "ICC2" is what pingouin called it before 0.6
    row = table[table["Type"].isin(["ICC2", "ICC(A,1)"])].iloc[0]
    figure = icc_2_1(scores)
    assert figure.value == pytest.approx(row["ICC"], abs=1e-9)


def test_icc_where_it_is_not_defined() -> None:
    assert icc_2_1(np.ones((5, 3))).reason == "constant_mos"
    assert icc_2_1(np.ones((5, 1))).reason == "no_rater_data"
    assert icc_2_1(np.ones((2, 2))).reason == "too_few"
    assert icc_2_1(np.array([[1.0, np.nan], [2, 2], [3, 3]])).reason == "not_finite"
    perfect = icc_2_1(np.column_stack([np.arange(5.0), np.arange(5.0)]))
    assert perfect.value == pytest.approx(1)


def test_bland_altman_by_hand() -> None:
    prediction, mos = np.array([1.0, 2, 3, 4, 5]), np.array([1.5, 2, 2, 4, 4])
    bias = Figure.of(0.3, 5)
    found = bland_altman(prediction, mos, bias, Resampling(5))
    difference = np.array([-0.5, 0, 1, 0, 1])
    deviation = difference.std(ddof=1)
    assert found.bias is bias
    assert found.upper.value == pytest.approx(0.3 + 1.96 * deviation, abs=1e-3)
    assert found.lower.value == pytest.approx(0.3 - 1.96 * deviation, abs=1e-3)
    assert found.upper.interval_reason == "too_few_for_interval"


def test_limits_of_agreement_cover() -> None:
    """80 videos of 40 contents, errors half their content's: the limit is held about 95% of the time."""
    generator = np.random.default_rng(3)
    held = naive = 0
    contents = np.repeat(np.arange(40), 2)
    for _ in range(300):
        mos = generator.normal(3, 1, 80)
        error = 0.2 + generator.normal(0, 0.4, 40)[contents] + generator.normal(0, 0.3, 80)
        true = 0.2 + 1.96 * 0.5
        for groups in (contents, None):
            found = bland_altman(mos + error, mos, Figure.of(0.2, 80), Resampling(80, groups, 300)).upper
            hit = found.low <= true <= found.high
            held += hit if groups is not None else 0
            naive += hit if groups is None else 0
    assert 0.89 <= held / 300 <= 0.98
    assert naive < held


def panel(n: int = 4000, k: int = 6, noise: float = 0.8, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    true = generator.normal(3, 0.7, n)
    return true, true[:, None] + generator.normal(0, noise, (n, k))


def test_ceiling_of_a_panel_with_known_noise() -> None:
    true, scores = panel()
    found = ceiling_from_raters(scores, true)
    signal, noise = 0.49, 0.64
    reliability = signal / (signal + noise / 6)
    assert found.reliability.value == pytest.approx(reliability, abs=0.01)
    assert found.limit_plcc.value == pytest.approx(np.sqrt(reliability), abs=0.01)
    assert found.split_half.value == pytest.approx(signal / (signal + noise / 3), abs=0.015)
    others = signal / np.sqrt((signal + noise) * (signal + noise / 5))
    assert found.rater_plcc.value == pytest.approx(others, abs=0.015)
    # a model that knows the truth reaches the limit against the panel, and no more
    assert np.corrcoef(true, scores.mean(axis=1))[0, 1] == pytest.approx(found.limit_plcc.value, abs=0.01)
    assert found.model_plcc.value == pytest.approx(np.sqrt(signal / (signal + noise / 5)), abs=0.01)
    assert found.icc.value == pytest.approx(signal / (signal + noise), abs=0.02)


def test_leave_one_out_by_hand() -> None:
    generator = np.random.default_rng(5)
    scores = generator.integers(1, 6, (20, 4)).astype(float)
    scores[3, 0] = scores[7, 2] = np.nan
    prediction = generator.normal(size=20)
    found = ceiling_from_raters(scores, prediction)
    ours, models = [], []
    for rater in range(4):
        seen = np.isfinite(scores[:, rater])
        others = np.nanmean(np.delete(scores, rater, axis=1)[seen], axis=1)
        ours.append(stats.spearmanr(scores[seen, rater], others).statistic)
        models.append(stats.spearmanr(prediction[seen], others).statistic)
    assert found.rater_srcc.value == pytest.approx(np.mean(ours))
    assert found.model_srcc.value == pytest.approx(np.mean(models))
    assert found.rater_srcc.n == 4


def test_the_limit_from_intervals_is_that_from_raters() -> None:
    true, scores = panel(k=8)
    deviation = scores.std(axis=1, ddof=1)
    ci95 = stats.t.ppf(0.975, 7) * deviation / np.sqrt(8)
    estimated = ceiling_from_ci(scores.mean(axis=1), ci95, np.full(len(true), 8.0))
    known = ceiling_from_raters(scores, true)
    assert estimated.limit_plcc.value == pytest.approx(known.limit_plcc.value, abs=0.01)
    assert estimated.source == "ci95"
    assert estimated.rater_srcc.reason == "no_rater_data"


def test_a_sparse_panel_still_has_a_split_half() -> None:
    true, scores = panel(n=500, k=10)
    generator = np.random.default_rng(1)
    for row in scores:
        row[generator.permutation(10)[: generator.integers(5, 10)]] = np.nan
    found = ceiling_from_raters(scores, true)
    # no video was seen by all ten, and yet the panel has its coefficients
    assert found.icc.value == pytest.approx(found.alpha.value, abs=0.05)
    assert 0.3 < found.icc.value < found.reliability.value
    assert found.icc.interval_reason == "not_estimated"
    assert 0.3 < found.split_half.value < found.reliability.value < 1


def test_too_little_for_a_ceiling() -> None:
    nothing = ceiling_from_ci(np.array([1.0, 2]), np.array([np.nan, 0.2]), np.array([3.0, 1]))
    assert nothing.limit_plcc.reason == "no_ci95"
    few = ceiling_from_raters(np.array([[1.0, 2], [2, 2]]), np.array([1.0, 2]))
    assert few.reliability.reason == "few_common_videos"
    assert few.rater_srcc.reason == "few_common_videos"


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ([[3.0], [4.0], [5.0], [2.0]], "one_rater"),
        ([[3.0, np.nan], [4.0, np.nan], [np.nan, 5.0], [np.nan, 2.0]], "no_common_videos"),
        ([[3.0, 3.0], [3.0, 3.0], [3.0, 3.0], [3.0, 3.0]], "constant_mos"),
    ],
)
def test_why_people_have_no_agreement_is_said_as_it_is(scores: list[list[float]], reason: str) -> None:
    found = ceiling_from_raters(np.array(scores), np.arange(4.0))
    assert found.icc.reason == found.alpha.reason == reason
    assert found.rater_plcc.reason in (reason, "constant_prediction")
    for figure in (found.icc, found.alpha, found.rater_plcc, found.split_half):
        assert figure.reason in TEXTS


def test_an_interval_of_zero_is_none() -> None:
    """Three raters who agreed by chance made their MOS exact in the outlier ratio."""
    from xl_vqa.evaluation.metrics.beyond_interval import outlier_ratio

    mos, prediction = np.array([3.0, 3.0, 4.0, 2.0]), np.array([3.2, 3.2, 4.2, 2.2])
    assert outlier_ratio(prediction, mos, np.array([0.0, 0.5, 0.5, 0.5])).value == 0
    assert outlier_ratio(prediction, mos, np.zeros(4)).reason == "no_ci95"
    assert ceiling_from_ci(mos, np.zeros(4), np.full(4, 3.0)).limit_plcc.reason == "no_ci95"
