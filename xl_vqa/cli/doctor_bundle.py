"""``xl-vqa doctor --bundle``: one file for support, with nothing in it that names a user, a machine or a video."""

from __future__ import annotations

import contextlib
import dataclasses
import getpass
import importlib.metadata
import io
import json
import os
import platform
import re
import socket
import sqlite3
import sys
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from xl_vqa import __version__
from xl_vqa.cli.doctor_check import Check
from xl_vqa.cli.redaction import COMMON, HIDDEN, Redaction
from xl_vqa.outputs import write_output
from xl_vqa.words.settings import PREFIX, Settings, origins

MOST_LOG: Final = 400_000
"""Bytes of the end of each log."""
MOST_NAMES: Final = 50_000
_OPEN: Final = ("en", "ja", "starter", "auto", "true", "false", "text", "json")
_LOG: Final = re.compile(r"(?:host|host-crash|calc|team)\.log(?:\.\d)?")
_NAMES_OF_SYSTEM: Final = ("LANG", "LC_ALL", "LC_MESSAGES", "CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS")


def write_bundle(path: Path, settings: Settings, checks: Sequence[Check]) -> list[str]:
    """The names of the files in it. Raises OutputNotWritableError."""
    redaction = Redaction(secrets_of(settings))
    parts = dict(_parts(settings, checks, redaction))
    parts["README.txt"] = _ABOUT
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(parts.items()):
            # a date of its own would tell when the files were made
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text.encode("utf-8", "replace"))
    write_output(path, held.getvalue())
    return sorted(parts)


def secrets_of(settings: Settings) -> set[str]:
    """What is known to be nobody's business: names of user and machine, paths, videos, tokens."""
    found: set[str] = {str(Path.home()), Path.home().name, str(settings.home)}
    found |= {socket.gethostname(), socket.getfqdn()}
    with contextlib.suppress(Exception):  # no entry in the system's list of users
        found.add(getpass.getuser())
    for name in ("USER", "USERNAME", "LOGNAME", "COMPUTERNAME", "HOSTNAME", "USERDOMAIN", "USERPROFILE", "HOME"):
        found.add(os.environ.get(name, ""))
    for name, value in os.environ.items():
        if name.startswith(PREFIX) or re.search(r"TOKEN|KEY|SECRET|PASS", name, re.IGNORECASE):
            found.add(value)
    for one in dataclasses.fields(settings):
        value = getattr(settings, one.name)
        if isinstance(value, (str, Path)):
            found.add(str(value))
    for path in _videos(settings):
        found |= {path, os.path.basename(path), os.path.splitext(os.path.basename(path))[0]}
        found |= {part for part in re.split(r"[\\/]", path)[:-1] if part.casefold() not in COMMON}
    for file in (settings.state_file, settings.home / "team-access.json", settings.home / "team" / "people.json"):
        with contextlib.suppress(OSError, ValueError):
            found |= set(_texts(json.loads(file.read_text(encoding="utf-8"))))
    return found - {*_OPEN, "", "/"}


def _videos(settings: Settings) -> list[str]:
    """Every path in the store, and every prompt: they are not to be shown either."""
    found: list[str] = []
    with contextlib.suppress(sqlite3.Error, OSError):
        address = f"{settings.store_file.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=5.0)) as store:
            tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                columns = [row[1] for row in store.execute(f'PRAGMA table_info("{table}")')]
                for column in set(columns) & {"path", "text"}:
                    rows = store.execute(f'SELECT DISTINCT "{column}" FROM "{table}" LIMIT ?', (MOST_NAMES,))
                    found += [str(value) for (value,) in rows if value]
    return found


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _parts(settings: Settings, checks: Sequence[Check], redaction: Redaction) -> Iterator[tuple[str, str]]:
    lines = [f"[{one.state}] {one.name}: {redaction.text(one.found)} {redaction.text(one.fix)}" for one in checks]
    yield "checks.txt", "\n".join([*lines, ""])
    system = {
        "made_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "xl_vqa": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpus": os.cpu_count(),
        "encodings": [sys.getfilesystemencoding(), str(getattr(sys.stdout, "encoding", None))],
    }
    yield "system.json", json.dumps({k: redaction.text(str(v)) for k, v in system.items()}, indent=1)
    packages = sorted({(one.name, one.version) for one in importlib.metadata.distributions() if one.name})
    # a package of the company's own may be called after what it works on
    known = set(map(_plain, re.findall(r"[\w.-]+", " ".join(importlib.metadata.requires("xl_vqa") or []))))
    yield "packages.txt", "\n".join(f"{name} {version}" for name, version in packages if _plain(name) in known)
    yield "settings.json", json.dumps(_settings(settings), indent=1)
    yield "environment.json", json.dumps(_environment(), indent=1)
    yield "store.json", json.dumps(_counts(settings), indent=1)
    for number, log in enumerate(sorted(settings.log_file.parent.glob("*.log*"))):
        with contextlib.suppress(OSError):
            with log.open("rb") as file:
                file.seek(max(log.stat().st_size - MOST_LOG, 0))
                text = file.read().decode("utf-8", "replace")
            # who asked for what is in the audit log, and of no use to support
            if not log.name.startswith("team-audit"):
                name = log.name if _LOG.fullmatch(log.name) else "other.log"
                yield f"logs/{number}-{name}", redaction.text(text)


def _settings(settings: Settings) -> dict[str, Any]:
    """Numbers and words of ours as they are; of anything else, that it is set."""
    told = origins(settings.home)
    found = {}
    for one in dataclasses.fields(settings):
        origin = told.get(one.name)
        source = None if origin is None else "environment" if origin.startswith(PREFIX) else "file"
        found[one.name] = {"value": _open(getattr(settings, one.name)), "from": source}
    return found


def _open(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, tuple):
        return [_open(one) for one in value]
    readings = {"expectation", "median", "greedy", "map", "float32", "bfloat16", "float16", "int8", "nf4"}
    allowed = {*_OPEN, *readings, "pyav", "decord"}
    plain = str(value)
    return plain if plain in allowed or re.fullmatch(r"cpu|mps|xpu|cuda(:\d+)?", plain) else HIDDEN


def _environment() -> dict[str, str]:
    """Names that are ours or the system's own, with what is harmless of their values."""
    names = [name for name in os.environ if name.startswith(PREFIX)]
    fields = {PREFIX + one.name.upper() for one in dataclasses.fields(Settings)}
    told = {name: str(_open(os.environ[name])) for name in names if name in fields}
    for name in _NAMES_OF_SYSTEM:
        value = os.environ.get(name)
        if value is not None:
            plain = re.fullmatch(r"(C|POSIX|[a-z]{2}_[A-Z]{2})(\.[Uu][Tt][Ff]-?8)?|[\d,]+", value)
            told[name] = value if plain else HIDDEN
    return told


def _counts(settings: Settings) -> dict[str, Any]:
    """Sizes and numbers of rows."""
    found: dict[str, Any] = {}
    with contextlib.suppress(sqlite3.Error, OSError):
        found["bytes"] = settings.store_file.stat().st_size
        address = f"{settings.store_file.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=5.0)) as store:
            names = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found["rows"] = {
                name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(names)
            }
            found["integrity"] = store.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


_ABOUT: Final = f"""For support of xl_vqa. Made by 'xl-vqa doctor --bundle'.

Names of the user and the machine, paths, names of videos, prompts, addresses and tokens were taken out ({HIDDEN}
stands in their place), as were all words that are not words of the program itself. The audit log of a team's host
is not in it. Please look through it before you pass it on.

サポート用の情報です。利用者と端末の名前、パス、動画の名前、プロンプト、アドレス、トークンは {HIDDEN} に置き換えて
あります。渡す前に内容をご確認ください。
"""
