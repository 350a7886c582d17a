"""A convolution with what follows it (ReLU6, or the sum of a skip) in one pass over its output, on a CPU.

oneDNN does both in one, but torch's own ``conv2d`` does not ask it to, and lays out the weights anew each time.
``torch.compile`` asks, through the operators used here, but needs a C++ compiler, which no office PC has. They are
no promised parts of torch, so they are tried once, and whoever asks takes the plain way where they are missing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


@lru_cache(maxsize=1)
def is_there() -> bool:
    """Whether this build of torch has the operators, and they compute what the plain ones do."""
    if not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]
        return False
    x = torch.linspace(-3, 9, 2 * 8 * 6 * 5).view(2, 8, 6, 5).contiguous(memory_format=torch.channels_last)
    weight = torch.linspace(-1, 1, 8 * 8).view(8, 8, 1, 1)
    bias = torch.linspace(-1, 1, 8)
    try:
        with torch.no_grad():
            plain = functional.conv2d(x, weight, bias)
            laid_out = LaidOut().of(x, weight, (1, 1), (0, 0), 1)
            clipped = fused(x, laid_out, bias, (1, 1), (0, 0), 1, relu6=True)
            summed = fused(x, weight, bias, (1, 1), (0, 0), 1, skip=x)
            return torch.allclose(clipped, functional.relu6(plain), atol=1e-4) and torch.allclose(
                summed, plain + x, atol=1e-4
            )
    except (AttributeError, RuntimeError, TypeError, NotImplementedError):
        return False


@lru_cache(maxsize=1)
def computes_in_bfloat16() -> bool:
    """Whether this processor has instructions for it, and the operators use them and add biases in float32.

    Where it has none, oneDNN does the same in several steps, which takes longer than float32.
    """
    has: Any = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    if not is_there() or has is None or not has():
        return False
    x = torch.linspace(-3, 9, 2 * 8 * 6 * 5).view(2, 8, 6, 5).contiguous(memory_format=torch.channels_last)
    weight = torch.linspace(-1, 1, 8 * 8).view(8, 8, 1, 1).bfloat16()
    bias = torch.linspace(-1, 1, 8)
    try:
        with torch.no_grad():
            half = x.bfloat16()
            plain = functional.relu6(functional.conv2d(half.float(), weight.float(), bias)).bfloat16()
            laid_out = LaidOut().of(half, weight, (1, 1), (0, 0), 1)
            return torch.allclose(fused(half, laid_out, bias, (1, 1), (0, 0), 1, relu6=True), plain, rtol=0.01)
    except (AttributeError, RuntimeError, TypeError, NotImplementedError):
        return False


def fits(x: Tensor, weight: Tensor) -> bool:
    """Whether a call may take the fused way: on a CPU, in a format of its own, and nobody wants gradients."""
    wanted = torch.is_grad_enabled() and (x.requires_grad or weight.requires_grad)
    if x.device.type != "cpu" or x.dtype != weight.dtype or wanted:
        return False
    if x.dtype == torch.bfloat16:
        return computes_in_bfloat16()
    return x.dtype == torch.float32 and is_there()


class LaidOut:
    """The weights of one convolution as oneDNN wants them, kept until they change. A copy begins without any."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, int, int, int], Tensor] = {}

    def of(
        self,
        x: Tensor,
        weight: Tensor,
        stride: tuple[int, ...],
        padding: tuple[int, int],
        groups: int,
        more: tuple[int, int] = (0, 0),
    ) -> Tensor:
        """For pictures like ``x``; ``more``: so many rows and columns of zeros in front of each kernel."""
        if weight.is_inference():
            # nothing would tell that it was changed
            return functional.pad(weight, (more[1], 0, more[0], 0))
        key = (weight.data_ptr(), weight._version, *more)
        found = self._made.get(key)
        if found is None:
            if self._made and next(iter(self._made))[:2] != key[:2]:
                self._made = {}
            operators: Any = torch.ops.mkldnn
            padded = functional.pad(weight.detach(), (more[1], 0, more[0], 0))
            found = operators._reorder_convolution_weight(
                padded, list(padding), list(stride), [1, 1], groups, list(x.shape)
            )
            self._made[key] = found
        return found

    def __reduce__(self) -> tuple[type[LaidOut], tuple[()]]:
        return LaidOut, ()


def fused(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: tuple[int, ...],
    padding: tuple[int, int],
    groups: int,
    *,
    relu6: bool = False,
    skip: Tensor | None = None,
) -> Tensor:
    """``conv2d`` with ``relu6`` of it, or ``skip`` added to it; not both."""
    operators: Any = torch.ops.mkldnn
    places = (list(padding), list(stride), [1, 1], groups)
    found: Tensor
    if skip is not None and x.dtype == torch.float32:
        found = operators._convolution_pointwise.binary(x, skip, weight, bias, *places, "add", 1.0, None, [], None)
    else:
        behind = ("hardtanh", [0.0, 6.0], "") if relu6 else ("none", [], "")
        found = operators._convolution_pointwise(x, weight, bias, *places, *behind)
        if skip is not None:
            # of bfloat16, the operator with a sum takes no bias in float32
            found.add_(skip)
    return found
