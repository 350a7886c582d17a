"""Commands as a person types them on this machine: the right quotes, and whether the terminal finds ``xl-vqa``."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def typed(word: str | os.PathLike[str], platform: str = sys.platform) -> str:
    """One argument with the quotes that the user's shell wants, if it wants any."""
    text = os.fspath(word)
    if platform == "win32":
        return subprocess.list2cmdline([text])
    return shlex.quote(text)


def activation(
    prefix: str = sys.prefix, environment: Mapping[str, str] | None = None, platform: str = sys.platform
) -> str | None:
    """What to type so that the terminal finds ``xl-vqa``; None where it does, or where that is not the reason."""
    path = (os.environ if environment is None else environment).get("PATH")
    found = shutil.which("xl-vqa", path=path or os.devnull)
    scripts = Path(prefix) / ("Scripts" if platform == "win32" else "bin")
    activate = scripts / "activate"
    if not activate.is_file() or (found is not None and Path(found).parent.samefile(scripts)):
        return None
    shown = Path(os.path.relpath(activate)) if activate.is_relative_to(Path.cwd()) else activate
    return typed(shown, platform) if platform == "win32" else f". {typed(shown, platform)}"
