"""Which stored ratings the team's database has not got yet, kept in the store itself.

Triggers note every rating that is written, in its own transaction: whatever ends the host, nothing is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xl_vqa.host.database import Database
from xl_vqa.host.stored_rows import ROW_COLUMNS, RatingKey, Row, split_row


class Waiting(NamedTuple):
    """A rating to be sent; ``number`` is that of its note, ``row`` None where it is gone or damaged."""

    number: int
    key: RatingKey
    row: Row | None


class Outbox:
    """Thread-safe. Every method may raise HostDiskError, or DamagedError where the store was begun anew."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def share_with(self, address: str | None) -> None:
        """With another database than so far, everything that is stored is to be sent; with None, nothing."""
        with self._database.writing(durable=True) as connection:
            so_far = connection.execute("SELECT address FROM shared_with").fetchone()
            if so_far == ((address,) if address is not None else None):
                return
            connection.execute("DELETE FROM shared_with")
            connection.execute("DELETE FROM outbox")
            if address is not None:
                connection.execute("INSERT INTO shared_with VALUES (?)", (address,))
                connection.execute(
                    "INSERT INTO outbox (model, settings, video) SELECT model, settings, video FROM ratings"
                )

    def first(self, most: int) -> list[Waiting]:
        """The ratings that wait longest."""
        with self._database.reading() as connection:
            notes = connection.execute(
                "SELECT number, model, settings, video FROM outbox ORDER BY number LIMIT ?", (most,)
            ).fetchall()
            found = []
            for number, *names in notes:
                key = RatingKey(*(name.decode("utf-8", "replace") for name in names))
                values = connection.execute(
                    f"SELECT {ROW_COLUMNS}, checksum FROM ratings WHERE model = ? AND settings = ? AND video = ?",
                    key,
                ).fetchone()
                row, check = split_row(values) if values is not None else (None, None)
                sound = row is not None and row.is_sound(key, check)
                found.append(Waiting(number, key, row if sound else None))
            return found

    def sent(self, waiting: Sequence[Waiting]) -> None:
        """A rating that was written anew meanwhile has a note of its own, which stays."""
        with self._database.writing(durable=False) as connection:
            connection.executemany("DELETE FROM outbox WHERE number = ?", [(one.number,) for one in waiting])

    def count(self) -> int:
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM outbox").fetchone()[0])
