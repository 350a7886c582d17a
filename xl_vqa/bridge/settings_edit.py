"""Changes single keys of settings.toml and leaves everything else in it, comments included, as it is."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from xl_vqa.atomic import make_private, write_atomically
from xl_vqa.bridge.file_lock import locked
from xl_vqa.words.errors import SettingsError, SettingsNotWrittenError
from xl_vqa.words.reasons import Reason, why_unwritten
from xl_vqa.words.settings import Settings, unknown_key
from xl_vqa.words.settings_file import parse_toml

LOCK_WAIT_S: Final = 10.0


def change_settings(settings: Settings, **values: Any) -> Settings:
    """Writes ``values`` (None removes the key) into settings.toml of ``settings.home`` and returns what
    now holds. Atomic; of programs that change it at the same time none undoes another's change. Raises
    SettingsError where a value is wrong or the file cannot be written; the file is then as it was.
    """
    with _held(settings.home) as file:
        _change(file, settings, values)
    return Settings.load(home=settings.home, language=settings.language)


def remove_key(home: Path, key: str) -> None:
    """Takes ``key``, a setting or not, out of settings.toml of ``home``, whatever else is wrong in the file.

    Else of two wrong keys none could go first. Raises SettingsError; the file is then as it was.
    """
    with _held(home) as file:
        old = _text(file)
        if key not in parse_toml(old, file):
            return
        new = _changed(old, {key: None})
        try:
            stays = key in parse_toml(new, file)
        except SettingsError:
            # one line of a value of several
            stays = True
        if stays:
            raise SettingsError(source=str(file), problem=Reason("problem_remove_by_hand", name=key))
        with write_atomically(file) as output:
            output.write(new.encode("utf-8"))


@contextlib.contextmanager
def _held(home: Path) -> Iterator[Path]:
    """settings.toml, which no other program of ours changes meanwhile; what forbids a change as SettingsError."""
    file = home / "settings.toml"
    try:
        make_private(home)
        with locked(file.with_name(f"{file.name}.lock"), LOCK_WAIT_S):
            yield file
    except UnicodeDecodeError as error:
        raise SettingsError(source=str(file), problem="problem_not_utf8") from error
    except OSError as error:
        raise SettingsNotWrittenError(source=str(file), problem=why_unwritten(error)) from error


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8-sig") if file.exists() else ""


def _change(file: Path, settings: Settings, values: dict[str, Any]) -> None:
    new = _changed(_text(file), values)
    told = parse_toml(new, file)
    # checked as a whole before the file is touched
    checked = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    # the file's own language is looked at, too: a wrong one would stop every command after this
    whole: dict[str, Any] = {"language": settings.language, **checked, "home": settings.home}
    known = {one.name for one in dataclasses.fields(Settings)}
    if unknown := [unknown_key(key, file.name) for key in told if key not in known]:
        raise SettingsError(source=str(file), problem=unknown)
    Settings(**whole)
    with write_atomically(file) as output:
        output.write(new.encode("utf-8"))


def _changed(text: str, values: dict[str, Any]) -> str:
    for key, value in values.items():
        # a value may be a list over several lines; whatever follows a table's header is not a top-level key
        top, rest = _split(text)
        pattern = re.compile(
            rf"""^[ \t]*(["']?){re.escape(key)}\1[ \t]*=[ \t]*(\[[^\]]*\][^\n]*|[^\n]*)(\n|\Z)""", re.MULTILINE
        )
        top = pattern.sub("", top)
        if value is not None:
            top = (top + "\n" if top and not top.endswith("\n") else top) + f"{key} = {_toml(value)}\n"
        text = top + rest
    return text


def _split(text: str) -> tuple[str, str]:
    """The top-level keys, and everything from the first table on."""
    blanked = re.sub(r"=[ \t]*\[[^\]]*\]", lambda found: "=" + " " * (len(found[0]) - 1), text)
    found = re.search(r"^[ \t]*\[", blanked, re.MULTILINE)
    return (text, "") if found is None else (text[: found.start()], text[found.start() :])


def _toml(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    # a JSON text is a TOML text, but for DEL, which no path holds
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
