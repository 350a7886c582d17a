"""The page behind a one-time link of a host, in a real browser: it comes, it plays, and nobody else sees it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import media
from tests.host import helpers
from xl_vqa.bridge.client import HostClient
from xl_vqa.explaining.in_words import sentence

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostClient]:
    settings = helpers.settings_for(tmp_path_factory.mktemp("served") / "home")
    with helpers.cleaned_up(settings), HostClient(settings) as made:
        yield made


def test_a_link_opens_in_one_browser_and_plays_there(browser: Any, client: HostClient, tmp_path: Path) -> None:
    clip = media.make_clip(tmp_path / "動画 1.mp4", 160, 90, 100, 10)
    made = client.explain(str(clip), pictures=False)
    address = client.why_page(made, "ja")
    first, second = browser.new_context(), browser.new_context()
    wrong: list[str] = []
    page = first.new_page()
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    ranges: list[int] = []
    page.on("response", lambda answer: ranges.append(answer.status) if answer.url.endswith("/video") else None)
    page.goto(address)
    assert page.locator(".sentence").text_content() == sentence(made, "ja")
    page.locator(".timeline").focus()
    page.keyboard.press("End")
    for _ in range(600):
        if page.evaluate("(v => v.readyState >= 2 && !v.seeking)(document.querySelector('video'))"):
            break
        page.wait_for_timeout(50)
    assert page.evaluate("document.querySelector('video').currentTime") > 5
    assert page.evaluate("document.querySelector('video').error") is None
    assert set(ranges) == {206}
    assert wrong == []
    page.reload()
    assert page.locator(".sentence").count() == 1
    stranger = second.new_page()
    answer = stranger.goto(address)
    assert answer.status == 410
    assert "リンク" in stranger.locator("main").text_content() or "link" in stranger.locator("main").text_content()
    first.close()
    second.close()
