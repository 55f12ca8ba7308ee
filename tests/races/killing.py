"""Kill -9 in this process: at a chosen statement every session is gone, and what it had not committed with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

from prakerja.kernel.db import rows
from tests.waiting import wait_until


class Killed(BaseException):
    """The process is gone; what it had not committed is rolled back, as the server does for a connection that ends."""


@contextmanager
def killed_at(statement: int) -> Iterator[None]:
    """Be killed before this statement, counted over all sessions of this process, and have done the ones before it.

    Whoever else is in the middle of something is dead at its own next statement. The session ends: its locks are gone too.
    """
    seen = 0
    sessions: set[int] = set()

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen >= statement:
            raise Killed
        return execute(sql, params, many, context)

    def watch(*, connection: Any, **_: Any) -> None:
        if connection.connection is not None:
            sessions.add(connection.connection.info.backend_pid)
        if count not in connection.execute_wrappers:
            connection.execute_wrappers.append(count)

    connection_created.connect(watch, weak=False)
    watch(connection=connection)
    is_killed = False
    try:
        yield
    except Killed:
        connection.close()
        is_killed = True
        raise
    finally:
        connection_created.disconnect(watch)
        connection.execute_wrappers.remove(count)
        if is_killed:
            _wait_until_gone(sessions)


def _wait_until_gone(sessions: set[int]) -> None:
    """Until the server has ended these sessions: on a busy machine they keep their locks for a moment after their client is gone,
    and what skips locked rows would find nothing to do."""
    wait_until(
        lambda: not rows("SELECT pid FROM pg_stat_activity WHERE pid = ANY(%s)", [sorted(sessions)]),
        what="the sessions of who was killed end",
    )


def at_every_statement(work: Callable[[], object]) -> int:
    """Kill the work at its first statement, its second …, going on each time with what is left, until it comes through.

    Returns how many times it was killed.
    """
    for statement in range(1, 400):
        try:
            with killed_at(statement):
                work()
        except Killed:
            continue
        return statement - 1
    raise AssertionError("it never came through")
