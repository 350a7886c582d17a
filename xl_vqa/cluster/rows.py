"""What goes to the workers of a cluster and what comes back: JSON texts, for a path need not be UTF-8."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

from xl_vqa.host.files import FileFacts
from xl_vqa.words.settings import Settings, default_home

ASKED: Final = "asked"
ANSWERED: Final = "answered"
"""The one column of the rows that go out, and of those that come back."""
RATED, FAILED, REFUSED, HASHED = "rated", "failed", "refused", "hashed"
"""What became of a row: its rating, its error, the error of the machine as a whole, or its file's content."""

BATCH_TOKENS: Final = 32_768
"""Tokens of the videos that the model is given at once: what it takes in one call on a GPU (on a CPU it cuts
smaller ones itself)."""
# what a worker rates and reads by; the rest of the settings is this machine's own affair, a password among it
_OF_WORKERS: Final = (
    "model",
    "adapter",
    "device",
    "dtype",
    "offline",
    "frames",
    "fps",
    "max_pixels",
    "decoder",
    "decode_threads",
    "video_timeout_s",
    "video_memory_mb",
    "torch_threads",
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One file for a worker. ``video`` is the content that it had when it looked like ``seen``."""

    number: int
    path: str
    text: str | None = None
    video: str = ""
    seen: str = ""

    def to_json(self) -> str:
        return json.dumps({one.name: getattr(self, one.name) for one in fields(self)})

    @classmethod
    def from_json(cls, text: str) -> Row:
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says of a row: one of the kinds above, with a rating, an error, or a content."""

    number: int
    kind: str
    value: Mapping[str, Any]
    worker: str = ""
    """Machine and process."""

    def to_json(self) -> str:
        # not asdict, which would make a reason inside of an error anew
        return json.dumps({one.name: getattr(self, one.name) for one in fields(self)})

    @classmethod
    def from_json(cls, text: str) -> Answer:
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Work:
    """What every worker is told once; one of another ``version``, or of a model of another ``fingerprint``, rates
    nothing."""

    settings: Mapping[str, Any]
    version: str
    fingerprint: str
    hang_s: float
    """How long a batch may take before the worker ends itself."""


def settings_for_workers(settings: Settings, *, gpu: bool, threads: int) -> dict[str, Any]:
    """Plain values. A device left open is what the worker was given, so that one that loses its card ends and does
    not go on beside it."""
    values = {name: getattr(settings, name) for name in _OF_WORKERS}
    if settings.device == "auto":
        values["device"] = "cuda" if gpu else "cpu"
    values["torch_threads"] = settings.torch_threads or threads
    return values


def settings_here(values: Mapping[str, Any]) -> Settings:
    """Those of a worker on its machine."""
    known = {one.name for one in fields(Settings)}
    return replace(Settings(home=default_home()), **{k: v for k, v in values.items() if k in known})


def seen(facts: FileFacts) -> str:
    """Size and time of change: what two machines say alike of one file in a shared folder."""
    return ":".join(facts.stat_key.split(":")[:2])


def by_cost(items: Sequence[T], costs: Sequence[int], most_cost: int, most: int) -> Iterator[list[T]]:
    """Pieces in order, each within ``most_cost`` and ``most`` items; what costs more alone stands alone."""
    piece: list[T] = []
    total = 0
    for item, cost in zip(items, costs, strict=True):
        if piece and (total + cost > most_cost or len(piece) >= most):
            yield piece
            piece, total = [], 0
        piece.append(item)
        total += cost
    if piece:
        yield piece


def rows_per_task(rows: int, workers: int, *, most: int = 32, per_worker: int = 8) -> int:
    """So many that a lost task loses little, and that every worker has several to the end."""
    return max(1, min(most, rows // max(workers * per_worker, 1)))
