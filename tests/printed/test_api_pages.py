"""The pages that ``make api`` makes: every public name is there and explained, and no link leads nowhere."""

from __future__ import annotations

import subprocess
import sys

import lxml.html
import pytest

import xl_vqa
from tests.printed.commands import ROOT


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, lxml.html.HtmlElement]:
    folder = tmp_path_factory.mktemp("api")
    # of its own: it fills the package with what is loaded only when asked for
    command = [sys.executable, "-m", "tools.make_api_pages", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert "Warn" not in done.stderr
    return {file.name: lxml.html.parse(str(file)).getroot() for file in folder.glob("*.html")}


def test_no_link_leads_nowhere(pages: dict[str, lxml.html.HtmlElement]) -> None:
    places = {name: set(page.xpath("//@id")) for name, page in pages.items()}
    followed = 0
    for name, page in pages.items():
        for link in page.xpath("//a/@href"):
            if "://" in link:
                continue
            file, _, anchor = link.partition("#")
            assert (file or name) in pages, link
            assert not anchor or anchor in places[file or name], link
            followed += 1
    assert followed > 500


def test_every_public_name_is_there_and_says_what_it_is(pages: dict[str, lxml.html.HtmlElement]) -> None:
    page = pages["xl_vqa.html"]
    for name in xl_vqa.__all__:
        (place,) = page.xpath(f"//*[@id='{name}']")
        if name != "__version__":
            (said,) = place.xpath("./div[contains(@class, 'docstring')]")
            assert len(said.text_content().split()) >= 4, name


def test_what_a_function_raises_and_takes_stands_on_its_page(pages: dict[str, lxml.html.HtmlElement]) -> None:
    rate = pages["xl_vqa.html"].xpath("//*[@id='rate']")[0].text_content()
    assert "Raises" in rate
    assert "Rating" in rate


def test_an_error_is_told_by_its_sentence(pages: dict[str, lxml.html.HtmlElement]) -> None:
    (said,) = pages["xl_vqa.html"].xpath("//*[@id='VideoEmptyError']/div[contains(@class, 'docstring')]")
    assert "video_empty" in said.text_content()
    assert "empty" in said.text_content().replace("video_empty", "")
