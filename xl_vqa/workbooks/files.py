"""Writing a file whole or not at all, and seeing beforehand that another program holds it."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from xl_vqa.errors import OutputNotWritableError, WorkbookLockedError, WorkbookOwnedError

WINDOWS: Final = os.name == "nt"
TEMP_SUFFIX: Final = ".xl_vqa.tmp"
# far longer than writing takes; younger ones may belong to a run that is going on
LEFTOVER_AGE_S: Final = 3600.0
# file systems allow 255 bytes, and a Japanese character takes three
NAME_PART: Final = 40
WRITE_PROTECTED: Final = "write-protected / 書き込み禁止"
# ERROR_ACCESS_DENIED comes from a folder's rights too; these two mean that another program holds the file
_SHARING_VIOLATIONS: Final = (32, 33)


def write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Calls ``write`` with a file beside ``path`` that then takes its place, on the disk before it does.

    A process killed half way leaves the old file. An existing file keeps its permissions; a link keeps
    pointing at its target, which is what is replaced. Raises WorkbookLockedError where another program
    holds the file, OutputNotWritableError for every other reason (folder missing, read-only, disk full).
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:NAME_PART]}.{secrets.token_hex(4)}{TEMP_SUFFIX}")
    try:
        if target.exists() and is_read_only(target):
            raise OutputNotWritableError(path=str(path), problem=WRITE_PROTECTED)
        with _removed_on_failure(temporary):
            with temporary.open("x+b") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            os.replace(temporary, target)
            _sync_folder(target.parent)
    except PermissionError as error:
        check_not_open(path)
        if getattr(error, "winerror", None) in _SHARING_VIOLATIONS:
            raise WorkbookLockedError(path=str(path)) from error
        if WINDOWS and target.exists() and not is_read_only(target):
            # Windows also says "access denied" for replacing a file that is open
            raise WorkbookLockedError(path=str(path)) from error
        raise OutputNotWritableError(path=str(path), problem=_reason(error)) from error
    except OSError as error:
        raise OutputNotWritableError(path=str(path), problem=_reason(error)) from error


def check_writable(path: Path) -> None:
    """Raises what ``write_atomically`` would raise, as far as it can be seen without writing ``path``.

    Meant for the start of hours of work: WorkbookLockedError (WorkbookOwnedError where the holder is
    known), OutputNotWritableError.
    """
    check_not_open(path)
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise OutputNotWritableError(path=str(path), problem=os.strerror(errno.EISDIR))
    if target.exists():
        if is_read_only(target):
            raise OutputNotWritableError(path=str(path), problem=WRITE_PROTECTED)
        try:
            # opening for appending changes nothing, and fails where Excel holds the file
            with target.open("ab"):
                pass
        except PermissionError as error:
            if WINDOWS:
                raise WorkbookLockedError(path=str(path)) from error
            raise OutputNotWritableError(path=str(path), problem=_reason(error)) from error
        except OSError as error:
            raise OutputNotWritableError(path=str(path), problem=_reason(error)) from error
    probe = target.with_name(f".{secrets.token_hex(8)}{TEMP_SUFFIX}")
    try:
        with probe.open("xb"):
            pass
        probe.unlink()
        _remove_leftovers(target)
    except OSError as error:
        raise OutputNotWritableError(path=str(path), problem=_reason(error)) from error


def is_read_only(path: Path) -> bool:
    """Write-protected. The mode is looked at too, since an administrator may write everything."""
    return not os.access(path, os.W_OK) or not path.stat().st_mode & 0o222


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


@contextlib.contextmanager
def _removed_on_failure(temporary: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _remove_leftovers(target: Path) -> None:
    """Temporary files of runs that were killed while writing this very file."""
    start = f".{target.name[:NAME_PART]}."
    for entry in target.parent.iterdir():
        if entry.name.startswith(start) and entry.name.endswith(TEMP_SUFFIX):
            with contextlib.suppress(OSError):
                if time.time() - entry.stat().st_mtime > LEFTOVER_AGE_S:
                    entry.unlink()


def _sync_folder(folder: Path) -> None:
    if WINDOWS:
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
