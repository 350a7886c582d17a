"""From a rating to why: looks along the clip, then at where in the worst frames, within a budget of passes."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any, Final, TypeVar

from xl_vqa.explaining.heat import BLOCKS, Block, blocks, heat_of, part_of
from xl_vqa.explaining.measuring import Asked, pair_of
from xl_vqa.explaining.timeline import APART_S, Look, first_times, further_times, moments_of, spans_of
from xl_vqa.words.explanation import Attribute, Explanation, HeatMap, Moment
from xl_vqa.words.rating import Rating
from xl_vqa.words.reasons import Reason

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip

BUDGET: Final = 24.0
"""Passes of one explanation: so many plain scores may it cost."""
MAPS_SHARE: Final = 0.55
"""Of them for each heat map at most."""
MOST_MAPS: Final = 1
FIRST_SHARE: Final = 0.4
"""Of the passes for the timeline, what goes to pairs that are spread evenly."""
EDGES: Final = 6
"""Further pairs where the first ones lie close already: enough for the edges of a moment."""
QUARTERS: Final = (Block(0, 0, 3, 3), Block(0, 3, 3, 6), Block(3, 0, 6, 3), Block(3, 3, 6, 6))
CLEAR_FALL: Final = 0.3
"""MOS that an attribute must fall by before it is named."""
READ_BYTES: Final = 256 << 20
"""Frames that are held at once."""
JPEG_SIDE: Final = 640
T = TypeVar("T")
_DAMAGE: Final = ("warning_truncated", "warning_damaged")


def explain(
    rating: Rating,
    asked: Asked,
    *,
    attributes: Mapping[str, Attribute] | None = None,
    off_digit_limit: float = 0.2,
) -> Explanation:
    """Why the video of ``rating`` has its score. Raises what reading and the model raise.

    ``asked`` must be of the same video and model; its meter holds the budget. ``attributes`` are those of the
    whole video.
    """
    frames, meter = rating.frames, asked.meter
    asked.stage("timeline")
    prices = _prices(rating, asked)
    looks = _looks(rating, asked, prices)
    spans = spans_of(looks, frames.duration_s, rating.distribution.scale.to_mos(rating.expected_label))
    moments = moments_of(looks, frames.duration_s, spans)
    moments = tuple(_with_cause(moment, looks, moments, asked) for moment in moments)
    asked.stage("maps")
    maps = _maps(looks, moments, asked, prices)
    return Explanation(
        rating=rating,
        looked_at_s=tuple(sorted({round(look.time_s, 4) for look in looks})),
        spans=spans,
        moments=moments,
        maps=maps,
        attributes=dict(attributes or {}),
        cost=meter.cost(),
        remarks=tuple(_remarks(rating, looks, moments, maps, attributes or {}, off_digit_limit)),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


@dataclass(frozen=True, slots=True)
class _Prices:
    """Passes for the quarters of one pair, for all blocks of one, and what the maps may cost together."""

    quarters: float
    blocks: float
    maps: float


def _prices(rating: Rating, asked: Asked) -> _Prices:
    pair = pair_of(asked.read([rating.frames.duration_s / 2]), 0)
    # a whole pair is the measure of all others
    asked.passes_of(pair)
    quarters = sum(asked.passes_of(part_of(pair, part)) for part in QUARTERS)
    each = asked.passes_of(part_of(pair, blocks()[0])) * BLOCKS
    return _Prices(quarters, each, MOST_MAPS * min(3 * each, MAPS_SHARE * asked.meter.budget))


def _looks(rating: Rating, asked: Asked, prices: _Prices) -> list[Look]:
    """Pairs over the clip, then more beside the worst ones, then the quarters of as many as can be afforded."""
    frames, meter = rating.frames, asked.meter
    budget = meter.budget - prices.maps
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
    for some in _pieces(chosen, rating):
        clip = asked.read([ordered[place].time_s for place in some])
        pairs = [pair_of(clip, number) for number in range(len(some))]
        answers = asked.rate([part_of(pair, part) for pair in pairs for part in quarters])
        levels = [answer.scale.to_mos(answer.expectation()) for answer in answers]
        for number, place in enumerate(some):
            parts = tuple(levels[number * len(quarters) : (number + 1) * len(quarters)])
            ordered[place] = replace(ordered[place], parts=parts)
    return ordered


def _pieces(values: Sequence[T], rating: Rating) -> Iterator[Sequence[T]]:
    """As many pairs at a time as may be held."""
    at_once = max(READ_BYTES // max(2 * 3 * rating.frames.width * rating.frames.height, 1), 2)
    for start in range(0, len(values), at_once):
        yield values[start : start + at_once]


def _look(times: Sequence[float], rating: Rating, asked: Asked) -> list[Look]:
    """What the model says of the pair at each of the times; a few at a time, by their size."""
    found: list[Look] = []
    for some in _pieces(times, rating):
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
    return min(looks, key=lambda look: abs(look.time_s - moment.at_s))


def _maps(looks: Sequence[Look], moments: Sequence[Moment], asked: Asked, prices: _Prices) -> tuple[HeatMap, ...]:
    """Of the worst look of each of the worst moments, held against good ones before and behind it."""
    found = []
    for moment in moments[:MOST_MAPS]:
        bad = _look_at(moment, looks)
        references = _references(bad, looks, moments)
        if not references:
            continue
        # of the references the nearest one is enough
        affordable = int(asked.meter.left / prices.blocks)
        if affordable < 2:
            continue
        clip = asked.read([bad.time_s, *(look.time_s for look in references)])
        pairs = [pair_of(clip, place) for place in range(1 + len(references))]
        heat = heat_of(pairs[0], pairs[1:affordable], asked.rate)
        height, width = clip.frames[0].shape[:2]
        rows = tuple(tuple(round(float(value), 4) for value in row) for row in heat.relevance)
        picture = picture_of(clip, 0)
        found.append(HeatMap(bad.time_s, bad.frame, width, height, rows, round(heat.loss, 4), heat.box, picture))
    return tuple(found)


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
    attributes: Mapping[str, Attribute],
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
    if not attributes:
        found.append(Reason("why_no_attributes"))
    return [dict(one) for one in found]
