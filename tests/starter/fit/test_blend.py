"""The mean of weights is theirs by their shares, and only of one model."""

from __future__ import annotations

import pytest
import torch

from starter.fit.blend import mean_of

OLD = {"weight": torch.tensor([1.0, 3.0]), "count": torch.tensor(7)}
NEW = {"weight": torch.tensor([5.0, 3.0]), "count": torch.tensor(9)}


def test_the_mean_lies_between_by_the_shares() -> None:
    assert mean_of([OLD, NEW], [0.25, 0.75])["weight"].tolist() == [4.0, 3.0]
    assert mean_of([OLD, NEW], [1, 1])["weight"].tolist() == [3.0, 3.0]
    assert torch.equal(mean_of([OLD], [2])["weight"], OLD["weight"])


def test_what_is_no_weight_and_what_is_given_stay() -> None:
    found = mean_of([OLD, NEW], [0.5, 0.5])
    assert int(found["count"]) == 7
    found["weight"].zero_()
    found["count"].zero_()
    assert OLD["weight"].tolist() == [1.0, 3.0]
    assert int(OLD["count"]) == 7


def test_halves_keep_their_kind() -> None:
    half = {"weight": torch.tensor([1.0], dtype=torch.bfloat16)}
    assert mean_of([half, half], [0.3, 0.7])["weight"].dtype == torch.bfloat16


@pytest.mark.parametrize("shares", [[1.0], [0.0, 0.0], [1.0, -1.0]])
def test_shares_that_say_nothing_are_refused(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="shares"):
        mean_of([OLD, NEW], shares)


def test_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="different models"):
        mean_of([OLD, {"weight": OLD["weight"]}], [0.5, 0.5])
