"""Stops a training whose loss or gradients are no longer numbers, before they reach the weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from transformers import TrainerCallback

from xl_vqa.training.errors import TrainingDivergedError
from xl_vqa.training.losses import Loss
from xl_vqa.training.recipe import Recipe
from xl_vqa.words.reasons import Detail


class DivergenceGuard(TrainerCallback):
    """Looks at each step after its gradients are added up and before the optimizer uses them.

    So no checkpoint and no epoch's weights ever come from a step that was not a number. Trainer itself would go
    on, and log the average of earlier losses in its place. Several processes see the same gradients and stop
    alike; the loss is that of all of them.
    """

    def __init__(self, recipe: Recipe, dtype: str, run: Path) -> None:
        self._recipe, self._dtype, self._run = recipe, dtype, run
        self._loss: Tensor | None = None
        self._steps: list[float] = []

    def watch(self, loss: Loss) -> Loss:
        """``loss`` with its values, summed over the batches of a step, kept for the guard."""

        def watched(*args: Any, **kwargs: Any) -> Tensor:
            value = loss(*args, **kwargs)
            # a copy: Trainer scales the loss of several processes in place
            seen = value.detach().clone()
            self._loss = seen if self._loss is None else self._loss + seen
            return value

        return watched

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if self._loss is not None and dist.is_available() and dist.is_initialized():
            # each process has the sum of its own tokens, over the number of all
            dist.all_reduce(self._loss)
        gradients = [w.grad for w in kwargs["model"].parameters() if w.grad is not None]
        if self._loss is not None:
            self._steps.append(float(self._loss))
        values = {"loss": self._loss, "gradient": torch.nn.utils.get_total_norm(gradients) if gradients else None}
        self._loss = None
        for name, value in values.items():
            if value is not None and not torch.isfinite(value):
                raise TrainingDivergedError(
                    step=state.global_step + 1,
                    total=state.max_steps,
                    value=f"{name}: {float(value)}",
                    problem=self._advice(),
                    folder=str(self._run),
                )

    def take_mean_loss(self) -> float | None:
        """The mean loss of the steps since this was last asked; None where there was none."""
        mean = sum(self._steps) / len(self._steps) if self._steps else None
        self._steps.clear()
        return mean

    def _advice(self) -> Detail:
        """Lines for the recipe, which read alike in every language."""
        tips = [f"learning_rate: {self._recipe.learning_rate / 3:.2g}"]
        if self._dtype == "float16":
            tips.append("dtype: bfloat16")
        elif self._dtype == "bfloat16":
            tips.append("dtype: float32")
        if self._recipe.clip_gradients > 1:
            tips.append("clip_gradients: 1.0")
        return Detail(", ".join(tips))
