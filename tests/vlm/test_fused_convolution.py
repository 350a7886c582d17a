"""One pass for a convolution and what follows it gives what torch's own operators give one after the other."""

from __future__ import annotations

import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from xl_vqa.vlm import fused_convolution
from xl_vqa.vlm.starter_trunk import SameConv, Trunk

quick_in_sixteen = pytest.mark.skipif(
    not fused_convolution.computes_in_bfloat16(), reason="this processor has no instructions for bfloat16"
)
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


@pytest.mark.parametrize("quick", [True, False])
def test_sixteen_bits_take_the_plain_way_where_no_instructions_are(
    quick: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fused_convolution, "computes_in_bfloat16", lambda: quick)
    weight = torch.rand(4, 3, 3, 3, dtype=torch.bfloat16)
    assert fused_convolution.fits(torch.rand(1, 3, 8, 8, dtype=torch.bfloat16), weight) is quick
    assert not fused_convolution.fits(torch.rand(1, 3, 8, 8), weight)
    assert not fused_convolution.fits(torch.rand(1, 3, 8, 8).half(), weight.half())


@pytest.mark.parametrize("has", [None, lambda: False])
def test_a_processor_without_instructions_does_not_compute_in_sixteen_bits(
    has: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    if has is None:
        monkeypatch.delattr(torch.cpu, "_is_avx512_bf16_supported", raising=False)
    else:
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", has, raising=False)
    fused_convolution.computes_in_bfloat16.cache_clear()
    assert not fused_convolution.computes_in_bfloat16()
    fused_convolution.computes_in_bfloat16.cache_clear()


@quick_in_sixteen
@pytest.mark.parametrize("behind", ["nothing", "relu6", "skip"])
@pytest.mark.parametrize("depthwise", [True, False])
def test_a_convolution_of_sixteen_bits_adds_in_thirty_two(behind: str, depthwise: bool) -> None:
    """Of the same rounded numbers, the plain one in float32 differs by what the result is rounded by."""
    torch.manual_seed(9)
    layer = SameConv(16, 16, 3, 2, groups=16 if depthwise else 1).requires_grad_(False)
    layer.weight.data = layer.weight.data.bfloat16()
    x = (4 * torch.randn(2, 16, 9, 12)).bfloat16().contiguous(memory_format=torch.channels_last)
    exact = copy.deepcopy(layer)
    exact.weight.data = layer.weight.data.float()
    bare = exact(x.float())
    skip = torch.randn_like(bare).bfloat16() if behind == "skip" else None
    plain = exact(x.float(), relu6=behind == "relu6", skip=None if skip is None else skip.float())
    found = layer(x, relu6=behind == "relu6", skip=skip)
    assert found.dtype is torch.bfloat16
    # the sum with a skip is rounded twice
    steps = 2**-8 * (bare.abs() + (0 if skip is None else plain.abs()))
    assert ((found.float() - plain).abs() <= steps + 1e-6).all()


@pytest.mark.parametrize("quick", [pytest.param(True, marks=quick_in_sixteen), False])
def test_a_narrow_trunk_says_nearly_the_same(quick: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    net, x = trunk(), torch.rand(2, 3, 84, 112)
    expected = net(x)
    narrow = copy.deepcopy(net)
    narrow.narrow()
    if not quick:
        monkeypatch.setattr(fused_convolution, "is_there", lambda: False)
    held = [{one.weight.dtype for one in block.modules() if isinstance(one, SameConv)} for block in narrow.blocks]
    assert held == [{torch.float32}, *[{torch.bfloat16}] * (len(held) - 1)]
    assert narrow.stem.weight.dtype is torch.float32
    for found, wanted in zip(narrow(x), expected, strict=True):
        assert found.dtype is torch.bfloat16
        moved = (found.float() - wanted).square().mean().sqrt()
        assert 0 < moved < 0.02 * wanted.square().mean().sqrt()


def test_a_build_without_the_operators_rates_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused_convolution, "is_there", lambda: False)
    assert [tuple(tap.shape[1:]) for tap in trunk()(torch.rand(2, 3, 56, 56))] == [
        (24, 14, 14),
        (40, 7, 7),
        (112, 4, 4),
    ]
