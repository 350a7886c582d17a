"""The loss sees the two digits and the order of copies; its label probabilities are the digit tree's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from starter.fit import training
from starter.fit.loss import (
    TwoDigits,
    digit_cross_entropy,
    expected_mos,
    label_logs,
    order_loss,
    soft_labels,
)
from starter.fit.tokenizer import build_tokenizer
from starter.fit.training import Prompts
from tests.starter.fit.test_training import SPEC, made_up, new_model
from xl_vqa.vlm.tokens import PromptTokenizer
from xl_vqa.words.labels import Scale

SCALE = Scale()


def test_label_probabilities_are_those_of_the_digit_tree() -> None:
    prompts = Prompts(PromptTokenizer(build_tokenizer(SPEC.prompt), model="starter"), SPEC)
    model = new_model(1).eval()
    items = made_up(8, 1)[0][1::2]
    with torch.no_grad():
        embeds, positions = training.embedded(model, prompts.plain, items)
        logs, _ = label_logs(model, embeds, positions, TwoDigits.of(SCALE), prompts.tokenizer.digits)
    for row, answer in zip(logs, training.predict(model, prompts, items), strict=True):
        assert row.softmax(-1).tolist() == pytest.approx(list(answer.probabilities), abs=1e-5)
        assert 1 - float(row.exp().sum()) == pytest.approx(answer.off_digit_mass, abs=1e-5)


def test_soft_labels_are_the_shares_of_rounded_draws() -> None:
    targets = soft_labels([1.0, 3.21, 5.0], SCALE, 1.5)
    assert targets.sum(1).tolist() == pytest.approx([1, 1, 1], abs=1e-6)
    rng = np.random.default_rng(0)
    drawn = np.clip(3.21 + rng.normal(0, 0.15, 40_000), 1, 5)
    share = np.bincount([SCALE.to_label(float(m)) - 10 for m in drawn], minlength=41) / 40_000
    assert targets[1].tolist() == pytest.approx(share.tolist(), abs=0.01)
    # beyond the end of the scale there is only its end
    assert float(targets[2, -1]) > 0.5


def test_without_noise_it_is_the_target_masks_cross_entropy() -> None:
    logs = torch.randn(2, 41).log_softmax(-1)
    targets = soft_labels([2.0, 4.5], SCALE, 0.01)
    assert float(digit_cross_entropy(logs, targets)) == pytest.approx(
        -float(logs[0, 10] + logs[1, 35]) / 4, abs=1e-4
    )


def test_expectation_is_over_the_labels_alone() -> None:
    logs = torch.full((1, 41), -50.0)
    logs[0, 0], logs[0, 40] = np.log(0.3), np.log(0.1)
    assert float(expected_mos(logs, SCALE)) == pytest.approx(0.75 * 1 + 0.25 * 5, abs=1e-4)


def test_only_copies_of_one_content_with_other_labels_are_ordered() -> None:
    expected = torch.tensor([2.0, 3.0, 4.0], requires_grad=True)
    none = order_loss(expected, [4.0, 3.9, 2.0], ["a", "a", "b"])
    assert float(none.detach()) == 0
    wrong = order_loss(expected, [4.0, 2.0, 1.0], ["a", "a", "b"])
    right = order_loss(expected, [2.0, 4.0, 1.0], ["a", "a", "b"])
    assert float(wrong.detach()) > 3.9
    assert float(right.detach()) < 0.05
    wrong.backward()
    assert expected.grad is not None
    # the better copy is to rise, the worse one to fall, the other content to stay
    assert expected.grad[0] < 0 < expected.grad[1]
    assert expected.grad[2] == 0


def test_of_two_contents_only_pairs_far_apart_are_ordered() -> None:
    expected = torch.tensor([2.0, 3.0, 4.0], requires_grad=True)
    # of one content, or too near each other
    assert float(order_loss(expected, [4.0, 2.0, 3.0], ["a", "a", "b"], gap=1.2, across=True).detach()) == 0
    wrong = order_loss(expected, [4.0, 2.0, 1.0], ["a", "a", "b"], gap=1.0, across=True)
    wrong.backward()
    assert expected.grad is not None
    assert expected.grad[0] < 0 < expected.grad[2]
    # 2.0 and 1.0 are a sure pair too, 4.0 and 2.0 are copies of one content
    assert expected.grad[1] < 0


def test_every_clip_has_its_own_spread_and_weight() -> None:
    narrow, wide = soft_labels([3.0, 3.0], SCALE, [1.5, 5.0])
    assert narrow.tolist() == pytest.approx(soft_labels([3.0], SCALE, 1.5)[0].tolist())
    assert float(wide.max()) < float(narrow.max())
    logs, targets = torch.randn(2, 41).log_softmax(-1), soft_labels([2.0, 4.5], SCALE, 1.5)
    alone = [float(digit_cross_entropy(logs[i : i + 1], targets[i : i + 1])) for i in range(2)]
    weighted = float(digit_cross_entropy(logs, targets, [1.0, 3.0]))
    assert weighted == pytest.approx((alone[0] + 3 * alone[1]) / 4)
    assert float(digit_cross_entropy(logs, targets)) == pytest.approx(sum(alone) / 2)


def test_a_lesson_gives_clean_clips_their_weight_and_people_their_spread() -> None:
    options = training.FitOptions(clean_weight=3.0, label_noise=1.5)
    lesson = training.Lesson.of([4.7, 2.0], SCALE, options, None, ["clean", "blur"], [0.0, 0.4])
    assert list(lesson.weights) == [3.0, 1.0]
    assert list(lesson.spreads) == pytest.approx([1.5, 4.0])
    assert len(set(lesson.owners)) == 2


def test_labels_of_three_digits_are_refused() -> None:
    with pytest.raises(ValueError, match="two digits"):
        TwoDigits.of(Scale(mos_min=1, mos_max=5, label_min=100, label_max=500))
