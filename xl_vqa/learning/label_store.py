"""The label store: people's corrections beside the host's ratings, in ``labels.sqlite3`` of the data folder.

Nothing enters it but by ``xl-vqa labels collect``. A correction that was edited or taken back stays as history.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from xl_vqa.host.database import DamagedError, Database, SetAside
from xl_vqa.learning.corrections import COLUMNS, Correction, read_row, stored
from xl_vqa.learning.errors import LearningError
from xl_vqa.words.errors import HostDiskError, HostStartError, XlVqaError
from xl_vqa.words.reasons import Reason, why_unwritten
from xl_vqa.words.settings import Settings

log = logging.getLogger("xl_vqa.learning.label_store")

FILE_NAME: Final = "labels.sqlite3"
CURRENT, REPLACED, WITHDRAWN = "current", "replaced", "withdrawn"
STEPS: Final[tuple[tuple[str, str], ...]] = (
    (
        "0001_corrections",
        """
        CREATE TABLE corrections (
            id INTEGER PRIMARY KEY,
            sheet BLOB NOT NULL,            -- path, UTF-8 with surrogates
            heading TEXT NOT NULL,          -- of the column
            rater TEXT NOT NULL,
            path BLOB NOT NULL,             -- of the video
            row INTEGER NOT NULL,
            video TEXT NOT NULL,            -- fingerprint of the content; empty where it could not be read
            mos REAL NOT NULL,              -- on 1..5
            as_read TEXT NOT NULL,
            scale TEXT NOT NULL,            -- the range that as_read was read in
            source TEXT NOT NULL,
            content TEXT NOT NULL,
            model TEXT NOT NULL,            -- of the rating that stood beside it
            model_fingerprint TEXT NOT NULL,
            model_mos REAL,
            written_at TEXT,
            collected_at TEXT NOT NULL,
            state TEXT NOT NULL,            -- current, replaced or withdrawn
            ended_at TEXT,                  -- when it was replaced or withdrawn
            checksum BLOB NOT NULL
        );
        CREATE UNIQUE INDEX one_current ON corrections (sheet, heading, rater, path) WHERE state = 'current';
        CREATE TABLE hold_outs (
            path BLOB PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            locked_at TEXT NOT NULL
        ) WITHOUT ROWID;
        """,
    ),
)
_INSERT: Final = (
    f"INSERT INTO corrections ({', '.join(COLUMNS)}, state, ended_at, checksum) "
    f"VALUES ({', '.join('?' * (len(COLUMNS) + 3))})"
)
_SELECT: Final = f"SELECT id, {', '.join(COLUMNS)}, state, ended_at, checksum FROM corrections ORDER BY id"


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of the store; ``state`` is current, replaced or withdrawn, ``ended_at`` since when it is so."""

    id: int
    correction: Correction
    state: str
    ended_at: str | None = None


@dataclass(slots=True)
class Change:
    """What a collection did, each with its rows: ``edited`` holds (before, now)."""

    new: list[Correction]
    same: list[Correction]
    edited: list[tuple[Correction, Correction]]
    withdrawn: list[Correction]
    other_file: list[Correction]
    """Not taken up: the file holds other pictures than when this very correction was collected."""


class LabelStore:
    """Raises LearningError where the disk refuses, or for a newer version's file."""

    def __init__(self, settings: Settings) -> None:
        self.path = settings.home / FILE_NAME
        with self._errors():
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = Database(self.path, salvage=_salvage, steps=STEPS, table="corrections")
            with contextlib.suppress(OSError):
                self.path.chmod(0o600)

    def __enter__(self) -> LabelStore:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    @property
    def set_aside(self) -> list[SetAside]:
        """Damaged files that were moved away; what could be read of them is in the store."""
        return list(self._database.set_aside)

    def everything(self) -> list[Kept]:
        """All rows that are what was written, oldest first, history included."""
        with self._reading() as connection:
            return [kept for kept in map(_kept, connection.execute(_SELECT)) if kept is not None]

    def current(self) -> list[Correction]:
        """What people say now, oldest first."""
        return [kept.correction for kept in self.everything() if kept.state == CURRENT]

    def put(self, found: Sequence[Correction], blank: Collection[tuple[str, str, str, str]] = ()) -> Change:
        """Takes up the corrections of a sheet, all or none; ``blank`` are keys whose cell is empty now.

        The same again changes nothing but the row it stands in. Another MOS of the same person for the same
        row's video replaces the one before, which stays as history.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        change = Change([], [], [], [], [])
        with self._writing() as connection:
            known = {
                kept.correction.key: kept
                for kept in map(_kept, connection.execute(_SELECT))
                if kept is not None and kept.state == CURRENT
            }
            for one in found:
                before = known.get(one.key)
                if before is None:
                    change.new.append(one)
                    _insert(connection, one)
                elif before.correction.mos != one.mos:
                    change.edited.append((before.correction, one))
                    _end(connection, before, REPLACED, now)
                    _insert(connection, one)
                elif before.correction.video and one.video and before.correction.video != one.video:
                    change.other_file.append(one)
                else:
                    change.same.append(one)
                    _refresh(connection, before, one)
            for key in blank:
                if (before := known.get(key)) is not None:
                    change.withdrawn.append(before.correction)
                    _end(connection, before, WITHDRAWN, now)
        return change

    # -- hold-outs

    def locked(self, path: Path) -> str | None:
        """The fingerprint that the hold-out at ``path`` was locked with; None where it was locked elsewhere."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT fingerprint FROM hold_outs WHERE path = ?", (_bytes(str(path.absolute())),)
            ).fetchone()
            return None if found is None else bytes(found[0]).decode()

    def lock(self, path: Path, fingerprint: str) -> None:
        """Notes what a hold-out was when it was fixed."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO hold_outs VALUES (?, ?, ?)",
                (_bytes(str(path.absolute())), fingerprint, now),
            )

    # -- forgetting

    def forget(self, meant: Callable[[str], bool]) -> int:
        """Removes every correction, history too, of videos and sheets that are ``meant``; how many."""
        with self._writing() as connection:
            rows = connection.execute("SELECT id, sheet, path, video FROM corrections").fetchall()
            videos = {row[3] for row in rows if row[3] and meant(_text(row[2]))}
            gone = [
                (k,)
                for k, sheet, path, video in rows
                if video in videos or meant(_text(path)) or meant(_text(sheet))
            ]
            connection.executemany("DELETE FROM corrections WHERE id = ?", gone)
        if gone:
            with self._errors():
                self._database.shrink()
        return len(gone)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._errors(), self._database.reading() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._errors(), self._database.writing(durable=True) as connection:
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DamagedError as error:
            problem = Reason("label_store_damaged", path=str(self.path))
            raise LearningError(problem=problem) from error
        except (HostDiskError, HostStartError) as error:
            problem = Reason("label_store_disk", path=str(self.path), why=Reason.of(error))
            raise LearningError(problem=problem) from error
        except OSError as error:
            problem = Reason("label_store_disk", path=str(self.path), why=why_unwritten(error))
            raise LearningError(problem=problem) from error


def forget_labels(settings: Settings, meant: Callable[[str], bool]) -> int:
    """``LabelStore.forget`` where there is one; a store that was never made is not made for it."""
    if not (settings.home / FILE_NAME).exists():
        return 0
    with LabelStore(settings) as store:
        return store.forget(meant)


def _kept(values: Sequence[Any]) -> Kept | None:
    """None of a row that is not what was written."""
    number, *columns, state, ended_at, checksum = values
    try:
        correction, said = read_row(tuple(columns)), _text(state)
        sound = correction.check_value(said) == checksum
    except (ValueError, TypeError):
        sound = False
    if not sound:
        log.error("row %s of the label store is damaged and left out", number)
        return None
    return Kept(int(number), correction, said, None if ended_at is None else _text(ended_at))


def _insert(connection: sqlite3.Connection, one: Correction) -> None:
    connection.execute(_INSERT, (*stored(one), CURRENT, None, one.check_value(CURRENT)))


def _end(connection: sqlite3.Connection, kept: Kept, state: str, now: str) -> None:
    connection.execute(
        "UPDATE corrections SET state = ?, ended_at = ?, checksum = ? WHERE id = ?",
        (state, now, kept.correction.check_value(state), kept.id),
    )


def _refresh(connection: sqlite3.Connection, kept: Kept, one: Correction) -> None:
    """The row may have moved, and a file that could not be read may be there now."""
    old = kept.correction
    new = replace(old, row=one.row, video=old.video or one.video)
    if new != old:
        connection.execute(
            "UPDATE corrections SET row = ?, video = ?, checksum = ? WHERE id = ?",
            (new.row, new.video, new.check_value(CURRENT), kept.id),
        )


def _salvage(damaged: Path, connection: sqlite3.Connection) -> int:
    """What SQLite still reads of a damaged file, row by row, where it proves itself."""
    saved = 0
    with contextlib.closing(sqlite3.connect(damaged)) as old:
        old.text_factory = bytes
        (last,) = old.execute("SELECT max(id) FROM corrections").fetchone()
        for number in range(1, (last or 0) + 1):
            with contextlib.suppress(sqlite3.DatabaseError, XlVqaError):
                values = old.execute(_SELECT.replace("ORDER BY id", "WHERE id = ?"), (number,)).fetchone()
                kept = None if values is None else _kept(values)
                if kept is None:
                    continue
                check = kept.correction.check_value(kept.state)
                connection.execute(_INSERT, (*stored(kept.correction), kept.state, kept.ended_at, check))
                saved += 1
        with contextlib.suppress(sqlite3.DatabaseError):
            rows = old.execute("SELECT path, fingerprint, locked_at FROM hold_outs").fetchall()
            connection.executemany(
                "INSERT OR IGNORE INTO hold_outs VALUES (?, ?, ?)",
                [(path, _text(mark), _text(at)) for path, mark, at in rows],
            )
    return saved


def _text(value: Any) -> str:
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else str(value)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
