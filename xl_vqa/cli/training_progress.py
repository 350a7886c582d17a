"""What a training tells while it runs: bars on a terminal, plain lines elsewhere, and a line for every epoch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from xl_vqa.cli.progress import LINE_EVERY_S
from xl_vqa.cli.texts import tr

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress


class TrainingProgress:
    """``stage`` and ``epoch`` are what ``fine_tune`` calls."""

    def __init__(
        self,
        console: Console,
        language: str,
        bars: Progress | None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console, self._language, self._bars, self._clock = console, language, bars, clock
        self._tasks: dict[str, Any] = {}
        self._began: dict[str, tuple[float, int]] = {}
        self._last: dict[str, float] = {}

    def stage(self, stage: str, done: int, total: int) -> None:
        """``done`` of ``total`` in a stage: videos, steps or validation."""
        now = self._clock()
        self._began.setdefault(stage, (now, done))
        if self._bars is not None:
            if stage not in self._tasks:
                self._tasks[stage] = self._bars.add_task(tr(f"stage_{stage}", self._language), total=total)
            self._bars.update(self._tasks[stage], completed=done, total=total)
        elif now - self._last.setdefault(stage, now) >= LINE_EVERY_S and done < total:
            self._last[stage] = now
            what = tr(f"stage_{stage}", self._language)
            minutes = self._left(stage, done, total)
            key = "stage_at" if minutes is None else "time_left"
            self._say(key, what=what, done=done, total=total, minutes=minutes)

    def epoch(self, record: Mapping[str, Any]) -> None:
        """The line of an epoch: its loss, how validation went, and the time left."""
        values = {name: _shown(record.get(name)) for name in ("loss", "srcc", "rmse")}
        counts = {name: record[name] for name in ("epoch", "epochs", "step", "steps")}
        minutes = self._left("steps", record["step"], record["steps"]) or "?"
        self._say("training_epoch", **counts, **values, minutes=minutes)

    def _left(self, stage: str, done: int, total: int) -> str | None:
        """Minutes, None while nothing tells; a run that was resumed began with what was done before."""
        began, before = self._began.get(stage, (self._clock(), done))
        if done <= before:
            return None
        return f"{(self._clock() - began) / (done - before) * (total - done) / 60:.1f}"

    def _say(self, key: str, **params: Any) -> None:
        self._console.print(tr(key, self._language, **params), markup=False, highlight=False)


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


@contextmanager
def training_progress(console: Console, language: str) -> Iterator[TrainingProgress]:
    """What to tell ``fine_tune``; the bars are gone when it ends, the lines stay."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    if not console.is_terminal:
        yield TrainingProgress(console, language, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as bars:
        yield TrainingProgress(console, language, bars)
