"""Filters in bfloat16 answer an even area as they did, and no value of them moves by more than a step."""

from __future__ import annotations

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from xl_vqa.vlm.kept_sums import rounded


def filters(seed: int, kernel: int, scale: float, count: int = 16) -> torch.Tensor:
    values = np.random.default_rng(seed).normal(0, scale, (count, 1, kernel, kernel))
    return torch.tensor(values, dtype=torch.float32)


def off(found: torch.Tensor, exact: torch.Tensor) -> torch.Tensor:
    """How far the sum of each filter is from what it was."""
    return (found.double() - exact.double()).flatten(1).sum(1).abs()


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**16), kernel=st.sampled_from([3, 5]), scale=st.sampled_from([1e-3, 0.1, 1.0, 40.0]))
def test_sums_are_kept_and_values_stay_neighbours(seed: int, kernel: int, scale: float) -> None:
    exact = filters(seed, kernel, scale)
    found, nearest = rounded(exact), exact.bfloat16()
    assert found.dtype is torch.bfloat16
    assert found.shape == exact.shape
    # a step of bfloat16 is at the most 2^-7 of the value
    assert ((found.float() - exact).abs() <= exact.abs() * 2**-7).all()
    assert (off(found, exact) <= off(nearest, exact)).all()


def test_an_even_picture_stays_as_bright() -> None:
    exact = filters(3, 3, 1.0, 256)
    even = torch.full((1, 256, 8, 8), 3.0)

    def bright(weight: torch.Tensor) -> torch.Tensor:
        return functional.conv2d(even, weight.float(), groups=256).mean((0, 2, 3))

    moved = (bright(rounded(exact)) - bright(exact)).abs().mean()
    plain = (bright(exact.bfloat16()) - bright(exact)).abs().mean()
    assert moved < 0.25 * plain


def test_what_bfloat16_can_say_is_said_unchanged() -> None:
    exact = filters(5, 3, 1.0).bfloat16().float()
    exact[0] = 0
    exact[1, 0, 0, 0] = -0.0
    assert torch.equal(rounded(exact).float(), exact)


def test_a_filter_that_sums_to_nothing_still_does() -> None:
    """One that looks for an edge: of an even area it says nothing."""
    exact = filters(7, 5, 0.3)
    exact -= exact.mean((2, 3), keepdim=True)
    assert off(rounded(exact), exact).max() < 2e-4
    assert off(exact.bfloat16(), exact).max() > 2e-4
