"""Writing scores beside the videos of a user's workbook: in place, whole or not at all, again and again.

Only the parts that must change are touched (the sheet, the styles, a table that is widened, a filter's name,
the wish to recalculate); every other member of the file keeps its bytes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xl_vqa.outputs import check_not_open, check_writable
from xl_vqa.sheets.contents import Result
from xl_vqa.sheets.keeping import keep_copy
from xl_vqa.sheets.marks import ScoredBy
from xl_vqa.words.errors import (
    OutputFormatError,
    WorkbookError,
    WorkbookProtectedError,
    WorkbookSheetError,
    WorkbookUnreadableError,
)
from xl_vqa.words.reasons import why_malformed
from xl_vqa.workbooks.errors import WorkbookChangedError
from xl_vqa.workbooks.package import WRITABLE_SUFFIXES, file_signature
from xl_vqa.workbooks.score_editor import Editor
from xl_vqa.workbooks.score_plan import ReadList, WorkbookPlan, plan_workbook, read_list

__all__ = ["Result", "WorkbookScores", "Written", "plan_workbook"]


@dataclass(frozen=True, slots=True)
class Written:
    """What a save did: rows with a result so far, and those of them that are gone from the sheet."""

    path: Path
    rows: int
    lost: int


class WorkbookScores:
    """Collects results of a plan's rows and writes them, from time to time and at the end.

    The workbook may change under a long run: then the list is read again, and results go to the rows that
    now hold the same path and text. Not thread-safe.
    """

    def __init__(
        self,
        plan: WorkbookPlan,
        *,
        language: str = "en",
        output: str | os.PathLike[str] | None = None,
        every_rows: int = 200,
        every_seconds: float = 20.0,
        clear: bool = False,
    ) -> None:
        """``output`` writes a copy and leaves the workbook as it is. ``clear`` empties scores that could not be
        made again; else they stay, and a remark says what they are worth. ``add`` saves after ``every_rows``
        results or ``every_seconds``, whichever comes first. Raises OutputFormatError for a copy of another
        kind than the workbook: Excel opens no .xlsx with macros, and no .xlsm without."""
        self.plan = plan
        self.language = language
        self.every_rows = every_rows
        self.every_seconds = every_seconds
        self.clear = clear
        self.scored_by: ScoredBy | None = None
        """What new scores are made by, once it is known: so that the remark beside an older one can say."""
        self.kept: Path | None = None
        """The copy of the workbook as it was, where one was made before scores in it were replaced."""
        self.problem: WorkbookError | None = None
        """Why the last save within ``add`` did not work; the results wait for the next one."""
        self._output: Path | None = None
        self._results: dict[int, Result] = {row.row: row.error for row in plan.rows if row.error is not None}
        self._rows = {row.row for row in plan.rows}
        self._unsaved = set(self._results)
        self._last_save = time.monotonic()
        self._save_seconds = 0.0
        self._editor: Editor | None = None
        self._set_output(output)

    @property
    def target(self) -> Path:
        """The file that is written."""
        return self._output if self._output is not None else self.plan.workbook

    def check(self) -> None:
        """Raises before the work what ``write`` would raise after it: WorkbookLockedError,
        WorkbookProtectedError (in place only), OutputNotWritableError."""
        self._check_protection(self.plan)
        check_writable(self.target)

    def add(self, row: int, result: Result) -> None:
        """Takes one result, and saves when it is time to. Raises KeyError for a row that is not in the plan.

        A save that fails here is kept in ``problem`` and tried again later: somebody may have opened the
        workbook to look at it.
        """
        self._take(row, result)
        waited = time.monotonic() - self._last_save
        # a large workbook must not spend its time on being saved
        if waited < 10 * self._save_seconds:
            return
        if len(self._unsaved) >= self.every_rows or waited >= self.every_seconds:
            try:
                self.write()
            except WorkbookError as error:
                self.problem = error
                self._last_save = time.monotonic()
                self._save_seconds = max(self._save_seconds, self.every_seconds / 10)

    def write(
        self,
        results: Mapping[int, Result] | None = None,
        language: str | None = None,
        output: str | os.PathLike[str] | None = None,
    ) -> Written:
        """Writes ``results`` (by row number of the plan) and all taken before. Rows that the plan itself
        found an error in get it written.

        Raises WorkbookLockedError, WorkbookProtectedError, OutputNotWritableError, OutputFormatError, or
        WorkbookUnreadableError, WorkbookSheetError and WorkbookColumnError where the workbook was changed
        into something else meanwhile, WorkbookChangedError where it is saved again and again; KeyError for a
        row that is not in the plan. Nothing taken is lost: writing again tries again.
        """
        self.language = language or self.language
        if output is not None:
            self._set_output(output)
        for row, result in (results or {}).items():
            self._take(row, result)
        self._check_protection(self.plan)
        begun = time.monotonic()
        for last in (False, False, True):
            try:
                editor = self._write()
                break
            except WorkbookChangedError:
                # somebody saved it in these seconds: what they wrote is read, and stays
                self._editor = None
                if last:
                    raise
        self._unsaved.clear()
        self.problem = None
        self._last_save = time.monotonic()
        self._save_seconds = self._last_save - begun
        return Written(self.target, len(self._results), editor.lost(set(self._results)))

    def _write(self) -> Editor:
        """One try; raises WorkbookChangedError besides what ``write`` raises."""
        check_not_open(self.target)
        editor = self._current_editor()
        if self._rows and (self._unsaved or self.target != self.plan.workbook):
            unsaved = {row: self._results[row] for row in self._unsaved}
            if self._output is None and editor.replaces(unsaved, clear=self.clear):
                self.kept = keep_copy(self.plan.workbook) or self.kept
            try:
                editor.apply(unsaved, self.language, scored_by=self.scored_by, clear=self.clear)
            except (ValueError, IndexError) as error:
                # styles or widths that are no numbers; the sheet in memory may be half done
                self._editor = None
                raise WorkbookUnreadableError(
                    path=str(self.plan.workbook), problem=why_malformed(error)
                ) from error
            editor.save(self.target)
        return editor

    def _take(self, row: int, result: Result) -> None:
        if row not in self._rows:
            raise KeyError(f"row {row} is not in the plan")
        self._results[row] = result
        self._unsaved.add(row)

    def _set_output(self, output: str | os.PathLike[str] | None) -> None:
        source = self.plan.workbook
        chosen = Path(os.path.abspath(output)) if output is not None else None
        if chosen is not None and chosen.suffix.lower() != source.suffix.lower():
            raise OutputFormatError(path=str(chosen), suffixes=source.suffix or WRITABLE_SUFFIXES[0])
        self._output = None if chosen == source else chosen
        self._editor = None
        self._unsaved = set(self._results)

    def _check_protection(self, plan: WorkbookPlan) -> None:
        if plan.protected and self._output is None:
            raise WorkbookProtectedError(path=str(plan.workbook), sheet=plan.sheet)

    def _current_editor(self) -> Editor:
        """The open one, unless the workbook was changed by somebody else since."""
        in_place = self._output is None
        if self._editor is None or (in_place and file_signature(self.plan.workbook) != self._editor.signature):
            read = self._read_again()
            self._check_protection(read.plan)
            self._editor = Editor(read, self.plan)
            self._unsaved = set(self._results)
        return self._editor

    def _read_again(self) -> ReadList:
        """The list as it is now: under its header, which may have moved, else in its column."""
        plan = self.plan
        if file_signature(plan.workbook) == plan.signature or plan.header is None:
            text_column = f"${plan.text_column}" if plan.text_column else None
            return read_list(plan.workbook, f"${plan.column}", plan.sheet, text_column, plan.reasons)
        try:
            return read_list(
                plan.workbook, plan.header, plan.sheet, plan.text_header or plan.text_column, plan.reasons
            )
        except WorkbookSheetError:
            # the sheet was renamed
            return read_list(plan.workbook, plan.header, None, plan.text_header or plan.text_column, plan.reasons)
