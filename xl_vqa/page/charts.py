"""Charts that more than one report draws: bars, a curve over a logarithm, lines over dates or thresholds."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from xl_vqa.page.colours import BLUE, FAINT, GREEN, INK, RUST
from xl_vqa.page.svg import Plane
from xl_vqa.page.ticks import Tick, plain, round_axis

_MOST_TICKS: Final = 10
_LINES: Final = ("#d9822b", INK, GREEN)


@dataclass(frozen=True, slots=True)
class Bar:
    """``tick`` is written below the bar (empty: nothing), ``tip`` is shown on hovering."""

    value: float
    tick: str = ""
    tip: str = ""
    color: str = BLUE


@dataclass(frozen=True, slots=True)
class Mark:
    """One place of a chart that stands out: a dashed line up to the dot, named in the legend."""

    x: float
    y: float
    name: str
    color: str = RUST


def bar_chart(bars: Sequence[Bar], title: str, *, width: int = 440, height: int = 180) -> str:
    """Counts as bars over a zero baseline, inline SVG; ``title`` is what a screen reader says."""
    limits, y_ticks = round_axis(0, max([1.0, *(bar.value for bar in bars)]), 4, whole=True)
    x_ticks = [(index + 0.5, bar.tick) for index, bar in enumerate(bars) if bar.tick]
    plane = Plane(
        (0, max(len(bars), 1)),
        limits,
        width=width,
        height=height,
        left=44,
        x_ticks=x_ticks,
        y_ticks=y_ticks,
    )
    # a count of one must be seen beside a count of thousands
    least = limits[1] * 0.01
    gap = min(0.09, 3 * len(bars) / (width - 44))
    for index, bar in enumerate(bars):
        tall = max(bar.value, least) if bar.value > 0 else 0.0
        plane.box((index + gap, index + 1 - gap), (0, tall), bar.tip, color=bar.color)
    return plane.render(title)


def log_chart(
    points: Sequence[tuple[float, float]],
    title: str,
    *,
    mark: tuple[float, float] | None = None,
    mark_text: str = "",
    low: float = 0.0,
    high: float = 1.0,
    x_ticks: Sequence[float] = (),
    width: int = 440,
    height: int = 180,
) -> str:
    """A curve over positive x, drawn on the logarithm of x, inline SVG; ``mark`` is one point to stand out."""
    every = [x for x, _ in points] + ([mark[0]] if mark else [])
    limits, y_ticks = round_axis(low, high)
    plane = Plane(
        (math.log(min(every)), math.log(max(every))),
        limits,
        width=width,
        height=height,
        left=44,
        x_ticks=[(math.log(tick), plain(tick)) for tick in x_ticks if min(every) <= tick <= max(every)],
        y_ticks=y_ticks,
    )
    plane.line([(math.log(x), y) for x, y in points], color=BLUE, size=2)
    if mark is not None:
        x, y = math.log(mark[0]), mark[1]
        plane.dot(x, y, mark_text, color=RUST, radius=5)
        right = x > sum(plane.x_range) / 2
        plane.note(x, y, mark_text, color=RUST, anchor="end" if right else "start", up=-18)
    return plane.render(title)


def lines_chart(
    title: str,
    x_ticks: Sequence[Tick],
    series: Sequence[tuple[str, Sequence[tuple[float, float | None]]]],
    *,
    x_title: str = "",
    y_title: str = "",
    say: Callable[[float], str] = plain,
    from_zero: bool = True,
    marks: Sequence[Mark] = (),
) -> str:
    """Lines with a caption and a legend as a ``<figure>``; empty text where there is nothing to draw.

    ``series`` are names with points in the order of x; a y of None leaves a gap. ``say`` writes the numbers of
    the y axis.
    """
    points = [(x, y) for _, values in series for x, y in values if y is not None]
    xs = [x for _, values in series for x, _ in values]
    if not points or min(xs) == max(xs):
        return ""
    heights = [y for _, y in points]
    low = min(0.0, *heights) if from_zero else min(heights)
    limits, y_ticks = round_axis(low, max(heights), say=say)
    plane = Plane(
        (min(xs), max(xs)),
        limits,
        x_title,
        y_title,
        width=520,
        height=270,
        left=74,
        x_ticks=_thinned(x_ticks),
        y_ticks=y_ticks,
    )
    legend = []
    for (name, values), color in zip(series, _LINES, strict=False):
        for piece in _pieces(values):
            if len(piece) > 1:
                plane.line(piece, color=color, size=2)
            else:
                plane.dot(*piece[0], say(piece[0][1]), color=color)
        legend.append(_named(name, color))
    for mark in marks:
        plane.line([(mark.x, limits[0]), (mark.x, mark.y)], color=mark.color, dash="4 3")
        plane.dot(mark.x, mark.y, f"{mark.name}: {plain(mark.x)}, {say(mark.y)}", color=mark.color, radius=5)
        legend.append(_named(f"{mark.name}: {plain(mark.x)}", mark.color, "●"))
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>{plane.render(title)}"
        f'<div class="legend">{"&emsp;".join(legend)}</div></figure>'
    )


def _named(name: str, color: str, sign: str = "■") -> str:
    return f'<span style="color:{color}">{sign}</span> <span style="color:{FAINT}">{escape(name)}</span>'


def _thinned(given: Sequence[Tick]) -> Sequence[Tick]:
    """As many as can be read beside each other."""
    return given[:: -(-len(given) // _MOST_TICKS) or 1]


def _pieces(values: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Runs without a gap."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for x, y in values:
        if y is None:
            pieces.append([])
        else:
            pieces[-1].append((x, y))
    return [piece for piece in pieces if piece]
