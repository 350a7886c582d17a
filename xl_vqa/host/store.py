"""What the host remembers: ratings by content, model and settings; files by path; crash marks.

A rating's key holds what changes the distribution and nothing else. Label, MOS and band are read off the
stored distribution, so another decoding or other band thresholds never ask the model again.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from xl_vqa.host.attribute_store import AttributeStore
from xl_vqa.host.chunks import chunks, chunks_as_they_come
from xl_vqa.host.database import DamagedError, Database, SetAside
from xl_vqa.host.explanation_store import ExplanationStore
from xl_vqa.host.outbox import Outbox
from xl_vqa.host.salvage import salvaged_ratings
from xl_vqa.host.stored_rows import (
    ROW_COLUMNS,
    BadRowError,
    NewRating,
    RatingKey,
    Row,
    Summary,
    split_row,
)
from xl_vqa.video.reader_version import READER_VERSION
from xl_vqa.words.errors import HostDiskError
from xl_vqa.words.rating import Rating

log = logging.getLogger("xl_vqa.host.store")

CRASH_MEMORY: Final = timedelta(days=7)
"""A crash longer ago than this does not count any more: the reader may have been updated."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file whose content was hashed when its ``stat_key`` was this."""

    stat_key: str
    video: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many ratings were removed, which paths, and how many ratings are left whose path is not known."""

    ratings: int
    paths: frozenset[str]
    nameless: int


@dataclass(slots=True)
class TakenOver:
    """Of ratings from elsewhere: counts, and the keys under which the store has another distribution."""

    new: int = 0
    same: int = 0
    replaced: int = 0
    differing: list[RatingKey] = field(default_factory=list)


class Store:
    """Thread-safe. Every method may raise HostDiskError.

    A damaged file is replaced by what could be saved of it, and read as empty that once; a damaged row counts as
    not there.
    """

    def __init__(self, path: Path) -> None:
        """Opens or creates it. Raises HostDiskError, or HostStartError for a newer version's file."""
        self._told: set[RatingKey] = set()
        self._database = Database(path, salvage=_salvage, follows=True)
        self.attributes = AttributeStore(self._database)
        self.explanations = ExplanationStore(self._database)
        self.outbox = Outbox(self._database)

    @property
    def set_aside(self) -> list[SetAside]:
        """Damaged stores that were moved away in this run."""
        return list(self._database.set_aside)

    def close(self) -> None:
        self._database.close()

    # -- ratings

    def find(self, keys: Iterable[RatingKey]) -> dict[RatingKey, Summary]:
        """The stored summaries among ``keys``."""
        groups: dict[tuple[str, str], set[str]] = {}
        for key in keys:
            groups.setdefault((key.model, key.settings), set()).add(key.video)

        found: dict[RatingKey, Summary] = {}
        for (model, settings), videos in groups.items():
            for chunk in chunks(sorted(videos)):
                keys_of = [RatingKey(model, settings, video) for video in chunk]
                found.update((key, row.short()) for key, row in self._sound_rows(keys_of))
        return found

    def load(self, keys: Iterable[RatingKey]) -> dict[RatingKey, Rating]:
        """The whole stored ratings among ``keys``; their path is empty and for the reader to fill in."""
        found: dict[RatingKey, Rating] = {}
        for key in dict.fromkeys(keys):
            for _, row in self._sound_rows([key]):
                try:
                    found[key] = row.rating(key)
                except BadRowError as error:
                    self._tell(key, str(error))
        return found

    def _sound_rows(self, keys: Sequence[RatingKey]) -> list[tuple[RatingKey, Row]]:
        """The rows of ``keys``, which differ in the video alone, that are what was written."""
        model, settings, _ = keys[0]

        def look() -> list[tuple[RatingKey, Row, Any]]:
            with self._database.reading() as connection:
                rows = connection.execute(
                    f"SELECT video, {ROW_COLUMNS}, checksum FROM ratings "
                    f"WHERE model = ? AND settings = ? AND reader >= ? AND video IN ({_marks(keys)})",
                    (model, settings, READER_VERSION, *(key.video for key in keys)),
                )
                return [(RatingKey(model, settings, _words(video)), *split_row(values)) for video, *values in rows]

        read: list[tuple[RatingKey, Row, Any]] = _or_empty(look, [])
        found, unchecked = [], []
        for key, row, check in read:
            if not row.is_sound(key, check):
                self._tell(key, "its check value")
                continue
            found.append((key, row))
            if check is None:
                unchecked.append((key, row))
        if unchecked:
            self._put_check_values(unchecked)
        return found

    def _put_check_values(self, rows: Sequence[tuple[RatingKey, Row]]) -> None:
        """To rows of before there were any; what is held against itself once is fast from then on."""

        def put() -> None:
            with self._database.writing(durable=False) as connection:
                connection.executemany(
                    "UPDATE ratings SET checksum = ? "
                    "WHERE model = ? AND settings = ? AND video = ? AND checksum IS NULL AND rated_at = ?",
                    [(row.check_value(key), *key, _words(row.rated_at)) for key, row in rows],
                )

        try:
            _twice(put)
        except HostDiskError as error:
            log.debug("%s", error)

    def _tell(self, key: RatingKey, why: str) -> None:
        if key not in self._told:
            self._told.add(key)
            log.error("the stored rating of %s is damaged (%s); it is made again", key.video, why)

    def save(self, ratings: Sequence[NewRating]) -> None:
        """All or none of them, safe from a power cut when it returns; lifts their crash marks.

        A rating that is there already (a refresh) is replaced and its ``times_computed`` counted up.
        """
        rows = [_values(new.key, Row.of(new)) for new in ratings]

        def put() -> None:
            with self._database.writing(durable=True) as connection:
                connection.executemany(f"{_INSERT} {_REPLACE}, times_computed = times_computed + 1", rows)
                videos = [(new.key.video,) for new in ratings]
                connection.executemany("DELETE FROM crash_marks WHERE video = ?", videos)

        if rows:
            _twice(put)

    def take_over(self, rows: Sequence[tuple[RatingKey, Row]], *, replace: bool = False) -> TakenOver:
        """Sound rows of another store, all or none; one that says what is here already changes nothing.

        Where a sound row here says something else, it stays, unless ``replace``; a damaged one is replaced.
        """

        def put() -> TakenOver:
            done = TakenOver()
            meant: dict[RatingKey, Row] = {}
            with self._database.writing(durable=True) as connection:
                for key, row in rows:
                    here = connection.execute(
                        f"SELECT {ROW_COLUMNS}, checksum FROM ratings "
                        "WHERE model = ? AND settings = ? AND video = ?",
                        key,
                    ).fetchone()
                    old = meant.get(key) or (None if here is None else _if_sound(key, here))
                    if old is None:
                        done.new += 1
                    elif old.says() == row.says():
                        done.same += 1
                        continue
                    elif not replace:
                        done.differing.append(key)
                        continue
                    else:
                        done.replaced += 1
                    meant[key] = row
                connection.executemany(f"{_INSERT} {_REPLACE}", [_values(key, row) for key, row in meant.items()])
            return done

        return _twice(put)

    def adopt(self, key: RatingKey, row: Row) -> None:
        """Stores a row of the team's database; one that is here already stays. It is not sent back."""

        def put() -> None:
            with self._database.writing(durable=False) as connection:
                if connection.execute(f"{_INSERT} NOTHING", _values(key, row)).rowcount:
                    connection.execute("DELETE FROM outbox WHERE model = ? AND settings = ? AND video = ?", key)

        _twice(put)

    def reader_before(self, video: str) -> int | None:
        """The oldest version of the reader that left a rating of this content; None where no older one did."""

        def look() -> int | None:
            with self._database.reading() as connection:
                question = "SELECT min(reader) FROM ratings WHERE video = ? AND reader < ?"
                (oldest,) = connection.execute(question, (video, READER_VERSION)).fetchone()
                return None if oldest is None else int(oldest)

        return _or_empty(look, None)

    def confirm_reader(self, video: str) -> None:
        """The ratings of this content hold for the present reader too: its frames are the same."""

        def look() -> list[tuple[RatingKey, Row, Any]]:
            with self._database.reading() as connection:
                rows = connection.execute(
                    f"SELECT model, settings, {ROW_COLUMNS}, checksum FROM ratings WHERE video = ? AND reader < ?",
                    (video, READER_VERSION),
                )
                return [
                    (RatingKey(_words(model), _words(settings), video), *split_row(values))
                    for model, settings, *values in rows
                ]

        old: list[tuple[RatingKey, Row, Any]] = _or_empty(look, [])
        new = [
            (key, row._replace(reader=READER_VERSION), check)
            for key, row, check in old
            if row.is_sound(key, check)
        ]

        def put() -> None:
            with self._database.writing(durable=False) as connection:
                connection.executemany(
                    "UPDATE ratings SET reader = ?, checksum = ? "
                    "WHERE model = ? AND settings = ? AND video = ? AND checksum IS ?",
                    [(READER_VERSION, row.check_value(key), *key, check) for key, row, check in new],
                )

        _twice(put)

    def count(self) -> int:
        """How many ratings are stored; goes over all of them, so nothing that is asked often asks this."""

        def look() -> int:
            with self._database.reading() as connection:
                return int(connection.execute("SELECT count(*) FROM ratings").fetchone()[0])

        return _or_empty(look, 0)

    # -- files

    def known_files(self, paths: Iterable[str]) -> dict[str, KnownFile]:
        """What is remembered of ``paths``, whether it still holds or not."""
        names = {_bytes(path): path for path in paths}

        def look() -> dict[str, KnownFile]:
            found: dict[str, KnownFile] = {}
            with self._database.reading() as connection:
                for chunk in chunks(list(names)):
                    rows = connection.execute(
                        f"SELECT path, stat_key, video, settled FROM files WHERE path IN ({_marks(chunk)})", chunk
                    )
                    for path, stat_key, video, settled in rows:
                        found[names[path]] = KnownFile(_words(stat_key), _words(video), bool(settled))
            return found

        return _or_empty(look, {}) if names else {}

    def remember_file(self, path: str, file: KnownFile) -> None:
        """Replaces what was known of ``path``."""

        def put() -> None:
            with self._database.writing(durable=False) as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO earlier SELECT path, video FROM files WHERE path = ? AND video <> ?",
                    (_bytes(path), file.video),
                )
                connection.execute(
                    "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                    (_bytes(path), file.stat_key, file.video, int(file.settled)),
                )

        _twice(put)

    # -- forgetting

    def forget(self, meant: Callable[[str], bool], contents: Iterable[str] = ()) -> Forgotten:
        """Removes every path that is ``meant``, the ratings of all that it ever held, and its other names.

        ``contents`` are further fingerprints whose ratings go. Their bytes are out of the file after ``shrink``.
        """

        def put() -> Forgotten:
            with self._database.writing(durable=True) as connection:
                paths: set[bytes] = set()
                videos = {(video,) for video in contents}
                known: dict[str, list[tuple[bytes, bytes]]] = {}
                for table in _TABLES_OF_PATHS:
                    # a damaged row is worth nothing, and may hold what is to be forgotten
                    connection.execute(
                        f"DELETE FROM {table} WHERE typeof(path) <> 'blob' OR typeof(video) <> 'text'"
                    )
                    known[table] = connection.execute(f"SELECT path, CAST(video AS BLOB) FROM {table}").fetchall()
                for rows in known.values():
                    videos.update((_words(video),) for path, video in rows if meant(_path(path)))
                for table, rows in known.items():
                    gone = [row for row in rows if (_words(row[1]),) in videos or meant(_path(row[0]))]
                    paths.update(path for path, _ in gone)
                    connection.executemany(f"DELETE FROM {table} WHERE path = ? AND CAST(video AS BLOB) = ?", gone)
                before = connection.total_changes
                connection.executemany("DELETE FROM ratings WHERE video = ?", videos)
                ratings = connection.total_changes - before
                for table in ("attributes", "explanations", "outbox", "outbox_beside", "crash_marks"):
                    connection.executemany(f"DELETE FROM {table} WHERE video = ?", videos)
                (nameless,) = connection.execute(f"SELECT count(*) FROM ratings WHERE {_NAMELESS}").fetchone()
                return Forgotten(ratings, frozenset(map(_path, paths)), int(nameless))

        return _twice(put)

    def forget_older(self, before: datetime) -> int:
        """Removes ratings made earlier than ``before``, and paths that have none left; how many ratings."""

        def put() -> int:
            with self._database.writing(durable=True) as connection:
                gone = 0
                for table in ("attributes", "ratings"):
                    gone = connection.execute(
                        f"DELETE FROM {table} WHERE ifnull(datetime(rated_at), '') < datetime(?)",
                        (before.isoformat(),),
                    ).rowcount
                # neither an explanation nor a note to send it is anything without its rating
                for table in ("explanations", "outbox"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE (model, settings, video) NOT IN "
                        "(SELECT model, settings, video FROM ratings)"
                    )
                connection.execute(
                    "DELETE FROM outbox_beside WHERE (model, settings, video) NOT IN "
                    "(SELECT model, settings, video FROM attributes UNION SELECT model, settings, video "
                    "FROM explanations)"
                )
                for table in ("files", "earlier"):
                    connection.execute(f"DELETE FROM {table} WHERE video NOT IN (SELECT video FROM ratings)")
                return int(gone)

        return _twice(put)

    def shrink(self) -> None:
        """Writes the file anew, without what was deleted from it."""
        self._database.shrink()

    # -- crash marks

    def crash_marks(self, *, crashed: bool = True) -> dict[str, int]:
        """How often a host crashed over each video; to be read before this host marks any.

        Where the last host did not crash (it was killed from outside), what it had at work counts for nothing.
        """

        def look() -> dict[str, int]:
            with self._database.writing(durable=False) as connection:
                too_old = (datetime.now(UTC) - CRASH_MEMORY).isoformat()
                connection.execute("DELETE FROM crash_marks WHERE marked_at < ?", (too_old,))
                connection.execute("DELETE FROM crash_marks WHERE typeof(times) <> 'integer'")  # damaged
                if not crashed:
                    connection.execute("UPDATE crash_marks SET times = times - 1 WHERE at_work")
                    connection.execute("DELETE FROM crash_marks WHERE times < 1")
                connection.execute("UPDATE crash_marks SET at_work = 0")
                rows = connection.execute("SELECT CAST(video AS BLOB), times FROM crash_marks")
                return {_words(video): times for video, times in rows}

        return _or_empty(look, {})

    def mark(self, video: str, path: str, times: int, *, at_work: bool = False) -> None:
        """Sets a video's mark to ``times`` (0 lifts it): ``at_work`` before the model sees it, and again after."""

        def put() -> None:
            with self._database.writing(durable=False) as connection:
                if times:
                    connection.execute(
                        "INSERT OR REPLACE INTO crash_marks (video, times, path, marked_at, at_work) "
                        "VALUES (?, ?, ?, ?, ?)",
                        (video, times, _bytes(path), _now(), int(at_work)),
                    )
                else:
                    connection.execute("DELETE FROM crash_marks WHERE video = ?", (video,))

        _twice(put)


_TABLES_OF_PATHS: Final = ("files", "earlier", "crash_marks")
_NAMELESS: Final = "video NOT IN (SELECT video FROM files UNION SELECT video FROM earlier)"
_INSERT: Final = (
    f"INSERT INTO ratings (model, settings, video, {ROW_COLUMNS}, checksum) "
    f"VALUES ({','.join('?' * (3 + len(Row._fields) + 1))}) ON CONFLICT (model, settings, video) DO"
)
_REPLACE: Final = "UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in (*Row._fields, "checksum"))


def _values(key: RatingKey, row: Row) -> tuple[Any, ...]:
    return (*key, *row.stored_values(), row.check_value(key))


def _if_sound(key: RatingKey, values: Sequence[Any]) -> Row | None:
    """A row of the writing side, where texts are texts."""
    row, check = split_row([one.encode() if isinstance(one, str) else one for one in values])
    return row if row.is_sound(key, check) else None


def _salvage(damaged: Path, connection: sqlite3.Connection) -> int:
    """Every rating of ``damaged`` that is whole into the new store, the newest of each; how many."""
    for pieces in chunks_as_they_come(salvaged_ratings(damaged)):
        connection.execute("BEGIN IMMEDIATE")
        rows = [_values(key, row) for key, row in pieces]
        connection.executemany(f"{_INSERT} {_REPLACE} WHERE excluded.rated_at > ratings.rated_at", rows)
        connection.execute("COMMIT")
    return int(connection.execute("SELECT count(*) FROM ratings").fetchone()[0])


def _or_empty(look: Callable[[], T], empty: T) -> T:
    """A damaged store was replaced by an empty one, which is what is read then."""
    try:
        return look()
    except DamagedError:
        return empty


def _twice(put: Callable[[], T]) -> T:
    """Into the new store, where the old one turned out to be damaged."""
    try:
        return put()
    except DamagedError:
        try:
            return put()
        except DamagedError as error:
            raise HostDiskError(path="?", problem="host_store_damaged") from error


def _words(text: Any) -> str:
    """A text of the reading side, where texts are bytes; what is none compares with nothing."""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def _path(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")  # damaged


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _marks(chunk: Sequence[Any]) -> str:
    return ",".join("?" * len(chunk))
