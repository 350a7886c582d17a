"""Who may ask the team's host: people with a token each, of which only a hash is kept.

``team/people.json`` in the data folder; it is read again when it has changed, so that a token that is revoked is
refused from the next request on.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Literal

from filelock import FileLock

from xl_vqa.atomic import make_private, write_atomically
from xl_vqa.bridge.errors import TeamSetupError, TeamTokenError
from xl_vqa.words.reasons import MALFORMED, Reason, why_unwritten
from xl_vqa.words.records import record

Role = Literal["rate", "train", "admin"]
ROLES: Final[tuple[Role, ...]] = ("rate", "train", "admin")
"""Each may do what those before it may: have videos rated; choose among the host's models and have videos rated
again; read figures and people's use."""
DEFAULT_DAYS: Final = 90
TOKEN_MARK: Final = "xvqa"
_NAME: Final = re.compile(r"[^\W_][\w .@+-]{0,63}")
_TOKEN: Final = re.compile(rf"{TOKEN_MARK}_([0-9a-f]{{8}})_([A-Za-z0-9_-]{{43}})")
LOCK_WAIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Person:
    """``digest`` is the SHA-256 of the token, whose 256 random bits need no slow hash; times are ISO in UTC."""

    id: str
    name: str
    role: Role
    digest: str
    created_at: str
    expires_at: str
    revoked_at: str | None = None

    def state(self, now: datetime | None = None) -> str:
        """``valid``, ``expired`` or ``revoked``."""
        if self.revoked_at is not None:
            return "revoked"
        over = datetime.fromisoformat(self.expires_at) <= (now or datetime.now(UTC))
        return "expired" if over else "valid"

    def may(self, role: Role) -> bool:
        return ROLES.index(self.role) >= ROLES.index(role)


class People:
    """Thread-safe, and safe against another program that changes the file."""

    def __init__(self, file: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.file = file
        self._now = now
        self._seen: tuple[int, int, int] | None = None
        self._known: dict[str, Person] = {}
        self._lock = threading.Lock()

    def all(self) -> list[Person]:
        """In the order they were added. Raises TeamSetupError for a file that cannot be read."""
        with self._lock:
            self._read_if_changed()
            return list(self._known.values())

    def of_token(self, token: str) -> Person:
        """Who a token belongs to. Raises TeamTokenError for one that is not known, expired or revoked."""
        parts = _TOKEN.fullmatch(token)
        with self._lock:
            self._read_if_changed()
            person = self._known.get(parts[1]) if parts else None
        # compared also where there is nobody, so that the time tells nothing
        right = hmac.compare_digest(_digest(token), person.digest if person else _digest(""))
        if person is None or not right:
            raise TeamTokenError(problem="team_token_unknown")
        state = person.state(self._now())
        if state == "revoked":
            raise TeamTokenError(problem="team_token_revoked")
        if state == "expired":
            raise TeamTokenError(problem=Reason("team_token_expired", date=person.expires_at[:10]))
        return person

    def add(self, name: str, role: Role = "rate", *, days: int = DEFAULT_DAYS) -> tuple[Person, str]:
        """A new person with a token, which is told this once. Raises TeamSetupError."""
        name = name.strip()
        if not _NAME.fullmatch(name):
            raise TeamSetupError(problem=Reason("team_person_name", name=name))
        if role not in ROLES:
            raise TeamSetupError(problem=Reason("team_role_unknown", role=role, known=", ".join(ROLES)))
        if not 1 <= days <= 3650:
            raise TeamSetupError(problem=Reason("team_days", days=days))
        now = self._now()
        expires = (now + timedelta(days=days)).isoformat(timespec="seconds")
        with self._changing() as known:
            if any(_same(one.name, name) and one.state(now) == "valid" for one in known.values()):
                raise TeamSetupError(problem=Reason("team_person_known", name=name))
            number = next(one for _ in range(100) if (one := secrets.token_hex(4)) not in known)
            token = f"{TOKEN_MARK}_{number}_{secrets.token_urlsafe(32)}"
            person = Person(number, name, role, _digest(token), now.isoformat(timespec="seconds"), expires)
            known[number] = person
        return person, token

    def revoke(self, name: str) -> list[Person]:
        """Every token of a person, by name or number. Raises TeamSetupError where there is none to revoke."""
        now = self._now()
        with self._changing() as known:
            meant = [one for one in known.values() if _same(one.name, name) or one.id == name.strip()]
            if not meant:
                names = ", ".join(dict.fromkeys(one.name for one in known.values())) or "-"
                raise TeamSetupError(problem=Reason("team_nobody", name=name, known=names))
            stamp = now.isoformat(timespec="seconds")
            gone = [replace(one, revoked_at=one.revoked_at or stamp) for one in meant]
            known.update((one.id, one) for one in gone)
        return gone

    def remove(self, name: str) -> list[Person]:
        """Takes a person out altogether, expired and revoked tokens too. Raises TeamSetupError."""
        gone = self.revoke(name)
        with self._changing() as known:
            for one in gone:
                known.pop(one.id, None)
        return gone

    def _changing(self) -> _Change:
        return _Change(self)

    def _read_if_changed(self) -> None:
        try:
            status = self.file.stat()
        except FileNotFoundError:
            self._seen, self._known = None, {}
            return
        except OSError as error:
            raise _unwritten(self.file, error) from error
        seen = (status.st_mtime_ns, status.st_size, status.st_ino)
        if seen == self._seen:
            return
        try:
            rows = json.loads(self.file.read_text(encoding="utf-8"))["people"]
            people = [record(Person, row) for row in rows]
            for one in people:
                one.state()
        except MALFORMED as error:
            # nobody is let in by a file that cannot be read
            self._seen, self._known = None, {}
            raise TeamSetupError(problem=Reason("team_people_file", file=self.file.name)) from error
        self._seen, self._known = seen, {one.id: one for one in people}


def _unwritten(file: Path, error: OSError) -> TeamSetupError:
    return TeamSetupError(problem=Reason("says", what=str(file), why=why_unwritten(error)))


class _Change:
    """The people as they are in the file, to be changed and written whole when the block ends well."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._lock = FileLock(f"{people.file}.lock", timeout=LOCK_WAIT_S, mode=0o600)

    def __enter__(self) -> dict[str, Person]:
        try:
            make_private(self._people.file.parent)
            self._lock.acquire()
        except OSError as error:
            raise _unwritten(self._people.file, error) from error
        try:
            self._known = {one.id: one for one in self._people.all()}
        except BaseException:
            self._lock.release()
            raise
        return self._known

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        try:
            if kind is None:
                rows = [asdict(one) for one in self._known.values()]
                with write_atomically(self._people.file, private=True) as file:
                    file.write(json.dumps({"people": rows}, ensure_ascii=False, indent=1).encode("utf-8"))
        except OSError as error:
            raise _unwritten(self._people.file, error) from error
        finally:
            self._lock.release()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()
