"""The sentence says what the figures say, and nothing else, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.made_explanation import distribution, made_explanation
from xl_vqa.explaining.in_words import place_name, remarks, sentence
from xl_vqa.words.attributes import AttributeRating, attribute_words
from xl_vqa.words.explanation import Box, Explanation, Moment


def test_what_when_where_and_what_is_fine() -> None:
    made = made_explanation()
    assert sentence(made) == (
        "Poor: motion stutters from 3.0 to 4.0 s, at the bottom left; sharpness and noise are fine."
    )
    assert sentence(made, "ja") == (
        "悪い: 3.0~4.0 秒に左下で動きがぎこちなくなっています。鮮鋭さとノイズの少なさは良好です。"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"attributes": {}, "moments": (Moment(3.0, 4.0, 3.4, 1.6),)}, "the quality is lowest from 3.0 to 4.0 s"),
        ({"attributes": {}, "moments": (), "maps": ()}, "the quality is even over the whole clip"),
        ({"moments": (), "maps": ()}, "motion stutters throughout"),
        ({"moments": (Moment(3.0, 3.0, 3.0, 1.6),), "maps": ()}, "the quality is lowest at 3.0 s"),
        (
            {"moments": (Moment(7.0, 8.0, 7.5, 1.5), Moment(3.0, 4.0, 3.4, 1.6)), "maps": ()},
            "the quality is lowest from 3.0 to 4.0 s and from 7.0 to 8.0 s",
        ),
        (
            {"moments": (Moment(7.0, 8.0, 7.5, 1.5, "Aesthetic"),), "maps": ()},
            "Aesthetic is lowest from 7.0 to 8.0 s",
        ),
    ],
)
def test_no_more_than_is_known(change: dict[str, Any], said: str) -> None:
    assert sentence(made_explanation(**change)).startswith(f"Poor: {said}")


def with_warning(warning: str, **change: Any) -> Explanation:
    made = made_explanation(**change)
    return replace(made, rating=replace(made.rating, warnings=(warning,)))


@pytest.mark.parametrize("label", [12, 48])
def test_of_a_video_in_which_nothing_moves_no_motion_is_judged(label: int) -> None:
    attributes = {
        name: AttributeRating(name, distribution(label if name != "noise" else 48, 0.2))
        for name in ("motion_smoothness", "flicker", "noise")
    }
    made = with_warning("warning_frozen", attributes=attributes, moments=(), maps=())
    assert sentence(made) == "Poor: nothing moves in it; noise is fine."
    assert sentence(made, "ja") == "悪い: 映像に動きがありません。ノイズの少なさは良好です。"


def test_of_a_black_video_nothing_is_fine() -> None:
    made = with_warning("warning_black", moments=(), maps=())
    assert sentence(made) == "Poor: the picture is black throughout."
    assert sentence(made, "ja") == "悪い: 映像が最初から最後まで真っ黒です。"


def test_of_two_causes_the_worse_one_is_told_with_its_own_times() -> None:
    both = (Moment(7.0, 8.0, 7.5, 1.5, "noise"), Moment(3.0, 4.0, 3.4, 1.6, "sharpness"))
    said = sentence(made_explanation(moments=both, maps=()))
    assert "noise is seen from 7.0 to 8.0 s" in said
    assert "3.0" not in said
    # what is wrong somewhere is not called fine
    assert "fine" not in said


@given(st.dictionaries(st.sampled_from(("sharpness", "noise", "exposure")), st.integers(10, 50)))
def test_an_attribute_is_fine_only_where_it_is_good(labels: dict[str, int]) -> None:
    attributes = {name: AttributeRating(name, distribution(label, 0.2)) for name, label in labels.items()}
    said = sentence(made_explanation(attributes=attributes, moments=(), maps=()))
    for name, label in labels.items():
        if re.search(rf"{attribute_words(name)}[^;]* (is|are) fine", said):
            assert label >= 35
    if all(label < 35 for label in labels.values()):
        assert "fine" not in said


@pytest.mark.parametrize(
    ("box", "where"),
    [
        (Box(0.0, 0.0, 0.2, 0.2), "at the top left"),
        (Box(0.4, 0.4, 0.6, 0.6), "in the middle"),
        (Box(0.0, 0.8, 1.0, 1.0), "at the bottom"),
        (Box(0.7, 0.0, 1.0, 1.0), "on the right"),
        (Box(0.0, 0.0, 1.0, 1.0), None),
    ],
)
def test_where_a_box_lies(box: Box, where: str | None) -> None:
    assert place_name(box) == where


def test_a_remark_is_a_whole_sentence_in_either_language() -> None:
    made = made_explanation(remarks=({"key": "why_coarse", "looked": 96, "total": 900000, "apart": "375.0"},))
    assert remarks(made) == [
        "The video is long: 96 of 900000 frames were looked at, 375.0 s apart on average, so what is shorter "
        "may be missed."
    ]
    (japanese,) = remarks(made, "ja")
    assert japanese.endswith("。")
    assert "96" in japanese
