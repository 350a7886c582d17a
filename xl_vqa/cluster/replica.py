"""What Ray Serve keeps alive on the machines of a cluster for a host: one loaded model each, asked by a handle.

Frames come in and distributions go out; the videos, their files and the store are the host's. Serve gives requests
that come together in one batch, starts and ends replicas with what there is to do, and replaces those that die.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.cluster.rows import BATCH_TOKENS, Work, by_cost, settings_here
from xl_vqa.cluster.worker import SentClip, is_well, node_name, other_model, other_version
from xl_vqa.daemon_threads import DaemonThreads
from xl_vqa.words.errors import ModelError, ModelFailedError, XlVqaError
from xl_vqa.words.reasons import Detail

if TYPE_CHECKING:
    from xl_vqa.vlm.rater import Rater

log = logging.getLogger("xl_vqa.cluster.replica")

MOST_AT_ONCE: Final = 32
GATHER_S: Final = 0.02
"""So long is waited for more of a batch."""


@dataclass(frozen=True, slots=True)
class Request:
    """One video; ``attributes``: those are asked for beside the score."""

    clip: SentClip
    text: str | None
    attributes: bool = False


class Replica:
    """One of a served model. ``rate`` is what Serve batches."""

    def __init__(self, work: Work) -> None:
        """Loads the model. What stands against it is said to whoever asks: Serve would try for ever."""
        self._work = work
        self._name = f"{node_name()}:{os.getpid()}"
        self._since: float | None = None
        # one that hangs keeps the process from nothing
        self._thread = DaemonThreads(1, "rate")
        self._rater: Rater | XlVqaError = other_version(work.version) or self._load()
        """The model, or why it rates nothing here."""

    def _load(self) -> Rater | XlVqaError:
        from xl_vqa.host.model_errors import as_model_error
        from xl_vqa.vlm.loader import load_from_settings

        settings = settings_here(self._work.settings)
        try:
            rater = load_from_settings(settings)
        except Exception as error:
            return as_model_error(error, settings.model)
        if self._work.fingerprint in ("", rater.fingerprint):
            return rater
        rater.close()
        return other_model(settings, rater.fingerprint, self._work.fingerprint)

    async def describe(self) -> dict[str, Any]:
        """The model's ``fingerprint``, ``spec`` and ``facts``, or the ``error`` that stands against it."""
        rater = self._rater
        if isinstance(rater, XlVqaError):
            return {"error": rater.to_dict()}
        return {"fingerprint": rater.fingerprint, "spec": rater.spec.to_dict(), "facts": rater.describe()}

    async def rate(self, requests: Sequence[Request]) -> list[Any]:
        """One outcome for each, in order: a distribution, rated attributes, or an error as a dict."""
        self._since = time.monotonic()
        try:
            # the model's work may take long, and Serve asks meanwhile whether this one lives
            return await asyncio.wrap_future(self._thread.submit(self._rate, requests))
        finally:
            self._since = None

    def check_health(self) -> None:
        """Raises where a batch hangs: Serve puts another replica in the place of this one."""
        since = self._since
        if since is not None and time.monotonic() - since > self._work.hang_s:
            raise RuntimeError(f"a batch was not done after {self._work.hang_s:.0f} s")

    def _rate(self, requests: Sequence[Request]) -> list[Any]:
        rater = self._rater
        if isinstance(rater, XlVqaError):
            return [rater.to_dict() for _ in requests]
        found: list[Any] = [None] * len(requests)
        for attributes in (False, True):
            places = [place for place, one in enumerate(requests) if one.attributes is attributes]
            for place, outcome in zip(places, self._of_a_kind(requests, places, rater), strict=True):
                found[place] = outcome.to_dict() if isinstance(outcome, XlVqaError) else outcome
        return found

    def _of_a_kind(self, requests: Sequence[Request], places: Sequence[int], rater: Rater) -> list[Any]:
        """The outcomes of requests that ask the same."""
        outcomes: dict[int, Any] = {}
        ready = []
        for place in places:
            try:
                ready.append((place, rater.prepare(requests[place].clip)))
            except ModelError as error:
                outcomes[place] = error
        ask: Callable[[Any], list[Any]] = rater.rate
        if places and requests[places[0]].attributes:
            ask = rater.rate_attributes
        for piece in by_cost(ready, [one.cost for _, one in ready], BATCH_TOKENS, MOST_AT_ONCE):
            try:
                told = ask([(prepared, requests[place].text) for place, prepared in piece])
            except Exception as error:
                log.exception("a batch of %d failed", len(piece))
                if not is_well(rater):
                    # its card is gone, perhaps: the host asks another replica
                    os._exit(1)
                told = [ModelFailedError(problem=Detail.named(error))] * len(piece)
            outcomes |= {place: one for (place, _), one in zip(piece, told, strict=True)}
        return [outcomes[place] for place in places]
