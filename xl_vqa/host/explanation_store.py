"""What the host remembers of why, under the key of the rating that is explained: figures as JSON, no picture."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Final

from xl_vqa.host.beside import check_value
from xl_vqa.host.database import DamagedError, Database
from xl_vqa.host.stored_rows import RatingKey
from xl_vqa.video.reader_version import READER_VERSION

log = logging.getLogger("xl_vqa.host.explanation_store")

_KEY: Final = "model = ? AND settings = ? AND video = ?"


class ExplanationStore:
    """Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, key: RatingKey, version: int) -> str | None:
        """The explanation of a rating; None for one of another version or one that is damaged.

        Raises HostDiskError.
        """
        try:
            with self._database.reading() as connection:
                row = connection.execute(
                    f"SELECT body, checksum FROM explanations WHERE {_KEY} AND version = ? AND reader = ?",
                    (*key, version, READER_VERSION),
                ).fetchone()
        except DamagedError:
            # it was replaced by a new one
            return None
        if row is None:
            return None
        body, check = row
        # texts of the reading side are bytes
        if not isinstance(body, bytes) or check != check_value(key, body):
            log.error("the stored explanation of %s is damaged; it is made again", key.video)
            return None
        return body.decode("utf-8", "replace")

    def save(self, key: RatingKey, version: int, body: str) -> None:
        """Replaces what is there. Raises HostDiskError, or DamagedError where the store was replaced just now."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        values = (*key, version, READER_VERSION, now, body, check_value(key, body.encode()))
        with self._database.writing(durable=False) as connection:
            connection.execute("INSERT OR REPLACE INTO explanations VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
