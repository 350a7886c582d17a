"""What happens beside the steps: progress, validation by the exact distribution, the best weights kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import TrainerCallback

from xl_vqa.datasets.correlation import pearson, spearman
from xl_vqa.datasets.manifest import ManifestRow
from xl_vqa.evaluation.metrics.defined import MIN_ITEMS
from xl_vqa.training.cache import atomic_path, read_json, write_json
from xl_vqa.training.frame_cache import StoredClip
from xl_vqa.training.read_answers import read_answers
from xl_vqa.training.recipe_check import Plan
from xl_vqa.training.trainable import Trainable
from xl_vqa.vlm.backbone import Backbone
from xl_vqa.vlm.few_bits import back_to_training
from xl_vqa.words.errors import OutputNotWritableError
from xl_vqa.words.reasons import why_unwritten

OnEpoch = Callable[[Mapping[str, Any]], None]
"""Told of every epoch: ``epoch`` of ``epochs``, ``step`` of ``steps``, ``loss``, and the figures of validation."""


def agreement(predicted: Sequence[float], mos: Sequence[float]) -> dict[str, float | None]:
    """SRCC, PLCC and RMSE in MOS; a correlation is None where one side is constant or has fewer than 3 values."""
    p, m = np.asarray(predicted, float), np.asarray(mos, float)
    figures: dict[str, float | None] = {"srcc": None, "plcc": None, "rmse": float(np.sqrt(np.mean((p - m) ** 2)))}
    if len(p) >= MIN_ITEMS:
        figures |= {"srcc": spearman(p, m), "plcc": pearson(p, m)}
    return figures


class History:
    """The validation of every epoch, and the weights of the best one; both on disk, so a killed run keeps them."""

    def __init__(self, run: Path, *, writes: bool = True) -> None:
        self._file, self.best_weights = run / "history.json", run / "best.safetensors"
        self._writes = writes
        self.records: list[dict[str, Any]] = read_json(self._file) or []

    @property
    def best_epoch(self) -> int | None:
        best = self._best()
        return None if best is None else int(best["epoch"])

    def forget_after(self, epoch: float) -> None:
        """Leaves out epochs that a resumed run will go through again."""
        self.records = [record for record in self.records if record["epoch"] <= epoch + 1e-9]

    def add(self, record: dict[str, Any], trainable: Trainable) -> None:
        """Keeps the record, and the weights where it is the best so far."""
        self.records = [old for old in self.records if old["epoch"] != record["epoch"]]
        self.records.append(record)
        if not self._writes:
            return
        try:
            if self._best() is record:
                with atomic_path(self.best_weights) as partial:
                    save_file(trainable.state(), partial)
            write_json(self._file, self.records)
        except Exception as error:  # safetensors has an error of its own for a full disk
            raise OutputNotWritableError(path=str(self._file.parent), problem=why_unwritten(error)) from error

    def _best(self) -> dict[str, Any] | None:
        """The highest SRCC, then the lowest RMSE, then the first."""

        def rank(record: dict[str, Any]) -> tuple[float, float]:
            srcc = record.get("srcc")
            return (-2.0 if srcc is None else srcc, -record["rmse"])

        return max(self.records, key=rank, default=None)


class ValidationCallback(TrainerCallback):
    """After every epoch, validation videos are rated from the exact distribution, as the host will rate."""

    def __init__(
        self,
        plan: Plan,
        backbone: Backbone,
        clips: Sequence[StoredClip],
        rows: Sequence[ManifestRow],
        trainable: Trainable,
        history: History,
        mean_loss: Callable[[], float | None],
        on_epoch: OnEpoch | None = None,
    ) -> None:
        self._mean_loss, self._on_epoch = mean_loss, on_epoch
        self._plan, self._backbone, self._trainable = plan, backbone, trainable
        self._clips, self._mos = clips, [plan.mos(row) for row in rows]
        self._history = history

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        if state.is_world_process_zero:
            plan = self._plan
            # reading must not change what the next step draws
            with torch.random.fork_rng(devices=[]):
                read = read_answers(
                    self._backbone, plan.spec, plan.scheme, self._clips, model=self._trainable.model
                )
            if plan.recipe.quantization != "none":
                back_to_training(self._trainable.model)
            record: dict[str, Any] = {"epoch": round(state.epoch), "step": state.global_step}
            record.update(agreement([one.decode() for one in read], self._mos))
            record["off_mass"] = float(np.mean([one.off_mass for one in read]))
            self._history.add(record, self._trainable)
            if self._on_epoch is not None:
                # not in the history: of a resumed epoch it is the mean of its last steps alone
                whole = {"epochs": round(args.num_train_epochs), "steps": state.max_steps}
                self._on_epoch({**record, **whole, "loss": self._mean_loss()})
        if torch.distributed.is_available() and torch.distributed.is_initialized():
            torch.distributed.barrier()


class ProgressCallback(TrainerCallback):
    """Steps done and to do, for a progress bar."""

    def __init__(self, report: Callable[[str, int, int], None] | None) -> None:
        self._report = report

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._tell(state)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._tell(state)

    def _tell(self, state: Any) -> None:
        if self._report is not None:
            self._report("steps", state.global_step, state.max_steps)
