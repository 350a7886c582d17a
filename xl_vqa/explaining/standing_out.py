"""A stretch that the pixels alone propose: of all changes there and back in a video the one that stands out most.

A model that judges a video by what is pooled over the whole picture hardly moves where a part of it is bad for a
second, so no stretch is low for it and nothing would be looked into. The frames say better where a fault could be:
what a fault does begins and ends with a clear step (change.py), and the camera's and the scene's own steps are
about as strong as one another. So every pair of frames is tried as its edges, the strongest is held against the
strongest of other edges, and the model judges it: frames next to the edges, inside and outside, show nearly the
same scene.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from xl_vqa.explaining.cell_statistics import MOST_PIXELS
from xl_vqa.explaining.change import LAG, STRONG_SHARE, Change, is_cut, softened, steps_of, there_and_back
from xl_vqa.explaining.heat import box_of, part_of
from xl_vqa.explaining.measuring import pair_of
from xl_vqa.explaining.places import WHOLE_S, Examined, Scanned, levels_of, relevance_of, series_between
from xl_vqa.explaining.timeline import LOWER, PART_LOWER, Ranked
from xl_vqa.words.explanation import Moment, Span

if TYPE_CHECKING:
    from xl_vqa.explaining.measuring import Asked
    from xl_vqa.words.rating import FramesUsed

MOST_FRAMES: Final = 75
"""From one edge to the other: of longer ones the model's looks tell."""
BESIDE_FRAMES: Final = 5
"""Edges so near to one another are one."""
MOST_SCANNED: Final = 1000
"""Frames of a video that are all read,"""
MOST_SCANNED_PIXELS: Final = 300_000_000
"""and their pixels: some ten seconds of one core. Of longer videos the frames around low stretches alone."""
INSIDE: Final = (1.5, -2.5)
"""Where the model looks inside of a stretch, beside its middle, in frames from its two edges,"""
OUTSIDE: Final = (-5.0, 4.0)
"""and outside of it."""
LOOKS: Final = 2 * (1 + len(INSIDE) + len(OUTSIDE))
"""Answers that judging one stretch takes: of the whole picture and of its part."""
MOST_TIMES: Final = 4.0
"""A stretch that is so many times as strong as any other counts no more for being stronger still."""
MINDED: Final = 0.25
"""In units of where a moment begins (timeline.py): what the model must find worse inside, or it is no moment."""
WORTH: Final = 2.0
"""Of a stretch's evidence beside that of a low one, so that one limit of a model holds for both."""
CLEAR: Final = 0.6
"""How clearly a change stands out that is told though the model does not mind it."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """The change that stands out of ``times`` (seconds), between its edges, and how many times as strong it is
    as the strongest one with other edges."""

    start_s: float
    end_s: float
    change: Change
    times_as_strong: float

    @property
    def clearness(self) -> float:
        """Doublings over all others, less for what is shorter than a second."""
        length = min((self.end_s - self.start_s) / WHOLE_S, 1.0)
        return length * math.log2(min(max(self.times_as_strong, 1.0), MOST_TIMES))


def scanned(used: FramesUsed, asked: Asked) -> Scanned | None:
    """Every frame of a video; None where there are too many, or too few to hold a stretch."""
    pixels = used.frame_count * min(used.width * used.height, MOST_PIXELS)
    if not 3 * LAG <= used.frame_count <= MOST_SCANNED or pixels > MOST_SCANNED_PIXELS:
        return None
    found = series_between([(0.0, used.duration_s)], used, asked)
    return found if len(found.times) >= 3 * LAG else None


def proposed(found: Scanned) -> Proposed | None:
    """None where nothing changes there and back, or where the film is cut to another scene and back."""
    places, steps = steps_of(found.series)
    steps = steps.astype(np.float32)
    count = len(places)
    strengths = np.zeros((count, MOST_FRAMES + 1))
    strong = max(round(STRONG_SHARE * steps[0, 0].size), 1) if count else 1
    for first in range(count - LAG):
        lasts = slice(first + LAG, min(first + MOST_FRAMES + 1, count))
        cells = there_and_back(steps[first], steps[lasts]).reshape(lasts.stop - lasts.start, -1)
        strongest = np.partition(cells, -strong, axis=1)[:, -strong:].mean(axis=1)
        strengths[first, LAG : LAG + len(strongest)] = strongest
    if not strengths.any():
        return None
    first, length = (int(place) for place in np.unravel_index(strengths.argmax(), strengths.shape))
    start, end = int(places[first]), int(places[first + length])
    if is_cut(found.series, start) or is_cut(found.series, end):
        return None
    firsts = np.arange(count)[:, None]
    edges = (firsts, firsts + np.arange(MOST_FRAMES + 1))
    others = np.ones(strengths.shape, bool)
    for edge in edges:
        for taken in (first, first + length):
            others &= np.abs(edge - taken) > BESIDE_FRAMES
    strength = float(strengths[first, length])
    rest = float(strengths[others].max(initial=0.0))
    cells = softened(there_and_back(steps[first], steps[first + length]).astype(float))
    change = Change(start, end, cells, strength)
    return Proposed(found.times[start], found.times[end], change, strength / max(rest, 1.0))


def judged(one: Proposed, used: FramesUsed, spans: Sequence[Span], asked: Asked) -> Examined | None:
    """What the model says of it: the whole picture and the part that changed, inside against outside. None where
    that can't be afforded."""
    frame = 1 / used.fps if used.fps > 0 else 0.0
    last = max(used.duration_s - 1.5 * frame, 0.0)
    middle = (one.start_s + one.end_s) / 2
    inside = [middle, *(edge + away * frame for edge, away in zip((one.start_s, one.end_s), INSIDE, strict=True))]
    inside = [min(max(at, one.start_s), one.end_s) for at in inside]
    outside = [edge + away * frame for edge, away in zip((one.start_s, one.end_s), OUTSIDE, strict=True)]
    clip = asked.read([min(max(at, 0.0), last) for at in (*inside, *outside)])
    pairs = [pair_of(clip, number) for number in range(len(inside) + len(outside))]
    box = box_of(relevance_of(one.change.cells, one.change.strength))
    parts = [part_of(pair, box) for pair in pairs]
    if len(pairs) * (asked.passes_of(pairs[0]) + asked.passes_of(parts[0])) > asked.meter.left:
        return None
    rank = 0.0
    for clips, least in ((pairs, LOWER), (parts, PART_LOWER)):
        levels, _ = levels_of(clips, asked)
        loss = float(np.mean(levels[len(inside) :]) - np.mean(levels[: len(inside)]))
        rank += max(loss, 0.0) / least
    length = min((one.end_s - one.start_s) / WHOLE_S, 1.0)
    evidence = WORTH * (rank * length + one.clearness) if rank >= MINDED else 0.0
    span = next((span for span in spans if middle < span.end_s), spans[-1])
    moment = Moment(round(one.start_s, 3), round(one.end_s, 3), round(middle, 3), span.mos)
    return Examined(Ranked(rank, moment), one.change, evidence)
