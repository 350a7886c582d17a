"""What the host remembers: ratings by content, model and settings; files by path; crash marks.

A rating's key holds what changes the distribution and nothing else. Label, MOS and band are read off the
stored distribution, so another decoding or other band thresholds never ask the model again.
"""

from __future__ import annotations

import json
import logging
import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from xl_vqa.host.database import DamagedError, Database
from xl_vqa.video.reader_version import READER_VERSION
from xl_vqa.words.errors import HostDiskError
from xl_vqa.words.labels import Scale
from xl_vqa.words.rating import FramesUsed, LabelDistribution, Rating
from xl_vqa.words.reasons import Detail, Reason

log = logging.getLogger("xl_vqa.host.store")

CHUNK: Final = 500
CRASH_MEMORY: Final = timedelta(days=7)
"""A crash longer ago than this does not count any more: the reader may have been updated."""

T = TypeVar("T")


class RatingKey(NamedTuple):
    """What a rating is found by."""

    model: str
    settings: str
    video: str


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file whose content was hashed when its ``stat_key`` was this."""

    stat_key: str
    video: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """A stored rating ready to be sent: JSON without path and text, read in ``view``."""

    view: str
    json: str


@dataclass(frozen=True, slots=True)
class NewRating:
    """A rating to be stored, with its summary in the view of whoever asked for it."""

    rating: Rating
    view: str
    summary: str

    @property
    def key(self) -> RatingKey:
        rating = self.rating
        return RatingKey(rating.model_fingerprint, rating.settings_key, rating.video_fingerprint)


class Store:
    """Thread-safe. Every method may raise HostDiskError; a damaged file is replaced and read as empty."""

    def __init__(self, path: Path) -> None:
        """Opens or creates it. Raises HostDiskError, or HostStartError for a newer version's file."""
        self._database = Database(path)

    @property
    def set_aside(self) -> list[Path]:
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

        def look() -> dict[RatingKey, Summary]:
            found: dict[RatingKey, Summary] = {}
            with self._database.reading() as connection:
                for (model, settings), videos in groups.items():
                    for chunk in _chunks(sorted(videos)):
                        rows = connection.execute(
                            "SELECT video, view, summary FROM ratings "
                            f"WHERE model = ? AND settings = ? AND reader >= ? AND video IN ({_marks(chunk)})",
                            (model, settings, READER_VERSION, *chunk),
                        )
                        for video, *rest in rows:
                            found[RatingKey(model, settings, video)] = Summary(*rest)
            return found

        return _or_empty(look, {}) if groups else {}

    def load(self, keys: Iterable[RatingKey]) -> dict[RatingKey, Rating]:
        """The whole stored ratings among ``keys``; their path is empty and for the reader to fill in."""
        wanted = list(dict.fromkeys(keys))

        def look() -> dict[RatingKey, Rating]:
            found: dict[RatingKey, Rating] = {}
            with self._database.reading() as connection:
                for key in wanted:
                    row = connection.execute(
                        "SELECT probabilities, off_digit_mass, scale, frames, model_name, text, warnings, "
                        "rated_at FROM ratings WHERE model = ? AND settings = ? AND video = ? AND reader >= ?",
                        (*key, READER_VERSION),
                    ).fetchone()
                    if row is not None:
                        found[key] = _rating(key, row)
            return found

        return _or_empty(look, {}) if wanted else {}

    def save(self, ratings: Sequence[NewRating]) -> None:
        """All or none of them, safe from a power cut when it returns; lifts their crash marks.

        A rating that is there already (a refresh) is replaced and its ``times_computed`` counted up.
        """
        rows = [(*new.key, *_columns(new)) for new in ratings]

        def put() -> None:
            with self._database.writing(durable=True) as connection:
                connection.executemany(
                    "INSERT INTO ratings (model, settings, video, probabilities, off_digit_mass, scale, frames, "
                    "model_name, text, warnings, rated_at, view, summary, reader) "
                    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
                    "ON CONFLICT (model, settings, video) DO UPDATE SET "
                    "probabilities = excluded.probabilities, off_digit_mass = excluded.off_digit_mass, "
                    "scale = excluded.scale, frames = excluded.frames, model_name = excluded.model_name, "
                    "text = excluded.text, warnings = excluded.warnings, rated_at = excluded.rated_at, "
                    "view = excluded.view, summary = excluded.summary, reader = excluded.reader, "
                    "times_computed = times_computed + 1",
                    rows,
                )
                videos = [(new.key.video,) for new in ratings]
                connection.executemany("DELETE FROM crash_marks WHERE video = ?", videos)

        if rows:
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

        def put() -> None:
            with self._database.writing(durable=False) as connection:
                connection.execute("UPDATE ratings SET reader = ? WHERE video = ?", (READER_VERSION, video))

        _twice(put)

    def count(self) -> int:
        """How many ratings are stored."""

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
                for chunk in _chunks(list(names)):
                    rows = connection.execute(
                        f"SELECT path, stat_key, video, settled FROM files WHERE path IN ({_marks(chunk)})", chunk
                    )
                    for path, stat_key, video, settled in rows:
                        found[names[path]] = KnownFile(stat_key, video, bool(settled))
            return found

        return _or_empty(look, {}) if names else {}

    def remember_file(self, path: str, file: KnownFile) -> None:
        """Replaces what was known of ``path``."""

        def put() -> None:
            with self._database.writing(durable=False) as connection:
                connection.execute(
                    "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                    (_bytes(path), file.stat_key, file.video, int(file.settled)),
                )

        _twice(put)

    # -- crash marks

    def crash_marks(self, *, crashed: bool = True) -> dict[str, int]:
        """How often a host crashed over each video; to be read before this host marks any.

        Where the last host did not crash (it was killed from outside), what it had at work counts for nothing.
        """

        def look() -> dict[str, int]:
            with self._database.writing(durable=False) as connection:
                too_old = (datetime.now(UTC) - CRASH_MEMORY).isoformat()
                connection.execute("DELETE FROM crash_marks WHERE marked_at < ?", (too_old,))
                if not crashed:
                    connection.execute("UPDATE crash_marks SET times = times - 1 WHERE at_work")
                    connection.execute("DELETE FROM crash_marks WHERE times < 1")
                connection.execute("UPDATE crash_marks SET at_work = 0")
                return dict(connection.execute("SELECT video, times FROM crash_marks").fetchall())

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


def _rating(key: RatingKey, row: Sequence[Any]) -> Rating:
    probabilities, off_digit_mass, scale, frames, model_name, text, warnings, rated_at = row
    numbers = array("d")
    numbers.frombytes(probabilities)
    if sys.byteorder == "big":
        numbers.byteswap()
    return Rating(
        path="",
        distribution=LabelDistribution(Scale.from_dict(json.loads(scale)), tuple(numbers), off_digit_mass),
        frames=FramesUsed.from_dict(json.loads(frames)),
        video_fingerprint=key.video,
        model=model_name,
        model_fingerprint=key.model,
        settings_key=key.settings,
        text=text,
        rated_at=rated_at,
        warnings=tuple(json.loads(warnings)),
    )


def _columns(new: NewRating) -> tuple[Any, ...]:
    rating = new.rating
    numbers = array("d", rating.distribution.probabilities)
    if sys.byteorder == "big":
        numbers.byteswap()
    text = None if rating.text is None else rating.text.encode("utf-8", "replace").decode()
    return (
        numbers.tobytes(),
        rating.distribution.off_digit_mass,
        json.dumps(rating.distribution.scale.to_dict()),
        json.dumps(rating.frames.to_dict()),
        rating.model,
        text,
        json.dumps(list(rating.warnings)),
        rating.rated_at,
        new.view,
        new.summary,
        READER_VERSION,
    )


def _or_empty(look: Callable[[], T], empty: T) -> T:
    """A damaged store was replaced by an empty one, which is what is read then."""
    try:
        return look()
    except DamagedError:
        return empty


def _twice(put: Callable[[], None]) -> None:
    """Into the new store, where the old one turned out to be damaged."""
    try:
        put()
    except DamagedError:
        try:
            put()
        except DamagedError as error:
            raise HostDiskError(
                path="?", problem=Reason("host_store_damaged_by", detail=Detail.of(error))
            ) from error


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _marks(chunk: Sequence[Any]) -> str:
    return ",".join("?" * len(chunk))


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
