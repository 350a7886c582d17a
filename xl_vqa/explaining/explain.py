"""From a rating to why: looks along the clip, then at where in the worst frames, within a budget of passes."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.explaining.heat import PAIRS, heat_of
from xl_vqa.explaining.measuring import Asked, pair_of
from xl_vqa.explaining.timeline import Look, first_times, further_times, moments_of, spans_of
from xl_vqa.words.explanation import Explanation, HeatMap, Moment
from xl_vqa.words.rating import Rating
from xl_vqa.words.reasons import Reason

if TYPE_CHECKING:
    from xl_vqa.video.clip import Clip

BUDGET: Final = 24.0
"""Passes of one explanation: so many plain scores may it cost."""
MAP_PASSES: Final = 9.0
"""Of them for each heat map."""
MOST_MAPS: Final = 1
FIRST_SHARE: Final = 0.7
"""Of the looks along the clip, those that are spread evenly."""
READ_BYTES: Final = 256 << 20
"""Frames that are held at once."""
JPEG_SIDE: Final = 640
_DAMAGE: Final = ("warning_truncated", "warning_damaged")


def explain(rating: Rating, asked: Asked, *, off_digit_limit: float = 0.2) -> Explanation:
    """Why the video of ``rating`` has its score. Raises what reading and the model raise.

    ``asked`` must be of the same video and model; its meter holds the budget.
    """
    frames, meter = rating.frames, asked.meter
    looks = _looks(rating, asked)
    spans = spans_of(looks, frames.duration_s, rating.distribution.scale.to_mos(rating.expected_label))
    moments = moments_of(looks, frames.duration_s, spans)
    asked.stage("maps")
    maps = _maps(looks, moments, asked)
    return Explanation(
        rating=rating,
        looked_at_s=tuple(sorted({round(look.time_s, 4) for look in looks})),
        spans=spans,
        moments=moments,
        maps=maps,
        attributes={},
        cost=meter.cost(),
        remarks=tuple(_remarks(rating, looks, moments, maps, off_digit_limit)),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _looks(rating: Rating, asked: Asked) -> list[Look]:
    frames, meter = rating.frames, asked.meter
    most = max(int((meter.budget - MOST_MAPS * MAP_PASSES) * meter.pairs), 1)
    asked.stage("timeline")
    first = first_times(frames.duration_s, frames.frame_count, max(int(most * FIRST_SHARE), 1))
    looks = _look(first, rating, asked)
    # twice, because the first of them tell where an edge is
    for share in (0.5, 1.0):
        left = int((most - len(looks)) * share)
        more = further_times(looks, frames.duration_s, left)
        if more and frames.frame_count > 2:
            looks = _once_each(looks + _look(more, rating, asked))
    return looks


def _look(times: Sequence[float], rating: Rating, asked: Asked) -> list[Look]:
    """What the model says of the pair at each of the times; a few at a time, by their size."""
    frames = rating.frames
    at_once = max(READ_BYTES // max(2 * 3 * frames.width * frames.height, 1), 2)
    found: list[Look] = []
    for start in range(0, len(times), at_once):
        clip = asked.read(times[start : start + at_once])
        answers = asked.rate_pairs(clip)
        places = zip(clip.used.timestamps_s[::2], clip.used.indices[::2], answers, strict=True)
        found += [Look(time, frame, answer) for time, frame, answer in places]
    return _once_each(found)


def _once_each(looks: Sequence[Look]) -> list[Look]:
    return sorted({look.frame: look for look in looks}.values(), key=lambda look: look.time_s)


def _maps(looks: Sequence[Look], moments: Sequence[Moment], asked: Asked) -> tuple[HeatMap, ...]:
    """Of the worst look of each of the worst moments, held against the nearest good one."""
    by_time = {round(look.time_s, 3): look for look in looks}
    found = []
    for moment in moments[:MOST_MAPS]:
        bad = by_time[moment.at_s]
        good = _reference(bad, looks, moments)
        left = (asked.meter.budget - asked.meter.passes) * asked.meter.pairs
        if good is None or left < PAIRS + 2:
            continue
        clip = asked.read([bad.time_s, good.time_s])
        heat = heat_of(pair_of(clip, 0), pair_of(clip, 1), asked.rate)
        height, width = clip.frames[0].shape[:2]
        rows = tuple(tuple(round(float(value), 4) for value in row) for row in heat.relevance)
        picture = picture_of(clip, 0)
        found.append(HeatMap(bad.time_s, bad.frame, width, height, rows, round(heat.loss, 4), heat.box, picture))
    return tuple(found)


def _reference(bad: Look, looks: Sequence[Look], moments: Sequence[Moment]) -> Look | None:
    """The nearest look outside of every moment that is no worse than the middle of the clip."""
    middle = median(look.mos for look in looks)
    inside = [(one.start_s, one.end_s) for one in moments]
    good = [
        look
        for look in looks
        if look.mos >= max(middle, bad.mos) and not any(start <= look.time_s <= end for start, end in inside)
    ]
    return min(good, key=lambda look: abs(look.time_s - bad.time_s), default=None)


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
    found.append(Reason("why_no_attributes"))
    return [dict(one) for one in found]
