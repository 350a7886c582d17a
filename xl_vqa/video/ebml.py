"""Matroska's and WebM's elements: a name, a size, and a content that may be elements (RFC 8794, RFC 9559)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

SEGMENT, TRACKS, TRACK, TRACK_TYPE, TRACK_NUMBER, VIDEO = 0x18538067, 0x1654AE6B, 0xAE, 0x83, 0xD7, 0xE0
CLUSTER: Final = 0x1F43B675
MOST_ELEMENTS: Final = 100_000
MOST_HEADER: Final = 16 << 20
"""No list of tracks is longer."""


def number(data: bytes, at: int, *, keep_marker: bool = False) -> tuple[int | None, int]:
    """A number of variable length, None for one that says "unknown", and the place after it.

    ``keep_marker`` for names. Raises ValueError where there is none, IndexError at the end.
    """
    width = 9 - data[at].bit_length()
    if width > 8:
        raise ValueError("no EBML")
    value = int.from_bytes(data[at : at + width], "big")
    if not keep_marker:
        value &= (1 << 7 * width) - 1
        if value == (1 << 7 * width) - 1:
            return None, at + width
    return value, at + width


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each element of ``data``, up to one that cannot be told from the next."""
    at = 0
    while at < len(data):
        name, at = number(data, at, keep_marker=True)
        size, at = number(data, at)
        if name is None or size is None:
            return
        yield name, data[at : at + size]
        at += size


def head(file: BinaryIO, at: int) -> tuple[int, int | None, int]:
    """Name and size of the element at ``at``, and where its content begins. Raises as ``number``."""
    file.seek(at)
    data = file.read(16)
    name, start = number(data, 0, keep_marker=True)
    size, start = number(data, start)
    return name or 0, size, at + start


def tracks(file: BinaryIO) -> Iterator[dict[int, bytes]]:
    """The elements of every track, in the order of the file. Raises as ``number``."""
    at = 0
    for _ in range(MOST_ELEMENTS):
        name, size, at = head(file, at)
        if name == SEGMENT:
            continue
        if size is None:
            return
        if name == TRACKS:
            file.seek(at)
            for kind, track in elements(file.read(min(size, MOST_HEADER))):
                if kind == TRACK:
                    yield dict(elements(track))
            return
        at += size
