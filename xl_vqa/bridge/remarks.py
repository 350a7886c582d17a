"""What the host says of itself beside its answers, in words: a replaced store, a full disk, one score for all."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.messages import text

HostInfo = Mapping[str, Any]
"""``host`` of an answer, or what ``HostClient.status`` gives."""


def info_of(client: object) -> dict[str, Any]:
    """What the host last said to this client; nothing where it is a client of another kind."""
    return dict(getattr(client, "host_info", None) or {})


def sentences(info: HostInfo | None, language: str) -> list[str]:
    """Everything that people should know of the host now."""
    return [words for _, words in _remarks(info, language)]


class Said:
    """What was said already: each remark reaches a person once in the life of this object. Thread-safe."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._lock = threading.Lock()

    def new(self, info: HostInfo | None, language: str) -> list[str]:
        """The remarks that were not said yet; they count as said from now on."""
        with self._lock:
            fresh = [(what, words) for what, words in _remarks(info, language) if what not in self._said]
            self._said.update(what for what, _ in fresh)
        return [words for _, words in fresh]


def _remarks(info: HostInfo | None, language: str) -> list[tuple[str, str]]:
    """Each with what makes it the same remark again: counts that grow do not make it another."""
    if not info:
        return []
    found = []
    for warning in info.get("warnings") or ():
        code, params = str(warning.get("code")), dict(warning.get("params") or {})
        found.append((f"{code} {params.get('path', '')}", text(code, language, **params)))
    if info.get("problem"):
        found.append(("problem", from_dict(info["problem"]).message(language)))
    if info.get("unsaved"):
        found.append(("unsaved", text("warning_unsaved", language, count=info["unsaved"])))
    return found
