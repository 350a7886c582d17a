"""The starter's frozen trunk: EfficientNet-Lite0, stem and blocks 0..10, batch norms folded in."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from xl_vqa.vlm import fused_convolution, kept_sums

# expansion, kernel, stride, channels out, of EfficientNet-Lite0's blocks 0..10
BLOCKS: Final = (
    (1, 3, 1, 16),
    (6, 3, 2, 24),
    (6, 3, 1, 24),
    (6, 5, 2, 40),
    (6, 5, 1, 40),
    (6, 3, 2, 80),
    (6, 3, 1, 80),
    (6, 3, 1, 80),
    (6, 5, 1, 112),
    (6, 5, 1, 112),
    (6, 5, 1, 112),
)
STEM_CHANNELS: Final = 32
TAPS: Final = (2, 4, 10)
"""Blocks whose output is pooled: at a quarter, an eighth and a sixteenth of the picture's sides."""

FINE_BLOCKS: Final = 1
"""So many first blocks compute in float32 always: bfloat16's steps are coarser than what shows in a picture."""

TRUNK_FEATURES: Final = 3 * sum(BLOCKS[tap][3] for tap in TAPS)


@lru_cache(maxsize=1024)
def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's 'SAME': the odd pixel goes behind."""
    total = max((math.ceil(size / stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class SameConv(nn.Conv2d):
    """A convolution with TensorFlow's padding and a bias that holds the folded batch norm.

    ``forward`` takes ReLU6 of it, or adds ``skip``, in the same pass where that can be had (fused_convolution.py).
    """

    def __init__(self, inside: int, outside: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inside, outside, kernel, stride, groups=groups)
        self._laid_out = fused_convolution.LaidOut()

    def forward(self, x: Tensor, *, relu6: bool = False, skip: Tensor | None = None) -> Tensor:
        if fused_convolution.fits(x, self.weight):
            return self.fused(x, relu6=relu6, skip=skip)
        kernel, stride = self.kernel_size[0], self.stride[0]
        top, bottom = _same_padding(x.shape[-2], kernel, stride)
        left, right = _same_padding(x.shape[-1], kernel, stride)
        bias = None if self.bias is None else self.bias.to(self.weight.dtype)
        if top == bottom and left == right:
            y = functional.conv2d(x, self.weight, bias, self.stride, (top, left), groups=self.groups)
        else:
            x = functional.pad(x, (left, right, top, bottom))
            y = functional.conv2d(x, self.weight, bias, self.stride, groups=self.groups)
        if relu6:
            # in place: at the first blocks these maps are the largest memory traffic of the whole model
            return functional.relu6(y, inplace=True)
        return y if skip is None else y + skip

    def fused(self, x: Tensor, *, relu6: bool = False, skip: Tensor | None = None) -> Tensor:
        """``forward`` of what fits (fused_convolution.py), past torch's hooks for modules: a clip makes 500 calls,
        most of them short, and all threads take turns in Python."""
        # a module's own attributes cost a function call each
        parameters: Any = self.__dict__["_parameters"]
        weight = parameters["weight"]
        height, width = x.shape[2:]
        top, bottom = _same_padding(height, self.kernel_size[0], self.stride[0])
        left, right = _same_padding(width, self.kernel_size[0], self.stride[0])
        padding = (bottom, right)
        # a kernel with zeros in front takes the same padding on both sides: no copy of the picture
        more = (bottom - top, right - left)
        laid_out = self._laid_out.of(x, weight, self.stride, padding, self.groups, more)
        return fused_convolution.fused(
            x, laid_out, parameters["bias"], self.stride, padding, self.groups, relu6=relu6, skip=skip
        )


class InvertedBottleneck(nn.Module):
    """One block: widen, filter per channel, narrow; a skip where the shapes allow."""

    def __init__(self, inside: int, expansion: int, kernel: int, stride: int, outside: int) -> None:
        super().__init__()
        wide = inside * expansion
        self.expand = SameConv(inside, wide, 1) if expansion > 1 else None
        self.depthwise = SameConv(wide, wide, kernel, stride, groups=wide)
        self.project = SameConv(wide, outside, 1)
        self.skip = stride == 1 and inside == outside

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = x if self.expand is None else self.expand(x, relu6=True)
        narrow: Tensor = self.project(self.depthwise(y, relu6=True), skip=x if self.skip else None)
        return narrow

    def fused(self, x: Tensor) -> Tensor:
        """``forward`` of what fits; see SameConv."""
        modules: Any = self.__dict__["_modules"]
        expand = modules.get("expand")
        y: Tensor = x if expand is None else expand.fused(x, relu6=True)
        y = modules["depthwise"].fused(y, relu6=True)
        narrow: Tensor = modules["project"].fused(y, skip=x if self.skip else None)
        return narrow


class Trunk(nn.Module):
    """EfficientNet-Lite0 up to block 10. ``forward``: RGB in 0..1 [n, 3, H, W] to the maps of ``TAPS``."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, STEM_CHANNELS, 3, 2)
        channels = STEM_CHANNELS
        blocks = []
        for expansion, kernel, stride, outside in BLOCKS:
            blocks.append(InvertedBottleneck(channels, expansion, kernel, stride, outside))
            channels = outside
        self.blocks = nn.ModuleList(blocks)

    def narrow(self) -> None:
        """From now on, all blocks but the first ``FINE_BLOCKS`` compute in bfloat16, and so give their taps.

        Quicker only where fused_convolution.computes_in_bfloat16. Biases stay float32: oneDNN adds them before it
        rounds.
        """
        for block in list(self.blocks)[FINE_BLOCKS:]:
            for one in block.modules():
                if isinstance(one, SameConv):
                    # over many channels a sum means nothing, and the nearest values are the best
                    weight = one.weight.bfloat16() if one.groups == 1 else kept_sums.rounded(one.weight)
                    one.weight = nn.Parameter(weight, requires_grad=False)

    def forward(self, rgb: Tensor) -> list[Tensor]:
        fits = fused_convolution.fits(rgb, self.stem.weight)
        blocks: list[Any] = [block.fused if fits else block for block in self.blocks]
        stem = self.stem.fused if fits else self.stem
        begin, rest = blocks[: TAPS[0] + 1], blocks[TAPS[0] + 1 :]
        first_behind: Any = self.blocks[FINE_BLOCKS]
        behind = first_behind.project.weight.dtype

        def begun(frames: Tensor) -> Tensor:
            """The first tap."""
            # channels last is 2.5 times faster on a CPU; the scale is EfficientNet-Lite's own
            scaled = ((frames.contiguous(memory_format=torch.channels_last) * 255).sub_(127)).div_(128)
            x: Tensor = stem(scaled.to(self.stem.weight.dtype), relu6=True)
            for number, block in enumerate(begin):
                x = block(x.to(behind) if number == FINE_BLOCKS else x)
            return x

        # frame by frame while the maps are wide, so that they stay in a core's cache
        parts = rgb.chunk(len(rgb)) if rgb.device.type == "cpu" else [rgb]
        x = torch.cat([begun(part) for part in parts])
        taps = [x]
        for index, block in enumerate(rest, TAPS[0] + 1):
            x = block(x)
            if index in TAPS:
                taps.append(x)
        return taps


def pooled_features(taps: list[Tensor], size: tuple[int, int]) -> Tensor:
    """Maps of frame pairs to [t, TRUNK_FEATURES, *size]: mean, spread and change within the pair, per cell."""
    return torch.cat([part for tap in taps for part in _pooled(tap, size)], dim=1)


def _pooled(maps: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
    """Maps [2*t, c, ...] to mean, spread and frame-pair difference per cell, each [t, c, *size]."""
    mean = functional.adaptive_avg_pool2d(maps, size)
    square = functional.adaptive_avg_pool2d(maps.square(), size)
    spread = (square - mean.square()).clamp_min(0).add(1e-6).sqrt()
    change = functional.adaptive_avg_pool2d((maps[0::2] - maps[1::2]).abs(), size)
    return (mean[0::2] + mean[1::2]) / 2, (spread[0::2] + spread[1::2]) / 2, change
