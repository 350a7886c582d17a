"""The three front ends on one workbook file: each opens it, scores its list, and leaves it saved."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
import xlwings as xw

from tests.contract.rater import Rater
from tests.excel import office, uno_engine
from tests.excel.conftest import finish
from xl_vqa.excel import jobs, macros
from xl_vqa.sheets.locations import Locations
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.settings import Settings
from xl_vqa.workbooks.score_plan import plan_workbook
from xl_vqa.workbooks.score_run import score_list
from xl_vqa.workbooks.score_sheet import WorkbookScores

FRONT_ENDS = ("command", "excel", "calc")


@dataclass
class Desk:
    """What the front ends share. ``answer`` is what a person says to every question; ``said`` is what they were
    told or asked since the last step."""

    soffice: office.Office
    settings: Settings
    patch: pytest.MonkeyPatch
    rater: Rater = field(default_factory=Rater)
    answer: str = "yes"
    said: list[str] = field(default_factory=list)

    def score(
        self, front: str, path: Path, select: str, *, rescore: bool = False, column: str | None = None
    ) -> None:
        """One press of Score selection (or Rescore), or one run of the command."""
        self.said.clear()
        if front == "command":
            self._command(path, column, rescore=rescore)
        elif front == "excel":
            self._excel(path, select, rescore=rescore)
        else:
            self._calc(path, select, rescore=rescore)

    def _command(self, path: Path, column: str | None, *, rescore: bool) -> None:
        try:
            scores = WorkbookScores(plan_workbook(path, column=column), language=self.settings.language)
            scores.check()
            score_list(scores, self.rater, self.settings, rescore=rescore)
        except XlVqaError as error:
            self.said.append(error.message(self.settings.language))

    def _excel(self, path: Path, select: str, *, rescore: bool) -> None:
        app = xw.App(impl=uno_engine.add(self.soffice).app)
        app.impl.answers = [self.answer] * 9
        self.patch.setattr(macros.jobs, "Job", functools.partial(_JOB, client_of=lambda _: self.rater))
        book = app.books.open(str(path))
        try:
            book.set_mock_caller()
            app.impl.chosen = book.sheets[0].range(select).impl
            macros.run("rescore" if rescore else "score_missing")
            finish()
            self.said += app.impl.shown
            save(book.impl.document, path)
        finally:
            book.close()

    def _calc(self, path: Path, select: str, *, rescore: bool) -> None:
        from xl_vqa.calc.runtime import scoring

        self.patch.setattr(scoring, "session", lambda: self._session())
        self.patch.setattr(scoring.office, "on_main_thread", lambda work: work())
        self.patch.setattr(scoring.office, "show_message", lambda _, text, error=False: self.said.append(text))
        self.patch.setattr(scoring.office, "ask", self._ask)
        document = self.soffice.open(path.as_uri())
        try:
            controller = document.getCurrentController()
            controller.select(document.Sheets.getByIndex(0).getCellRangeByName(select))
            try:
                scoring.score(controller.getFrame(), rescore=rescore)
            except XlVqaError as error:
                self.said.append(error.message(self.settings.language))
            for thread in threading.enumerate():
                if thread.name == "xl_vqa-score":
                    thread.join(60)
                    assert not thread.is_alive(), "the run did not end"
            save(document, path)
        finally:
            document.close(False)

    def _ask(self, frame: Any, text: str) -> str:
        self.said.append(text)
        return self.answer

    def _session(self) -> Any:
        return SimpleNamespace(
            language=self.settings.language,
            settings=lambda: self.settings,
            client=lambda _: self.rater,
            resolve=Locations.of({}).resolve,
            bar=SimpleNamespace(show=lambda *details, **more: None),
            closed=False,
            at_end=[],
        )


_JOB: Callable[..., jobs.Job] = jobs.Job


def save(document: Any, path: Path) -> None:
    document.storeToURL(path.as_uri(), office.properties(FilterName="Calc MS Excel 2007 XML", Overwrite=True))


@contextlib.contextmanager
def language_of(settings: Settings, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings that the macros load by themselves."""
    patch.setenv("XL_VQA_HOME", str(settings.home))
    patch.setenv("XL_VQA_LANGUAGE", settings.language)
    yield


def read(path: Path) -> list[list[Any]]:
    """All cells of the first sheet: numbers, texts, formulas as texts; without empty cells at the ends."""
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = [[_plain(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    return trimmed(rows)


def trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    return round(float(value), 6)
