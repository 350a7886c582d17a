"""Charts as inline SVG: no script, no font, no file besides the page. Sizes are in CSS pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

INK: Final = "#1f2933"
FAINT: Final = "#8a94a0"
GRID: Final = "#e3e7eb"
BAR: Final = "#4c78a8"
MARK: Final = "#c2410c"

_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 26


@dataclass(frozen=True, slots=True)
class Bar:
    """``tick`` is written below the bar (empty: nothing), ``tip`` is shown on hovering."""

    value: float
    tick: str = ""
    tip: str = ""
    color: str = BAR


def bar_chart(bars: Sequence[Bar], title: str, *, width: int = 440, height: int = 180) -> str:
    """Counts as bars over a zero baseline; ``title`` is what a screen reader says."""
    top = nice_ceiling(max((bar.value for bar in bars), default=1.0))
    inner_width, inner_height = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM
    step = inner_width / max(len(bars), 1)
    gap = min(6.0, step * 0.18)
    parts = [_axis(top, width, inner_height)]
    for index, bar in enumerate(bars):
        x = _LEFT + index * step
        tall = inner_height * bar.value / top
        # a count of one must be seen beside a count of thousands
        tall = max(tall, 1.5) if bar.value > 0 else 0.0
        parts.append(
            f'<rect x="{x + gap / 2:.1f}" y="{_TOP + inner_height - tall:.1f}" width="{step - gap:.1f}" '
            f'height="{tall:.1f}" fill="{bar.color}"><title>{escape(bar.tip)}</title></rect>'
        )
        if bar.tick:
            parts.append(_text(x + step / 2, height - 8, bar.tick, "middle"))
    parts.append(_baseline(width, inner_height))
    return _svg(parts, title, width, height)


def line_chart(
    points: Sequence[tuple[float, float]],
    title: str,
    *,
    mark: tuple[float, float] | None = None,
    mark_text: str = "",
    low: float = 0.0,
    high: float = 1.0,
    ticks: Sequence[float] = (),
    width: int = 440,
    height: int = 180,
) -> str:
    """A curve over positive x, drawn on the logarithm of x; ``mark`` is one point to stand out."""
    inner_width, inner_height = width - _LEFT - _RIGHT, height - _TOP - _BOTTOM
    largest = max(max(x for x, _ in points), mark[0] if mark else 1.0)
    smallest = min(min(x for x, _ in points), mark[0] if mark else math.inf)
    span = math.log(largest / smallest) or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        across = math.log(x / smallest) / span
        up = (min(max(y, low), high) - low) / (high - low)
        return _LEFT + across * inner_width, _TOP + (1 - up) * inner_height

    parts = []
    for step in range(5):
        value = low + (high - low) * step / 4
        _, y = place(smallest, value)
        parts.append(f'<line x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(_text(_LEFT - 6, y + 4, f"{value:.2f}", "end"))
    for tick in ticks:
        x, _ = place(tick, low)
        parts.append(_text(x, height - 8, f"{tick:g}", "middle"))
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in points))
    parts.append(f'<polyline points="{path}" fill="none" stroke="{BAR}" stroke-width="2"/>')
    if mark is not None:
        x, y = place(*mark)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{MARK}" stroke="white" stroke-width="1.5"/>')
        anchor, dx = ("end", -9) if x > width * 0.6 else ("start", 9)
        parts.append(_text(x + dx, y + 18, mark_text, anchor, MARK))
    return _svg(parts, title, width, height)


def nice_ceiling(value: float) -> float:
    """The lowest of 2, 4, 6, 8, 10, 12, 16, 20, 30, 40, 50, ... not below ``value``: its half is a whole count."""
    if value <= 10:
        return max(2.0, 2.0 * math.ceil(value / 2))
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        step * power for step in (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * (1 - 1e-12)
    )


def _axis(top: float, width: int, inner_height: int) -> str:
    parts = []
    for share in (0.5, 1.0):
        y = _TOP + inner_height * (1 - share)
        parts.append(f'<line x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{GRID}"/>')
        parts.append(_text(_LEFT - 6, y + 4, f"{top * share:,.10g}", "end"))
    return "".join(parts)


def _baseline(width: int, inner_height: int) -> str:
    y = _TOP + inner_height
    return f'<line x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y}" y2="{y}" stroke="{FAINT}"/>'


def _text(x: float, y: float, text: str, anchor: str, color: str = FAINT) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">{escape(text)}</text>'


def _svg(parts: Sequence[str], title: str, width: int, height: int) -> str:
    return (
        f'<svg class="{"big" if width > 600 else "small"}" viewBox="0 0 {width} {height}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )
