"""The pool of a door: no visitor meets a connection that the database closed, and it is back when the database is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from prakerja.kernel.postgresql.base import Pool
from prakerja.postgres import Server, throwaway_server
from tests.waiting import LIMIT, SHORT, wait_until


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool(conninfo=os.environ["DATABASE_URL"], min_size=1, max_size=4, timeout=LIMIT, open=False) as made:
        yield made


def ask(pool: Pool) -> int:
    """Who serves us: the server's process."""
    with pool.connection() as connection:
        found: Any = connection.execute("SELECT pg_backend_pid()").fetchone()
        return int(found[0])


def test_connections_that_the_database_closed_are_handed_to_nobody(pool: Pool) -> None:
    borrowed = [pool.getconn() for _ in range(4)]
    pids = [connection.info.backend_pid for connection in borrowed]
    for connection in borrowed:
        pool.putconn(connection)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as other:
        for pid in pids:
            other.execute("SELECT pg_terminate_backend(%s)", (pid,))
        gone = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
        wait_until(lambda: other.execute(gone, (pids,)).fetchone() == (0,), what="the database closed them")
    asked = [ask(pool) for _ in range(8)]
    assert set(asked).isdisjoint(pids)


def test_it_is_there_at_the_first_question_after_the_database_is() -> None:
    """Its attempts came ever more seldom: after a long outage a door stayed away for minutes more."""
    with (
        throwaway_server() as server,
        Pool(conninfo=server.dsn, min_size=1, max_size=4, timeout=LIMIT, open=False) as pool,
    ):
        assert ask(pool) > 0
        stop(server)
        with pytest.raises(psycopg.OperationalError):
            pool.getconn(timeout=SHORT)
        # With psycopg's own pauses, each twice as long, the last of these tries would come after an hour.
        wait_until(lambda: pool.get_stats().get("connections_errors", 0) >= 12, what="it keeps trying")
        server.recover()
        with pool.connection() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def stop(server: Server) -> None:
    assert server.pid is not None
    os.kill(server.pid, 9)
    wait_until(lambda: not server.running(), what="the database is gone")
