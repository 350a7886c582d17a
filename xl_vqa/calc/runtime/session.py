"""One per LibreOffice process: the results that cells show, the ratings behind them, and who is told when.

Calc's main thread asks and is told; a thread of ours evaluates again whatever the host has finished. Our
thread never touches a document: what is new is told on the main thread, in slices short enough to type on.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from logging.handlers import RotatingFileHandler
from typing import Any, Final

from xl_vqa.bridge.cells import FRESH_S, CellRatings, Question
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.profiles import with_profile
from xl_vqa.calc.runtime import office
from xl_vqa.calc.runtime.status_bar import StatusBar
from xl_vqa.calc.runtime.values import error_value, to_calc
from xl_vqa.calc.runtime.volatile import VolatileResult
from xl_vqa.calc.texts import tr
from xl_vqa.sheets.locations import Locations
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.settings import Settings
from xl_vqa.worksheet.evaluate import Context, Pending, error_kind, evaluate
from xl_vqa.worksheet.functions import BY_NAME, PROFILE, TEXT

log = logging.getLogger("xl_vqa.calc")

POLL_S: Final = 0.1
SWITCH_S: Final = 0.0005
COLLECT_S: Final = 10.0
"""How often garbage is collected, on the main thread (see ``session``)."""
WATCH_S: Final = 2.0
END_S: Final = 3.0
"""How often a changed settings.toml is looked for while cells show ratings."""
WIZARD_LIFE_S: Final = 60.0
"""The function wizard asks without ever listening; such results are dropped after this long."""


class Session:
    """Thread-safe. ``pending`` counts cells (or ranges) that still wait."""

    def __init__(self) -> None:
        self.language = office.language()
        self.python = os.environ.get("XL_VQA_PYTHON") or office.installed_python()
        self.ratings = CellRatings(self.settings, client_of=self._cell_client, patience_s=0.0)
        self._locations = Locations.of(os.environ)
        self._results: dict[Any, VolatileResult] = {}
        self._by_name: dict[str, VolatileResult] = {}
        self._again: dict[str, VolatileResult] = {}
        self._overall: dict[str, VolatileResult] = {}
        self._untold: dict[str, VolatileResult] = {}
        self._idle = False
        self._inline = False
        self._collected_at = time.monotonic()
        self._released: set[str] = set()
        self._numbers = 0
        self._changed = threading.Condition(threading.RLock())
        self._thread: threading.Thread | None = None
        self._closed = False
        self._stamp: Any = None
        self._stamp_at = 0.0
        self.bar = StatusBar()
        self._counted: dict[str, int] = {}
        self.at_end: list[Callable[[], None]] = []
        """Called when LibreOffice ends."""

    # -- settings and host

    def settings(self) -> Settings:
        """The user's settings as they are now, in the language of LibreOffice's menus."""
        return Settings.load(language=self.language)

    def client(self, settings: Settings) -> HostClient:
        return HostClient(settings, python=self.python)

    def _cell_client(self, settings: Settings) -> HostClient:
        """A model change does not change a formula's score unasked."""
        return HostClient(settings, python=self.python, standing=True)

    def settings_of(self, profile: str | None) -> Settings:
        """The settings under a profile. Raises ProfileNotFoundError, SettingsError."""
        return with_profile(self.settings(), profile)

    def resolve(self, path: str, folder: str | None) -> str:
        """The local path of what stands in a cell. Raises RelativePathError and its like."""
        return self._locations.resolve(path, folder)

    def asked_with(self, path: str, folder: str | None) -> tuple[str | None, str | None]:
        """Text and profile with which a formula asks for this path, if one does."""
        with self._changed:
            for name, arguments, place, _ in self._results:
                if BY_NAME[name].asks_host and place == folder and arguments and arguments[0] == path:
                    order = [argument.name for argument in BY_NAME[name].arguments]
                    return _text(arguments, order.index(TEXT.name)), _text(arguments, order.index(PROFILE.name))
        return None, None

    @property
    def closed(self) -> bool:
        return self._closed

    # -- asked by Calc

    def computed(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """The rows of a function that needs no host."""
        return self._values(evaluate(name, arguments, self._context(None, None)))

    def result(self, name: str, arguments: tuple[Any, ...], folder: str | None, document: str) -> Any:
        """The volatile result of these arguments in this document (by its identity)."""
        key = (name, arguments, folder, document)
        with self._changed:
            result = self._results.get(key)
            new = result is None
            if result is None:
                self._numbers += 1
                result = VolatileResult(key, str(self._numbers), self._join, self._drop)
                self._results[key] = self._by_name[result.name] = result
                if _is_overall(result):
                    self._overall[result.name] = result
            elif time.monotonic() - result.evaluated_at > FRESH_S:
                # computed again: perhaps the file is another one by now
                self._again[result.name] = result
        if new:
            self._evaluate(result)
        self._start()
        return result

    def pending(self) -> int:
        return sum(self.pending_of().values())

    def pending_of(self) -> dict[str, int]:
        """How many wait in each document (by its identity), where any do."""
        with self._changed:
            return dict(Counter(result.document for result in self._results.values() if result.pending))

    def moved(self, document: str, folder: str | None) -> None:
        """A document (by its identity) was saved in a folder: relative paths begin there from now on."""
        with self._changed:
            for result in list(self._by_name.values()):
                name, arguments, before, shown_in = result.key
                if shown_in == document and before != folder:
                    if self._results.get(result.key) is result:
                        del self._results[result.key]
                    result.key = (name, arguments, folder, document)
                    self._results.setdefault(result.key, result)
                    self._again[result.name] = result
            self._start()

    def refresh(self, *, forget: bool = True) -> None:
        """Every cell is evaluated again; with ``forget`` the host is asked again as well."""
        if forget:
            self.ratings.forget()
        with self._changed:
            self._again.update(self._by_name)
            self._start()

    def cancel(self) -> int:
        """Gives up what is pending; returns how many videos. The cells say so, and ask again when they are
        computed next (Ctrl+Shift+F9)."""
        count = self.ratings.cancel()
        self._start()
        return count

    def close(self) -> None:
        """Ends the threads and the connections; the host goes on with what others wait for."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for work in self.at_end:
            work()
        # on a thread: the host may take a moment to answer, and LibreOffice shall not wait for it
        ending = threading.Thread(target=self._give_up, name="xl_vqa-end", daemon=True)
        ending.start()
        ending.join(END_S)

    def _give_up(self) -> None:
        try:
            self.ratings.cancel()
        finally:
            self.ratings.close()

    def finish(self, seconds: float) -> bool:
        """Waits on the main thread itself until nothing is pending: for conversions, that save at once."""
        deadline = time.monotonic() + seconds
        with self._changed:
            # what our thread took would be told on the main thread, which waits here
            self._inline = True
        while True:
            for result in self._evaluate_finished():
                result.tell()
            if not self.pending() or time.monotonic() > deadline:
                return not self.pending()
            time.sleep(0.02)

    # -- inside

    def _context(self, caller: str | None, folder: str | None, asked: set[Question] | None = None) -> Context:
        return Context(self.ratings, folder, caller, self.language, self._locations, asked)

    def _evaluate(self, result: VolatileResult) -> bool:
        name, arguments, folder, _ = result.key
        overall = _is_overall(result)
        asked = self._asked_in(result.document) if overall else set()
        rows = evaluate(name, arguments, self._context(result.name, folder, asked))
        result.asked = frozenset() if overall else frozenset(asked)
        result.evaluated_at = time.monotonic()
        pending = any(isinstance(cell, Pending) for row in rows for cell in row)
        shown = [[_shown(cell) for cell in row] for row in rows]
        return result.set(shown, to_calc(self._values(rows)), pending=pending)

    def _asked_in(self, document: str) -> set[Question]:
        with self._changed:
            return {q for result in self._results.values() if result.document == document for q in result.asked}

    def _values(self, rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
        return [[_value(cell) for cell in row] for row in rows]

    def _join(self, result: VolatileResult) -> None:
        if result.shown != _WAITING:
            with self._changed:
                self._untold[result.name] = result
                self._start()

    def _drop(self, result: VolatileResult) -> None:
        with self._changed:
            if self._results.get(result.key) is result:
                del self._results[result.key]
            self._by_name.pop(result.name, None)
            self._again.pop(result.name, None)
            self._overall.pop(result.name, None)
            self._untold.pop(result.name, None)
            if result.pending:
                # one thousand cells close at once; the host is told of all of them together
                self._released.add(result.name)
                self._start()

    def _start(self) -> None:
        with self._changed:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="xl_vqa-calc", daemon=True)
                self._thread.start()
            if self._idle:
                # thousands of cells are computed one by one: the thread is woken once
                self._idle = False
                self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                busy = self.pending() > 0 or self.ratings.waiting
                self._idle = not (busy or self._again or self._untold or self._released)
                self._changed.wait(WATCH_S if self._idle else POLL_S)
                self._idle = False
                if self._closed:
                    return
                if self._inline:
                    continue
            try:
                self._tell(self._evaluate_finished())
                self._show_pending()
                self._watch()
            except Exception:  # a thread that dies silently would leave cells waiting for ever
                log.exception("cells could not be brought up to date")
                time.sleep(1.0)

    def _evaluate_finished(self) -> list[VolatileResult]:
        with self._changed:
            released, self._released = self._released, set()
            results, self._again = self._again, {}
            untold, self._untold = self._untold, {}
        if released:
            self.ratings.release(released)
        with self._changed:
            results.update({n: self._by_name[n] for n in self.ratings.finished() if n in self._by_name})
            # how many are done and waiting changes with every answer
            results.update(self._overall)
        changed = {name: result for name, result in results.items() if self._evaluate(result)}
        return list((untold | changed).values())

    def _tell(self, results: list[VolatileResult]) -> None:
        """On the main thread, slice by slice; returns when all were told or LibreOffice closes."""
        if not results:
            return
        documents = {result.document for result in results}
        office.in_slices(
            (result.tell for result in results),
            closed=lambda: self._closed,
            around=lambda: office.computed_once(documents),
        )

    def _show_pending(self) -> None:
        pending = self.pending_of()
        if pending != self._counted:
            self._counted = pending
            texts = {document: tr("left", self.language, pending=count) for document, count in pending.items()}
            office.on_main_thread(lambda: self.bar.show_each(texts))

    def _watch(self) -> None:
        now = time.monotonic()
        if now - self._collected_at > COLLECT_S:
            self._collected_at = now
            office.on_main_thread(_collect)
        if now - self._stamp_at < WATCH_S:
            return
        self._stamp_at = now
        stamp = self._read_stamp()
        if self._stamp is not None and stamp != self._stamp:
            self.refresh()
        self._stamp = stamp
        with self._changed:
            unused = [r for r in self._results.values() if now - r.made_at > WIZARD_LIFE_S and not r.listened]
        for result in unused:
            self._drop(result)

    def _read_stamp(self) -> Any:
        """Changes with settings.toml and the profiles: another model, other bands."""
        try:
            home = self.settings().home
            files = [home / "settings.toml", *sorted((home / "profiles").glob("*.toml"))]
            return tuple((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in files if f.exists())
        except (XlVqaError, OSError) as error:
            return str(error)


def _collect() -> None:
    gc.collect(1)


def _text(arguments: tuple[Any, ...], place: int) -> str | None:
    value = arguments[place] if place < len(arguments) else None
    return value if isinstance(value, str) and value.strip() else None


def _is_overall(result: VolatileResult) -> bool:
    name, arguments, *_ = result.key
    return name == "VQA_STATUS" and (not arguments or arguments[0] is None)


def _shown(cell: Any) -> Any:
    """Comparable: not-a-number would differ from itself."""
    kind = _error_kind(cell)
    return ("error", kind) if kind is not None else _value(cell)


def _value(cell: Any) -> Any:
    kind = _error_kind(cell)
    if kind is not None:
        return error_value(kind)
    if isinstance(cell, Pending):
        return cell.text
    return float(cell) if isinstance(cell, int) else cell


def _error_kind(cell: Any) -> str | None:
    """Which error value the cell shows. Calc has none of its own for what is on its way: #N/A is nearest."""
    if isinstance(cell, XlVqaError):
        return error_kind(cell)
    return "not_available" if isinstance(cell, Pending) and cell.text is None else None


_WAITING: Final = [[("error", "not_available")]]
"""What Calc shows of a result that it was not told yet."""


def _write_log(owner: Session) -> None:
    """Into logs/calc.log of the data folder; LibreOffice has no place that a person would look at."""
    try:
        folder = owner.settings().home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "calc.log", maxBytes=1_000_000, backupCount=1, encoding="utf-8")
    except (OSError, XlVqaError):
        log.warning("no log is written", exc_info=True)
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


@lru_cache(maxsize=1)
def session() -> Session:
    """The session of this process, made at the first use."""
    from xl_vqa.calc.runtime.closing import close_with_office

    # The main thread gives up Python's lock at every call into LibreOffice, while it keeps LibreOffice's own; to
    # wait 5 ms for it each time, because another thread reads an answer of the host, would be felt as a jerk.
    sys.setswitchinterval(SWITCH_S)
    # Freeing a UNO object waits for LibreOffice's lock. The collector runs on whatever thread allocates: on one of
    # ours, with a lock of ours in its hands that the main thread wants, nothing would ever move again.
    gc.disable()
    made = Session()
    _write_log(made)
    close_with_office(made.close)
    return made
