"""Small pictures of a page as inline SVG: a frame with what is laid over it, a distribution on one line."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from xl_vqa.page.colours import BLUE, FAINT, GRID, INK

HEAT: Final = "#ff2d00"
"""Laid over pictures of any colour, in both schemes."""
_MOST: Final = 0.62
"""How much of the picture the hottest part hides."""
_LEAST: Final = 0.04


def heat_picture(
    jpeg: str,
    size: tuple[int, int],
    relevance: Sequence[Sequence[float]],
    title: str,
    *,
    box: tuple[float, float, float, float] | None = None,
    width: int = 480,
) -> str:
    """A picture (base64; empty: a grey field of its shape) under a heat map, inline SVG.

    ``size`` are the picture's width and height, ``relevance`` [rows][columns] is in 0..1 over all of it, ``box`` a
    part as shares from the left, top, to the right, bottom. ``title`` is what a screen reader says. What lies over
    the picture is ``class="heat"``.
    """
    height = max(round(width * size[1] / max(size[0], 1)), 1)
    rows, columns = len(relevance), len(relevance[0])
    parts = [f'<rect width="{width}" height="{height}" fill="#808080"/>']
    if jpeg:
        shown = f'width="{width}" height="{height}" preserveAspectRatio="none"'
        parts.append(f'<image href="data:image/jpeg;base64,{jpeg}" {shown}/>')
    parts.append('<g class="heat">')
    across, down = width / columns, height / rows
    for row, values in enumerate(relevance):
        for column, value in enumerate(values):
            alpha = min(max(value, 0.0), 1.0) * _MOST
            if alpha >= _LEAST:
                # a hair wider than its place: else the picture shines through between neighbours
                parts.append(
                    f'<rect x="{column * across:.1f}" y="{row * down:.1f}" width="{across + 0.3:.1f}" '
                    f'height="{down + 0.3:.1f}" fill="{HEAT}" fill-opacity="{alpha:.2f}"/>'
                )
    if box is not None:
        left, top, right, bottom = box
        place = (
            f'x="{left * width:.1f}" y="{top * height:.1f}" width="{(right - left) * width:.1f}" '
            f'height="{(bottom - top) * height:.1f}" fill="none"'
        )
        parts.append(f'<rect {place} stroke="#000" stroke-opacity="0.6" stroke-width="4"/>')
        parts.append(f'<rect {place} stroke="white" stroke-opacity="0.95" stroke-width="2"/>')
    parts.append("</g>")
    return _svg(width, height, title, parts)


def distribution_strip(
    probabilities: Sequence[float], share: float, title: str, *, width: int = 240, height: int = 34
) -> str:
    """How probable each value is, as bars over a track that is filled up to ``share`` (0..1), inline SVG."""
    most = max([*probabilities, 1e-9])
    each, room = width / max(len(probabilities), 1), height - 10
    parts = []
    for place, probability in enumerate(probabilities):
        tall = probability / most * room
        if tall >= 0.3:
            parts.append(
                f'<rect x="{place * each:.1f}" y="{room - tall:.1f}" width="{each * 0.9:.1f}" height="{tall:.1f}" '
                f'fill="{FAINT}" fill-opacity="0.55"/>'
            )
    end = min(max(share, 0.0), 1.0) * width
    parts.append(f'<rect y="{room + 2}" width="{width}" height="7" rx="3.5" fill="{GRID}"/>')
    parts.append(f'<rect y="{room + 2}" width="{end:.1f}" height="7" rx="3.5" fill="{BLUE}"/>')
    parts.append(f'<rect x="{end - 1:.1f}" width="2" height="{height}" fill="{INK}"/>')
    return _svg(width, height, title, parts)


def _svg(width: int, height: int, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="{escape(title)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</svg>'
    )
