"""The page of a rating as a screen reader is given it: the accessibility tree of a real browser."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.made_explanation import made_explanation
from tests.media import make_clip
from xl_vqa.explaining.in_words import place_name
from xl_vqa.why_page.page import why_page
from xl_vqa.why_page.player import Player
from xl_vqa.why_page.texts import TEXTS

pytestmark = pytest.mark.browser

NAMED = {"region", "image", "table", "slider", "checkbox", "link", "button", "DisclosureTriangle", "Video"}
HEADS = {"columnheader", "rowheader"}
RING = """(() => {
  const e = document.activeElement;
  // within the player the browser draws it
  return e.matches("video") || (e.matches(":focus-visible") && getComputedStyle(e).outlineStyle);
})()"""
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True)
class Node:
    """What is said of one thing; ``within``: the roles around it, from the outside in, and their names."""

    role: str
    name: str
    description: str
    level: int
    within: tuple[tuple[str, str], ...]

    def inside(self, role: str) -> bool:
        return any(one == role for one, _ in self.within)

    @property
    def region(self) -> str:
        return next((name for role, name in self.within if role == "region"), "")


def tree_of(page: Any) -> list[Node]:
    """All that is read, in the order of reading; the browser's own player is one thing."""
    told = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {one["nodeId"]: one for one in told}
    found: list[Node] = []

    def text(one: Any, key: str) -> str:
        return str(one.get(key, {}).get("value", ""))

    def visit(one: Any, within: tuple[tuple[str, str], ...]) -> None:
        role = text(one, "role")
        if not one.get("ignored") and role not in ("none", "generic", "InlineTextBox"):
            facts = {fact["name"]: fact["value"].get("value") for fact in one.get("properties", ())}
            level = int(facts.get("level") or 0)
            found.append(Node(role, text(one, "name"), text(one, "description"), level, within))
            within = (*within, (role, text(one, "name")))
        if role != "Video":
            for child in one.get("childIds", ()):
                if child in by_id:
                    visit(by_id[child], within)

    visit(told[0], ())
    return found


@pytest.fixture(scope="module", params=["en", "ja"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def page(browser: Any, language: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("read")
    make_clip(folder / "clip.mp4", frames=100, fps=10, width=160, height=90)
    html = why_page(made_explanation(str(folder / "clip.mp4")), language, player=Player("clip.mp4"))
    (folder / "why.html").write_text(html, encoding="utf-8")
    page = browser.new_page()
    page.goto((folder / "why.html").as_uri())
    for summary in page.locator("summary").all():
        summary.click()
    return page


@pytest.fixture(scope="module")
def tree(page: Any) -> list[Node]:
    return tree_of(page)


def test_headings_and_landmarks_are_a_table_of_contents(tree: list[Node], language: str) -> None:
    headings = [one for one in tree if one.role == "heading"]
    assert [one.level for one in headings].count(1) == 1
    assert headings[0].level == 1
    assert all(after.level <= before.level + 1 for before, after in itertools.pairwise(headings))
    assert [one.role for one in tree].count("main") == 1
    regions = [one.name for one in tree if one.role == "region"]
    keys = ("video", "timeline", "frames", "attributes", "labels", "made")
    assert regions == [TEXTS[key][language] for key in keys]
    assert set(regions) <= {one.name for one in headings}
    # nothing that is read lies outside of a landmark but the way past it all
    outside = [one for one in tree[1:] if one.role != "main" and not one.inside("main")]
    assert {one.name for one in outside} == {TEXTS["skip"][language]}


def test_everything_that_can_be_reached_has_a_name_of_its_own(tree: list[Node], language: str) -> None:
    named = [one for one in tree if one.role in NAMED | HEADS]
    assert {one.role for one in named} >= {"region", "image", "table", "slider", "checkbox", "link", *HEADS}
    assert [one for one in named if not one.name.strip()] == []
    for role in ("table", "region", "DisclosureTriangle", "slider", "image"):
        names = [one.name for one in named if one.role == role]
        assert len(names) == len(set(names)), role
    if language == "ja":
        spoken = [one.name for one in named if one.name != "MOS" and re.search(r"[^\d.%]", one.name)]
        assert [name for name in spoken if not JAPANESE.search(name)] == []


def test_each_chart_is_told_in_words_and_as_a_table(tree: list[Node], language: str) -> None:
    (slider,) = (one for one in tree if one.role == "slider")
    # the lowest of the made explanation, and when
    assert all(figure in slider.description for figure in ("1.60", "3.5"))
    by_region = {
        region: {one.role: one.name for one in tree if one.region == region}
        for region in {one.region for one in tree}
    }
    for key in ("timeline", "attributes", "labels"):
        assert by_region[TEXTS[key][language]]["table"] == TEXTS[key][language]
    charts = [one for one in tree if one.role == "image" and one.region == TEXTS["labels"][language]]
    assert len(charts) == 1
    (box,) = (one.box for one in made_explanation().maps)
    assert box is not None
    (heat,) = (one for one in tree if one.role == "image" and one.region == TEXTS["frames"][language])
    assert place_name(box, language) in heat.name


def test_every_row_of_a_table_has_its_name(tree: list[Node], page: Any) -> None:
    rows = page.locator("tbody tr").count()
    heads = [one for one in tree if one.role == "rowheader"]
    assert len(heads) == rows > 10


def test_tab_goes_through_the_page_in_the_order_of_reading(page: Any) -> None:
    page.evaluate("document.activeElement.blur(); window.getSelection().removeAllRanges()")
    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    places, wanted = [], page.locator("a, summary, input, .timeline, video").count()
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        place = page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)")
        places.append(place)
        assert page.evaluate(RING) not in (False, "none"), place
    assert places == sorted(places)
    assert len(set(places)) >= wanted


def test_without_a_script_the_chart_is_a_picture_with_the_same_words(
    browser: Any, tree: list[Node], language: str, tmp_path: Path
) -> None:
    (tmp_path / "why.html").write_text(why_page(made_explanation(), language), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False)
    still = context.new_page()
    still.goto((tmp_path / "why.html").as_uri())
    (slider,) = (one for one in tree if one.role == "slider")
    assert slider.description in [one.name for one in tree_of(still) if one.role == "image"]
    context.close()


def test_no_column_is_there_for_nothing(browser: Any, language: str, tmp_path: Path) -> None:
    taught = {name: replace(one, source="taught") for name, one in made_explanation().attributes.items()}
    (tmp_path / "why.html").write_text(why_page(made_explanation(attributes=taught), language), encoding="utf-8")
    plain = browser.new_page()
    plain.goto((tmp_path / "why.html").as_uri())
    heads = [one.name for one in tree_of(plain) if one.role == "columnheader"]
    assert TEXTS["distribution"][language] in heads
    assert TEXTS["source"][language] not in heads
    plain.close()
