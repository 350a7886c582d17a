"""Commands that take a while: the host works, a thread waits, and Excel stays free.

Only ``tick`` touches the sheet; Excel calls it once a second on its own thread.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.remarks import Said, info_of
from xl_vqa.bridge.texts import tr
from xl_vqa.bridge.videos import Result
from xl_vqa.excel import dialogs
from xl_vqa.excel.sheet_grid import ExcelGrid
from xl_vqa.excel.targets import Target
from xl_vqa.sheets.keeping import keep_copy
from xl_vqa.sheets.rows import PlannedRow, Resolve
from xl_vqa.sheets.scoring import Pending, find_pending, rate, together
from xl_vqa.sheets.texts import tr as sheet_text
from xl_vqa.sheets.writing import SheetRun, begin, with_news
from xl_vqa.words.errors import CancelledError, XlVqaError
from xl_vqa.words.reasons import Detail
from xl_vqa.words.settings import Settings

_said = Said()

FLUSH_S: Final = 20.0
"""Long runs write what is finished this often, so that people see it come."""


class Job:
    """The videos of one or more lists on their way. First it finds which of them are to be rated; then it asks
    where something would be overwritten; then it rates. ``finished`` once every row has been written."""

    def __init__(
        self,
        app: Any,
        targets: Sequence[Target],
        *,
        resolve: Resolve,
        rescore: bool,
        settings: Settings,
        book: str = "",
        file: Path | None = None,
        client_of: Callable[[Settings], HostClient] = HostClient,
    ) -> None:
        """``book`` names the workbook in errors; ``file`` is its own, of which a copy is kept before scores in it
        are replaced."""
        self._app, self._targets, self._language = app, list(targets), settings.language
        self._file, self._settings, self._client_of = file, settings, client_of
        self._rescore, self._book = rescore, book
        self._cancel = threading.Event()
        self._lock = threading.Lock()
        self._found: list[Pending] = []
        self._runs: list[SheetRun] = []
        self._results: list[dict[int, Result]] = [{} for _ in targets]
        self._total = self._count = 0
        self._trouble: XlVqaError | None = None
        self._started = self._flushed = time.monotonic()
        self._done = self._failed = self._gone = 0
        self._host_info: dict[str, Any] = {}
        self.finished = self._asking = False
        self._thread = self._start(lambda client: self._find(client, resolve))

    def _start(self, work: Callable[[HostClient], None]) -> threading.Thread:
        def run() -> None:
            try:
                with self._client_of(self._settings) as client:
                    work(client)
            except XlVqaError as error:
                self._trouble = error
            except Exception as error:
                self._trouble = XlVqaError(problem=Detail.named(error))

        thread = threading.Thread(target=run, daemon=True, name="xl_vqa-job")
        thread.start()
        return thread

    def _find(self, client: HostClient, resolve: Resolve) -> None:
        self._found = [
            find_pending(
                target.plan.rows,
                client,
                self._settings,
                rescore=self._rescore,
                resolve=resolve,
                book=self._book,
            )
            for target in self._targets
        ]

    def _rate(self, client: HostClient) -> None:
        """All lists in one request, so that the host takes them as one piece of work."""
        places = {id(row): place for place, pending in enumerate(self._found) for row in pending.all}

        def take(row: PlannedRow, result: Result) -> None:
            with self._lock:
                self._count += 1
                # a cancelled row stays as it was
                if not isinstance(result, CancelledError):
                    self._results[places[id(row)]][row.row] = result

        rate(together(self._found), client, take, refresh=self._rescore, priority=1, cancel=self._cancel)
        self._host_info = info_of(client)

    def cancel(self) -> None:
        self._cancel.set()

    def wait(self, seconds: float) -> bool:
        """Whether the host's work has ended; the rows are written by ``tick``."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def tick(self) -> None:
        """Shows the progress; asks what must be asked; writes what is finished."""
        if self._asking:
            return  # Excel goes on polling while a question is open
        ended = not self._thread.is_alive()
        if ended and not self._runs and self._trouble is None:
            self._asking = True
            try:
                self._begin()
            finally:
                self._asking = False
            return
        if ended or time.monotonic() - self._flushed > FLUSH_S:
            self._flush()
        if ended:
            self.finished = True
            self._app.status_bar = False
            self._conclude()
        else:
            self._app.status_bar = self._progress()

    def _begin(self) -> None:
        """Starts the rating, with the user's word where cells are overwritten."""
        self._found = [
            with_news(target.plan, pending, self._language)
            for target, pending in zip(self._targets, self._found, strict=True)
        ]
        self._total = sum(len(pending.all) for pending in self._found)
        if self._cancel.is_set() or not self._total:
            self._end_early()
            return
        plans = [target.plan for target in self._targets]
        # a selection lies on one sheet
        runs = begin(lambda: ExcelGrid(self._targets[0].sheet), plans, self._found, self._language, self._ask)
        if runs is None:
            self._end_early()
            return
        self._runs = runs
        self._started = self._flushed = time.monotonic()
        self._thread = self._start(self._rate)

    def _ask(self, count: int) -> str:
        words = sheet_text("overwrite_or_move", self._language, count=count)
        return dialogs.ask(self._app, words, "yes_no_cancel")

    def _end_early(self) -> None:
        self.finished = True
        self._app.status_bar = False
        if not self._total and not self._cancel.is_set():
            done = sum(pending.done for pending in self._found)
            dialogs.say(self._app, sheet_text("all_scored", self._language, count=done))

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        with self._lock:
            ready = [dict(results) for results in self._results]
            for results in self._results:
                results.clear()
        updating = self._app.screen_updating
        self._app.screen_updating = False
        try:
            for target, run, results in zip(self._targets, self._runs, ready, strict=False):
                if results:
                    self._write(target, run, results)
        finally:
            self._app.screen_updating = updating

    def _write(self, target: Target, run: SheetRun, results: Mapping[int, Result]) -> None:
        grid = ExcelGrid(target.sheet)
        writing = run.prepare(grid, results)
        if writing.replaces and self._file is not None:
            # the user has agreed already, and Excel still has the workbook: what forbids the copy stops nothing
            with contextlib.suppress(XlVqaError, OSError):
                keep_copy(self._file)
        if writing.cells:
            grid.write(writing)
            run.written()
        self._done += writing.done
        self._failed += writing.failed
        self._gone += writing.gone

    def _progress(self) -> str:
        done = self._count
        if not done:
            return "xl_vqa: " + tr("starting", self._language)
        left = (time.monotonic() - self._started) / done * (self._total - done)
        key = "progress_eta" if left > 90 else "progress"
        return "xl_vqa: " + tr(key, self._language, done=done, total=self._total, minutes=round(left / 60))

    def _conclude(self) -> None:
        if self._trouble is not None:
            dialogs.say(self._app, self._trouble.message(self._language), mode="critical")
            return
        if self._gone:
            dialogs.say(self._app, sheet_text("rows_gone", self._language, count=self._gone))
        if remarks := _said.new(self._host_info, self._language):
            dialogs.say(self._app, "\n".join(remarks))
        self._app.status_bar = "xl_vqa: " + tr("finished", self._language, done=self._done, failed=self._failed)

    def fail(self, error: Exception) -> None:
        """Ends the job because its sheet cannot be written; the host keeps every rating."""
        self._cancel.set()
        self.finished = True
        message = error.message(self._language) if isinstance(error, XlVqaError) else str(error)
        self._app.status_bar = False
        dialogs.say(self._app, tr("not_written", self._language, problem=message), mode="critical")


class Command(Protocol):
    """What ``tick`` goes on with until it is ``finished``."""

    finished: bool

    def tick(self) -> None: ...
    def cancel(self) -> None: ...
    def fail(self, error: Exception) -> None: ...


_jobs: list[Command] = []


def start(job: Command) -> None:
    _jobs.append(job)


def running() -> list[Command]:
    return list(_jobs)


def tick() -> bool:
    """Goes on with every running command; whether any is left."""
    for job in list(_jobs):
        try:
            job.tick()
        except Exception as error:
            # the workbook was closed or protected meanwhile
            try:
                job.fail(error)
            finally:
                job.finished = True
        if job.finished:
            _jobs.remove(job)
    return bool(_jobs)


def cancel_all() -> int:
    """Stops every running command; returns how many there were."""
    for job in _jobs:
        job.cancel()
    return len(_jobs)
