"""Many runs: kept, resumed, failed, killed; in this process and in processes of their own."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from xl_vqa.evaluation.runs import Run, RunRow
from xl_vqa.training.jobs import Job, OnShare, State, run_all
from xl_vqa.words.errors import ModelMemoryError, OutputNotWritableError

ROOT = Path(__file__).parents[2]


def train(diary: Path, job: Job, on_share: OnShare) -> Run:
    """Writes down that it ran; the scheme says what becomes of it."""
    with diary.open("a") as file:
        file.write(f"{job.name} {os.getpid()}\n")
    on_share(0.5)
    if job.scheme == "memory":
        raise ModelMemoryError(model="m")
    if job.scheme == "bug":
        raise ZeroDivisionError("a mistake")
    if job.scheme == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if job.scheme == "disk":
        raise OutputNotWritableError(path="x", problem="No space left on device")
    if job.scheme == "slow":
        time.sleep(60)
    return Run(job.scheme, job.seed, job.fingerprint, (RunRow("a.mp4", 3.0, None, "test", {"expectation": 3.0}),))


def jobs(*schemes: str) -> list[Job]:
    return [Job(scheme, seed, "data") for scheme in schemes for seed in (1, 2)]


def lines(diary: Path) -> list[str]:
    return [line.split()[0] for line in diary.read_text().splitlines()]


def test_finished_runs_are_not_repeated_and_failed_ones_are(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    todo = jobs("integer", "bug")
    do = functools.partial(train, diary)
    first = run_all(todo, tmp_path / "runs", do, isolated=False)
    assert [run.error for run in first] == [
        None,
        None,
        "ZeroDivisionError: a mistake",
        "ZeroDivisionError: a mistake",
    ]
    assert "1 / 0" not in (tmp_path / "runs" / "bug-seed1.log").read_text()
    assert "a mistake" in (tmp_path / "runs" / "bug-seed1.log").read_text()
    again = run_all([*todo, Job("integer", 1, "other data")], tmp_path / "runs", do, isolated=False)
    assert lines(diary) == [*(job.name for job in todo), "bug-seed1", "bug-seed2", "integer-seed1"]
    assert again[:2] == first[:2]


def test_the_time_left_is_told(tmp_path: Path) -> None:
    states: list[State] = []
    do = functools.partial(train, tmp_path / "diary")
    run_all(jobs("integer"), tmp_path / "runs", do, on_state=states.append, isolated=False)
    assert [(state.done, state.running, state.share) for state in states] == [
        (0, "integer-seed1", 0.0),
        (0, "integer-seed1", 0.5),
        (1, "integer-seed2", 0.0),
        (1, "integer-seed2", 0.5),
        (2, "", 0.0),
    ]
    assert states[0].left_s is None
    assert all(state.left_s is not None for state in states[1:])
    assert states[-1].left_s == 0


def test_a_full_disk_stops_the_work_and_keeps_what_is_done(tmp_path: Path) -> None:
    do = functools.partial(train, tmp_path / "diary")
    for isolated in (False, True):
        with pytest.raises(OutputNotWritableError, match="No space left"):
            run_all([*jobs("integer"), *jobs("disk")], tmp_path / "runs", do, isolated=isolated)
    assert lines(tmp_path / "diary") == ["integer-seed1", "integer-seed2", "disk-seed1", "disk-seed1"]


def test_each_run_has_a_process_and_its_death_is_an_error_of_that_run_alone(tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    shares: list[float] = []
    todo = [Job("killed", 1, "d"), Job("memory", 1, "d"), Job("integer", 1, "d")]
    found = run_all(
        todo,
        tmp_path / "runs",
        functools.partial(train, diary),
        on_state=lambda s: shares.append(s.share),
        language="ja",
    )
    assert (
        found[0].error == "学習プロセスが途中で終了しました(システムによる強制終了。多くはメモリー不足です) (-9)"
    )
    assert found[1].error == ModelMemoryError(model="m").message("ja")
    assert found[2].error is None
    assert found[2].facts["peak_mb"] > 10
    assert found[2].facts["seconds"] > 0
    assert len({line.split()[1] for line in diary.read_text().splitlines()} | {str(os.getpid())}) == 4
    assert 0.5 in shares


def test_a_killed_command_resumes_and_leaves_no_process(tmp_path: Path) -> None:
    code = (
        "import functools, pathlib, sys\n"
        "from tests.training.test_jobs import *\n"
        "if __name__ == '__main__':\n"
        "    folder = pathlib.Path(sys.argv[1])\n"
        "    run_all([*jobs('integer'), Job('slow', 1, 'data')], folder / 'runs',"
        " functools.partial(train, folder / 'diary'))\n"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, str(script), str(tmp_path)], env=environment)
    diary = tmp_path / "diary"
    deadline = time.monotonic() + 60
    while not (diary.exists() and "slow" in diary.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    child = int(diary.read_text().split()[-1])
    process.kill()
    process.wait(20)
    do = functools.partial(train, diary)
    found = run_all(jobs("integer"), tmp_path / "runs", do, isolated=False)
    assert [run.error for run in found] == [None, None]
    assert lines(diary) == ["integer-seed1", "integer-seed2", "slow-seed1"]
    # nobody would read what the orphan goes on to make
    while _alive(child):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
