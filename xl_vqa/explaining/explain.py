"""From a rating to why: looks along the clip, then into what is bad and at where, within a budget of passes."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from xl_vqa.explaining.heat import BLOCKS, Block, blocks, heat_of, part_of
from xl_vqa.explaining.measuring import Asked, pair_of
from xl_vqa.explaining.places import (
    WHOLE,
    Examined,
    Place,
    Scanned,
    examined,
    pieces,
    place_of_change,
    relevance_of,
    told,
)
from xl_vqa.explaining.standing_out import CLEAR as CLEAR_CHANGE
from xl_vqa.explaining.standing_out import LOOKS as JUDGING
from xl_vqa.explaining.standing_out import Proposed, judged, proposed, scanned
from xl_vqa.explaining.steady import Steady, place_of_pattern, steady_of
from xl_vqa.explaining.timeline import (
    APART_S,
    CLEAR,
    MOST_MOMENTS,
    Look,
    first_times,
    further_times,
    ranked_of,
    spans_of,
)
from xl_vqa.words.attributes import AttributeRating
from xl_vqa.words.explanation import Explanation, HeatMap, Moment, Span
from xl_vqa.words.rating import Rating
from xl_vqa.words.reasons import Reason

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip

BUDGET: Final = 26.0
"""Passes of one explanation: so many plain scores may it cost."""
MAPS_SHARE: Final = 0.55
"""Of them for each heat map at most."""
MOST_MAPS: Final = 1
PARTS_PASSES: Final = 0.5
"""What the model may be asked of one part of the picture at several times, beside the blocks."""
FIRST_SHARE: Final = 0.4
"""Of the passes for the timeline, what goes to pairs that are spread evenly."""
EDGES: Final = 6
"""Further pairs where the first ones lie close already: enough for the edges of a moment."""
QUARTERS: Final = (Block(0, 0, 3, 3), Block(0, 3, 3, 6), Block(3, 0, 6, 3), Block(3, 3, 6, 6))
CLEAR_FALL: Final = 0.3
"""MOS that an attribute must fall by before it is named."""
JPEG_SIDE: Final = 640
_DAMAGE: Final = ("warning_truncated", "warning_damaged")


def explain(
    rating: Rating,
    asked: Asked,
    *,
    attributes: Mapping[str, AttributeRating] | None = None,
    off_digit_limit: float = 0.2,
    moment_limit: float | None = None,
) -> Explanation:
    """Why the video of ``rating`` has its score. Raises what reading and the model raise.

    ``asked`` must be of the same video and model; its meter holds the budget. ``attributes`` are those of the
    whole video. ``moment_limit`` is the model's (moment_limit.py), None where it has none.
    """
    frames, meter = rating.frames, asked.meter
    asked.stage("timeline")
    whole = scanned(frames, asked)
    prices = _prices(rating, asked, whole)
    looks = _looks(rating, asked, prices)
    spans = spans_of(looks, frames.duration_s, rating.distribution.scale.to_mos(rating.expected_label))
    asked.stage("maps")
    stretches, change = _stretches(looks, spans, rating, asked, whole)
    found = told(stretches, moment_limit or CLEAR)
    moments = tuple(one.moment for one in found)
    moments = tuple(_with_cause(moment, looks, moments, asked) for moment in moments)
    maps = _maps(looks, found, asked, prices)
    steady = None if moments else steady_of(frames, asked)
    if steady is not None:
        maps = _steady_maps(steady, rating, looks, asked)
    unminded = None if moments or change is None or change.clearness < CLEAR_CHANGE else change
    if unminded is not None and not maps:
        maps = (_unminded_map(unminded, looks[0], asked),)
    return Explanation(
        rating=rating,
        looked_at_s=tuple(sorted({round(look.time_s, 4) for look in looks})),
        spans=spans,
        moments=moments,
        maps=maps,
        attributes=dict(attributes or {}),
        cost=meter.cost(),
        remarks=tuple(_remarks(rating, looks, moments, maps, steady, unminded, attributes or {}, off_digit_limit)),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def most_evidence(rating: Rating, asked: Asked) -> float:
    """That of the stretch which is most like a moment, 0 where none is low; of good videos, what a limit is made
    of."""
    whole = scanned(rating.frames, asked)
    looks = _looks(rating, asked, _prices(rating, asked, whole))
    mos = rating.distribution.scale.to_mos(rating.expected_label)
    stretches, _ = _stretches(looks, spans_of(looks, rating.frames.duration_s, mos), rating, asked, whole)
    return max((one.evidence for one in stretches), default=0.0)


def _stretches(
    looks: Sequence[Look], spans: Sequence[Span], rating: Rating, asked: Asked, whole: Scanned | None
) -> tuple[list[Examined], Proposed | None]:
    """What may be a moment: the stretches that are low for the model, and the one that the pixels propose."""
    frames = rating.frames
    ranked = ranked_of(looks, frames.duration_s, spans)[:MOST_MOMENTS]
    found = [examined(one, frames, asked, whole) for one in ranked]
    change = None if whole is None else proposed(whole)
    stretch = None if change is None else judged(change, frames, spans, asked)
    return found if stretch is None else [*found, stretch], change


@dataclass(frozen=True, slots=True)
class _Prices:
    """Passes for the quarters of one pair and for all blocks of one."""

    quarters: float
    blocks: float
    later: float
    """What is asked once the timeline is there: the maps together, and the stretch that pixels propose."""


def _prices(rating: Rating, asked: Asked, whole: Scanned | None) -> _Prices:
    pair = pair_of(asked.read([rating.frames.duration_s / 2]), 0)
    # a whole pair is the measure of all others
    asked.passes_of(pair)
    quarters = sum(asked.passes_of(part_of(pair, part)) for part in QUARTERS)
    each = asked.passes_of(part_of(pair, blocks()[0])) * BLOCKS
    maps = MOST_MAPS * min(2 * each + PARTS_PASSES, MAPS_SHARE * asked.meter.budget)
    return _Prices(quarters, each, maps + (JUDGING / asked.meter.pairs if whole is not None else 0.0))


def _looks(rating: Rating, asked: Asked, prices: _Prices) -> list[Look]:
    """Pairs over the clip, then more beside the worst ones, then the quarters of as many as can be afforded."""
    frames, meter = rating.frames, asked.meter
    budget = meter.budget - prices.later
    most = max(int(budget * FIRST_SHARE * meter.pairs), 1)
    looks = _look(first_times(frames.duration_s, frames.frame_count, most), rating, asked)
    for _ in range(2):
        # twice, because the first of them tell where an edge is; of a short clip the edges alone
        near = frames.duration_s / len(looks) <= APART_S
        left = int((budget - meter.passes) * meter.pairs / 4)
        more = further_times(looks, frames.duration_s, min(left, EDGES) if near else left)
        if more and frames.frame_count > 2:
            looks = _once_each(looks + _look(more, rating, asked))
    return _with_parts(looks, rating, asked, budget, prices)


def _with_parts(looks: Sequence[Look], rating: Rating, asked: Asked, budget: float, prices: _Prices) -> list[Look]:
    ordered, quarters = list(looks), list(QUARTERS)
    count = min(int((budget - asked.meter.passes) / prices.quarters), len(ordered))
    if count < 3:
        return ordered
    chosen = sorted({round(k * (len(ordered) - 1) / (count - 1)) for k in range(count)})
    for some in pieces(chosen, rating.frames):
        clip = asked.read([ordered[place].time_s for place in some])
        pairs = [pair_of(clip, number) for number in range(len(some))]
        answers = asked.rate([part_of(pair, part) for pair in pairs for part in quarters])
        levels = [answer.scale.to_mos(answer.expectation()) for answer in answers]
        for number, place in enumerate(some):
            parts = tuple(levels[number * len(quarters) : (number + 1) * len(quarters)])
            ordered[place] = replace(ordered[place], parts=parts)
    return ordered


def _look(times: Sequence[float], rating: Rating, asked: Asked) -> list[Look]:
    """What the model says of the pair at each of the times; a few at a time, by their size."""
    found: list[Look] = []
    for some in pieces(times, rating.frames):
        clip = asked.read(some)
        answers = asked.rate_pairs(clip)
        places = zip(clip.used.timestamps_s[::2], clip.used.indices[::2], answers, strict=True)
        found += [Look(time, frame, answer) for time, frame, answer in places]
    return _once_each(found)


def _once_each(looks: Sequence[Look]) -> list[Look]:
    return sorted({look.frame: look for look in looks}.values(), key=lambda look: look.time_s)


def _with_cause(moment: Moment, looks: Sequence[Look], moments: Sequence[Moment], asked: Asked) -> Moment:
    """With the attribute that falls most from the nearest good look to the worst one, where one falls clearly."""
    bad = _look_at(moment, looks)
    references = _references(bad, looks, moments)[:1]
    if not references:
        return moment
    clip = asked.read([bad.time_s, references[0].time_s])
    here, there = asked.attributes([pair_of(clip, 0), pair_of(clip, 1)])
    falls = {
        name: one.scale.to_mos(there[name].expectation()) - one.scale.to_mos(one.expectation())
        for name, one in here.items()
        if name in there
    }
    cause = max(falls, key=falls.__getitem__, default="")
    return replace(moment, cause=cause) if cause and falls[cause] >= CLEAR_FALL else moment


def _look_at(moment: Moment, looks: Sequence[Look]) -> Look:
    """The worst look of a moment; its edges may have been found narrower than the looks lie."""
    inside = [look for look in looks if moment.start_s <= look.time_s < moment.end_s]
    return min(inside or looks, key=lambda look: abs(look.time_s - moment.at_s))


def _maps(looks: Sequence[Look], found: Sequence[Examined], asked: Asked, prices: _Prices) -> tuple[HeatMap, ...]:
    """Of the worst look of each of the worst moments, held against good ones before and behind it."""
    maps = []
    moments = [one.moment for one in found]
    for one in found[:MOST_MAPS]:
        bad = _look_at(one.moment, looks)
        references = _references(bad, looks, moments)
        if not references:
            continue
        # of the references the nearest one is enough
        affordable = int(asked.meter.left / prices.blocks)
        if one.change is None and affordable < 2:
            continue
        clip = asked.read([bad.time_s, *(look.time_s for look in references)])
        pairs = [pair_of(clip, place) for place in range(1 + len(references))]
        if one.change is not None:
            place = place_of_change(one.change, pairs[0], pairs[1:], asked)
        else:
            heat = heat_of(pairs[0], pairs[1:affordable], asked.rate)
            place = Place(heat.relevance, heat.loss, heat.box)
        maps.append(_map_of(place, bad, clip))
    return tuple(maps)


def _steady_maps(steady: Steady, rating: Rating, looks: Sequence[Look], asked: Asked) -> tuple[HeatMap, ...]:
    """Of a place that is bad all along; where the score is low and no place is, of the whole picture."""
    worst = sorted(looks, key=lambda look: look.mos)[:2]
    clip = asked.read([look.time_s for look in worst])
    if steady.pattern is not None:
        place = place_of_pattern(steady.pattern, [pair_of(clip, number) for number in range(len(worst))], asked)
        if place.box is not None:
            return (_map_of(place, worst[0], clip),)
    if steady.told and is_low(rating):
        return (_map_of(Place(np.ones((1, 1)), 0.0, WHOLE), worst[0], clip),)
    return ()


def _unminded_map(change: Proposed, look: Look, asked: Asked) -> HeatMap:
    """What changed, without a frame around it: the model finds no part much worse. ``look``: any of the video."""
    clip = asked.read([(change.start_s + change.end_s) / 2])
    seen = replace(look, time_s=clip.used.timestamps_s[0], frame=clip.used.indices[0])
    cells = relevance_of(change.change.cells, change.change.strength)
    return _map_of(Place(cells, 0.0, None), seen, clip)


def is_low(rating: Rating) -> bool:
    """Whether the score itself asks for a reason."""
    return rating.band.key in ("bad", "poor")


def _map_of(place: Place, look: Look, clip: Clip) -> HeatMap:
    """Over the first pair of the clip, which is that of the look."""
    height, width = clip.frames[0].shape[:2]
    rows = tuple(tuple(round(float(value), 4) for value in row) for row in place.relevance)
    picture = picture_of(clip, 0)
    return HeatMap(look.time_s, look.frame, width, height, rows, round(place.loss, 4), place.box, picture)


def _references(bad: Look, looks: Sequence[Look], moments: Sequence[Moment]) -> list[Look]:
    """The nearest looks outside of every moment that are no worse than the middle of the clip: one before and one
    behind the bad one where there are both, the nearer first."""
    middle = median(look.mos for look in looks)
    inside = [(one.start_s, one.end_s) for one in moments]
    good = [
        look
        for look in looks
        if look.mos >= max(middle, bad.mos) and not any(start <= look.time_s <= end for start, end in inside)
    ]
    nearest: dict[bool, Look] = {}
    for look in sorted(good, key=lambda look: abs(look.time_s - bad.time_s)):
        nearest.setdefault(look.time_s > bad.time_s, look)
    return list(nearest.values())


def picture_of(clip: Clip, place: int) -> str:
    """The first frame of a pair as a small JPEG, base64."""
    from PIL import Image

    image = Image.fromarray(clip.frames[2 * place])
    image.thumbnail((JPEG_SIDE, JPEG_SIDE))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def with_pictures(explanation: Explanation, read: Callable[[Sequence[float]], Clip]) -> Explanation:
    """With the frames of its maps read again; errors as ``video.read.read_frames``."""
    times = [one.time_s for one in explanation.maps if not one.jpeg]
    if not times:
        return explanation
    clip = read(times)
    pictures = dict(zip(times, (picture_of(clip, place) for place in range(len(times))), strict=True))
    maps = tuple(one if one.jpeg else replace(one, jpeg=pictures[one.time_s]) for one in explanation.maps)
    return replace(explanation, maps=maps)


def _remarks(
    rating: Rating,
    looks: Sequence[Look],
    moments: Sequence[Moment],
    maps: Sequence[HeatMap],
    steady: Steady | None,
    unminded: Proposed | None,
    attributes: Mapping[str, AttributeRating],
    off_digit_limit: float,
) -> list[dict[str, Any]]:
    frames, warnings = rating.frames, rating.warnings
    found: list[Reason] = []
    if frames.frame_count == 1:
        found.append(Reason("why_one_frame"))
    elif "warning_frozen" in warnings:
        found.append(Reason("why_still"))
    if any(code in warnings for code in _DAMAGE):
        found.append(Reason("why_truncated"))
    apart = frames.duration_s / max(len(looks), 1)
    if apart > 1.0:
        told = {"looked": 2 * len(looks), "total": frames.frame_count, "apart": f"{apart:.1f}"}
        found.append(Reason("why_coarse", **told))
    if rating.distribution.off_digit_mass > off_digit_limit:
        found.append(Reason("why_outside", share=f"{rating.distribution.off_digit_mass:.0%}"))
    if moments and not any(one.box for one in maps):
        found.append(Reason("why_no_place"))
    if unminded is not None:
        found.append(Reason("why_change_unminded", start=f"{unminded.start_s:.1f}", end=f"{unminded.end_s:.1f}"))
    if steady is not None and not steady.told and is_low(rating):
        found.append(Reason("why_place_untold"))
    if not attributes:
        found.append(Reason("why_no_attributes"))
    return [dict(one) for one in found]
