"""Profiles by name, in the folder ``profiles`` of the data folder.

``NAME.toml`` is a person's: another model, or other settings. ``NAME.json`` is a domain profile, which ``xl-vqa
calibrate`` wrote: how a model's score is read in one domain. A name may have either or both; behind a colon may
stand a group of videos, as in ``broadcast:sports``, whose own interval is then taken.
"""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
import functools
import json
import re
from pathlib import Path
from typing import Any, Final

from xl_vqa.atomic import make_private
from xl_vqa.bridge.protocol import PROFILE_FIELDS, VIEW_FIELDS
from xl_vqa.outputs import write_output
from xl_vqa.words.domain_profile import DomainProfile
from xl_vqa.words.errors import ProfileNotFoundError, SettingsError, XlVqaError
from xl_vqa.words.reasons import Reason
from xl_vqa.words.settings import Settings
from xl_vqa.words.settings_file import read_toml

FIELDS: Final = (*PROFILE_FIELDS, *VIEW_FIELDS)
"""What a profile may set: what the score is made with, and how it is read."""
# a name becomes a file name: no separators, no dots in front
_NAME: Final = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[^\W_][\w .()-]{0,63}", re.IGNORECASE)
"""Of a file in any system: Windows keeps some names for its devices."""


GROUP: Final = ":"


def profile_names(settings: Settings) -> list[str]:
    """Every profile of this user, sorted."""
    folder = settings.home / "profiles"
    return sorted({file.stem for ending in ("toml", "json") for file in folder.glob(f"*.{ending}")})


def with_profile(settings: Settings, name: str | None) -> Settings:
    """``settings`` under the profile ``name`` (any case); unchanged for a blank one.

    Raises ProfileNotFoundError, or SettingsError where its file is wrong.
    """
    name = (name or "").strip()
    if not name:
        return settings
    base, colon, group = (part.strip() for part in name.partition(GROUP))
    folder = settings.home / "profiles"
    domain = domain_file(settings, base)
    written = {file.stem.casefold(): file for file in folder.glob("*.toml")}.get(base.casefold())
    if written is None and not domain.is_file():
        raise _not_found(settings, base)
    if written is not None:
        settings = _with_file(settings, written)
    return dataclasses.replace(settings, profile=f"{domain.stem}{colon}{group}" if domain.is_file() else None)


def _with_file(settings: Settings, file: Path) -> Settings:
    values = read_toml(file)
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise SettingsError(source=str(file), problem=_cannot_set(unknown))
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    try:
        return dataclasses.replace(settings, **fields)
    except SettingsError as error:
        raise SettingsError(source=str(file), problem=error.params["problem"]) from error


def _cannot_set(unknown: list[str]) -> dict[str, Any]:
    near = [found[0] for key in unknown if (found := difflib.get_close_matches(key, FIELDS, 1))]
    told = {"names": ", ".join(unknown), "known": ", ".join(FIELDS)}
    if not near:
        return Reason("problem_profile_keys", **told)
    return Reason("problem_profile_keys_near", near=", ".join(dict.fromkeys(near)), **told)


# -- domain profiles


def domain_file(settings: Settings, name: str) -> Path:
    """Where the domain profile ``name`` is, or would be: ``profiles/NAME.json`` in the data folder, in any case.

    Raises ProfileNotFoundError for a name that no file can have.
    """
    if not _NAME.fullmatch(name):
        raise _not_found(settings, name)
    folder = settings.home / "profiles"
    known = {file.stem.casefold(): file for file in folder.glob("*.json")}
    return known.get(name.casefold(), folder / f"{name}.json")


def save_domain_profile(settings: Settings, profile: DomainProfile) -> Path:
    """Writes it whole or not at all. Raises OutputNotWritableError, ProfileNotFoundError for an unusable name."""
    path = domain_file(settings, profile.name)
    with contextlib.suppress(OSError):  # writing says why, in a sentence
        make_private(path.parent)
    text = json.dumps(profile.to_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_output(path, text.encode("utf-8", "backslashreplace"), parents=True)
    return path


def domain_profile(settings: Settings) -> DomainProfile | None:
    """That of the settings; None where they name none. Raises ProfileNotFoundError, ProfileFileError."""
    if settings.profile is None:
        return None
    name = settings.profile.partition(GROUP)[0].strip()
    path = domain_file(settings, name)
    try:
        status = path.stat()
    except OSError as error:
        raise _not_found(settings, name) from error
    found = _loaded(path, status.st_mtime_ns, status.st_size)
    group = _group(settings.profile)
    if group is not None and group not in found.groups:
        known = ", ".join(f"{name}{GROUP}{one}" for one in found.groups) or name
        raise ProfileNotFoundError(name=settings.profile, folder=str(path.parent), known=known)
    return found


def _group(name: str) -> str | None:
    return name.partition(GROUP)[2].strip() or None


def read_entries(entries: list[dict[str, Any]], settings: Settings) -> list[dict[str, Any]]:
    """Finished entries of a host's answer as the settings' domain profile reads them; an error where it cannot."""
    if settings.profile is None or all(entry["status"] != "done" for entry in entries):
        return entries
    group = _group(settings.profile)
    found = []
    for entry in entries:
        if entry["status"] == "done":
            try:
                profile = domain_profile(settings)
                assert profile is not None
                entry = {**entry, "rating": profile.read(entry["rating"], settings, group)}
            except XlVqaError as error:
                entry = {"status": "error", "error": error.to_dict()}
        found.append(entry)
    return found


@functools.lru_cache(maxsize=32)
def _loaded(path: Path, changed: int, size: int) -> DomainProfile:
    # cells ask several times a second; a file that is written anew has another time or size
    return DomainProfile.load(path)


def _not_found(settings: Settings, name: str) -> ProfileNotFoundError:
    folder = settings.home / "profiles"
    return ProfileNotFoundError(name=name, folder=str(folder), known=", ".join(profile_names(settings)) or "-")
