"""The times of an explanation by a domain's line: as the score is read, on the domain's scale."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.made_explanation import SCALE, made_explanation
from xl_vqa.host.linked_pages import read_by
from xl_vqa.words.domain_profile import Line, Reading, read_timeline
from xl_vqa.words.errors import HostRequestError
from xl_vqa.words.explanation import Explanation
from xl_vqa.words.labels import Scale

SAME = Line((10.0, 50.0), (1.0, 5.0))
STEEP = Line((10.0, 20.0, 40.0, 50.0), (0.0, 10.0, 90.0, 100.0))
HUNDRED = Scale(mos_min=0, mos_max=100)


def told(label: float = 24.0) -> dict[str, object]:
    return json.loads(made_explanation(label=label).to_json())


def mean(found: dict[str, object]) -> float:
    explanation = Explanation.from_dict({**found, "rating": told()["rating"]})
    return sum(one.mos * (one.end_s - one.start_s) for one in explanation.spans) / explanation.duration_s


def test_the_line_of_the_model_itself_changes_nothing_but_the_mean() -> None:
    before = told()
    found = read_timeline(before, SAME, SCALE, SCALE, mean(before))
    assert found["spans"] == [pytest.approx(one) for one in before["spans"]]
    assert found["moments"] == [pytest.approx(one) for one in before["moments"]]


@given(st.floats(20, 80))
def test_the_order_stays_and_the_mean_is_the_scores(mos: float) -> None:
    before = told()
    found = read_timeline(before, STEEP, SCALE, HUNDRED, mos)
    levels = [[one["mos"] for one in values["spans"]] for values in (before, found)]
    order = [sorted(range(len(one)), key=one.__getitem__) for one in levels]
    assert order[0] == order[1]
    assert all(one["low"] <= one["mos"] <= one["high"] for one in found["spans"])
    assert all(one["low"] >= 0 and one["high"] <= 100 for one in found["spans"])
    if all(0 < one["mos"] < 100 for one in found["spans"]):
        assert mean(found) == pytest.approx(mos)
    # the worst moment is on the scale of the span that it lies in
    assert found["moments"][0]["mos"] == pytest.approx(min(levels[1]))


def test_the_hosts_page_is_read_the_same_way() -> None:
    reading = Reading("broadcast", "c1", 20, 31.0, "poor", 0.6)
    line = {"x": STEEP.x, "y": STEEP.y, "scale": HUNDRED.to_dict()}
    body = json.loads(json.dumps({"reading": reading.to_dict(), "line": line}))
    found = read_by(body, told())
    wanted = read_timeline(told(), STEEP, SCALE, HUNDRED, 31.0)
    assert [one.mos for one in found.spans] == [one["mos"] for one in wanted["spans"]]
    assert found.rating.distribution.scale.mos_max == 100
    assert found.rating.mos == 31.0
    with pytest.raises(HostRequestError):
        read_by({**body, "line": {"x": [1]}}, told())


def test_without_times_there_is_nothing_to_read() -> None:
    bare = {**told(), "spans": [], "moments": []}
    assert read_timeline(bare, STEEP, SCALE, HUNDRED, 50.0)["spans"] == []
