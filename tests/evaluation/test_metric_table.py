"""The table of metrics: every entry keeps its promise, and one more entry reaches every table and page."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator

import numpy as np
import openpyxl
import pytest
from rich.console import Console

from tests.evaluation.test_scheme_comparison import make_run
from xl_vqa.evaluation.evaluate import Options, evaluate
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.metrics import all_metrics, compared_metrics, register, registered
from xl_vqa.evaluation.metrics.metric import Metric, Takes, Unit
from xl_vqa.evaluation.pairs import Labels, Pairs
from xl_vqa.evaluation.report import report_html
from xl_vqa.evaluation.resampling import Resampling, mean_of
from xl_vqa.evaluation.result import Item
from xl_vqa.evaluation.scheme_comparison import compare_runs
from xl_vqa.evaluation.scheme_report import scheme_report_html
from xl_vqa.evaluation.scheme_workbook import scheme_workbook
from xl_vqa.evaluation.texts import TEXTS, number_text, word

Maker = Callable[..., list[Item]]
KEYS = [metric.key for metric in all_metrics()]


def some_pairs(n: int = 40, seed: int = 4) -> Pairs:
    generator = np.random.default_rng(seed)
    # ties, on both sides
    mos = np.round(generator.uniform(1, 5, n) * 2) / 2
    prediction = np.clip(np.round((mos + generator.normal(0.2, 0.7, n)) * 10) / 10, 1, 5)
    labels, human = (np.floor(10 * values + 0.5).astype(np.int64) for values in (prediction, mos))
    bands = [1 + np.searchsorted([18, 26, 34, 42], one, side="right") for one in (labels, human)]
    ci95 = np.where(generator.random(n) < 0.2, np.nan, generator.uniform(0.1, 0.6, n))
    mapped = 0.5 + 0.8 * prediction + generator.normal(0, 0.1, n)
    return Pairs(prediction, mos, mapped, ci95, Labels(labels, human, *bands))


@pytest.mark.parametrize("key", KEYS)
def test_the_bootstrap_draws_the_very_figure(key: str) -> None:
    """On the drawn items themselves every metric's figure is its statistic under the weights."""
    (metric,) = [one for one in all_metrics() if one.key == key]
    pairs, generator = some_pairs(), np.random.default_rng(9)
    statistic = metric.drawn(pairs)
    assert statistic is not None
    for _ in range(5):
        taken = generator.integers(0, len(pairs), len(pairs))
        weights = np.bincount(taken, minlength=len(pairs)).astype(np.float64)[:, None]
        of_drawn = metric.figure(dataclasses.replace(_drawn(pairs, taken)))
        assert statistic(weights)[0] == pytest.approx(of_drawn.value, abs=1e-9)


def _drawn(pairs: Pairs, taken: np.ndarray) -> Pairs:
    assert pairs.mapped is not None
    found = pairs.known_labels
    labels = Labels(*(getattr(found, name)[taken] for name in ("model", "human", "model_bands", "human_bands")))
    return Pairs(pairs.prediction[taken], pairs.mos[taken], pairs.mapped[taken], pairs.ci95[taken], labels)


@pytest.mark.parametrize("key", KEYS)
def test_a_metric_has_words_and_says_why_it_has_no_value(key: str) -> None:
    (metric,) = [one for one in all_metrics() if one.key == key]
    assert all(metric.words)
    assert key not in TEXTS
    elsewhere = dataclasses.replace(some_pairs(), mos_units=False, mapped=None)
    figure = metric.figure(elsewhere)
    assert (figure.value is None) == (metric.takes is not Takes.ANY) == (metric.drawn(elsewhere) is None)
    assert figure.reason is None or figure.reason in TEXTS
    nothing = metric.figure(some_pairs(2))
    assert nothing.value is None or metric.unit is Unit.SHARE


def test_better_is_better() -> None:
    """A perfect rater has the best value of every metric that ranks raters."""
    pairs = some_pairs()
    found = pairs.known_labels
    perfect = dataclasses.replace(
        pairs,
        prediction=pairs.mos,
        mapped=pairs.mos,
        labels=Labels(found.human, found.human, found.human_bands, found.human_bands),
    )
    ours, best = pairs.figures(), perfect.figures()
    for metric in all_metrics():
        a, b = ours[metric.key].value, best[metric.key].value
        assert a is not None
        assert b is not None
        if metric.higher_is_better is None:
            assert b == 0
        else:
            assert (b > a) == metric.higher_is_better
            assert b == pytest.approx(1.0 if metric.higher_is_better else 0.0)


def test_only_what_has_a_direction_is_compared() -> None:
    bias = next(metric for metric in all_metrics() if metric.key == "bias")
    with pytest.raises(ValueError, match="bias"):
        dataclasses.replace(bias, compared=True)
    kappa = next(metric for metric in all_metrics() if metric.key == "kappa_labels")
    with pytest.raises(ValueError, match="kappa_labels"):
        dataclasses.replace(kappa, compared=True)
    with pytest.raises(ValueError, match="srcc"):
        register(next(metric for metric in all_metrics() if metric.key == "srcc"))


NEAR = Metric(
    key="within_half",
    of=lambda pairs: Figure.of(float(np.mean(np.abs(pairs.prediction - pairs.mos) <= 0.5)), len(pairs)),
    statistic=lambda pairs: mean_of((np.abs(pairs.prediction - pairs.mos) <= 0.5).astype(float)),
    higher_is_better=True,
    unit=Unit.SHARE,
    words=("Within half a MOS", "誤差 0.5 MOS 以内"),
    takes=Takes.MOS,
    place=65,
    compared=True,
    sliced=True,
)


@pytest.fixture
def one_more() -> Iterator[Metric]:
    with registered(NEAR):
        yield NEAR
    assert "within_half" not in [metric.key for metric in all_metrics()]


def test_one_more_metric_stands_in_the_evaluation(one_more: Metric, items: Maker) -> None:
    """One entry, and nothing else was touched: figures, baselines, verdicts, slices, page and terminal have it."""
    from xl_vqa.cli.evaluate import _print

    table = items(120)
    other = {item.video: (item.mos or 0) + 0.9 for item in table}
    found = evaluate(table, baselines={"other": other}, options=Options(resamples=300))
    value = np.mean([abs((item.prediction or 0) - (item.mos or 0)) <= 0.5 for item in table])
    figure = found.figures[one_more.key]
    assert figure.value == pytest.approx(value)
    assert figure.low is not None
    assert list(found.figures).index(one_more.key) == list(found.figures).index("mae") + 1
    (verdict,) = [c for c in found.comparisons if (c.baseline, c.statistic) == ("other", one_more.key)]
    assert verdict.better is True
    assert all(part.figures[one_more.key].n == part.n for part in found.slices)
    assert found.to_dict()["figures"][one_more.key]["value"] == figure.value
    for language in ("en", "ja"):
        shown = number_text(one_more.key, figure.value or 0)
        assert shown.endswith("%")
        page = report_html(found, language)
        # the table of figures, the verdicts and the slices
        assert page.count(word(one_more.key, language)) >= 4
        assert shown in page
        console = Console(file=io.StringIO(), width=200)
        _print(console, found, language)
        assert word(one_more.key, language) in console.file.getvalue()  # type: ignore[attr-defined]


def test_one_more_metric_stands_in_the_comparison_of_schemes(one_more: Metric) -> None:
    runs = [make_run(scheme, seed) for scheme in ("integer", "levels") for seed in (1, 2)]
    found = compare_runs(runs, resamples=300)
    assert one_more.key in found.statistics
    assert {c.statistic for c in found.comparisons} == {metric.key for metric in compared_metrics()}
    for language in ("en", "ja"):
        assert word(one_more.key, language) in scheme_report_html(found, language)
        book = openpyxl.load_workbook(io.BytesIO(scheme_workbook(found, language)))
        cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
        assert word(one_more.key, language) in cells


def test_shares_and_errors_are_measured_by_what_is_drawn() -> None:
    pairs = some_pairs()
    groups = np.repeat(np.arange(10), 4)
    single, _ = pairs.measured(Resampling(40, None, 400))
    grouped, _ = pairs.measured(Resampling(40, groups, 400))
    for key in ("band_accuracy", "icc", "rmse"):
        assert single[key].value == grouped[key].value
        assert (single[key].low, single[key].high) != (grouped[key].low, grouped[key].high)
