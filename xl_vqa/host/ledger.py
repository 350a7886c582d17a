"""The store, and beside it the ratings that a full disk would not take: they are served from memory meanwhile."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from xl_vqa.host.sharing import Sharing
from xl_vqa.host.store import Store
from xl_vqa.host.stored_rows import NewRating, RatingKey, Summary
from xl_vqa.words.attributes import Attributes
from xl_vqa.words.errors import HostDiskError
from xl_vqa.words.rating import Rating

log = logging.getLogger("xl_vqa.host.ledger")

MOST_UNSAVED: Final = 20_000
RETRY_S: Final = 10.0


class Ledger:
    """Ratings, stored or waiting to be stored. Thread-safe."""

    def __init__(self, store: Store, sharing: Sharing | None = None) -> None:
        """``sharing`` is with a team's database, where there is one."""
        self.store = store
        self.sharing = sharing
        self.problem: HostDiskError | None = None
        """Why ratings cannot be stored at present."""
        self._unsaved: dict[RatingKey, NewRating] = {}
        self._unsaved_attributes: dict[RatingKey, Attributes] = {}
        self._lock = threading.Lock()
        self._tried_at = 0.0

    def find(self, keys: Iterable[RatingKey]) -> dict[RatingKey, Summary]:
        """The summaries among ``keys``; what cannot be read counts as missing."""
        wanted = list(keys)
        try:
            found = self.store.find(wanted)
        except HostDiskError as error:
            self._note(error)
            found = {}
        if self._unsaved:
            with self._lock:
                for key in wanted:
                    new = self._unsaved.get(key)
                    if new is not None:
                        found[key] = Summary(new.view, new.summary)
        return found

    def load(self, keys: Iterable[RatingKey]) -> dict[RatingKey, Rating]:
        """As ``find``, the whole ratings."""
        wanted = list(keys)
        try:
            found = self.store.load(wanted)
        except HostDiskError as error:
            self._note(error)
            found = {}
        if self._unsaved:
            with self._lock:
                found.update({key: self._unsaved[key].rating for key in wanted if key in self._unsaved})
        return found

    def fetch(self, key: RatingKey, text: str | None) -> bool:
        """Whether a rating that is not here was made by the team; ``find`` has it then."""
        return self.sharing is not None and self.sharing.fetch(key, text)

    def fetch_attributes(self, key: RatingKey) -> bool:
        """The same of attributes; ``find_attributes`` has them then."""
        return self.sharing is not None and self.sharing.fetch_beside("attributes", key)

    def fetch_explanation(self, key: RatingKey, version: int) -> bool:
        """The same of an explanation; the store has it then."""
        return self.sharing is not None and self.sharing.fetch_beside("explanations", key, version)

    def saved_beside(self) -> None:
        """An explanation was stored."""
        if self.sharing is not None:
            self.sharing.saved()

    def save(self, ratings: Sequence[NewRating]) -> None:
        """Stores them; where the disk refuses, they are kept here and tried again."""
        with self._lock:
            for new in ratings:
                self._unsaved[new.key] = new
        self._flush()

    def find_attributes(self, keys: Iterable[RatingKey]) -> dict[RatingKey, Attributes]:
        """The attributes among ``keys`` (of ``model_spec.attributes_key``); what cannot be read is missing."""
        wanted = list(keys)
        try:
            found = self.store.attributes.find(wanted) if wanted else {}
        except HostDiskError as error:
            self._note(error)
            found = {}
        with self._lock:
            found.update({key: self._unsaved_attributes[key] for key in wanted if key in self._unsaved_attributes})
        return found

    def save_attributes(self, new: Mapping[RatingKey, Attributes]) -> None:
        """Stores them; what the disk refuses is kept here, the newest, and stored with the next that it takes."""
        with self._lock:
            waiting = {**self._unsaved_attributes, **new}
        try:
            if waiting:
                self.store.attributes.save(waiting)
            if waiting and not self._unsaved:
                self.problem = None
            waiting = {}
            self.saved_beside()
        except HostDiskError as error:
            self._note(error)
        with self._lock:
            self._unsaved_attributes = dict(list(waiting.items())[-MOST_UNSAVED:])

    def retry(self) -> None:
        """Tries again what the disk refused, every few seconds at the most."""
        if time.monotonic() - self._tried_at > RETRY_S:
            self._store_what_waits()

    def close(self) -> None:
        """Stores what is left, if it can be, and closes the store."""
        self._store_what_waits()
        if self._unsaved:
            log.error("%d ratings could not be stored and will be computed again", len(self._unsaved))
        if self.sharing is not None:
            self.sharing.stop()
        self.store.close()

    @property
    def unsaved(self) -> int:
        """How many ratings are in memory only."""
        return len(self._unsaved)

    def warnings(self) -> list[dict[str, Any]]:
        """What people should know of the store and the team's database: message codes with parameters."""
        found = [
            {"code": "warning_store_replaced", "params": {"path": str(aside.path), "count": aside.saved}}
            for aside in self.store.set_aside
        ]
        shared = self.sharing.warning() if self.sharing is not None else None
        return found if shared is None else [*found, shared]

    def trouble(self) -> dict[str, Any]:
        """``problem`` (why the disk takes nothing) and ``unsaved`` (how many wait for it), where there are any."""
        found: dict[str, Any] = {}
        problem = self.problem
        if problem is not None:
            found["problem"] = problem.to_dict()
        if self.unsaved:
            found["unsaved"] = self.unsaved
        return found

    def _store_what_waits(self) -> None:
        if self._unsaved:
            self._flush()
        if self._unsaved_attributes:
            self._tried_at = time.monotonic()
            self.save_attributes({})

    def _flush(self) -> None:
        with self._lock:
            batch = list(self._unsaved.items())
        self._tried_at = time.monotonic()
        try:
            self.store.save([new for _, new in batch])
        except HostDiskError as error:
            self._note(error)
            with self._lock:
                for key in list(self._unsaved)[: max(len(self._unsaved) - MOST_UNSAVED, 0)]:
                    del self._unsaved[key]
            return
        if self.problem is not None:
            log.info("the store takes ratings again; %d were waiting", len(batch))
        self.problem = None
        if self.sharing is not None:
            self.sharing.saved()
        with self._lock:
            for key, new in batch:
                if self._unsaved.get(key) is new:
                    del self._unsaved[key]

    def _note(self, error: HostDiskError) -> None:
        if self.problem is None:
            log.error("%s", error)
        self.problem = error
