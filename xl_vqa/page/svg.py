"""A plane with axes as inline SVG: no script, no font, no file besides the page. Sizes are in CSS pixels."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from xl_vqa.page.colours import BLUE, FAINT, GRID, INK
from xl_vqa.page.ticks import Tick, ticks, wide

_RIGHT, _TOP = 14, 14
_TITLE, _TICKS = 20, 26
"""What the title and the ticks below the axis take."""


class Plane:
    """Parts are drawn in data coordinates, in the order of the calls; ``render`` closes the picture."""

    def __init__(
        self,
        x_range: tuple[float, float],
        y_range: tuple[float, float],
        x_title: str = "",
        y_title: str = "",
        *,
        width: int = 440,
        height: int = 400,
        left: int = 54,
        grid: Literal["rows", "columns", "none"] = "rows",
        x_ticks: Sequence[Tick] | None = None,
        y_ticks: Sequence[Tick] | None = None,
    ) -> None:
        self.x_range, self.y_range = wide(*x_range), wide(*y_range)
        self.width, self.height, self.left = width, height, left
        self._bottom = height - _TICKS - (_TITLE if x_title else 0)
        self._parts: list[str] = []
        self._grid = grid
        self._axes(
            x_title,
            y_title,
            ticks(*self.x_range) if x_ticks is None else x_ticks,
            ticks(*self.y_range) if y_ticks is None else y_ticks,
        )

    def x(self, value: float) -> float:
        low, high = self.x_range
        return self.left + (min(max(value, low), high) - low) / (high - low) * (self.width - self.left - _RIGHT)

    def y(self, value: float) -> float:
        low, high = self.y_range
        share = (min(max(value, low), high) - low) / (high - low)
        return self._bottom - share * (self._bottom - _TOP)

    def dot(self, x: float, y: float, tip: str, *, color: str = BLUE, radius: float = 3, alpha: float = 1) -> None:
        self._parts.append(
            f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{radius:g}" fill="{color}" '
            f'fill-opacity="{alpha:g}">{_tip(tip)}</circle>'
        )

    def line(
        self, points: Sequence[tuple[float, float]], *, color: str = INK, dash: str = "", size: float = 1.5
    ) -> None:
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{size:g}"{dashed}/>'
        )

    def box(
        self, x_range: tuple[float, float], y_range: tuple[float, float], tip: str, *, color: str, alpha: float = 1
    ) -> None:
        left, right = sorted(self.x(x) for x in x_range)
        top, bottom = sorted(self.y(y) for y in y_range)
        self._parts.append(
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" height="{bottom - top:.1f}" '
            f'fill="{color}" fill-opacity="{alpha:.3g}">{_tip(tip)}</rect>'
        )

    def note(
        self, x: float, y: float, text: str, *, color: str = INK, anchor: str = "start", up: float = 0
    ) -> None:
        """Text with a white rim, so that it can be read above dots."""
        self._parts.append(
            f'<text x="{self.x(x):.1f}" y="{self.y(y) - up:.1f}" text-anchor="{anchor}" fill="{color}" '
            f'paint-order="stroke" stroke="#fff" stroke-width="3">{escape(text)}</text>'
        )

    def label(self, x: float, y: float, text: str, *, color: str) -> None:
        """Text centred on a point, without a rim."""
        self._parts.append(
            f'<text x="{self.x(x):.1f}" y="{self.y(y) + 4:.1f}" text-anchor="middle" fill="{color}">'
            f"{escape(text)}</text>"
        )

    def render(self, title: str) -> str:
        """The picture; ``title`` is what a screen reader says."""
        return (
            f'<svg viewBox="0 0 {self.width} {self.height}" width="{self.width}" role="img" '
            f'aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">{"".join(self._parts)}</svg>'
        )

    def _axes(
        self,
        x_title: str,
        y_title: str,
        x_ticks: Sequence[Tick],
        y_ticks: Sequence[Tick],
    ) -> None:
        left, right, bottom = self.left, self.width - _RIGHT, self._bottom
        for value, text in y_ticks:
            y = self.y(value)
            if self._grid == "rows":
                self._parts.append(f'<line x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
            self._parts.append(_text(left - 6, y + 4, text, "end"))
        for value, text in x_ticks:
            x = self.x(value)
            if self._grid == "columns":
                self._parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{bottom}" stroke="{GRID}"/>')
            self._parts.append(_text(x, bottom + 16, text, "middle"))
        self._parts.append(f'<line x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}" stroke="{FAINT}"/>')
        if x_title:
            self._parts.append(_text((left + right) / 2, self.height - 8, x_title, "middle"))
        if not y_title:
            return
        middle = (_TOP + bottom) / 2
        self._parts.append(
            f'<text transform="translate(13 {middle:.1f}) rotate(-90)" text-anchor="middle" fill="{FAINT}">'
            f"{escape(y_title)}</text>"
        )


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{FAINT}">{escape(text)}</text>'


def picture_file(pictures: Sequence[str], width: int, height: int) -> str:
    """Pictures of one width beside each other as a file of its own: white behind them, letters of any system."""
    each = width // max(1, len(pictures))
    placed = "".join(f'<g transform="translate({k * each} 0)">{one}</g>' for k, one in enumerate(pictures))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="white"/>{placed}</svg>\n'
    )
