"""How every stage of training takes its steps: AdamW, gradients clipped, a rate that rises and falls, an average.

Which loss is taken of which clips is the stage's own (training.py, trust.py, attributes.py, schemes.py).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np
import torch
from torch import Tensor

LARGEST_GRADIENT: Final = 1.0
"""Norm over all weights; a longer one is cut to it."""
WARM: Final = 40
"""Steps in which the rate rises."""
LAST_RATE: Final = 0.02
"""Of the highest, at the end."""
TOLD_EVERY: Final = 25
"""Steps between two lines about a stage."""


class Stepper:
    """The steps of one stage, and ``losses`` of those that are taken.

    ``trained`` are the weights that move, ``kept`` those of them whose average counts afterwards (None: all);
    ``averaged_steps`` as of ``Average``; ``rate`` is the highest of ``steps`` steps.
    """

    def __init__(
        self,
        trained: Sequence[Tensor],
        steps: int,
        rate: float,
        *,
        weight_decay: float,
        averaged_steps: float = 0.0,
        kept: Sequence[Tensor] | None = None,
        warm: int = WARM,
    ) -> None:
        self._trained = list(trained)
        self._steps = steps
        self._optimizer = torch.optim.AdamW(self._trained, lr=rate, weight_decay=weight_decay)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimizer, lambda step: share_of_rate(step, steps, warm)
        )
        self._started = time.monotonic()
        self.average = Average(self._trained if kept is None else kept, averaged_steps)
        self.losses: list[float] = []

    def take(self, loss: Tensor) -> None:
        """One step down ``loss``, a single number."""
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self._trained, LARGEST_GRADIENT)
        self._optimizer.step()
        self._schedule.step()
        self.average.step()
        self.losses.append(float(loss.detach()))

    def run(
        self,
        stage: str,
        batches: Callable[[], Iterable[list[int]]],
        loss_of: Callable[[list[int]], Tensor],
    ) -> list[float]:
        """All steps of ``stage``, and the average in the weights' place; returns ``losses``.

        ``batches`` gives those of one epoch, drawn anew; ``loss_of`` a batch's.
        """
        for batch in repeated(batches, self._steps):
            self.take(loss_of(batch))
            done = len(self.losses)
            if done % TOLD_EVERY == 0:
                left = (time.monotonic() - self._started) / done * (self._steps - done) / 60
                mean = np.mean(self.losses[-TOLD_EVERY:])
                print(f"{stage}, step {done}/{self._steps}, loss {mean:.3f}, {left:.1f} min left", flush=True)
        self.average.keep()
        return self.losses


def repeated(batches: Callable[[], Iterable[list[int]]], steps: int) -> Iterator[list[int]]:
    """``steps`` batches, epoch after epoch. Raises ValueError where an epoch has none."""
    done = 0
    while done < steps:
        before = done
        for batch in batches():
            yield batch
            done += 1
            if done == steps:
                return
        if done == before:
            raise ValueError("there is nothing to learn from")


def share_of_rate(step: int, steps: int, warm: int = WARM) -> float:
    """Of the highest rate: up in a line over ``warm`` steps, then down in half a cosine to LAST_RATE."""
    if step < warm:
        return (step + 1) / warm
    turned = math.pi * (step - warm) / max(1, steps - warm)
    return LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(turned))


class Average:
    """An exponential moving average of parameters; as a context manager it puts it in their place for a while."""

    def __init__(self, parameters: Sequence[Tensor], steps: float) -> None:
        self._parameters = list(parameters)
        self._mean = [p.detach().clone() for p in parameters]
        self._steps, self._taken = steps, 0

    def step(self) -> None:
        # at the beginning the mean is over fewer steps, so that the first weights are soon forgotten
        self._taken += 1
        keep = 0.0 if not self._steps else min(1 - 1 / self._steps, self._taken / (10 + self._taken))
        with torch.no_grad():
            for mean, parameter in zip(self._mean, self._parameters, strict=True):
                mean.lerp_(parameter, 1 - keep)

    def keep(self) -> None:
        """Puts the average in the parameters' place for good."""
        self._swap()

    def __enter__(self) -> None:
        self._swap()

    def __exit__(self, *_: object) -> None:
        self._swap()

    def _swap(self) -> None:
        with torch.no_grad():
            for mean, parameter in zip(self._mean, self._parameters, strict=True):
                held = parameter.clone()
                parameter.copy_(mean)
                mean.copy_(held)
