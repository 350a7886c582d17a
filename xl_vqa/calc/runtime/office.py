"""LibreOffice as the other modules need it: its language, its documents, its main thread, message boxes."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import uno
import unohelper
from com.sun.star.awt import XCallback
from com.sun.star.beans import PropertyValue

log = logging.getLogger("xl_vqa.calc")
CONFIG_NAME = "xl_vqa_calc.json"
SLICE_S: Final = 0.012
"""The main thread is kept at most about this long at a time."""
GAP_S: Final = 0.004
_OK, _YES_NO_CANCEL = 1, 4


def context() -> Any:
    """The component context of this process."""
    return uno.getComponentContext()


def service(name: str) -> Any:
    """A new instance of a UNO service."""
    return context().ServiceManager.createInstanceWithContext(name, context())


def desktop() -> Any:
    return service("com.sun.star.frame.Desktop")


def properties(**values: Any) -> tuple[Any, ...]:
    """Named arguments as UNO wants them."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def setting(path: str, name: str) -> Any:
    """A value of LibreOffice's own configuration; None where it is not there."""
    try:
        provider = service("com.sun.star.configuration.ConfigurationProvider")
        access = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess", properties(nodepath=path)
        )
        return access.getByName(name)
    except Exception:  # whatever UNO says, the caller has a default
        return None


def language() -> str:
    """``ja`` where LibreOffice's own menus are Japanese, else ``en``."""
    locale = setting("/org.openoffice.Setup/L10N", "ooLocale")
    return "ja" if str(locale or "").lower().startswith("ja") else "en"


def installed_python() -> str | None:
    """The interpreter that can start the host, as the installation wrote it down; None where it did not."""
    for folder in sys.path:
        file = Path(folder) / CONFIG_NAME
        if file.is_file():
            python = json.loads(file.read_text(encoding="utf-8")).get("python")
            return str(python) if python else None
    return None


def folder_of(document: Any) -> str | None:
    """The folder of a document: a path, or a web address; None while it is unsaved."""
    url = str(document.getURL()) if document is not None else ""
    if not url:
        return None
    return _local(url.rpartition("/")[0])


@lru_cache(maxsize=64)
def _local(folder: str) -> str:
    return str(unohelper.fileUrlToSystemPath(folder)) if folder.startswith("file:") else folder


def identity_of(document: Any) -> str:
    """What tells this document from every other that is or was open in this process."""
    return str(document.RuntimeUID) if document is not None else ""


def path_of(document: Any) -> Path | None:
    """The file of a document; None where it is unsaved or lies elsewhere than in this system's files."""
    url = str(document.getURL())
    return Path(unohelper.fileUrlToSystemPath(url)) if url.startswith("file:") else None


def is_spreadsheet(document: Any) -> bool:
    return document is not None and document.supportsService("com.sun.star.sheet.SpreadsheetDocument")


def unrecorded(document: Any, change: Callable[[], None]) -> None:
    """Makes one change of a document without an undo step. One at a time: Calc forgets the lock at the first
    change of a cell."""
    manager = document.getUndoManager()
    manager.lock()
    try:
        change()
    finally:
        manager.unlock()


class _Callback(unohelper.Base, XCallback):
    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work

    def notify(self, data: Any) -> None:
        try:
            self._work()
        except Exception:
            log.exception("work on the main thread failed")
            traceback.print_exc()


def on_main_thread(work: Callable[[], None]) -> None:
    """Runs ``work`` soon on LibreOffice's main thread: windows and writing to sheets belong there."""
    service("com.sun.star.awt.AsyncCallback").addCallback(_Callback(work), None)


def in_slices(
    steps: Iterable[Callable[[], object]],
    *,
    closed: Callable[[], bool],
    around: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext,
) -> None:
    """Runs ``steps`` on the main thread, a few milliseconds at a time, so that a person can type in between.

    ``around`` is entered for every slice. Not for the main thread itself: returns when all are done, when one
    fails (DisposedException: its document is gone), or when LibreOffice closes.
    """
    left = iter(steps)
    over = False

    def work() -> None:
        nonlocal over
        end = time.monotonic() + SLICE_S
        try:
            over = True
            with around():
                for step in left:
                    step()
                    if time.monotonic() > end:
                        over = False
                        break
        finally:
            done.set()

    while not over and not closed():
        done = threading.Event()
        on_main_thread(work)
        while not done.wait(0.5) and not closed():
            pass
        time.sleep(GAP_S)


def spreadsheets() -> Iterator[Any]:
    """Every open spreadsheet document."""
    components = desktop().getComponents().createEnumeration()
    while components.hasMoreElements():
        document = components.nextElement()
        if hasattr(document, "RuntimeUID") and is_spreadsheet(document):
            yield document


@contextlib.contextmanager
def computed_once(identities: Collection[str]) -> Iterator[None]:
    """While inside, these documents compute nothing by themselves; what became stale is computed in the end, once.

    Else every single news of a cell lets Calc compute what is in sight over it: a total over thousands of cells
    thousands of times. Leaves documents as unmodified as they were. Main thread only.
    """
    paused = []
    try:
        for document in spreadsheets():
            if identity_of(document) in identities and document.isAutomaticCalculationEnabled():
                paused.append((document, document.isModified()))
                document.enableAutomaticCalculation(False)
        yield
    finally:
        for document, modified in paused:
            with contextlib.suppress(Exception):  # it may have been closed meanwhile
                document.enableAutomaticCalculation(True)
                if not modified and document.isModified():
                    document.setModified(False)


def open_in_browser(address: str) -> None:
    """In the user's own browser. Main thread only. Nothing where no person can see it, or where there is none."""
    if is_headless():
        log.info("a page was not opened: nobody sees a window")
        return
    try:
        service("com.sun.star.system.SystemShellExecute").execute(address, "", 1)  # URIS_ONLY
    except Exception as error:
        log.warning("the browser could not be opened: %s", type(error).__name__)


def show_message(frame: Any, text: str, *, error: bool = False) -> None:
    """A message box over ``frame``. Main thread only. Without a window (headless) it is written to the log."""
    _box(frame, "ERRORBOX" if error else "INFOBOX", _OK, text)


def ask(frame: Any, text: str) -> str | None:
    """A question over ``frame``: ``yes``, ``no`` or ``cancel``; None where no person can be asked (headless). Main
    thread only."""
    answer = _box(frame, "QUERYBOX", _YES_NO_CANCEL, text)
    return None if answer is None else {2: "yes", 3: "no"}.get(answer, "cancel")


def _box(frame: Any, kind: str, buttons: int, text: str) -> int | None:
    window = frame.getContainerWindow() if frame is not None else None
    if window is None or is_headless():
        log.warning("%s", text)
        return None
    toolkit = service("com.sun.star.awt.Toolkit")
    box = toolkit.createMessageBox(
        window, uno.Enum("com.sun.star.awt.MessageBoxType", kind), buttons, "xl_vqa", text
    )
    try:
        return int(box.execute())
    finally:
        box.dispose()


def clean_environment() -> dict[str, str]:
    """For another Python: LibreOffice points the variables of Python at its own."""
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def is_headless() -> bool:
    """Whether no person can see a window of this process."""
    try:
        arguments = Path("/proc/self/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(argument.lstrip(b"-") in (b"headless", b"convert-to") for argument in arguments)
