"""What each command of the menu does. A command returns at once: whatever may take time runs on a thread of
its own, and shows what came of it on the main thread."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import unohelper

from xl_vqa.bridge.remarks import sentences
from xl_vqa.bridge.settings_edit import change_settings
from xl_vqa.bridge.texts import model_line
from xl_vqa.calc.errors import CalcInstallError
from xl_vqa.calc.help_text import help_text
from xl_vqa.calc.runtime import loaded, office, scoring, whys
from xl_vqa.calc.runtime.dialogs import Window, show_text
from xl_vqa.calc.runtime.session import session
from xl_vqa.calc.runtime.sheet_grid import CalcGrid, selected_addresses
from xl_vqa.calc.texts import tr
from xl_vqa.sheets.folders import folder_of_row
from xl_vqa.sheets.rows import in_its_folder
from xl_vqa.sheets.why import why_asking, why_words
from xl_vqa.words.errors import CancelledError, XlVqaError
from xl_vqa.words.explanation import Progress
from xl_vqa.words.labels import ACR_BANDS, Scale
from xl_vqa.words.numbers import written_number
from xl_vqa.words.reasons import Detail, Reason
from xl_vqa.words.video_names import is_video_name

log = logging.getLogger("xl_vqa.calc")


def run(name: str, frame: Any) -> None:
    """Carries out the command; whatever goes wrong becomes a sentence in a message box."""
    try:
        _ACTIONS[name](frame)
    except Exception as error:
        _show_error(frame, error)


def _show_error(frame: Any, error: Exception) -> None:
    if not isinstance(error, XlVqaError):
        log.error("a command failed", exc_info=error)
    words = (
        error.message(session().language) if isinstance(error, XlVqaError) else f"{type(error).__name__}: {error}"
    )
    office.show_message(frame, words, error=True)


def _in_background(frame: Any, work: Callable[[], Callable[[], None]]) -> None:
    """``work`` on a thread; what it returns is called on the main thread."""

    def thread() -> None:
        try:
            then = work()
        except Exception as error:
            failure = error
            office.on_main_thread(lambda: _show_error(frame, failure))
        else:
            office.on_main_thread(then)

    threading.Thread(target=thread, name="xl_vqa-command", daemon=True).start()


def _cancel(frame: Any) -> None:
    document = frame.getController().getModel()
    count = scoring.cancel(document) + whys.cancel(document) + session().cancel()
    key = "cancelled" if count else "nothing_to_cancel"
    session().bar.show(tr(key, session().language, count=count), 1.0, seconds=8.0)


def _why(frame: Any) -> None:
    owner = session()
    language = owner.language
    document = frame.getController().getModel()
    path = _video_of_row(frame)
    if path is None:
        office.show_message(frame, tr("why_select", language))
        return
    folder = office.folder_of(document)
    text, profile = owner.asked_with(path, folder)
    cancelled = whys.begin(document)

    def told(progress: Progress) -> None:
        words = why_asking(path, progress, language)
        share = progress.done / (progress.total or 1.0)
        if not cancelled.is_set():
            office.on_main_thread(lambda: owner.bar.show(words, share, seconds=8.0))

    def work() -> Callable[[], None]:
        try:
            found_at = owner.resolve(path, folder)
            with owner.client(owner.settings_of(profile)) as client:
                found = client.explain(found_at, text, pictures=False, on_progress=told, cancel=cancelled)
                page = None
                try:
                    page = client.why_page(found, language)
                except XlVqaError as error:  # the sentence is said all the same
                    log.info("no page: %s", error)
        except CancelledError:
            return lambda: None  # the bar has said so
        finally:
            whys.end(cancelled)
        words = f"{found_at}\n\n{why_words(found, language)}"

        def show() -> None:
            if page is not None:
                office.open_in_browser(page)
            show_text(frame, tr("why_title", language), words, language, height=230)

        return show

    _in_background(frame, work)


def _video_of_row(frame: Any) -> str | None:
    """The path in the active cell, or else the first one in the selected rows."""
    selected = selected_addresses(frame.getController().getModel())
    if not selected:
        return None
    address = selected[0]
    sheet = frame.getController().getActiveSheet()
    cell = sheet.getCellByPosition(address.StartColumn, address.StartRow).getString()
    if is_video_name(cell):
        return _in_its_folder(frame, str(cell), address.StartRow, address.StartColumn)
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = min(address.EndRow, address.StartRow + 100)
    rows = sheet.getCellRangeByPosition(0, address.StartRow, cursor.RangeAddress.EndColumn, last)
    for row, values in enumerate(rows.getDataArray(), address.StartRow):
        for column, value in enumerate(values):
            if is_video_name(value):
                return _in_its_folder(frame, str(value), row, column)
    return None


def _in_its_folder(frame: Any, name: str, row: int, column: int) -> str:
    """The name with what a column of folders says of it; ``row`` and ``column`` count from 0."""
    controller = frame.getController()
    document, sheet = controller.getModel(), controller.getActiveSheet()
    said = folder_of_row(CalcGrid(document, sheet), row + 1, column + 1)
    place = office.folder_of(document)
    return in_its_folder(name, said, lambda one: session().resolve(one, place))


def _bands(frame: Any) -> None:
    owner = session()
    language = owner.language
    scale = Scale()
    thresholds = owner.settings().bands(scale).thresholds
    window = Window(tr("bands_title", language))
    window.label(tr("bands_hint", language), 20)
    for band, value in zip(ACR_BANDS[1:], thresholds, strict=True):
        window.field(band.key, band.name(language), f"{value:g}")
    window.label(tr("bands_rest", language, band=ACR_BANDS[0].name(language)))

    def save() -> None:
        typed = [written_number(window.value(band.key)) for band in ACR_BANDS[1:]]
        values = [number for number in typed if number is not None]
        if len(values) < len(typed):
            first, last = scale.label_min, scale.label_max
            office.show_message(frame, tr("bands_numbers", language, first=first, last=last), error=True)
            return
        _change(frame, window, band_thresholds=values)

    window.buttons(
        (tr("ok", language), save),
        (tr("default", language), lambda: _change(frame, window, band_thresholds=None)),
        (tr("cancel", language), window.close),
    )
    window.show(frame)


def _choose_model(frame: Any) -> None:
    owner = session()
    language = owner.language
    window = Window(tr("status_title", language))
    window.label(tr("status_hint", language), 20)
    window.field("model", tr("status_setting", language), owner.settings().model, label_width=80)
    window.buttons(
        (tr("ok", language), lambda: _change(frame, window, model=window.value("model").strip() or None)),
        (tr("cancel", language), window.close),
    )
    window.show(frame)


def _change(frame: Any, window: Window, **values: Any) -> None:
    owner = session()
    try:
        change_settings(owner.settings(), **values)
    except XlVqaError as error:
        _show_error(frame, error)
        return
    window.close()
    owner.refresh()


def _model_status(frame: Any) -> None:
    owner = session()
    language = owner.language

    def work() -> Callable[[], None]:
        with owner.client(owner.settings()) as client:
            state = client.status()
        lines = [tr("status_model", language, model=owner.settings().model, state="-")]
        if state is None:
            lines.insert(0, tr("host_not_running", language))
        else:
            counts = {name: state[name] for name in ("queued", "rating", "done", "failed")}
            lines = [
                tr("status_host", language, pid=state["pid"], port=state["port"]),
                model_line(state, language),
                tr("status_queue", language, **counts),
                *sentences(state, language),
            ]
        lines.append(tr("status_cells", language, pending=owner.pending()))
        title, words = tr("status_title", language), "\n".join(lines)
        return lambda: show_text(frame, title, words, language, height=70)

    _in_background(frame, work)


def _host_start(frame: Any) -> None:
    owner = session()

    def work() -> Callable[[], None]:
        with owner.client(owner.settings()) as client:
            client.ensure_running()
        owner.ratings.retry()
        return lambda: owner.bar.show(tr("host_started", owner.language), 1.0, seconds=8.0)

    owner.bar.show(tr("asking", owner.language))
    _in_background(frame, work)


def _host_stop(frame: Any) -> None:
    owner = session()

    def work() -> Callable[[], None]:
        # cells that still waited would start it again
        owner.ratings.cancel()
        with owner.client(owner.settings()) as client:
            stopped = client.stop()
        key = "host_stopped" if stopped else "host_not_running"
        return lambda: owner.bar.show(tr(key, owner.language), 1.0, seconds=8.0)

    scoring.cancel_all()
    whys.cancel_all()
    _in_background(frame, work)


def _new_kpi(frame: Any) -> None:
    owner = session()
    language = owner.language
    if owner.python is None:
        raise CalcInstallError(problem="problem_no_python")
    picker = office.service("com.sun.star.ui.dialogs.FilePicker")
    picker.initialize((10,))  # FILESAVE_AUTOEXTENSION
    picker.appendFilter("Excel (.xlsx)", "*.xlsx")
    picker.setDefaultName("KPI.xlsx")
    if picker.execute() != 1:
        return
    target = Path(unohelper.fileUrlToSystemPath(picker.getFiles()[0]))
    target = target if target.suffix.lower() == ".xlsx" else target.with_name(target.name + ".xlsx")

    def work() -> Callable[[], None]:
        make_kpi(str(owner.python), target, language)
        return lambda: office.desktop().loadComponentFromURL(target.as_uri(), "_blank", 0, ())

    _in_background(frame, work)


def make_kpi(python: str, target: Path, language: str) -> None:
    """Lets the command line of xl_vqa make the workbook. Raises XlVqaError with its own words."""
    command = [
        python,
        "-P",
        "-m",
        "xl_vqa.cli.main",
        "workbook",
        "new",
        "kpi",
        "--lang",
        language,
        "-o",
        str(target),
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        timeout=300,
        check=False,
        env=office.clean_environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    if done.returncode != 0:
        words = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise XlVqaError(problem=Reason("kpi_failed", detail=Detail(words[-500:])))


def _relink(frame: Any) -> None:
    language = session().language
    document = frame.getController().getModel()
    count = loaded.relink(document, everything=True)
    words = tr("relinked", language, count=count)
    skipping = loaded.skip_errors(document, tr("undo_skip", language))
    if skipping:
        words += " " + tr("skipping", language, count=skipping)
    if left := loaded.unlinked(document):
        words += " " + tr("unlinked", language, count=left)
    session().bar.show(words, 1.0, seconds=8.0)


def _help(frame: Any) -> None:
    language = session().language
    show_text(frame, "xl_vqa", help_text(language), language, height=230)


_ACTIONS: Final[dict[str, Callable[[Any], None]]] = {
    "score_missing": scoring.score,
    "rescore": lambda frame: scoring.score(frame, rescore=True),
    "score_table": lambda frame: scoring.score(frame, table=True),
    "cancel": _cancel,
    "why": _why,
    "bands": _bands,
    "model_status": _model_status,
    "choose_model": _choose_model,
    "host_start": _host_start,
    "host_stop": _host_stop,
    "new_kpi": _new_kpi,
    "relink_formulas": _relink,
    "help": _help,
}
