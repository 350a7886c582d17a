"""Every link between the project's pages leads somewhere, and the guides say the same in both languages."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from tests.printed.commands import PAGES, ROOT, on_page

_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]+))?\)")
MARKDOWN = sorted(path for pattern in PAGES if pattern.endswith(".md") for path in ROOT.glob(pattern))
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))


def _text(path: Path) -> str:
    """Without code, in which brackets mean other things."""
    return re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def _anchors(path: Path) -> set[str]:
    """As the usual viewers make them: small letters, no punctuation, a dash for each blank."""
    headings = re.findall(r"(?m)^#+ (.*)$", path.read_text(encoding="utf-8"))
    kept = ("".join(c for c in h.lower() if c in "-_ " or unicodedata.category(c)[0] in "LNM") for h in headings)
    return {anchor.strip().replace(" ", "-") for anchor in kept}


@pytest.mark.parametrize("page", MARKDOWN, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for file, anchor in _LINK.findall(_text(page)):
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), f"{page.name}: {file}"
        if anchor:
            assert anchor in _anchors(target), f"{page.name}: {file}#{anchor}"


def test_every_guide_is_there_in_both_languages() -> None:
    assert len(GUIDES) >= 5
    assert [guide.name for guide in GUIDES] == sorted(path.name for path in (GUIDES[0].parent / "ja").glob("*.md"))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_both_languages_name_the_same_commands(guide: Path) -> None:
    """And link to each other; words in the place of a name may differ."""
    japanese = guide.parent / "ja" / guide.name
    for one, other in ((guide, japanese), (japanese, guide)):
        assert any((one.parent / file).resolve() == other for file, _ in _LINK.findall(_text(one)))
    commands = [
        sorted({re.sub(r" --lang ja|[^\x20-\x7e]+|NAME|Source", "", command.text) for command in on_page(page)})
        for page in (guide, japanese)
    ]
    assert commands[0] == commands[1]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_guides_are_on_the_front_page(guide: Path) -> None:
    front = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"docs/guides/{guide.name}" in front
    assert f"docs/guides/ja/{guide.name}" in front
