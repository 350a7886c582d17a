"""Changes single keys of settings.toml and keeps everything else in it: comments, order, other keys."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from xl_vqa.errors import SettingsError
from xl_vqa.settings import Settings


def change_settings(home: Path, **values: Any) -> Settings:
    """Writes ``values`` (None removes a key) and returns the settings then in force.

    Checked before anything is written, and written atomically. Raises SettingsError.
    """
    file = home / "settings.toml"
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        text = ""
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(source=str(file), problem=str(error)) from error
    for key, value in values.items():
        text = _with(text, key, value)
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(source=str(file), problem=str(error)) from error
    known = {key: tuple(value) if isinstance(value, list) else value for key, value in parsed.items()}
    try:
        Settings(**{**known, "home": home})
    except TypeError as error:
        raise SettingsError(source=str(file), problem=str(error)) from error
    _replace(file, text)
    return Settings.load(home=home)


def _with(text: str, key: str, value: Any) -> str:
    line = "" if value is None else f"{key} = {_toml(value)}\n"
    # an array may run over several lines
    pattern = re.compile(rf"^{re.escape(key)}[ \t]*=[ \t]*(?:\[[^\]]*\][^\n]*|[^\n]*)(?:\n|\Z)", re.MULTILINE)
    if pattern.search(text):
        return pattern.sub(lambda _: line, text, count=1)
    if text and not text.endswith("\n"):
        text += "\n"
    # top-level keys must stand before the first table
    table = re.search(r"^\[", text, re.MULTILINE)
    return text[: table.start()] + line + text[table.start() :] if table else text + line


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # TOML's basic strings escape as JSON's do
    return repr(value)


def _replace(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(prefix=file.name, suffix=".partial", dir=file.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as partial:
                partial.write(text)
            os.replace(name, file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SettingsError(source=str(file), problem=error.strerror or str(error)) from error
