"""A file of settings (TOML) as it stands: what it says, and the line that cannot be read.

Standard library only: a spreadsheet cell loads this module.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from xl_vqa.words.errors import SettingsError
from xl_vqa.words.reasons import Reason, why_unread

# Quotes of word processors, and what a Japanese keyboard gives for the quotes, the equals sign and the blank.
_SIGNS = re.compile("[“”„‘’「」『』\uff02\uff07\uff1d\u3000]")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'|#.*""")


def settings_in(file: Path) -> dict[str, Any]:
    """What ``file`` says; nothing where there is none. Raises SettingsError as ``read_toml`` does."""
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        # a folder of somebody else, in which nobody can see what there is
        raise SettingsError(source=str(file), problem=why_unread(error, file)) from error
    return read_toml(file)


def read_toml(path: Path) -> dict[str, Any]:
    """A file of settings. Raises SettingsError that names the line."""
    try:
        # Notepad on Windows writes a byte order mark, which TOML does not allow
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(source=str(path), problem="problem_not_utf8") from error
    except OSError as error:
        raise SettingsError(source=str(path), problem=why_unread(error, path)) from error
    return parse_toml(text, path)


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """Settings as text; ``path`` is where they stand, for the error. Raises SettingsError."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line ([0-9]+)", str(error))
        lines = text.splitlines() or [""]
        line = int(place[1]) if place else len(lines)
        key = _toml_problem(lines[min(line, len(lines)) - 1], str(error))
        raise SettingsError(source=str(path), problem=Reason(key, line=line)) from error


def _toml_problem(line: str, said: str) -> str:
    """The phrase for what is wrong with a line, of which tomllib ``said`` something."""
    if "overwrite" in said or "twice" in said:
        return "problem_toml_twice"
    # "C:\Users" is refused for its \U, and "C:\new" would be read as a line break
    if "\\" in line:
        return "problem_toml_backslash"
    return "problem_toml_signs" if _SIGNS.search(_QUOTED.sub("", line)) else "problem_toml"
