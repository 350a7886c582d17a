"""Frames under heat maps, and distributions on one line."""

from __future__ import annotations

import lxml.html
import pytest

from xl_vqa.page.pictures import HEAT, distribution_strip, heat_picture


def test_heat_lies_where_the_map_says_and_can_be_taken_away() -> None:
    html = heat_picture("QUJD", (640, 360), [[0, 0, 0, 1], [0, 0.5, 0, 0]], "alt <text>", box=(0.5, 0, 1, 0.5))
    svg = lxml.html.fromstring(html)
    assert (svg.get("viewbox"), svg.get("aria-label")) == ("0 0 480 270", "alt <text>")
    (image,) = svg.iter("image")
    assert image.get("href") == "data:image/jpeg;base64,QUJD"
    (heat,) = svg.xpath(".//g[@class='heat']")
    hot = [rect for rect in heat.iter("rect") if rect.get("fill") == HEAT]
    assert [(float(r.get("x")), float(r.get("y"))) for r in hot] == [(360, 0), (120, 135)]
    assert float(hot[0].get("fill-opacity")) == pytest.approx(2 * float(hot[1].get("fill-opacity")), abs=0.01)
    frames = [rect for rect in heat.iter("rect") if rect.get("fill") == "none"]
    assert {tuple(r.get(k) for k in ("x", "y", "width", "height")) for r in frames} == {
        ("240.0", "0.0", "240.0", "135.0")
    }


def test_without_a_picture_its_shape_is_there() -> None:
    svg = lxml.html.fromstring(heat_picture("", (100, 200), [[1.0]], "x", width=100))
    assert svg.get("viewbox") == "0 0 100 200"
    assert not svg.xpath(".//image")


def test_a_strip_shows_the_distribution_and_how_far_it_reaches() -> None:
    svg = lxml.html.fromstring(distribution_strip([0.5, 0.25, 0.0, 0.25], 0.25, "a strip", width=200, height=34))
    bars = [rect for rect in svg.iter("rect") if rect.get("fill-opacity")]
    assert [float(bar.get("x")) for bar in bars] == [0, 50, 150]
    heights = [float(bar.get("height")) for bar in bars]
    assert heights == [24, 12, 12]
    filled = [rect for rect in svg.iter("rect") if rect.get("width") == "50.0"]
    assert len(filled) == 1


@pytest.mark.parametrize("share", [-1.0, 0.0, 1.0, 7.0])
def test_a_strip_never_leaves_its_track(share: float) -> None:
    svg = lxml.html.fromstring(distribution_strip([1.0], share, "x", width=100))
    assert all(0 <= float(rect.get("width")) <= 100 for rect in svg.iter("rect"))
