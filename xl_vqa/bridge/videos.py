"""What is asked (a video, perhaps with a text) and what comes back (an answer)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xl_vqa.errors import NoVideoPathError, XlVqaError, from_dict

Result = dict[str, Any] | XlVqaError
"""A finished video: its rating as JSON, or its error."""


@dataclass(frozen=True, slots=True)
class Video:
    """One thing to rate: a file, and optionally the text that an AI-made video was generated from."""

    path: str
    text: str | None = None

    def absolute(self) -> Video:
        """With an absolute path and no blank text. Raises NoVideoPathError for a blank path."""
        if not self.path.strip():
            raise NoVideoPathError()
        text = self.text if self.text is not None and self.text.strip() else None
        return Video(os.path.abspath(os.path.expanduser(self.path)), text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the host says of one video now: ``status`` is ``done``, ``error`` or ``pending``.

    ``rating`` belongs to done, ``error`` to error, ``key`` (for ``poll`` and ``cancel``) and ``position`` (videos
    ahead in the queue, where known) to pending. Pending without a key: the host that knew it died; ask again.
    """

    video: Video
    status: str
    rating: dict[str, Any] | None = None
    error: XlVqaError | None = None
    key: str | None = None
    position: int | None = None

    @classmethod
    def of(cls, video: Video, entry: Mapping[str, Any]) -> Answer:
        """From an entry of the host's answer."""
        status = entry["status"]
        if status == "done":
            return cls(video, "done", rating=entry["rating"])
        if status == "error":
            return cls(video, "error", error=from_dict(entry["error"]))
        if status == "unknown":
            return cls(video, "pending")
        return cls(video, "pending", key=entry.get("key"), position=entry.get("position"))

    @property
    def result(self) -> Result | None:
        """The rating or the error; None while pending."""
        return self.rating if self.rating is not None else self.error
