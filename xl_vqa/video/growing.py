"""Whether a file is still being written: a recording or a copy whose format lets it be read at any length.

A rating of what is there by now would look like one of the whole. Where the container says its own end and ends
there, nothing is asked. Linux tells whether somebody holds the file open for writing, and so does Windows; where
neither does (macOS, a network drive), a file that was written to a moment ago is looked at again a little later.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable
from typing import Final

from xl_vqa.video.files import PathLike, says_its_end, system_path

LINUX: Final = sys.platform.startswith("linux")
QUIET_S: Final = 2.0
"""A file that nobody is known to write to has to be left alone for so long."""
_LOOK_S: Final = 0.1
_GENERIC_READ, _SHARE_READ, _OPEN_EXISTING, _SHARING_VIOLATION = 0x80000000, 1, 3, 32


def is_open_ended(path: PathLike) -> bool:
    """Whether more of the file may come without a sign in what is there; False where it cannot be read."""
    try:
        with open(system_path(path), "rb") as file:
            return not says_its_end(file, os.fstat(file.fileno()).st_size)
    except (OSError, ValueError):
        return False


def is_written(path: PathLike, should_stop: Callable[[], None] = lambda: None) -> bool:
    """Of an open-ended file: whether somebody writes to it now. Takes ``QUIET_S`` where the system is silent."""
    writer = has_writer(path)
    if writer is not None:
        return writer
    try:
        before = os.stat(system_path(path))
        while 0 <= time.time() - before.st_mtime < QUIET_S:
            should_stop()
            time.sleep(_LOOK_S)
        after = os.stat(system_path(path))
    except OSError:
        return False
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)


def has_writer(path: PathLike) -> bool | None:
    """Whether a process holds the file open for writing; None where the system does not tell."""
    if sys.platform == "win32":
        return _shared_for_writing(system_path(path))
    if LINUX:
        return _leased(system_path(path))
    return None


def _leased(path: str) -> bool | None:
    """A lease for reading is given where nobody writes, to the owner of the file."""
    import fcntl
    import signal

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # whoever opens it for writing in this moment waits until it is given back; the signal of that is one that
        # nobody minds
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    finally:
        os.close(descriptor)
    return False


def _shared_for_writing(path: str) -> bool | None:
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = kernel.CreateFileW(path, _GENERIC_READ, _SHARE_READ, None, _OPEN_EXISTING, 0, None)
    if handle is None or handle == ctypes.c_void_p(-1).value:
        return True if ctypes.get_last_error() == _SHARING_VIOLATION else None  # type: ignore[attr-defined,unused-ignore]
    kernel.CloseHandle(ctypes.c_void_p(handle))
    return False
