"""Release many sessions at one barrier, each with a connection of its own, and collect what each of them got."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from prakerja.kernel.errors import Refused
from tests.waiting import LIMIT, finish, wait_until

SESSIONS = 16


class Beside(threading.Thread):
    """One action in a session of its own, started at once. `result` waits for its end; a refusal is its reason."""

    def __init__(self, action: Callable[[], object]) -> None:
        super().__init__(name="beside")
        self._action = action
        self._result: object = None
        self._error: BaseException | None = None
        self._session = 0
        self.start()

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._session = cursor.fetchone()[0]
            self._result = self._action()
        except Refused as refusal:
            self._result = refusal.reason
        except BaseException as error:
            self._error = error
        finally:
            connection.close()

    def waits(self) -> bool:
        """Whether it waits in PostgreSQL for somebody's lock."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pid = %s", [self._session])
            return cursor.fetchone() is not None

    def result(self) -> object:
        finish(self)
        if self._error is not None:
            raise self._error
        return self._result


def queue_at_our_row() -> list[str]:
    """Who waits in PostgreSQL for a row that this transaction has locked: the first in the queue waits for its end
    (`transactionid`), the next ones for their turn at the row (`tuple`)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT locktype FROM pg_locks WHERE NOT granted AND (transactionid = pg_current_xact_id()::xid"
            " OR locktype = 'tuple' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        )
        return sorted(locktype for (locktype,) in cursor.fetchall())


def race(actions: Sequence[Callable[[], object]]) -> list[object]:
    """Run every action at the same moment. A refusal is its reason; any other error is raised here."""
    barrier = threading.Barrier(len(actions))
    results: list[object] = [None] * len(actions)
    errors: list[BaseException] = []

    def run(number: int, action: Callable[[], object]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            barrier.wait(LIMIT)
            try:
                results[number] = action()
            except Refused as refusal:
                results[number] = refusal.reason
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number, action)) for number, action in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        finish(thread)
    if errors:
        raise errors[0]
    return results


def with_a_rival_at_every_statement(work: Callable[[], object], rivals: Sequence[Callable[[], object]]) -> list[object]:
    """Do the work; before each of its statements the next rival acts, to its end or until it waits for what the work holds.

    Who is left when the work has ended acts then. Returns what each rival got; a refusal is its reason.
    """
    begun: list[Beside] = []

    def interject(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not is_asking and len(begun) < len(rivals):
            begin()
        return execute(sql, params, many, context)

    is_asking = False

    def begin() -> None:
        nonlocal is_asking
        is_asking = True
        rival = Beside(rivals[len(begun)])
        begun.append(rival)
        wait_until(lambda: not rival.is_alive() or rival.waits(), what="the rival ends, or waits")
        is_asking = False

    with connection.execute_wrapper(interject):
        work()
    begun += [Beside(rival) for rival in rivals[len(begun) :]]
    return [rival.result() for rival in begun]
