"""The mean of several weights of one model.

What is taught further from the same weights lies near enough to them that the mean is a model as well. It keeps
what the first weights knew and the later lesson hardly showed, and takes most of what that lesson taught.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

State = Mapping[str, Tensor]


def mean_of(states: Sequence[State], shares: Sequence[float]) -> dict[str, Tensor]:
    """The weights that are ``shares`` of each of ``states``; the shares are made to sum to 1.

    Raises ValueError where the states are not of one model, or the shares are not as many or sum to nothing.
    """
    total = sum(shares)
    if len(states) != len(shares) or not states or total <= 0:
        raise ValueError(f"{len(shares)} shares, which sum to {total:g}, for {len(states)} weights")
    if any(state.keys() != states[0].keys() for state in states):
        raise ValueError("the weights are of different models")
    with torch.no_grad():
        return {name: _mean([state[name] for state in states], shares) for name in states[0]}


def _mean(values: Sequence[Tensor], shares: Sequence[float]) -> Tensor:
    """Of what is counted, not weighed, the first stays."""
    first = values[0]
    if not first.is_floating_point():
        return first.clone()
    weighed = [share / sum(shares) * value.float() for value, share in zip(values, shares, strict=True)]
    return torch.stack(weighed).sum(0).to(first.dtype)
