"""``team.toml`` in the data folder: where the team's host listens, what it shares, how much anybody gets."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from xl_vqa.bridge.errors import TeamSetupError
from xl_vqa.words.errors import SettingsError
from xl_vqa.words.reasons import Problem, Reason
from xl_vqa.words.settings_file import read_toml

FILE_NAME: Final = "team.toml"
FOLDER_NAME: Final = "team"
PORT: Final = 8443


@dataclass(frozen=True, slots=True)
class Upload:
    """What a person may send where no folder is shared. Sizes in MiB; 0 forbids sending."""

    file_mib: int = 2048
    """One clip at the most."""
    person_mib: int = 20_480
    """All clips of one person that are here at a time."""
    person_files: int = 2000
    """The same in number."""
    keep_hours: int = 24
    """A clip that nobody waits for any more is removed after this time, or earlier to make room."""
    at_once: int = 4
    """Clips that one person sends at the same time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """For each person."""

    requests_a_minute: int = 600
    videos_a_minute: int = 20_000
    waiting: int = 20_000
    """Videos that a person has waiting at a time."""
    explanations: int = 8
    """Explanations that a person has under way at a time: they are made one after another, each as long as many
    scores."""
    held: int = 16
    """Requests of a person that wait for an answer at the same time."""


@dataclass(frozen=True, slots=True)
class TeamSetup:
    """Raises TeamSetupError on construction where a value is wrong."""

    listen: str = "0.0.0.0"
    """The address of this machine that others reach; ``127.0.0.1`` behind a reverse proxy."""
    port: int = PORT
    names: tuple[str, ...] = ()
    """Host names and addresses in the certificate that is made here; this machine's own where none are given."""
    certificate: str | None = None
    """A given certificate with its chain (PEM); with ``key``, instead of the one that is made here."""
    key: str | None = None
    plain_http: bool = False
    """No TLS, for a reverse proxy on the same machine that brings its own; only on a loopback address."""
    proxies: tuple[str, ...] = ()
    """Addresses of the reverse proxies whose X-Forwarded-For is believed."""
    roots: Mapping[str, str] = field(default_factory=dict)
    """Shared folders: the beginning of people's paths, and the folder of this machine."""
    clips: str | None = None
    """Folder for the clips that people send, outside the data folder; beside it where none is given."""
    upload: Upload = Upload()
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        try:
            loopback = ipaddress.ip_address(self.listen).is_loopback
        except ValueError:
            problems.append(Reason("team_listen", value=self.listen))
            loopback = False
        if not 0 <= self.port <= 65535:
            problems.append(Reason("team_value", name="port", value=self.port))
        if (self.certificate is None) != (self.key is None):
            problems.append("team_certificate_pair")
        if self.plain_http and not loopback:
            problems.append(Reason("team_plain_http", address=self.listen))
        for proxy in self.proxies:
            try:
                ipaddress.ip_network(proxy, strict=False)
            except ValueError:
                problems.append(Reason("team_proxy", value=proxy))
        for group in (self.upload, self.limits):
            for one in dataclasses.fields(group):
                lowest = 0 if one.name in ("file_mib", "person_mib", "person_files") else 1
                if getattr(group, one.name) < lowest:
                    problems.append(Reason("team_value", name=one.name, value=getattr(group, one.name)))
        if problems:
            raise TeamSetupError(problem=problems)

    @classmethod
    def load(cls, home: Path, **overrides: Any) -> TeamSetup:
        """From the file, where there is one; ``overrides`` (options of the command) win, None is left out.

        Raises TeamSetupError with every problem found.
        """
        file = home / FILE_NAME
        values: dict[str, Any] = {}
        if file.exists():
            try:
                values = read_toml(file)
            except SettingsError as error:
                problem = Reason("says", what=file.name, why=error.params["problem"])
                raise TeamSetupError(problem=problem) from error
        values |= {name: value for name, value in overrides.items() if value is not None}
        problems: list[Problem] = []
        given = _checked(cls, values, problems)
        for name, kind in (("upload", Upload), ("limits", Limits)):
            if name in given:
                given[name] = kind(**_checked(kind, given[name], problems))
        if problems:
            raise TeamSetupError(problem=problems)
        return cls(**given)


def _checked(kind: Any, values: Mapping[str, Any], problems: list[Problem]) -> dict[str, Any]:
    """The values that are of the type of their field; the others become problems."""
    hints = typing.get_type_hints(kind)
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name not in hints:
            problems.append(Reason("team_unknown_key", name=name, known=", ".join(hints)))
            continue
        wanted = str(hints[name])
        if "tuple" in wanted and isinstance(value, list) and all(isinstance(one, str) for one in value):
            found[name] = tuple(value)
        elif _fits(wanted, hints[name], value):
            found[name] = value
        else:
            problems.append(Reason("team_value", name=name, value=repr(value)))
    return found


def _fits(wanted: str, hint: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return hint is bool
    if isinstance(value, int):
        return hint is int
    if isinstance(value, str):
        return "str" in wanted and "Mapping" not in wanted and "tuple" not in wanted
    if isinstance(value, tuple):
        return "tuple" in wanted
    if isinstance(value, Mapping):
        texts = all(isinstance(one, str) for one in value.values())
        return dataclasses.is_dataclass(hint) or ("Mapping" in wanted and texts)
    return False
