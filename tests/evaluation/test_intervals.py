"""Do the intervals cover, do the p values reject as often as they say, is Holm Holm's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.statsmodels_holm import holm_of_statsmodels
from xl_vqa.evaluation import resampling
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.intervals import (
    Comparison,
    bootstrap_p,
    compare,
    group_numbers,
    holm,
    mean_with_interval,
    percentile_interval,
    resampling_of,
    share,
    wilson,
    with_holm,
    with_intervals,
)
from xl_vqa.evaluation.metrics.correlation import plcc, srcc
from xl_vqa.evaluation.resampling import Resampling, bootstrap


def test_holm_equals_statsmodels() -> None:
    generator = np.random.default_rng(1)
    for size in range(1, 13):
        # rounded, so that some are equal; some are 0 and some 1
        p_values = np.clip(generator.normal(0.3, 0.4, size), 0, 1).round(1 + size % 2)
        expected = holm_of_statsmodels(p_values.tolist())[1]
        assert holm(p_values.tolist()) == pytest.approx(expected)


def test_holm_by_hand() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([]) == []


def test_percentiles() -> None:
    draws = np.arange(1001.0)
    assert percentile_interval(draws) == pytest.approx((25, 975))
    assert percentile_interval(np.append(draws, [np.nan] * 20)) == pytest.approx((25, 975))
    assert percentile_interval(np.append(draws, [np.nan] * 100)) is None
    assert percentile_interval(np.full(5, np.nan)) is None


@pytest.mark.parametrize("n", [40, 100])
def test_intervals_cover_the_truth(n: int) -> None:
    """300 samples with a known correlation of 0.8: a 95% interval must hold it about 95% of the time."""
    generator = np.random.default_rng(n)
    hits = {"plcc": 0, "srcc": 0, "krcc": 0}
    truth = {"plcc": 0.8, "srcc": 6 / np.pi * np.arcsin(0.4), "krcc": 2 / np.pi * np.arcsin(0.8)}
    makers = {"plcc": resampling.pearson_of, "srcc": resampling.spearman_of, "krcc": resampling.kendall_of}
    for trial in range(300):
        x = generator.normal(size=n)
        y = 0.8 * x + 0.6 * generator.normal(size=n)
        draws = bootstrap({name: make(x, y) for name, make in makers.items()}, Resampling(n, None, 300, trial))
        for name, values in draws.items():
            low, high = percentile_interval(values) or (2, 2)
            hits[name] += low <= truth[name] <= high
    for name, count in hits.items():
        # 95% and four standard errors of 300 trials below; percentile intervals are a little narrow
        assert 0.89 <= count / 300 <= 0.99, (name, count)


def test_items_of_one_content_make_the_interval_wider() -> None:
    generator = np.random.default_rng(1)
    groups = np.repeat(np.arange(30), 10)
    error = generator.normal(size=30)[groups] + 0.2 * generator.normal(size=300)
    found = {}
    for name, who in (("items", None), ("contents", groups)):
        draws = bootstrap({"bias": resampling.mean_of(error)}, Resampling(300, who))["bias"]
        low, high = percentile_interval(draws) or (0, 0)
        found[name] = high - low
    # the standard error of 30 contents, not of 300 videos: the root of 10 wider
    assert found["contents"] / found["items"] == pytest.approx(np.sqrt(10), rel=0.2)
    assert found["contents"] == pytest.approx(
        2 * 1.96 * np.std(error.reshape(30, 10).mean(axis=1)) / np.sqrt(30), rel=0.1
    )


def test_few_contents_are_not_drawn() -> None:
    groups = np.repeat(np.arange(9), 5)
    assert resampling_of(45, groups).groups is None
    assert resampling_of(45, np.arange(45)).groups is None
    assert resampling_of(50, np.repeat(np.arange(10), 5)).groups is not None


def test_figures_without_a_value_and_small_tables_have_no_interval() -> None:
    x = np.array([1.0, 2, 3, 4])
    figures = {"srcc": srcc(x, x), "plcc": Figure.missing("too_few", 4)}
    statistics = {"srcc": resampling.spearman_of(x, x), "plcc": resampling.pearson_of(x, x)}
    found, draws = with_intervals(figures, statistics, Resampling(4))
    assert found["srcc"].interval_reason == "too_few_for_interval"
    assert found["plcc"] == figures["plcc"]
    assert draws == {}


def test_a_statistic_that_most_resamples_lack_has_no_interval() -> None:
    # one of ten differs: a third of the resamples are constant
    x = np.array([1.0] * 9 + [2.0])
    found, _ = with_intervals({"plcc": plcc(x, x)}, {"plcc": resampling.pearson_of(x, x)}, Resampling(10))
    assert found["plcc"].value == pytest.approx(1)
    assert found["plcc"].interval_reason == "undefined_resamples"


def test_p_values_under_no_difference_are_uniform() -> None:
    generator = np.random.default_rng(9)
    p_values = []
    for trial in range(300):
        mos = generator.normal(size=80)
        ours, theirs = mos + generator.normal(size=80), mos + generator.normal(size=80)
        draws = bootstrap(
            {"a": resampling.spearman_of(ours, mos), "b": resampling.spearman_of(theirs, mos)},
            Resampling(80, None, 400, trial),
        )
        p_values.append(bootstrap_p(draws["a"] - draws["b"]))
    rejected = np.mean(np.array(p_values) < 0.05)
    assert 0.01 <= rejected <= 0.10
    assert 0.4 <= np.median(p_values) <= 0.6


def test_p_has_a_floor_and_a_ceiling() -> None:
    assert bootstrap_p(np.full(1999, 3.0)) == pytest.approx(2 / 2000)
    assert bootstrap_p(np.zeros(100)) == 1


def test_a_better_rater_is_found_and_pairing_helps() -> None:
    generator = np.random.default_rng(3)
    mos = generator.normal(size=200)
    shared = generator.normal(size=200)
    ours, theirs = mos + shared, mos + 1.25 * shared
    draws = bootstrap(
        {"a": resampling.pearson_of(ours, mos), "b": resampling.pearson_of(theirs, mos)}, Resampling(200)
    )
    one = compare("other", "plcc", plcc(ours, mos), plcc(theirs, mos), (draws["a"], draws["b"]))
    (tested,) = with_holm([one], {"plcc": True})
    assert tested.better is True
    assert tested.p_holm == tested.p
    # unpaired, the two intervals overlap
    assert np.quantile(draws["a"], 0.025) < np.quantile(draws["b"], 0.975)


def test_lower_is_better_for_errors_and_families_are_per_statistic() -> None:
    def made(statistic: str, difference: float, p: float | None) -> Comparison:
        figure = Figure(1.0, 50)
        return Comparison("b", statistic, figure, figure, Figure(difference, 50), p)

    comparisons = [
        made("rmse", -0.2, 0.001),
        made("rmse", 0.3, 0.02),
        made("srcc", 0.1, 0.04),
        made("mae", 0.1, None),
    ]
    tested = with_holm(comparisons, {"rmse": False, "srcc": True, "mae": False})
    assert [one.better for one in tested] == [True, False, True, None]
    assert [one.p_holm for one in tested] == [pytest.approx(0.002), pytest.approx(0.02), pytest.approx(0.04), None]


def test_a_baseline_without_the_statistic_says_why() -> None:
    one = compare("flat", "srcc", Figure(0.5, 9), Figure.missing("constant_prediction", 9), (None, None))
    assert (one.difference.reason, one.p) == ("constant_prediction", None)


def test_a_share_of_independent_videos_is_wilsons() -> None:
    hits = np.arange(10) < 8
    figure = share(hits, Resampling(10))
    assert (figure.value, figure.n) == (0.8, 10)
    for k in (0, 3, 10):
        limits = stats.binomtest(k, 10).proportion_ci(0.95, method="wilson")
        assert wilson(k / 10, 10) == pytest.approx((limits.low, limits.high))
    assert (figure.low, figure.high) == pytest.approx(wilson(0.8, 10))
    assert share(np.zeros(0, dtype=bool), Resampling(0)).reason == "no_items"
    assert share(hits, Resampling(10), np.zeros(10, dtype=bool), "none_flagged").reason == "none_flagged"


def test_a_share_of_contents_goes_by_them() -> None:
    """Ten versions of each of twenty contents, right or wrong together: as sure as twenty videos, not as 200."""
    groups = np.repeat(np.arange(20), 10)
    hits = groups < 14
    alone, together = share(hits, Resampling(200)), share(hits, Resampling(200, groups))
    assert alone.value == together.value == 0.7
    assert together.low < alone.low < 0.7 < alone.high < together.high
    of_twenty = share(np.arange(20) < 14, Resampling(20, None, 2000))
    assert together.high - together.low == pytest.approx(of_twenty.high - of_twenty.low, rel=0.15)
    # all alike: no resample differs, and yet twenty contents are no proof of 100%
    everything = share(np.ones(200, dtype=bool), Resampling(200, groups))
    assert (everything.low, everything.high) == pytest.approx(wilson(1, 20))
    # a part of which there are too few contents to draw
    few = share(hits, Resampling(200, groups), groups < 4)
    assert (few.n, few.low) == (40, pytest.approx(wilson(1, 4)[0]))


def test_the_interval_of_a_share_covers() -> None:
    """60 videos of 20 contents whose chance to be right is their content's: about 95%, where Wilson's is less."""
    generator = np.random.default_rng(2)
    groups = np.repeat(np.arange(20), 3)
    held = naive = 0
    for _ in range(400):
        chance = generator.beta(1.4, 0.6, 20)[groups]
        hits = generator.random(60) < chance
        for drawn in (Resampling(60, groups, 300), Resampling(60)):
            figure = share(hits, drawn)
            inside = figure.low <= 0.7 <= figure.high
            held += inside if drawn.groups is not None else 0
            naive += inside if drawn.groups is None else 0
    assert naive / 400 < 0.9 < held / 400 < 0.98


def test_the_mean_of_contents_goes_by_them() -> None:
    values = np.random.default_rng(1).normal(size=12)
    plain = mean_with_interval(values)
    assert (plain.low, plain.high) == pytest.approx(stats.t.interval(0.95, 11, values.mean(), stats.sem(values)))
    apart = mean_with_interval(values, np.arange(12))
    assert (apart.low, apart.high) == pytest.approx((plain.low, plain.high))
    # every video ten times over says no more than once
    often = mean_with_interval(np.repeat(values, 10), np.repeat(np.arange(12), 10))
    assert (often.low, often.high) == pytest.approx((plain.low, plain.high))
    assert mean_with_interval(values, np.zeros(12, dtype=np.int64)).interval_reason == "too_few_for_interval"


def test_items_without_a_content_stand_alone() -> None:
    numbers = group_numbers(["a", None, "a", None, "b"])
    assert numbers[0] == numbers[2]
    assert len(set(numbers.tolist())) == 4
