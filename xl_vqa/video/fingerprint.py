"""What a rating is filed under: the content of the video, whatever the file is called."""

from __future__ import annotations

import os
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from xl_vqa.video.files import PathLike, access_error, open_file, shown_path, system_path
from xl_vqa.video.sequence import sequence_of
from xl_vqa.words.content import content_hash, content_name
from xl_vqa.words.errors import VideoEmptyError

_BUFFER_BYTES: Final = 1 << 20


def fingerprint(path: PathLike, progress: Callable[[], None] = lambda: None) -> str:
    """``b2:`` and the BLAKE2b-256 of the whole content in hexadecimal; memory use does not grow with the file.

    The whole content and not a sample of it: two exports of one project differ in a few bytes anywhere, and a
    rating must never be shown for another video. ``progress`` is called after every piece.

    Raises VideoNotFoundError, VideoAccessError, VideoEmptyError, and NotAVideoError for a folder or a device.
    """
    sequence = sequence_of(path)
    if sequence is not None:
        # the same pictures without a gap are another video
        facts = (sequence.rate, sequence.missing) if sequence.missing else sequence.rate
        parts = content_hash(repr(facts).encode())
        for picture in sequence.files:
            parts.update(fingerprint(picture).encode())
        return content_name(parts)
    digest = content_hash()
    buffer = bytearray(_BUFFER_BYTES)
    view = memoryview(buffer)
    total = 0
    with open_file(path) as file:
        try:
            # readinto reuses one buffer; both calls release the GIL, so other threads decode meanwhile
            while count := file.readinto(view):  # type: ignore[attr-defined]
                digest.update(view[:count])
                total += count
                progress()
        except OSError as error:
            raise access_error(path, error) from error
    if total == 0:  # emptied by another program since it was opened
        raise VideoEmptyError(path=shown_path(path))
    return content_name(digest)


def stat_key(path: PathLike) -> tuple[int, int, int, int, int]:
    """(size, mtime_ns, ctime_ns, inode, device): while it stays the same, the content need not be hashed again.

    The change time is among them because a program can set the modification time back but not the change
    time; on Windows it is the creation time, which at least tells a replaced file from the one before.

    Raises VideoNotFoundError or VideoAccessError.
    """
    sequence = sequence_of(path)
    if sequence is not None:
        keys = [stat_key(picture) for picture in sequence.files]
        facts = (sequence.files, keys, *sequence.missing)
        mark = blake2b(repr(facts).encode("utf-8", "surrogatepass"), digest_size=7).digest()
        return sum(k[0] for k in keys), max(k[1] for k in keys), max(k[2] for k in keys), int.from_bytes(mark), 0
    try:
        status = os.stat(system_path(path))
    except (OSError, ValueError) as error:
        raise access_error(path, error) from error
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev
