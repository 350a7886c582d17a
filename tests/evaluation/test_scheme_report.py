"""The report and the workbook of a comparison, as a person reads them."""

from __future__ import annotations

import datetime
import io
import re

import lxml.etree
import lxml.html
import openpyxl
import pytest

from tests.evaluation.test_scheme_comparison import SEEDS, make_run
from xl_vqa import __version__
from xl_vqa.evaluation.runs import Run
from xl_vqa.evaluation.scheme_comparison import SchemeComparison, compare_runs
from xl_vqa.evaluation.scheme_report import forest, scatter, scheme_report_html
from xl_vqa.evaluation.scheme_texts import TEXTS, notice_words, verdict_words
from xl_vqa.evaluation.scheme_workbook import scheme_workbook
from xl_vqa.evaluation.texts import value_text

MADE = datetime.datetime(2024, 5, 1, 12, 30)


@pytest.fixture(scope="module")
def found() -> SchemeComparison:
    runs = [
        make_run(name, seed, noise=noise, n=60)
        for name, noise in (("integer", 0.3), ("levels", 0.9))
        for seed in SEEDS
    ]
    runs.append(Run("levels", 9, "f", error='=cmd|"<b>out of memory</b>"'))
    return compare_runs(runs, resamples=300)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_is_whole_and_holds_every_figure(found: SchemeComparison, language: str) -> None:
    html = scheme_report_html(found, language, MADE)
    page = lxml.html.fromstring(html)
    text = page.text_content()
    assert not page.xpath("//script | //link | //b/b")
    assert '=cmd|"<b>out of memory</b>"' in text
    for variant in found.variants:
        for name in found.statistics:
            assert value_text(name, variant.figures[name], language) in text
    # three forests and a scatter per scheme
    assert len(page.xpath("//svg")) == 5
    assert f'lang="{language}"' in html
    assert not re.search(r"{\w+}", text)


def test_the_languages_do_not_mix(found: SchemeComparison) -> None:
    english = lxml.html.fromstring(scheme_report_html(found, "en", MADE)).text_content()
    assert not re.search("[ぁ-んァ-ヶ]", english)
    page = lxml.html.fromstring(scheme_report_html(found, "ja", MADE))
    for style in page.xpath("//style"):
        style.getparent().remove(style)
    said = [part.replace(__version__, "") for part in page.itertext()]
    words = {word for part in said for word in re.findall(r"[A-Za-z]{4,}", part)}
    assert words <= set("SRCC KRCC PLCC RMSE Holm test memory".split()), words


def test_every_sentence_is_in_both_languages() -> None:
    for key, (english, japanese) in TEXTS.items():
        assert english
        assert japanese
        fields = [set(re.findall(r"{(\w+)", text)) for text in (english, japanese)]
        assert fields[0] == fields[1], key


def test_the_verdict_names_who_is_worse(found: SchemeComparison) -> None:
    assert "Worse: levels (words) / expectation" in verdict_words(found, "en")
    alone = compare_runs([make_run("integer", seed) for seed in SEEDS], resamples=200)
    assert "integer / greedy" in verdict_words(alone, "en", "rmse")
    same = compare_runs([make_run(name, seed) for name in ("integer", "decimal") for seed in SEEDS], resamples=200)
    assert "decimal / expectation" not in verdict_words(same, "en")
    for notice in found.notices:
        assert notice_words(notice, "ja") != notice_words(notice, "en")


def test_drawings_are_whole_xml_and_stay_inside(found: SchemeComparison) -> None:
    drawn = [forest(found, name, "en") for name in ("srcc", "rmse")]
    drawn += [scatter(found, variant, "ja") for variant in found.variants]
    for svg in drawn:
        picture = lxml.etree.fromstring(svg)
        width, height = (float(value) for value in picture.get("viewBox").split()[2:])
        for dot in picture.iter("{*}circle"):
            assert 0 <= float(dot.get("cx")) <= width
            assert 0 <= float(dot.get("cy")) <= height


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_workbook_holds_the_numbers_and_runs_no_formula(found: SchemeComparison, language: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(scheme_workbook(found, language)))
    assert len(book.worksheets) == 6
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    numbers = [cell.value for cell in cells if isinstance(cell.value, float)]
    for variant in found.variants:
        for name in found.statistics:
            figure = variant.figures[name]
            for value in (figure.value, figure.low, figure.high):
                assert any(value == pytest.approx(number, rel=1e-12) for number in numbers)
    intervals = book.worksheets[1]
    assert intervals.max_row == 1 + len(found.variants) * len(found.statistics)
    predictions = book.worksheets[4]
    assert [cell.value for cell in predictions["A"][1:]] == list(found.videos)
    assert '=cmd|"<b>out of memory</b>"' in [cell.value for cell in book.worksheets[5]["F"]]
