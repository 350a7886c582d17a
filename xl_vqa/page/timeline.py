"""A value over the time of a video, with its interval, and times as people write them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from xl_vqa.page.colours import BLUE, INK, RUST
from xl_vqa.page.svg import Plane
from xl_vqa.page.ticks import Tick, ticks

_STEPS: Final = (
    0.01,
    0.02,
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    18000,
)
_WANTED: Final = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A value between two times in seconds; ``low`` to ``high`` is its interval, ``tip`` what is said of it."""

    start_s: float
    end_s: float
    value: float
    low: float
    high: float
    tip: str


def clock(seconds: float, digits: int = 1) -> str:
    """``3.2``, ``1:03.2``, ``2:00:03.2``: seconds, from a minute on with minutes, from an hour on with hours."""
    whole = round(seconds * 10**digits)
    rest, minutes = whole % (60 * 10**digits), whole // (60 * 10**digits)
    shown = f"{rest / 10**digits:.{digits}f}"
    if not minutes:
        return shown
    shown = shown.zfill(digits + 3 if digits else 2)
    return f"{minutes // 60}:{minutes % 60:02d}:{shown}" if minutes >= 60 else f"{minutes}:{shown}"


def time_ticks(length_s: float) -> list[Tick]:
    """Round times from 0 to ``length_s``, at most nine."""
    step = next((step for step in _STEPS if length_s / step <= _WANTED), _STEPS[-1])
    step = max(step, math.ceil(length_s / _WANTED / 3600) * 3600 if length_s > _WANTED * _STEPS[-1] else 0)
    digits = max(-math.floor(math.log10(step)), 0) if step < 1 else 0
    count = math.floor(length_s / step + 1e-9)
    return [(index * step, clock(index * step, digits)) for index in range(count + 1)]


def timeline_chart(
    pieces: Sequence[Piece],
    title: str,
    *,
    limits: tuple[float, float],
    worst: Sequence[tuple[float, float, str]] = (),
    x_title: str = "",
    y_title: str = "",
    width: int = 920,
    height: int = 230,
) -> str:
    """Steps over their intervals as inline SVG; ``worst`` are stretches that stand out, with what is said of them.

    ``title`` is what a screen reader says. The picture is in a ``<div class="timeline">`` whose ``data-plot`` has
    the ends of the time axis, in units of the picture and in seconds, for a script that follows a player.
    """
    start, end = pieces[0].start_s, pieces[-1].end_s
    plane = Plane(
        (start, end),
        limits,
        x_title,
        y_title,
        width=width,
        height=height,
        left=46,
        x_ticks=[tick for tick in time_ticks(end) if tick[0] >= start],
        y_ticks=ticks(*limits),
    )
    for first, last, tip in worst:
        plane.box((first, last), limits, tip, color=RUST, alpha=0.14)
    for piece in pieces:
        across = (piece.start_s, piece.end_s)
        plane.box(across, (piece.low, piece.high), piece.tip, color=BLUE, alpha=0.25)
    steps = [(at, piece.value) for piece in pieces for at in (piece.start_s, piece.end_s)]
    plane.line(steps, color=INK, size=2)
    ends = f"{plane.x(start):.1f} {plane.x(end):.1f} {start:g} {end:g}"
    return f'<div class="timeline" data-plot="{escape(ends)}">{plane.render(title)}</div>'
