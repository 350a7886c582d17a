"""Attributes are taught beside a starter that stays as it is, and what is trained is what the product reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from starter.fit import attributes, training
from starter.fit.attributes import QUESTIONS, AttributeOptions, attribute_loss, chosen_share, label_logs, teach
from starter.fit.features import StoredFeatures
from starter.fit.loss import TwoDigits
from starter.fit.training import Prompts
from tests.starter.fit.test_training import SPEC, made_up, new_model, prompts
from xl_vqa.vlm.question_weights import FILE_NAME, QuestionWeights
from xl_vqa.vlm.starter_tower import Placement
from xl_vqa.words.labels import Scale
from xl_vqa.words.model_spec import ModelSpec
from xl_vqa.words.rating import LabelDistribution

__all__ = ["prompts"]
NAMES = [one.name for one in QUESTIONS]


def marked(count: int, seed: int) -> tuple[list[StoredFeatures], list[dict[str, float]]]:
    """Clips in which one of two things is wrong, each with its own mark in every cell, or nothing."""
    items, _ = made_up(count, seed)
    seen: list[dict[str, float]] = []
    for index, item in enumerate(items):
        wrong = (None, "blur", "noise")[index % 3]
        for part in (item.whole, item.tiles):
            assert isinstance(part, np.ndarray)
            part[:, :30] *= 0.1
            if wrong:
                part[:, slice(0, 10) if wrong == "blur" else slice(10, 20)] += 3
        seen.append({wrong: 4.5} if wrong else {})
    return items, seen


def with_random(weights: QuestionWeights) -> QuestionWeights:
    with torch.no_grad():
        for _, up in weights.pairs.values():
            up.normal_(std=0.05)
    return weights


def test_what_is_trained_is_what_the_product_reads(prompts: Prompts) -> None:
    model = new_model()
    model.requires_grad_(False)
    items = [item for item in made_up(8, 1)[0] if item.grid == made_up(1, 1)[0][0].grid]
    weights = with_random(QuestionWeights.fresh(model, len(QUESTIONS), 2))
    whole = AttributeOptions(feature_noise=0.0, feature_drop=0.0)
    two = TwoDigits.of(Scale())
    logs = label_logs(model, weights, prompts, items, two, Placement.of(items[0].grid), whole)
    read = attributes.predict(model, weights, prompts, items)
    for row, found in zip(logs.softmax(-1), read, strict=True):
        for question, probabilities in zip(NAMES, row, strict=True):
            assert found[question].probabilities == pytest.approx(probabilities.tolist(), abs=1e-5)
    assert len({found["noise"] for found in read}) == len(read)


def test_each_question_has_weights_of_its_own(prompts: Prompts) -> None:
    model = new_model()
    items = made_up(1, 1)[0]
    weights = QuestionWeights.fresh(model, len(QUESTIONS), 2)
    (plain,) = attributes.predict(model, weights, prompts, items)
    # without any they all are the score itself
    (score,) = training.predict(model, prompts, items)
    assert plain["noise"].probabilities == pytest.approx(score.probabilities, abs=1e-5)
    place = NAMES.index("noise")
    with torch.no_grad():
        for _, up in weights.pairs.values():
            up[:, 2 * place : 2 * place + 2].normal_(std=0.1)
    (found,) = attributes.predict(model, weights, prompts, items)
    assert {name for name in NAMES if found[name] != plain[name]} == {"noise"}


def test_it_learns_to_name_what_is_wrong_and_the_score_stays(prompts: Prompts) -> None:
    model = new_model()
    items, seen = marked(48, 1)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    scores = training.predict(model, prompts, items[:4])
    options = AttributeOptions(steps=80, tokens=12, learning_rate=1e-2, averaged_steps=10.0)
    weights = teach(model, prompts, items, seen, [str(i // 3) for i in range(48)], options)
    held, wrong = marked(12, 2)
    named = {"blur": "sharpness", "noise": "noise"}
    right = [
        min(answer, key=lambda name: answer[name].expectation()) == named[next(iter(one))]
        for answer, one in zip(attributes.predict(model, weights, prompts, held), wrong, strict=True)
        if one
    ]
    assert np.mean(right) >= 0.75
    after = model.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    for one, again in zip(scores, training.predict(model, prompts, items[:4]), strict=True):
        assert again.probabilities == pytest.approx(one.probabilities, abs=1e-6)


def test_the_order_within_a_clip_is_what_the_loss_asks_for() -> None:
    scale, options = Scale(), AttributeOptions()
    targets = torch.tensor([[1.0] + [5.0] * 7])

    def loss(expected: list[float]) -> float:
        labels = torch.tensor([scale.to_mos(label) for label in scale.labels])
        logs = torch.stack([-((labels - one) ** 2) * 8 for one in expected]).log_softmax(-1)[None]
        return float(attribute_loss(logs, targets, scale, options))

    right, turned, flat = loss([1.0] + [5.0] * 7), loss([5.0, 1.0] + [5.0] * 6), loss([4.0] * 8)
    assert right < flat < turned


def test_saved_beside_the_score(tmp_path: Path, prompts: Prompts) -> None:
    model = new_model()
    SPEC.save(tmp_path)
    weights = with_random(QuestionWeights.fresh(model, len(QUESTIONS), 2))
    attributes.save(tmp_path, weights)
    spec = ModelSpec.load(tmp_path)
    assert spec is not None
    assert spec.attributes == QUESTIONS
    again = QuestionWeights.load(tmp_path, model, spec.attribute_weights, len(QUESTIONS))
    for name, (down, up) in weights.pairs.items():
        assert torch.allclose(again.pairs[name][0], down, atol=1e-3)
        assert torch.allclose(again.pairs[name][1], up, atol=1e-3)
    assert (tmp_path / FILE_NAME).stat().st_size < 1e6


def test_the_opinion_counts_where_it_names_what_the_answers_do_not() -> None:
    scale, options = Scale(), AttributeOptions()

    def sure(label: int) -> LabelDistribution:
        return LabelDistribution(scale, tuple(float(one == label) for one in scale.labels), 0.0)

    seen = [{"blur": 4.5}, {"noise": 4.5}, {"freeze": 4.5}, {}]
    names = ["sharpness", "noise", "motion_smoothness", ""]
    right = [{name: sure(15 if name == wrong else 50) for name in NAMES} for wrong in names]
    asleep = [{name: sure(48 if name == "colour" else 50) for name in NAMES}] * 4
    told = [[1.5 if name == wrong else 5.0 for name in NAMES] for wrong in names]
    silent = [[4.8 if name == "exposure" else 5.0 for name in NAMES]] * 4
    assert chosen_share(right, silent, seen, options).share == 0.0
    assert 0.0 < chosen_share(asleep, told, seen, options).share < 1.0
    # no more than is needed where both are right
    assert chosen_share(right, told, seen, options).share == 0.0
