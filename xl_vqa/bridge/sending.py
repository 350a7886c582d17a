"""Clips on their way to a team's host, behind the back of whoever asked: hashed, sent if need be, and asked about.

A clip that is being sent counts as pending under a key of its own; once the host knows it, that key stands for the
host's.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Protocol

from xl_vqa.bridge.connection import HostGoneError
from xl_vqa.bridge.errors import TeamLimitError, TeamUnavailableError
from xl_vqa.bridge.protocol import EXPLAIN, RATE
from xl_vqa.words.content import content_hash, content_name
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import CancelledError, VideoAccessError, VideoChangingError, VideoEmptyError, XlVqaError
from xl_vqa.words.picture_folders import folder_error, unfound_error
from xl_vqa.words.reasons import Detail, why_unconnected, why_unread

AT_ONCE: Final = 2
TRIES: Final = 8
BLOCK: Final = 1 << 20
_ASKED: Final = ("refresh", "detail", "attributes", "standing", "priority", "client", "view", "model")
THERE: Final = "there"
"""Status of a clip that was sent for an explanation: the host has it, and is asked about it from then on."""

Entry = dict[str, Any]
Exchange = Callable[[str, str, Any, float], dict[str, Any]]


class Source(Protocol):
    """What a clip's content is read from."""

    def read(self, size: int, /) -> bytes: ...


Send = Callable[[str, str, Source, int], object]


@dataclass(slots=True)
class _Clip:
    """``there`` is the host's key once it has one, ``entry`` the answer once there is one; ``route`` is where the
    host is asked about it."""

    key: str
    video: Mapping[str, Any]
    question: dict[str, Any]
    route: str = RATE
    there: str | None = None
    entry: Entry | None = None
    cancelled: bool = False


class Sending:
    """Thread-safe. ``exchange`` asks the host, ``send`` sends a clip's content."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange, self._send = exchange, send
        self._clips: dict[str, _Clip] = {}
        self._same: dict[str, str] = {}
        self._contents: dict[str, tuple[tuple[int, int], str, int]] = {}
        self._queue: deque[_Clip] = deque()
        self._threads: list[threading.Thread] = []
        self._changed = threading.Condition()
        self._closed = False

    def add(self, video: Mapping[str, Any], question: Mapping[str, Any], route: str = RATE) -> str:
        """The key of a clip that is to be sent; the same while the same is under way."""
        asked = {name: question[name] for name in _ASKED if name in question}
        mark = repr((route, video.get("path"), video.get("text"), asked))
        with self._changed:
            known = self._same.get(mark)
            if known is not None and known in self._clips and self._clips[known].entry is None:
                return known
            clip = _Clip(f"send-{uuid.uuid4().hex}", video, asked, route)
            self._clips[clip.key] = clip
            self._same[mark] = clip.key
            self._queue.append(clip)
            self._threads = [one for one in self._threads if one.is_alive()]
            if len(self._threads) < AT_ONCE:
                thread = threading.Thread(target=self._run, name="send-clips", daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify_all()
        return clip.key

    def find(self, key: str) -> str | Entry:
        """What a key stands for now: the host's own key, or an entry."""
        with self._changed:
            clip = self._clips.get(key)
            if clip is None:
                return {"status": "unknown", "key": key} if key.startswith("send-") else key
            if clip.entry is not None:
                return clip.entry
            return clip.there or {"status": "pending", "key": key}

    def wait(self, seconds: float) -> None:
        """Until something changes, at most ``seconds``."""
        with self._changed:
            self._changed.wait(seconds)

    def forget(self, keys: Iterable[str]) -> None:
        """Whoever asked has the answer."""
        with self._changed:
            for key in keys:
                self._clips.pop(key, None)
            if len(self._same) > 2 * len(self._clips) + 100:
                self._same = {mark: key for mark, key in self._same.items() if key in self._clips}

    def cancel(self, keys: Iterable[str] | None) -> int:
        """Gives up what the host does not know yet; how many."""
        with self._changed:
            wanted = list(self._clips) if keys is None else list(keys)
            chosen = [clip for key in wanted if (clip := self._clips.get(key)) and not (clip.entry or clip.there)]
            for clip in chosen:
                clip.cancelled = True
                clip.entry = _error(CancelledError(path=str(clip.video["path"])))
            self._changed.notify_all()
        return len(chosen)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            for clip in self._clips.values():
                clip.cancelled = True
            self._changed.notify_all()

    def content_of(self, path: str) -> tuple[str, int] | None:
        """Name and size of a clip's content that was sent for an explanation, while the file looks as it did."""
        known = self._contents.get(path)
        if known is None or known[0] != _looks(path):
            self.forget_content(path)
            return None
        return known[1:]

    def forget_content(self, path: str) -> None:
        """Its explanation is there."""
        self._contents.pop(path, None)

    # -- on the threads

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._changed.wait_for(lambda: self._queue or self._closed, timeout=10.0) or self._closed:
                    # a thread that found nothing to do ends under the lock, so that nothing is left lying
                    self._threads = [one for one in self._threads if one is not threading.current_thread()]
                    return
                clip = self._queue.popleft()
            if self._is_given_up(clip):
                continue
            try:
                entry = self._deliver(clip)
            except XlVqaError as error:
                entry = _error(error)
            except Exception as error:
                entry = _error(VideoAccessError(path=str(clip.video["path"]), problem=Detail.named(error)))
            with self._changed:
                if self._is_given_up(clip):
                    continue
                if entry["status"] == "pending":
                    clip.there = str(entry["key"])
                else:
                    clip.entry = entry
                self._changed.notify_all()

    @staticmethod
    def _is_given_up(clip: _Clip) -> bool:
        return clip.cancelled

    def _deliver(self, clip: _Clip) -> Entry:
        """The host's entry for a clip whose content it has. Raises what is wrong with it."""
        path = str(clip.video["path"])
        tries = 0
        while not clip.cancelled:
            try:
                looked = _looks(path)
                content, size = name_of_content(path, lambda: clip.cancelled)
                if clip.route == EXPLAIN and looked is not None:
                    self._contents[path] = looked, content, size
                entry = self._ask(clip, content, size)
                if entry["status"] != "send":
                    return entry
                with open_clip(path) as source:
                    self._send(path, content, _Given(source, path, lambda: clip.cancelled), size)
                entry = self._ask(clip, content, size)
                if entry["status"] != "send":
                    return entry
                tries += 1
            except TeamLimitError as error:
                # no room yet: clips before it are still waited for
                wait = float(error.params.get("retry_s") or 0)
                if not wait:
                    raise
                self._rest(clip, wait)
            except HostGoneError as error:
                tries += 1
                if tries >= TRIES:
                    raise TeamUnavailableError(address="", problem=why_unconnected(error)) from error
                self._rest(clip, 0.2 * 2**tries)
            if tries >= TRIES:
                # sent, and never what it was when it was hashed
                raise VideoChangingError(path=path)
        raise CancelledError(path=path)

    def _ask(self, clip: _Clip, content: str, size: int) -> Entry:
        """Raises TeamLimitError where there is no room yet."""
        body = {**clip.question, "videos": [{**clip.video, "content": content, "size": size}], "wait": 0}
        answer = self._exchange("POST", clip.route, body, 60.0)
        entries = [answer.get("explanation")] if clip.route == EXPLAIN else answer.get("ratings")
        if not isinstance(entries, list) or len(entries) != 1 or not isinstance(entries[0], dict):
            raise HostGoneError("an answer of another kind")
        error = entries[0].get("error")
        if isinstance(error, dict) and error.get("code") == TeamLimitError.code:
            raise from_dict(error)
        if clip.route == EXPLAIN and entries[0].get("status") in ("pending", "done"):
            return {"status": THERE}
        return entries[0]

    def _rest(self, clip: _Clip, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not clip.cancelled and time.monotonic() < deadline:
            time.sleep(min(0.2, max(deadline - time.monotonic(), 0.0)))


def open_clip(path: str) -> BinaryIO:
    """Raises VideoNotFoundError, VideoAccessError, or for a folder NotAVideoError or FolderOfPicturesError."""
    try:
        if os.path.isdir(path):
            raise folder_error(path)
        return open(path, "rb")
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise unfound_error(path) from error
    except OSError as error:
        raise VideoAccessError(path=path, problem=why_unread(error, path)) from error


def name_of_content(path: str, given_up: Callable[[], bool] = lambda: False) -> tuple[str, int]:
    """The name of a file's content, and its size. Raises as ``open_clip``, VideoEmptyError and CancelledError."""
    digest, size = content_hash(), 0
    with open_clip(path) as opened:
        file = _Given(opened, path, given_up)
        try:
            while block := file.read(BLOCK):
                digest.update(block)
                size += len(block)
        except OSError as error:
            raise VideoAccessError(path=path, problem=why_unread(error, path)) from error
    if not size:
        raise VideoEmptyError(path=path)
    return content_name(digest), size


class _Given:
    """A clip's file as long as somebody wants it. Reading raises CancelledError afterwards."""

    def __init__(self, file: BinaryIO, path: str, given_up: Callable[[], bool]) -> None:
        self._file, self._path, self._given_up = file, path, given_up

    def read(self, size: int) -> bytes:
        if self._given_up():
            raise CancelledError(path=self._path)
        return self._file.read(size)


def _looks(path: str) -> tuple[int, int] | None:
    """Size and time of change of a file; None where it is not there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns


def _error(error: XlVqaError) -> Entry:
    return {"status": "error", "error": error.to_dict()}
