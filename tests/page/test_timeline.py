"""A value over time: times as people write them, round ticks, steps over intervals."""

from __future__ import annotations

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.page.timeline import Piece, clock, time_ticks, timeline_chart


@pytest.mark.parametrize(
    ("seconds", "digits", "shown"),
    [
        (0, 1, "0.0"),
        (3.24, 1, "3.2"),
        (59.96, 1, "1:00.0"),
        (63.2, 1, "1:03.2"),
        (605, 0, "10:05"),
        (7203.25, 2, "2:00:03.25"),
        (36000, 1, "10:00:00.0"),
    ],
)
def test_times_are_written_as_people_do(seconds: float, digits: int, shown: str) -> None:
    assert clock(seconds, digits) == shown


@given(st.floats(0, 400_000), st.integers(0, 3))
def test_a_written_time_is_the_time(seconds: float, digits: int) -> None:
    parts = [float(part) for part in clock(seconds, digits).split(":")]
    total = sum(part * 60**place for place, part in enumerate(reversed(parts)))
    assert total == pytest.approx(seconds, abs=0.51 * 10**-digits)
    assert all(part < 60 for part in parts[1:])


@given(st.floats(0.02, 400_000))
def test_ticks_are_few_within_and_all_different(length: float) -> None:
    ticks = time_ticks(length)
    assert 1 <= len(ticks) <= 9
    assert ticks[0][0] == 0
    assert ticks[-1][0] <= length * (1 + 1e-9)
    assert len({text for _, text in ticks}) == len(ticks)


def test_the_chart_has_the_value_the_interval_and_what_stands_out() -> None:
    pieces = [
        Piece(0, 2, 3.0, 2.5, 3.5, "0 to 2"),
        Piece(2, 3, 1.5, 1.0, 2.0, "2 <to> 3"),
        Piece(3, 4, 3.2, 2.7, 3.7, "3 to 4"),
    ]
    html = timeline_chart(pieces, "over time & more", limits=(1, 5), worst=[(2, 3, "the worst")])
    page = lxml.html.fromstring(html)
    left, right, first, last = map(float, page.get("data-plot").split())
    assert (first, last) == (0, 4)
    (svg,) = page.iter("svg")
    assert svg.get("aria-label") == "over time & more"
    tips = [title.text for title in svg.iter("title")]
    assert tips == ["the worst", "0 to 2", "2 <to> 3", "3 to 4"]
    worst, *intervals = svg.iter("rect")
    # the stretch from 2 to 3 of 4 seconds
    assert float(worst.get("x")) == pytest.approx(left + (right - left) / 2, abs=0.1)
    assert float(worst.get("width")) == pytest.approx((right - left) / 4, abs=0.1)
    # an interval of one MOS is a quarter of the height from 1 to 5, which the stretch fills
    assert float(intervals[0].get("height")) == pytest.approx(float(worst.get("height")) / 4, abs=0.2)
    (line,) = svg.iter("polyline")
    points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
    assert len(points) == 6
    assert points[2][1] == points[3][1] == max(y for _, y in points)
