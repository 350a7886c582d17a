"""The loss sees the label's digits and nothing else."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from xl_vqa.training.target_mask import IGNORE, TargetMaskError, digit_targets

DIGITS = tuple(range(20, 30))
"""Token id of digit d is 20 + d."""
END = 5


def test_token_by_token() -> None:
    # question "10 to 50?" holds digits too, then the answer "37" and the end of the turn
    row = [1, 21, 20, 9, 25, 20, 2, 23, 27, END]
    targets = digit_targets(torch.tensor([row]), [7], DIGITS)
    assert targets.tolist() == [[IGNORE] * 7 + [23, 27] + [IGNORE]]


def test_words_around_the_number_are_no_targets() -> None:
    row = [1, 2, 40, 41, 24, 42, 22, 43, 29, END]
    targets = digit_targets(torch.tensor([row]), [2], DIGITS)
    assert targets.tolist() == [[IGNORE] * 4 + [24, IGNORE, 22] + [IGNORE] * 3]


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_as_many_digits_as_asked(digits: int) -> None:
    targets = digit_targets(torch.tensor([[1, 21, 22, 23, END]]), [1], DIGITS, digits=digits)
    assert (targets != IGNORE).sum() == digits
    assert targets[0, 1 : 1 + digits].tolist() == [21, 22, 23][:digits]


def test_rows_of_a_padded_batch_have_their_own_start() -> None:
    ids = torch.tensor([[0, 0, 1, 24, 25], [1, 22, 22, 23, 26]])
    targets = digit_targets(ids, [3, 3], DIGITS)
    assert targets.tolist() == [[IGNORE] * 3 + [24, 25], [IGNORE] * 3 + [23, 26]]


def test_each_row_may_show_another_number_of_digits() -> None:
    ids = torch.tensor([[1, 21, 22, 23], [1, 24, 25, 26]])
    targets = digit_targets(ids, [1, 1], DIGITS, digits=[1, 3])
    assert targets.tolist() == [[IGNORE, 21, IGNORE, IGNORE], [IGNORE, 24, 25, 26]]
    with pytest.raises(ValueError, match="for each row"):
        digit_targets(ids, [1, 1], DIGITS, digits=[2])


def test_an_answer_without_enough_digits_is_an_error() -> None:
    with pytest.raises(TargetMaskError) as caught:
        digit_targets(torch.tensor([[1, 23, 24], [1, 23, 9]]), [1, 1], DIGITS)
    assert (caught.value.row, caught.value.found, caught.value.wanted) == (1, 1, 2)


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="2 answers"):
        digit_targets(torch.tensor([[1, 23, 24]]), [1, 1], DIGITS)
    with pytest.raises(ValueError, match="digits"):
        digit_targets(torch.tensor([[1, 23, 24]]), [1], DIGITS, digits=0)


@given(
    prompt=st.lists(st.integers(0, 60), min_size=1, max_size=20),
    label=st.integers(10, 50),
    rest=st.lists(st.integers(0, 60), max_size=5),
)
def test_any_prompt_any_label(prompt: list[int], label: int, rest: list[int]) -> None:
    answer = [20 + int(c) for c in str(label)]
    ids = torch.tensor([[*prompt, *answer, *rest]])
    targets = digit_targets(ids, [len(prompt)], DIGITS)
    kept = (targets[0] != IGNORE).nonzero().flatten().tolist()
    assert kept == [len(prompt), len(prompt) + 1]
    assert targets[0, kept].tolist() == answer


def test_gradient_comes_from_the_digits_alone() -> None:
    ids = torch.tensor([[1, 21, 20, 2, 23, 27, END], [3, 3, 3, 2, 25, 20, END]])
    targets = digit_targets(ids, [4, 4], DIGITS)
    logits = torch.randn(2, 7, 60, requires_grad=True)
    loss = functional.cross_entropy(logits[:, :-1].flatten(0, 1), targets[:, 1:].flatten(), ignore_index=IGNORE)
    loss.backward()
    assert logits.grad is not None
    touched = logits.grad.abs().sum(-1) > 0
    # the logits in front of the first and of the second digit
    assert touched.tolist() == [[False, False, False, True, True, False, False]] * 2
