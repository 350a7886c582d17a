"""Charts draw what they are given, stay in their frame, and have axes of round numbers."""

from __future__ import annotations

import math
from itertools import pairwise
from xml.etree import ElementTree

import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xl_vqa.page.charts import Bar, Mark, bar_chart, lines_chart, log_chart
from xl_vqa.page.svg import Plane, picture_file
from xl_vqa.page.ticks import percent, plain, round_axis, ticks

SVG = "{http://www.w3.org/2000/svg}"
ENDS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


def points(line: ElementTree.Element | lxml.html.HtmlElement) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.get("points", "").split())]


def is_round(value: float) -> bool:
    """A step of 1, 2 or 5 times a power of ten."""
    return any(math.isclose(value, f * 10.0 ** math.floor(math.log10(value))) for f in (1, 2, 5, 10))


@given(ENDS, st.floats(1e-3, 1e6), st.booleans())
def test_ticks_are_round_level_and_inside(low: float, span: float, whole: bool) -> None:
    high = low + span
    found = [value for value, _ in ticks(low, high, whole=whole)]
    assert len(found) <= 11
    assert whole or len(found) >= 2
    assert all(low - span * 1e-6 <= value <= high + span * 1e-6 for value in found)
    steps = {round(b - a, 9) for a, b in pairwise(found)}
    assert all(is_round(step) for step in steps)
    assert len({float(f"{step:.6g}") for step in steps}) <= 1
    if whole:
        assert all(value == round(value) for value in found)


@given(ENDS, st.floats(1e-3, 1e6), st.booleans())
@example(-1.062, 1.125, True)
def test_a_round_axis_holds_the_range_and_ends_in_ticks(low: float, span: float, whole: bool) -> None:
    high = low + span
    (start, end), found = round_axis(low, high, whole=whole)
    assert start <= low + span * 1e-6
    assert end >= high - span * 1e-6
    # not far beyond it; an axis of counts ends in whole ones
    counts = math.ceil(high) - math.floor(low) if whole else 0
    assert end - start <= max(2.5 * span, 2, counts)
    assert (found[0][0], found[-1][0]) == (start, end)
    assert 2 <= len(found) <= 13


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 44.2, ["0", "10", "20", "30", "40"]),
        (0, 79650, ["0", "20,000", "40,000", "60,000"]),
        (-0.31, 0.57, ["-0.2", "0", "0.2", "0.4"]),
        (1, 5, ["1", "2", "3", "4", "5"]),
        (-0.3, 4.8, ["0", "1", "2", "3", "4"]),
    ],
)
def test_ticks_as_people_write_them(low: float, high: float, said: list[str]) -> None:
    assert [text for _, text in ticks(low, high)] == said


def test_shares_and_counts() -> None:
    assert [text for _, text in ticks(0, 0.064, say=percent)] == [f"{share}%" for share in range(7)]
    # half a video there is not
    assert [text for _, text in ticks(0, 2.3, whole=True)] == ["0", "1", "2"]
    assert [plain(value) for value in (1000, 0.1 + 0.2, -3.0)] == ["1,000", "0.3", "-3"]


def test_bars_are_as_tall_as_their_counts() -> None:
    chart = ElementTree.fromstring(bar_chart([Bar(40), Bar(20, "x<y"), Bar(0), Bar(0.01)], "t & t"))
    heights = [float(rect.get("height", "0")) for rect in chart.iter(f"{SVG}rect")]
    assert heights[0] == pytest.approx(2 * heights[1], abs=0.2)
    assert heights[2] == 0
    assert 0 < heights[3] < 3
    assert "x<y" in [element.text for element in chart.iter(f"{SVG}text")]
    assert chart.get("aria-label") == "t & t"


@pytest.mark.parametrize("counts", [[], [0, 0], [1], [7, 2], [1000] * 200])
def test_bars_stand_beside_each_other_in_the_frame(counts: list[int]) -> None:
    chart = ElementTree.fromstring(bar_chart([Bar(count) for count in counts], "t"))
    edges = [
        (float(rect.get("x", "")), float(rect.get("x", "")) + float(rect.get("width", "")))
        for rect in chart.iter(f"{SVG}rect")
    ]
    assert len(edges) == len(counts)
    assert all(0 <= left < right <= 440 for left, right in edges)
    assert all(right <= left for (_, right), (left, _) in pairwise(edges))


def test_a_curve_stays_in_its_frame() -> None:
    drawn = log_chart(
        [(1, 0.1), (10, 0.9), (40, 0.99)], "t", mark=(3, 0.5), mark_text="here", low=0.5, x_ticks=[1, 10, 90]
    )
    chart = ElementTree.fromstring(drawn)
    (line,) = chart.iter(f"{SVG}polyline")
    placed = points(line)
    assert all(0 <= x <= 440 and 0 <= y <= 180 for x, y in placed)
    assert placed[0][1] > placed[1][1] > placed[2][1]
    texts = [element.text for element in chart.iter(f"{SVG}text")]
    assert "here" in texts
    assert "10" in texts
    # no such place on this axis
    assert "90" not in texts


def test_lines_with_a_gap_a_mark_and_a_legend() -> None:
    values = [(0.0, 30.0), (1.0, 44.2), (2.0, None), (3.0, 41.0)]
    html = lines_chart(
        "Cost & threshold",
        [(float(x), f"w{x}") for x in range(4)],
        [("cost <per> 100", values)],
        marks=[Mark(1.0, 44.2, "Chosen")],
    )
    chart = lxml.html.fromstring(html)
    assert chart.findtext("figcaption") == "Cost & threshold"
    line, mark = chart.iter("polyline")
    (lone, chosen) = chart.iter("circle")
    assert len(points(line)) == 2
    # the mark stands on the axis and reaches up to the curve
    assert points(mark)[1] == points(line)[1]
    assert points(mark)[0][0] == points(mark)[1][0]
    assert float(chosen.get("cx")) == points(mark)[0][0]
    assert float(lone.get("cx")) > float(chosen.get("cx"))
    assert "Chosen: 1" in chart.find("div").text_content()
    assert "cost <per> 100" in chart.find("div").text_content()
    assert [text.text for text in chart.iter("text")] == [
        "0",
        "10",
        "20",
        "30",
        "40",
        "50",
        "w0",
        "w1",
        "w2",
        "w3",
    ]


def test_a_trend_need_not_begin_at_zero_and_many_ticks_are_thinned() -> None:
    weeks = [(float(week), f"1/{week}") for week in range(26)]
    drawn = lines_chart("t", weeks, [("a", [(x, 31 + x % 3) for x, _ in weeks])], from_zero=False)
    texts = [text.text for text in lxml.html.fromstring(drawn).iter("text")]
    assert texts[:2] == ["31", "31.5"]
    assert texts.count("1/0") == 1
    assert sum("/" in text for text in texts) <= 10


def test_nothing_to_draw() -> None:
    assert lines_chart("t", [], []) == ""
    assert lines_chart("t", [], [("a", [(0.0, None), (1.0, None)])]) == ""
    assert lines_chart("t", [], [("a", [(0.0, 3.0)])]) == ""


def test_a_plane_of_one_value_has_room_round_it() -> None:
    plane = Plane((3, 3), (1, 5))
    plane.dot(3, 5, "one")
    chart = ElementTree.fromstring(plane.render("t"))
    (dot,) = chart.iter(f"{SVG}circle")
    assert 54 < float(dot.get("cx", "")) < 440
    assert "3" in [element.text for element in chart.iter(f"{SVG}text")]


def test_pictures_stand_beside_each_other_in_a_file() -> None:
    drawn = [Plane((0, 1), (0, 1), width=300).render(name) for name in ("a", "b")]
    file = ElementTree.fromstring(picture_file(drawn, 620, 400))
    assert file.get("width") == "620"
    assert [group.get("transform") for group in file.findall(f"{SVG}g")] == ["translate(0 0)", "translate(310 0)"]
    assert [one.get("aria-label") for one in file.iter(f"{SVG}svg")][1:] == ["a", "b"]
