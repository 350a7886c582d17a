"""Whether the chain of a container's parts is broken in the middle: so that a demuxer passes over pictures.

Every part of a file says how long it is. Where no part begins at the end of the one before, bytes were lost or
written over; FFmpeg looks for the next part that it knows, and what lay between is gone without an error. Nothing
is decoded, only the heads of the parts are read. MP4 has its index elsewhere, and MPEG-TS its own counters, which
the demuxer looks at.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import BinaryIO, Final

from xl_vqa.video import ebml

_CLUSTER_ID, _SIMPLE_BLOCK = ebml.CLUSTER, 0xA3
_IN_SEGMENT: Final = frozenset(
    (0x114D9B74, 0x1549A966, ebml.TRACKS, _CLUSTER_ID, 0x1C53BB6B, 0x1941A469, 0x1043A770, 0x1254C367)
)
_IN_CLUSTER: Final = frozenset((0xE7, _SIMPLE_BLOCK, 0xA0, 0xA7, 0xAB, 0x5854, 0xAF, 0xEC, 0xBF))
_ASF_DATA: Final = bytes.fromhex("3626b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE: Final = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_MXF_KEY: Final = b"\x06\x0e\x2b\x34"
_BUFFER: Final = 1 << 16


def is_broken(path: str, names: str) -> bool:
    """Of a file in the format that FFmpeg calls ``names``; False where the file only ends too early."""
    walks: dict[str, Callable[[BinaryIO, int], bool]] = {
        "matroska": _matroska,
        "avi": _avi,
        "flv": _flv,
        "asf": _asf,
        "mpeg": _program_stream,
        "mxf": _mxf,
    }
    walk = next((walks[name] for name in names.split(",") if name in walks), None)
    if walk is None:
        return False
    with contextlib.suppress(OSError, IndexError), open(path, "rb", _BUFFER) as file:
        size = file.seek(0, 2)
        try:
            return walk(file, size)
        except ValueError:
            return True
    return False


def _matroska(file: BinaryIO, size: int) -> bool:
    """Clusters and what is in them, one after the other: the size of a cluster need not be known."""
    numbers = {int.from_bytes(track.get(ebml.TRACK_NUMBER, b""), "big") for track in ebml.tracks(file)}
    name, length, at = ebml.head(file, 0)
    at += length or 0
    name, length, at = ebml.head(file, at)
    end = size if length is None else min(at + length, size)
    while name and at + 2 < end:
        name, length, start = ebml.head(file, at)
        if name not in _IN_SEGMENT and name not in _IN_CLUSTER:
            return True
        if name == _SIMPLE_BLOCK:
            file.seek(start)
            if ebml.number(file.read(8), 0)[0] not in numbers:
                return True
        if length is None and name != _CLUSTER_ID:
            return True
        at = start if name == _CLUSTER_ID else start + (length or 0)
    return False


def _avi(file: BinaryIO, size: int) -> bool:
    at = 0
    while at + 12 <= size:
        file.seek(at)
        head = file.read(12)
        name, length, kind = head[:4], int.from_bytes(head[4:8], "little"), head[8:12]
        if not re.fullmatch(rb"[A-Za-z0-9_ ]{4}", name):
            # behind the last part lies what other programs append
            return at < _avi_end(file, size)
        if name in (b"RIFF", b"LIST") and kind in (b"AVI ", b"AVIX", b"movi", b"rec "):
            at += 12
        else:
            at += 8 + length + length % 2
    return False


def _avi_end(file: BinaryIO, size: int) -> int:
    file.seek(4)
    return min(int.from_bytes(file.read(4), "little") + 8, size)


def _flv(file: BinaryIO, size: int) -> bool:
    file.seek(5)
    at = int.from_bytes(file.read(4), "big") + 4
    while at + 15 <= size:
        file.seek(at)
        head = file.read(11)
        length = 11 + int.from_bytes(head[1:4], "big")
        at += length + 4
        file.seek(at - 4)
        before = file.read(4)
        if head[0] & 0x1F not in (8, 9, 18) or (len(before) == 4 and int.from_bytes(before, "big") != length):
            return True
    return False


def _asf(file: BinaryIO, size: int) -> bool:
    """Packets of one length, each of which begins with the same mark."""
    file.seek(0)
    header = file.read(min(size, 1 << 20))
    properties, data = header.find(_ASF_FILE), header.find(_ASF_DATA)
    if properties < 0 or data < 0:
        return False
    length = int.from_bytes(header[properties + 92 : properties + 96], "little")
    count = int.from_bytes(header[data + 40 : data + 48], "little")
    first = data + 50
    mark = header[first : first + 3]
    if length < 16 or not mark or not mark[0] & 0x80:
        return False
    for place in range(first, min(first + count * length, size - 3), length):
        file.seek(place)
        if file.read(3) != mark:
            return True
    return False


def _program_stream(file: BinaryIO, size: int) -> bool:
    at = 0
    while at + 14 <= size:
        file.seek(at)
        head = file.read(14)
        if head[:3] != b"\0\0\1" or head[3] < 0xB9:
            return True
        if head[3] == 0xB9:
            at += 4
        elif head[3] == 0xBA:
            at += 14 + (head[13] & 7) if head[4] >> 6 == 1 else 12
        else:
            at += 6 + int.from_bytes(head[4:6], "big")
    return False


def _mxf(file: BinaryIO, size: int) -> bool:
    at = 0
    while at + 17 <= size:
        file.seek(at)
        head = file.read(25)
        if head[:4] != _MXF_KEY:
            return True
        first = head[16]
        width = first & 0x7F if first & 0x80 else 0
        length = int.from_bytes(head[17 : 17 + width], "big") if width else first
        at += 17 + width + length
    return False
