"""What a run keeps for the next one: where it lies, and files that are whole, so that a killed run resumes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xl_vqa.atomic import replacing


def cache_folder(name: str) -> Path:
    """A folder of ours in the user's cache folder: what is kept there between runs can be made again."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "xl_vqa" / name


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """``atomic.replacing``, the folders above made and the ending kept, by which encoders choose the container."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, ending=path.suffix) as partial:
        yield partial


def write_json(path: Path, values: Any) -> None:
    """``values`` as a file for people and ``read_json``. Raises OSError."""
    with atomic_path(path) as partial:
        partial.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any | None:
    """The file's content, or None where it is not there yet."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
