"""Which way a rater runs and in what unit: settled by what is told, stated or certain, and asked otherwise."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import lxml.html
import pytest

from xl_vqa.evaluation.conclusion import conclusion
from xl_vqa.evaluation.errors import EvaluationOptionError, EvaluationUnclearError
from xl_vqa.evaluation.evaluate import Options, evaluate
from xl_vqa.evaluation.join import Joined, join
from xl_vqa.evaluation.predictions import Told
from xl_vqa.evaluation.report import report_html
from xl_vqa.evaluation.result import Evaluation, Item
from xl_vqa.evaluation.units import Units
from xl_vqa.words.labels import Scale

Maker = Callable[..., list[Item]]
RANDOM = random.Random(5)
NAMES = [f"c{k // 2:02}_v{k % 2}.mp4" for k in range(60)]
MOS = [RANDOM.uniform(1.3, 4.7) for _ in NAMES]
GOOD = [min(5.0, max(1.0, m + RANDOM.gauss(0, 0.3))) for m in MOS]


def write(folder: Path, name: str, header: str, values: list[float]) -> Path:
    path = folder / name
    lines = [f"{video},{value:.5f}" for video, value in zip(NAMES, values, strict=True)]
    path.write_text("\n".join([f"path,{header}", *lines]) + "\n")
    return path


def people(folder: Path, low: float = 1, high: float = 5, *, labels: bool = True) -> Path:
    path = folder / f"people{high:g}{labels}.csv"
    scale = Scale(low, high)
    rows = []
    for video, one in zip(NAMES, MOS, strict=True):
        mos = low + (one - 1) / 4 * (high - low)
        rows.append(f"{video},{mos:.5f},{scale.to_label(mos) if labels else ''},test,{video[:3]}")
    header = "video,mos,label,split,content" if labels else "video,mos,x,split,content"
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def judged(joined: Joined) -> Evaluation:
    return evaluate(
        joined.items,
        scale=joined.scale,
        baselines=joined.baselines,
        predictor=joined.predictor,
        baseline_predictors=joined.baseline_predictors,
        notices=joined.notices,
        options=Options(resamples=300),
    )


def codes(found: Evaluation) -> set[str]:
    return {notice.code for notice in found.notices}


# -- direction


@pytest.mark.parametrize("header", ["value", "output", "d3", "feature_mean", "結果"])
@pytest.mark.parametrize("way", ["lower", "higher"])
def test_a_baseline_of_unknown_direction_is_asked_about_and_then_judged_as_told(
    tmp_path: Path, header: str, way: str
) -> None:
    values = [10 - m for m in MOS] if way == "lower" else [10 + m for m in MOS]
    other = write(tmp_path, "tool.csv", header, values)
    own = write(tmp_path, "own.csv", "mos", GOOD)
    with pytest.raises(EvaluationUnclearError) as asked:
        join(own, people(tmp_path), baselines=[other])
    assert set(asked.value.choices) == {"--lower-is-better tool.csv", "--higher-is-better tool.csv"}
    # what the figures make likelier stands first, but nothing is taken for granted
    assert asked.value.choices[0].startswith(f"--{way}")
    for language in ("en", "ja"):
        said = asked.value.with_commands("xl-vqa evaluate own.csv").message(language)
        assert header in said
        assert said.count("xl-vqa evaluate own.csv --") == 2
    told = Told(lower=["tool.csv"]) if way == "lower" else Told(higher=["TOOL"])
    found = judged(join(own, people(tmp_path), baselines=[other], told=told))
    assert found.baselines[0].figures["srcc"].value == pytest.approx(1)
    assert found.baselines[0].predictor.lower_is_better is (way == "lower")
    assert found.baselines[0].predictor.known_by == "told"
    assert next(c for c in found.comparisons if c.statistic == "srcc").better is False


def test_the_predictions_themselves_are_asked_about_too(tmp_path: Path) -> None:
    other = write(tmp_path, "tool.csv", "value", [10 - m for m in MOS])
    with pytest.raises(EvaluationUnclearError):
        join(other, people(tmp_path))
    found = judged(join(other, people(tmp_path), told=Told(lower=["value"])))
    assert found.figures["srcc"].value == pytest.approx(1)


@pytest.mark.parametrize("header", ["raters", "n_raters", "評価者数", "ci95", "SD"])
def test_how_many_people_and_how_far_apart_is_no_prediction(tmp_path: Path, header: str) -> None:
    """The manifest given twice by mistake: its number of raters was asked about, whether lower is better."""
    file = tmp_path / "manifest2.csv"
    rows = [f"{name},{mos},{i % 7 + 1}" for i, (name, mos) in enumerate(zip(NAMES, MOS, strict=True))]
    file.write_text("\n".join([f"path,mos,{header}", *rows]) + "\n", encoding="utf-8")
    found = judged(join(file, people(tmp_path)))
    assert found.predictor.column == "mos"
    assert "predictions_are_people" in codes(found)


def test_a_generic_header_takes_the_direction_of_the_metric_that_the_file_is_named_after(tmp_path: Path) -> None:
    own = write(tmp_path, "own.csv", "mos", GOOD)
    for name, header in (("brisque.csv", "score"), ("niqe_results.csv", "value"), ("run1.csv", "LPIPS (alex)")):
        other = write(tmp_path, name, header, [50 - 9 * m for m in MOS])
        for found in (
            judged(join(other, people(tmp_path))),
            judged(join(own, people(tmp_path), baselines=[other])),
        ):
            rater = found.baselines[0] if len(found.baselines) > 1 else found
            assert rater.figures["srcc"].value == pytest.approx(1)
            assert rater.predictor.known_by == "metric"
            assert codes(found) & {"baseline_turned", "predictions_turned"}


def test_a_score_that_runs_against_people_is_no_quality_without_question(tmp_path: Path) -> None:
    """ "score" says higher is better, and the figures say otherwise: two readings are near."""
    own = write(tmp_path, "own.csv", "mos", GOOD)
    other = write(tmp_path, "tool.csv", "score", [50 - 9 * m for m in MOS])
    with pytest.raises(EvaluationUnclearError) as asked:
        join(own, people(tmp_path), baselines=[other])
    assert asked.value.choices[0].startswith("--lower")
    # told that it is so, it is compared as it is, with a sentence
    found = judged(join(own, people(tmp_path), baselines=[other], told=Told(higher=["score"])))
    assert "baseline_reversed" in codes(found)
    right = write(tmp_path, "other.csv", "score", [9 * m for m in MOS])
    assert judged(join(own, people(tmp_path), baselines=[right])).baselines[0].predictor.known_by == "name"


def test_a_direction_of_nobody_is_an_error(tmp_path: Path) -> None:
    own = write(tmp_path, "own.csv", "mos", GOOD)
    with pytest.raises(EvaluationOptionError, match=r"tol\.csv"):
        join(own, people(tmp_path), told=Told(lower=["tol.csv"]))


def test_the_columns_of_a_baseline_can_be_named(tmp_path: Path) -> None:
    own = write(tmp_path, "own.csv", "mos", GOOD)
    path = tmp_path / "two.csv"
    rows = [f"{video},{m + 1:.5f},{-m:.5f}" for video, m in zip(NAMES, MOS, strict=True)]
    path.write_text("\n".join(["path,alpha,beta", *rows]) + "\n")
    with pytest.raises(EvaluationUnclearError) as asked:
        join(own, people(tmp_path), baselines=[path])
    assert asked.value.choices == ["--baseline-column alpha", "--baseline-column beta"]
    told = Told(baseline_columns=["beta"], lower=["beta"])
    found = judged(join(own, people(tmp_path), baselines=[path], told=told))
    assert found.baselines[0].figures["srcc"].value == pytest.approx(1)


def test_of_a_benchmarks_dimensions_one_is_taken_and_not_the_first(tmp_path: Path) -> None:
    lists = {
        "imaging_quality": [1, [{"video_path": n, "video_results": m} for n, m in zip(NAMES, MOS, strict=True)]],
        "flicker": [1, [{"video_path": n, "video_results": -m} for n, m in zip(NAMES, MOS, strict=True)]],
    }
    path = tmp_path / "benchmark.json"
    path.write_text(json.dumps(lists))
    with pytest.raises(EvaluationUnclearError) as asked:
        join(path, people(tmp_path))
    assert asked.value.choices == ["--prediction-column flicker", "--prediction-column imaging_quality"]
    for column, lower in (("imaging_quality", False), ("flicker", True)):
        joined = join(path, people(tmp_path), told=Told(column=column))
        assert not joined.failures
        assert judged(joined).figures["srcc"].value == pytest.approx(1)
        assert joined.predictor.lower_is_better is lower


# -- units


@pytest.mark.parametrize("labels", [True, False])
def test_mos_of_1_to_5_are_converted_to_a_manifest_of_0_to_100(tmp_path: Path, labels: bool) -> None:
    own = write(tmp_path, "own.csv", "mos", GOOD)
    scale = None if labels else Scale(0, 100)
    found = judged(join(own, people(tmp_path, 0, 100, labels=labels), scale=scale))
    assert abs(found.figures["bias"].value or 99) < 3
    assert "mos_recognised_elsewhere" in codes(found)
    assert ("scale_by_labels" in codes(found)) is labels
    assert (found.predictor.low, found.predictor.high, found.predictor.in_mos) == (1, 5, True)


def test_mos_of_0_to_100_are_converted_to_a_manifest_of_1_to_5(tmp_path: Path) -> None:
    own = write(tmp_path, "own.csv", "prediction", [25 * (p - 1) for p in GOOD])
    found = judged(join(own, people(tmp_path)))
    assert abs(found.figures["bias"].value or 99) < 0.15
    assert "mos_recognised_elsewhere" in codes(found)


def test_a_file_that_states_its_scale_is_taken_at_its_word(tmp_path: Path) -> None:
    scale = Scale(0, 100).to_dict()
    rows = [{"path": n, "mos": 25 * (p - 1), "scale": scale} for n, p in zip(NAMES, GOOD, strict=True)]
    path = tmp_path / "own.json"
    path.write_text(json.dumps({"results": rows}))
    found = judged(join(path, people(tmp_path)))
    assert found.scale == Scale()
    assert abs(found.figures["bias"].value or 99) < 0.15
    assert codes(found) >= {"mos_stated_elsewhere"}
    csv = tmp_path / "own.csv"
    lines = [f"{n},{25 * (p - 1):.4f},0..100" for n, p in zip(NAMES, GOOD, strict=True)]
    csv.write_text("\n".join(["path,mos,mos_scale", *lines]) + "\n")
    again = judged(join(csv, people(tmp_path)))
    assert again.figures["bias"].value == pytest.approx(found.figures["bias"].value, abs=1e-4)
    assert again.predictor.known_by == "stated"


def test_a_scale_in_doubt_is_asked_about(tmp_path: Path) -> None:
    """Scores that never leave 1..5 where people go to 10: a timid model, or one of another scale."""
    own = write(tmp_path, "own.csv", "mos", GOOD)
    with pytest.raises(EvaluationUnclearError) as asked:
        join(own, people(tmp_path, 0, 10))
    assert asked.value.choices == ["--prediction-scale 1,5", "--prediction-scale 0,10"]
    told = Told(units=Units.from_ends(1, 5))
    assert abs(judged(join(own, people(tmp_path, 0, 10), told=told)).figures["bias"].value or 99) < 0.4
    with pytest.raises(EvaluationUnclearError) as scale:
        join(own, people(tmp_path, 0, 100, labels=False))
    assert scale.value.choices == ["--scale 0,100,10,50", "--scale 1,100,10,50"]


@pytest.mark.parametrize(
    ("header", "low", "high"),
    [("score", 0.0, 1.0), ("vmaf", 0.0, 100.0), ("psnr", 20.0, 50.0), ("quality", 1.0, 5.0)],
)
def test_other_units_print_nothing_that_is_counted_in_mos(
    tmp_path: Path, header: str, low: float, high: float
) -> None:
    other = write(tmp_path, "tool.csv", header, [low + (p - 1) / 4 * (high - low) for p in GOOD])
    found = judged(join(other, people(tmp_path, 0, 100)))
    assert found.predictor.in_mos is False
    assert not codes(found) & {"degenerate", "bias_high", "bias_low"}
    assert {"icc", "band_accuracy", "rmse", "bias", "kappa_labels"}.isdisjoint(found.shown)
    assert {"srcc", "plcc", "plcc_mapped", "rmse_mapped"} <= set(found.shown)
    values = found.to_dict()
    assert values["predictor"]["in_mos"] is False
    assert values["bland_altman"]["lower"]["reason"] == "not_mos_units"
    assert values["triage"] is None
    assert values["confusion"] == []
    for language in ("en", "ja"):
        whole = lxml.html.fromstring(report_html(found, language))
        # no heading over nothing
        assert all(table.xpath(".//td") for table in whole.xpath("//table"))
        page = whole.text_content()
        for words in (
            "ICC(2,1)",
            "Same band",
            "同じ評価区分の割合",
            "broken",
            "異常",
            "Bland",
            "37 really",
            "37 は",
        ):
            assert words not in page, words


def test_one_constant_score_is_broken_in_whatever_unit(tmp_path: Path) -> None:
    for value, header in ((3.0, "mos"), (0.5, "score"), (80.0, "vmaf")):
        other = write(tmp_path, "tool.csv", header, [value] * 60)
        assert "degenerate" in codes(judged(join(other, people(tmp_path)))), header


def test_how_each_rater_was_read_stands_in_the_facts_and_the_json(tmp_path: Path) -> None:
    own = write(tmp_path, "own.csv", "mos", GOOD)
    niqe = write(tmp_path, "niqe.csv", "NIQE", [8 - m for m in MOS])
    found = judged(join(own, people(tmp_path), baselines=[niqe]))
    assert found.to_dict()["baselines"][0]["predictor"] == {
        "column": "NIQE",
        "lower_is_better": True,
        "scale": None,
        "in_mos": False,
        "known_by": "metric",
    }
    english = lxml.html.fromstring(report_html(found, "en")).text_content()
    assert "column NIQE; lower is better, turned round; in units of its own (a known metric)" in english
    assert "column mos; higher is better; in MOS" in english
    assert "低いほど良い" in report_html(found, "ja")


# -- the page


def full(items: Maker, **changes: float) -> Evaluation:
    table = items(150, noise=0.4)
    shift = changes.get("shift", 0.0)
    table = [dataclasses.replace(item, prediction=(item.prediction or 0) + shift) for item in table]
    other = {item.video: (item.mos or 0) for item in table}
    return evaluate(table, name="ours", baselines={"oracle": other}, options=Options(resamples=300))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_one_figure_has_one_interval_in_one_page(items: Maker, language: str) -> None:
    page = lxml.html.fromstring(report_html(full(items), language))
    intervals: dict[str, set[str]] = {}
    for row in page.xpath("//tr"):
        cells = ["".join(cell.itertext()).strip() for cell in row.xpath("./td")]
        if len(cells) >= 3 and re.search(r"\d(?: to |～)[+-]?\d", cells[2]) and re.match(r"[+-]?\d", cells[1]):
            intervals.setdefault(cells[0], set()).add(cells[2])
    bias = "Bias (model minus people)" if language == "en" else "偏り(モデル − 人)"
    assert bias in intervals
    # differences from baselines and coverages have a row for each figure or level, under one name
    several = {name for name, found in intervals.items() if len(found) > 1}
    assert several <= {"oracle", "Constant mean", "平均値(定数)", "Model's own interval", "Conformal interval"} | {
        "モデル自身の区間",
        "コンフォーマル予測区間",
    }


def test_the_conclusion_says_what_the_figures_say(items: Maker) -> None:
    found = full(items)
    said = conclusion(found, "en")
    figure = found.figures["srcc"]
    assert f"SRCC of {figure.value:.3f} (95% interval {figure.low:.3f} to {figure.high:.3f})" in said
    assert "On 150 videos ours" in said
    assert "worse than: oracle" in said
    assert "better than that of one constant score" in said
    assert "one person" in said
    assert "no bias beyond chance" in said
    high, low = conclusion(full(items, shift=0.5), "en"), conclusion(full(items, shift=-0.5), "en")
    assert "too high on average" in high
    assert "too low on average" in low
    for language in ("en", "ja"):
        page = report_html(found, language)
        assert page.index("SRCC") < page.index('class="tile"')
        assert "{" not in conclusion(found, language)
    assert not re.search("[a-z]{4,}", conclusion(found, "ja").replace("oracle", "").replace("ours", ""))


def test_the_conclusion_of_what_is_reversed_tiny_or_chance(items: Maker) -> None:
    table = items(60)
    turned = [dataclasses.replace(item, prediction=6 - (item.prediction or 0)) for item in table]
    options = Options(resamples=300)
    assert "runs against people's order" in conclusion(evaluate(turned, options=options), "en")
    shuffled = [
        dataclasses.replace(item, prediction=table[(7 * k) % 60].prediction) for k, item in enumerate(table)
    ]
    assert "chance" in conclusion(evaluate(shuffled, options=options), "en")
    assert "too few for an interval" in conclusion(evaluate(table[:5], options=options), "en")
    assert "have no SRCC: fewer than 3 videos" in conclusion(evaluate(table[:2], options=options), "en")
