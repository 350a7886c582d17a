"""The way to a team's host: TLS to a certificate that is known, a token, and clips sent where no folder is shared.

It answers as the host of this machine does, so that nobody who asks need know the difference.
Standard library only.
"""

from __future__ import annotations

import hashlib
import http.client
import ssl
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from xl_vqa.bridge.connection import HostGoneError, HostOutdatedError, JsonPool, described
from xl_vqa.bridge.errors import (
    TeamCertificateError,
    TeamError,
    TeamLimitError,
    TeamSetupError,
    TeamUnavailableError,
    TeamUploadError,
)
from xl_vqa.bridge.protocol import EXPLAIN, RATE
from xl_vqa.bridge.sending import Sending, Source
from xl_vqa.bridge.team_access import Access, read_access
from xl_vqa.words.errors import HostAuthenticationError
from xl_vqa.words.explanation import Progress
from xl_vqa.words.reasons import Reason, why_unconnected, why_untrusted
from xl_vqa.words.settings import STARTER, Settings
from xl_vqa.words.video_names import suffix_of

CONNECT_S: Final = 10.0
SEND_S: Final = 120.0
"""A host that takes nothing of a clip for this long is taken for gone."""
BLOCK: Final = 1 << 18
SLICE_S: Final = 0.5
LIMIT_TRIES: Final = 60
AWAY_S: Final = 0.5
_OWN: Final = ("adapter", "frames", "fps", "max_pixels")
"""Settings that decide what a score is, and that the team's host decides."""


class TeamPool(JsonPool):
    """Connections to one team's host."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self.access = access
        self._context: ssl.SSLContext | None = None
        if access.secure and access.fingerprint is None:
            self._context = ssl.create_default_context()
        elif access.secure:
            # known by its fingerprint, so neither its name nor who signed it counts
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._context.check_hostname = False
            self._context.verify_mode = ssl.CERT_NONE
        if self._context is not None:
            self._context.minimum_version = ssl.TLSVersion.TLSv1_2

    def open(self, timeout: float) -> http.client.HTTPConnection:
        """A connection to whom it is meant for; nothing was said on it. Raises TeamCertificateError."""
        host, port = self.access.place
        connection: http.client.HTTPConnection
        if self._context is None:
            connection = http.client.HTTPConnection(host, port, timeout=min(timeout, CONNECT_S))
        else:
            connection = http.client.HTTPSConnection(
                host, port, timeout=min(timeout, CONNECT_S), context=self._context
            )
        try:
            connection.connect()
            connection.auto_open = False
            if self.access.fingerprint is not None and self.access.secure:
                self._check(connection)
        except ssl.SSLCertVerificationError as error:
            connection.close()
            untrusted = Reason("team_certificate_untrusted", why=why_untrusted(error))
            raise TeamCertificateError(address=self.access.address, problem=untrusted) from error
        except BaseException:
            connection.close()
            raise
        return connection

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access.token}"}

    def send_file(self, path: str, source: Source, size: int) -> dict[str, Any]:
        """Sends ``size`` bytes of ``source``. Raises as ``request``."""
        connection = self.open(SEND_S)
        try:
            assert connection.sock is not None
            connection.sock.settimeout(SEND_S)
            connection.putrequest("PUT", path)
            for name, value in {**self.headers(), "Content-Length": str(size)}.items():
                connection.putheader(name, value)
            connection.endheaders()
            self._stream(connection, source, size)
            response = connection.getresponse()
            return self.answer(path, response.status, response.read())
        except (OSError, http.client.HTTPException) as error:
            # a host that refuses closes while we still send; what it said is lost then
            raise HostGoneError(described(error)) from error
        finally:
            connection.close()

    @staticmethod
    def _stream(connection: http.client.HTTPConnection, source: Source, size: int) -> None:
        """Everything, or as much as the host takes: it may have answered before. Raises TeamUploadError."""
        left = size
        while left and (block := source.read(min(BLOCK, left))):
            left -= len(block)
            try:
                connection.send(block)
            except (BrokenPipeError, ConnectionResetError):
                return
        if left:
            raise TeamUploadError(path="-", problem="team_upload_cut")

    def _check(self, connection: http.client.HTTPConnection) -> None:
        shown = shown_fingerprint(connection)
        if shown != self.access.fingerprint:
            problem = Reason("team_certificate_other", shown=shown, known=str(self.access.fingerprint))
            raise TeamCertificateError(address=self.access.address, problem=problem)


class TeamLink:
    """One user's way to the team's host. Thread-safe; made once and kept, whatever becomes of connections."""

    def __init__(self, settings: Settings, access: Access | None = None) -> None:
        """Raises TeamTokenError where this machine has no token for ``settings.host_address``."""
        self.address = settings.host_address or ""
        self.settings = settings
        self._pool = TeamPool(access or read_access(settings))
        self._sending = Sending(self._exchange, self._send_clip)
        self._answered = self._closed = False

    def request(self, method: str, path: str, body: Any = None, *, timeout: float = 60.0) -> dict[str, Any]:
        """As HttpPool's. Raises HostGoneError where no answer comes, and what the host says."""
        if path == RATE:
            return self._ratings(body, timeout)
        if path == "/v1/ratings/poll":
            return self._poll(body)
        if path == EXPLAIN:
            return self._explain(body, timeout)
        if path == "/v1/cancel":
            return self._cancel(body)
        if isinstance(body, Mapping) and "profile" in body:
            body = self._own({name: value for name, value in body.items() if name != "profile"})
        return self._exchange(method, path, body, timeout)

    def me(self) -> dict[str, Any]:
        """Whom the host takes this user for, and what it shares. Raises TeamUnavailableError and its likes."""
        try:
            return self._exchange("GET", "/v1/me", None, CONNECT_S)
        except HostGoneError as error:
            raise self.unavailable(error) from error

    def unavailable(self, error: BaseException) -> TeamUnavailableError:
        return TeamUnavailableError(address=self.address, problem=why_unconnected(error))

    def close(self) -> None:
        self._closed = True
        self._sending.close()
        self._pool.close()

    # -- inside

    def _ratings(self, body: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        question = self._own({name: value for name, value in body.items() if name != "profile"})
        answer = self._exchange("POST", RATE, question, timeout)
        entries = answer.get("ratings")
        videos = question["videos"]
        if isinstance(entries, list) and len(entries) == len(videos):
            for place, entry in enumerate(entries):
                if isinstance(entry, dict) and entry.get("status") == "send":
                    entries[place] = {"status": "pending", "key": self._sending.add(videos[place], question)}
        return answer

    def _explain(self, body: Mapping[str, Any], timeout: float) -> dict[str, Any]:
        """The clip is sent first, where it is not there: pending meanwhile, so that one may give it up."""
        question = self._own({name: value for name, value in body.items() if name != "profile"})
        (video,) = question["videos"]
        path = str(video["path"])
        known = self._sending.content_of(path)
        if known is not None:
            content, size = known
            question["videos"] = [{**video, "content": content, "size": size}]
        answer = self._exchange("POST", EXPLAIN, question, timeout)
        status = (answer.get("explanation") or {}).get("status")
        if status != "send":
            if status != "pending":
                self._sending.forget_content(path)
            told = (answer.get("explanation") or {}).get("explanation")
            if isinstance(told, dict) and isinstance(told.get("rating"), dict):
                # which file of this machine that is, is not the host's to say
                told["rating"]["path"] = path
            return answer
        # its pictures are asked for where it is read
        key = self._sending.add(video, {**question, "detail": False}, EXPLAIN)
        deadline = time.monotonic() + float(body.get("wait", 0.0))
        entry = self._sending.find(key)
        while isinstance(entry, dict) and entry["status"] == "pending" and time.monotonic() < deadline:
            self._sending.wait(max(min(deadline - time.monotonic(), SLICE_S), 0.0))
            entry = self._sending.find(key)
        if isinstance(entry, dict) and entry["status"] != "pending":
            self._sending.forget([key])
            if entry["status"] == "error":
                return {**answer, "explanation": entry}
        return {**answer, "explanation": {"status": "pending", "progress": Progress("sending").to_dict()}}

    def _poll(self, body: Mapping[str, Any]) -> dict[str, Any]:
        keys, until = list(body["keys"]), body.get("until", "all")
        deadline = time.monotonic() + float(body.get("wait", 0.0))
        info: dict[str, Any] = {}
        while True:
            entries: dict[str, dict[str, Any]] = {}
            there: dict[str, str] = {}
            for key in keys:
                found = self._sending.find(key)
                if isinstance(found, str):
                    there[found] = key
                else:
                    entries[key] = found
            left = max(deadline - time.monotonic(), 0.0)
            if there:
                ready = any(entry["status"] != "pending" for entry in entries.values())
                # those that are still being sent are looked after meanwhile
                wait = 0.0 if ready and until == "any" else min(left, SLICE_S) if entries else left
                asked = {**body, "keys": list(there), "wait": wait}
                answer = self._exchange("POST", "/v1/ratings/poll", asked, wait + CONNECT_S + SEND_S)
                info = answer.get("host") or info
                given = answer.get("ratings")
                if not isinstance(given, list) or len(given) != len(there):
                    return answer
                for key, entry in zip(there.values(), given, strict=True):
                    entries[key] = {**entry, "key": key} if "key" in entry else entry
            elif left and any(entry["status"] == "pending" for entry in entries.values()):
                self._sending.wait(min(left, SLICE_S))
            open_ones = [key for key in keys if entries[key]["status"] == "pending"]
            over = not open_ones or (until == "any" and len(open_ones) < len(keys))
            if over or time.monotonic() >= deadline:
                self._sending.forget(key for key in keys if entries[key]["status"] != "pending")
                return {"ratings": [entries[key] for key in keys], "host": info}

    def _cancel(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if body.get("all"):
            gone = self._sending.cancel(None)
            answer = self._exchange("POST", "/v1/cancel", body, CONNECT_S)
        else:
            there = [key for key in map(self._sending.find, body["keys"]) if isinstance(key, str)]
            gone = self._sending.cancel(body["keys"])
            answer = self._exchange("POST", "/v1/cancel", {**body, "keys": there}, CONNECT_S)
        return {"cancelled": gone + int(answer.get("cancelled", 0))}

    def _own(self, body: dict[str, Any]) -> dict[str, Any]:
        """With the model, where one is named. Raises TeamSetupError for settings that would not hold there."""
        named = [name for name in _OWN if getattr(self.settings, name) is not None]
        if named:
            raise TeamSetupError(problem=Reason("team_settings", names=", ".join(named), address=self.address))
        if self.settings.model != STARTER:
            body["model"] = self.settings.model
        return body

    def _exchange(self, method: str, path: str, body: Any, timeout: float) -> dict[str, Any]:
        """Asks; waits where the host says that it was too much, and for one that is started anew."""
        attempt, gone_since = 0, None
        while True:
            attempt += 1
            try:
                answer = self._pool.request(method, path, body, timeout=timeout)
                self._answered = True
                return answer
            except HostOutdatedError:
                raise
            except HostGoneError:
                now = time.monotonic()
                gone_since = gone_since or now
                # one that never answered is not there, or not to be reached
                if not self._answered or self._closed or now - gone_since > self.settings.start_timeout_s:
                    raise
                time.sleep(AWAY_S)
            except TeamLimitError as error:
                wait = float(error.params.get("retry_s") or 0)
                if not wait or attempt >= LIMIT_TRIES:
                    raise
                time.sleep(min(wait, 10.0))
            except HostAuthenticationError as error:
                # a proxy's own refusal, perhaps: this one is not to be asked again and again
                raise TeamError(address=self.address, problem=Reason.of(error)) from error

    def _send_clip(self, path: str, content: str, source: Source, size: int) -> None:
        """Raises what the host says of it, about ``path``."""
        try:
            self._pool.send_file(f"/v1/clips/{content}?ending={quote(suffix_of(path))}", source, size)
        except TeamUploadError as error:
            raise TeamUploadError(**{**error.params, "path": path}) from error


def shown_fingerprint(connection: http.client.HTTPConnection) -> str:
    """SHA-256 of the certificate that the other end shows."""
    plug = connection.sock
    shown = plug.getpeercert(binary_form=True) if isinstance(plug, ssl.SSLSocket) else None
    return hashlib.sha256(shown or b"").hexdigest()


def look_at(address: str) -> str:
    """The fingerprint of what answers at an address, for a person to compare. Raises TeamUnavailableError."""
    pool = TeamPool(Access(address, "-", ""))
    host, port = pool.access.place
    connection = http.client.HTTPSConnection(host, port, timeout=CONNECT_S, context=pool._context)
    try:
        connection.connect()
        return shown_fingerprint(connection)
    except (OSError, http.client.HTTPException) as error:
        raise TeamUnavailableError(address=address, problem=why_unconnected(error)) from error
    finally:
        connection.close()


def link_of(settings: Settings) -> TeamLink | None:
    """The way to the team's host of ``settings``; None where the host is this machine's."""
    return TeamLink(settings) if settings.host_address else None
