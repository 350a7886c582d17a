"""Directions and units belong to a predictor: a metric that runs the other way, a model of another scale."""

from __future__ import annotations

import math
import random
from pathlib import Path

import numpy as np
import pytest

from xl_vqa.evaluation.errors import EvaluationColumnError
from xl_vqa.evaluation.evaluate import Options, evaluate
from xl_vqa.evaluation.join import Joined, join
from xl_vqa.evaluation.predictions import Told
from xl_vqa.evaluation.result import Evaluation
from xl_vqa.evaluation.texts import TEXTS
from xl_vqa.evaluation.units import Units, lower_by_name
from xl_vqa.words.labels import Scale


def write(path: Path, head: str, rows: list[str]) -> Path:
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    r = random.Random(21)
    names = [f"c{k // 2:02}_v{k % 2}.mp4" for k in range(24)]
    mos = [r.uniform(1.4, 4.6) for _ in names]
    own = [min(5.0, max(1.0, m + r.gauss(0, 0.4))) for m in mos]
    percent = [25 * (m - 1) for m in mos]
    pairs = list(zip(names, mos, own, strict=True))
    return {
        "manifest": write(
            tmp_path / "m.csv", "video,mos,split,content", [f"{n},{m:.4f},test,{n[:3]}" for n, m, _ in pairs]
        ),
        "percent": write(
            tmp_path / "p.csv",
            "video,mos,split",
            [f"{n},{p:.4f},test" for n, p in zip(names, percent, strict=True)],
        ),
        "own": write(
            tmp_path / "own.csv",
            "path,label,expected_label,mos",
            [f"{n},{round(10 * p)},{10 * p:.3f},{p:.4f}" for n, _, p in pairs],
        ),
        "niqe": write(tmp_path / "niqe.csv", "filename,NIQE", [f"{n},{8 - m:.3f}" for n, m, _ in pairs]),
        "branches": write(
            tmp_path / "dover.csv",
            "path, aesthetic score, technical score, overall/final score",
            [f"/set/{n}, 0.5, {-m:.3f}, {(p - 1) / 4:.4f}" for n, m, p in pairs],
        ),
    }


def figures(joined: Joined) -> Evaluation:
    return evaluate(
        joined.items,
        scale=joined.scale,
        baselines=joined.baselines,
        predictor=joined.predictor,
        baseline_predictors=joined.baseline_predictors,
        notices=joined.notices,
        options=Options(resamples=300),
    )


def reading(files: dict[str, Path], column: str, units: Units | None = None) -> Joined:
    return join(files["branches"], files["manifest"], told=Told(column=column, units=units))


def codes(result: Evaluation) -> set[str]:
    assert all(notice.code in TEXTS for notice in result.notices)
    return {notice.code for notice in result.notices}


@pytest.mark.parametrize(
    ("names", "lower"),
    [
        (("NIQE",), True),
        (("score", "brisque"), True),
        (("NIQE score",), True),
        (("psnr_y", "results"), False),
        (("score", "results"), None),
        (("value", "brisque_results"), True),
        (("LPIPS (alex)",), True),
        (("VMAF",), False),
        (("DOVER",), False),
        (("dmos",), True),
        (("column", "results"), None),
        (("unique",), None),
    ],
)
def test_the_direction_of_known_metrics(names: tuple[str, ...], lower: bool | None) -> None:
    assert lower_by_name(*names) is lower


def test_a_metric_that_runs_the_other_way_is_turned_round_before_it_is_compared(files: dict[str, Path]) -> None:
    """SRCC +1.689 for the model, "model better", where NIQE followed people closely."""
    joined = join(files["own"], files["manifest"], baselines=[files["niqe"]])
    result = figures(joined)
    (niqe,) = [found for found in result.baselines if found.name == "niqe"]
    assert niqe.figures["srcc"].value == pytest.approx(1)
    assert "baseline_turned" in codes(result)
    difference = next(c for c in result.comparisons if c.baseline == "niqe" and c.statistic == "srcc")
    assert difference.difference.value < 0


def test_labels_are_read_where_a_files_mos_are_of_another_scale(files: dict[str, Path]) -> None:
    """Labels 10 to 12 and a bias of -43.6, where right is about -0.2."""
    result = figures(join(files["own"], files["percent"], scale=Scale(0, 100)))
    assert abs(result.bland_altman.bias.value) < 6
    assert {"mos_of_another_scale"} <= codes(result)
    assert not codes(result) & {"bias_high", "bias_low"}


def test_another_tools_column_and_scale_can_be_named(files: dict[str, Path]) -> None:
    told = reading(files, column="overall/final score", units=Units.from_ends(0, 1))
    result = figures(told)
    assert abs(result.bland_altman.bias.value) < 0.3
    assert result.figures["srcc"].value > 0.8
    with pytest.raises(EvaluationColumnError, match="technical score"):
        reading(files, column="nothing")


def test_predictions_that_run_against_people_get_a_word(files: dict[str, Path]) -> None:
    wrong = figures(reading(files, column="technical score"))
    assert "predictions_reversed" in codes(wrong)
    right = reading(files, column="technical score", units=Units.from_ends(-1, -5))
    assert "predictions_reversed" not in codes(figures(right))
    assert [item.prediction for item in right.items] == pytest.approx([item.mos for item in right.items], abs=1e-3)


def test_a_bias_of_a_whole_mos_gets_a_word(files: dict[str, Path]) -> None:
    joined = join(files["own"], files["manifest"], told=Told(column="mos", units=Units(2.0, 6.0)))
    found = {notice.code: notice.params for notice in figures(joined).notices}
    assert float(found["bias_low"]["bias"]) == pytest.approx(1, abs=0.3)


@pytest.mark.parametrize("ends", [(1, 1), (1, math.inf), (math.nan, 5)])
def test_a_range_that_is_none(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError):
        Units.from_ends(*ends)


def test_a_range_from_its_worst_end_turns_scores_round() -> None:
    units = Units.from_ends(100, 0)
    assert [units.to_mos(value, Scale()) for value in (0, 50, 100)] == [5, 3, 1]
    assert np.isclose(Units(lower_is_better=True).to_mos(3.5, Scale()), -3.5)
