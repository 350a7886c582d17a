"""Schemes against each other, on made runs whose truth is known."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
from scipy import stats

from tests.statsmodels_holm import holm_of_statsmodels
from xl_vqa.evaluation.errors import EvaluationNoVideosError
from xl_vqa.evaluation.intervals import bootstrap_p
from xl_vqa.evaluation.runs import Run, RunRow
from xl_vqa.evaluation.scheme_comparison import compare_runs, over_seeds

SEEDS = (1, 2, 3)


def make_run(
    scheme: str = "integer", seed: int = 1, *, noise: float = 0.4, n: int = 120, contents: int = 30, shift: int = 0
) -> Run:
    """Videos of the test split (and a third as many of validation) with predictions of that noise."""
    people = np.random.default_rng(7)
    own = np.random.default_rng([seed, shift])
    rows = []
    for k in range(n + n // 3):
        mos = float(np.clip(people.normal(3, 0.9), 1, 5))
        exact = mos + float(own.normal(0, noise))
        split = "test" if k < n else "validation"
        predictions = {"expectation": exact, "greedy": float(np.round(exact))}
        rows.append(RunRow(f"{k}.mp4", mos, f"{split}{k % contents}", split, predictions))
    coded = {row.video: round(row.mos, 1) for row in rows}
    return Run(scheme, seed, "f", tuple(rows), {"seconds": 60.0, "peak_mb": 800.0}, coded)


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    schemes = (("integer", 0.4, 0), ("decimal", 0.4, 0), ("levels", 0.9, 1))
    return [make_run(name, seed, noise=noise, shift=shift) for name, noise, shift in schemes for seed in SEEDS]


def test_figures_are_means_over_the_seeds_and_equal_scipy(runs: list[Run]) -> None:
    found = compare_runs(runs, resamples=200)
    assert (found.split, len(found.videos), found.contents, found.resampled) == ("test", 120, 30, "content")
    integer = next(v for v in found.variants if v.key == ("integer", "expectation"))
    expected = []
    for run in runs[:3]:
        test = [row for row in run.rows if row.split == "test"]
        p = [row.predictions["expectation"] for row in test]
        expected.append(stats.spearmanr(p, [row.mos for row in test]).statistic)
    assert [one.value for one in integer.by_seed["srcc"]] == pytest.approx(expected)
    assert integer.figures["srcc"].value == pytest.approx(np.mean(expected))
    assert integer.seed_sd["srcc"] == pytest.approx(np.std(expected, ddof=1))
    assert integer.figures["srcc"].low < integer.figures["srcc"].value < integer.figures["srcc"].high  # type: ignore[operator]


def test_a_scheme_that_is_worse_is_found_and_an_equal_one_is_not(runs: list[Run]) -> None:
    found = compare_runs(runs, resamples=500)
    assert found.reference == ("integer", "expectation")
    verdicts = {(one.baseline, one.statistic): one for one in found.comparisons}
    same = verdicts["decimal / expectation", "srcc"]
    assert same.difference.value == 0
    assert same.better is None
    worse = verdicts["levels / expectation", "srcc"]
    assert worse.better is False
    assert worse.difference.high < 0  # type: ignore[operator]
    assert verdicts["levels / expectation", "rmse"].better is False
    assert verdicts["integer / greedy", "rmse"].better is False


def test_holm_is_over_all_variants_of_a_figure(runs: list[Run]) -> None:
    found = compare_runs(runs, resamples=300)
    family = [one for one in found.comparisons if one.statistic == "plcc"]
    assert len(family) == 5
    corrected = holm_of_statsmodels([one.p for one in family])[1]
    assert [one.p_holm for one in family] == pytest.approx(corrected)


def test_the_same_seed_gives_the_same_figures(runs: list[Run]) -> None:
    first, again = (compare_runs(runs, resamples=200, seed=4).to_dict() for _ in range(2))
    assert json.dumps(first, allow_nan=False) == json.dumps(again, allow_nan=False)


def test_seeds_that_differ_widen_the_interval() -> None:
    steady = [dataclasses.replace(make_run(seed=1), seed=seed) for seed in SEEDS]
    unsteady = [make_run(seed=seed, noise=noise) for seed, noise in zip(SEEDS, (0.2, 0.6, 1.2), strict=True)]
    widths = []
    for table in (steady, unsteady):
        figure = compare_runs(table, resamples=500).variants[0].figures["rmse"]
        widths.append(figure.high - figure.low)  # type: ignore[operator]
    assert widths[1] > 3 * widths[0]


def test_drawn_seeds_have_the_variance_of_a_mean_over_seeds() -> None:
    values = np.array([0.2, 0.5, 0.9])
    draws = over_seeds(np.repeat(values[:, None], 40_000, axis=1), SEEDS, 0)
    assert draws.mean() == pytest.approx(values.mean(), abs=0.005)
    # the unbiased variance of the mean of three, not two thirds of it
    assert draws.var() == pytest.approx(values.var(ddof=1) / 3, rel=0.03)
    assert over_seeds(np.ones((1, 5)), (1,), 0).tolist() == [1.0] * 5
    same = over_seeds(np.repeat(values[:, None], 100, axis=1), SEEDS, 0)
    assert bootstrap_p(same - over_seeds(np.repeat(values[:, None], 100, axis=1), SEEDS, 0)) == 1.0


def test_what_no_run_may_hide(runs: list[Run]) -> None:
    rows = list(runs[0].rows)
    rows[0] = dataclasses.replace(rows[0], predictions={}, error="cut off")
    rows[1] = dataclasses.replace(rows[1], predictions={"expectation": float("nan"), "greedy": 3.0})
    broken = dataclasses.replace(runs[0], rows=tuple(rows))
    failed = Run("levels", 4, "f", error="out of memory")
    found = compare_runs([broken, *runs[1:], failed], resamples=200)
    assert len(found.videos) == 118
    assert found.left_out == {"0.mp4": "integer, seed 1: cut off", "1.mp4": "integer, seed 1: NaN"}
    assert found.failed == (failed,)
    assert [notice.code for notice in found.notices] == ["runs_failed", "videos_left_out"]


def test_unequal_and_single_seeds_are_told(runs: list[Run]) -> None:
    codes = [notice.code for notice in compare_runs(runs[:4], resamples=200).notices]
    assert codes == ["one_seed", "unequal_seeds"]


def test_mapping_is_fitted_on_validation_where_there_is_any(runs: list[Run]) -> None:
    assert compare_runs(runs[:1], resamples=200).mapping == "validation"
    only_test = [dataclasses.replace(runs[0], rows=[row for row in runs[0].rows if row.split == "test"])]
    assert compare_runs(only_test, resamples=200).mapping == "cross_fit"
    judged = compare_runs(runs[:1], split="val", resamples=200)
    assert (judged.split, judged.mapping) == ("validation", "cross_fit")


def test_a_constant_model_has_a_reason_and_no_figure(runs: list[Run]) -> None:
    rows = [dataclasses.replace(row, predictions={"expectation": 3.0, "greedy": 3.0}) for row in runs[3].rows]
    constant = dataclasses.replace(runs[3], rows=tuple(rows))
    found = compare_runs([runs[0], constant], resamples=200)
    (decimal,) = [v for v in found.variants if v.key == ("decimal", "expectation")]
    assert decimal.figures["srcc"].reason == "constant_prediction"
    assert decimal.figures["rmse"].value is not None


def test_ceilings_are_those_of_the_coding(runs: list[Run]) -> None:
    (ceiling,) = compare_runs(runs[:1], resamples=200).ceilings
    test = [row for row in runs[0].rows if row.split == "test"]
    coded, mos = [round(row.mos, 1) for row in test], [row.mos for row in test]
    assert ceiling.srcc == pytest.approx(stats.spearmanr(coded, mos).statistic)
    assert ceiling.plcc == pytest.approx(stats.pearsonr(coded, mos).statistic)


@pytest.mark.parametrize("table", [[], [Run("integer", 1, "f", error="no memory")], [Run("integer", 1, "f")]])
def test_without_a_finished_run_there_is_nothing_to_say(table: list[Run]) -> None:
    with pytest.raises(EvaluationNoVideosError):
        compare_runs(table)
