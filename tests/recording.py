"""What each role's statements need, as the server itself says: it writes how it read a statement, with the rights that it will ask for.

PRAKERJA_RECORD_PRIVILEGES names a folder: a run of tests then leaves a file there for each process, a line for each role, table and
privilege that something needed (`tools/privileges.py`). Nothing is recorded otherwise.
"""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from prakerja.postgres import server_for

FOLDER = os.environ.get("PRAKERJA_RECORD_PRIVILEGES", "")
# A role, a table, a privilege, and the columns where it is of some.
Need = tuple[str, str, str, str]
_BITS = {1: "INSERT", 2: "SELECT", 4: "UPDATE", 8: "DELETE"}
_ASKED = re.compile(
    r"\{RTEPERMISSIONINFO\s+:relid\s+(\d+)\s+:inh\s+(\w+)\s+:requiredPerms\s+(\d+)\s+:checkAsUser\s+\d+\s+"
    r":selectedCols\s+\(b([\s\d]*)\)\s+:insertedCols\s+\(b([\s\d]*)\)\s+:updatedCols\s+\(b([\s\d]*)\)\s*\}"
)
# Rows that are copied in: the table stands in the statement, which asks for nothing before it is run.
_COPIED = re.compile(r"\{COPYSTMT\s+:relation\s+\{RANGEVAR\s[^{}]*?:relname\s+(\w+)[^{}]*\}.*?:is_from\s+true", re.S)
# In a server's log: who worked, and the tree, whose further lines begin with a tab.
_DETAIL = re.compile(r"^\S+ \S+ \S+ \[\d+\] (\S+) DETAIL:  ")
# The number of a column in a set of them begins here (FirstLowInvalidHeapAttributeNumber).
_FIRST = 7


def needs_in(text: str, *, role: str, name_of: Callable[[int], tuple[str, dict[int, str]] | None]) -> Iterable[Need]:
    """What the trees in `text` ask for. A check of a foreign key, which the server makes as the owner, looks at ONLY its table."""
    for relid, inherits, required, selected, inserted, updated in _ASKED.findall(text):
        found = name_of(int(relid))
        if found is None or (inherits == "false" and not int(required) & 1):
            continue
        table, columns = found
        sets = {"SELECT": selected, "INSERT": inserted, "UPDATE": updated, "DELETE": ""}
        for bit, privilege in _BITS.items():
            if int(required) & bit:
                names = sorted(columns.get(int(one) - _FIRST, "*") for one in sets[privilege].split())
                yield role, table, privilege, ",".join(names)

    for table in _COPIED.findall(text):
        yield role, table, "INSERT", ""


class Recorder:
    def __init__(self) -> None:
        self._needs: set[Need] = set()
        self._path = Path(FOLDER) / f"{uuid.uuid4().hex}.txt"

    def add(self, needs: Iterable[Need]) -> None:
        new = set(needs) - self._needs
        if new:
            self._needs |= new
            with self._path.open("a") as file:
                file.writelines("\t".join(one) + "\n" for one in sorted(new))


RECORDER = Recorder()


def names_of(session: psycopg.Connection[Any]) -> Callable[[int], tuple[str, dict[int, str]] | None]:
    known: dict[int, tuple[str, dict[int, str]]] = {}
    for relid, table, number, column in session.execute(
        "SELECT c.oid::int8, relname, attnum, attname FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid "
        "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND attnum > 0 AND NOT attisdropped"
    ).fetchall():
        known.setdefault(relid, (table, {}))[1][number] = column
    return known.get


@contextlib.contextmanager
def listening_to(data_dir: Path) -> Iterator[None]:
    """Hear what the server of a running system says of each of its roles' statements."""
    if not FOLDER:
        yield
        return
    with server_for(data_dir, own=False) as server, psycopg.connect(server.dsn, autocommit=True) as owner:
        name_of, prefix = names_of(owner), f"{owner.info.user}_"
        for (role,) in owner.execute(
            "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)", [prefix]
        ).fetchall():
            for setting, value in (("debug_print_parse", "on"), ("log_error_verbosity", "default")):
                owner.execute(
                    sql.SQL("ALTER ROLE {} SET {} = {}").format(
                        *map(sql.Identifier, (role, setting)), sql.Literal(value)
                    )
                )
        # Whoever is connected begins again, and is heard from their first statement.
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE starts_with(usename, %s)", [prefix])
        log = server.log / "postgresql.log"
    try:
        yield
    finally:
        for role, text in _details(log):
            if role.startswith(prefix):
                RECORDER.add(needs_in(text, role=role.removeprefix(prefix), name_of=name_of))


def _details(log: Path) -> Iterator[tuple[str, str]]:
    role, lines = "", list[str]()
    with log.open(errors="replace") as file:
        for line in file:
            if line.startswith("\t"):
                if role:
                    lines.append(line[1:])
                continue
            if role:
                yield role, "".join(lines)
            begun = _DETAIL.match(line)
            role, lines = (begun[1], [line[begun.end() :]]) if begun else ("", [])
    if role:
        yield role, "".join(lines)


class Listening:
    """Hears what the server says of one session's statements."""

    def __init__(self, session: psycopg.Connection[Any]) -> None:
        self.session, self.role, self._names = session, "", names_of(session)
        session.add_notice_handler(self._hear)

    def begin(self, role: str) -> None:
        self.role = role
        # What the session knows already would not be read again.
        self.session.execute("DISCARD PLANS")
        self.session.execute("SET client_min_messages = log")
        self.session.execute("SET debug_print_parse = on")

    def end(self) -> None:
        if self.session.closed:
            return
        try:
            self.session.execute("SET debug_print_parse = off")
            self.session.execute("SET client_min_messages = warning")
        except psycopg.Error:
            pass
        self.role = ""

    def _hear(self, said: Any) -> None:
        if self.role and said.message_detail:
            RECORDER.add(needs_in(said.message_detail, role=self.role, name_of=self._names))
