"""What is minimised, against torch, transformers' own loss, and the ntloss package."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch
from torch.nn import functional

from tests.tiny_qwen import tiny_tokenizer
from xl_vqa.training.losses import SoftTargets, cross_entropy, make_loss
from xl_vqa.training.recipe import LossOptions
from xl_vqa.training.schemes import scheme
from xl_vqa.training.target_mask import IGNORE
from xl_vqa.vlm.tokens import PromptTokenizer

HUB = tiny_tokenizer()
TOKENS = PromptTokenizer(HUB, model="tiny")
VOCABULARY = len(HUB)


def batch(mos: list[float], name: str = "integer") -> tuple[torch.Tensor, torch.Tensor]:
    """Random logits with a gradient, and labels of the last positions."""
    generator = torch.Generator().manual_seed(1)
    targets = [scheme(name).target(TOKENS, value) for value in mos]
    tail = max(len(target.ids) for target in targets) + 1
    labels = torch.full((len(mos), tail), IGNORE)
    for row, target in enumerate(targets):
        labels[row, tail - len(target.ids) :] = torch.tensor(target.labels)
    return torch.randn(len(mos), tail, VOCABULARY, generator=generator, requires_grad=True), labels


def test_cross_entropy_is_torchs_over_the_counted_tokens() -> None:
    logits, labels = batch([1.0, 3.67, 5.0])
    expected = functional.cross_entropy(logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORE)
    assert torch.allclose(cross_entropy(logits, labels), expected)
    # accumulated over steps: the sum is divided by the count of all of them
    assert torch.allclose(cross_entropy(logits, labels, 12), expected * 6 / 12)


def test_cross_entropy_is_transformers_own() -> None:
    from transformers.loss.loss_utils import ForCausalLMLoss

    logits, labels = batch([2.2, 4.4])
    theirs = ForCausalLMLoss(logits, labels, vocab_size=VOCABULARY)
    assert torch.allclose(cross_entropy(logits, labels), theirs, atol=1e-6)


@pytest.mark.parametrize("kind", ["cross_entropy", "number_token", "soft"])
def test_only_positions_in_front_of_counted_digits_get_a_gradient(kind: str) -> None:
    if kind == "number_token":
        pytest.importorskip("ntloss")
    logits, labels = batch([3.67, 4.2])
    loss = make_loss(LossOptions(kind), scheme("integer"), TOKENS, HUB)
    loss(SimpleNamespace(logits=logits), labels).backward()
    assert logits.grad is not None
    moved = logits.grad.abs().sum(-1) > 0
    # the tail: last token of the prompt, two digits, the end; logits one place before each digit
    assert moved.tolist() == [[True, True, False, False]] * 2


def test_number_token_loss_is_the_packages() -> None:
    ntloss = pytest.importorskip("ntloss")

    logits, labels = batch([3.67, 4.2])
    both = make_loss(LossOptions("number_token", weight=0.5), scheme("integer"), TOKENS, HUB)
    found = both(SimpleNamespace(logits=logits), labels)
    theirs = ntloss.NTLoss(tokenizer=HUB, vocab_size=VOCABULARY)
    expected = theirs(logits[:, :-1].detach().clone(), labels[:, 1:])
    assert torch.allclose(found, cross_entropy(logits, labels) + 0.5 * expected, atol=1e-5)


def test_a_near_miss_costs_less_than_a_far_one_only_with_the_options() -> None:
    pytest.importorskip("ntloss")
    labels = batch([3.6])[1]

    def says(digit: int) -> torch.Tensor:
        logits = torch.zeros(1, labels.shape[1], VOCABULARY)
        logits[0, 0, TOKENS.digits[digit]] = logits[0, 1, TOKENS.digits[6]] = 8.0
        return logits

    for kind, differs in (("cross_entropy", False), ("number_token", True), ("soft", True)):
        loss = make_loss(LossOptions(kind, spread=8.0), scheme("integer"), TOKENS, HUB)
        near = loss(SimpleNamespace(logits=says(2)), labels)
        far = loss(SimpleNamespace(logits=says(9)), labels)
        assert bool(far > near + 1e-4) is differs, kind


def test_soft_targets_are_a_distribution_around_the_label() -> None:
    soft = SoftTargets(scheme("integer"), TOKENS, spread=1.0)
    weights = soft.weights([TOKENS.digits[3], TOKENS.digits[7]])
    assert sum(weights) == pytest.approx(1)
    assert max(range(41), key=weights.__getitem__) == 27
    assert weights[26] == pytest.approx(weights[28])


def test_very_narrow_soft_targets_are_the_cross_entropy() -> None:
    logits, labels = batch([1.0, 3.67, 5.0])
    soft = SoftTargets(scheme("integer"), TOKENS, spread=1e-2)
    assert torch.allclose(soft(logits, labels), cross_entropy(logits, labels), atol=1e-5)


def test_the_minimum_of_soft_targets_is_the_distribution_itself() -> None:
    made = scheme("integer")
    soft = SoftTargets(made, TOKENS, spread=2.0)
    labels = batch([3.67])[1]
    weights = soft.weights([TOKENS.digits[3], TOKENS.digits[7]])
    joint = dict(zip(made.texts, weights, strict=True))
    logits = torch.full((1, labels.shape[1], VOCABULARY), -40.0)
    for digit in range(10):
        tens = sum(w for text, w in joint.items() if text[0] == str(digit))
        if tens:
            logits[0, 0, TOKENS.digits[digit]] = torch.tensor(tens).log()
        if f"3{digit}" in joint:
            logits[0, 1, TOKENS.digits[digit]] = torch.tensor(joint[f"3{digit}"]).log()
    best = soft(logits, labels)
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        assert soft(logits + 0.3 * torch.randn(logits.shape, generator=generator), labels) >= best - 1e-6


def test_answers_that_a_masked_digit_makes_one_share_their_weight() -> None:
    made = scheme("integer", digits=1)
    soft = SoftTargets(made, TOKENS, spread=2.0)
    weights = soft.weights([TOKENS.digits[3]])
    # 1, 2, 3, 4 and 5, of which the last stands for one label and each other for ten
    assert len(weights) == 5
    assert sum(weights) == pytest.approx(1)
    assert weights[1] == pytest.approx(weights[3])
    centre = 24.5  # the middle of 30..39, counted from the label 10
    raw = [sum(math.exp(-((k - centre) ** 2) / 8) for k in range(41) if str(k + 10)[0] == d) for d in "12345"]
    assert weights == pytest.approx([value / sum(raw) for value in raw])
