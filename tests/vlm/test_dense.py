"""A linear layer gives what torch's own gives, whichever way it takes."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from xl_vqa.vlm import dense
from xl_vqa.vlm.dense import Dense


@pytest.mark.parametrize("shape", [(1, 1, 24), (2, 7, 24), (5, 24), (24,)])
@pytest.mark.parametrize("bias", [True, False])
def test_it_is_the_plain_one(shape: tuple[int, ...], bias: bool) -> None:
    torch.manual_seed(0)
    layer, x = Dense(24, 10, bias=bias).requires_grad_(False), torch.randn(shape)
    for given in (x, x.expand(3, *shape), x[..., ::2].repeat_interleave(2, -1)):
        assert torch.allclose(layer(given), functional.linear(given, layer.weight, layer.bias), atol=1e-5)


def test_gradients_and_sixteen_bits_take_the_plain_way() -> None:
    layer = Dense(4, 3)
    layer(torch.ones(2, 4)).sum().backward()
    assert layer.weight.grad is not None
    assert layer.to(torch.bfloat16)(torch.ones(2, 4, dtype=torch.bfloat16)).dtype is torch.bfloat16


def test_a_build_without_the_operator_has_the_plain_way(monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = Dense(4, 3).requires_grad_(False), torch.randn(2, 4)
    found = layer(x)
    monkeypatch.setattr(dense, "is_there", lambda: False)
    assert torch.allclose(layer(x), found, atol=1e-6)
