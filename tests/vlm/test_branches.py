"""Questions that branch from one reading of a video, against a full reading for each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.vlm.test_digit_tree import brute_force, tree_of
from xl_vqa.vlm.answers import Stem
from xl_vqa.vlm.digit_tree import grow_branches, stem_tree
from xl_vqa.vlm.prompt import asked, build_prompt
from xl_vqa.vlm.question_weights import QuestionWeights
from xl_vqa.vlm.rater import PreparedVideo, RatedAttributes
from xl_vqa.vlm.vlm_rater import common_start, load_vlm_rater
from xl_vqa.words.errors import ModelError, ModelIncompatibleError
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec, Prompt

LABELS = Scale()
QUESTIONS = ("Noise?", "Rate the sharpness of this video.", "動き, 10 to 50?")


def branched(tiny: Any, rows: list[Any], scale: Scale = LABELS) -> tuple[list[Any], list[list[Any]]]:
    """Scores, and the answers to QUESTIONS, of one reading of all rows."""
    with torch.inference_mode():
        stem = Stem.read(tiny.model, tiny.inputs(*rows))
        scores = stem_tree(stem, scale, tiny.tokens.digits)
        questions = [asked(tiny.tokens, question) for question in QUESTIONS]
        shared = [row.prompt.shared(row.patches.tokens) for row in rows]
        return scores, grow_branches(stem, questions, shared, scale, tiny.tokens.digits)


def alone(tiny: Any, row: Any, question: str, scale: Scale = LABELS) -> dict[int, float]:
    """Video and question by a full forward of every label: no cache, no branch, no company."""
    prompt = build_prompt(tiny.tokens, Prompt(question=question))
    return brute_force(tiny, type(row)(prompt, row.patches, row.seconds_per_pair), scale)


@pytest.mark.parametrize("scale", [Scale(), Scale(label_min=0, label_max=100), Scale(label_min=1, label_max=5)])
def test_a_branch_equals_a_full_reading_with_that_question(
    tiny: Any, clip_of: Callable[..., Any], scale: Scale
) -> None:
    row = tiny.row(clip_of(1))
    _, (answers,) = branched(tiny, [row], scale)
    for question, found in zip(QUESTIONS, answers, strict=True):
        expected = alone(tiny, row, question, scale)
        total = sum(expected.values())
        distribution = found.distribution(scale)
        for probability, label in zip(distribution.probabilities, scale.labels, strict=True):
            assert probability == pytest.approx(expected[label] / total, abs=1e-5)
        assert distribution.off_digit_mass == pytest.approx(1 - total, abs=1e-5)
    means = [found.distribution(scale).expectation() for found in answers]
    # questions that were not told apart would pass
    assert max(means) - min(means) > 1e-3 * (scale.label_max - scale.label_min)


def test_rows_of_other_lengths_and_with_texts_change_nothing(tiny: Any, clip_of: Callable[..., Any]) -> None:
    """Padded on the left, and with longer overall questions of their own, from which no branch may see a word."""
    rows = [
        tiny.row(clip_of(0)),
        tiny.row(clip_of(1, height=120, width=90, count=6), "a red fox"),
        tiny.row(clip_of(2), "a much longer text about a boat on a lake in the evening"),
    ]
    scores, together = branched(tiny, rows)
    for row, score, answers in zip(rows, scores, together, strict=True):
        assert score.joint(Scale()) == pytest.approx(brute_force(tiny, row, Scale()), rel=1e-3, abs=1e-6)
        for question, found in zip(QUESTIONS, answers, strict=True):
            assert found.joint(Scale()) == pytest.approx(alone(tiny, row, question), rel=1e-3, abs=1e-6)


def test_the_score_is_the_same_to_the_bit_with_and_without(tiny: Any, clip_of: Callable[..., Any]) -> None:
    rows = [tiny.row(clip_of(seed)) for seed in range(3)]
    assert branched(tiny, rows)[0] == tree_of(tiny, Scale(), *rows)


def test_questions_asked_later_do_not_see_those_before(tiny: Any, clip_of: Callable[..., Any]) -> None:
    row = tiny.row(clip_of(4))
    shared = [row.prompt.shared(row.patches.tokens)]
    first, second = (asked(tiny.tokens, question) for question in QUESTIONS[:2])
    with torch.inference_mode():
        stem = Stem.read(tiny.model, tiny.inputs(row))
        grow_branches(stem, [first], shared, Scale(), tiny.tokens.digits)
        ((found,),) = grow_branches(stem, [second], shared, Scale(), tiny.tokens.digits)
    assert found.joint(Scale()) == pytest.approx(alone(tiny, row, QUESTIONS[1]), rel=1e-3, abs=1e-6)


# -- through the rater


def two_videos(rater: Any, clip_of: Callable[..., Any]) -> list[tuple[PreparedVideo, str | None]]:
    return [(rater.prepare(clip_of(0)), None), (rater.prepare(clip_of(1, height=90, width=60)), None)]


@pytest.fixture
def untaught(tiny_folder: Path, tmp_path: Path) -> Path:
    """The tiny model as one that was published: asked zero-shot."""
    folder = tmp_path / "untaught"
    folder.mkdir()
    for file in tiny_folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    spec = ModelSpec.load(folder)
    assert spec is not None
    ModelSpec(name="untaught", sampling=spec.sampling, pixels=spec.pixels).save(folder)
    return folder


def test_a_published_model_answers_zero_shot_and_keeps_its_scores(
    untaught: Path, clip_of: Callable[..., Any]
) -> None:
    rater = load_vlm_rater(str(untaught), device="cpu")
    items = two_videos(rater, clip_of)
    rated = rater.rate_attributes(items)
    for plain, found in zip(rater.rate(items), rated, strict=True):
        assert isinstance(found, RatedAttributes)
        assert found.overall == plain
        assert list(found.attributes) == [one.name for one in rater.spec.questions]
        assert len(set(found.attributes.values())) == len(found.attributes) == 8
    assert {one.source for one in rater.spec.questions} == {"zero-shot"}


def test_a_model_taught_the_overall_quality_alone_is_asked_nothing(
    tiny_folder: Path, clip_of: Callable[..., Any]
) -> None:
    rater = load_vlm_rater(str(tiny_folder), device="cpu")
    items = two_videos(rater, clip_of)
    assert [found.attributes for found in rater.rate_attributes(items)] == [{}, {}]  # type: ignore[union-attr]
    assert [found.overall for found in rater.rate_attributes(items)] == rater.rate(items)  # type: ignore[union-attr]


def test_weights_of_their_own_change_the_questions_alone(untaught: Path, clip_of: Callable[..., Any]) -> None:
    before = load_vlm_rater(str(untaught), device="cpu")
    items = two_videos(before, clip_of)
    plain, scores = before.rate_attributes(items), before.rate(items)
    torch.manual_seed(1)
    assert before._backbone is not None
    weights = QuestionWeights.fresh(before._backbone.model, 8, rank=2)
    spec = ModelSpec.load(untaught)
    assert spec is not None
    untrained = weights.save(untaught)
    taught = replace(spec, name="taught", attributes=before.spec.questions)
    replace(taught, attribute_weights=untrained).save(untaught)
    # a pair whose second half is zero adds nothing
    assert load_vlm_rater(str(untaught), device="cpu").rate_attributes(items) == plain
    with torch.no_grad():
        for _, up in weights.pairs.values():
            up.normal_(std=0.05)
    replace(taught, attribute_weights=weights.save(untaught)).save(untaught)
    after = load_vlm_rater(str(untaught), device="cpu")
    assert after.fingerprint == before.fingerprint
    assert after.rate(items) == scores
    for old, new in zip(plain, after.rate_attributes(items), strict=True):
        assert isinstance(old, RatedAttributes)
        assert isinstance(new, RatedAttributes)
        assert new.overall == old.overall
        moved = [
            abs(new.attributes[name].expectation() - one.expectation()) for name, one in old.attributes.items()
        ]
        assert min(moved) > 1e-3
    # and when they were on once, they are off again
    assert after.rate(items) == scores


def test_weights_of_another_model_are_refused(untaught: Path) -> None:
    rater = load_vlm_rater(str(untaught), device="cpu")
    assert rater._backbone is not None
    digest = QuestionWeights.fresh(rater._backbone.model, 8, rank=2).save(untaught)
    spec = ModelSpec.load(untaught)
    assert spec is not None
    assert digest != "0" * 32
    taught = replace(spec, attributes=rater.spec.questions)
    replace(taught, attribute_weights="0" * 32).save(untaught)
    with pytest.raises(ModelIncompatibleError, match="question_weights"):
        load_vlm_rater(str(untaught), device="cpu")
    small = QuestionWeights({"lm_head": (torch.zeros(8, 3), torch.zeros(4, 8))}, 8)
    replace(taught, attribute_weights=small.save(untaught)).save(untaught)
    with pytest.raises(ModelIncompatibleError, match="question_weights"):
        load_vlm_rater(str(untaught), device="cpu")


def test_a_score_that_fails_has_no_attributes(untaught: Path, clip_of: Callable[..., Any]) -> None:
    rater = load_vlm_rater(str(untaught), device="cpu")
    ((good, _), (bad, _)) = two_videos(rater, clip_of)
    patches = replace(bad.payload.patches, values=bad.payload.patches.values[:-4])
    broken = replace(bad, payload=replace(bad.payload, patches=patches))
    first, second = rater.rate_attributes([(good, None), (broken, None)])
    assert isinstance(first, RatedAttributes)
    assert isinstance(second, ModelError)


def test_weights_in_a_branch_equal_a_full_reading_with_them(tiny: Any, clip_of: Callable[..., Any]) -> None:
    """On for each question's last token and its answer alone, in company of other questions and rows."""
    torch.manual_seed(3)
    weights = QuestionWeights.fresh(tiny.model, len(QUESTIONS), rank=2)
    with torch.no_grad():
        for _, up in weights.pairs.values():
            up.normal_(std=0.05)
    rows = [tiny.row(clip_of(0)), tiny.row(clip_of(1, height=120, width=90, count=6), "a red fox")]
    questions = [asked(tiny.tokens, question) for question in QUESTIONS]
    with torch.inference_mode():
        stem = Stem.read(tiny.model, tiny.inputs(*rows))
        shared = [row.prompt.shared(row.patches.tokens) for row in rows]
        together = grow_branches(stem, questions, shared, LABELS, tiny.tokens.digits, weights)
        for row, answers in zip(rows, together, strict=True):
            for number, (question, found) in enumerate(zip(QUESTIONS, answers, strict=True)):
                prompt = build_prompt(tiny.tokens, Prompt(question=question))
                alone_row = type(row)(prompt, row.patches, row.seconds_per_pair)
                inputs = tiny.inputs(alone_row, answers=[[tiny.tokens.digits[3]]])
                numbers = [-1] * (alone_row.length - 1) + [number, number]
                # the tower has linear layers of other names, which no pair belongs to
                with weights.on(tiny.model, numbers):
                    logits = tiny.model(**inputs, use_cache=False).logits[0, -2:].double().log_softmax(-1)
                for prefix, expected in zip(("", "3"), logits[:, list(tiny.tokens.digits)].tolist(), strict=True):
                    assert found.by_prefix[prefix] == pytest.approx(expected, abs=1e-4)


def test_what_questions_have_in_common_is_read_once() -> None:
    assert common_start([(1, 2, 3, 4), (1, 2, 5, 4)]) == 2
    assert common_start([(1, 2, 3), (1, 2, 3)]) == 2
    assert common_start([(1, 2), (1, 2, 3)]) == 1
    assert common_start([(7,), (1, 2)]) == 0
