"""One SQLite file: messages, bank accounts, transfers and the calls that tell the programme about them."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL CHECK (channel IN ('sms', 'email')),
    address TEXT NOT NULL,
    subject TEXT,
    text TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS message_address ON message (address, id);
-- Which e-mail addresses a person has added to the mail program of a phone.
CREATE TABLE IF NOT EXISTS mailbox (number TEXT NOT NULL, email TEXT NOT NULL, PRIMARY KEY (number, email));
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY,
    provider TEXT NOT NULL,
    number TEXT NOT NULL,
    holder_name TEXT NOT NULL,
    UNIQUE (provider, number)
);
-- Whose an account is, as a hash of name and end of the NIK: the first person it was asked about with both.
CREATE TABLE IF NOT EXISTS account_owner (
    account_id TEXT PRIMARY KEY REFERENCES account,
    identity TEXT NOT NULL
);
-- first_* is what the bank answered, and answers again to the same reference; status is how things stand now.
CREATE TABLE IF NOT EXISTS transfer (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES account,
    amount INTEGER NOT NULL CHECK (amount > 0),
    at TEXT NOT NULL,
    first_status TEXT NOT NULL,
    first_reason TEXT,
    status TEXT NOT NULL,
    reason TEXT
);
CREATE INDEX IF NOT EXISTS transfer_account ON transfer (account_id, id);
CREATE TABLE IF NOT EXISTS callback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference TEXT NOT NULL REFERENCES transfer (reference),
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    due REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT 'waiting' CHECK (outcome IN ('waiting', 'delivered', 'given_up')),
    UNIQUE (reference, status)
);
CREATE INDEX IF NOT EXISTS callback_waiting ON callback (due) WHERE outcome = 'waiting';
"""


class Store:
    """The file, with one connection per thread."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = data_dir / "world.sqlite3"
        self._local = threading.local()
        self.connection.executescript(_SCHEMA)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, in autocommit: what writes opens ``writing()``."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that takes the write lock at once, so that a look and a write stay together."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def session_key(self) -> str:
        """The key of the page's cookie, made at the first start."""
        with self.writing() as connection:
            connection.execute(
                "INSERT INTO setting VALUES ('session_key', ?) ON CONFLICT DO NOTHING",
                (secrets.token_hex(32),),
            )
            row = connection.execute("SELECT value FROM setting WHERE name = 'session_key'").fetchone()
        return str(row["value"])
