"""Ratings, attributes and explanations to and from the team's database, beside the store of this machine.

The store needs no network: a rating is stored here first and sent by a thread; what this machine has not rated is
looked for there before the model is asked. Where the database does not answer, everything goes on as if there were
none, and is sent later.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Final

from xl_vqa.host.beside import Kind
from xl_vqa.host.database import DamagedError
from xl_vqa.host.shared_store import SharedStore, SharedStoreError
from xl_vqa.host.store import Store
from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.words.errors import HostDiskError

log = logging.getLogger("xl_vqa.host.sharing")

BATCH: Final = 200
LOOK_S: Final = 2.0
RETRY_S: Final = 30.0
"""How long a database that did not answer is left alone."""


class Sharing:
    """Starts its thread with ``start``. Thread-safe; no method raises."""

    def __init__(self, store: Store, shared: SharedStore, address: str, *, retry_s: float = RETRY_S) -> None:
        self.address = address
        self.problem: str | None = None
        """Why the database is not asked at present."""
        self._store = store
        self._shared = shared
        self._retry_s = retry_s
        self._retry_at = 0.0
        self._count, self._count_at = 0, 0.0
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sharing", daemon=True)

    def start(self) -> None:
        self._announce()
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> None:
        """What is not sent by then is sent by the next host."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)
        self._shared.close()

    def fetch(self, key: RatingKey, text: str | None) -> bool:
        """Whether the team has this rating; it is in the store then, with the prompt that was asked about."""
        if self._resting():
            return False
        try:
            row = self._shared.find(key)
            if row is None:
                return False
            raw = None if text is None else text.encode("utf-8", "replace")
            self._store.adopt(key, row._replace(text=raw))
        except SharedStoreError as error:
            self._rest(error)
            return False
        except HostDiskError as error:
            log.debug("%s", error)
            return False
        return True

    def fetch_beside(self, kind: Kind, key: RatingKey, version: int = 0) -> bool:
        """The same of attributes (by their own key) and of an explanation (of a version, by its rating's key)."""
        if self._resting():
            return False
        try:
            found = self._shared.find_beside(kind, key, version)
            if found is not None:
                self._store.outbox.adopt_beside(found)
        except SharedStoreError as error:
            self._rest(error)
            return False
        except (HostDiskError, DamagedError) as error:
            log.debug("%s", error)
            return False
        return found is not None

    def saved(self) -> None:
        """There may be something to send."""
        self._wake.set()

    def warning(self) -> dict[str, Any] | None:
        """What people should know, as a message code with parameters."""
        problem = self.problem
        if problem is None:
            return None
        now = time.monotonic()
        # it goes with every answer, and what waits may be a long list that is gone through to be counted
        if now >= self._count_at:
            self._count_at = now + LOOK_S
            try:
                self._count = self._store.outbox.count()
            except (HostDiskError, DamagedError):
                self._count = 0
        return {"code": "warning_shared_store", "params": {"problem": problem, "count": self._count}}

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(LOOK_S)
            self._wake.clear()
            try:
                while not self._resting() and not self._stopping.is_set() and self._send():
                    pass
            except DamagedError:
                # what could be saved of it stands in a new store
                self._announce()
            except Exception:
                log.exception("sharing failed")
                self._stopping.wait(LOOK_S)

    def _send(self) -> bool:
        """Whether there may be more."""
        try:
            waiting = self._store.outbox.first(BATCH)
            self._shared.save([(one.key, one.row) for one in waiting if one.row is not None])
            if waiting:
                self._store.outbox.sent(waiting)
            beside = self._store.outbox.first_beside(BATCH)
            self._shared.save_beside([one.found for one in beside if one.found is not None])
            if beside:
                self._store.outbox.sent_beside(beside)
        except SharedStoreError as error:
            self._rest(error)
            return False
        except HostDiskError as error:
            log.debug("%s", error)
            return False
        if self.problem is not None:
            log.info("the team's database answers again")
            self.problem = None
        return BATCH in (len(waiting), len(beside))

    def _announce(self) -> None:
        try:
            self._store.outbox.share_with(self.address)
        except (HostDiskError, DamagedError) as error:
            log.error("what is to be shared could not be noted: %s", error)

    def _resting(self) -> bool:
        return self.problem is not None and time.monotonic() < self._retry_at

    def _rest(self, error: SharedStoreError) -> None:
        if self.problem is None:
            log.error("the team's database cannot be used: %s", error)
        self.problem = str(error)
        self._retry_at = time.monotonic() + self._retry_s
