"""One SQLite file per program: accounts and browser sessions of its sites."""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from werkzeug.security import check_password_hash, generate_password_hash

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    id TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    UNIQUE (site, email)
);
CREATE TABLE IF NOT EXISTS sessions (
    id_hash TEXT PRIMARY KEY,
    site TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (id),
    csrf TEXT NOT NULL,
    notice TEXT,
    started_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_by_start ON sessions (started_at);
"""
SESSION_S = 30 * 24 * 3600
ANONYMOUS_S = 24 * 3600

# werkzeug's own by default, which takes a twentieth of a second; tests of much else name a cheaper one.
_METHOD = os.environ.get("PASSWORD_METHOD", "scrypt")
# Checked when the e-mail is unknown, so that an answer takes as long as for a known one.
_NOBODY = generate_password_hash(secrets.token_hex(16), _METHOD)


@dataclass(frozen=True)
class Account:
    """A visitor's account at one site; the id is what a shop sends as `user_platform_id`."""

    id: str
    site: str
    name: str
    email: str


@dataclass
class Session:
    """One browser at one site. `cookie` is filled only when it has to be (re)sent."""

    id_hash: str
    site: str
    account_id: str | None
    csrf: str
    cookie: str = ""


def connect(path: Path) -> sqlite3.Connection:
    """Open the program's file; every statement commits by itself."""
    connection = sqlite3.connect(path, timeout=5, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def prepare(path: Path, *schemas: str) -> None:
    """Create the tables that are missing."""
    connection = connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        for schema in (SCHEMA, *schemas):
            connection.executescript(schema)
    finally:
        connection.close()


def _hashed(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


class Visitors:
    """Accounts and sessions, over one open connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def sign_up(
        self, *, site: str, name: str, email: str, password: str, account_id: str | None = None
    ) -> Account | None:
        """Open an account; None when the e-mail already has one at this site, or the id is somebody's."""
        account = Account(id=account_id or uuid.uuid4().hex, site=site, name=name, email=email.lower())
        known = self._connection.execute(
            "SELECT 1 FROM accounts WHERE id = ? OR (site = ? AND email = ?)", (account.id, site, account.email)
        ).fetchone()
        if known:
            # Said before the password is hashed, which costs more than all else: a demo's accounts are opened at every start.
            return None
        inserted = self._connection.execute(
            "INSERT INTO accounts (id, site, name, email, password_hash) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (account.id, site, name, account.email, generate_password_hash(password, _METHOD)),
        )
        return account if inserted.rowcount == 1 else None

    def sign_in(self, *, site: str, email: str, password: str) -> Account | None:
        """Return the account when e-mail and password fit."""
        row = self._connection.execute(
            "SELECT * FROM accounts WHERE site = ? AND email = ?", (site, email.lower())
        ).fetchone()
        if not check_password_hash(row["password_hash"] if row else _NOBODY, password) or row is None:
            return None
        return _account(row)

    def account(self, account_id: str | None) -> Account | None:
        """Return an account by its id."""
        row = self._connection.execute("SELECT * FROM accounts WHERE id = ?", (account_id,)).fetchone()
        return _account(row) if row else None

    def find_session(self, *, site: str, cookie: str) -> Session | None:
        """Return the living session behind a cookie of this site."""
        row = self._connection.execute(
            "SELECT * FROM sessions WHERE id_hash = ? AND site = ? AND started_at > ?",
            (_hashed(cookie), site, int(time.time()) - SESSION_S),
        ).fetchone()
        return Session(row["id_hash"], row["site"], row["account_id"], row["csrf"]) if row else None

    def start_session(self, *, site: str, account_id: str | None = None) -> Session:
        """Start a session with a fresh id; old ones are swept here, so the table does not grow for ever."""
        moment = int(time.time())
        self._connection.execute(
            "DELETE FROM sessions WHERE started_at < ? OR (account_id IS NULL AND started_at < ?)",
            (moment - SESSION_S, moment - ANONYMOUS_S),
        )
        cookie = secrets.token_urlsafe(32)
        session = Session(_hashed(cookie), site, account_id, secrets.token_urlsafe(24), cookie)
        self._connection.execute(
            "INSERT INTO sessions (id_hash, site, account_id, csrf, started_at) VALUES (?, ?, ?, ?, ?)",
            (session.id_hash, site, account_id, session.csrf, moment),
        )
        return session

    def end_session(self, session: Session) -> None:
        """Forget a session: the cookie is worth nothing afterwards."""
        self._connection.execute("DELETE FROM sessions WHERE id_hash = ?", (session.id_hash,))

    def leave_notice(self, session: Session, notice: str) -> None:
        """Keep one sentence for the next page."""
        self._connection.execute("UPDATE sessions SET notice = ? WHERE id_hash = ?", (notice, session.id_hash))

    def take_notice(self, session: Session) -> str:
        """Return the kept sentence once."""
        row = self._connection.execute(
            "SELECT notice FROM sessions WHERE id_hash = ? AND notice IS NOT NULL", (session.id_hash,)
        ).fetchone()
        if row is None:
            return ""
        self._connection.execute("UPDATE sessions SET notice = NULL WHERE id_hash = ?", (session.id_hash,))
        return str(row["notice"])


def _account(row: sqlite3.Row) -> Account:
    return Account(id=row["id"], site=row["site"], name=row["name"], email=row["email"])
