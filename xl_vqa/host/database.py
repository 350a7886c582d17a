"""One SQLite file: opened, checked, migrated; set aside and begun anew where it is damaged.

Readers have a few connections of their own, writers take turns at one. WAL lets both work at once.

Another file under the same name, as of a backup that is put back while this runs, is noticed by its number on the
drive: SQLite would go on in the file that no name leads to any more, and lay that one's log over the new one.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn

from xl_vqa import atomic
from xl_vqa.host.migrations import MIGRATIONS, NewerStoreError, migrate
from xl_vqa.words.errors import HostDiskError, HostStartError
from xl_vqa.words.reasons import Detail, Key, Problem, Reason, why_unwritten

log = logging.getLogger("xl_vqa.host.database")

BUSY_TIMEOUT_S: Final = 10.0
MAX_IDLE_READERS: Final = 4
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_REFUSED: Final[dict[int, Key | None]] = {
    sqlite3.SQLITE_FULL: "problem_disk_full",
    sqlite3.SQLITE_IOERR: None,
    sqlite3.SQLITE_READONLY: "problem_write_protected",
    sqlite3.SQLITE_CANTOPEN: "problem_cannot_open",
    sqlite3.SQLITE_PERM: "problem_no_write_permission",
    sqlite3.SQLITE_BUSY: "problem_locked",
    sqlite3.SQLITE_LOCKED: "problem_locked",
    sqlite3.SQLITE_PROTOCOL: "problem_locked",
    sqlite3.SQLITE_NOLFS: None,
}
"""What a drive may refuse, and the phrase for it where the cause is known; SQLite has none for readers."""
_BY_THE_FOLDER: Final = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
"""Refusals whose cause the folder may tell."""
_KEPT_UP: Final = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
"""Refusals that a connection keeps up after their cause is gone: it was opened while the file could only be read,
or its drive was away for a while."""


CHECKED_FIRST: Final = 64 << 20
"""Bytes of a file that is gone through before it is used. A larger one is checked while it is used already:
reading all of it takes as long as the disk takes, and what is damaged shows when it is read, too."""
SETTLED_S: Final = 2.0
"""Another file under the name is taken once it has not been written for this long: it may be on its way still."""
KEPT_DAMAGED: Final = 2
"""Damaged files that stay beside the store at the most; older ones are removed."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A damaged file that was moved to ``path``, and how many ratings of it could be ``saved``."""

    path: Path
    saved: int


class DamagedError(Exception):
    """The file is no healthy SQLite database; ``Database`` has begun a new one when this is seen."""


class Database:
    """Raises HostDiskError where the disk refuses, HostStartError for a newer version's file."""

    def __init__(
        self,
        path: Path,
        *,
        salvage: Callable[[Path, sqlite3.Connection], int] = lambda damaged, new: 0,
        steps: Sequence[tuple[str, str]] = MIGRATIONS,
        table: str = "ratings",
        follows: bool = False,
    ) -> None:
        """``salvage`` puts what can be read of a damaged file into a new one, and says how much that is.

        ``steps`` build the tables (host/migrations.py); ``table`` is the one whose rows count.
        ``follows``: where the file is replaced, the new one is gone on with, and ``salvage`` adds to it what it
        lacks of the old one.
        """
        self.path = path
        self._steps, self._table = steps, table
        self.set_aside: list[SetAside] = []
        """Damaged files that were moved away, newest last."""
        self._salvage = salvage
        self._write_lock = threading.RLock()
        self._pool_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._generation = 0
        self._durable: bool | None = None
        self._closed = False
        self._closing = threading.Event()
        self._checking: sqlite3.Connection | None = None
        self._lost = False
        """The writer is closed, and opened again by the next who writes."""
        self._suspect = False
        """The file is known to be damaged, and could not be moved away yet."""
        self._open_file: tuple[int, int] | None = None
        self._open_log: tuple[int, int] | None = None
        """Which file and which log are open, by their numbers on the drive."""
        self._follows, self._moved = follows, False
        """Moved: the new file of that name is to be opened, without the log of the old one."""
        self._held: Path | None = None
        """What was in a file that was replaced, until the new one has it."""
        large = self.path.is_file() and self.path.stat().st_size > CHECKED_FIRST
        self._writer = self._open(check=not large)
        self._checker = threading.Thread(target=self._check, name="store-check", daemon=True)
        if large:
            self._checker.start()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for SELECTs, which gives texts as bytes, for a damaged one need not be UTF-8.

        Raises HostDiskError, or DamagedError once a new file was begun.
        """
        if self._follows and _number(self.path) != self._open_file:
            with self._write_lock:
                self._follow()
                if _number(self.path) != self._open_file:
                    # what came is not whole yet, or nothing came: the only way to what is open is the writer
                    with self._reading_by_the_writer() as writer:
                        yield writer
                    return
        with self._pool_lock:
            generation = self._generation
            connection = self._idle.pop() if self._idle else None
        try:
            if connection is None:
                connection = self._connect()
                connection.text_factory = bytes
            yield connection
        except sqlite3.DatabaseError as error:
            if connection is not None:
                connection.close()
            self._raise(error, generation)
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        else:
            with self._pool_lock:
                keep = generation == self._generation and len(self._idle) < MAX_IDLE_READERS and not self._closed
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()

    @contextmanager
    def _reading_by_the_writer(self) -> Iterator[sqlite3.Connection]:
        self._regain()
        generation, connection = self._generation, self._writer
        texts, connection.text_factory = connection.text_factory, bytes
        try:
            yield connection
        except sqlite3.DatabaseError as error:
            self._raise(error, generation)
        finally:
            connection.text_factory = texts

    @contextmanager
    def writing(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """One transaction. ``durable`` survives a power cut as well as a crash of the process.

        Raises as ``reading`` does; nothing of the transaction is kept then.
        """
        with self._write_lock:
            self._follow()
            self._regain()
            generation = self._generation
            connection = self._writer
            try:
                if self._durable is not durable:
                    connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                    self._durable = durable
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    # a full disk may have ended the transaction already
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
            except sqlite3.DatabaseError as error:
                if _code(error) in _KEPT_UP:
                    connection.close()
                    self._lost = True
                self._raise(error, generation)

    def shrink(self) -> None:
        """Writes the file anew without what was deleted, and empties the log; raises as ``reading`` does."""
        with self._write_lock:
            self._follow()
            self._regain()
            generation = self._generation
            try:
                self._writer.execute("VACUUM")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.DatabaseError as error:
                self._raise(error, generation)

    def close(self) -> None:
        """Folds the log into the file, so that one file is left."""
        if self._checker.is_alive():
            self._closing.set()
            running = self._checking
            if running is not None:
                with suppress(sqlite3.Error):
                    running.interrupt()
            self._checker.join()
        with self._write_lock:
            if self._closed:
                return
            try:
                self._follow()
            except HostDiskError as error:
                log.error("what was rated since the store was replaced is not in it: %s", error)
            self._closed = True
            self._drop_readers()
            try:
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.DatabaseError as error:
                log.warning("the store's log could not be folded in: %s", error)
            self._writer.close()

    def _check(self) -> None:
        """Goes through a large file beside the work; a damaged one is moved away as when a reader meets it."""
        try:
            with self.reading() as connection:
                self._checking = connection
                if self._closing.is_set():
                    return
                (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
                if verdict != b"ok":
                    found = sqlite3.DatabaseError(verdict.decode("utf-8", "replace"))
                    found.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                    raise found
        except DamagedError:
            pass  # told, and a new file was begun
        except (HostDiskError, sqlite3.Error) as error:
            if not self._closing.is_set():
                log.warning("the store could not be checked: %s", error)
        finally:
            self._checking = None

    def _open(self, damaged: Path | None = None, *, check: bool = True) -> sqlite3.Connection:
        """The writing connection on a healthy, migrated file, with what can be saved of a ``damaged`` one."""
        for _ in range(2):
            try:
                connection = self._open_checked(check=check)
                if damaged is not None:
                    self.set_aside.append(SetAside(damaged, self._save_what_can_be(damaged, connection)))
                return connection
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    self._raise_disk_error(error)
                damaged = self._move_aside(str(error))
            except DamagedError as error:
                damaged = self._move_aside(str(error))
            except NewerStoreError as error:
                problem = Reason("host_store_newer", file=str(self.path), detail=Detail.of(error))
                raise HostStartError(problem=problem) from error
        raise HostDiskError(path=str(self.path), problem="host_store_damaged")

    def _open_checked(self, *, check: bool) -> sqlite3.Connection:
        connection = self._connect()
        try:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone() if check else ("ok",)
            if verdict != "ok":
                raise DamagedError(verdict)
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
            if mode != "wal":
                log.warning("the store's file system does not allow WAL (%s); readers will wait for writers", mode)
            for name in migrate(connection, self._steps):
                log.info("store: applied %s", name)
        except BaseException:
            connection.close()
            raise
        self._durable = None
        self._open_file, self._open_log = _number(self.path), _number(Path(f"{self.path}-wal"))
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        # negative: KiB; the host has to stay small, and the system caches the file anyway
        connection.execute("PRAGMA cache_size=-1024")
        connection.execute("PRAGMA foreign_keys=ON")
        # what is deleted is gone, and no path or prompt is left in a free corner of the file
        connection.execute("PRAGMA secure_delete=ON")
        return connection

    def _raise(self, error: sqlite3.DatabaseError, generation: int) -> None:
        if not is_damage(error):
            self._raise_disk_error(error)
        with self._write_lock:
            if self._generation == generation and not self._closed:
                self._writer.close()
                self._lost = self._suspect = True
                self._drop_readers()
                self._writer = self._open(self._move_aside(str(error)))
                self._lost = self._suspect = False
        raise DamagedError(str(error)) from error

    def _is_replaced(self) -> bool:
        """Whether another file has the name of the one that is open. None there is not: one may come."""
        try:
            found = self.path.stat()
        except OSError:
            return False
        another = self._open_file not in (None, (found.st_dev, found.st_ino))
        return another and time.time() - found.st_mtime > SETTLED_S

    def _follow(self) -> None:
        """Where the file was replaced, opens the new one and adds what only the old one has; under the lock.

        Raises HostDiskError where that is refused; it is tried again.
        """
        if not self._follows or self._lost or self._closed or not self._is_replaced():
            return
        log.warning("another file was put in the place of %s; what was rated meanwhile is added to it", self.path)
        # under a name that whoever removes traces knows, should this end half-way
        self._held = self._aside()
        try:
            self._writer.execute("VACUUM INTO ?", (str(self._held),))
        except sqlite3.DatabaseError as error:
            remove_database(self._held)
            self._held = None
            if not is_damage(error):
                self._raise_disk_error(error)
            log.error("what was rated meanwhile is lost, for the file that was replaced is damaged: %s", error)
        self._writer.close()
        self._lost = self._moved = True
        self._drop_readers()
        self._regain()

    def _drop_old_log(self) -> None:
        """Of a file that was replaced; by its name it would be taken for the new one's, whose own stays."""
        log_file = Path(f"{self.path}-wal")
        try:
            # readers that are at work keep theirs
            Path(f"{self.path}-shm").unlink(missing_ok=True)
            if _number(log_file) == self._open_log:
                log_file.unlink(missing_ok=True)
        except OSError as error:
            raise HostDiskError(path=str(self.path), problem=why_unwritten(error)) from error

    def _take_back(self) -> None:
        """Puts what is held of a replaced file into the new one; what cannot be put there stays beside it."""
        held, self._held = self._held, None
        if held is None:
            return
        try:
            self._salvage(held, self._writer)
        except (OSError, sqlite3.DatabaseError) as error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            log.error("not all of %s could be added to the store: %s", held, error)
        else:
            remove_database(held)

    def _regain(self) -> None:
        """Opens the writer that was lost, under the lock; raises HostDiskError while that is refused."""
        if self._lost and not self._closed:
            if self._moved:
                self._drop_old_log()
            try:
                self._writer = self._open(check=self._suspect or self._moved)
            except HostStartError as error:
                # a newer version's file was put here
                raise HostDiskError(path=str(self.path), problem=error.params["problem"]) from error
            self._lost = self._suspect = self._moved = False
            self._take_back()

    def _drop_readers(self) -> None:
        with self._pool_lock:
            self._generation += 1
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _save_what_can_be(self, damaged: Path, connection: sqlite3.Connection) -> int:
        try:
            saved = self._salvage(damaged, connection)
        except (OSError, sqlite3.DatabaseError) as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            log.error("not all of %s could be saved: %s", damaged, error)
            (saved,) = connection.execute(f"SELECT count(*) FROM {self._table}").fetchone()
        log.error("%d %s of the damaged store were saved", saved, self._table)
        return int(saved)

    def _aside(self) -> Path:
        """A name beside the store for what is to be saved from there."""
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S-%f")
        return self.path.with_name(f"{self.path.stem}.damaged-{stamp}{self.path.suffix}")

    def _move_aside(self, why: str) -> Path:
        target = self._aside()
        log.error("the store is damaged (%s); it is set aside as %s", why, target)
        moved: list[str] = []
        for suffix in ("-wal", "-shm", ""):
            source = Path(f"{self.path}{suffix}")
            try:
                atomic.replace(source, Path(f"{target}{suffix}"))
                moved.append(suffix)
            except FileNotFoundError:
                continue
            except OSError as error:
                # what is newest stands in the log: file and log stay together
                for one in moved:
                    with suppress(OSError):
                        atomic.replace(Path(f"{target}{one}"), Path(f"{self.path}{one}"))
                raise HostDiskError(path=str(self.path), problem=why_unwritten(error)) from error
        for old in damaged_copies(self.path)[:-KEPT_DAMAGED]:
            remove_database(old)
        return target

    def _raise_disk_error(self, error: sqlite3.DatabaseError) -> NoReturn:
        if _code(error) in _REFUSED:
            raise HostDiskError(path=str(self.path), problem=why_refused(error, self.path)) from error
        raise error  # a mistake of ours, no trouble with the disk


def why_refused(error: sqlite3.DatabaseError, path: Path) -> Problem:
    """Why SQLite could not use the file at ``path``, in words of ours where the cause is known."""
    code = _code(error)
    if code in _BY_THE_FOLDER:
        try:
            atomic.check_folder(path.parent)
        except OSError as cause:
            return why_unwritten(cause)
    if code in _DAMAGED:
        return Reason("content_damaged")
    known = None if code is None else _REFUSED.get(code)
    return Reason("problem_drive", detail=Detail.of(error)) if known is None else Reason(known)


def damaged_copies(path: Path) -> list[Path]:
    """The damaged files that were set aside from ``path``, oldest first."""
    return sorted(path.parent.glob(f"{path.stem}.damaged-*{path.suffix}"))


def remove_database(path: Path) -> None:
    """With its log and its index; what cannot be removed stays."""
    for suffix in ("-wal", "-shm", ""):
        with suppress(OSError):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


def _number(path: Path) -> tuple[int, int] | None:
    """Which file it is on which drive; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _code(error: sqlite3.DatabaseError) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is no healthy database, which a host mends when it starts; else a drive refuses."""
    return _code(error) in _DAMAGED
