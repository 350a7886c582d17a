"""The explanation's way through JSON, and what is refused on the way back."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.made_explanation import distribution, made_explanation
from xl_vqa.words.attributes import AttributeRating
from xl_vqa.words.errors import DistributionError
from xl_vqa.words.explanation import Explanation, Progress, Span


def test_all_of_it_comes_back() -> None:
    made = made_explanation()
    assert Explanation.from_json(made.to_json()) == made
    assert Explanation.from_json(made.to_json()).to_json() == made.to_json()


def test_the_picture_is_a_picture_and_can_be_left_out() -> None:
    made = made_explanation()
    assert Image.open(io.BytesIO(made.maps[0].picture)).size == (160, 90)
    bare = made.without_pictures()
    assert bare.maps[0].picture == b""
    assert replace(bare, maps=made.maps) == made
    assert len(bare.to_json()) < len(made.to_json())


@given(st.lists(st.tuples(st.floats(0.01, 100), st.floats(1, 5)), min_size=1, max_size=20))
def test_any_timeline_without_gaps_comes_back(pieces: list[tuple[float, float]]) -> None:
    at, spans = 0.0, []
    for length, mos in pieces:
        spans.append(Span(at, at + length, mos, mos - 0.1, mos + 0.1))
        at += length
    made = made_explanation(spans=tuple(spans))
    assert Explanation.from_json(made.to_json()).spans == made.spans


@pytest.mark.parametrize(
    "change",
    [
        {"spans": [{"start_s": 0, "end_s": 1, "mos": 3, "low": 2, "high": 4}, {"start_s": 2, "end_s": 3}]},
        {
            "spans": [
                {"start_s": 0.0, "end_s": 1.0, "mos": 3.0, "low": 2.0, "high": 4.0},
                {"start_s": 2.0, "end_s": 3.0, "mos": 3.0, "low": 2.0, "high": 4.0},
            ]
        },
        {"rating": {}},
        {"attributes": {"noise": {"source": "invented"}}},
        {"maps": [{"relevance": [[0.0], [0.0, 1.0]], "jpeg": "", "box": None}]},
        {"maps": [{"relevance": [[0.0]], "jpeg": "no base64", "box": None}]},
        {"cost": None},
    ],
)
def test_what_is_no_explanation_is_refused(change: dict[str, Any]) -> None:
    values = {**json.loads(made_explanation().to_json()), **change}
    with pytest.raises(DistributionError, match="not a complete"):
        Explanation.from_dict(values)
    with pytest.raises(DistributionError):
        Explanation.from_json(json.dumps(values)[:-1])


def test_an_attribute_is_read_on_the_scale_of_the_score() -> None:
    found = AttributeRating("noise", distribution(38))
    assert found.label == 38
    assert found.mos == pytest.approx(3.8, abs=0.01)


def test_progress_comes_back() -> None:
    made = Progress("timeline", 3.0, 12.0, 4.5)
    assert Progress.from_dict(made.to_dict()) == made
