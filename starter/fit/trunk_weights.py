"""EfficientNet-Lite0's published weights into the starter's trunk, batch norms folded into the convolutions."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from xl_vqa.vlm.starter_trunk import InvertedBottleneck, SameConv, Trunk

EPSILON: Final = 1e-3
"""Of the batch norms, as the network was trained."""


def load_trunk(trunk: Trunk, weights: Path) -> None:
    """Fills ``trunk`` from the state dict at ``weights``. Raises KeyError where it is of another network."""
    state: dict[str, Tensor] = torch.load(weights, map_location="cpu", weights_only=True)
    _fold(trunk.stem, state, "_conv_stem", "_bn0")
    for index, block in enumerate(trunk.blocks):
        assert isinstance(block, InvertedBottleneck)
        prefix = f"_blocks.{index}."
        if block.expand is not None:
            _fold(block.expand, state, prefix + "_expand_conv", prefix + "_bn0")
        _fold(block.depthwise, state, prefix + "_depthwise_conv", prefix + "_bn1")
        _fold(block.project, state, prefix + "_project_conv", prefix + "_bn2")


def _fold(convolution: nn.Module, state: dict[str, Tensor], kernel: str, norm: str) -> None:
    assert isinstance(convolution, SameConv)
    gain = state[norm + ".weight"] / (state[norm + ".running_var"] + EPSILON).sqrt()
    with torch.no_grad():
        convolution.weight.copy_(state[kernel + ".weight"] * gain.view(-1, 1, 1, 1))
        assert convolution.bias is not None
        convolution.bias.copy_(state[norm + ".bias"] - state[norm + ".running_mean"] * gain)
