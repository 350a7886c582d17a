"""Profiles: other models or settings by name, each a small file ``profiles/NAME.toml`` in the data folder."""

from __future__ import annotations

import dataclasses
import difflib
import re
from typing import Any, Final

from xl_vqa.bridge.protocol import PROFILE_FIELDS, VIEW_FIELDS
from xl_vqa.words.errors import ProfileNotFoundError, SettingsError
from xl_vqa.words.reasons import Reason
from xl_vqa.words.settings import Settings, read_toml

FIELDS: Final = (*PROFILE_FIELDS, *VIEW_FIELDS)
"""What a profile may set: what the score is made with, and how it is read."""
# a name becomes a file name: no separators, no dots in front
_NAME: Final = re.compile(r"[^\W_][\w .()-]{0,63}")


def profile_names(settings: Settings) -> list[str]:
    """Every profile of this user, sorted."""
    return sorted(file.stem for file in (settings.home / "profiles").glob("*.toml"))


def with_profile(settings: Settings, name: str | None) -> Settings:
    """``settings`` under the profile ``name`` (any case); unchanged for a blank one.

    Raises ProfileNotFoundError, or SettingsError where its file is wrong.
    """
    name = (name or "").strip()
    if not name:
        return settings
    folder = settings.home / "profiles"
    names = {known.casefold(): known for known in profile_names(settings)}
    if not _NAME.fullmatch(name) or name.casefold() not in names:
        raise ProfileNotFoundError(name=name, folder=str(folder), known=", ".join(names.values()) or "-")
    file = folder / f"{names[name.casefold()]}.toml"
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
