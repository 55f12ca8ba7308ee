"""`prakerja migrate` that kills itself: `python -m tests.upgrades.killed_migrate NUMBER before|after`.

What is counted is each statement that writes and each commit; at the NUMBER-th this process is gone as by `kill -9`, before it reaches the
server or after the server has answered.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

_READS = re.compile(r"\s*(SELECT|SHOW|WITH)\b", re.IGNORECASE)


class _Counting:
    def __init__(self, number: int, *, is_before: bool) -> None:
        self._left, self._is_before = number, is_before

    def around(self, work: Callable[[], Any]) -> Any:
        self._left -= 1
        if self._is_before:
            self._die_if_it_is_time()
        done = work()
        self._die_if_it_is_time()
        return done

    def _die_if_it_is_time(self) -> None:
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def main(number: int, where: str) -> NoReturn:
    counting = _Counting(number, is_before=where == "before")
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.utils import CursorWrapper

    execute, commit = CursorWrapper.execute, BaseDatabaseWrapper._commit

    def counted_execute(self: CursorWrapper, statement: Any, given: Any = None) -> Any:
        if _READS.match(str(statement)):
            return execute(self, statement, given)
        return counting.around(lambda: execute(self, statement, given))

    CursorWrapper.execute = counted_execute  # type: ignore[method-assign,assignment]
    BaseDatabaseWrapper._commit = lambda self: counting.around(lambda: commit(self))  # type: ignore[method-assign]

    from prakerja.cli.command import main as command

    sys.exit(command(["migrate"]))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
