"""Many training runs, one after the other: finished ones are kept, failed ones leave a sentence, none is lost.

Each run has a process of its own, so that one that is killed for its memory takes nothing else with it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from xl_vqa.evaluation.runs import Run, read_run, write_run
from xl_vqa.packages import as_missing
from xl_vqa.words.errors import OutputNotWritableError, XlVqaError

OnShare = Callable[[float], None]
"""Told how much of a run is done, 0..1."""
_TICK_S: Final = 0.5
_END_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Job:
    """One run to do. ``fingerprint`` changes with everything that its result depends on."""

    scheme: str
    seed: int
    fingerprint: str

    @property
    def name(self) -> str:
        return f"{self.scheme}-seed{self.seed}"

    def failed(self, error: str) -> Run:
        return Run(self.scheme, self.seed, self.fingerprint, error=error)


Train = Callable[[Job, OnShare], Run]
"""Does one job. It is sent to another process, so it must be a function of a module, or a partial of one."""


@dataclass(frozen=True, slots=True)
class State:
    """Where the work stands. ``left_s`` is None while there is nothing to judge it by."""

    done: int
    total: int
    running: str
    share: float
    left_s: float | None


def run_all(
    jobs: Sequence[Job],
    folder: Path,
    train: Train,
    *,
    on_state: Callable[[State], None] = lambda state: None,
    language: str = "en",
    isolated: bool = True,
) -> list[Run]:
    """Every job's run, in their order; those finished before are read from ``folder``, the others done now.

    A run that fails is in the result with its error, in words of ``language``, and its traceback is kept in
    the folder; the next call tries it again. ``isolated=False`` trains in this process.
    Raises OutputNotWritableError where results cannot be kept (a full disk): the runs done so far are.
    """
    path_of = {job: folder / f"{_safe(job.name)}.json" for job in jobs}
    known = {job: run for job in jobs if (run := read_run(path_of[job], job.fingerprint)) is not None}
    clock = _Clock(len(jobs), known.values())
    for job in jobs:
        if job in known:
            continue
        on_state(clock.state(len(known), job.name, 0.0))

        def told(share: float, job: Job = job) -> None:
            on_state(clock.state(len(known), job.name, share))

        started = time.monotonic()
        run = (_isolated if isolated else _here)(job, train, told, path_of[job].with_suffix(".log"), language)
        seconds = time.monotonic() - started
        run = replace(run, facts={"seconds": seconds, **run.facts})
        clock.took(seconds, run)
        # a file of a failed run would hide nothing, but it tells what happened
        write_run(path_of[job], run)
        known[job] = run
    on_state(clock.state(len(jobs), "", 0.0))
    return [known[job] for job in jobs]


class _Clock:
    """Guesses the time left from the runs done, or from how far the first one is."""

    def __init__(self, total: int, before: Any) -> None:
        self.total = total
        self.seconds = [run.facts["seconds"] for run in before if "seconds" in run.facts]
        self.began = time.monotonic()

    def took(self, seconds: float, run: Run) -> None:
        if run.error is None:
            self.seconds.append(seconds)
        self.began = time.monotonic()

    def state(self, done: int, running: str, share: float) -> State:
        left = None
        spent = time.monotonic() - self.began
        each = sum(self.seconds) / len(self.seconds) if self.seconds else (spent / share if share > 0.02 else None)
        if each is not None:
            left = max(each * (self.total - done - share), 0.0)
        return State(done, self.total, running, share, left)


def _here(job: Job, train: Train, on_share: OnShare, log: Path, language: str) -> Run:
    try:
        return train(job, on_share)
    except OutputNotWritableError:
        raise
    except Exception as error:
        _keep(log, traceback.format_exc())
        return job.failed(_sentence(error, language))


def _isolated(job: Job, train: Train, on_share: OnShare, log: Path, language: str) -> Run:
    """The run in a process of its own; its death is an error of the run."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, job, train, str(log), language), daemon=True)
    process.start()
    theirs.close()
    finished = False
    try:
        while True:
            if not ours.poll(_TICK_S):
                if process.is_alive() or ours.poll(0):
                    continue
                break
            try:
                kind, value = ours.recv()
            except EOFError:
                break
            if kind == "share":
                on_share(value)
            elif kind == "unwritable":
                raise OutputNotWritableError(**value)
            else:
                finished = True
                return value  # type: ignore[no-any-return]
        process.join()
        return job.failed(_death(process.exitcode, language))
    finally:
        if finished:
            # it has nothing left to do but to end; one that cannot is ended
            process.join(_END_S)
        process.terminate()
        process.join()
        ours.close()


def _work(connection: Connection, job: Job, train: Train, log: str, language: str) -> None:
    """In the other process. Libraries' own bars would write between the lines of ours."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        run = _here(job, train, lambda share: connection.send(("share", share)), Path(log), language)
        run = replace(run, facts={**_peak(), **run.facts})
        connection.send(("run", run))
    except OutputNotWritableError as error:
        connection.send(("unwritable", dict(error.params)))
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)


def _end_with_parent() -> None:
    """A parent that was killed cannot end its child; nobody would read what it goes on to make."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _peak() -> dict[str, float]:
    """Peak memory of this process in MB; nothing where the system does not tell."""
    if sys.platform == "win32":
        return {}
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"peak_mb": peak / (1024**2 if sys.platform == "darwin" else 1024)}


def _sentence(error: Exception, language: str) -> str:
    if isinstance(error, XlVqaError):
        return error.message(language)
    missing = as_missing(error)
    return f"{type(error).__name__}: {error}" if missing is None else missing.message(language)


def _death(code: int | None, language: str) -> str:
    killed = code is not None and code == -getattr(signal, "SIGKILL", 9)
    english = "The training process ended by itself" + (
        ", killed by the system; most often for want of memory" if killed else ""
    )
    japanese = "学習プロセスが途中で終了しました" + (
        "(システムによる強制終了。多くはメモリー不足です)" if killed else ""
    )
    return f"{japanese if language == 'ja' else english} ({code})"


def _keep(log: Path, text: str) -> None:
    # the sentence is kept in the run itself; a log that cannot be written must not hide it
    with contextlib.suppress(OSError):
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text, encoding="utf-8")


def _safe(name: str) -> str:
    return re.sub(r"[^\w.+-]", "_", name)
