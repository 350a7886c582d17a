"""The report is one file that needs nothing else, says everything in both languages, and cannot be injected."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable
from string import Formatter

import lxml.etree
import lxml.html
import pytest

from xl_vqa import __version__
from xl_vqa.evaluation import charts
from xl_vqa.evaluation.evaluate import Options, evaluate
from xl_vqa.evaluation.figure import Figure
from xl_vqa.evaluation.report import p_text, report_html
from xl_vqa.evaluation.report_texts import REPORT
from xl_vqa.evaluation.result import Evaluation, Failure, Item
from xl_vqa.evaluation.texts import TEXTS, interval_text, number_text, value_text, word

Maker = Callable[..., list[Item]]
MADE = datetime.datetime(2026, 1, 2, 3, 4)
DRAWINGS = (charts.scatter, charts.differences, charts.reliability, charts.histogram, charts.confusion, charts.pit)


@pytest.fixture(scope="module")
def full() -> Evaluation:
    from tests.evaluation.conftest import make_items

    table = make_items(120, splits="train val test test")
    table[0] = dataclasses.replace(table[0], prediction=None, error="cut off")
    baselines = {"vmaf": {item.video: 20 * (item.mos or 0) for item in table}}
    return evaluate(table, name="model", baselines=baselines, options=Options(resamples=200))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_one_file_that_needs_nothing_else(full: Evaluation, language: str) -> None:
    html = report_html(full, language, MADE)
    page = lxml.html.fromstring(html)
    assert page.get("lang") == language
    assert not page.xpath("//script | //link | //img | //iframe | //object")
    assert not re.findall(r"url\(|@import", html)
    # the only address is the name of the SVG language
    assert set(re.findall(r"https?://[^\"' ]+", html)) == {"http://www.w3.org/2000/svg"}
    assert len(page.xpath("//*[local-name()='svg']")) == 6
    assert "2026-01-02 03:04" in html


def test_every_figure_stands_in_the_report(full: Evaluation) -> None:
    text = lxml.html.fromstring(report_html(full, "en", MADE)).text_content()
    for name, figure in full.figures.items():
        assert word(name, "en") in text
        assert value_text(name, figure, "en") in text
        assert interval_text(name, figure, "en") in text
    assert "cut off" in text
    assert "vmaf" in text
    assert "not in MOS units" in text


def test_the_languages_do_not_mix(full: Evaluation) -> None:
    japanese = lxml.html.fromstring(report_html(full, "ja", MADE))
    for style in japanese.xpath("//style"):
        style.getparent().remove(style)
    # node by node: text_content() glues the cells of a row together
    said = [part.replace(__version__, "") for part in japanese.itertext()]
    words = {word for part in said for word in re.findall(r"[A-Za-z]{4,}", part)}
    names = {"model", "vmaf", "codec", "size", "test", "videos", "content", "half"}
    known = names | set("SRCC KRCC PLCC RMSE Kendall Bland Altman escape cost review xl_vqa".split())
    assert words - known <= {"Holm", "P1401", "ratings"}, words - known
    english = lxml.html.fromstring(report_html(full, "en", MADE)).text_content()
    assert not re.search("[ぁ-んァ-ヶ]", english)


def test_names_cannot_become_markup(items: Maker) -> None:
    evil = '<script>alert("1")</script>&"\''
    table = [
        dataclasses.replace(item, video=f"{evil}{k}", columns={"codec": evil}) for k, item in enumerate(items(40))
    ]
    table[20:] = [dataclasses.replace(item, columns={"codec": "h264"}) for item in table[20:]]
    failures = [Failure(evil, "error", evil)]
    baselines = {evil: {item.video: item.mos or 0.0 for item in table}}
    found = evaluate(table, name=evil, failures=failures, baselines=baselines, options=Options(resamples=200))
    page = lxml.html.fromstring(report_html(found, "en", MADE))
    assert not page.xpath("//script")
    assert evil in page.text_content()


@pytest.mark.parametrize("n", [3, 40, 1800])
def test_drawings_are_whole_xml_and_stay_inside(items: Maker, n: int) -> None:
    found = evaluate(items(n, contents=max(n // 4, 1)), options=Options(resamples=200))
    for draw in DRAWINGS:
        picture = lxml.etree.fromstring(draw(found, "en"))
        width, height = (float(value) for value in picture.get("viewBox").split()[2:])
        assert picture.get("aria-label")
        for dot in picture.iter("{*}circle"):
            assert 0 <= float(dot.get("cx")) <= width
            assert 0 <= float(dot.get("cy")) <= height
        for box in picture.iter("{*}rect"):
            assert float(box.get("width")) >= 0
            assert 0 <= float(box.get("x")) + float(box.get("width")) <= width + 0.1
    dots = len(list(lxml.etree.fromstring(charts.scatter(found, "en")).iter("{*}circle")))
    assert dots == (n if n <= charts.MOST_DOTS else 0)


def test_many_videos_make_a_small_page(items: Maker) -> None:
    found = evaluate(items(3000, contents=100), options=Options(resamples=200, slices=("codec",)))
    assert len(report_html(found).encode()) < 1_500_000


def test_a_report_of_almost_nothing(items: Maker) -> None:
    for table in (
        items(1),
        items(2),
        [dataclasses.replace(item, distribution=None, prediction=2.0) for item in items(5)],
    ):
        found = evaluate(table, options=Options(resamples=200))
        for language in ("en", "ja"):
            assert "nan" not in report_html(found, language, MADE).lower()


def test_both_languages_take_the_same_parameters() -> None:
    for words in (TEXTS, REPORT):
        for key, (english, japanese) in words.items():
            taken = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in (english, japanese)]
            assert taken[0] == taken[1], key


def test_numbers_as_people_read_them() -> None:
    assert number_text("srcc", 0.81449) == "0.814"
    assert number_text("outlier_ratio", 0.1234) == "12.3%"
    assert [number_text("bias", value) for value in (0.25, -0.25, -0.0001)] == ["+0.250", "-0.250", "0.000"]
    assert number_text("rmse", -0.00001) == "0.000"
    assert interval_text("srcc", Figure(0.5, 9, interval_reason="too_few_for_interval"), "en").startswith(
        "too few"
    )
    assert interval_text("srcc", Figure.missing("too_few"), "en") == ""
    assert [p_text(p) for p in (None, 0.0004, 0.0421)] == ["", "< 0.001", "0.0421"]
