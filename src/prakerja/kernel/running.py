"""Who runs this database: one row that whoever runs it renews all the time, so that it outlives their connection.

A lock of a session ends when the database restarts, and then somebody else could take it while its holder lives. The row says
that the holder lives; whoever finds in it that another has taken over stops at once. Its instants are wall time, and only
that they change counts. The connection is the caller's: these are asked where no pool is.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg

from prakerja.kernel.db import row

# Without a renewal for so long nobody needs to wait for one.
_LONG_DEAD = timedelta(minutes=1)


class Runner(NamedTuple):
    """`is_long_dead`: it has renewed nothing for so long that it cannot live."""

    holder: uuid.UUID
    seen_at: datetime
    is_long_dead: bool


def runner(connection: psycopg.Connection[Any], *, wall: datetime) -> Runner | None:
    """Who runs this database or died doing it; None when nobody does, or in a database without our tables."""
    there = connection.execute("SELECT to_regclass('kernel_run')").fetchone()
    if there is None or there[0] is None:
        return None
    found = connection.execute(
        "SELECT holder, seen_at, seen_at < %s FROM kernel_run WHERE id = 1", (wall - _LONG_DEAD,)
    ).fetchone()
    return None if found is None else Runner(*found)


def begin_run(connection: psycopg.Connection[Any], *, holder: uuid.UUID, wall: datetime) -> None:
    """Be the one who runs this database, instead of whoever died doing it."""
    connection.execute(
        "INSERT INTO kernel_run (id, holder, seen_at) VALUES (1, %(holder)s, %(wall)s)"
        " ON CONFLICT (id) DO UPDATE SET holder = %(holder)s, seen_at = %(wall)s",
        {"holder": holder, "wall": wall},
    )


def renew_run(connection: psycopg.Connection[Any], *, holder: uuid.UUID, wall: datetime) -> bool:
    """Say that the holder lives. False: somebody else has taken over."""
    done = connection.execute("UPDATE kernel_run SET seen_at = %s WHERE id = 1 AND holder = %s", (wall, holder))
    return done.rowcount == 1


def end_run(connection: psycopg.Connection[Any], *, holder: uuid.UUID) -> None:
    """Nobody runs this database from now on, unless somebody else has taken over."""
    connection.execute("DELETE FROM kernel_run WHERE id = 1 AND holder = %s", (holder,))


def is_displaced(*, holder: str) -> bool:
    """Whether another than `holder` runs this database now: for the processes that it started."""
    found = row("SELECT holder FROM kernel_run WHERE id = 1")
    return found is not None and str(found[0]) != holder
