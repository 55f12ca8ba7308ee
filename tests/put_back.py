"""What most tests begin with is made once by the real operations; the tests after that are given its rows.

A world, a person in it who has seen the films and a class are some three hundred statements, and more than half of what most tests
cost. The first test of a process that begins so makes them, and what they left in the tables is kept. A later one that begins
with the same steps gets the same rows by one statement for each step, and objects of its own.

Only at the very beginning of a test that is rolled back: a step is put back when every write of the test so far was such a step
too. Whatever it wrote itself (PostgreSQL counts) lets it make all that follows anew, so no test can tell the difference but by
ids, which are the same in each.
"""

from __future__ import annotations

import copy
import functools
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

from django.db import connection
from psycopg import sql

P = ParamSpec("P")
R = TypeVar("R")
Key = tuple[Any, ...]


@dataclass(frozen=True)
class _Kept:
    """A step: the statement that puts its rows back, and what it returned."""

    statement: bytes
    returned: Any


@dataclass
class _Begun:
    """The steps with which this test began; None: it wrote something itself."""

    steps: Key | None = ()
    # Rows written by the session when the last of them was done.
    written: int = 0
    kept: dict[Key, _Kept] = field(default_factory=dict)


_begun = _Begun()


def forget() -> None:
    """A test begins: nothing is written."""
    _begun.steps = ()


def put_back(build: Callable[P, R]) -> Callable[P, R]:
    """Let what this function of builders writes be put back wherever a test begins with it."""

    @functools.wraps(build)
    def step(*args: P.args, **given: P.kwargs) -> R:
        if not _goes_on():
            return build(*args, **given)
        assert _begun.steps is not None
        # What it is given came from the steps before, so that it is the same when it looks the same.
        steps = (*_begun.steps, build.__name__, pickle.dumps((args, given)))
        found = _begun.kept.get(steps)
        if found is None:
            before = _rows()
            # What it does is this one step, also where that is made of others.
            _begun.steps = None
            returned = build(*args, **given)
            _begun.kept[steps] = _Kept(_difference(before, _rows()), copy.deepcopy(returned))
        else:
            connection.connection.execute(found.statement, prepare=False)
            returned = copy.deepcopy(found.returned)
        _begun.steps, _begun.written = steps, _written()[1]
        return returned

    return step


def _goes_on() -> bool:
    """Whether this test wrote nothing so far but steps that are kept."""
    blocks = connection.atomic_blocks
    if _begun.steps is None or not blocks or not blocks[0]._from_testcase:
        return False
    is_untouched, written = _written()
    if is_untouched if not _begun.steps else written == _begun.written:
        return True
    _begun.steps = None
    return False


def _written() -> tuple[bool, int]:
    """Whether the transaction wrote nothing at all, and how many rows the session wrote."""
    found = connection.connection.execute(
        # By functions: PostgreSQL's view of the same joins and sorts for a millisecond, several times in each test.
        "SELECT pg_current_xact_id_if_assigned() IS NULL, sum(pg_stat_get_xact_tuples_inserted(oid)"
        " + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid))::bigint FROM pg_class"
        # No step reads the clock, which most tests set: operations are told the instant.
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'kernel_clock'"
    ).fetchone()
    return bool(found[0]), int(found[1])


def _rows() -> dict[str, set[str]]:
    """Every row of every table, as PostgreSQL writes it."""
    session = connection.connection
    tables = [
        name for (name,) in session.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    ]
    asked = " UNION ALL ".join(f"SELECT '{name}', t::text FROM \"{name}\" t" for name in tables)
    found: dict[str, set[str]] = {}
    for name, row in session.execute(asked).fetchall():
        found.setdefault(name, set()).add(row)
    return found


def _difference(before: dict[str, set[str]], after: dict[str, set[str]]) -> bytes:
    """The statement that makes of the one the other. Neither triggers nor references are asked: they were."""
    session = connection.connection
    made = [sql.SQL("SET LOCAL session_replication_role = replica")]
    for name in sorted({*before, *after}):
        old, new = before.get(name, set()), after.get(name, set())
        if old - new:
            made.append(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            old = set()
        if new - old:
            # A generated column is made again.
            columns = sql.SQL(", ").join(
                sql.Identifier(column)
                for (column,) in session.execute(
                    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped "
                    "AND attgenerated = '' ORDER BY attnum",
                    [name],
                ).fetchall()
            )
            table = sql.Identifier(name)
            made.append(
                sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM unnest({}::{}[])").format(
                    table, columns, columns, sql.Literal(sorted(new - old)), table
                )
            )
    made.append(sql.SQL("SET LOCAL session_replication_role = DEFAULT"))
    return sql.SQL("; ").join(made).as_bytes(session)
