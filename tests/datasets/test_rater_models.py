"""Rater models against sureal, Netflix's reference code, on real people's ratings; agreement by its definitions.

One rule is compared: sureal's spread has the divisor n and a unanimous video counts for everybody, which is what
``far_counts(ddof=0, unanimous=True)`` does. The product's own rule (n - 1, nobody) differs from it on purpose.
"""

from __future__ import annotations

import contextlib
import io
import tracemalloc
import types
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_vqa.datasets.combine_tests import shifts_of_tests as shifts_of
from xl_vqa.datasets.judging import judge
from xl_vqa.datasets.mos import MosTable, t_quantile_975, with_pooled_intervals
from xl_vqa.datasets.prepare import prepare
from xl_vqa.datasets.prepared import Options
from xl_vqa.datasets.rater_models import consensus
from xl_vqa.datasets.reliability import incomplete_icc, krippendorff_alpha
from xl_vqa.datasets.screening import far_counts, rater_bias

RATINGS = Path(__file__).with_name("nflx_public_raw.csv")
"""Scores of the NFLX public set, published with Netflix/sureal (Apache-2.0)."""


@cache
def panel() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The 79 x 26 ratings of the NFLX public set as (row, rater, score)."""
    table = pd.read_csv(RATINGS)
    row = pd.Categorical(table.video, categories=list(dict.fromkeys(table.video))).codes.astype(np.int64)
    rater = table.rater.str[1:].astype(np.int64).to_numpy()
    return row, rater, table.score.to_numpy(np.float64)


def with_outliers(seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same with four raters more who answer at random, and one rating in ten missing."""
    row, rater, score = panel()
    rng = np.random.default_rng(seed)
    rows = np.tile(np.arange(79), 4)
    more = np.repeat(np.arange(26, 30), 79)
    row, rater = np.concatenate([row, rows]), np.concatenate([rater, more])
    score = np.concatenate([score, rng.integers(1, 6, len(rows)).astype(float)])
    keep = rng.random(len(row)) > 0.1
    return row[keep], rater[keep], score[keep]


def sureal(model: str, row: np.ndarray, rater: np.ndarray, score: np.ndarray) -> dict[str, Any]:
    module = pytest.importorskip("sureal")
    reader = pytest.importorskip("sureal.dataset_reader").RawDatasetReader
    videos = int(row.max()) + 1
    matrix = np.full((videos, int(rater.max()) + 1), np.nan)
    matrix[row, rater] = score
    data = types.SimpleNamespace(
        dataset_name="x",
        yuv_fmt="yuv420p",
        width=1920,
        height=1080,
        ref_score=5.0,
        ref_videos=[{"content_id": 0, "content_name": "c", "path": "c.yuv"}],
        dis_videos=[
            {"content_id": 0, "asset_id": k, "os": matrix[k].tolist(), "path": f"{k}.yuv"} for k in range(videos)
        ],
    )
    # it prints each iteration, and warns of unanimous videos
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: dict[str, Any] = getattr(module, model)(reader(data)).run_modeling()
    return found


PANELS = [pytest.param(panel, id="NFLX"), pytest.param(with_outliers, id="NFLX and four at random, with gaps")]


@pytest.mark.parametrize("make", PANELS)
def test_the_weighted_model_is_surreals(make: Any) -> None:
    row, rater, score = make()
    theirs = sureal("P910AnnexEModel", row, rater, score)
    ours = consensus(79, int(rater.max()) + 1, row, rater, score)
    np.testing.assert_allclose(ours.quality, theirs["quality_scores"], atol=1e-6)
    np.testing.assert_allclose(ours.bias, theirs["observer_bias"], atol=1e-6)
    np.testing.assert_allclose(ours.inconsistency, theirs["observer_inconsistency"], atol=1e-6)
    weight = 1 / np.square(theirs["observer_inconsistency"])
    np.testing.assert_allclose(ours.weight, weight / weight.mean(), rtol=1e-5)


def _judged(
    model: str, row: np.ndarray, rater: np.ndarray, score: np.ndarray, span: tuple[float, float] = (1.0, 5.0)
) -> Any:
    from xl_vqa.datasets.check import Ratings
    from xl_vqa.words.labels import Scale

    names = [f"R{k:02d}" for k in range(int(rater.max()) + 1)]
    table = types.SimpleNamespace(ready=False, raters_known=True, rows=[None] * (int(row.max()) + 1), raters=names)
    return judge(table, Ratings(row, rater, score), Scale(*span), model, False, "none")  # type: ignore[arg-type]


@pytest.mark.parametrize("make", PANELS)
def test_screening_counts_are_surreals_under_its_rule(make: Any) -> None:
    row, rater, score = make()
    raters = int(rater.max()) + 1
    theirs = sureal("BT500Model", row, rater, score)
    above, below = far_counts(79, raters, row, rater, score, ddof=0, unanimous=True)
    np.testing.assert_allclose((above + below) / 79, theirs["observer_rejected_1st_stats"], atol=1e-12)
    with np.errstate(invalid="ignore"):
        balance = np.abs((above - below) / (above + below))
    np.testing.assert_allclose(balance, theirs["observer_rejected_2nd_stats"], atol=1e-12)


def test_the_mean_and_the_biases_are_surreals() -> None:
    row, rater, score = panel()
    np.testing.assert_allclose(
        _judged("mos", row, rater, score).means.mos,
        sureal("MosModel", row, rater, score)["quality_scores"],
        atol=1e-6,
    )
    bias = rater_bias(79, 26, row, rater, score)
    mean = np.bincount(row, score) / np.bincount(row)
    np.testing.assert_allclose(bias, np.bincount(rater, score - mean[row]) / np.bincount(rater), atol=1e-9)


def test_p913_takes_the_biases_out_before_it_screens() -> None:
    row, rater, score = panel()
    theirs = sureal("P913124Model", row, rater, score)
    ours = _judged("p913", row, rater, score)
    rejected = [k for k, out in enumerate(theirs["observer_rejected"]) if out]
    assert [rater.name for rater in ours.screening.rejected] == [f"R{k:02d}" for k in rejected]
    assert rejected
    np.testing.assert_allclose(ours.means.mos, theirs["quality_scores"], atol=1e-6)
    # bias of the ratings as they were written, not of the corrected ones, which is zero
    assert max(abs(rater.bias) for rater in ours.screening.raters) > 0.3
    # the other order, screening first, rejects nobody here
    assert not _judged("bt500", row, rater, score).screening.rejected


def test_each_model_is_an_option_that_reaches_the_labels(tmp_path: Path) -> None:
    found = {
        model: prepare(RATINGS, Options(check_videos=False, rater_model=model))
        for model in ("mos", "p910", "p913")
    }
    moved = [k for k, label in enumerate(found["mos"].labels) if label != found["p910"].labels[k]]
    # the lead's own figure on this set: 29 of 79 labels
    assert 20 <= len(moved) <= 40
    assert all(rater.weight is not None for rater in found["p910"].screening.raters)  # type: ignore[union-attr]
    assert not found["p910"].screening.rejected  # type: ignore[union-attr]


def test_random_raters_weigh_little_and_nobody_infinitely_much() -> None:
    row, rater, score = with_outliers()
    found = consensus(79, 30, row, rater, score)
    assert found.weight[26:].max() < 0.5 * np.median(found.weight[:26])
    # a rater of a single video leaves no rest, and must not decide it
    one = np.append(row, 0), np.append(rater, 30), np.append(score, 5.0)
    assert consensus(79, 31, *one).weight[30] < 20


# -- agreement of incomplete panels ------------------------------------------------------------------------------


def test_alpha_is_krippendorffs_example() -> None:
    """The reliability data of Krippendorff (2011), four observers, with gaps: interval alpha .849."""
    nan = np.nan
    data = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        ]
    )
    rater, row = np.nonzero(np.isfinite(data))
    found = krippendorff_alpha(row, rater, data[rater, row])
    assert found.value == pytest.approx(0.849, abs=5e-4)
    assert found.videos == 11


def test_alpha_of_real_people_is_that_of_the_package() -> None:
    """0.7418 for NFLX is what krippendorff 0.9.0 (GPL, so no dependency) gives."""
    assert krippendorff_alpha(*panel()).value == pytest.approx(0.7418, abs=5e-5)


def test_icc_of_a_complete_panel_is_pingouins_and_gaps_move_it_little() -> None:
    row, rater, score = panel()
    table = pd.DataFrame({"video": row, "rater": rater, "score": score})
    theirs = pingouin.intraclass_corr(table, targets="video", raters="rater", ratings="score")
    expected = float(theirs.loc[theirs.Type.isin(["ICC2", "ICC(A,1)"]), "ICC"].iloc[0])
    assert incomplete_icc(row, rater, score).value == pytest.approx(expected, abs=1e-9)
    keep = np.random.default_rng(0).random(len(row)) < 0.3
    assert incomplete_icc(row[keep], rater[keep], score[keep]).value == pytest.approx(expected, abs=0.04)


def test_a_crowd_on_many_videos_needs_little_memory_and_hangs_together() -> None:
    """A table of 20,000 videos and 5,000 raters would be 10^8 cells: nothing here may make one."""
    rng = np.random.default_rng(3)
    row = np.repeat(np.arange(20_000), 5)
    rater = rng.integers(0, 5_000, len(row))
    _, first = np.unique(row * 5_000 + rater, return_index=True)
    row, rater = row[first], rater[first]
    score = rng.normal(0, 1, 20_000)[row] + rng.normal(0, 0.5, 5_000)[rater] + rng.normal(0, 0.8, len(row))
    tracemalloc.start()
    found = incomplete_icc(row, rater, score)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 << 20
    assert found.value == pytest.approx(1 / (1 + 0.25 + 0.64), abs=0.02)


def test_panels_that_share_nothing_have_their_own_levels() -> None:
    row, rater = np.array([0, 0, 1, 1, 2, 2, 3, 3]), np.array([0, 1, 0, 1, 2, 3, 2, 3])
    score = np.array([1.0, 2, 4, 5, 2, 2.5, 5, 4.5])
    assert 0 < incomplete_icc(row, rater, score).value < 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        ([], "no_raters"),
        ([(0, 0, 3), (1, 0, 4)], "one_rater"),
        ([(0, 0, 3), (1, 1, 4)], "no_common_videos"),
        ([(0, 0, 3), (0, 1, 4)], "few_videos"),
        ([(0, 0, 3), (0, 1, 3), (1, 0, 3), (1, 1, 3)], "constant"),
    ],
)
def test_why_there_is_no_coefficient(ratings: list[tuple[int, int, float]], reason: str) -> None:
    row, rater, score = (np.array([r[k] for r in ratings]) for k in range(3))
    for measure in (krippendorff_alpha, incomplete_icc):
        assert measure(row.astype(int), rater.astype(int), score.astype(float)).reason == reason


# -- intervals where few people rated ----------------------------------------------------------------------------


def table_of(sd: list[float], count: list[int]) -> MosTable:
    spread, n = np.array(sd), np.array(count)
    own = np.array(
        [t_quantile_975(k - 1) * s / np.sqrt(k) if k > 1 else np.nan for s, k in zip(sd, count, strict=True)]
    )
    return MosTable(np.full(len(sd), 3.0), spread, own, n)


def test_three_who_agree_by_chance_make_no_mos_exact() -> None:
    found = with_pooled_intervals(table_of([0.0, 0.8, 1.0, 0.6], [3, 3, 3, 3]))
    pooled = np.sqrt(np.mean(np.square([0.0, 0.8, 1.0, 0.6])))
    np.testing.assert_allclose(found.ci95, t_quantile_975(8) * pooled / np.sqrt(3))


def test_many_raters_keep_their_own_spread_unless_all_agree() -> None:
    own = table_of([0.5, 0.9, 0.0], [20, 24, 12])
    found = with_pooled_intervals(own)
    np.testing.assert_allclose(found.ci95[:2], own.ci95[:2])
    assert 0.3 < found.ci95[2] < 0.6


def test_a_single_rating_has_an_interval_only_where_others_tell_the_spread() -> None:
    assert with_pooled_intervals(table_of([0.8, 0.9, 0.7, np.nan], [4, 4, 4, 1])).ci95[3] > 1
    assert np.isnan(with_pooled_intervals(table_of([np.nan, np.nan], [1, 1])).ci95).all()
    assert np.isnan(with_pooled_intervals(table_of([0.0, 0.0, 0.0], [3, 3, 3])).ci95).all()


@pytest.mark.parametrize(
    ("low", "high", "spread", "fits"),
    [(1, 5, 0.7, True), (1, 5, 14.0, False), (0, 100, 16.0, True), (0, 100, 0.7, False)],
)
def test_a_spread_of_another_scale_is_not_used(
    tmp_path: Path, low: float, high: float, spread: float, fits: bool
) -> None:
    from xl_vqa.words.labels import Scale

    rows = [f"v{k}.mp4,{low + (high - low) * (0.2 + 0.05 * k):.3f},{spread},24\n" for k in range(12)]
    (tmp_path / "m.csv").write_text("video,MOS,SD,N\n" + "".join(rows))
    found = prepare(tmp_path / "m.csv", Options(scale=Scale(low, high), check_videos=False))
    assert ("finding_spread_unfit" in {f.code for f in found.findings}) is not fits
    assert (found.noise is not None) is fits


# -- several tests -----------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1, 1), min_size=2, max_size=4), st.integers(3, 8), st.integers(0, 10))
def test_shifts_of_tests_are_found_from_their_common_videos(shifts: list[float], common: int, own: int) -> None:
    tests = [f"t{k}" for k in range(len(shifts))]
    quality = {**{f"c{k}": 2 + k / 5 for k in range(common)}}
    test_of, keys, means = [], [], []
    for k, test in enumerate(tests):
        for video in [*quality, *[f"{test}_{i}" for i in range(own)]]:
            test_of.append(test)
            keys.append(video)
            means.append(quality.get(video, 3.0) + shifts[k])
    found = shifts_of(tests, test_of, keys, np.array(means), np.ones(len(means)))
    middle = np.mean(shifts)
    assert [s.shift for s in found] == pytest.approx([s - middle for s in shifts], abs=1e-9)
    assert {s.common for s in found} == {common}


def test_a_test_on_an_island_has_no_shift() -> None:
    tests = ["a", "b", "c"]
    rows = [("a", "x", 3.0), ("b", "x", 2.0), ("a", "y", 4.0), ("b", "y", 3.0), ("c", "z", 5.0)]
    found = shifts_of(
        tests, [r[0] for r in rows], [r[1] for r in rows], np.array([r[2] for r in rows]), np.ones(5)
    )
    assert [s.shift for s in found[:2]] == pytest.approx([0.5, -0.5])
    assert found[2].shift is None
