"""Score selection: reads the selected rows, rates them in the background, writes what is there every second.

A run belongs to its document: it ends with it, and one document has one run at a time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

from xl_vqa.bridge.videos import Result, Video
from xl_vqa.calc.runtime import office
from xl_vqa.calc.runtime.session import Session, session
from xl_vqa.calc.runtime.sheet_writer import SheetGrid, SheetWriter
from xl_vqa.calc.score_plan import NoRoomError, ScorePlan, make_plan
from xl_vqa.calc.texts import tr
from xl_vqa.errors import CancelledError, HostError, XlVqaError

log = logging.getLogger("xl_vqa.calc")

WRITE_S: Final = 1.0
SLICE_ROWS: Final = 100
"""Rows written at a time: about 50 ms."""
_running: dict[str, ScoreRun] = {}


def score(frame: Any, *, rescore: bool = False, table: bool = False) -> None:
    """Starts a run for the selection (or the list around the cursor); says so where there is nothing to do."""
    document = frame.getController().getModel()
    language = session().language
    if document.RuntimeUID in _running:
        office.show_message(frame, tr("already_scoring", language))
        return
    sheet = frame.getController().getActiveSheet()
    if sheet.isProtected():
        office.show_message(frame, tr("sheet_protected", language), error=True)
        return
    grid = SheetGrid(sheet)
    ranges = _around_cursor(document, sheet) if table else document.getCurrentSelection()
    try:
        plan = make_plan(grid, _cells(ranges, grid), rescore=rescore)
    except NoRoomError:
        office.show_message(frame, tr("no_room", language), error=True)
        return
    if plan is None:
        office.show_message(frame, tr("nothing_to_score", language))
    elif not plan.rows:
        office.show_message(frame, tr("all_scored", language, count=plan.skipped))
    elif not plan.filled or office.is_headless() or _may_overwrite(frame, plan.filled, language):
        run = ScoreRun(session(), document, sheet, plan, rescore=rescore)
        _running[document.RuntimeUID] = run
        if cancel_all not in session().at_end:
            session().at_end.append(cancel_all)
        run.start()


def _may_overwrite(frame: Any, count: int, language: str) -> bool:
    return office.show_message(frame, tr("overwrite", language, count=count), ask=True)


def cancel(document: Any) -> int:
    """Ends the document's run after what is written; returns how many rows were still to come."""
    run = _running.get(document.RuntimeUID)
    return run.cancel() if run is not None else 0


def cancel_all() -> None:
    """LibreOffice closes."""
    for run in list(_running.values()):
        run.cancel()


def _around_cursor(document: Any, sheet: Any) -> Any:
    selection = document.getCurrentSelection()
    address = (selection.getRangeAddresses() if hasattr(selection, "getRangeAddresses") else ())[:1] or (
        selection.getRangeAddress(),
    )
    cell = sheet.getCellByPosition(address[0].StartColumn, address[0].StartRow)
    cursor = sheet.createCursorByRange(cell)
    cursor.collapseToCurrentRegion()
    return cursor


def _cells(ranges: Any, grid: SheetGrid) -> Iterator[tuple[int, int]]:
    """The visible cells of a selection within the used area: filtered rows are not meant."""
    areas = ranges.queryVisibleCells() if hasattr(ranges, "queryVisibleCells") else ranges
    for address in areas.getRangeAddresses():
        for column in range(address.StartColumn, min(address.EndColumn, grid.last_column) + 1):
            for row in range(address.StartRow, min(address.EndRow, grid.last_row) + 1):
                yield row, column


class ScoreRun:
    """One press of the button: a thread that asks, and writes on the main thread."""

    def __init__(self, owner: Session, document: Any, sheet: Any, plan: ScorePlan, *, rescore: bool) -> None:
        self._session, self._document, self._plan, self._rescore = owner, document, plan, rescore
        self._uid = str(document.RuntimeUID)
        self._folder = office.folder_of(document)
        self._writer = SheetWriter(document, sheet, plan, owner.language)
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._waiting: dict[int, Result] = {}
        self._done = self._failed = 0
        self._trouble: XlVqaError | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="xl_vqa-score", daemon=True).start()

    def cancel(self) -> int:
        self._cancelled.set()
        return len(self._plan.rows) - self._done - self._failed

    def _run(self) -> None:
        stop = threading.Event()
        writing = threading.Thread(target=self._write_often, args=(stop,), name="xl_vqa-write", daemon=True)
        writing.start()
        try:
            self._rate()
        except XlVqaError as error:
            self._trouble = error
        except Exception as error:
            log.exception("Score selection failed")
            self._trouble = HostError(problem=f"{type(error).__name__}: {error}")
        finally:
            stop.set()
            writing.join()
            self._write()
            office.on_main_thread(self._finish)

    def _rate(self) -> None:
        asked: list[tuple[int, Video]] = []
        for row in self._plan.rows:
            try:
                asked.append((row.number, Video(self._session.resolve(row.video, self._folder))))
            except XlVqaError as error:
                self._take(row.number, error)
        with self._session.client(self._session.settings()) as client:
            client.rate_all(
                [video for _, video in asked],
                refresh=self._rescore,
                priority=1,
                on_result=lambda index, result: self._take(asked[index][0], result),
                cancel=self._cancelled,
            )

    def _take(self, row: int, result: Result) -> None:
        if isinstance(result, CancelledError):
            return  # what stood there stays
        with self._lock:
            self._waiting[row] = result
            if isinstance(result, XlVqaError):
                self._failed += 1
            else:
                self._done += 1

    def _write_often(self, stop: threading.Event) -> None:
        while not stop.wait(WRITE_S):
            self._write()

    def _write(self) -> None:
        """On the main thread, and waits for it: what was rated is not heaped up."""
        with self._lock:
            results, self._waiting = self._waiting, {}
        rows = sorted(results)
        for start in range(0, max(len(rows), 1), SLICE_ROWS):
            self._write_slice({row: results[row] for row in rows[start : start + SLICE_ROWS]})

    def _write_slice(self, results: dict[int, Result]) -> None:
        written = threading.Event()

        def work() -> None:
            try:
                if self._writer.undone:
                    self._cancelled.set()
                elif results:
                    self._writer.write(results)
                self._show()
            except Exception:
                # the document may have been closed; the host keeps every rating
                log.info("scores could not be written", exc_info=True)
                self._cancelled.set()
            finally:
                written.set()

        office.on_main_thread(work)
        deadline = time.monotonic() + 30
        while not written.wait(0.2) and not self._session.closed and time.monotonic() < deadline:
            pass

    def _show(self) -> None:
        total, finished = len(self._plan.rows), self._done + self._failed
        words = tr("scoring", self._session.language, done=finished, total=total)
        self._session.bar.show(words, finished / total)

    def _finish(self) -> None:
        _running.pop(self._uid, None)
        language = self._session.language
        words = tr("score_finished", language, done=self._done, failed=self._failed)
        self._session.bar.show(words, 1.0, seconds=8.0)
        problems = [self._trouble.message(language)] if self._trouble is not None else []
        if self._writer.gone:
            problems.append(tr("rows_gone", language, count=self._writer.gone))
        if problems and not self._session.closed:
            controller = self._document.getCurrentController()
            frame = controller.getFrame() if controller is not None else None
            office.show_message(frame, "\n".join(problems), error=self._trouble is not None)
