"""A training by torchrun: two real processes over gloo are one training, also killed and resumed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from tests.training.sets import make_set, write_recipe
from xl_vqa.training.divergence import DivergenceGuard
from xl_vqa.training.errors import TrainingDivergedError, TrainingError
from xl_vqa.training.fine_tune import all_see, fine_tune
from xl_vqa.training.recipe import load_recipe


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def torchrun(recipe: Path, *more: str) -> subprocess.Popen[str]:
    launcher = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"]
    return subprocess.Popen(
        [*launcher, "--master-port", str(free_port()), "-m", "xl_vqa.cli.main", "train", str(recipe), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "XL_VQA_LANGUAGE": "en"},
    )


def weights_of(folder: Path) -> dict[str, Tensor]:
    return load_file(folder / "adapter_model.safetensors")


def history_of(folder: Path) -> list[dict[str, Any]]:
    return list(json.loads((folder / "metrics.json").read_text())["history"])


@pytest.mark.slow
def test_two_processes_are_one_training_with_twice_the_batch_also_killed_and_resumed(tmp_path: Path) -> None:
    # without a remainder: accelerate fills the last batch of an epoch up with videos from its beginning
    made = make_set(tmp_path, videos=11, split=["train"] * 8 + ["val"] * 3)
    values = {"epochs": 2, "lora": {"rank": 4, "alpha": 8, "dropout": 0.0}}
    losses: list[str] = []
    one = fine_tune(
        load_recipe(write_recipe(made, output="one", batch_size=4, **values)),
        on_epoch=lambda record: losses.append(f"{record['loss']:.3f}"),
    )
    process = torchrun(write_recipe(made, output="two", batch_size=2, **values))
    said, told = process.communicate(timeout=240)
    assert process.returncode == 0, told[-3000:]
    # one of them speaks
    assert said.count("RMSE") == 1
    # of all videos, not of those that it saw itself
    assert [float(loss) for loss in re.findall(r"loss (\d+\.\d+)", told)] == pytest.approx(
        [float(loss) for loss in losses], abs=2e-3
    )
    history = history_of(tmp_path / "two")
    # each process takes half of the videos of an epoch
    assert [record["step"] for record in history] == [2, 4]
    for record, other in zip(history, one.metrics["history"], strict=True):
        assert record == pytest.approx(other, abs=1e-4)
    expected, found = weights_of(one.folder), weights_of(tmp_path / "two")
    moved = max(float(value.abs().max()) for key, value in expected.items() if "lora_B" in key)
    apart = max(float((expected[key] - found[key]).abs().max()) for key in expected)
    # B begins at 0
    assert apart < moved / 50

    recipe = write_recipe(made, output="killed", batch_size=2, save_steps=1, **values)
    process = torchrun(recipe)
    marker = tmp_path / "killed.run" / "checkpoint-1" / "trainer_state.json"
    deadline = time.monotonic() + 120
    while not marker.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    # the launcher's death alone would leave the others at work
    launcher = psutil.Process(process.pid)
    for one in [launcher, *launcher.children(recursive=True)]:
        one.kill()
    assert process.wait() == -signal.SIGKILL
    process.communicate()
    assert not (tmp_path / "killed").exists()
    process = torchrun(recipe, "--resume")
    _, told = process.communicate(timeout=240)
    assert process.returncode == 0, told[-3000:]
    again = weights_of(tmp_path / "killed")
    assert all(torch.equal(found[key], again[key]) for key in found)
    assert history_of(tmp_path / "killed") == history
    assert not (tmp_path / "killed.run").exists()


def test_the_loss_is_that_of_all_processes_and_no_number_in_one_stops_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_set(tmp_path, videos=8)
    guard = DivergenceGuard(load_recipe(write_recipe(made)), "float32", tmp_path)
    step = {"args": None, "state": SimpleNamespace(global_step=0, max_steps=2), "control": None}
    step["model"] = torch.nn.Linear(1, 1)
    of_the_other = [torch.tensor(1.5), torch.tensor(float("nan"))]
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "all_reduce", lambda value: value.add_(of_the_other.pop(0)))
    # each sees the sum of its own tokens over the number of all; Trainer changes what it was given
    given = guard.watch(lambda: torch.tensor(0.5))()
    given *= 2
    guard.on_pre_optimizer_step(**step)
    assert guard.take_mean_loss() == 2.0
    guard.watch(lambda: torch.tensor(1.0))()
    with pytest.raises(TrainingDivergedError, match="loss: nan"):
        guard.on_pre_optimizer_step(**step)


def test_an_output_that_only_one_machine_sees_is_told_before_the_first_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xl_vqa.training.fine_tune.SHARED_S", 0.3)
    (tmp_path / "there").mkdir()
    all_see(tmp_path / "there")
    with pytest.raises(TrainingError) as told:
        all_see(tmp_path / "elsewhere")
    assert "elsewhere" in told.value.message("en")
    assert "share" in told.value.message("en")
    assert "共有" in told.value.message("ja")
