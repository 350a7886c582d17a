"""What happens to a document: linked when it was loaded, put right when it was saved."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from pathlib import Path
from typing import Any, Final

import unohelper
from com.sun.star.lang import XServiceInfo
from com.sun.star.task import XJob

from xl_vqa.calc import names
from xl_vqa.calc.errors import CalcSaveError
from xl_vqa.calc.runtime import loaded, office, scoring, whys
from xl_vqa.calc.saved import repair
from xl_vqa.words.reasons import why_unwritten

log = logging.getLogger("xl_vqa.calc")

CONVERSION_WAIT_S: Final = 3600.0
"""How long a conversion on the command line waits for its ratings, where XL_VQA_CALC_WAIT does not say."""


class DocumentJob(unohelper.Base, XJob, XServiceInfo):
    """Runs at the events of ``names.EVENTS``; never lets an error of ours into loading or saving."""

    def __init__(self, context: Any, *arguments: Any) -> None:
        """LibreOffice makes one for every event."""

    def execute(self, arguments: Any) -> Any:
        try:
            environment = {v.Name: v.Value for a in arguments if a.Name == "Environment" for v in a.Value}
            document = environment.get("Model")
            if office.is_spreadsheet(document):
                self._on(str(environment.get("EventName")), document)
        except Exception:
            log.exception("the document could not be prepared")
        return ()

    def _on(self, event: str, document: Any) -> None:
        if event == "OnLoadFinished":
            wait = conversion_wait()
            if wait:
                loaded.relink(document)
                finish(document, wait)
            else:
                loaded.relink_rules(document)
                # in slices, after loading has returned: thousands of formulas are no reason to wait
                threading.Thread(target=_relink, args=(document,), name="xl_vqa-link", daemon=True).start()
        elif event == "OnUnload":
            scoring.cancel(document)
            whys.cancel(document)
        elif event in ("OnSaveDone", "OnSaveAsDone"):
            if event == "OnSaveAsDone":
                _moved(document)
            path = office.path_of(document)
            if path is not None:
                self._repair(path, document)

    def _repair(self, path: Path, document: Any) -> None:
        try:
            repair(path)
        except OSError as error:
            problem = why_unwritten(error)
            sentence = CalcSaveError(path=str(path), problem=problem).message(office.language())
            controller = document.getCurrentController()
            frame = controller.getFrame() if controller is not None else None
            office.on_main_thread(lambda: _show(frame, sentence))

    # -- XServiceInfo

    def getImplementationName(self) -> str:
        return names.JOB_SERVICE + ".python"

    def supportsService(self, name: str) -> bool:
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return (names.JOB_SERVICE, "com.sun.star.task.Job")


def _relink(document: Any) -> None:
    from xl_vqa.calc.runtime.session import session

    office.in_slices(loaded.relink_steps(document), closed=lambda: session().closed)


def _moved(document: Any) -> None:
    from xl_vqa.calc.runtime.session import session

    session().moved(office.identity_of(document), office.folder_of(document))


def _show(frame: Any, sentence: str) -> None:
    office.show_message(frame, sentence, error=True)


def conversion_wait() -> float:
    """Seconds to wait for ratings before a conversion goes on: 0 in a LibreOffice that a person works in.

    XL_VQA_CALC_WAIT says it; else it is meant where LibreOffice was started to convert.
    """
    said = os.environ.get("XL_VQA_CALC_WAIT", "")
    with contextlib.suppress(ValueError):
        return max(float(said), 0.0)
    with contextlib.suppress(OSError):
        arguments = Path("/proc/self/cmdline").read_bytes().split(b"\0")
        if any(argument.lstrip(b"-").partition(b"=")[0] == b"convert-to" for argument in arguments):
            return CONVERSION_WAIT_S
    return 0.0


def finish(document: Any, seconds: float) -> bool:
    """Computes the document and waits until all of its ratings are there."""
    from xl_vqa.calc.runtime.session import session

    document.calculate()
    done = session().finish(seconds)
    document.calculate()
    return done
