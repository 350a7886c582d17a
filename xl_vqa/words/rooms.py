"""The same module of every room: its sentences, its errors. Found by their files, and loaded when asked for.

So the words need not know who speaks. A room may keep a ``sentences.py`` and an ``errors.py``; both need nothing
but the words and the standard library, and its ``__init__`` imports nothing, because they are loaded wherever
somebody reads: in a cell, or within LibreOffice, whose extension carries them without the rest of their rooms.
Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import xl_vqa


def modules(name: str) -> Iterator[ModuleType]:
    """``xl_vqa.ROOM.name`` of every room that has one."""
    for place in xl_vqa.__path__:
        for file in sorted(Path(place).glob(f"*/{name}.py")):
            yield import_module(f"xl_vqa.{file.parent.name}.{name}")
