"""MOS, bias, weights and screening counts on VQEG's raw scores are sureal's, under test_rater_models' one rule.

The tables stand in Netflix/sureal's repository (``resource/dataset``), neither in its wheel nor in its source
archive, and are not ours to hand on. ``XL_VQA_SUREAL_DATASETS`` names that folder of a checkout; without it these
tests are skipped.
"""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.datasets.test_rater_models import _judged, sureal
from xl_vqa.datasets.rater_models import consensus
from xl_vqa.datasets.screening import far_counts, rater_bias

FOLDER = os.environ.get("XL_VQA_SUREAL_DATASETS")
TABLES = [
    "VQEGHD3_dataset_raw",
    *(f"vqeg_frtv_p1_{lines}_line_{quality}_dataset" for lines in (525, 625) for quality in ("high", "low")),
]


@pytest.fixture(params=TABLES)
def ratings(request: pytest.FixtureRequest) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The raw scores of one table as (row, rater, score)."""
    if FOLDER is None:
        pytest.skip("XL_VQA_SUREAL_DATASETS names no resource/dataset of sureal: VQEG's scores are not handed on")
    path = Path(FOLDER) / f"{request.param}.py"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    # a program's text: read as data, with its one call, float('NaN'), for a score that is missing
    text = path.read_text(encoding="utf-8").replace("float('NaN')", "None")
    videos = next(
        ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "dis_videos"
    )
    scores = [_by_rater(video["os"]) for video in videos]
    raters = sorted({name for one in scores for name in one}, key=str)
    found = [
        (k, raters.index(name), float(value))
        for k, one in enumerate(scores)
        for name, value in one.items()
        if value is not None and np.isfinite(value)
    ]
    row, rater, score = (np.array(column) for column in zip(*found, strict=True))
    return row.astype(np.int64), rater.astype(np.int64), score.astype(np.float64)


def _by_rater(scores: Any) -> dict[Any, float]:
    return scores if isinstance(scores, dict) else dict(enumerate(scores))


def test_means_and_biases(ratings: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    row, rater, score = ratings
    videos, raters = int(row.max()) + 1, int(rater.max()) + 1
    theirs = sureal("MosModel", row, rater, score)["quality_scores"]
    mean = np.bincount(row, score, minlength=videos) / np.bincount(row, minlength=videos)
    # differences of two scores of 0..100 in some of the tables
    ends = (min(1.0, float(score.min())), max(5.0, float(score.max())))
    np.testing.assert_allclose(_judged("mos", row, rater, score, ends).means.mos, theirs, atol=1e-6)
    ours = rater_bias(videos, raters, row, rater, score)
    bias = np.array(sureal("P913124Model", row, rater, score)["observer_bias"])
    expected = np.bincount(rater, score - mean[row], minlength=raters) / np.bincount(rater, minlength=raters)
    np.testing.assert_allclose(bias, expected, atol=1e-9)
    # a few scores are missing in two tables of 0..100: ours is the least-squares fit, sureal's its first step
    whole = len(score) == videos * raters
    np.testing.assert_allclose(ours, bias, atol=1e-9 if whole else 0.01)


def test_weights_of_the_likelihood_model(ratings: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    row, rater, score = ratings
    theirs = sureal("P910AnnexEModel", row, rater, score)
    ours = consensus(int(row.max()) + 1, int(rater.max()) + 1, row, rater, score)
    spread = float(score.std())
    np.testing.assert_allclose(ours.quality, theirs["quality_scores"], atol=1e-5 * spread)
    np.testing.assert_allclose(ours.bias, theirs["observer_bias"], atol=1e-5 * spread)
    np.testing.assert_allclose(ours.inconsistency, theirs["observer_inconsistency"], atol=1e-5 * spread)
    weight = 1 / np.square(theirs["observer_inconsistency"])
    np.testing.assert_allclose(ours.weight, weight / weight.mean(), rtol=1e-4)


def test_screening_counts(ratings: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    row, rater, score = ratings
    videos, raters = int(row.max()) + 1, int(rater.max()) + 1
    theirs = sureal("BT500Model", row, rater, score)
    above, below = far_counts(videos, raters, row, rater, score, ddof=0, unanimous=True)
    np.testing.assert_allclose((above + below) / videos, theirs["observer_rejected_1st_stats"], atol=1e-12)
    with np.errstate(invalid="ignore"):
        balance = np.abs((above - below) / (above + below))
    np.testing.assert_allclose(balance, theirs["observer_rejected_2nd_stats"], atol=1e-12)
