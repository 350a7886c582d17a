"""The pictures of a calibration's report, each a string of inline SVG."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Final

from xl_vqa.calibration.decision import Decision
from xl_vqa.calibration.result import Calibration, RatedVideos
from xl_vqa.calibration.texts import decision_name, tr
from xl_vqa.page.colours import BLUE, FAINT, RUST
from xl_vqa.page.svg import Plane
from xl_vqa.page.ticks import round_axis
from xl_vqa.words.figures import as_percent, rounded

MOST_DOTS: Final = 1500


def line(found: Calibration, rated: RatedVideos, language: str) -> str:
    """People's MOS against the model's score, with the map."""
    profile = found.profile
    scale = profile.scale
    plane = Plane(
        (scale.label_min, scale.label_max),
        (scale.mos_min, scale.mos_max),
        tr("score_axis", language),
        tr("mos_axis", language),
    )
    every = max(1, len(rated) // MOST_DOTS)
    for video, x, y in itertools.islice(zip(rated.videos, rated.score, rated.mos, strict=True), 0, None, every):
        plane.dot(float(x), float(y), f"{video}: {rounded(x, 1)}, {rounded(y, 2)}", alpha=0.5)
    ends = [float(scale.label_min), *profile.line.x, float(scale.label_max)]
    xs = sorted({x for x in ends if scale.label_min <= x <= scale.label_max})
    plane.line([(x, profile.line(x)) for x in xs], color=RUST, size=2)
    return plane.render(tr("line", language))


def reliability(found: Calibration, language: str) -> str:
    """Mean MOS by people over bins of the profile's MOS, on contents held out."""
    scale = found.profile.scale
    ends = (scale.mos_min, scale.mos_max)
    plane = Plane(ends, ends, tr("predicted_axis", language), tr("mos_axis", language))
    plane.line([(ends[0], ends[0]), (ends[1], ends[1])], color=FAINT, dash="5 4")
    for one in found.reliability:
        if one.mos.value is None:
            continue
        tip = f"{rounded(one.prediction, 2)} → {rounded(one.mos.value, 2)} (n = {one.mos.n})"
        if one.mos.low is not None and one.mos.high is not None:
            plane.line([(one.prediction, one.mos.low), (one.prediction, one.mos.high)], color=RUST, size=2)
        plane.dot(one.prediction, one.mos.value, tip, color=RUST, radius=4)
    return plane.render(tr("reliability", language))


def coverage(found: Calibration, language: str) -> str:
    """Stated against found coverage, with intervals over contents; empty where none could be measured."""
    if not found.coverage:
        return ""
    low = min(0.7, *(one.found.low or 1.0 for one in found.coverage))
    limits, y_ticks = round_axis(low, 1.0, say=lambda value: as_percent(value))
    plane = Plane(
        (0.75, 1.0),
        limits,
        tr("stated", language),
        tr("found", language),
        x_ticks=[(one.stated, as_percent(one.stated)) for one in found.coverage],
        y_ticks=y_ticks,
    )
    plane.line([(0.75, 0.75), (1.0, 1.0)], color=FAINT, dash="5 4")
    for one in found.coverage:
        assert one.found.value is not None
        if one.found.low is not None and one.found.high is not None:
            plane.line([(one.stated, one.found.low), (one.stated, one.found.high)], color=RUST, size=2)
        plane.dot(
            one.stated,
            one.found.value,
            f"{as_percent(one.stated)}: {as_percent(one.found.value, 1)}",
            color=RUST,
            radius=4,
        )
    return plane.render(tr("coverage", language))


def cost(found: Decision, language: str) -> str:
    """The cost of each accept limit, each with its best reject limit, and its 95% interval over contents."""
    points = found.curve
    top = max([point.high for point in points])
    limits, y_ticks = round_axis(0.0, top)
    plane = Plane(
        (points[0].accept, points[-1].accept),
        limits,
        tr("accept_axis", language),
        tr("cost_axis", language),
        width=640,
        height=320,
        y_ticks=y_ticks,
    )
    for one, after in itertools.pairwise(points):
        low, high = min(one.low, after.low), max(one.high, after.high)
        plane.box((one.accept, after.accept), (low, high), "", color=BLUE, alpha=0.18)
    plane.line([(point.accept, point.cost) for point in points], color=BLUE, size=2)
    for name, place in (("accept", found.accept), ("reject", found.reject)):
        plane.line([(place, limits[0]), (place, limits[1])], color=RUST, dash="4 3")
        anchor = "start" if name == "accept" else "end"
        plane.note(
            place,
            limits[1],
            f" {decision_name(name, language)} {rounded(place, 1)} ",
            color=RUST,
            anchor=anchor,
            up=-12,
        )
    return plane.render(tr("decision", language))


def pictures(found: Calibration, rated: RatedVideos, language: str) -> Sequence[tuple[str, str]]:
    """Title and picture of those that there are."""
    parts = [("line", line(found, rated, language)), ("reliability", reliability(found, language))]
    parts.append(("coverage", coverage(found, language)))
    return [(key, picture) for key, picture in parts if picture]
