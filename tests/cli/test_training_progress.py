"""What a training tells without a terminal: a line for each epoch, and now and then one of a stage."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from xl_vqa.cli.progress import LINE_EVERY_S
from xl_vqa.cli.training_progress import TrainingProgress, training_progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def record(epoch: int, **values: Any) -> dict[str, Any]:
    known = {"epoch": epoch, "epochs": 4, "step": 30 * epoch, "steps": 120}
    return {**known, "loss": 1.5, "srcc": 0.61234, "rmse": 0.5, **values}


def lines(console: Console) -> list[str]:
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


@pytest.fixture
def plain() -> Console:
    return Console(file=io.StringIO(), width=200, soft_wrap=True)


def test_an_epoch_is_a_line_with_loss_srcc_and_the_time_left(plain: Console) -> None:
    clock = Clock()
    told = TrainingProgress(plain, "en", None, clock=clock)
    told.stage("steps", 0, 120)
    clock.now = 600.0
    told.epoch(record(1))
    told.epoch(record(2, srcc=None, loss=None))
    assert lines(plain) == [
        "Epoch 1/4 (step 30/120): loss 1.500, validation SRCC 0.612, RMSE 0.500; about 30.0 min left",
        "Epoch 2/4 (step 60/120): loss -, validation SRCC -, RMSE 0.500; about 10.0 min left",
    ]


def test_a_resumed_run_counts_from_where_it_went_on(plain: Console) -> None:
    clock = Clock()
    told = TrainingProgress(plain, "ja", None, clock=clock)
    told.stage("steps", 60, 120)
    clock.now = 300.0
    told.epoch(record(3))
    (line,) = lines(plain)
    assert "エポック 3/4" in line
    assert "残り約 5.0 分" in line
    assert "SRCC 0.612" in line


def test_a_stage_has_a_line_now_and_then(plain: Console) -> None:
    clock = Clock()
    told = TrainingProgress(plain, "en", None, clock=clock)
    for done in range(101):
        clock.now = done * LINE_EVERY_S / 10
        told.stage("steps", done, 100)
    said = lines(plain)
    assert len(said) == 9
    assert "10/100" in said[0]
    # twenty seconds for ten steps: three minutes for ninety
    assert "3.0 min" in said[0]


def test_what_nothing_is_known_of_has_no_time_left(plain: Console) -> None:
    """A stage whose first video takes long: "about ? min left" says nothing."""
    clock = Clock()
    told = TrainingProgress(plain, "en", None, clock=clock)
    told.stage("validation", 0, 12)
    clock.now = 2 * LINE_EVERY_S
    told.stage("validation", 0, 12)
    (said,) = lines(plain)
    assert said.endswith(" 0/12")


def test_a_library_says_nothing_of_its_own_when_training_is_loaded() -> None:
    code = "from xl_vqa.cli.main import _hush_libraries; _hush_libraries(); import xl_vqa.training.fine_tune"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (loaded.stdout, loaded.stderr) == ("", "")


def test_bars_on_a_terminal_and_lines_of_epochs_all_the_same() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=150)
    with training_progress(console, "en") as told:
        told.stage("videos", 1, 2)
        told.stage("steps", 10, 20)
        told.epoch(record(1))
    assert "loss 1.500" in console.file.getvalue()  # type: ignore[attr-defined]
    with training_progress(Console(file=io.StringIO(), quiet=True), "en") as quiet:
        quiet.stage("steps", 1, 2)
        quiet.epoch(record(1))
