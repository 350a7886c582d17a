"""The client of the scoring host: everything that asks for a rating goes through it.

with HostClient(Settings.load()) as client:
    for result in client.rate_all([Video("a.mp4"), Video("b.mp4", "a red fox")]):
        print(result["label"] if isinstance(result, dict) else result)
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from xl_vqa.bridge.bulk import BulkRun
from xl_vqa.bridge.connection import HostGoneError, HostOutdatedError, HttpPool
from xl_vqa.bridge.errors import TeamSetupError
from xl_vqa.bridge.explanations import explanation_of, page_of
from xl_vqa.bridge.profiles import domain_profile, read_entries
from xl_vqa.bridge.protocol import EXPLAIN, LOOPBACK, MAX_WAIT_S, WHY_PAGE, profile_of, view_of
from xl_vqa.bridge.start import ask_to_stop, find, find_or_start, keeps_unsaved, reap_children, wait_until_gone
from xl_vqa.bridge.state import HostState
from xl_vqa.bridge.team_link import TeamLink
from xl_vqa.bridge.videos import Answer, Result, Video, entries_of, pieces
from xl_vqa.words.attributes import Attributes
from xl_vqa.words.errors import (
    CancelledError,
    HostAuthenticationError,
    HostError,
    HostUnavailableError,
    XlVqaError,
)
from xl_vqa.words.explanation import Explanation, Progress
from xl_vqa.words.reasons import Reason, why_unconnected
from xl_vqa.words.settings import STARTER, Settings

__all__ = ["Answer", "HostClient", "Result", "Video"]

MAX_ATTEMPTS: Final = 8
PIECE: Final = 10_000
"""Videos per request of ``rate`` at the most."""
EXPLAIN_WAIT_S: Final = 0.5
"""An explanation takes seconds, and tells how far it is this often."""
SLACK_S: Final = 60.0
"""A host that says nothing for this long beyond the wait it was asked for is taken for gone."""


class HostClient:
    """Thread-safe. Starts the host when it is first needed, and again when it died."""

    def __init__(
        self, settings: Settings | None = None, *, python: str | None = None, standing: bool = False
    ) -> None:
        """``python`` is the interpreter the host runs under; this one's own where not given. ``standing``: scores
        of earlier versions of the model stand, with a remark, until cells follow (models/promotion.py)."""
        self.settings = settings or Settings.load()
        self.log_file: Path = self.settings.log_file
        self.host_info: dict[str, Any] = {}
        """What the host last said of itself beside its answers: model state, warnings, disk trouble."""
        self._python = python
        self._standing = standing
        self._name = uuid.uuid4().hex
        self._profile = profile_of(self.settings)
        self._view = view_of(self.settings)
        self._pool: HttpPool | None = None
        self._link: TeamLink | None = None
        self._lock = threading.Lock()
        self._retired_one = False

    def __enter__(self) -> HostClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections. The host goes on."""
        with self._lock:
            pool, self._pool = self._pool, None
            link, self._link = self._link, None
        for one in (pool, link):
            if one is not None:
                one.close()

    # -- the host itself

    def ensure_running(self) -> HostState | None:
        """The host, started if need be; None for a team's, which was asked and answers.

        Raises HostStartError or HostDiskError, or for a team's host TeamError.
        """
        if self.settings.host_address is not None:
            self._team().me()
            return None
        state = find_or_start(self.settings, python=self._python)
        with self._lock:
            old = self._pool
            if old is None or old.state != state:
                self._pool = HttpPool(state)
            else:
                old = None
        if old is not None:  # of a run that is over
            old.close()
        return state

    def status(self) -> dict[str, Any] | None:
        """Progress of the running host (docs/host.md) and the state of these settings' model in it, or None; never
        starts one."""
        if self.settings.host_address is not None:
            return self._status_of_team()
        state = find(self.settings)
        values = self._tell(state, "POST", "/v1/progress", {"profile": self._profile}) if state else None
        if state is None or values is None:
            return None
        return {"pid": state.pid, "port": state.port, "started_at": state.started_at, **values}

    def model(self) -> dict[str, Any]:
        """Facts about the model in force; starts the host, but does not load the model.

        ``calibration`` is among them where a domain profile reads the scores. Raises ProfileNotFoundError,
        ProfileFileError and ProfileMismatchError where one is named that cannot.
        """
        facts = self.request("POST", "/v1/model", {"profile": self._profile})
        profile = domain_profile(self.settings)
        if profile is not None and "fingerprint" in facts:
            profile.check(facts["fingerprint"], str(facts.get("name", "?")), self.settings)
            facts = {**facts, "calibration": profile.digest}
        return facts

    def stop(self, *, timeout: float = 60.0) -> bool:
        """Ends the host after the batch at hand; False where none ran.

        Raises HostUnavailableError where it goes on after ``timeout`` seconds, TeamSetupError for a team's.
        """
        if self.settings.host_address is not None:
            raise TeamSetupError(problem=Reason("team_not_ours", address=self.settings.host_address))
        state = find(self.settings)
        reap_children()
        if state is None:
            return False
        ask_to_stop(state)
        self.close()
        if not wait_until_gone(self.settings, state, time.monotonic() + timeout):
            problem = Reason("host_still_ending", pid=state.pid)
            raise HostUnavailableError(problem=problem)
        return True

    # -- ratings

    def rate(
        self,
        videos: Sequence[Video],
        *,
        wait: float = 0.0,
        refresh: bool = False,
        detail: bool = False,
        priority: int = 1,
        attributes: bool = False,
    ) -> list[Answer]:
        """One answer per video, in order, after about ``wait`` seconds at the most (0: what is known now).

        ``refresh`` rates again what is stored; ``detail`` adds distribution and frames; ``attributes`` adds those
        (``Answer.attributes``), from the same reading of a video as its score. Raises HostStartError,
        HostDiskError or HostUnavailableError where there is no host to ask.
        """
        answers: list[Answer] = []
        for video in videos:
            try:
                answers.append(Answer(video.absolute(), "pending"))
            except XlVqaError as error:
                answers.append(Answer(video, "error", error=error))
        deadline = time.monotonic() + wait
        while True:
            left = max(deadline - time.monotonic(), 0.0)
            # after the first round, what has no key was lost with a host that died
            new = [index for index, answer in enumerate(answers) if answer.status == "pending" and not answer.key]
            several = list(pieces([(index, answers[index].video) for index in new], PIECE))
            for piece in several:
                body = self._question(
                    [video for _, video in piece], refresh=refresh, detail=detail, priority=priority
                )
                if attributes:
                    body["attributes"] = True
                # the first of several must not be waited for before the others are known to the host
                hold = min(left, MAX_WAIT_S) if len(several) == 1 else 0.0
                values = self.request("POST", "/v1/ratings", {**body, "wait": hold}, wait=hold)
                for (index, video), entry in zip(piece, self._entries(values, len(piece)), strict=True):
                    answers[index] = Answer.of(video, entry)
            known = [(index, a.key) for index, a in enumerate(answers) if a.status == "pending" and a.key]
            left = deadline - time.monotonic()
            if not known or left <= 0:
                return answers
            entries = self.poll([key for _, key in known], wait=left, detail=detail)
            for (index, _), entry in zip(known, entries, strict=True):
                answers[index] = Answer.of(answers[index].video, entry)

    def attributes(
        self, videos: Sequence[Video], *, refresh: bool = False, priority: int = 1
    ) -> list[Attributes | XlVqaError]:
        """The attributes of every video, or the error that says why there are none; waits until all are known.

        NoAttributesError where the model in force was taught the overall quality alone. Raises as ``rate`` does.
        """
        answers = self.rate(videos, wait=math.inf, refresh=refresh, priority=priority, attributes=True)
        found = [answer.error or answer.attributes for answer in answers]
        return [one if one is not None else HostError(problem="host_answer_kind") for one in found]

    def poll(
        self, keys: Sequence[str], *, wait: float = 0.0, detail: bool = False, until: str = "all"
    ) -> list[dict[str, Any]]:
        """What became of pending keys: the host's entries in order; ``status`` may be ``unknown``.

        Waits until ``all`` or until ``any`` of them are finished, at most ``wait`` seconds. A key is unknown
        after a restart of the host: ask for the video again.
        """
        try:
            return self.poll_once(keys, wait=wait, detail=detail, until=until)
        except (HostGoneError, HostAuthenticationError):
            return [{"status": "unknown", "key": key} for key in keys]

    def cancel(self, keys: Sequence[str] | None = None) -> int:
        """Gives up pending keys (all of this client where None); returns how many were cancelled.

        A video that another client waits for as well goes on for that one. Never starts a host.
        """
        body: dict[str, Any] = {"client": self._name}
        body.update({"all": True} if keys is None else {"keys": list(keys)})
        if self.settings.host_address is not None:
            with self._lock:
                link = self._link
            with contextlib.suppress(HostGoneError, XlVqaError):
                return int(link.request("POST", "/v1/cancel", body)["cancelled"]) if link else 0
            return 0
        state = find(self.settings)
        values = self._tell(state, "POST", "/v1/cancel", body) if state else None
        return int(values["cancelled"]) if values else 0

    def rate_all(
        self,
        videos: Sequence[Video],
        *,
        refresh: bool = False,
        detail: bool = False,
        priority: int = 0,
        on_progress: Callable[[int, int], None] | None = None,
        on_result: Callable[[int, Result], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> list[Result]:
        """A rating (dict) or an error for every video, in order, however long it takes.

        The host may die and be started again meanwhile; what is stored by then is not computed again.
        ``on_progress(done, total)`` is called as videos finish, ``on_result(index, result)`` once for each of
        them, in the order in which they finish. Setting ``cancel`` gives the videos that are left
        a CancelledError; KeyboardInterrupt cancels them in the host and goes on to the caller.
        """
        run = BulkRun(
            self,
            videos,
            refresh=refresh,
            detail=detail,
            priority=priority,
            on_progress=on_progress,
            on_result=on_result,
        )
        try:
            return run.finish(cancel)
        except BaseException:
            with contextlib.suppress(Exception):
                self.cancel(run.keys())
            raise

    def explain(
        self,
        path: str,
        text: str | None = None,
        *,
        refresh: bool = False,
        pictures: bool = True,
        on_progress: Callable[[Progress], None] | None = None,
        cancel: threading.Event | None = None,
    ) -> Explanation:
        """Why a video has its score, however long it takes to find out; rates it first where need be.

        It is made once and stored; ``refresh`` makes it anew, ``pictures`` adds the frames under the heat maps.
        ``on_progress`` is called a few times a second. The host may die and be started again meanwhile.

        Raises the error of the video or its model, CancelledError after ``cancel`` was set, and HostStartError,
        HostDiskError or HostUnavailableError where there is no host to ask.
        """
        video = Video(path, text).absolute()
        question = self._question([video], refresh=refresh, detail=pictures, priority=0)
        found = None
        try:
            while found is None:
                if cancel is not None and cancel.is_set():
                    raise CancelledError(path=video.path)
                values = self.request("POST", EXPLAIN, {**question, "wait": EXPLAIN_WAIT_S}, wait=EXPLAIN_WAIT_S)
                found = explanation_of(values, self.settings, on_progress)
                # asked for a second time, it would begin a second time
                question["refresh"] = False
        except BaseException:
            with contextlib.suppress(Exception):
                self.cancel()
            raise
        return found

    def why_page(self, explanation: Explanation, language: str) -> str:
        """The address of a page of ``explanation`` for a browser on this machine: it opens once (docs/host.md).

        Raises as ``explain`` does.
        """
        if self.settings.host_address is not None:
            return self._page_here(explanation, language)
        rating = explanation.rating
        question = self._question([Video(rating.path, rating.text)], refresh=False, detail=True, priority=0)
        question |= {"language": language, "reading": None if rating.reading is None else rating.reading.to_dict()}
        profile = domain_profile(self.settings) if rating.reading is not None else None
        if profile is not None:
            line, scale = profile.line, profile.scale
            question["line"] = {"x": line.x, "y": line.y, "scale": scale.to_dict()}
        while True:
            values = self.request("POST", WHY_PAGE, {**question, "wait": EXPLAIN_WAIT_S}, wait=EXPLAIN_WAIT_S)
            page = page_of(values)
            state = find(self.settings)
            if page is not None and state is not None:
                return f"http://{LOOPBACK}:{state.port}{page}"

    def _page_here(self, explanation: Explanation, language: str) -> str:
        """The page of what a team's host said, from this machine's own host: a browser knows neither the token nor
        the certificate of the other, and the video's path is this machine's."""
        rating = explanation.rating
        made = self.explain(rating.path, rating.text)
        with HostClient(replace(self.settings, host_address=None, model=STARTER)) as here:
            values = here.request("POST", WHY_PAGE, {"made": made.to_dict(), "language": language})
            page, state = page_of(values), find(here.settings)
        if page is None or state is None:
            raise self.gone(HostGoneError(), 1)
        return f"http://{LOOPBACK}:{state.port}{page}"

    # -- for bulk runs: one question, no second try

    def ask_once(
        self, videos: Sequence[Video], *, refresh: bool, detail: bool, priority: int
    ) -> list[dict[str, Any]]:
        """The host's entries for ``videos`` (absolute paths), at once.

        Raises HostGoneError or HostAuthenticationError where the host went away.
        """
        body = self._question(videos, refresh=refresh, detail=detail, priority=priority)
        return self._entries(self._ask("POST", "/v1/ratings", body), len(videos))

    def poll_once(self, keys: Sequence[str], *, wait: float, detail: bool, until: str) -> list[dict[str, Any]]:
        """As ``poll``, but raises HostGoneError or HostAuthenticationError where the host went away."""
        wait = min(max(wait, 0.0), MAX_WAIT_S)
        body = {"keys": list(keys), "wait": wait, "detail": detail, "until": until, "view": self._view}
        return self._entries(self._ask("POST", "/v1/ratings/poll", body, wait=wait), len(keys))

    # -- inside

    def _entries(self, values: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
        """The host's entries, read by the domain profile where there is one."""
        return read_entries(entries_of(values, count), self.settings)

    def _question(self, videos: Sequence[Video], *, refresh: bool, detail: bool, priority: int) -> dict[str, Any]:
        more = {"standing": True} if self._standing else {}
        return {
            **more,
            "videos": [{"path": video.path, "text": video.text} for video in videos],
            "refresh": refresh,
            "detail": detail,
            "priority": priority,
            "client": self._name,
            "profile": self._profile,
            "view": self._view,
        }

    def _team(self) -> TeamLink:
        """Raises TeamTokenError where this machine has no token for it."""
        with self._lock:
            if self._link is None:
                self._link = TeamLink(self.settings)
            return self._link

    def _status_of_team(self) -> dict[str, Any] | None:
        link = self._team()
        try:
            values = link.request("POST", "/v1/progress", {"profile": self._profile}, timeout=10.0)
        except HostGoneError:
            return None
        return {"address": self.settings.host_address, **values}

    def _ask_team(self, method: str, path: str, body: Any, wait: float) -> dict[str, Any]:
        """A team's host may be starting anew, but it is not ours to start."""
        link = self._team()
        try:
            values = link.request(method, path, body, timeout=wait + SLACK_S)
        except HostOutdatedError as error:
            raise link.unavailable(error) from error
        self.host_info = values.get("host") or self.host_info
        return values

    def _ask(self, method: str, path: str, body: Any, *, wait: float = 0.0) -> dict[str, Any]:
        if self.settings.host_address is not None:
            return self._ask_team(method, path, body, wait)
        with self._lock:
            pool = self._pool
        if pool is None:
            self.ensure_running()
            with self._lock:
                pool = self._pool
            if pool is None:
                raise HostGoneError("the client was closed")
        try:
            values = pool.request(method, path, body, timeout=wait + SLACK_S)
        except (HostGoneError, HostAuthenticationError) as error:
            with self._lock:
                if self._pool is pool:
                    self._pool = None
            pool.close()
            if isinstance(error, HostOutdatedError):
                self._replace(pool.state, path)
            raise
        self.host_info = values.get("host") or self.host_info
        return values

    def _replace(self, state: HostState, path: str) -> None:
        """A host that does not know an address of ours gives way to one that does, but no second one after it.

        Raises HostUnavailableError where it stays.
        """
        if self._retired_one or keeps_unsaved(state):
            raise HostUnavailableError(problem=Reason("host_outdated", address=path, version=state.version))
        self._retired_one = True
        ask_to_stop(state)
        wait_until_gone(self.settings, state, time.monotonic() + max(self.settings.start_timeout_s, 1.0))

    def request(self, method: str, path: str, body: Any = None, *, wait: float = 0.0) -> dict[str, Any]:
        """What the host answers to one of docs/host.md's questions, which holds it up for ``wait`` seconds.

        Starts the host again where it is gone. Raises HostUnavailableError in the end, or what the host says.
        """
        last: Exception = HostGoneError()
        for attempt in range(MAX_ATTEMPTS):
            try:
                return self._ask(method, path, body, wait=wait)
            except (HostGoneError, HostAuthenticationError) as error:
                last = error
                time.sleep(min(0.05 * attempt, 0.5))
        raise self.gone(last, MAX_ATTEMPTS)

    def gone(self, error: Exception, times: int) -> HostError:
        """What is said of a host that went away again and again."""
        if self._link is not None:
            return self._link.unavailable(error)
        return HostUnavailableError(problem=Reason("host_went_away", times=times, why=why_unconnected(error)))

    def _tell(self, state: HostState, method: str, path: str, body: Any = None) -> dict[str, Any] | None:
        pool = HttpPool(state)
        try:
            return pool.request(method, path, body, timeout=10.0)
        except (HostGoneError, HostAuthenticationError):
            return None
        finally:
            pool.close()
