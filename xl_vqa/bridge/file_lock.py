"""A lock between processes, of the standard library alone: LibreOffice's Python has no filelock."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LOOK_S: Final = 0.02
_HELD: Final = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
_NO_LOCKS: Final = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL)
"""Of network drives that know of no locks."""


@contextlib.contextmanager
def locked(file: Path, patience_s: float) -> Iterator[None]:
    """Holds ``file``, which is made where it is missing and stays; the system releases it when the process dies.

    Where the drive knows of no locks, it goes on without. Raises TimeoutError where another holds it for longer
    than ``patience_s``, and OSError where the file cannot be made.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = time.monotonic() + patience_s
        while not _taken(handle):
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(LOOK_S)
        yield
    finally:
        # this releases it, too
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        if error.errno not in _NO_LOCKS:
            raise
    return True
