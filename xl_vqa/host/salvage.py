"""Ratings out of a damaged store, page by page, without SQLite, which reads no further than the first bad page.

Every page that still is a leaf of a table is gone through, in the file and in its log; a record that looks like a
rating is believed where its check value says so (``stored_rows``), so a wrong guess about a page does no harm.
Paths and crash marks are not saved: files are hashed again when they are next asked for.

The format is SQLite's own, https://www.sqlite.org/fileformat2.html (read 2026).
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from xl_vqa.host.stored_rows import RatingKey, Row

HEADER: Final = b"SQLite format 3\x00"
USUAL_PAGE: Final = 4096
TABLE_LEAF: Final = 0x0D
MOST_BYTES: Final = 4 << 20
"""No row of ours is as large; a length beyond it was read from rubbish."""
LOG_HEADER: Final = 32
FRAME_HEADER: Final = 24
# columns of a row in the file, in the order in which migrations made them (host/migrations.py)
STORED: Final = (
    "id model settings video probabilities off_digit_mass scale frames model_name text warnings rated_at "
    "times_computed view summary reader checksum"
).split()
FEWEST: Final = STORED.index("reader")
"""Columns of the oldest rows; those that were added later may be missing at a row's end."""


class _NoRecordError(Exception):
    """What stands there is no record of a table."""


def salvaged_ratings(path: Path) -> Iterator[tuple[RatingKey, Row]]:
    """The ratings that are whole in ``path`` and its log, each perhaps in several versions. Raises OSError."""
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(path.open("rb"))
        try:
            wal = stack.enter_context(Path(f"{path}-wal").open("rb"))
        except FileNotFoundError:
            wal = None
        pages = _Pages(file, wal)
        for page in pages:
            for values in _records(page, pages):
                found = _rating(values)
                if found is not None:
                    yield found


class _Pages:
    """All pages of a file and of its log, and one by its number, as last written."""

    def __init__(self, file: BinaryIO, wal: BinaryIO | None) -> None:
        self._file, self._wal = file, wal
        self.size = _page_size(file.read(18), wal.read(LOG_HEADER) if wal else b"")
        self._in_wal = dict(self._frames()) if wal else {}

    def __iter__(self) -> Iterator[bytes]:
        place = 0
        while page := self._read(self._file, place):
            yield page
            place += self.size
        for _, place in self._frames():
            yield self._read(self._wal, place)

    def numbered(self, number: int) -> bytes:
        if number in self._in_wal:
            return self._read(self._wal, self._in_wal[number])
        return self._read(self._file, (number - 1) * self.size)

    def _frames(self) -> Iterator[tuple[int, int]]:
        """The number of each page in the log, and where it stands there."""
        place = LOG_HEADER
        while head := self._read(self._wal, place, FRAME_HEADER):
            (number,) = struct.unpack_from(">I", head)
            yield number, place + FRAME_HEADER
            place += FRAME_HEADER + self.size

    def _read(self, file: BinaryIO | None, place: int, size: int = 0) -> bytes:
        """Nothing where not all of it is there."""
        if file is None or place < 0:
            return b""
        file.seek(place)
        data = file.read(size or self.size)
        return data if len(data) == (size or self.size) else b""


def _page_size(head: bytes, log_head: bytes) -> int:
    sizes = [int.from_bytes(log_head[8:12], "big")] if len(log_head) == LOG_HEADER else []
    if head.startswith(HEADER):
        sizes.append(int.from_bytes(head[16:18], "big"))
    fitting = [size for size in sizes if 512 <= size <= 65536 and size & (size - 1) == 0]
    return fitting[-1] if fitting else USUAL_PAGE


def _records(page: bytes, pages: _Pages) -> Iterator[list[Any]]:
    """The rows of a page that is a leaf of a table."""
    if page[0] != TABLE_LEAF:
        return
    (count,) = struct.unpack_from(">H", page, 3)
    for number in range(min(count, (len(page) - 8) // 2)):
        (place,) = struct.unpack_from(">H", page, 8 + 2 * number)
        try:
            yield _values(_payload(page, place, pages))
        except (_NoRecordError, struct.error, IndexError):
            continue


def _payload(page: bytes, place: int, pages: _Pages) -> bytes:
    size, place = _varint(page, place)
    _, place = _varint(page, place)
    if not 0 < size <= MOST_BYTES:
        raise _NoRecordError
    most, least = pages.size - 35, (pages.size - 12) * 32 // 255 - 23
    if size <= most:
        return page[place : place + size]
    here = least + (size - least) % (pages.size - 4)
    here = here if here <= most else least
    data = page[place : place + here]
    (following,) = struct.unpack_from(">I", page, place + here)
    while len(data) < size and following:
        more = pages.numbered(following)
        if not more:
            raise _NoRecordError
        (following,) = struct.unpack_from(">I", more)
        data += more[4:]
    return data[:size]


def _values(record: bytes) -> list[Any]:
    """A record's columns: texts and bytes as bytes, numbers, None."""
    head, place = _varint(record, 0)
    kinds = []
    while place < head:
        kind, place = _varint(record, place)
        kinds.append(kind)
    if place != head or not FEWEST <= len(kinds) <= len(STORED):
        raise _NoRecordError
    values = []
    for kind in kinds:
        value, place = _column(record, place, kind)
        values.append(value)
    return values


_INTEGERS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def _column(record: bytes, place: int, kind: int) -> tuple[Any, int]:
    if kind == 0:
        return None, place
    if kind in (8, 9):
        return kind - 8, place
    size = _INTEGERS.get(kind) or (8 if kind == 7 else (kind - 12) // 2)
    data = record[place : place + size]
    if len(data) != size or kind in (10, 11):
        raise _NoRecordError
    if kind in _INTEGERS:
        return int.from_bytes(data, "big", signed=True), place + size
    if kind == 7:
        return struct.unpack(">d", data)[0], place + size
    return data, place + size


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for count in range(9):
        byte = data[place + count]
        if count == 8:
            return value << 8 | byte, place + 9
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            return value, place + count + 1
    raise _NoRecordError


def _rating(values: list[Any]) -> tuple[RatingKey, Row] | None:
    """The columns as a rating, where they are one and whole."""
    named = dict(zip(STORED, values, strict=False))
    named.setdefault("reader", 1)
    check = named.pop("checksum", None)
    try:
        key = RatingKey(*(named[name].decode() for name in RatingKey._fields))
        row = Row(*(named[name] for name in Row._fields))
        # SQLite keeps a whole number as one, also in a column of fractions
        row = row._replace(off_digit_mass=float(row.off_digit_mass))
        return (key, row) if row.is_sound(key, check) else None
    except (AttributeError, TypeError, ValueError):
        return None
