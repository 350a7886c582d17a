"""The ratings of a team in a PostgreSQL database, which many hosts read and write.

It holds ratings, with their attributes and explanations, alone: no path, no name of a file and no prompt ever
leaves a machine. What a row is, and its check value, is ``stored_rows``'s and ``beside``'s; this file says how
PostgreSQL keeps it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from xl_vqa.host.beside import Beside, Kind
from xl_vqa.host.stored_rows import ROW_COLUMNS, RatingKey, Row, split_row
from xl_vqa.packages import as_missing
from xl_vqa.video.reader_version import READER_VERSION

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger("xl_vqa.host.shared_store")

SCHEMA: Final = 1
CONNECT_S: Final = 5
STATEMENT_MS: Final = 15_000
COLUMN_TYPES: Final = {
    "probabilities": "bytea",  # little-endian float64, one per label, lowest label first
    "off_digit_mass": "double precision",
    "scale": "text",
    "frames": "text",
    "model_name": "text",
    "text": "text",  # always NULL: prompts stay on their machine
    "warnings": "text",
    "rated_at": "text",
    "view": "text",
    "summary": "text",
    "reader": "integer",
}
"""How PostgreSQL keeps each column of ``stored_rows.Row``."""

_TABLES: Final = f"""
CREATE TABLE IF NOT EXISTS xl_vqa_schema (version integer NOT NULL);
INSERT INTO xl_vqa_schema SELECT {SCHEMA} WHERE NOT EXISTS (SELECT 1 FROM xl_vqa_schema);
CREATE TABLE IF NOT EXISTS xl_vqa_ratings (
    model text NOT NULL,
    settings text NOT NULL,
    video text NOT NULL,
    {", ".join(f"{name} {kind}" for name, kind in COLUMN_TYPES.items())},
    checksum bytea NOT NULL,
    PRIMARY KEY (model, settings, video)
);
"""
_TABLE_BESIDE: Final = """
CREATE TABLE IF NOT EXISTS xl_vqa_beside (
    kind text NOT NULL,
    model text NOT NULL,
    settings text NOT NULL,
    video text NOT NULL,
    head text NOT NULL,
    numbers bytea NOT NULL,
    version integer NOT NULL,
    reader integer NOT NULL,
    made_at text NOT NULL,
    checksum bytea NOT NULL,
    PRIMARY KEY (kind, model, settings, video)
)
"""
"""Added to the first schema: hosts that do not know it leave it alone, so that versions may be mixed."""
_OF_BESIDE: Final = ("head", "numbers", "version", "reader", "made_at", "checksum")
_INSERT_BESIDE: Final = (
    f"INSERT INTO xl_vqa_beside (kind, model, settings, video, {', '.join(_OF_BESIDE)}) "
    f"VALUES ({', '.join(['%s'] * (4 + len(_OF_BESIDE)))}) ON CONFLICT (kind, model, settings, video) DO "
    f"UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in _OF_BESIDE)} "
    "WHERE (excluded.version, excluded.reader, excluded.made_at) > "
    "(xl_vqa_beside.version, xl_vqa_beside.reader, xl_vqa_beside.made_at)"
)
_FIND_BESIDE: Final = (
    f"SELECT {', '.join(_OF_BESIDE)} FROM xl_vqa_beside "
    "WHERE kind = %s AND model = %s AND settings = %s AND video = %s AND version = %s AND reader = %s"
)
_COLUMNS: Final = (*Row._fields, "checksum")
_INSERT: Final = (
    f"INSERT INTO xl_vqa_ratings (model, settings, video, {', '.join(_COLUMNS)}) "
    f"VALUES ({', '.join(['%s'] * (3 + len(_COLUMNS)))}) ON CONFLICT (model, settings, video) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)} "
    # of two machines that rated the same the newest stands, whichever was heard first
    "WHERE (excluded.reader, excluded.rated_at) > (xl_vqa_ratings.reader, xl_vqa_ratings.rated_at)"
)
_FIND: Final = (
    f"SELECT {ROW_COLUMNS}, checksum FROM xl_vqa_ratings "
    "WHERE model = %s AND settings = %s AND video = %s AND reader >= %s"
)

T = TypeVar("T")


class SharedStoreError(Exception):
    """The database does not answer, or will not have us; the text is the driver's, without the password."""


class SharedStore:
    """One connection, made when it is first needed and again after it broke. Thread-safe."""

    def __init__(self, address: str) -> None:
        """``address`` as ``postgresql://person@host/database``; the password is where libpq looks for it."""
        self._address = address
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None

    def find(self, key: RatingKey) -> Row | None:
        """The row under ``key`` if it is what was written. Raises SharedStoreError."""
        found = self._run(lambda connection: connection.execute(_FIND, (*key, READER_VERSION)).fetchone())
        if found is None:
            return None
        row, check = split_row([value.encode() if isinstance(value, str) else value for value in found])
        if not row.is_sound(key, check):
            log.error("the shared rating of %s is damaged; it is made again", key.video)
            return None
        return row

    def save(self, rows: Sequence[tuple[RatingKey, Row]]) -> None:
        """All or none of them; a newer one that is there stays. Raises SharedStoreError."""
        values = []
        for key, row in rows:
            kept = row._replace(text=None)
            values.append((*key, *kept.stored_values(), kept.check_value(key)))

        def put(connection: psycopg.Connection[Any]) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(_INSERT, values)

        if values:
            self._run(put)

    def find_beside(self, kind: Kind, key: RatingKey, version: int) -> Beside | None:
        """What stands beside a rating, if it is what was written. Raises SharedStoreError."""
        wanted = (kind, *key, version, READER_VERSION)
        row = self._run(lambda connection: connection.execute(_FIND_BESIDE, wanted).fetchone())
        if row is None:
            return None
        head, numbers, found_version, reader, made_at, check = row
        found = Beside(kind, key, head.encode(), numbers, found_version, reader, made_at, check)
        if not found.is_sound:
            log.error("the shared %s of %s are damaged; they are made again", kind, key.video)
            return None
        return found

    def save_beside(self, rows: Sequence[Beside]) -> None:
        """As ``save``. Raises SharedStoreError."""
        values = [
            (one.kind, *one.key, one.head.decode(), one.numbers, one.version, one.reader, one.made_at, one.check)
            for one in rows
        ]

        def put(connection: psycopg.Connection[Any]) -> None:
            with connection.transaction(), connection.cursor() as cursor:
                cursor.executemany(_INSERT_BESIDE, values)

        if values:
            self._run(put)

    def count(self) -> int:
        """How many ratings the team has. Raises SharedStoreError."""
        (count,) = self._run(lambda c: c.execute("SELECT count(*) FROM xl_vqa_ratings").fetchone()) or (0,)
        return int(count)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _run(self, ask: Callable[[psycopg.Connection[Any]], T]) -> T:
        with self._lock:
            try:
                import psycopg
            except ImportError as error:
                missing = as_missing(error)
                raise SharedStoreError(str(missing or error)) from error
            for last in (False, True):
                fresh = self._connection is None or self._connection.closed
                try:
                    if fresh:
                        self._connection = self._connect()
                    assert self._connection is not None
                    return ask(self._connection)
                except psycopg.OperationalError as error:
                    self._drop()
                    # a connection that lay idle may have been cut; a new one that fails tells of more
                    if fresh or last:
                        raise SharedStoreError(_first_line(error)) from error
                except psycopg.Error as error:
                    self._drop()
                    raise SharedStoreError(_first_line(error)) from error
            raise AssertionError("unreachable")

    def _connect(self) -> psycopg.Connection[Any]:
        import psycopg

        connection = psycopg.connect(
            self._address,
            autocommit=True,
            connect_timeout=CONNECT_S,
            application_name="xl_vqa",
            options=f"-c statement_timeout={STATEMENT_MS}",
        )
        try:
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _prepare(connection: psycopg.Connection[Any]) -> None:
    """Makes the tables where there are none. Raises SharedStoreError for a newer version's."""
    there = connection.execute("SELECT to_regclass('xl_vqa_schema') IS NOT NULL").fetchone()
    if there != (True,):
        with connection.transaction():
            # of several hosts that begin at once one makes them
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('xl_vqa'))")
            for statement in filter(str.strip, _TABLES.split(";")):
                connection.execute(statement)
    (version,) = connection.execute("SELECT max(version) FROM xl_vqa_schema").fetchone() or (SCHEMA,)
    if version > SCHEMA:
        raise SharedStoreError(f"schema {version}, this xl_vqa knows {SCHEMA}: update xl_vqa")
    if connection.execute("SELECT to_regclass('xl_vqa_beside') IS NOT NULL").fetchone() != (True,):
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('xl_vqa'))")
            connection.execute(_TABLE_BESIDE)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
