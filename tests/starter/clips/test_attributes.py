"""What was done to a clip as attributes: labels for questions, and which of them names the damage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from starter.clips import attributes
from starter.clips.attributes import ASKED, NAMES, asked_mos, asked_strengths, named_rightly, of
from starter.clips.defects import DEFECTS
from xl_vqa.words.attributes import KNOWN


def test_the_questions_are_those_that_the_product_has_names_for() -> None:
    assert list(ASKED) == [one.key for one in KNOWN]


def test_every_defect_takes_away_from_something_that_is_asked() -> None:
    for defect in DEFECTS:
        assert named_rightly(of([(defect.name, 5.0)])), defect.name
    assert not named_rightly({})


def test_nothing_that_is_recorded_is_never_asked_about() -> None:
    asked = {name for names in ASKED.values() for name in names}
    assert asked == set(NAMES)


@pytest.mark.parametrize(
    ("defect", "named"),
    [
        ("blur", {"sharpness"}),
        ("white_noise", {"noise"}),
        ("h264", {"blockiness"}),
        ("freeze", {"motion_smoothness"}),
        ("flicker", {"flicker"}),
        ("darken", {"exposure"}),
        ("color_cast", {"colour"}),
        ("warping", {"deformation"}),
        ("ghost_limbs", {"deformation"}),
        ("frame_blending", {"motion_smoothness"}),
        ("texture_boiling", {"flicker", "deformation"}),
    ],
)
def test_what_a_defect_is_named(defect: str, named: set[str]) -> None:
    assert named_rightly(of([(defect, 4)])) == named


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(0, attributes.STRONGEST)))
def test_labels_fall_with_the_strength(found: dict[str, float]) -> None:
    strengths, mos = asked_strengths(found), asked_mos(found)
    assert all(1.0 <= value <= 5.0 for value in mos.values())
    for name, strength in strengths.items():
        assert mos[name] == pytest.approx(5 - 0.8 * strength)
    most = max(strengths.values())
    assert named_rightly(found) == {name for name, value in strengths.items() if value == most > 0}
