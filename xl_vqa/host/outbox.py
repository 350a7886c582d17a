"""Which stored ratings the team's database has not got yet, kept in the store itself.

Triggers note every rating that is written, in its own transaction: whatever ends the host, nothing is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from xl_vqa.host.beside import KINDS, Beside, Kind
from xl_vqa.host.database import Database
from xl_vqa.host.stored_rows import ROW_COLUMNS, RatingKey, Row, split_row


class Waiting(NamedTuple):
    """A rating to be sent; ``number`` is that of its note, ``row`` None where it is gone or damaged."""

    number: int
    key: RatingKey
    row: Row | None


class WaitingBeside(NamedTuple):
    """Attributes or an explanation to be sent, as ``Waiting``."""

    number: int
    found: Beside | None


_BESIDE: Final[dict[Kind, str]] = {
    "attributes": "head, probabilities, 0, reader, rated_at, checksum",
    "explanations": "body, x'', version, reader, made_at, checksum",
}
"""What of each table is sent, in the order of ``Beside``."""
_PUT: Final[dict[Kind, str]] = {
    "attributes": "INSERT OR IGNORE INTO attributes VALUES (:model, :settings, :video, :head, :numbers, :made_at, "
    ":reader, :check)",
    "explanations": "INSERT OR IGNORE INTO explanations VALUES (:model, :settings, :video, :version, :reader, "
    ":made_at, :head, :check)",
}
_UNDER: Final = "model = ? AND settings = ? AND video = ?"


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
            connection.execute("DELETE FROM outbox_beside")
            if address is not None:
                connection.execute("INSERT INTO shared_with VALUES (?)", (address,))
                connection.execute(
                    "INSERT INTO outbox (model, settings, video) SELECT model, settings, video FROM ratings"
                )
                for kind in KINDS:
                    connection.execute(
                        "INSERT INTO outbox_beside (kind, model, settings, video) "
                        f"SELECT '{kind}', model, settings, video FROM {kind}"
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

    def first_beside(self, most: int) -> list[WaitingBeside]:
        """The attributes and explanations that wait longest."""
        with self._database.reading() as connection:
            notes = connection.execute(
                "SELECT number, kind, model, settings, video FROM outbox_beside ORDER BY number LIMIT ?", (most,)
            ).fetchall()
            found = []
            for number, raw, *names in notes:
                kind = next(one for one in KINDS if one == raw.decode())
                key = RatingKey(*(name.decode("utf-8", "replace") for name in names))
                values = connection.execute(f"SELECT {_BESIDE[kind]} FROM {kind} WHERE {_UNDER}", key).fetchone()
                found.append(WaitingBeside(number, None if values is None else _beside(kind, key, values)))
            return found

    def sent_beside(self, waiting: Sequence[WaitingBeside]) -> None:
        """As ``sent``."""
        with self._database.writing(durable=False) as connection:
            numbers = [(one.number,) for one in waiting]
            connection.executemany("DELETE FROM outbox_beside WHERE number = ?", numbers)

    def adopt_beside(self, found: Beside) -> None:
        """Stores what the team has; what is here already stays. It is not sent back."""
        values = {**found.key._asdict(), **found._asdict(), "head": found.head.decode()}
        del values["key"], values["kind"]
        with self._database.writing(durable=False) as connection:
            if connection.execute(_PUT[found.kind], values).rowcount:
                connection.execute(
                    f"DELETE FROM outbox_beside WHERE kind = ? AND {_UNDER}", (found.kind, *found.key)
                )

    def count(self) -> int:
        """How many ratings, attributes and explanations wait."""
        with self._database.reading() as connection:
            return sum(
                int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
                for table in ("outbox", "outbox_beside")
            )


def _beside(kind: Kind, key: RatingKey, values: Sequence[Any]) -> Beside | None:
    """None for a damaged one."""
    head, numbers, version, reader, made_at, check = values
    if not (isinstance(head, bytes) and isinstance(numbers, bytes) and isinstance(made_at, bytes)):
        return None
    found = Beside(kind, key, head, numbers, int(version), int(reader), made_at.decode("utf-8", "replace"), check)
    return found if found.is_sound else None
