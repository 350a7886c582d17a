"""The page of a rating in a real browser: it plays, follows times, reads aloud, and fits, in both schemes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.made_explanation import made_explanation
from tests.media import make_clip
from xl_vqa.why_page.page import why_page
from xl_vqa.why_page.player import Player

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("why")
    make_clip(folder / "clip.mp4", frames=100, fps=10, width=160, height=90)
    for language in ("en", "ja"):
        html = why_page(made_explanation(str(folder / "clip.mp4")), language, player=Player("clip.mp4"))
        (folder / f"{language}.html").write_text(html, encoding="utf-8")
    return folder


@pytest.fixture
def context(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    made = browser.new_context(**getattr(request, "param", {}))
    yield made
    made.close()


def opened(context: Any, file: Path) -> tuple[Any, list[str]]:
    """The page, and what went wrong in it so far: console, script, requests."""
    wrong: list[str] = []
    page = context.new_page()
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if asked.url.startswith("http") else None)
    page.goto(file.as_uri())
    return page, wrong


def until(page: Any, condition: str) -> None:
    """Waits for what the page says; Playwright's own way of waiting is not allowed by the page's rule."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(condition)


def playable(page: Any) -> None:
    until(page, "document.querySelector('video').readyState >= 1")


def test_the_player_goes_where_a_time_was_chosen(context: Any, folder: Path) -> None:
    page, wrong = opened(context, folder / "en.html")
    playable(page)
    page.click("#video a[data-s='3.400']")
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(3.4, abs=0.01)
    assert page.get_attribute(".timeline", "aria-valuetext") == "3.0 to 4.0 s: MOS 1.60, from 1.10 to 2.10"
    assert wrong == []


def test_the_chart_is_a_slider_for_mouse_and_keyboard(context: Any, folder: Path) -> None:
    page, wrong = opened(context, folder / "ja.html")
    playable(page)
    slider = page.get_by_role("slider", name="動画の時刻")
    slider.focus()
    for key, piece in (("End", 9.0), ("Home", 0.0), ("ArrowRight", 1.0), ("PageUp", 6.0), ("ArrowLeft", 5.0)):
        page.keyboard.press(key)
        # a hair into the piece, so that the piece before is not meant
        assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(piece, abs=0.01)
    box = page.locator(".timeline svg").bounding_box()
    left, right, *_ = map(float, page.get_attribute(".timeline", "data-plot").split())
    page.mouse.click(box["x"] + box["width"] * (left + (right - left) * 0.75) / 920, box["y"] + box["height"] / 2)
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(7.5, abs=0.1)
    assert wrong == []


def test_the_video_plays_and_the_chart_follows(context: Any, folder: Path) -> None:
    page, _ = opened(context, folder / "en.html")
    playable(page)
    page.locator(".timeline").focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames > 3")
    until(page, "Number(document.querySelector('.timeline').getAttribute('aria-valuenow')) > 0.2")
    page.keyboard.press("Space")
    until(page, "document.querySelector('video').paused")


@pytest.mark.parametrize("context", [{"java_script_enabled": False}], indirect=True)
def test_everything_is_read_without_a_script(context: Any, folder: Path) -> None:
    page, wrong = opened(context, folder / "en.html")
    assert page.locator("svg[role=img]").count() == 6
    assert page.get_by_role("slider").count() == 0
    page.locator("#timeline summary").click()
    assert page.get_by_role("cell", name="1.60").is_visible()
    heat = page.locator(".heat").first
    assert heat.is_visible()
    page.get_by_role("checkbox").uncheck()
    assert not heat.is_visible()
    assert wrong == []


def test_the_keyboard_reaches_everything_and_the_first_stop_skips(context: Any, folder: Path) -> None:
    page, _ = opened(context, folder / "en.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("(e => e.tagName + '.' + e.className)(document.activeElement)"))
    assert {"VIDEO.", "A.", "DIV.timeline", "SUMMARY.", "INPUT."} <= reached


CONTRAST = """
() => {
  const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const below = (e) => {
    for (; e; e = e.parentElement) {
      const found = numbers(getComputedStyle(e).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || e.closest("script, title, .skip")) continue;
    const style = getComputedStyle(e);
    const above = numbers(e.closest("svg") ? style.fill : style.color);
    const [a, b] = [light(above), light(below(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) poor.push(walk.currentNode.data);
  }
  return poor;
}
"""


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("context", [{"color_scheme": "light"}, {"color_scheme": "dark"}], indirect=True)
def test_it_fits_and_can_be_read_in_both_schemes(
    context: Any, folder: Path, language: str, request: pytest.FixtureRequest
) -> None:
    page, wrong = opened(context, folder / f"{language}.html")
    playable(page)
    for summary in page.locator("summary").all():
        summary.click()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CONTRAST) == []
    red, green, blue = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert (red + green + blue < 200) == (request.node.callspec.params["context"]["color_scheme"] == "dark")
    assert wrong == []


def test_no_letter_is_missing(context: Any, folder: Path) -> None:
    """Every heading is as wide as its letters: a box for a missing one would be as wide whatever the letter."""
    page, _ = opened(context, folder / "ja.html")
    widths = page.evaluate(
        """() => ['品', '質', 'ー', '、', '1', 'i'].map((letter) => {
            const e = document.createElement('canvas').getContext('2d');
            e.font = getComputedStyle(document.body).font;
            e.canvas.width = e.canvas.height = 32; e.fillText(letter, 4, 22);
            return e.getImageData(0, 0, 32, 32).data.join();
        })"""
    )
    assert len(set(widths)) == len(widths)
