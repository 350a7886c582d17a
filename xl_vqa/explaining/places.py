"""Where in the picture a stretch is bad, and where it truly begins and ends: pixels propose, the model judges.

The frames around a stretch that the model finds bad are read one by one, and what changed in them and changed back
(change.py) gives its edges and its place. How much the model minds that place is asked of the model: the same
part at the bad time and at good ones. Without a clear change the picture is gone through block by block (heat.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from xl_vqa.explaining.cell_statistics import COLUMNS, ROWS, Floats, series_of
from xl_vqa.explaining.change import GROUND, Change, change_of
from xl_vqa.explaining.heat import LEAST_LOSS, box_of, part_of
from xl_vqa.explaining.timeline import BESIDE, MOST_MOMENTS, Ranked
from xl_vqa.words.explanation import Box, Moment

if TYPE_CHECKING:
    from xl_vqa.explaining.measuring import Asked
    from xl_vqa.video.clip import Clip
    from xl_vqa.words.rating import FramesUsed

CLEAR_CHANGE: Final = 12.5
"""The strength of a change that speaks for a moment: of good clips 3% have it around a stretch drawn at random."""
WORTH: Final = 0.2
"""Of the rank that the model gives a stretch, what each usual step beyond a clear change counts beside it."""
WHOLE_S: Final = 1.0
"""A shorter stretch counts by its length: one look alone may be low by chance, and good clips have many such."""
LIKELY_CHANGE: Final = 9.0
"""The strength that is enough for edges and place of what the model finds low enough alone: 15% of good clips."""
CLEAR_STEP: Final = 22.0
"""The same where a stretch begins or ends with the video, and there is one step and no way back: 3%."""
OUTSIDE_S: Final = 1.0
"""An edge is searched for so far outside of where the looks say it is: they may show the worst of it alone,"""
INSIDE_S: Final = 0.5
"""so far inside of it,"""
MARGIN_S: Final = 1.3
"""and so far around it frames are read."""
LONGEST_S: Final = 5.0
"""Of a longer stretch the frames around its edges alone."""
CLOSEST_S: Final = 1 / 31
"""Frames nearer to each other than that are left out: sixty a second show nothing that thirty do not."""
WHOLE: Final = Box(0.0, 0.0, 1.0, 1.0)
READ_BYTES: Final = 256 << 20
"""Frames that are held at once."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scanned:
    """Frames that were read: their ``times`` in seconds, and the statistics of each, ``series`` [frames,
    STATISTICS, ROWS, COLUMNS]."""

    times: list[float]
    series: Floats


@dataclass(frozen=True, slots=True)
class Examined:
    """A stretch with what changed there, None where that was not looked for or is not clear."""

    ranked: Ranked
    change: Change | None = None
    judged: float | None = None
    """The evidence of a stretch that the pixels proposed (standing_out.py)."""

    @property
    def moment(self) -> Moment:
        return self.ranked.moment

    @property
    def evidence(self) -> float:
        """How deep it is for the model and for how long, and how clearly the pixels changed there and back: as one
        figure, so that one limit, made of good videos, holds for all."""
        if self.judged is not None:
            return self.judged
        change, length = self.change, self.moment.end_s - self.moment.start_s
        clear = change.strength - CLEAR_CHANGE if change is not None and change.came_back else 0.0
        return self.ranked.rank * min(length / WHOLE_S, 1.0) + WORTH * max(clear, 0.0)


def told(stretches: Sequence[Examined], limit: float) -> list[Examined]:
    """Those that are moments, the worst first; ``limit``: the evidence that is enough.

    Further ones are told where they are about as bad as the worst. Two stretches between the same edges are one.
    """
    ordered: list[Examined] = []
    for one in sorted(stretches, key=lambda one: -one.evidence):
        if not any(_overlap(one.moment, other.moment) for other in ordered):
            ordered.append(one)
    least = max(limit, BESIDE * ordered[0].evidence) if ordered else limit
    return [one for one in ordered[:MOST_MOMENTS] if one.evidence >= least]


def _overlap(one: Moment, other: Moment) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s


def examined(ranked: Ranked, used: FramesUsed, asked: Asked, whole: Scanned | None = None) -> Examined:
    """Looks into a stretch; where a change is clear, its edges become the stretch's. ``whole``: all frames of the
    video, where they have been read."""
    moment = ranked.moment
    around = _frames_around(moment, used, asked, whole)
    times, series = around.times, around.series
    if len(times) < 2:
        return Examined(ranked)

    def near(early: float, late: float) -> Callable[[int], bool]:
        return lambda place: early <= times[place] <= late

    # the looks next to the video's ends cannot tell whether a stretch begins with it, or a little later
    first, last = moment.start_s <= 0, moment.end_s >= used.duration_s
    starts = near(moment.start_s - OUTSIDE_S, moment.end_s if first else moment.start_s + INSIDE_S)
    ends = near(moment.start_s if last else moment.end_s - INSIDE_S, moment.end_s + OUTSIDE_S)
    change = change_of(series, starts, ends)
    if (change is None or change.strength < LIKELY_CHANGE) and first != last:
        step = change_of(series, None if first else starts, None if last else ends)
        change = step if step is not None and step.strength >= CLEAR_STEP else None
    if change is None or change.strength < LIKELY_CHANGE:
        return Examined(ranked)
    start = moment.start_s if change.start is None else times[change.start]
    end = moment.end_s if change.end is None else times[change.end]
    at = moment.at_s if start <= moment.at_s < end else (start + end) / 2
    moment = replace(moment, start_s=round(start, 3), end_s=round(end, 3), at_s=round(at, 3))
    return Examined(Ranked(ranked.rank, moment), change)


def _frames_around(moment: Moment, used: FramesUsed, asked: Asked, whole: Scanned | None) -> Scanned:
    begin, end = max(moment.start_s - MARGIN_S, 0.0), min(moment.end_s + MARGIN_S, used.duration_s)
    if whole is not None:
        inside = [place for place, time in enumerate(whole.times) if begin <= time < end]
        return Scanned([whole.times[place] for place in inside], whole.series[inside])
    stretches = [(begin, end)]
    if end - begin > LONGEST_S:
        stretches = [(begin, moment.start_s + MARGIN_S), (moment.end_s - MARGIN_S, end)]
    return series_between(stretches, used, asked)


def series_between(stretches: Sequence[tuple[float, float]], used: FramesUsed, asked: Asked) -> Scanned:
    """The frames of some stretches of the video (seconds), one after the other."""
    step = 1 / used.fps if used.fps > 0 else CLOSEST_S
    # a pair shows two frames; of a fast video the first one only
    both = step >= CLOSEST_S
    apart = 2 * step if both else step * np.ceil(CLOSEST_S / step)
    wanted = [
        float(time) for start, stop in stretches for time in np.arange(start + step / 2, stop - step / 2, apart)
    ]
    found: list[float] = []
    parts = []
    for some in pieces(wanted, used, 2 if both else 1):
        clip = asked.read(some)
        places = [place for place in range(len(clip.frames)) if both or place % 2 == 0]
        stamps = [clip.used.timestamps_s[place] for place in places]
        new = [number for number, stamp in enumerate(stamps) if stamp > max(stamps[:number], default=-1.0)]
        new = [number for number in new if not found or stamps[number] > found[-1]]
        if new:
            found += [stamps[number] for number in new]
            parts.append(series_of([clip.frames[places[number]] for number in new]))
    return Scanned(found, np.concatenate(parts) if parts else np.zeros((0, 1, ROWS, COLUMNS)))


def pieces(values: Sequence[T], used: FramesUsed, frames: int = 2) -> Iterator[Sequence[T]]:
    """As many at a time as may be held, where each brings so many frames."""
    at_once = max(READ_BYTES // max(3 * frames * used.width * used.height, 1), 8)
    for start in range(0, len(values), at_once):
        yield values[start : start + at_once]


def relevance_of(cells: Floats, strength: float) -> Floats:
    """[ROWS, COLUMNS] in 0..1: what stands out of the ground; all that is as strong as the strongest is 1."""
    ground = float(np.quantile(cells, GROUND))
    most = max(strength - ground, 1e-9)
    found: Floats = np.clip((cells - ground) / most, 0.0, 1.0)
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """``relevance`` in 0..1, how many MOS the model loses there, and the box; None where it does not mind it."""

    relevance: Floats
    loss: float
    box: Box | None


def place_of_change(change: Change, bad: Clip, goods: Sequence[Clip], asked: Asked) -> Place:
    """The place of a clear change, judged by the model: the part of the bad pair against the same of good ones."""
    if change.everywhere:
        relevance = np.clip(change.cells / max(change.strength, 1e-9), 0.0, 1.0)
        levels, _ = levels_of([bad, *goods], asked)
        return Place(relevance, max(float(np.mean(levels[1:])) - levels[0], 0.0), WHOLE)
    relevance = relevance_of(change.cells, change.strength)
    box = box_of(relevance)
    levels, mos_range = levels_of([part_of(pair, box) for pair in (bad, *goods)], asked)
    loss = float(np.mean(levels[1:])) - levels[0]
    return Place(relevance, max(loss, 0.0), box if loss >= LEAST_LOSS * mos_range else None)


def levels_of(clips: Sequence[Clip], asked: Asked) -> tuple[list[float], float]:
    """Expected MOS of each, and the range that a MOS has."""
    answers = asked.rate(clips)
    scale = answers[0].scale
    return [scale.to_mos(answer.expectation()) for answer in answers], scale.mos_max - scale.mos_min
