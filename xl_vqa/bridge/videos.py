"""What is asked (a video, perhaps with a text) and what comes back (an answer)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from xl_vqa.words.attributes import Attributes
from xl_vqa.words.error_codes import from_dict
from xl_vqa.words.errors import HostError, NoVideoPathError, VideoAddressError, VideoNotFoundError, XlVqaError
from xl_vqa.words.explanation import Explanation
from xl_vqa.words.reasons import Reason
from xl_vqa.words.video_names import is_web_address

Result = dict[str, Any] | XlVqaError
"""A finished video: its rating as JSON, or its error."""


@dataclass(frozen=True, slots=True)
class Video:
    """One thing to rate: a file, and optionally the text that an AI-made video was generated from."""

    path: str
    text: str | None = None

    def absolute(self) -> Video:
        """With an absolute path and no blank text.

        Raises NoVideoPathError for a blank path, VideoAddressError for a web address, VideoNotFoundError for a
        relative path where the working folder has been removed.
        """
        if not self.path.strip():
            raise NoVideoPathError()
        if is_web_address(self.path):
            raise VideoAddressError(path=self.path.strip())
        text = self.text if self.text is not None and self.text.strip() else None
        # no user's name holds a null character, and to ask for one is an error of its own
        path = self.path if "\0" in self.path else os.path.expanduser(self.path)
        try:
            return Video(os.path.abspath(path), text)
        except OSError as error:
            raise VideoNotFoundError(path=self.path) from error


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
    attributes: Attributes | XlVqaError | None = None
    """Of a finished video whose attributes were asked for; the error of a model that knows none."""
    explanation: Explanation | None = None
    """Of a finished video that was asked why it has its score; ``rating`` is in it then."""

    @classmethod
    def of(cls, video: Video, entry: Mapping[str, Any]) -> Answer:
        """From an entry of the host's answer."""
        status = entry["status"]
        if status == "done":
            return cls(video, "done", rating=entry["rating"], attributes=_attributes(entry.get("attributes")))
        if status == "error":
            return cls(video, "error", error=from_dict(entry["error"]))
        if status == "unknown":
            return cls(video, "pending")
        return cls(video, "pending", key=entry.get("key"), position=entry.get("position"))

    @property
    def result(self) -> Result | None:
        """The rating or the error; None while pending."""
        return self.rating if self.rating is not None else self.error


def _attributes(values: Mapping[str, Any] | None) -> Attributes | XlVqaError | None:
    if values is None:
        return None
    return from_dict(values["error"]) if "error" in values else Attributes.from_dict(values)


def entries_of(values: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    """The entries in the host's answer to a question about ``count`` videos.

    Raises HostError where they are not what was asked for: a program of another version listens there.
    """
    entries = values.get("ratings")
    if not isinstance(entries, list) or len(entries) != count:
        raise HostError(problem=Reason("host_answer_count", count=count))
    for entry in entries:
        kind = _PARTS.get(str(entry.get("status"))) if isinstance(entry, dict) else None
        if kind is None or not all(isinstance(entry.get(name), wanted) for name, wanted in kind):
            raise HostError(problem="host_answer_kind")
    return entries


_PARTS: Final[Mapping[str, tuple[tuple[str, type], ...]]] = {
    "done": (("rating", dict),),
    "error": (("error", dict),),
    "pending": (("key", str),),
    "unknown": (),
}

REQUEST_BYTES: Final = 16 << 20
"""Videos with long texts go in several requests, each far below what the host takes (MAX_BODY_BYTES)."""
T = TypeVar("T")


def pieces(videos: Sequence[tuple[T, Video]], most: int) -> Iterator[list[tuple[T, Video]]]:
    """``videos``, each with whatever belongs to it, cut into requests: in order, at most ``most`` in each."""
    piece: list[tuple[T, Video]] = []
    size = 0
    for entry in videos:
        video = entry[1]
        # in JSON a Japanese character takes six bytes
        more = 6 * (len(video.path) + len(video.text or ""))
        if piece and (len(piece) >= most or size + more > REQUEST_BYTES):
            yield piece
            piece, size = [], 0
        piece.append(entry)
        size += more
    if piece:
        yield piece
