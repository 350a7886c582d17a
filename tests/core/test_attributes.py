"""Attributes as words: names, what is left out, and the way to JSON and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.words.attributes import (
    KNOWN,
    AttributeQuestion,
    AttributeRating,
    Attributes,
    attribute_words,
    questions_digest,
    zero_shot_questions,
)
from xl_vqa.words.errors import (
    AttributeLeftOutError,
    DistributionError,
    ModelIncompatibleError,
    UnknownAttributeError,
)
from xl_vqa.words.labels import Bands, Scale
from xl_vqa.words.model_spec import ModelSpec, attributes_key, settings_key
from xl_vqa.words.rating import LabelDistribution

LABELS = Scale()


def at(name: str, *masses: tuple[int, float], **values: object) -> AttributeRating:
    return AttributeRating(name, LabelDistribution.from_joint(LABELS, dict(masses)), **values)  # type: ignore[arg-type]


FOUND = Attributes(
    (
        at("sharpness", (40, 0.5), (42, 0.5)),
        at("noise", (12, 0.9), source="zero-shot"),
        at("Aesthetic", (30, 1.0)),
    ),
    {"flicker": "attribute_needs_motion"},
)


def test_an_attribute_is_read_off_its_distribution_as_a_score_is() -> None:
    noise = FOUND.of("noise")
    assert (noise.label, noise.mos, noise.band.key, noise.source) == (12, 1.2, "bad", "zero-shot")
    assert noise.distribution.off_digit_mass == pytest.approx(0.1)
    assert FOUND.of("sharpness").expected_label == 41
    moved = replace(noise, bands=Bands(LABELS, (11, 12, 13, 14)), decoding="map")
    assert moved.band.key == "fair"


@pytest.mark.parametrize("name", ["noise", "NOISE", " Noise ", "ノイズ", "ノイズの少なさ"])
def test_names_in_either_language_and_any_case(name: str) -> None:
    assert FOUND.of(name).name == "noise"


def test_one_of_the_users_own_is_called_what_the_user_calls_it() -> None:
    assert FOUND.of("aesthetic").name == "Aesthetic"
    assert FOUND.of("aesthetic").words("ja") == "Aesthetic"
    assert FOUND.of("noise").words("ja") == "ノイズの少なさ"


def test_an_unknown_name_is_told_which_there_are() -> None:
    with pytest.raises(UnknownAttributeError) as raised:
        FOUND.of("smell")
    for language in ("en", "ja"):
        said = raised.value.message(language)
        assert "smell" in said
        for name in ("sharpness", "noise", "Aesthetic", "flicker"):
            assert name in said


def test_what_was_left_out_says_why() -> None:
    with pytest.raises(AttributeLeftOutError, match="single picture"):
        FOUND.of("temporal consistency")
    with pytest.raises(AttributeLeftOutError) as raised:
        FOUND.of("ちらつき")
    assert "静止画" in raised.value.message("ja")


def test_the_lowest_names_what_is_wrong() -> None:
    assert FOUND.lowest is FOUND.ratings[1]
    assert Attributes(()).lowest is None


def test_no_name_means_two_attributes() -> None:
    names = [name.casefold() for one in KNOWN for name in {one.key.replace("_", " "), one.en, one.ja, *one.also}]
    assert len(names) == len(set(names))
    assert all(attribute_words(one.key, "ja") != one.key for one in KNOWN)


@given(
    st.lists(
        st.tuples(st.text(min_size=1), st.lists(st.floats(0, 1), min_size=41, max_size=41)),
        max_size=4,
        unique_by=lambda one: one[0],
    )
)
def test_json_and_back(made: list[tuple[str, list[float]]]) -> None:
    ratings = tuple(
        at(name, *zip(LABELS.labels, (mass / 50 for mass in masses), strict=True))
        for name, masses in made
        if sum(masses) > 1e-3
    )
    found = Attributes(ratings, {"x": "attribute_no_answer"})
    assert Attributes.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_what_is_no_attributes_is_an_error() -> None:
    with pytest.raises(DistributionError):
        Attributes.from_dict({"ratings": [{"name": "noise"}], "left_out": {}})


# -- what a model folder says of them


def test_a_published_model_is_asked_zero_shot_and_a_fine_tuned_one_only_what_it_was_taught() -> None:
    published, taught = ModelSpec(), ModelSpec(fine_tuned=True)
    assert [one.name for one in published.questions] == [one.key for one in KNOWN]
    assert {one.source for one in published.questions} == {"zero-shot"}
    assert "0 (bad) to 100 (excellent)" in zero_shot_questions(Scale(label_min=0, label_max=100))[0].question
    assert taught.questions == ()
    own = AttributeQuestion("Aesthetic", "How beautiful is it?")
    assert replace(taught, attributes=(own,)).questions == (own,)


def test_a_spec_without_attributes_is_written_as_before(tmp_path: object) -> None:
    assert not {"attributes", "attribute_weights"} & ModelSpec().to_dict().keys()
    own = AttributeQuestion("Aesthetic", "How beautiful is it?", needs_motion=True)
    spec = ModelSpec(fine_tuned=True, attributes=(own,), attribute_weights="ab")
    assert ModelSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_one_name_twice_is_refused() -> None:
    with pytest.raises(ModelIncompatibleError, match="one name"):
        ModelSpec(attributes=(AttributeQuestion("a", "x"), AttributeQuestion("a", "y")))


def test_the_key_changes_with_what_changes_an_answer_and_not_with_a_text() -> None:
    asked = AttributeQuestion("a", "x")
    spec = ModelSpec(fine_tuned=True, attributes=(asked,), attribute_weights="1")
    others = [
        replace(spec, attributes=(replace(asked, question="y"),)),
        replace(spec, attribute_weights="2"),
        replace(spec, attributes=(asked, AttributeQuestion("b", "x"))),
        replace(spec, sampling=replace(spec.sampling, frames=4)),
    ]
    keys = {attributes_key(one) for one in (spec, *others)}
    assert len(keys) == 5
    assert settings_key(spec, None) == settings_key(others[0], None)
    assert questions_digest((), "") != questions_digest((asked,), "")
