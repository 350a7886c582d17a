"""The page: whole, self-contained, escaped, in both languages; the charts draw what they are given."""

from __future__ import annotations

import datetime
import re
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.datasets.builders import MOS, text
from xl_vqa.datasets.findings import Finding
from xl_vqa.datasets.prepare import prepare
from xl_vqa.datasets.prepared import Options, Prepared
from xl_vqa.datasets.problems import BLOCKING, Problem, problem_codes, problem_text
from xl_vqa.datasets.report import report_html, write_report
from xl_vqa.datasets.words import tr
from xl_vqa.words.catalogue import LANGUAGES
from xl_vqa.words.labels import Scale

NOW = datetime.datetime(2024, 5, 1, 12, 30)
VOID = {"meta", "br", "img", "hr", "input", "link"}


class Page(HTMLParser):
    """Checks that tags nest, and collects texts and tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def panel(tmp_path: Path, **options: object) -> Prepared:
    rng = np.random.default_rng(0)
    rows: list[list[object]] = [["video", *[f"R{k}" for k in range(10)]]]
    for k in range(60):
        scores = np.clip(np.round(rng.uniform(1, 5) + rng.normal(0, 0.5, 10)), 1, 5)
        rows.append([f"s{k // 4}_crf{k % 4}.mp4", *scores.astype(int).tolist()])
    rows.append(["<script>alert(1)</script>&.mp4", *["<b>x</b>"] * 10])
    rows.append([None, *[3] * 10])
    return prepare(text(tmp_path / "r.csv", rows), Options(check_videos=False, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_escaped_and_needs_nothing_else(tmp_path: Path, language: str) -> None:
    html = report_html(panel(tmp_path, reject_outliers=True), language, NOW)
    page = Page(html)
    assert "script" not in page.tags
    assert "link" not in page.tags
    assert not [value for name, value in page.attributes if name in ("src", "href") or name.startswith("on")]
    assert "url(" not in html
    assert "…" not in "".join(page.texts)
    assert "<b>x</b>" not in html
    shown = " ".join(page.texts)
    assert "<script>alert(1)</script>&.mp4" in shown
    assert tr("report_title", language) in shown
    assert "2024-05-01 12:30" in shown
    assert f'lang="{language}"' in html
    # labels, first digit, second digit, noise
    assert page.tags.count("svg") == 4
    # the titles of chart bars are for hovering, and name the counts
    assert re.search(r"\d\d \([^)]*\): \d+", shown)


def test_a_page_in_japanese_has_no_english_sentence(tmp_path: Path) -> None:
    page = Page(report_html(panel(tmp_path), "ja", NOW))
    sentences = [said for said in page.texts if len(said) > 40 and "{" not in said and "/" not in said]
    # the examples of guessed contents are file names
    sentences = [said for said in sentences if not re.fullmatch(r"\S+\.mp4(, \S+\.mp4)*", said)]
    assert sentences
    for sentence in sentences:
        assert re.search("[ぁ-んァ-ヶ一-龠]", sentence) or sentence.startswith("b2:"), sentence


def test_figures_on_the_page_are_those_of_the_data(tmp_path: Path) -> None:
    prepared = panel(tmp_path)
    shown = "\n".join(Page(report_html(prepared, "en", NOW)).texts)
    coding = prepared.coding[0]
    assert f"{coding.srcc:.4f}" in shown
    assert prepared.noise is not None
    assert f"{prepared.noise.plcc:.3f}" in shown
    assert prepared.manifest().fingerprint in shown
    assert "text_score 1" in shown
    assert "no_video_path 1" in shown


def test_other_label_ranges_and_ready_mos(tmp_path: Path) -> None:
    path = text(tmp_path / "m.csv", MOS)
    for scale, charts in ((Scale(1, 5, 0, 9), 2), (Scale(1, 5, 100, 900), 3), (Scale(1, 5, 0, 9999), 3)):
        page = Page(report_html(prepare(path, Options(check_videos=False, scale=scale)), "en", NOW))
        # a digit fewer, a chart fewer
        assert page.tags.count("svg") - 1 == charts
        assert page.tags.count("rect") < 1000


def test_a_failure_stands_on_top(tmp_path: Path) -> None:
    rows = [["video", "A", "B"], *[[f"{k}.mp4", 3, 3] for k in range(20)]]
    prepared = prepare(text(tmp_path / "r.csv", rows), Options(check_videos=False))
    assert prepared.failure is not None
    texts = Page(report_html(prepared, "ja", NOW)).texts
    assert prepared.failure.message("ja") in texts
    assert texts.index(prepared.failure.message("ja")) < texts.index(tr("report_labels", "ja"))


def test_nothing_usable_still_gives_a_page(tmp_path: Path) -> None:
    prepared = prepare(text(tmp_path / "r.csv", [["video", "MOS"], ["a.mp4", None], ["b.mp4", "x"]]), Options())
    Page(report_html(prepared, "en", NOW))
    write_report(tmp_path / "r.html", prepared, "ja")
    Page((tmp_path / "r.html").read_text(encoding="utf-8"))


# -- words -------------------------------------------------------------------------------------------------------


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("key", sorted(tr))
def test_both_languages_say_the_same_things(key: str) -> None:
    entry = tr[key]
    assert set(entry) == set(LANGUAGES)
    assert fields(entry["en"]) == fields(entry["ja"])
    assert "|" not in entry["en"] + entry["ja"]


def test_every_problem_has_its_sentence() -> None:
    assert {f"problem_{code}" for code in BLOCKING} == {key for key in tr if key.startswith("problem_")}
    with pytest.raises(KeyError):
        Problem("unheard_of")


def test_missing_words_show_an_ellipsis_and_unknown_languages_english() -> None:
    assert "…" in tr("problem_missing_video", "en")
    assert tr("report_title", "fr") == tr["report_title"]["en"]
    assert "名前" in Finding("finding_content_guessed", {"rule": "name_front"}).sentence("ja")


@given(st.lists(st.sampled_from(sorted(BLOCKING)), max_size=5, unique=True), st.text(max_size=10))
def test_codes_can_be_read_back_whatever_the_names_hold(codes: list[str], name: str) -> None:
    problems = [Problem(code, dict.fromkeys(("video", "text", "rater", "content"), name)) for code in codes]
    for language in LANGUAGES:
        assert sorted(problem_codes(problem_text(problems, language))) == sorted(codes)
    ordered = problem_codes(problem_text(problems, "en"))
    assert ordered == sorted(ordered, key=lambda code: not BLOCKING[code])
