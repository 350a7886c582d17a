"""What people may ask of the host: whose files, whose keys, which model. Knows nothing of HTTP."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xl_vqa import __version__
from xl_vqa.bridge.client import HostClient
from xl_vqa.bridge.errors import TeamLimitError, TeamPathError, TeamRoleError, TeamUploadError
from xl_vqa.bridge.protocol import EXPLAIN, PROTOCOL, profile_of
from xl_vqa.bridge.videos import entries_of
from xl_vqa.host.patience import Patience
from xl_vqa.host.request_body import check_rows, keys_of, named_of, number_of, object_of
from xl_vqa.models.registry import ModelRegistry
from xl_vqa.team.clips import Clips
from xl_vqa.team.explanations import COSTS, Asking, OpenExplanations
from xl_vqa.team.limits import Meters
from xl_vqa.team.outward import Outward
from xl_vqa.team.people import Person
from xl_vqa.team.roots import Roots
from xl_vqa.team.setup import TeamSetup
from xl_vqa.team.tickets import Tickets
from xl_vqa.words.errors import HostRequestError, VideoTimeoutError, XlVqaError
from xl_vqa.words.reasons import Reason
from xl_vqa.words.settings import STARTER, Settings
from xl_vqa.words.video_names import suffix_of

HOLD_S: Final = 20.0
"""A request waits for its answer no longer than this; the asker asks again."""
MOST_PRIORITY: Final = 1
RETRY_S: Final = 5.0


@dataclass(slots=True)
class _Asked:
    """One video of a question: as it was asked for, where it lies here, and its entry once there is one."""

    path: str
    text: str | None
    real: str | None = None
    entry: dict[str, Any] | None = None


class Desk:
    """Thread-safe; ``client`` is the way to the host of this machine."""

    def __init__(self, settings: Settings, setup: TeamSetup, client: HostClient, clips: Path) -> None:
        """``clips`` is where those that people send are kept. Raises TeamSetupError."""
        self.settings, self.setup, self.client = settings, setup, client
        self.roots = Roots(setup.roots)
        self.tickets = Tickets()
        self.explanations = OpenExplanations(setup.limits.explanations)
        self.clips = Clips(clips, setup.upload, self._in_use)
        self.meters = Meters(setup.limits)
        self.patience = Patience(settings.video_timeout_s)
        secret = [str(settings.home), str(Path.home()), str(clips), *(str(root.folder) for root in self.roots.all)]
        secret += [one for one in (settings.adapter, settings.model) if one and Path(one).is_absolute()]
        self.outward = Outward(secret)

    # -- what a person is told of the host

    def me(self, person: Person) -> dict[str, Any]:
        """Who a token is, and what it may do."""
        upload = self.setup.upload
        return {
            "name": person.name,
            "role": person.role,
            "expires_at": person.expires_at,
            "version": __version__,
            "protocol": PROTOCOL,
            "shared": self.roots.prefixes,
            "upload": {"file_mib": upload.file_mib, "person_mib": upload.person_mib, "files": upload.person_files},
        }

    def progress(self, person: Person, body: Any) -> dict[str, Any]:
        facts = self.client.request("POST", "/v1/progress", {"profile": self._profile(person, body)})
        return {**self.outward.progress(facts), "waiting": self.waiting(person.id)}

    def waiting(self, person: str) -> int:
        """Videos whose scores or explanations a person waits for."""
        return self.tickets.waiting(person) + self.explanations.waiting(person)

    def model(self, person: Person, body: Any) -> dict[str, Any]:
        facts = self.client.request("POST", "/v1/model", {"profile": self._profile(person, body)})
        return self.outward.facts(facts)

    # -- ratings

    def rate(self, person: Person, body: Any) -> tuple[dict[str, Any], list[str]]:
        """The answer, one entry a video, and the paths that were taken."""
        values = object_of(body)
        videos = values.get("videos")
        if not isinstance(videos, list):
            raise HostRequestError(problem="host_videos_list")
        check_rows(videos)
        profile = self._profile(person, values)
        refresh = bool(values.get("refresh", False))
        if refresh and not person.may("train"):
            raise TeamRoleError(role=person.role, problem="team_role_refresh")
        self.meters.videos(person.id, len(videos))
        asked = [_asked(video) for video in videos]
        self._find_all(person, videos, asked)
        open_ones = [one for one in asked if one.entry is None]
        limit = self.setup.limits.waiting
        if self.tickets.waiting(person.id) + len(open_ones) > limit + len(videos):
            raise TeamLimitError(problem=Reason("team_waiting", limit=limit), retry_s=RETRY_S)
        question = {
            "videos": [{"path": one.real, "text": one.text} for one in open_ones],
            "refresh": refresh,
            "detail": bool(values.get("detail", False)),
            "attributes": bool(values.get("attributes", False)),
            "standing": bool(values.get("standing", False)),
            "priority": min(number_of(values, "priority"), MOST_PRIORITY),
            "client": _client(person, values),
            "profile": profile,
            "view": values.get("view"),
        }
        wait = min(number_of(values, "wait"), HOLD_S)
        answer: dict[str, Any] = {"host": {}}
        if open_ones:
            answer = self.client.request("POST", "/v1/ratings", {**question, "wait": wait}, wait=wait)
            for one, entry in zip(open_ones, entries_of(answer, len(open_ones)), strict=True):
                one.entry = self._told(person, one.path, one.real or "", entry)
        told = {"ratings": [one.entry for one in asked], "host": self.outward.host(answer.get("host") or {})}
        # what is still to be sent will be asked about once more
        sent = [one.path for one in asked if one.path and (one.entry or {}).get("status") != "send"]
        return told, sent

    def explain(self, person: Person, body: Any) -> tuple[dict[str, Any], list[str]]:
        """Why one video has its score, as the host's own, and its path where that was not asked before.

        The clip is sent first where it is not here.
        """
        values = object_of(body)
        videos = values.get("videos")
        if not isinstance(videos, list) or len(videos) != 1:
            raise HostRequestError(problem="host_one_video")
        profile = self._profile(person, values)
        refresh = bool(values.get("refresh", False))
        if refresh and not person.may("train"):
            raise TeamRoleError(role=person.role, problem="team_role_refresh")
        self.meters.videos(person.id, 1)
        one = _asked(videos[0])
        self._find_all(person, videos, [one])
        if one.entry is not None:
            return {"explanation": one.entry}, []
        client, real = _client(person, values), one.real or ""
        asking = Asking(person.id, client, one.path, one.text, json.dumps(profile))
        new = self.explanations.admit(asking, real)
        there = None
        try:
            if new:
                self.meters.videos(person.id, COSTS - 1)
            wait = min(number_of(values, "wait"), HOLD_S)
            question = {
                "videos": [{"path": one.real, "text": one.text}],
                "refresh": refresh,
                "detail": bool(values.get("detail", False)),
                "priority": 0,
                "client": client,
                "profile": profile,
                "view": values.get("view"),
                "wait": wait,
            }
            answer = self.client.request("POST", EXPLAIN, question, wait=wait)
            entry = answer.get("explanation") or {}
            there = str(entry["key"]) if entry.get("status") == "pending" else None
        finally:
            if there is None:
                self.explanations.end(asking)
            else:
                self.explanations.waits(asking, there)
        return self.outward.explanation(answer, one.path, real), [one.path] if new else []

    def forsake(self) -> None:
        """Gives up what nobody asks about any more: their machines are gone."""
        self.tickets.forsake()
        for asking, there in self.explanations.forsaken():
            self.client.request("POST", "/v1/cancel", {"keys": [there], "client": asking.client})

    def poll(self, person: Person, body: Any) -> dict[str, Any]:
        """As the host's own, for the person's keys; another's are unknown."""
        values = object_of(body)
        keys = keys_of(values)
        tickets = [self.tickets.find(person.id, key) for key in keys]
        known = [(key, ticket) for key, ticket in zip(keys, tickets, strict=True) if ticket is not None]
        wait = min(number_of(values, "wait"), HOLD_S)
        question = {
            "keys": [ticket.there for _, ticket in known],
            # one that is unknown is an answer as well
            "wait": wait if len(known) == len(keys) or values.get("until") != "any" else 0.0,
            "detail": bool(values.get("detail", False)),
            "until": values.get("until", "all"),
            "view": values.get("view"),
        }
        answer: dict[str, Any] = {"host": {}}
        entries: dict[str, dict[str, Any]] = {}
        if known:
            answer = self.client.request("POST", "/v1/ratings/poll", question, wait=wait)
            for (key, ticket), entry in zip(known, entries_of(answer, len(known)), strict=True):
                if entry["status"] == "pending":
                    entries[key] = {**self.outward.entry(entry, ticket.asked, ticket.real), "key": key}
                    continue
                entries[key] = self.outward.entry(entry, ticket.asked, ticket.real)
            self.tickets.settled(key for key, entry in entries.items() if entry["status"] != "pending")
        # a host that was started anew knows none of the keys of before
        told = [{"key": key, **entries.get(key, {"status": "unknown"})} for key in keys]
        return {"ratings": told, "host": self.outward.host(answer.get("host") or {})}

    def cancel(self, person: Person, body: Any) -> dict[str, Any]:
        """Gives up the person's own keys; what another waits for as well goes on."""
        values = object_of(body)
        if values.get("all") is True:
            # this client of the person alone: another of his sheets goes on
            client = _client(person, values)
            answer = self.client.request("POST", "/v1/cancel", {"all": True, "client": client})
            self.explanations.end_all(person.id, client)
            return {"cancelled": int(answer["cancelled"])}
        tickets = [ticket for key in keys_of(values) if (ticket := self.tickets.find(person.id, key)) is not None]
        question = {"keys": [ticket.there for ticket in tickets], "client": _client(person, values)}
        return {"cancelled": int(self.client.request("POST", "/v1/cancel", question)["cancelled"])}

    # -- inside

    def _in_use(self, person: str) -> frozenset[str]:
        """Files that a person waits for."""
        return self.tickets.real_paths(person) | self.explanations.real_paths(person)

    def _told(self, person: Person, asked: str, real: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        told = self.outward.entry(entry, asked, real)
        if entry["status"] == "pending":
            told["key"] = self.tickets.give(person.id, asked, real, str(entry["key"]))
        return told

    def _find_all(self, person: Person, videos: Sequence[Any], asked: Sequence[_Asked]) -> None:
        """Where each lies; an entry where that is settled already: an error, or that it is to be sent."""
        shared = []
        for video, one in zip(videos, asked, strict=True):
            if one.entry is not None:
                continue
            content = video.get("content")
            try:
                if isinstance(content, str):
                    ending, size = suffix_of(one.path), video.get("size")
                    clip = self.clips.find(person.id, content, ending)
                    one.real = None if clip is None else str(clip)
                    if clip is None:
                        self.clips.may_send(person.id, content, ending, size if isinstance(size, int) else None)
                        one.entry = {"status": "send"}
                elif self.roots.shares(one.path):
                    shared.append(one)
                elif self.setup.upload.file_mib:
                    one.entry = {"status": "send"}
                else:
                    known = ", ".join(self.roots.prefixes) or "-"
                    raise TeamPathError(path=one.path, problem=Reason("team_path_not_shared", known=known))
            except TeamUploadError as error:
                one.entry = _error(TeamUploadError(**{**error.params, "path": one.path}))
            except XlVqaError as error:
                one.entry = _error(error)
        # a drive that does not answer holds up nobody else
        found = self.patience.each([one.path for one in shared], self._find)
        for one in shared:
            place = found[one.path]
            if isinstance(place, XlVqaError):
                one.entry = _error(place)
            else:
                one.real = place

    def _find(self, path: str) -> str | XlVqaError:
        try:
            found = self.roots.find(path)
        except XlVqaError as error:
            return error
        except OSError:
            return VideoTimeoutError(path=path, count=0)
        return found or TeamPathError(path=path, problem=Reason("team_path_not_shared", known="-"))

    def _profile(self, person: Person, body: Any) -> dict[str, Any]:
        """The host's own model, or for those who may choose one of its models by name.

        Raises TeamRoleError, or ModelNotFoundError that names the known ones.
        """
        name = body.get("model") if isinstance(body, Mapping) else None
        if name is None:
            return profile_of(self.settings)
        if not isinstance(name, str):
            raise HostRequestError(problem=Reason("host_number", name="model"))
        if not person.may("train"):
            raise TeamRoleError(role=person.role, problem=Reason("team_role_model", model=name))
        entry = ModelRegistry(self.settings).find(name)
        chosen = dataclasses.replace(self.settings, model=entry.model or STARTER, adapter=entry.adapter)
        return profile_of(chosen)


def _asked(video: Any) -> _Asked:
    found = named_of(video)
    if isinstance(found, XlVqaError):
        path = video.get("path") if isinstance(video, dict) else None
        return _Asked(path if isinstance(path, str) else "", None, entry=_error(found))
    return _Asked(*found)


def _error(error: XlVqaError) -> dict[str, Any]:
    return {"status": "error", "error": error.to_dict()}


def _client(person: Person, values: Mapping[str, Any]) -> str:
    """One of a person's programs: two sheets of one person do not give up each other's videos."""
    return json.dumps([person.id, str(values.get("client", ""))[:64]])
