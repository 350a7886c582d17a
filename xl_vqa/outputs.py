"""Files that a person asked for: written whole or not at all, and what forbids it in sentences, beforehand too.

Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from xl_vqa import atomic
from xl_vqa.words.errors import (
    OutputFormatError,
    OutputNotWritableError,
    WorkbookLockedError,
    WorkbookOwnedError,
)
from xl_vqa.words.reasons import why_unwritten

WINDOWS: Final = os.name == "nt"
HTML: Final = (".html", ".htm")


@contextlib.contextmanager
def output_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which becomes ``path`` when the block ends without an error (``atomic.write_atomically``).

    Raises WorkbookLockedError where another program holds the file, OutputNotWritableError for every other
    OSError (folder missing, read-only, disk full).
    """
    try:
        with atomic.write_atomically(path) as file:
            yield file
    except PermissionError as error:
        check_not_open(path)
        target = Path(os.path.realpath(path))
        if getattr(error, "winerror", None) in atomic.SHARING_VIOLATIONS or (
            # Windows also says "access denied" for replacing a file that is open
            WINDOWS and target.is_file() and not atomic.is_read_only(target)
        ):
            raise WorkbookLockedError(path=str(path)) from error
        raise OutputNotWritableError(path=str(path), problem=why_unwritten(error)) from error
    except OSError as error:
        raise OutputNotWritableError(path=str(path), problem=why_unwritten(error)) from error


def write_output(path: Path, content: bytes, *, parents: bool = False) -> None:
    """Makes ``content`` the file ``path``; with ``parents`` the folders above it too.

    Raises what ``output_file`` raises.
    """
    if parents:
        make_folder_of(path)
    with output_file(path) as file:
        file.write(content)


def make_folder_of(path: Path) -> None:
    """The folders above a file that is to be written. Raises OutputNotWritableError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputNotWritableError(path=str(path), problem=why_unwritten(error)) from error


def check_ending(path: Path, *suffixes: str) -> None:
    """Raises OutputFormatError where the name ends in none of ``suffixes`` (with the dot, in any case).

    Programs go by the ending: a page called .xlsx opens nowhere. A device or a pipe has no ending to go by.
    """
    if path.suffix.lower() in suffixes or (path.exists() and not path.is_file() and not path.is_dir()):
        return
    raise OutputFormatError(path=str(path), suffixes=", ".join(suffixes))


def check_writable(path: Path) -> None:
    """Raises what ``output_file`` would raise, as far as it can be seen without writing ``path``.

    Meant for the start of hours of work: WorkbookLockedError (WorkbookOwnedError where the holder is
    known), OutputNotWritableError.
    """
    check_not_open(path)
    target = Path(os.path.realpath(path))
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if target.is_file():
            if atomic.is_read_only(target):
                raise OutputNotWritableError(path=str(path), problem="problem_write_protected")
            # opening for appending changes nothing, and fails where Excel holds the file
            with target.open("ab"):
                pass
        elif target.exists():
            return
        atomic.check_folder(target.parent)
        atomic.remove_leftovers(target)
    except PermissionError as error:
        if WINDOWS and target.is_file():
            raise WorkbookLockedError(path=str(path)) from error
        raise OutputNotWritableError(path=str(path), problem=why_unwritten(error)) from error
    except OSError as error:
        raise OutputNotWritableError(path=str(path), problem=why_unwritten(error)) from error


def check_not_open(path: Path) -> None:
    """Raises WorkbookOwnedError where Excel's or LibreOffice's lock file lies beside ``path``."""
    target = Path(os.path.realpath(path))
    for lock, read_holder in (
        (target.with_name(f"~${target.name}"), _excel_holder),
        (target.with_name(f".~lock.{target.name}#"), _libreoffice_holder),
    ):
        if lock.is_file() and not _is_leftover(lock):
            raise WorkbookOwnedError(path=str(path), holder=read_holder(lock), lock_file=str(lock))


def _is_leftover(lock: Path) -> bool:
    """Excel holds its lock file open; on Windows one that can be written remained after a crash."""
    if not WINDOWS or not lock.name.startswith("~$"):
        return False
    try:
        with lock.open("r+b"):
            return True
    except OSError:
        return False


def _excel_holder(lock: Path) -> str:
    """The user's name: one byte of length, then the name; again from byte 55 on in UTF-16."""
    try:
        raw = lock.read_bytes()
    except OSError:
        return "Excel"
    name = raw[57 : 57 + 2 * raw[55]].decode("utf-16-le", "replace") if len(raw) > 57 else ""
    if not name.strip() and raw:
        name = raw[1 : 1 + raw[0]].decode("ascii", "replace")
    name = "".join(c for c in name if c.isprintable()).strip()
    return f"Excel, {name}" if name else "Excel"


def _libreoffice_holder(lock: Path) -> str:
    try:
        fields = lock.read_text(encoding="utf-8", errors="replace").split(",")
    except OSError:
        return "LibreOffice"
    name = " ".join(field.strip() for field in fields[:3] if field.strip())
    return f"LibreOffice, {name}" if name else "LibreOffice"
