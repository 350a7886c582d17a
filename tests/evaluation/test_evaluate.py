"""The whole evaluation: what it says of good, bad, tiny and broken tables."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from xl_vqa.evaluation.errors import EvaluationNoVideosError
from xl_vqa.evaluation.evaluate import CONSTANT, Options, evaluate
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.result import Evaluation, Failure, Item, Notice
from xl_vqa.evaluation.texts import TEXTS, failure_text, notice_text
from xl_vqa.evaluation.triage import TriageCosts
from xl_vqa.words.labels import Bands, Scale

Maker = Callable[..., list[Item]]
QUICK = Options(resamples=300)


def without_raters(table: list[Item]) -> list[Item]:
    return [dataclasses.replace(item, scores={}) for item in table]


def test_figures_are_those_of_the_table(items: Maker) -> None:
    table = items(150)
    found = evaluate(table, options=QUICK)
    x, y = np.array([item.prediction for item in table]), np.array([item.mos for item in table])
    assert found.figures["srcc"].value == pytest.approx(stats.spearmanr(x, y).statistic)
    assert found.figures["krcc"].value == pytest.approx(stats.kendalltau(x, y).statistic)
    assert found.figures["rmse"].value == pytest.approx(np.sqrt(np.mean((x - y) ** 2)))
    for name, figure in found.figures.items():
        assert figure.low is not None, name
        assert figure.value is not None
        assert figure.high is not None
        assert figure.low <= figure.value <= figure.high, name
    assert found.facts.n == found.facts.given == 150
    assert (found.facts.ratings_min, found.facts.ratings_max) == (5, 5)
    assert found.facts.resampled == "content"
    assert found.facts.human_labels == (10 + round(10 * (y.min() - 1)), 10 + round(10 * (y.max() - 1)))
    assert sum(map(sum, found.confusion)) == 150
    assert sum(found.confusion[k][k] for k in range(5)) / 150 == pytest.approx(
        found.figures["band_accuracy"].value
    )


def test_the_same_seed_gives_the_same_intervals(items: Maker) -> None:
    first, second = evaluate(items(60), options=QUICK), evaluate(items(60), options=QUICK)
    assert first.to_dict() == second.to_dict()
    other = evaluate(items(60), options=Options(resamples=300, seed=1))
    assert other.figures["srcc"].value == first.figures["srcc"].value
    assert other.figures["srcc"].low != first.figures["srcc"].low


def test_validation_videos_fit_and_are_not_judged(items: Maker) -> None:
    table = items(200, splits="train val test test")
    found = evaluate(table, options=QUICK)
    assert found.facts.split == "test"
    assert found.facts.n == sum(item.split == "test" for item in table)
    assert (found.mapping.source, found.mapping.n) == ("validation", sum(item.split == "val" for item in table))
    assert found.calibration.conformal_source == "validation"
    assert found.triage is not None
    assert found.triage.source == "validation"
    # the mapping does not move with the test videos' scores
    shaken = [dataclasses.replace(i, mos=6 - i.mos) if i.split == "test" and i.mos else i for i in table]
    assert evaluate(shaken, options=QUICK).mapping == found.mapping


def test_without_validation_it_is_cross_fit(items: Maker) -> None:
    found = evaluate(items(100), options=QUICK)
    assert found.mapping.source == found.calibration.conformal_source == "cross_fit"
    assert len(found.mapping.mappings) == 5


def test_mapping_mends_a_bent_scale(items: Maker) -> None:
    table = [
        dataclasses.replace(item, prediction=1 + 4 * ((item.prediction or 1) - 1) ** 3 / 64) for item in items(300)
    ]
    found = evaluate(table, options=QUICK)
    value = {name: figure.value or 0 for name, figure in found.figures.items()}
    assert value["plcc_mapped"] > value["plcc"] + 0.01
    assert value["rmse_mapped"] < value["rmse"] - 0.1
    assert value["srcc"] == pytest.approx(evaluate(items(300), options=QUICK).figures["srcc"].value, abs=1e-6)


def test_baselines(items: Maker) -> None:
    table = items(200, noise=0.3)
    generator = np.random.default_rng(0)
    poor = {item.video: (item.mos or 0) + generator.normal(0, 1.2) for item in table}
    vmaf = {item.video: 100 - 15 * (item.mos or 0) for item in table}
    partial = dict(list(poor.items())[:120])
    found = evaluate(table, baselines={"poor": poor, "vmaf": vmaf, "partial": partial}, options=QUICK)
    verdicts = {(one.baseline, one.statistic): one for one in found.comparisons}
    assert verdicts["poor", "srcc"].better is True
    assert verdicts["poor", "rmse"].better is True
    assert verdicts["poor", "srcc"].p_holm is not None
    assert verdicts["poor", "srcc"].p is not None
    assert verdicts["poor", "srcc"].p_holm > verdicts["poor", "srcc"].p
    # runs against the MOS on a scale of its own: an order, but no error in MOS and no mapping that helps it
    assert verdicts["vmaf", "srcc"].other.value == pytest.approx(-1)
    assert verdicts["vmaf", "rmse"].other.reason == "not_mos_units"
    assert verdicts["vmaf", "plcc_mapped"].other.reason == "mapping_constant"
    # compared on common videos only
    half = [item for item in table if item.video in partial]
    expected = stats.spearmanr([i.prediction for i in half], [i.mos for i in half]).statistic
    assert verdicts["partial", "srcc"].model.value == pytest.approx(expected)
    assert verdicts["partial", "srcc"].model.n == 120
    assert [len(one.missing) for one in found.baselines] == [0, 0, 80, 0]
    # nothing has an order against a constant
    assert verdicts[CONSTANT, "srcc"].difference.reason == "constant_prediction"
    assert verdicts[CONSTANT, "rmse"].better is True


def test_a_model_against_itself_is_not_better(items: Maker) -> None:
    table = items(80)
    twin = {item.video: item.prediction or 0 for item in table}
    found = evaluate(table, baselines={"twin": twin}, options=QUICK)
    for one in found.comparisons:
        if one.baseline == "twin":
            assert (one.difference.value, one.p, one.better) == (0, 1, None)


def test_constant_mean_is_that_of_the_training_videos(items: Maker) -> None:
    table = items(200, splits="train test")
    found = evaluate(table, options=QUICK)
    train = np.mean([item.mos for item in table if item.split == "train"])
    test = np.array([item.mos for item in table if item.split == "test"])
    (baseline,) = found.baselines
    assert baseline.figures["rmse"].value == pytest.approx(np.sqrt(np.mean((test - train) ** 2)))
    # judging every video does not leave the constant to the few that could not be judged
    table[0] = dataclasses.replace(table[0], error="cut off", prediction=None)
    (baseline,) = evaluate(table, options=dataclasses.replace(QUICK, split="all")).baselines
    judged = np.array([item.mos for item in table[1:]])
    assert baseline.figures["rmse"].value == pytest.approx(np.sqrt(np.mean((judged - train) ** 2)))


def test_a_model_that_gives_one_score_sounds_the_alarm(items: Maker) -> None:
    table = [dataclasses.replace(item, prediction=3.0, distribution=None) for item in items(50)]
    found = evaluate(table, options=QUICK)
    assert found.figures["srcc"].reason == found.figures["plcc"].reason == "constant_prediction"
    assert found.figures["rmse"].value is not None
    assert "degenerate" in [notice.code for notice in found.notices]
    json.dumps(found.to_dict(), allow_nan=False)


def test_few_contents_are_told(items: Maker) -> None:
    found = evaluate(items(60, contents=4), options=QUICK)
    assert found.facts.resampled == "video"
    assert Notice("few_contents", {"count": 4}) in found.notices


def test_rater_data_or_intervals_or_neither(items: Maker) -> None:
    table = items(100)
    found = evaluate(table, options=QUICK).ceiling
    assert found is not None
    assert (found.source, found.raters) == ("raters", 5)
    from_ci = evaluate(without_raters(table), options=QUICK).ceiling
    assert from_ci is not None
    assert from_ci.source == "ci95"
    bare = [dataclasses.replace(item, ci95=None, raters=None) for item in without_raters(table)]
    nothing = evaluate(bare, options=QUICK)
    assert nothing.ceiling is None
    assert nothing.figures["outlier_ratio"].reason == nothing.figures["rmse_star"].reason == "no_ci95"
    assert nothing.facts.ratings_min is None


def test_a_crowd_has_a_ceiling_too(items: Maker) -> None:
    table = [
        dataclasses.replace(item, scores={f"{item.video}-{name}": score for name, score in item.scores.items()})
        for item in items(100)
    ]
    ceiling = evaluate(table, options=QUICK).ceiling
    assert ceiling is not None
    # 500 people, five of them for each video
    assert ceiling.raters == 5
    assert ceiling.limit_plcc.value == pytest.approx(
        evaluate(items(100), options=QUICK).ceiling.limit_plcc.value, abs=0.03
    )  # type: ignore[union-attr]


def test_calibration_with_and_without_distributions(items: Maker) -> None:
    table = items(120)
    full = evaluate(table, options=QUICK).calibration
    assert len(full.coverage) == 4
    assert sum(full.pit) == pytest.approx(1)
    assert full.band_error.n == 120
    bare = [dataclasses.replace(item, distribution=None) for item in table]
    none = evaluate(bare, options=QUICK).calibration
    assert (list(none.coverage), list(none.pit), none.band_error.reason) == ([], [], "no_band_probability")
    bands = Bands.default()
    stated = [
        dataclasses.replace(i, band=bands.of(math.floor(10 * (i.prediction or 1) + 0.5)).key, band_probability=0.7)
        for i in bare
    ]
    found = evaluate(stated, options=QUICK)
    assert found.calibration.band_error.n == 120
    assert found.calibration.band_error.value == pytest.approx(
        abs(0.7 - (found.figures["band_accuracy"].value or 0))
    )
    moved = [dataclasses.replace(item, band="excellent") for item in stated]
    assert "bands_moved" in [notice.code for notice in evaluate(moved, options=QUICK).notices]


def test_distributions_of_another_scale_are_left_out_and_counted(items: Maker) -> None:
    table = items(50)
    table[3] = dataclasses.replace(table[3], distribution=(0.5, 0.5))
    found = evaluate(table, options=QUICK)
    assert Notice("distribution_mismatch", {"count": 1, "labels": 41}) in found.notices
    assert found.calibration.coverage[0].empirical.n == 49


def test_another_scale(items: Maker) -> None:
    def stretched(value: float | None) -> float:
        return ((value or 1) - 1) * 25

    scale = Scale(0, 100, 0, 100)
    table = [
        Item(item.video, stretched(item.mos), stretched(item.prediction), content=item.content, split="test")
        for item in items(80)
    ]
    small, large = evaluate(items(80), options=QUICK), evaluate(table, scale=scale, options=QUICK)
    assert large.figures["srcc"].value == pytest.approx(small.figures["srcc"].value, abs=1e-9)
    assert large.figures["rmse"].value == pytest.approx(25 * (small.figures["rmse"].value or 0))
    assert large.triage is not None
    assert large.triage.limit == pytest.approx(37.5)


def test_failures_and_notices_of_reading_are_kept(items: Maker) -> None:
    table = items(30)
    table[0] = dataclasses.replace(table[0], prediction=None, error="cut off")
    failures = [Failure("x.mp4", "missing_manifest"), Failure("y.mp4", "duplicate_manifest", fatal=False)]
    found = evaluate(table, failures=failures, notices=[Notice("moved", {"count": 3})], options=QUICK)
    assert [failure.video for failure in found.failures] == ["x.mp4", "y.mp4", table[0].video]
    assert found.failed == 2
    assert found.facts.n == 29
    assert found.notices[0].code == "moved"


def test_triage_options(items: Maker) -> None:
    options = Options(resamples=200, defect_limit=3.0, costs=TriageCosts(2, 8))
    triage = evaluate(items(80), options=options).triage
    assert triage is not None
    assert triage.limit == 3.0
    assert triage.plain.defective == sum((item.mos or 0) < 3 for item in items(80))


@pytest.mark.parametrize("table", [[], [Item("a", mos=3.0)], [Item("a", mos=3.0, prediction=2.0, error="broken")]])
def test_nothing_to_evaluate(table: list[Item]) -> None:
    with pytest.raises(EvaluationNoVideosError):
        evaluate(table)


scores = st.none() | st.floats(0, 6) | st.sampled_from([1.0, 3.0, math.nan, math.inf])
rows = st.builds(
    Item,
    video=st.uuids().map(str),
    mos=scores,
    prediction=scores,
    ci95=st.none() | st.floats(0, 2),
    raters=st.none() | st.integers(0, 4),
    content=st.none() | st.sampled_from("abc"),
    split=st.none() | st.sampled_from(["train", "val", "test", "none"]),
    columns=st.dictionaries(st.just("codec"), st.sampled_from(["h264", ""])),
    band_probability=st.none() | st.floats(-1, 2),
    scores=st.dictionaries(st.sampled_from("xyz"), st.integers(1, 5).map(float)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, min_size=1, max_size=25))
def test_any_table_gives_an_evaluation_without_nan_or_a_named_error(table: list[Item]) -> None:
    try:
        found = evaluate(table, options=Options(resamples=40))
    except EvaluationNoVideosError:
        return
    json.dumps(found.to_dict(), allow_nan=False)
    videos = {row.video for row in found.rows} | {failure.video for failure in found.failures}
    wanted = {item.video for item in table if found.facts.split == "all" or item.split == found.facts.split}
    assert wanted <= videos
    _everything_has_words(found)


def _everything_has_words(found: Evaluation) -> None:
    for notice in found.notices:
        assert notice_text(notice, "ja") != notice_text(notice, "en")
    for failure in found.failures:
        assert failure_text(failure, "ja")
    assert _reasons(found.to_dict()) <= set(TEXTS)


def _reasons(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value[key] for key in ("reason", "interval_reason") if value.get(key)}
        return own.union(*map(_reasons, value.values()))
    return set().union(*map(_reasons, value)) if isinstance(value, list) else set()


def test_a_model_that_must_not_be_trusted_sends_everything_to_review_in_json_too() -> None:
    found = evaluate([Item("a.mp4", mos=1.0, prediction=5.0)], options=QUICK)
    assert found.triage is not None
    assert found.triage.best_threshold == float("inf")
    written = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert written["triage"]["best_threshold"] is None


def test_a_figure_is_never_nan() -> None:
    assert Figure.of(math.nan, 5).to_dict() == {"value": None, "n": 5, "reason": "not_finite"}
    assert Figure.of(1.0, 5, math.nan, 2.0).low is None


@pytest.mark.slow
@pytest.mark.slow
def test_ten_thousand_videos_with_all_resamples(items: Maker) -> None:
    table = items(10_000, contents=500)
    found = evaluate(table, baselines={"other": {item.video: (item.mos or 0) / 2 + 1 for item in table}})
    assert (found.facts.n, found.facts.resamples) == (10_000, 2000)
    assert found.figures["krcc"].low is not None
