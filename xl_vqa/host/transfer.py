"""Stored ratings as a file, and back: for another machine, a backup, or a program that reads them.

A record holds a row of the store as it is, its key and its check value (``stored_rows``), so what arrives is what
was written or is not taken. JSON lines or CSV, by the file's ending. A path says where a video lay on the machine
that rated it; a rating is found by the video's content, so none is needed and none is taken over.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from xl_vqa.host.database import is_damage, why_refused
from xl_vqa.host.errors import StoreFileError
from xl_vqa.host.store import Store
from xl_vqa.host.stored_rows import ROW_COLUMNS, BadRowError, RatingKey, Row, packed, split_row
from xl_vqa.outputs import output_file
from xl_vqa.words.reasons import Reason, why_unread

FORMAT: Final = 1
KEY: Final = RatingKey._fields
FOR_PEOPLE: Final = ("path", "label", "mos")
"""Read off the row when it is written; not read back."""
COLUMNS: Final = ("format", *FOR_PEOPLE, *KEY, *Row._fields, "check")
CSV_ENDINGS: Final = (".csv",)
BATCH: Final = 500
_PATHS: Final = ("earlier", "files")


@dataclass(slots=True)
class Exported:
    """How many ratings were written, and how many stored rows were damaged and left out."""

    ratings: int = 0
    damaged: int = 0


@dataclass(slots=True)
class Imported:
    """Counts, and the lines of the file that were not taken: ``damaged`` ones are not what was written,
    ``differing`` ones say another distribution than the store has under the same key."""

    new: int = 0
    same: int = 0
    replaced: int = 0
    damaged: list[int] = field(default_factory=list)
    differing: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ModelSummary:
    """The ratings of one model; ``first`` and ``last`` are when they were made."""

    model: str
    fingerprint: str
    ratings: int
    first: str
    last: str


def _unreadable(error: sqlite3.DatabaseError, store: Path) -> StoreFileError:
    key = "store_unreadable" if is_damage(error) else "store_refused"
    return StoreFileError(path=str(store), problem=Reason(key, why=why_refused(error, store)))


def summaries(store: Path) -> list[ModelSummary]:
    """Of every model, the most ratings first. Raises StoreFileError as ``export_ratings``."""
    if not store.is_file():
        raise StoreFileError(path=str(store), problem="store_nothing")
    question = (
        "SELECT max(model_name), model, count(*), min(rated_at), max(rated_at) "
        "FROM ratings GROUP BY model ORDER BY 3 DESC, 2"
    )
    try:
        with _reading(store) as connection:
            rows = connection.execute(question).fetchall()
    except sqlite3.DatabaseError as error:
        raise _unreadable(error, store) from error
    return [
        ModelSummary(_words(name), _words(model), int(count), _words(first), _words(last))
        for name, model, count, first, last in rows
    ]


def _words(text: Any) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def export_ratings(
    store: Path, target: Path | BinaryIO, *, paths: bool = True, as_csv: bool | None = None
) -> Exported:
    """Every sound rating of the store, oldest first, beside a running host. ``paths``: with where each video lay.

    CSV where ``as_csv`` or the target's name says so, else JSON lines. Raises OutputNotWritableError, and
    StoreFileError where nothing is stored or the store cannot be read as it stands.
    """
    if not store.is_file():
        raise StoreFileError(path=str(store), problem="store_nothing")
    done = Exported()
    try:
        if not isinstance(target, Path):
            _write(_records(store, done, paths=paths), target, bool(as_csv))
            return done
        if as_csv is None:
            as_csv = target.suffix.casefold() in CSV_ENDINGS
        with output_file(target) as file:
            _write(_records(store, done, paths=paths), file, as_csv)
    except sqlite3.DatabaseError as error:
        raise _unreadable(error, store) from error
    return done


def import_ratings(
    source: Path, store: Store, *, replace: bool = False, report: Callable[[int], None] = lambda done: None
) -> Imported:
    """Takes the file's ratings into the store; what is there stays, unless ``replace``.

    The same rating twice is nothing. Raises StoreFileError where the file is none of ours, HostDiskError.
    """
    found = Imported()
    batch: list[tuple[int, RatingKey, Row]] = []
    for number, values in _read(source):
        taken = _row(values)
        if taken is None:
            found.damaged.append(number)
            continue
        batch.append((number, *taken))
        if len(batch) >= BATCH:
            _take(batch, store, found, replace=replace)
            batch.clear()
            report(number)
    _take(batch, store, found, replace=replace)
    return found


def _take(batch: list[tuple[int, RatingKey, Row]], store: Store, found: Imported, *, replace: bool) -> None:
    lines = {key: number for number, key, _ in batch}
    taken = store.take_over([(key, row) for _, key, row in batch], replace=replace)
    found.new += taken.new
    found.same += taken.same
    found.replaced += taken.replaced
    found.differing += sorted(lines[key] for key in taken.differing)


def _records(store: Path, done: Exported, *, paths: bool) -> Iterator[dict[str, Any]]:
    with _reading(store) as connection:
        connection.execute("BEGIN")  # one moment of the store, however much the host writes meanwhile
        known: dict[bytes, bytes] = {}
        for table in _PATHS if paths else ():
            known.update(connection.execute(f"SELECT video, path FROM {table} ORDER BY path DESC"))
        rows = connection.execute(
            f"SELECT model, settings, video, {ROW_COLUMNS}, checksum FROM ratings ORDER BY rated_at, id"
        )
        for model, settings, video, *values in rows:
            row, check = split_row(values)
            try:
                key = RatingKey(model.decode(), settings.decode(), video.decode())
                if not row.is_sound(key, check):
                    raise BadRowError("its check value")
                record = _record(key, row, known.get(video, b"").decode("utf-8", "replace"))
            except (BadRowError, AttributeError, UnicodeDecodeError):
                done.damaged += 1
                continue
            done.ratings += 1
            yield record


@contextmanager
def _reading(store: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"{store.absolute().as_uri()}?mode=ro", uri=True, timeout=10.0)) as connection:
        # a damaged text need not be UTF-8
        connection.text_factory = bytes
        yield connection


def _record(key: RatingKey, row: Row, path: str) -> dict[str, Any]:
    rating = row.rating(key)
    columns = row._asdict()
    del columns["probabilities"]
    texts = {name: one.decode() if isinstance(one, bytes) else one for name, one in columns.items()}
    return {
        "format": FORMAT,
        "path": path,
        "label": round(rating.distribution.expectation()),
        "mos": round(rating.to_dict(detail=False)["mos"], 4),
        **key._asdict(),
        **texts,
        # repr of a float is exact, so the bytes come out the same
        "probabilities": list(rating.distribution.probabilities),
        "check": row.check_value(key).hex(),
    }


def _write(records: Iterable[dict[str, Any]], file: BinaryIO, as_csv: bool) -> None:
    if not as_csv:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False).encode("utf-8") + b"\n")
        return
    # Excel takes a CSV for UTF-8 by the mark at its beginning
    file.write("\ufeff".encode())
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for record in records:
        # no text and an empty one are two things
        text_of = None if record["text"] is None else json.dumps(record["text"], ensure_ascii=False)
        writer.writerow(record | {"probabilities": json.dumps(record["probabilities"]), "text": text_of})
    text.flush()
    text.detach()


def _read(source: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every record with its line's number; a broken line as an empty record. Raises StoreFileError."""
    try:
        with source.open(encoding="utf-8-sig", newline="") as file:
            if source.suffix.casefold() in CSV_ENDINGS:
                yield from _csv_records(source, file)
                return
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, _json_record(line)
    except OSError as error:
        raise StoreFileError(path=str(source), problem=why_unread(error, source)) from error
    except UnicodeDecodeError as error:
        raise StoreFileError(path=str(source), problem="store_file_foreign") from error


def _json_record(line: str) -> dict[str, Any]:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _csv_records(source: Path, file: Any) -> Iterator[tuple[int, dict[str, Any]]]:
    rows = csv.DictReader(file)
    if not {*KEY, *Row._fields, "check"} <= set(rows.fieldnames or ()):
        raise StoreFileError(path=str(source), problem="store_file_foreign")
    for values in rows:
        try:
            numbers = {name: int(values[name]) for name in ("format", "reader")}
            text = json.loads(values["text"]) if values["text"] else None
            more = {
                "off_digit_mass": float(values["off_digit_mass"]),
                "probabilities": json.loads(values["probabilities"]),
                "text": text,
            }
        except (ValueError, TypeError, KeyError):
            yield rows.line_num, {}
            continue
        yield rows.line_num, {**values, **numbers, **more}


def _row(values: dict[str, Any]) -> tuple[RatingKey, Row] | None:
    """The key and row of a record that is what was written; None for any other."""
    try:
        if values["format"] != FORMAT:
            return None
        key = RatingKey(*(str(values[name]) for name in KEY))
        probabilities = packed(float(one) for one in values["probabilities"])
        columns = {name: values[name] for name in Row._fields} | {"probabilities": probabilities}
        row = Row(**{name: one.encode() if isinstance(one, str) else one for name, one in columns.items()})
        if row.check_value(key) != bytes.fromhex(values["check"]):
            return None
        row.rating(key)
    except (BadRowError, KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    return key, row
