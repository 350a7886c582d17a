"""Every rating that the store holds, for readers beside a running host: nothing is written or migrated."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from xl_vqa.host.files import look_at
from xl_vqa.host.stored_rows import ROW_COLUMNS, BadRowError, RatingKey, split_row
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.rating import Rating


@dataclass(slots=True)
class Recorded:
    """``ratings`` have the path that the store knows of their content, else an empty one; ``damaged`` counts the
    rows that are not what was written; ``crashes`` are the videos over which a host ended lately."""

    ratings: list[Rating] = field(default_factory=list)
    damaged: int = 0
    crashes: list[str] = field(default_factory=list)


def recorded(path: Path, videos: Collection[str] | None = None) -> Recorded:
    """Reads the store at ``path``, all of it or what it holds of ``videos`` (fingerprints), oldest rating first.

    Raises sqlite3.DatabaseError where it cannot be read as it stands.
    """
    found = Recorded()
    with _reading(path) as connection:
        connection.create_function("wanted", 1, lambda video: videos is None or _text(video) in videos)
        paths: dict[str, str] = {}
        for table in ("earlier", "files"):
            for name, video in connection.execute(f"SELECT path, video FROM {table} ORDER BY path DESC"):
                paths[_text(video)] = _text(name)
        for model, settings, video, *values in connection.execute(
            f"SELECT model, settings, video, {ROW_COLUMNS}, checksum FROM ratings WHERE wanted(video) "
            "ORDER BY rated_at, id"
        ):
            key = RatingKey(_text(model), _text(settings), _text(video))
            row, check = split_row(values)
            try:
                sound = row.is_sound(key, check)
                rating = row.rating(key) if sound else None
            except BadRowError:
                rating = None
            if rating is None:
                found.damaged += 1
            else:
                found.ratings.append(replace(rating, path=paths.get(key.video, "")))
        found.crashes = [
            _text(name) for (name,) in connection.execute("SELECT path FROM crash_marks ORDER BY path")
        ]
    return found


def known_contents(path: Path, videos: Collection[str]) -> dict[str, str]:
    """The fingerprints of those of ``videos`` (paths) that were hashed and have not changed since.

    Raises sqlite3.DatabaseError where the store at ``path`` cannot be read as it stands.
    """
    found: dict[str, str] = {}
    with _reading(path) as connection:
        for video in videos:
            name = video.encode("utf-8", "surrogatepass")
            question = "SELECT stat_key, video FROM files WHERE path = ? AND settled"
            row = connection.execute(question, (name,)).fetchone()
            with suppress(XlVqaError):
                if row is not None and look_at(video).stat_key == _text(row[0]):
                    found[video] = _text(row[1])
    return found


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)) as connection:
        # a damaged text need not be UTF-8
        connection.text_factory = bytes
        # one moment of the store, however much the host writes meanwhile
        connection.execute("BEGIN")
        yield connection


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
