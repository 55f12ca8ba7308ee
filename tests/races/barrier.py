"""Release many sessions at one barrier, each with a connection of its own, and collect what each of them got."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from django.db import connection

from prakerja.kernel.errors import Refused
from tests.waiting import LIMIT, finish

SESSIONS = 16


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
