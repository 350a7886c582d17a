"""Reports stand on one page: it needs nothing else, escapes titles, and says its language."""

from __future__ import annotations

import re
from pathlib import Path

import lxml.html
import pytest

import xl_vqa
from xl_vqa.page import colours
from xl_vqa.page.document import document
from xl_vqa.page.tables import table, text_table

PACKAGE = Path(xl_vqa.__file__).parent


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_page_is_whole_and_needs_nothing_else(language: str) -> None:
    text = document("a <b> & c", language, "<p>body</p>", style=".own { color: red; }")
    page = lxml.html.fromstring(text)
    assert text.startswith("<!doctype html>")
    assert page.get("lang") == language
    assert page.findtext(".//title") == "a <b> & c"
    assert page.xpath("//main/p")[0].text == "body"
    assert ".own { color: red; }" in page.findtext(".//style")
    assert not page.xpath("//script | //link | //img")
    assert not re.findall(r"url\(|@import|https?:", text)


def test_plain_texts_are_escaped_and_html_is_not() -> None:
    plain = lxml.html.fromstring(text_table(["<a>", "n"], [["<i>x</i>", "3"]], numbers=(1,)))
    assert not plain.xpath("//i")
    assert [cell.text for cell in plain.iter("th")] == ["<a>", "n"]
    assert [cell.get("class") for cell in plain.iter("td")] == ["text", "number"]
    marked = lxml.html.fromstring(table([], [["<i>x</i>", "y"]]))
    assert len(marked.xpath("//i")) == 1
    assert not marked.xpath("//thead")
    assert [cell.get("class") for cell in marked.iter("td")] == ["text", None]


def test_pages_styles_and_pictures_are_made_here_alone() -> None:
    """A second ``<svg`` or ``<style`` elsewhere is a copy that will drift."""
    made = re.compile(r"<svg[ >]|<style>|<!doctype html|<table>", re.IGNORECASE)
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if made.search(path.read_text(encoding="utf-8"))
    }
    # a sheet as a table has cells that span others
    assert {name for name in found if not name.startswith("page/")} == {"workbooks/templates/report_html.py"}


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    """As WCAG 2.1 has it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("text", [colours.INK, colours.FAINT, colours.BLUE, colours.RUST, colours.GREEN])
@pytest.mark.parametrize("below", [colours.PAPER, colours.GROUND, colours.NOTICE])
def test_texts_can_be_read_in_both_schemes(text: str, below: str) -> None:
    """AA asks for 4.5, and for 3 of what is large or drawn, such as blue bars."""
    least = 3.0 if text == colours.BLUE else 4.5
    assert _contrast(text, below) >= least
    assert _contrast(colours.DARK[text], colours.DARK[below]) >= 4.5


def test_a_page_is_dark_where_it_says_so_alone() -> None:
    assert "prefers-color-scheme" not in document("a", "en", "b")
    dark = document("a", "en", "b", dark=True)
    assert "@media screen and (prefers-color-scheme: dark)" in dark
    # every colour of the pages has its counterpart, in styles and in charts
    for name, colour in vars(colours).items():
        if name.isupper() and isinstance(colour, str):
            assert f'svg [fill="{colour}"] {{ fill: {colours.DARK[colour]}; }}' in dark
