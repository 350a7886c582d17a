"""Every file of ours is written here: whole or not at all.

The new content goes into a file beside the old one, reaches the disk, and takes the old one's place in one step;
a process killed at any moment leaves the old file or the new one. Raises OSError, which ``why_unwritten`` of
``xl_vqa.words.reasons`` puts into words; ``xl_vqa.outputs`` has the same with sentences for people. Standard
library only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

WINDOWS: Final = os.name == "nt"
TEMP_MARK: Final = ".xl_vqa.tmp"
# file systems allow 255 bytes, and a Japanese character takes three
NAME_PART: Final = 40
# far longer than writing takes; younger ones may belong to a run that is going on
LEFTOVER_AGE_S: Final = 3600.0
# a virus scanner or an indexer holds a fresh file for moments, Excel for hours: two seconds in all
WAITS_S: Final = (0.05, 0.1, 0.2, 0.4, 0.5, 0.75)
SHARING_VIOLATIONS: Final = (32, 33)
"""Windows: open elsewhere without sharing, or a locked range; access denied comes from a folder's rights too."""
INVALID_NAME: Final = 123
"""Windows: a question mark, a colon or their like in a name."""
_REASONS: Final = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "problem_disk_full"),
    errno.EROFS: "problem_read_only_drive",
    errno.EACCES: "problem_no_write_permission",
    errno.EPERM: "problem_no_write_permission",
    errno.EISDIR: "problem_folder",
    errno.ENOENT: "problem_no_such_folder",
    errno.ENOTDIR: "problem_file_for_folder",
    errno.ENAMETOOLONG: "problem_path_too_long",
    # of making a folder: a file or a link to nowhere has its name
    errno.EEXIST: "problem_file_for_folder",
    errno.ELOOP: "problem_link_circle",
}
_EXISTING: Final = "write-protected"


@contextlib.contextmanager
def write_atomically(path: Path, *, durable: bool = True, private: bool = False) -> Iterator[BinaryIO]:
    """A file to write, which becomes ``path`` when the block ends without an error; see ``replacing``."""
    with replacing(path, durable=durable, private=private) as partial, partial.open("r+b") as file:
        yield file


@contextlib.contextmanager
def replacing(path: Path, *, durable: bool = True, private: bool = False, ending: str = "") -> Iterator[Path]:
    """The path of an empty file that takes the place of ``path`` when the block ends without an error.

    A link keeps pointing at its target, which is what is replaced; an existing file keeps its permissions and,
    where allowed, its owner; a write-protected one is refused. A device or a pipe receives the bytes.
    ``durable`` waits until they are on the disk, as a promise to a person needs and a cache does not; ``private``
    keeps every other user from reading; ``ending`` is the temporary file's, for encoders that go by it.
    """
    target = Path(os.path.realpath(path))
    before = _status(target)
    if before is not None:
        _check(target, before)
    # a device or a pipe can only be written to, and beside it is no place for a file
    special = before is not None and not stat.S_ISREG(before.st_mode)
    partial = _beside(Path(tempfile.gettempdir()) / target.name if special else target, ending)
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600 if private else 0o666))
        yield partial
        if durable:
            _sync(partial)
        if special:
            with partial.open("rb") as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)
        else:
            if before is not None and not private:
                _take_over(partial, before)
            replace(partial, target)
            if durable:
                _sync_folder(target.parent)
    finally:
        # gone already where it took its place
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: Path, *, over: bool = False) -> Iterator[Path]:
    """An empty folder that becomes ``path`` when the block ends without an error.

    Raises FileExistsError where something is there, unless ``over``: then it takes that one's place.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = _beside(path)
    partial.mkdir()
    old = _beside(path)
    try:
        yield partial
        if path.exists():
            if not over:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
            replace(path, old)
        try:
            replace(partial, path)
        except OSError:
            if old.exists():
                replace(old, path)
            raise
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def replace(source: Path, target: Path) -> None:
    """``source`` becomes ``target``; where Windows forbids that, held by another program, it is tried again."""
    for wait in WAITS_S if WINDOWS else ():
        try:
            os.replace(source, target)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    os.replace(source, target)


def make_private(folder: Path) -> None:
    """The folder, made where it is missing, for this user alone. Raises OSError.

    On Windows a user's own places are that already, and rights beyond them are not touched.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except FileExistsError as error:
        # a file of that name; who makes a claim of its own in the folder reads "exists" as somebody else's
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error
    keep_private(folder)


def keep_private(path: Path) -> None:
    """Takes every right on it from everybody else; what belongs to somebody else stays as it is."""
    with contextlib.suppress(OSError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if not WINDOWS and mode & 0o077:
            path.chmod(mode & ~0o077)


def check_folder(folder: Path) -> None:
    """Raises the OSError that writing a file into ``folder`` would raise."""
    probe = _beside(folder / "probe")
    with probe.open("xb"):
        pass
    probe.unlink()


def is_read_only(path: Path) -> bool:
    """Write-protected. The mode is looked at too, since an administrator may write everything."""
    return not os.access(path, os.W_OK) or not path.stat().st_mode & 0o222


def remove_leftovers(target: Path) -> None:
    """Removes temporary files of runs that were killed while writing this very file."""
    start = f".{target.name[:NAME_PART]}."
    for entry in target.parent.iterdir():
        if entry.name.startswith(start) and TEMP_MARK in entry.name:
            with contextlib.suppress(OSError):
                if time.time() - entry.stat().st_mtime > LEFTOVER_AGE_S:
                    entry.unlink()


def known_reason(error: OSError) -> str | None:
    """The phrase for why writing failed, where the cause is known; ``why_unwritten`` of the words says all."""
    # a lock that was waited for in vain has no number
    if getattr(error, "winerror", None) in SHARING_VIOLATIONS or (
        isinstance(error, TimeoutError) and error.errno is None
    ):
        return "problem_locked"
    if error.strerror == _EXISTING:
        return "problem_write_protected"
    if getattr(error, "winerror", None) == INVALID_NAME:
        return "problem_name_characters"
    return _REASONS.get(error.errno or 0)


def _status(target: Path) -> os.stat_result | None:
    try:
        return target.stat()
    except FileNotFoundError:
        return None


def _check(target: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if is_read_only(target):
        raise PermissionError(errno.EACCES, _EXISTING, str(target))


def _beside(target: Path, ending: str = "") -> Path:
    return target.with_name(f".{target.name[:NAME_PART]}.{secrets.token_hex(8)}{TEMP_MARK}{ending}")


def _take_over(partial: Path, before: os.stat_result) -> None:
    if not WINDOWS:
        # only an administrator may give files away; everybody else's new file is their own
        with contextlib.suppress(OSError):
            os.chown(partial, before.st_uid, before.st_gid)
    partial.chmod(stat.S_IMODE(before.st_mode))


def _sync(file: Path) -> None:
    with file.open("r+b") as stream:
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if WINDOWS:
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
