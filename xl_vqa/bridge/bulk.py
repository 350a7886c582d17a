"""A long list of videos through the host: chunks, a window, progress, and the host's death survived."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from xl_vqa.bridge.connection import HostGoneError
from xl_vqa.bridge.videos import Answer, Result, Video, pieces
from xl_vqa.words.errors import CancelledError, HostAuthenticationError, XlVqaError

if TYPE_CHECKING:
    from xl_vqa.bridge.client import HostClient

CHUNK: Final = 1000
"""Videos per request: answers of stored ratings stay near 0.1 s, so progress moves."""
WINDOW: Final = 2000
"""Videos that one client has waiting in the host at the most."""
MAX_DEATHS: Final = 8
"""Times in a row that the host may die without finishing a single video of ours."""
POLL_WAIT_S: Final = 2.0


class BulkRun:
    """One ``rate_all``: every video is asked, waited for and settled exactly once."""

    def __init__(
        self,
        client: HostClient,
        videos: Sequence[Video],
        *,
        refresh: bool,
        detail: bool,
        priority: int,
        on_progress: Callable[[int, int], None] | None,
        on_result: Callable[[int, Result], None] | None = None,
    ) -> None:
        self._client = client
        self._refresh, self._detail, self._priority = refresh, detail, priority
        self._on_progress = on_progress
        self._on_result = on_result
        self._results: list[Result | None] = [None] * len(videos)
        self._done = 0
        self._to_ask: list[tuple[int, Video]] = []
        self._waiting: dict[str, list[tuple[int, Video]]] = {}
        self._asking = False
        for index, video in enumerate(videos):
            try:
                self._to_ask.append((index, video.absolute()))
            except XlVqaError as error:
                self._settle(index, error)
        self._to_ask.reverse()  # the next one is at the end, where taking is cheap

    def keys(self) -> list[str] | None:
        """What the host is working on for this run; None where it was being asked, and its keys are not known."""
        return None if self._asking else list(self._waiting)

    def finish(self, cancel: threading.Event | None) -> list[Result]:
        """Runs to the end; one result per video, in order."""
        self._report()
        deaths, done_at_death = 0, -1
        while self._to_ask or self._waiting:
            if cancel is not None and cancel.is_set():
                self._cancel_rest()
                break
            before = self._done
            try:
                self._step()
            except (HostGoneError, HostAuthenticationError) as error:
                self._asking = False
                # a video that kills the host is told apart by the host itself, after its second time
                deaths = deaths + 1 if self._done == done_at_death else 1
                done_at_death = self._done
                if deaths > MAX_DEATHS:
                    self._fail_rest(self._client.gone(error, deaths))
                    break
                self._ask_again()
                time.sleep(min(0.05 * (deaths - 1), 0.5))
            except XlVqaError as error:
                self._fail_rest(error)
                break
            if self._done != before:
                self._report()
        return [result for result in self._results if result is not None]

    def _step(self) -> None:
        if self._to_ask and sum(map(len, self._waiting.values())) <= WINDOW - CHUNK:
            self._ask()
        else:
            self._poll()

    def _ask(self) -> None:
        asked = next(pieces(self._to_ask[: -CHUNK - 1 : -1], CHUNK))
        del self._to_ask[-len(asked) :]
        self._asking = True
        try:
            entries = self._client.ask_once(
                [video for _, video in asked],
                refresh=self._refresh,
                detail=self._detail,
                priority=self._priority,
            )
        except BaseException:
            self._to_ask.extend(reversed(asked))
            raise
        self._asking = False
        for (index, video), entry in zip(asked, entries, strict=True):
            self._take(index, video, entry)

    def _poll(self) -> None:
        keys = list(self._waiting)
        entries = self._client.poll_once(keys, wait=POLL_WAIT_S, detail=self._detail, until="any")
        for key, entry in zip(keys, entries, strict=True):
            if entry["status"] != "pending":
                for index, video in self._waiting.pop(key):
                    self._take(index, video, entry)

    def _take(self, index: int, video: Video, entry: dict[str, Any]) -> None:
        if entry["status"] == "pending":
            self._waiting.setdefault(entry["key"], []).append((index, video))
        elif entry["status"] == "unknown":
            self._to_ask.append((index, video))
        else:
            result = Answer.of(video, entry).result
            assert result is not None
            self._settle(index, result)

    def _settle(self, index: int, result: Result) -> None:
        assert self._results[index] is None, "a video was answered twice"
        self._results[index] = result
        self._done += 1
        if self._on_result is not None:
            self._on_result(index, result)

    def _ask_again(self) -> None:
        for group in self._waiting.values():
            self._to_ask.extend(group)
        self._waiting.clear()
        self._to_ask.sort(reverse=True, key=lambda pair: pair[0])

    def _fail_rest(self, error: XlVqaError) -> None:
        self._ask_again()
        for index, _ in self._to_ask:
            self._settle(index, error)
        self._to_ask.clear()
        self._report()

    def _cancel_rest(self) -> None:
        # what the host thinks of it changes nothing: every video gets its answer here
        with contextlib.suppress(XlVqaError):
            self._client.cancel(self.keys())
        self._ask_again()
        for index, video in self._to_ask:
            self._settle(index, CancelledError(path=video.path))
        self._to_ask.clear()
        self._report()

    def _report(self) -> None:
        if self._on_progress is not None:
            self._on_progress(self._done, len(self._results))
