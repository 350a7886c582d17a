"""The README's pictures: there in both languages, small, and made by the script alone."""

from __future__ import annotations

from PIL import Image

from tests.printed.commands import ROOT
from tools.make_pictures import FOLDER, LIMIT, WIDTH

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_picture_is_shown_small_and_there_in_both_languages() -> None:
    names = [f"{name}.{language}.png" for name in ("sheet", "dashboard", "why") for language in ("en", "ja")]
    for file in (FOLDER / name for name in names):
        assert file.stat().st_size < LIMIT, file.name
        assert f"docs/pictures/{file.name}" in README
        with Image.open(file) as picture:
            assert picture.format == "PNG"
            assert 400 < picture.width <= WIDTH
