"""A linear layer through oneDNN on a CPU.

Torch takes MKL, which on processors of other makers than Intel needs twice the time: 128 to 384 numbers for 1,100
tokens 0.92 ms, through oneDNN 0.43. As in fused_convolution.py the operator is no promised part of torch, so it is
tried once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from xl_vqa.vlm import fused_convolution


@lru_cache(maxsize=1)
def is_there() -> bool:
    """Whether this build of torch has the operator, and it computes what the plain one does."""
    if not fused_convolution.is_there():
        return False
    x, weight, bias = (torch.linspace(-1, 2, count) for count in (2 * 3 * 8, 5 * 8, 5))
    try:
        found = _through_onednn(x.view(2, 3, 8), weight.view(5, 8), bias)
        return torch.allclose(found, functional.linear(x.view(2, 3, 8), weight.view(5, 8), bias), atol=1e-4)
    except (AttributeError, RuntimeError, TypeError, NotImplementedError):
        return False


class Dense(nn.Linear):
    """``nn.Linear``, by whichever way is the fast one."""

    def forward(self, x: Tensor) -> Tensor:
        if fused_convolution.fits(x, self.weight) and is_there():
            return _through_onednn(x, self.weight, self.bias)
        return super().forward(x)


def _through_onednn(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    operators: Any = torch.ops.mkldnn
    found: Tensor = operators._linear_pointwise(x, weight, bias, "none", [], "")
    return found
