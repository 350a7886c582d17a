"""The worst frames of several videos as one picture, a video a row: to be put into a sheet."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.page.timeline import clock
from xl_vqa.words.explanation import Explanation, HeatMap

if TYPE_CHECKING:
    from PIL import Image

WIDTH: Final = 320
"""Of a frame, in pixels."""
MOST: Final = 4
"""Frames of a video."""
_GAP, _LINE = 8, 20
_HEAT: Final = (255, 45, 0)
_MOST_HIDDEN: Final = 0.62
_FONTS: Final = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansJP-Regular.otf",
    "YuGothM.ttc",
    "meiryo.ttc",
    "msgothic.ttc",
    "ヒラギノ角ゴシック W3.ttc",
    "DejaVuSans.ttf",
)
"""Names of files of Linux, Windows and macOS; the first of them that is there, for names of files in Japanese."""


def contact_sheet(explanations: Sequence[Explanation], language: str) -> bytes:
    """A PNG file: above each row the video's name, its label and band; below each frame its time.

    A video without pictures of its worst frames has its line alone.
    """
    from PIL import Image, ImageDraw

    font = _font()
    rows = [[one for one in made.maps if one.jpeg][:MOST] for made in explanations]
    across = max([1, *map(len, rows)])
    heights = [max([0, *(_height(one) + _LINE for one in row)]) + _LINE + _GAP for row in rows]
    sheet = Image.new("RGB", (across * (WIDTH + _GAP) + _GAP, sum(heights) + _GAP), "white")
    draw = ImageDraw.Draw(sheet)
    top = _GAP
    for made, row, height in zip(explanations, rows, heights, strict=True):
        rating = made.rating
        # a name of bytes that are no text cannot be drawn
        name = PurePath(made.path).name.encode("utf-8", "replace").decode()
        title = f"{name}   {rating.label}  {rating.band.name(language)}"
        draw.text((_GAP, top), title, fill=(31, 41, 51), font=font)
        for place, one in enumerate(row):
            left = _GAP + place * (WIDTH + _GAP)
            sheet.paste(_under_heat(one), (left, top + _LINE))
            below = top + _LINE + _height(one)
            draw.text((left, below), f"{clock(one.time_s, 2)} s", fill=(95, 107, 119), font=font)
        top += height
    data = io.BytesIO()
    sheet.save(data, "PNG")
    return data.getvalue()


def _height(one: HeatMap) -> int:
    return max(round(WIDTH * one.height / max(one.width, 1)), 1)


def _under_heat(one: HeatMap) -> Image.Image:
    """The frame, red where its map is."""
    from PIL import Image, ImageDraw

    size = (WIDTH, _height(one))
    frame = Image.open(io.BytesIO(one.picture)).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    values = bytes(round(255 * _MOST_HIDDEN * min(max(value, 0.0), 1.0)) for row in one.relevance for value in row)
    mask = Image.frombytes("L", (len(one.relevance[0]), len(one.relevance)), values)
    frame.paste(Image.new("RGB", size, _HEAT), mask=mask.resize(size, Image.Resampling.NEAREST))
    if one.box is not None:
        box = (
            one.box.left * size[0],
            one.box.top * size[1],
            one.box.right * size[0] - 1,
            one.box.bottom * size[1] - 1,
        )
        ImageDraw.Draw(frame).rectangle(box, outline="white", width=2)
    return frame


def _font() -> Any:
    from PIL import ImageFont

    for name in _FONTS:
        try:
            return ImageFont.truetype(name, 14)
        except OSError:
            continue
    return ImageFont.load_default(14)
