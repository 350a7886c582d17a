"""What this machine keeps of a team's host, for this user alone: the token, and the certificate's fingerprint."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from xl_vqa.atomic import keep_private, make_private, write_atomically
from xl_vqa.bridge.errors import TeamSetupError, TeamTokenError
from xl_vqa.words.reasons import MALFORMED, Reason, why_unwritten
from xl_vqa.words.records import record
from xl_vqa.words.settings import Settings

FILE_NAME: Final = "team-access.json"
PORT: Final = 443


@dataclass(frozen=True, slots=True)
class Access:
    """``fingerprint`` is the SHA-256 of the certificate; None: it is one that this machine trusts anyway."""

    address: str
    fingerprint: str | None
    token: str = field(repr=False)

    @property
    def secure(self) -> bool:
        return urlsplit(self.address).scheme == "https"

    @property
    def place(self) -> tuple[str, int]:
        """Host name and port."""
        parts = urlsplit(self.address)
        return str(parts.hostname), parts.port or (PORT if self.secure else 80)


def access_file(settings: Settings) -> Path:
    return settings.home / FILE_NAME


def read_access(settings: Settings) -> Access:
    """That of ``settings.host_address``. Raises TeamTokenError where there is none."""
    address = normal(settings.host_address or "")
    try:
        found = record(Access, json.loads(access_file(settings).read_text(encoding="utf-8")))
    except MALFORMED:
        found = None
    # a token is for the host that gave it: another address must not see it
    if found is None or found.address != address:
        raise TeamTokenError(problem="team_token_none")
    return found


def write_access(settings: Settings, access: Access) -> Path:
    """Raises TeamSetupError."""
    file = access_file(settings)
    try:
        make_private(file.parent)
        with write_atomically(file, private=True) as output:
            output.write(json.dumps(asdict(access)).encode("utf-8"))
        keep_private(file)
    except OSError as error:
        raise TeamSetupError(problem=Reason("says", what=str(file), why=why_unwritten(error))) from error
    return file


def remove_access(settings: Settings) -> bool:
    """Whether there was one."""
    with contextlib.suppress(FileNotFoundError):
        access_file(settings).unlink()
        return True
    return False


def normal(address: str) -> str:
    """One form of an address."""
    return address.strip().rstrip("/").lower()


def plain_fingerprint(text: str) -> str:
    """64 hexadecimal digits out of what people copy: with colons, capitals, "SHA256:" in front.

    Raises TeamSetupError.
    """
    digits = text.strip().lower().removeprefix("sha256:").replace(":", "").replace(" ", "")
    if len(digits) != 64 or any(one not in "0123456789abcdef" for one in digits):
        raise TeamSetupError(problem="team_fingerprint")
    return digits
