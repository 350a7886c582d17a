"""A real host's page of a rating: its link, its video, its language, and what it refuses."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.cookiejar import CookieJar
from pathlib import Path

import lxml.html
import pytest

from tests.host import helpers
from xl_vqa.bridge.client import HostClient, Video
from xl_vqa.explaining.in_words import sentence
from xl_vqa.words.attributes import Attributes
from xl_vqa.words.domain_profile import Reading
from xl_vqa.words.errors import VideoNotFoundError
from xl_vqa.words.explanation import Explanation
from xl_vqa.words.settings import Settings


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, list[Path]]]:
    folder = tmp_path_factory.mktemp("why")
    settings = helpers.settings_for(folder / "home")
    with helpers.cleaned_up(settings):
        yield settings, helpers.clips(folder / "clips", 2)


@pytest.fixture(scope="module")
def client(machine: tuple[Settings, list[Path]]) -> Iterator[HostClient]:
    with HostClient(machine[0]) as made:
        yield made


@pytest.fixture(scope="module")
def made(client: HostClient, machine: tuple[Settings, list[Path]]) -> Explanation:
    return client.explain(str(machine[1][0]), pictures=False)


def browser() -> urllib.request.OpenerDirector:
    """Remembers its cookies."""
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_page_says_what_the_explanation_says(client: HostClient, made: Explanation, language: str) -> None:
    page = lxml.html.fromstring(browser().open(client.why_page(made, language), timeout=30).read())
    assert page.get("lang") == language
    assert page.xpath("//p[@class='sentence']")[0].text == sentence(made, language)


def test_the_page_plays_its_video_in_ranges(client: HostClient, made: Explanation) -> None:
    address, visitor = client.why_page(made, "en"), browser()
    page = lxml.html.fromstring(visitor.open(address, timeout=30).read())
    (source,) = page.xpath("//video/@src")
    asked = urllib.request.Request(address + source, headers={"Range": "bytes=4-11"})
    with visitor.open(asked, timeout=30) as answer:
        assert answer.status == 206
        assert answer.read() == Path(made.path).read_bytes()[4:12]
    with pytest.raises(urllib.error.HTTPError, match="410"):
        browser().open(address, timeout=30)


def test_a_domain_reads_the_page_as_it_reads_the_cell(client: HostClient, made: Explanation) -> None:
    reading = Reading("broadcast", "c1", 31, 3.1, "fair", 0.6, mos_low=2.6, mos_high=3.6, interval_coverage=0.9)
    read = replace(made, rating=replace(made.rating, reading=reading))
    page = lxml.html.fromstring(browser().open(client.why_page(read, "en"), timeout=30).read())
    assert page.xpath("//div[@class='tile']/b")[0].text == "31"


def test_single_qualities_are_those_that_are_asked_for_by_themselves(
    client: HostClient, made: Explanation
) -> None:
    (apart,) = client.attributes([Video(made.path)])
    assert isinstance(apart, Attributes)
    assert apart.ratings
    told = {name: (one.distribution, one.source) for name, one in made.attributes.items()}
    assert told == {one.name: (one.distribution, one.source) for one in apart.ratings}
    assert "why_no_attributes" not in {one.get("key") for one in made.remarks}
    page = lxml.html.fromstring(browser().open(client.why_page(made, "en"), timeout=30).read())
    assert len(page.xpath("//section[@id='attributes']//tbody/tr")) == len(apart.ratings)


def test_a_video_that_went_has_no_page(client: HostClient, machine: tuple[Settings, list[Path]]) -> None:
    path = machine[1][1]
    found = client.explain(str(path), pictures=False)
    path.unlink()
    with pytest.raises(VideoNotFoundError):
        client.why_page(found, "en")
