"""One pass for a convolution and what follows it gives what torch's own operators give one after the other."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_vqa.vlm import fused_convolution
from xl_vqa.vlm.starter_trunk import SameConv, Trunk

there = pytest.mark.skipif(not fused_convolution.is_there(), reason="this build of torch has no such operators")


def trunk() -> Trunk:
    torch.manual_seed(5)
    return Trunk().eval().requires_grad_(False)


@there
@settings(max_examples=25, deadline=None)
@given(
    size=st.tuples(st.integers(5, 17), st.integers(5, 17)),
    kernel=st.sampled_from([1, 3, 5]),
    stride=st.sampled_from([1, 2]),
    depthwise=st.booleans(),
    behind=st.sampled_from(["nothing", "relu6", "skip"]),
)
def test_a_convolution_of_any_size_is_the_plain_one(
    size: tuple[int, int], kernel: int, stride: int, depthwise: bool, behind: str
) -> None:
    torch.manual_seed(kernel)
    layer = SameConv(8, 8, kernel, stride, groups=8 if depthwise else 1).requires_grad_(False)
    x = (4 * torch.randn(2, 8, *size)).contiguous(memory_format=torch.channels_last)
    relu6 = behind == "relu6"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fused_convolution, "is_there", lambda: False)
        bare = layer(x)
        skip = torch.randn_like(bare) if behind == "skip" else None
        plain = layer(x, relu6=relu6, skip=skip)
    assert torch.allclose(layer(x, relu6=relu6, skip=skip), plain, atol=1e-5)


@there
@pytest.mark.parametrize("size", [(196, 364), (84, 28), (28, 280)])
def test_the_whole_trunk_is_the_plain_one(size: tuple[int, int]) -> None:
    net, x = trunk(), torch.rand(2, 3, *size)
    found = net(x)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fused_convolution, "is_there", lambda: False)
        plain = net(x)
    for one, other in zip(found, plain, strict=True):
        assert float((one - other).abs().max()) <= 1e-5 * float(other.abs().max())


@there
def test_weights_that_change_are_laid_out_anew() -> None:
    """Changed in place, replaced, and in a copy: never the ones that were kept."""
    layer = SameConv(4, 8, 3, 2).requires_grad_(False)
    x = torch.randn(1, 4, 9, 8).contiguous(memory_format=torch.channels_last)
    first = layer(x)
    twin = copy.deepcopy(layer)
    assert torch.equal(twin(x), first)
    changes = (
        lambda: layer.weight.mul_(2),
        lambda: layer.load_state_dict({name: value * 3 for name, value in layer.state_dict().items()}),
        lambda: layer.load_state_dict(
            {n: torch.randn_like(v) for n, v in layer.state_dict().items()}, assign=True
        ),
    )
    for change in changes:
        change()
        found = layer(x)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fused_convolution, "is_there", lambda: False)
            assert torch.allclose(found, layer(x), atol=1e-5)
    assert torch.equal(twin(x), first)


def test_where_gradients_are_wanted_the_plain_way_is_taken() -> None:
    layer = SameConv(3, 4, 3, 2)
    assert not fused_convolution.fits(torch.rand(1, 3, 8, 8), layer.weight)
    layer(torch.rand(1, 3, 8, 8)).sum().backward()
    assert layer.weight.grad is not None


def test_sixteen_bits_take_the_plain_way() -> None:
    weight = torch.rand(4, 3, 3, 3, dtype=torch.bfloat16)
    assert not fused_convolution.fits(torch.rand(1, 3, 8, 8, dtype=torch.bfloat16), weight)


def test_a_build_without_the_operators_rates_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused_convolution, "is_there", lambda: False)
    assert [tuple(tap.shape[1:]) for tap in trunk()(torch.rand(2, 3, 56, 56))] == [
        (24, 14, 14),
        (40, 7, 7),
        (112, 4, 4),
    ]
