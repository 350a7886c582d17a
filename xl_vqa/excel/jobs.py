"""Commands that take a while: the host works, a thread waits, and Excel stays free.

Only ``tick`` touches the sheet; Excel calls it once a second on its own thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.texts import tr
from xl_vqa.bridge.videos import Result, Video
from xl_vqa.errors import CancelledError, XlVqaError
from xl_vqa.excel import dialogs
from xl_vqa.excel.targets import Target, Written, write
from xl_vqa.settings import Settings
from xl_vqa.worksheet.locations import Locations

FLUSH_S: Final = 20.0
"""Long runs write what is finished this often, so that people see it come."""


class Job:
    """The videos of one or more areas on their way. ``finished`` once every row has been written."""

    def __init__(
        self,
        app: Any,
        targets: Sequence[Target],
        *,
        folder: str | None,
        locations: Locations,
        refresh: bool,
        settings: Settings,
        client_of: Callable[[Settings], HostClient] = HostClient,
    ) -> None:
        self._app, self._targets, self._language = app, list(targets), settings.language
        self._cancel = threading.Event()
        self._lock = threading.Lock()
        self._results: list[dict[int, Result]] = [{} for _ in targets]
        self._total = sum(len(target.rows) for target in targets)
        self._count = 0
        self._trouble: XlVqaError | None = None
        self._started = self._flushed = time.monotonic()
        self._written = Written()
        self.finished = False
        videos: list[Video] = []
        places: list[tuple[int, int]] = []
        for index, target in enumerate(self._targets):
            for row in target.rows:
                try:
                    videos.append(Video(locations.resolve(row.video, folder)))
                    places.append((index, row.number))
                except XlVqaError as error:
                    self._put((index, row.number), error)
        self._thread = threading.Thread(
            target=self._run, args=(videos, places, refresh, settings, client_of), daemon=True, name="xl_vqa-job"
        )
        self._thread.start()

    def _run(
        self,
        videos: list[Video],
        places: list[tuple[int, int]],
        refresh: bool,
        settings: Settings,
        client_of: Callable[[Settings], HostClient],
    ) -> None:
        try:
            with client_of(settings) as client:
                client.rate_all(
                    videos,
                    refresh=refresh,
                    priority=1,
                    cancel=self._cancel,
                    on_result=lambda index, result: self._put(places[index], result),
                )
        except XlVqaError as error:
            self._trouble = error
        except Exception as error:
            self._trouble = XlVqaError(problem=f"{type(error).__name__}: {error}")

    def _put(self, place: tuple[int, int], result: Result) -> None:
        index, number = place
        with self._lock:
            self._count += 1
            # a cancelled row stays as it was
            if not isinstance(result, CancelledError):
                self._results[index][number] = result

    def cancel(self) -> None:
        self._cancel.set()

    def wait(self, seconds: float) -> bool:
        """Whether the host's work has ended; the rows are written by ``tick``."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def tick(self) -> None:
        """Shows the progress; writes what is finished."""
        ended = not self._thread.is_alive()
        if ended or time.monotonic() - self._flushed > FLUSH_S:
            self._flush()
        if ended:
            self.finished = True
            self._app.status_bar = False
            self._conclude()
        else:
            self._app.status_bar = self._progress()

    def _flush(self) -> None:
        self._flushed = time.monotonic()
        with self._lock:
            ready = [dict(results) for results in self._results]
            for results in self._results:
                results.clear()
        updating = self._app.screen_updating
        self._app.screen_updating = False
        try:
            for target, results in zip(self._targets, ready, strict=True):
                if results:
                    written = write(target, results, self._language)
                    self._written.done += written.done
                    self._written.failed += written.failed
                    self._written.gone += written.gone
                    target.rows = [row for row in target.rows if row.number not in results]
        finally:
            self._app.screen_updating = updating

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
        if self._written.gone:
            dialogs.say(self._app, tr("selection_gone", self._language, count=self._written.gone))
        self._app.status_bar = "xl_vqa: " + tr(
            "finished", self._language, done=self._written.done, failed=self._written.failed
        )

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
