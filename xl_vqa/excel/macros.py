"""The commands of the ribbon: RunPython macros on ``xlwings.Book.caller()``.

``run(name)`` is what the add-in calls; each command is a function of the calling book
as well, for use in a script.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import xlwings as xw

from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.profiles import profile_names, with_profile
from xl_vqa.bridge.remarks import sentences
from xl_vqa.bridge.settings_edit import change_settings
from xl_vqa.bridge.texts import model_line, tr
from xl_vqa.excel import dialogs, jobs, session, targets
from xl_vqa.excel.new_book import NewBook
from xl_vqa.excel.sheet_grid import ExcelGrid, enter, formulas_of
from xl_vqa.excel.why import Why
from xl_vqa.sheets.areas import Area
from xl_vqa.sheets.folders import folder_of_row
from xl_vqa.sheets.listing import names_video
from xl_vqa.sheets.rows import Resolve, in_its_folder, selected_row
from xl_vqa.words.errors import SelectionError, SettingsError, XlVqaError
from xl_vqa.words.labels import ACR_BANDS, Scale
from xl_vqa.words.numbers import written_numbers
from xl_vqa.words.reasons import Reason
from xl_vqa.words.settings import Settings

# 'C:\folder\xl_vqa.xlam'!VQA_SCORE, xl_vqa.xlam!VQA_SCORE, [1]!VQA_SCORE, _xll.VQA_SCORE, _xludf.VQA_SCORE
_FOREIGN: Final = re.compile(
    r"(?:'[^'!]*xl_vqa\.xlam'!|[^\s'!(),;=+*/&<>-]*xl_vqa\.xlam!|\[\d+\]!|_xl(?:l|fn|udf)\.)(VQA_[A-Z]+)",
    re.IGNORECASE,
)


def run(name: str) -> None:
    """The command ``name`` on the calling book; an error of ours becomes a message, never a traceback."""
    book = xw.Book.caller()
    try:
        COMMANDS[name](book)
    except XlVqaError as error:
        dialogs.say(book.app, error.message(session.language()), mode="critical")


# -- scores


def score_missing(book: Any) -> None:
    """Rates the selected videos without a score of the model in force."""
    _score(book, targets.targets)


def rescore(book: Any) -> None:
    """Rates all selected videos again."""
    _score(book, targets.targets, rescore=True)


def score_table(book: Any) -> None:
    """Rates the videos without a score in the table of the active cell."""
    _score(book, targets.table_target)


def _score(book: Any, find: Callable[[Any], list[targets.Target]], *, rescore: bool = False) -> None:
    chosen = book.app.selection
    if not isinstance(chosen, xw.Range):
        raise SelectionError(problem="problem_no_cells_selected")
    folder, locations = _folder(book), session.locations()
    job = jobs.Job(
        book.app,
        find(chosen),
        resolve=lambda path: locations.resolve(path, folder),
        rescore=rescore,
        settings=Settings.load(),
        book=targets.book_name(book),
        file=_file(book),
    )
    jobs.start(job)
    for _ in range(2):
        # what is to be rated; and stored ratings are there at once
        job.wait(0.3)
        jobs.tick()


def _file(book: Any) -> Path | None:
    """The book's own file; None where it was never saved, or lies where no path leads."""
    with contextlib.suppress(Exception):
        file = Path(book.fullname)
        return file if file.is_absolute() and file.is_file() else None
    return None


def cancel(book: Any) -> None:
    """Stops commands and waiting formulas."""
    count = jobs.cancel_all() + session.ratings().cancel()
    book.app.status_bar = "xl_vqa: " + tr(
        "cancelled" if count else "nothing_running", session.language(), count=count
    )


# -- one video


def why(book: Any) -> None:
    """What the rating of the active row's video consists of, or why there is none."""
    settings = Settings.load()
    cell = targets.active_cell(book)
    path = _video_of_row(cell, lambda name: session.locations().resolve(name, _folder(book)))
    # a formula's score may be of a text and a profile: what is explained is that score
    question = session.asked_with(session.locations().resolve(path, _folder(book)))
    job = Why(book.app, path, question, with_profile(settings, question.profile))
    jobs.start(job)
    job.wait(0.3)
    jobs.tick()


def _video_of_row(cell: Any, resolve: Resolve) -> str:
    grid = ExcelGrid(cell.sheet)
    (line,) = grid.read(Area(cell.row, 1, cell.row, max(grid.last_column, cell.column)))
    numbered = sorted(enumerate(line, 1), key=lambda one: one[0] != cell.column)
    named = [(column, value) for column, value in numbered if names_video(value)]
    texts = [(column, value) for column, value in numbered if value.kind == "text" and not value.blank]
    if not named and len(texts) != 1:
        raise SelectionError(problem="problem_no_video_in_row")
    column, value = (named or texts)[0]
    shown = selected_row(cell.row, column, value).shown
    return in_its_folder(shown, folder_of_row(grid, cell.row, column), resolve)


# -- bands and models


def bands(book: Any) -> None:
    """Shows the lowest labels of the bands and takes others; formulas show the new bands."""
    settings = Settings.load()
    language = settings.language
    now = settings.bands(Scale()).thresholds
    names = ", ".join(band.name(language) for band in ACR_BANDS[1:])
    given = dialogs.ask_text(
        book.app, tr("ask_bands", language, names=names), ", ".join(f"{value:g}" for value in now)
    )
    if given is None:
        return
    thresholds = written_numbers(given, len(now))
    if thresholds is None:
        wrong = Reason("problem_four_bands", name="band_thresholds", value=given)
        raise SettingsError(source=tr("bands_name", language), problem=wrong)
    change_settings(settings, band_thresholds=thresholds)
    _changed(book)


def model_status(book: Any) -> None:
    """Which model rates, and what the host does."""
    settings = Settings.load()
    language = settings.language
    with HostClient(settings) as client:
        state = client.status()
    if state is None:
        dialogs.say(book.app, tr("status_stopped", language, model=settings.model))
        return
    lines = [
        model_line(state, language),
        tr("status_queue", language, **{name: state[name] for name in ("queued", "rating", "done", "failed")}),
    ]
    trouble = session.ratings().counts().trouble
    lines += [*sentences(state, language), *([trouble.message(language)] if trouble else [])]
    dialogs.say(book.app, "\n".join(lines))


def choose_model(book: Any) -> None:
    """Takes another model into settings.toml; the host loads it for the next video."""
    settings = Settings.load()
    language = settings.language
    profiles = ", ".join(profile_names(settings)) or "-"
    given = dialogs.ask_text(book.app, tr("ask_model", language, profiles=profiles), settings.model)
    if not given or given == settings.model:
        return
    changed = change_settings(settings, model=given)
    with HostClient(changed) as client:
        client.model()
    _changed(book)


def _changed(book: Any) -> None:
    session.ratings().forget()
    book.app.status_bar = "xl_vqa: " + tr("settings_changed", session.language())


def host_start(book: Any) -> None:
    """Starts the host and lets waiting formulas try again."""
    with HostClient(Settings.load()) as client:
        client.ensure_running()
    session.ratings().retry()
    book.app.status_bar = "xl_vqa: " + tr("host_started", session.language())


def host_stop(book: Any) -> None:
    """Stops the host after the videos at hand."""
    with HostClient(Settings.load()) as client:
        client.stop()
    book.app.status_bar = "xl_vqa: " + tr("host_stopped", session.language())


# -- workbooks


def new_kpi(book: Any) -> None:
    """Makes a new KPI workbook beside this one (or in the user's documents) and opens it."""
    language = session.language()
    folder = Path(session.locations().resolve(".", _folder(book))) if _folder(book) else Path.home() / "Documents"
    if not folder.is_dir():
        folder = Path.home()
    number = 1
    while (file := folder / f"xl_vqa KPI{'' if number == 1 else f' {number}'}.xlsx").exists():
        number += 1
    jobs.start(NewBook(book.app, "kpi", file, language))


def relink_formulas(book: Any) -> None:
    """Formulas that name another PC's add-in (``'C:\\...\\xl_vqa.xlam'!VQA_SCORE``) call this one again."""
    count = failed = 0
    for sheet in book.sheets:
        used = sheet.used_range
        formulas = formulas_of(used)
        rows = [list(row) for row in formulas] if isinstance(formulas, (list, tuple)) else [[formulas]]
        for down, row in enumerate(rows):
            for across, formula in enumerate(row):
                plain = plan_formula(formula)
                if plain != formula:
                    try:
                        enter(sheet.range((used.row + down, used.column + across)), plain)
                        count += 1
                    except Exception:
                        failed += 1  # part of an older array formula, or a protected sheet
    key = "relinked_some" if failed else "relinked"
    book.app.status_bar = "xl_vqa: " + tr(key, session.language(), count=count, failed=failed)


def plan_formula(formula: Any) -> Any:
    """A formula without the path or prefix before our function names; anything else as it is."""
    if not isinstance(formula, str) or not formula.startswith("=") or "VQA_" not in formula:
        return formula
    return _FOREIGN.sub(r"\1", formula)


def help_(book: Any) -> None:
    """The functions and buttons in a few lines."""
    dialogs.say(book.app, tr("help", session.language()))


def _folder(book: Any) -> str | None:
    """The book's folder or address; None while it is unsaved."""
    try:
        fullname = str(book.fullname)
    except Exception:
        # xlwings translates a cloud address itself and fails where it does not know the local file; so can we
        fullname = str(book.api.FullName)
    for separator in ("\\", "/"):
        if separator in fullname:
            return fullname.rpartition(separator)[0]
    return None


COMMANDS: Final[dict[str, Callable[[Any], None]]] = {
    "score_missing": score_missing,
    "rescore": rescore,
    "score_table": score_table,
    "cancel": cancel,
    "why": why,
    "bands": bands,
    "model_status": model_status,
    "choose_model": choose_model,
    "host_start": host_start,
    "host_stop": host_stop,
    "new_kpi": new_kpi,
    "relink_formulas": relink_formulas,
    "help": help_,
}
"""Every command by the tag of its button."""
