"""The page of a rating as text: said in both languages, nothing from elsewhere, readable without a script."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.made_explanation import distribution, made_explanation
from xl_vqa.explaining.in_words import sentence
from xl_vqa.why_page.page import why_page
from xl_vqa.why_page.player import Player, media_type
from xl_vqa.why_page.script import SCRIPT
from xl_vqa.why_page.texts import TEXTS
from xl_vqa.words.attributes import AttributeRating
from xl_vqa.words.domain_profile import Reading
from xl_vqa.words.explanation import Explanation, HeatMap, Moment

PLAYER = Player("video")


def page_of(
    explanation: Explanation, language: str = "en", player: Player | None = PLAYER
) -> lxml.html.HtmlElement:
    return lxml.html.fromstring(why_page(explanation, language, player=player, no_player="no player here"))


def words_of(page: lxml.html.HtmlElement) -> str:
    return " ".join(page.find("body").text_content().split())


def test_every_text_is_there_in_both_languages_with_the_same_fields() -> None:
    def fields(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)", text))

    for key, texts in TEXTS.items():
        assert texts.keys() == {"en", "ja"}
        assert fields(texts["en"]) == fields(texts["ja"]), key


@pytest.mark.parametrize("language", ["en", "ja"])
def test_all_that_is_known_is_said(language: str) -> None:
    explanation = made_explanation("/videos/夜 <1>.mp4")
    page = page_of(explanation, language)
    words = words_of(page)
    assert page.get("lang") == language
    assert "夜 <1>.mp4" in page.findtext(".//h1")
    assert page.xpath("//p[@class='sentence']")[0].text == sentence(explanation, language)
    for figure in ("24", "2.40", "57%", "starter", "h264", "640 x 360", "9.5", "0.80, 0.84, 2.48, 2.52"):
        assert figure in words
    assert "…" not in words  # what a text shows for a field that was not given
    sections = [section.get("id") for section in page.iter("section")]
    assert sections == ["video", "timeline", "frames", "attributes", "labels", "made"]


def test_the_page_loads_nothing_but_its_video() -> None:
    page = page_of(made_explanation())
    loaded = [
        value
        for element in page.iter()
        for name, value in getattr(element, "attrib", {}).items()
        if name in ("src", "href", "data", "srcset", "action") and not value.startswith("#")
    ]
    assert {value.partition("#")[0] for value in loaded if not value.startswith("data:image/jpeg;base64,")} == {
        "video"
    }
    assert not page.xpath("//link | //iframe | //form | //object | //script[@src]")
    (rule,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert rule.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-")
    assert "unsafe-eval" not in rule
    assert [script.text for script in page.iter("script")] == [SCRIPT]
    assert "on" not in {name[:2] for element in page.iter() for name in getattr(element, "attrib", {})}


def test_without_a_player_it_says_why_and_links_nowhere() -> None:
    page = page_of(made_explanation(), player=None)
    assert not page.xpath("//video | //a[@data-s]")
    assert "no player here" in words_of(page)
    assert "media-src" not in page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]


def test_times_lead_to_the_video_without_a_script_too() -> None:
    page = page_of(made_explanation())
    links = page.xpath("//a[@data-s]/@href")
    assert "video#t=3.00" in links
    assert all(re.fullmatch(r"video#t=\d+\.\d\d", link) for link in links)


def test_screen_readers_find_their_way() -> None:
    page = page_of(made_explanation(), "ja")
    assert page.xpath("//a[@class='skip']/@href") == ["#main"]
    (main,) = page.iter("main")
    assert main.get("id") == "main"
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for section in page.iter("section"):
        (heading,) = section.xpath(f".//h2[@id='{section.get('aria-labelledby')}']")
        assert heading.text
    for picture in page.iter("svg"):
        assert picture.get("role") == "img"
        assert picture.get("aria-label")
    for box in page.iter("input"):
        assert box.getparent().tag == "label"
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_a_table_stands_behind_each_chart() -> None:
    page = page_of(made_explanation())
    (timeline,) = page.xpath("//section[@id='timeline']//table")
    rows = [[cell.text_content() for cell in row] for row in timeline.xpath(".//tbody/tr")]
    assert rows[3] == ["3.0", "4.0", "1.60", "1.10", "2.10"]
    assert len(rows) == 10
    (labels,) = page.xpath("//section[@id='labels']//table")
    shares = [float(row[1].text.rstrip("%")) for row in labels.xpath(".//tbody/tr")]
    assert sum(shares) == pytest.approx(100, abs=1)


def test_attributes_are_the_worst_first_and_zero_shot_is_said() -> None:
    page = page_of(made_explanation())
    rows = page.xpath("//section[@id='attributes']//tbody/tr")
    assert [row[1].text for row in rows] == ["17", "38", "44"]
    assert ["zero-shot" in row.text_content() for row in rows] == [False, True, False]


def test_what_is_not_known_is_not_shown_as_if_it_were() -> None:
    bare = made_explanation(spans=(), moments=(), maps=(), attributes={})
    page = page_of(bare)
    assert not page.xpath("//section[@id='frames'] | //div[@class='timeline']")
    words = words_of(page)
    assert TEXTS["timeline_none"]["en"] in words
    assert TEXTS["attributes_none"]["en"] in words
    assert TEXTS["no_moments"]["en"] not in words


def test_an_even_frame_names_no_place() -> None:
    even = HeatMap(7.2, 180, 640, 360, ((0.1, 0.2),), 0.01)
    words = words_of(page_of(made_explanation(maps=(even,))))
    assert TEXTS["frame_even"]["en"] in words
    assert "costs" not in words


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_frame_that_the_model_does_not_mind_is_not_among_the_worst(language: str) -> None:
    even = HeatMap(7.2, 180, 640, 360, ((0.1, 0.2),), 0.01)

    def heading(made: Explanation) -> str:
        (found,) = page_of(made, language).xpath("//section[@id='frames']/h2")
        return str(found.text)

    made = made_explanation(maps=(even,))
    assert heading(made) == TEXTS["frames"][language]
    assert heading(replace(made, moments=())) == TEXTS["frames_unminded"][language]


def test_remarks_warnings_and_the_profile_come_first() -> None:
    reading = Reading("broadcast", "c1", 31, 3.1, "fair", 0.6, mos_low=2.6, mos_high=3.6, interval_coverage=0.9)
    made = made_explanation(remarks=({"key": "why_coarse", "looked": 40, "total": 900, "apart": 22.5},))
    rating = replace(made.rating, warnings=("warning_frozen",), reading=reading)
    page = page_of(replace(made, rating=rating))
    notices = [one.text for one in page.xpath("//section[@id='remarks']/p")]
    assert len(notices) == 3
    assert "40 of 900" in notices[2]
    tiles = [tile.text_content() for tile in page.xpath("//div[@class='tile']")]
    assert tiles[0].startswith("31")
    assert "2.60 to 3.60" in tiles[1]


@pytest.mark.parametrize(("language", "said"), [("en", "blocks are seen"), ("ja", "ブロックノイズが見えます")])
def test_a_moment_says_what_is_wrong_in_it(language: str, said: str) -> None:
    """In Japanese an attribute is named for what is good: few blocks."""
    made = made_explanation(moments=(Moment(3.0, 4.0, 3.4, 1.6, "blockiness"),), maps=())
    assert page_of(made, language).xpath("//ol[@class='moments']//strong/text()") == [said]


@given(st.text(max_size=40), st.sampled_from(["en", "ja"]))
def test_no_name_of_a_file_model_or_attribute_becomes_markup(name: str, language: str) -> None:
    hostile = f"{name}<script>alert(1)</script>'\"&"
    made = made_explanation(
        "/v/" + hostile,
        attributes={
            hostile: AttributeRating(hostile, distribution(30)),
            "noise": AttributeRating("noise", distribution(12)),
        },
    )
    rating = replace(made.rating, model=hostile, text=hostile)
    page = lxml.html.fromstring(why_page(replace(made, rating=rating), language, player=Player(hostile, hostile)))
    assert len(page.xpath("//script")) == 1
    assert not page.xpath("//script[contains(text(), 'alert')]")


def test_a_name_that_is_no_unicode_can_be_written() -> None:
    why_page(made_explanation("/v/\udce9.mp4"), "ja", player=None).encode("utf-8")


@pytest.mark.parametrize(
    ("path", "codec", "known_as"),
    [
        ("a.mp4", "h264", "video/mp4"),
        ("a.MOV", "h264", "video/mp4"),
        ("a.mkv", "h264", "video/webm"),
        ("a.webm", "vp9", "video/webm"),
        ("a.webm", "vp8", "video/webm"),
        ("a.mp4", "av1", "video/mp4"),
        ("a.mp4", "hevc", None),
        ("a.avi", "h264", None),
        ("a.ts", "h264", None),
        ("a.mov", "prores", None),
        ("a.gif", "gif", None),
        ("a.png", "png", None),
        ("noending", "h264", None),
    ],
)
def test_what_a_browser_plays(path: str, codec: str, known_as: str | None) -> None:
    assert media_type(path, codec) == known_as
