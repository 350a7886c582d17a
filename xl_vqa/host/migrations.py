"""The store's tables, built up by named steps. A step is never changed once it was released; add a new one.

Paths and other text that may hold anything a file system allows are kept as bytes (UTF-8 with surrogates).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

MIGRATIONS: Final[tuple[tuple[str, str], ...]] = (
    (
        "0001_ratings",
        """
        CREATE TABLE ratings (
            id INTEGER PRIMARY KEY,
            model TEXT NOT NULL,            -- fingerprint of weights, tokenizer, spec and precision
            settings TEXT NOT NULL,         -- key of frames, pixels and text
            video TEXT NOT NULL,            -- fingerprint of the file's content
            probabilities BLOB NOT NULL,    -- little-endian float64, one per label, lowest label first
            off_digit_mass REAL NOT NULL,
            scale TEXT NOT NULL,            -- JSON
            frames TEXT NOT NULL,           -- JSON of FramesUsed
            model_name TEXT NOT NULL,
            text TEXT,                      -- for people; the key holds its hash
            warnings TEXT NOT NULL,         -- JSON list of message codes
            rated_at TEXT NOT NULL,
            times_computed INTEGER NOT NULL DEFAULT 1,
            view TEXT NOT NULL,             -- how the summary was read off the distribution
            summary TEXT NOT NULL,          -- JSON object, ready to be sent
            UNIQUE (model, settings, video)
        );
        CREATE TABLE files (
            path BLOB PRIMARY KEY,
            stat_key TEXT NOT NULL,         -- size, times and inode when it was hashed
            video TEXT NOT NULL,
            settled INTEGER NOT NULL        -- 0: changed so shortly before hashing that the times prove nothing
        ) WITHOUT ROWID;
        """,
    ),
    (
        "0002_crash_marks",
        """
        -- a video is marked while it is read and rated; a mark that outlives its host tells of a crash
        CREATE TABLE crash_marks (
            video TEXT PRIMARY KEY,
            times INTEGER NOT NULL,
            path BLOB NOT NULL,
            marked_at TEXT NOT NULL
        ) WITHOUT ROWID;
        """,
    ),
    (
        "0003_reader",
        """
        -- version of the video reader (video/reader_version.py). A rating of an older one is served again only
        -- when its file turns out to read the same, so files are forgotten, and each is looked at once more.
        ALTER TABLE ratings ADD COLUMN reader INTEGER NOT NULL DEFAULT 1;
        CREATE INDEX ratings_by_video ON ratings (video, reader);
        DELETE FROM files;
        """,
    ),
    (
        "0004_marks_at_work",
        """
        -- 1 while the model looks at the video; marks of older versions accused too easily and are forgotten
        ALTER TABLE crash_marks ADD COLUMN at_work INTEGER NOT NULL DEFAULT 0;
        DELETE FROM crash_marks;
        """,
    ),
    (
        "0005_check_values",
        """
        -- over the key and all of the row (host/stored_rows.py); NULL in rows of before, until they are next read
        ALTER TABLE ratings ADD COLUMN checksum BLOB;
        """,
    ),
    (
        "0006_earlier_contents",
        """
        -- what a path held before it held something else, so that whoever forgets the path forgets that too
        CREATE TABLE earlier (path BLOB, video TEXT, PRIMARY KEY (path, video)) WITHOUT ROWID;
        """,
    ),
    (
        "0007_attributes",
        """
        -- single qualities beside a score (host/attribute_store.py); settings is model_spec.attributes_key
        CREATE TABLE attributes (
            model TEXT NOT NULL,
            settings TEXT NOT NULL,
            video TEXT NOT NULL,
            head TEXT NOT NULL,             -- JSON: which, how they were answered, what was left out
            probabilities BLOB NOT NULL,    -- little-endian float64, one per label, attribute after attribute
            rated_at TEXT NOT NULL,
            reader INTEGER NOT NULL,
            checksum BLOB NOT NULL,
            PRIMARY KEY (model, settings, video)
        );
        CREATE INDEX attributes_by_video ON attributes (video);
        """,
    ),
    (
        "0008_explanations",
        """
        -- why a rating is what it is, under the rating's own key; no picture
        CREATE TABLE explanations (
            model TEXT NOT NULL,
            settings TEXT NOT NULL,
            video TEXT NOT NULL,
            version INTEGER NOT NULL,       -- of the explanation (words/explanation.py)
            reader INTEGER NOT NULL,        -- of the video reader
            made_at TEXT NOT NULL,
            body TEXT NOT NULL,             -- JSON
            checksum BLOB NOT NULL,         -- over the key and the body
            PRIMARY KEY (model, settings, video)
        ) WITHOUT ROWID;
        CREATE INDEX explanations_by_video ON explanations (video);
        """,
    ),
    (
        "0009_outbox",
        """
        -- the team's database, where there is one, and the ratings that it has not got yet (host/outbox.py)
        CREATE TABLE shared_with (address TEXT NOT NULL);
        CREATE TABLE outbox (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            model TEXT NOT NULL,
            settings TEXT NOT NULL,
            video TEXT NOT NULL,
            UNIQUE (model, settings, video)
        );
        CREATE TRIGGER share_new AFTER INSERT ON ratings WHEN EXISTS (SELECT 1 FROM shared_with) BEGIN
            INSERT OR REPLACE INTO outbox (model, settings, video) VALUES (NEW.model, NEW.settings, NEW.video);
        END;
        CREATE TRIGGER share_changed AFTER UPDATE OF rated_at, reader ON ratings
        WHEN EXISTS (SELECT 1 FROM shared_with) BEGIN
            INSERT OR REPLACE INTO outbox (model, settings, video) VALUES (NEW.model, NEW.settings, NEW.video);
        END;
        """,
    ),
    (
        "0010_outbox_beside",
        """
        -- the same of attributes and explanations; kind is the name of their table (host/beside.py)
        CREATE TABLE outbox_beside (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            model TEXT NOT NULL,
            settings TEXT NOT NULL,
            video TEXT NOT NULL,
            UNIQUE (kind, model, settings, video)
        );
        CREATE INDEX outbox_beside_by_video ON outbox_beside (video);
        CREATE TRIGGER share_attributes AFTER INSERT ON attributes WHEN EXISTS (SELECT 1 FROM shared_with) BEGIN
            INSERT OR REPLACE INTO outbox_beside (kind, model, settings, video)
            VALUES ('attributes', NEW.model, NEW.settings, NEW.video);
        END;
        CREATE TRIGGER share_explanations AFTER INSERT ON explanations
        WHEN EXISTS (SELECT 1 FROM shared_with) BEGIN
            INSERT OR REPLACE INTO outbox_beside (kind, model, settings, video)
            VALUES ('explanations', NEW.model, NEW.settings, NEW.video);
        END;
        INSERT INTO outbox_beside (kind, model, settings, video)
            SELECT 'attributes', model, settings, video FROM attributes WHERE EXISTS (SELECT 1 FROM shared_with);
        INSERT INTO outbox_beside (kind, model, settings, video)
            SELECT 'explanations', model, settings, video FROM explanations
            WHERE EXISTS (SELECT 1 FROM shared_with);
        """,
    ),
)


class NewerStoreError(Exception):
    """The store was written by a newer version of the product; it must not be touched by this one."""


def migrate(connection: sqlite3.Connection, steps: Sequence[tuple[str, str]] = MIGRATIONS) -> list[str]:
    """Applies those of ``steps`` that are missing, each in a transaction of its own; returns their names.

    Raises NewerStoreError where the store knows steps that this version does not.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL)")
    done = {name for (name,) in connection.execute("SELECT name FROM migrations")}
    unknown = done - {name for name, _ in steps}
    if unknown:
        raise NewerStoreError(", ".join(sorted(unknown)))
    applied = []
    for name, script in steps:
        if name in done:
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(script):
                connection.execute(statement)
            connection.execute("INSERT INTO migrations VALUES (?, ?)", (name, datetime.now(UTC).isoformat()))
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        applied.append(name)
    return applied


def _statements(script: str) -> list[str]:
    # executescript would commit the transaction that holds a step together
    statements, current = [], ""
    for line in script.splitlines():
        current += line + "\n"
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
