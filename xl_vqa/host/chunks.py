"""Much in parts: whole ratings are big, ten thousand at once would stay in the process's memory for good, and
SQLite takes only so many names in one question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")

CHUNK: Final = 500


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """``values`` in parts of CHUNK."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def chunks_as_they_come(values: Iterable[T]) -> Iterator[list[T]]:
    """The same of what is not there yet."""
    rest = iter(values)
    while part := list(islice(rest, CHUNK)):
        yield part
