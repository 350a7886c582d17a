"""Score selection: reads the selected rows, rates them in the background, writes what is there every second.

A run belongs to its document: it ends with it, and one document has one run at a time.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Any, Final

from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.remarks import Said, info_of
from xl_vqa.bridge.videos import Result
from xl_vqa.calc.runtime import office
from xl_vqa.calc.runtime.session import Session, session
from xl_vqa.calc.runtime.sheet_grid import CalcGrid, selected_addresses, selected_cells
from xl_vqa.calc.runtime.sheet_writer import UndoStep, write
from xl_vqa.calc.texts import tr
from xl_vqa.sheets.contents import is_failure
from xl_vqa.sheets.keeping import keep_copy
from xl_vqa.sheets.listing import find_selections
from xl_vqa.sheets.planner import SheetPlan, plan_sheet, selected_rows
from xl_vqa.sheets.rows import PlannedRow
from xl_vqa.sheets.scoring import Pending, find_pending, rate, together
from xl_vqa.sheets.texts import tr as sheet_text
from xl_vqa.sheets.writing import SheetRun, begin, with_news
from xl_vqa.words.errors import CancelledError, HostError, SelectionChangedError, SelectionError, XlVqaError
from xl_vqa.words.reasons import Detail

_said = Said()

log = logging.getLogger("xl_vqa.calc")

WRITE_S: Final = 1.0
SLICE_ROWS: Final = 100
"""Rows written at a time: about 50 ms."""
_running: dict[str, ScoreRun] = {}


def score(frame: Any, *, rescore: bool = False, table: bool = False) -> None:
    """Starts a run for the selection (or the list around the cursor). Raises SelectionError where there is nothing
    to do, or nowhere to write."""
    document = frame.getController().getModel()
    if document.RuntimeUID in _running:
        office.show_message(frame, tr("already_scoring", session().language))
        return
    sheet = frame.getController().getActiveSheet()
    selected = selected_addresses(document)
    if not selected:
        raise SelectionError(problem="problem_no_videos_selected")
    grid = CalcGrid(document, sheet)
    plans = _plans(grid, _around(sheet, selected[0]) if table else document.getCurrentSelection())
    if not plans:
        raise SelectionError(problem="problem_no_videos_selected")
    if document.isReadonly():
        # Calc would take the scores, and never save them
        raise SelectionError(problem="problem_read_only_document")
    if grid.protected:
        raise SelectionError(problem="problem_sheet_protected")
    run = ScoreRun(session(), document, sheet, plans, rescore=rescore)
    _running[document.RuntimeUID] = run
    if cancel_all not in session().at_end:
        session().at_end.append(cancel_all)
    run.start()


def _plans(grid: CalcGrid, ranges: Any) -> list[SheetPlan]:
    """One for each list of the selection."""
    plans: list[SheetPlan] = []
    book = _book_name(grid.document)
    for listing in find_selections(grid, selected_cells(ranges, grid)):
        rows = selected_rows(grid, listing, book)
        promised = [plan.area for plan in plans]
        plans.append(plan_sheet(grid, listing, rows, promised=promised, find_texts=True))
    return plans


def cancel(document: Any) -> int:
    """Ends the document's run after what is written; returns how many rows were still to come."""
    run = _running.get(document.RuntimeUID)
    return run.cancel() if run is not None else 0


def cancel_all() -> None:
    """LibreOffice closes."""
    for run in list(_running.values()):
        run.cancel()


def _around(sheet: Any, address: Any) -> Any:
    """The list that the first cell of an area belongs to."""
    cell = sheet.getCellByPosition(address.StartColumn, address.StartRow)
    cursor = sheet.createCursorByRange(cell)
    cursor.collapseToCurrentRegion()
    return cursor


class ScoreRun:
    """One press of the button: a thread that finds what is to be rated, a question where something would be
    overwritten, and the thread again, which rates and has it written on the main thread."""

    def __init__(
        self, owner: Session, document: Any, sheet: Any, plans: list[SheetPlan], *, rescore: bool
    ) -> None:
        self._session, self._document, self._sheet, self._rescore = owner, document, sheet, rescore
        self._plans = plans
        self._uid = str(document.RuntimeUID)
        self._folder = office.folder_of(document)
        self._file = office.path_of(document)
        self._book = _book_name(document)
        self._step = UndoStep(document, tr("undo_score", owner.language))
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._found: list[Pending] = []
        self._runs: list[SheetRun] = []
        self._waiting: list[dict[int, Result]] = [{} for _ in plans]
        self._host_info: dict[str, Any] = {}
        self._total = self._done = self._failed = self._gone = 0
        self._refused = False
        self._trouble: XlVqaError | None = None

    def start(self) -> None:
        threading.Thread(target=self._run, name="xl_vqa-score", daemon=True).start()

    def cancel(self) -> int:
        self._cancelled.set()
        return self._total - self._done - self._failed

    def _run(self) -> None:
        try:
            with self._session.client(self._session.settings()) as client:
                self._find(client)
                if self._total and not self._cancelled.is_set() and self._begin():
                    self._rate_and_write(client)
        except XlVqaError as error:
            self._trouble = error
        except Exception as error:
            log.exception("Score selection failed")
            self._trouble = HostError(problem=Detail.named(error))
        finally:
            office.on_main_thread(self._finish)

    def _find(self, client: HostClient) -> None:
        for plan in self._plans:
            pending = find_pending(
                plan.rows,
                client,
                self._session.settings(),
                rescore=self._rescore,
                resolve=lambda path: self._session.resolve(path, self._folder),
                book=self._book,
            )
            self._found.append(with_news(plan, pending, self._session.language))
        self._total = sum(len(pending.all) for pending in self._found)

    def _begin(self) -> bool:
        """Asks, on the main thread, where cells would be overwritten; whether to go on."""
        self._refused = True

        def work() -> None:
            try:
                runs = begin(
                    lambda: CalcGrid(self._document, self._sheet),
                    self._plans,
                    self._found,
                    self._session.language,
                    self._ask,
                )
                self._runs, self._refused = runs or [], runs is None
            except XlVqaError as error:
                self._trouble = error

        self._on_main_thread(work)
        return not self._refused

    def _ask(self, count: int) -> str:
        words = sheet_text("overwrite_or_move", self._session.language, count=count)
        # nobody is there to be asked: what ``score-workbook`` does, which goes on with its own columns
        return office.ask(_frame(self._document), words) or "yes"

    def _rate_and_write(self, client: HostClient) -> None:
        stop = threading.Event()
        writing = threading.Thread(target=self._write_often, args=(stop,), name="xl_vqa-write", daemon=True)
        writing.start()
        places = {id(row): place for place, pending in enumerate(self._found) for row in pending.all}

        def take(row: PlannedRow, result: Result) -> None:
            if isinstance(result, CancelledError):
                return  # what stood there stays
            with self._lock:
                self._waiting[places[id(row)]][row.row] = result
                self._failed += is_failure(result)
                self._done += not isinstance(result, XlVqaError)

        try:
            rate(together(self._found), client, take, refresh=self._rescore, priority=1, cancel=self._cancelled)
            self._host_info = info_of(client)
        finally:
            stop.set()
            writing.join()
            self._write()

    def _write_often(self, stop: threading.Event) -> None:
        while not stop.wait(WRITE_S):
            self._write()

    def _write(self) -> None:
        """On the main thread, and waits for it: what was rated is not heaped up."""
        with self._lock:
            ready, self._waiting = self._waiting, [{} for _ in self._plans]
        for run, results in zip(self._runs, ready, strict=True):
            rows = sorted(results)
            for start in range(0, len(rows), SLICE_ROWS):
                self._write_slice(run, {row: results[row] for row in rows[start : start + SLICE_ROWS]})
        self._on_main_thread(self._show)

    def _write_slice(self, run: SheetRun, results: dict[int, Result]) -> None:
        def work() -> None:
            try:
                if self._step.undone:
                    self._cancelled.set()
                else:
                    self._put(run, results)
            except Exception as error:
                # the document may have been closed; the host keeps every rating
                log.info("scores could not be written", exc_info=True)
                self._trouble = self._trouble or SelectionChangedError(problem=Detail.named(error))
                self._cancelled.set()

        self._on_main_thread(work)

    def _put(self, run: SheetRun, results: dict[int, Result]) -> None:
        grid = CalcGrid(self._document, self._sheet)
        writing = run.prepare(grid, results)
        self._gone += writing.gone
        if not writing.cells:
            return
        if writing.replaces and self._file is not None and self._file.is_file():
            # undo brings the scores back anyway: what forbids the copy stops nothing
            with contextlib.suppress(XlVqaError, OSError):
                keep_copy(self._file)
        with self._step.writing():
            write(grid, writing)
        run.written()

    def _on_main_thread(self, work: Callable[[], None]) -> None:
        """Waits until it is done, or LibreOffice closes."""
        done = threading.Event()

        def run() -> None:
            try:
                work()
            finally:
                done.set()

        office.on_main_thread(run)
        while not done.wait(0.2) and not self._session.closed:
            pass

    def _show(self) -> None:
        finished = self._done + self._failed
        words = tr("scoring", self._session.language, done=finished, total=self._total)
        self._session.bar.show(words, finished / self._total)

    def _finish(self) -> None:
        _running.pop(self._uid, None)
        language = self._session.language
        problems = [self._trouble.message(language)] if self._trouble is not None else []
        if self._gone:
            problems.append(sheet_text("rows_gone", language, count=self._gone))
        if self._found and not self._total:
            done = sum(pending.done for pending in self._found)
            problems.append(sheet_text("all_scored", language, count=done))
        elif not self._refused:
            words = tr("score_finished", language, done=self._done, failed=self._failed)
            self._session.bar.show(words, 1.0, seconds=8.0)
        problems += _said.new(self._host_info, language)
        if problems and not self._session.closed:
            office.show_message(_frame(self._document), "\n".join(problems), error=self._trouble is not None)


def _book_name(document: Any) -> str:
    """The document's file or address, or its title while it is unsaved."""
    path = office.path_of(document)
    return str(path or document.getURL() or document.getTitle())


def _frame(document: Any) -> Any:
    """None once the document is closed."""
    with contextlib.suppress(Exception):
        return document.getCurrentController().getFrame()
    return None
