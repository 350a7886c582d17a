"""What leaves the machine: answers of the host as the asker knows his files, without any path of this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.picture_folders import as_asked

HIDDEN: Final = "…"
_INFO: Final = ("version", "model_state", "unsaved")
_PROGRESS: Final = (
    "queued",
    "decoding",
    "rating",
    "done",
    "failed",
    "per_minute",
    "eta_s",
    "load_seconds",
    "uptime_s",
    "model_state",
    "other_loaded",
    "version",
    "unsaved",
)
# an absolute path of any system, as far as it can be told from other words
_PATH: Final = re.compile(r"(?:(?<![\w.:/])/(?:[^\s/'\"]+/)+[^\s'\"]*|[A-Za-z]:[\\/][^\s'\"]+|\\\\[^\s'\"]+)")


class Outward:
    """``secret`` are folders and files of this machine that no answer may name."""

    def __init__(self, secret: Iterable[str]) -> None:
        # the longest first: of two, one may begin with the other
        self._secret = sorted({one for one in secret if len(one) > 1}, key=len, reverse=True)

    def entry(self, entry: Mapping[str, Any], asked: str, real: str | None) -> dict[str, Any]:
        """One video's entry, under the path that was asked for; ``real`` is where it lies here."""
        told = dict(entry)
        told.pop("key", None)
        if isinstance(told.get("rating"), Mapping):
            told["rating"] = {**self._clean(told["rating"], asked, real), "path": asked}
        attributes = told.get("attributes")
        if isinstance(attributes, Mapping):
            told["attributes"] = self._clean(attributes, asked, real)
            if isinstance(attributes.get("error"), Mapping):
                told["attributes"] = {"error": self.error(from_dict(attributes["error"]), asked, real)}
        if isinstance(told.get("error"), Mapping):
            told["error"] = self.error(from_dict(told["error"]), asked, real)
        return told

    def explanation(self, answer: Mapping[str, Any], asked: str, real: str) -> dict[str, Any]:
        """The answer to why a video has its score."""
        entry = dict(answer.get("explanation") or {})
        entry.pop("key", None)
        told = entry.get("explanation")
        if isinstance(told, Mapping):
            rating = {**self._clean(told.get("rating") or {}, asked, real), "path": asked}
            # its pictures are text as well, in which anything may look like a path
            remarks = self._clean(told.get("remarks") or [], asked, real)
            entry["explanation"] = {**told, "rating": rating, "remarks": remarks}
        if isinstance(entry.get("error"), Mapping):
            entry["error"] = self.error(from_dict(entry["error"]), asked, real)
        return {"explanation": entry, "host": self.host(answer.get("host") or {})}

    def error(self, error: XlVqaError, asked: str | None = None, real: str | None = None) -> dict[str, Any]:
        """As JSON, its sentence made anew from what is left."""
        params = self._clean(error.params, asked, real)
        if asked is not None and "path" in params:
            # of a folder of pictures, the one that it is about
            params["path"] = as_asked(asked, str(error.params["path"]))
        return type(error)(**params).to_dict()

    def host(self, info: Mapping[str, Any]) -> dict[str, Any]:
        """What goes with every answer: no warning that names a file."""
        told = {name: info[name] for name in _INFO if name in info}
        warnings = [one for one in info.get("warnings") or () if "path" not in (one.get("params") or {})]
        if warnings:
            told["warnings"] = self._clean(warnings, None, None)
        if isinstance(info.get("problem"), Mapping):
            told["problem"] = self.error(from_dict(info["problem"]), HIDDEN)
        return told

    def progress(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """What the host does."""
        told = {name: facts[name] for name in _PROGRESS if name in facts}
        names = {name: self.text(str(facts[name])) for name in ("model", "loaded") if facts.get(name)}
        return {"loaded": None, **told, **names, **self.host(facts)}

    def facts(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Of a model: everything but where it lies."""
        return {name: self._clean(value, None, None) for name, value in facts.items() if name not in ("folder",)}

    def text(self, text: str, asked: str | None = None, real: str | None = None) -> str:
        """Without a path of this machine: that of the video becomes the asker's, others go."""
        if real:
            text = text.replace(real, asked or HIDDEN)
        for secret in self._secret:
            if secret in text:
                text = re.sub(re.escape(secret) + r"[^\s'\"]*", HIDDEN, text)
        return text

    def _clean(self, value: Any, asked: str | None, real: str | None) -> Any:
        if isinstance(value, str):
            return self._hide(self.text(value, asked, real), asked)
        if isinstance(value, Mapping):
            return {name: self._clean(one, asked, real) for name, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._clean(one, asked, real) for one in value]
        return value

    def _hide(self, text: str, asked: str | None) -> str:
        """Paths that nobody told us of, such as those of a library; the asker's own stays."""
        if not asked or asked not in text:
            return _PATH.sub(HIDDEN, text)
        return asked.join(_PATH.sub(HIDDEN, part) for part in text.split(asked))
