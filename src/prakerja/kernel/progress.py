"""How far long work has come: one row for each kind of it, for operators. Instants are wall time; nothing is decided by it.

Written about once a second by whoever works, outside the work's own transactions; several workers at one task add up. A row
whose `seen_at` is old while it has no end is of somebody who was killed: what is left is done by whoever comes next.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import DatabaseError, connection

from prakerja.kernel.clock import wall
from prakerja.kernel.db import row, rows

_LOG = logging.getLogger(__name__)
# Work that is done within this many seconds is not written down: most of what falls due is one person's.
LONG = 1.0
_EVERY = 1.0
# Without a word for so long it is over or dead.
STALE = timedelta(seconds=30)


class HowFar(NamedTuple):
    """`left` is None where nobody counts. `a_second`: pieces of work done each second since it began."""

    task: str
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    done: int
    left: int | None

    @property
    def a_second(self) -> float:
        took = ((self.ended_at or self.seen_at) - self.began_at).total_seconds()
        return self.done / took if took > 0 else 0.0

    @property
    def ends_at(self) -> datetime | None:
        """When it will have ended at this rate, wall time; None where that is not known or it has."""
        if self.ended_at is not None or self.left is None or not self.a_second:
            return None
        # What is left at ten a year ends beyond the calendar.
        return self.seen_at + timedelta(seconds=min(self.left / self.a_second, 10**9))

    def state(self, *, now: datetime) -> str:
        """ended, working, or silent: whoever worked has said nothing for half a minute."""
        if self.ended_at is not None:
            return "ended"
        return "silent" if now - self.seen_at > STALE else "working"


def all_progress() -> list[HowFar]:
    """What is worked at, then what ended, the latest first."""
    found = rows(
        "SELECT task, began_at, seen_at, ended_at, done, remaining FROM kernel_progress"
        " ORDER BY ended_at IS NOT NULL, seen_at DESC, task"
    )
    return [HowFar(*one) for one in found]


def progress_of(task: str) -> HowFar | None:
    """How far this task has come, or came the last time."""
    found = row(
        "SELECT task, began_at, seen_at, ended_at, done, remaining FROM kernel_progress WHERE task = %s", [task]
    )
    return None if found is None else HowFar(*found)


def note_outcome(task: str, *, began_at: datetime, done: int, left: int = 0) -> None:
    """Write down that work of somebody's has ended, and how: a proof with so many checks that held and so many that did not."""
    row(
        "INSERT INTO kernel_progress (task, began_at, seen_at, ended_at, done, remaining)"
        " VALUES (%(task)s, %(began_at)s, %(now)s, %(now)s, %(done)s, %(left)s)"
        " ON CONFLICT (task) DO UPDATE SET began_at = %(began_at)s, seen_at = %(now)s, ended_at = %(now)s, done = %(done)s,"
        " remaining = %(left)s RETURNING 1",
        {"task": task, "began_at": began_at, "now": wall(), "done": done, "left": left},
    )


class Meter:
    """Counts one piece of long work and writes it down about once a second, from the second second on.

    `count_left` is asked once, when there is something to write down.
    """

    def __init__(self, task: str, *, count_left: Callable[[], int | None] | None = None) -> None:
        self.task = task
        self._count_left = count_left
        self._began_at = wall()
        self._began = time.monotonic()
        self._written = self._began
        self._unwritten = 0
        self._is_known = False

    def note(self, count: int) -> None:
        """So many pieces of work more are committed."""
        self._unwritten += count
        moment = time.monotonic()
        if moment - self._began >= LONG and moment - self._written >= _EVERY:
            self.write()

    def write(self) -> None:
        """Write down how far it is, whatever the second."""
        self._written = time.monotonic()
        if not self._is_known:
            self._is_known = True
            _begin(self.task, left=self._left(), began_at=self._began_at)
        else:
            _add(self.task, self._unwritten, drop=self._unwritten)
            self._unwritten = 0
            return
        # What was done before the rest was counted is not part of the rest.
        _add(self.task, self._unwritten, drop=0)
        self._unwritten = 0

    def end(self) -> None:
        """It has ended; what was short leaves no row."""
        if self._is_known:
            self.write()
            _end(self.task)

    def _left(self) -> int | None:
        return None if self._count_left is None else self._count_left()


@contextmanager
def beside(task: str, *, left: int | None = None) -> Iterator[Callable[[int], None]]:
    """Watch work that is one transaction: a thread writes down how far it is over a connection of its own, so that others see it.

    Yields what is told how many pieces more are done; `left` is how many there are. What fails leaves a row that says where it stopped.
    """
    done = 0

    def note(count: int) -> None:
        nonlocal done
        done += count

    ended = threading.Event()
    is_whole = False

    def watch() -> None:
        meter = Meter(task, count_left=lambda: None if left is None else left)
        told = 0
        try:
            while not ended.wait(_EVERY):
                now = done
                meter.note(now - told)
                told = now
            if is_whole:
                meter.note(done - told)
                meter.end()
        except DatabaseError:
            # Nobody sees how far it is; the work itself has its own connection, and says what is wrong with that.
            _LOG.warning("how far %s is cannot be written down", task)
        finally:
            connection.close()

    thread = threading.Thread(target=watch, daemon=True, name=f"progress of {task}")
    thread.start()
    try:
        yield note
        is_whole = True
    finally:
        ended.set()
        thread.join()


def _begin(task: str, *, left: int | None, began_at: datetime) -> None:
    """A new piece of work; one that another worker is at goes on being counted."""
    now = wall()
    row(
        "INSERT INTO kernel_progress (task, began_at, seen_at, ended_at, done, remaining)"
        " VALUES (%(task)s, %(began_at)s, %(now)s, NULL, 0, %(left)s)"
        " ON CONFLICT (task) DO UPDATE SET began_at = %(began_at)s, seen_at = %(now)s, ended_at = NULL, done = 0,"
        " remaining = %(left)s"
        " WHERE kernel_progress.ended_at IS NOT NULL OR kernel_progress.seen_at < %(stale)s RETURNING 1",
        {"task": task, "began_at": began_at, "now": now, "left": left, "stale": now - STALE},
    )


def _add(task: str, count: int, *, drop: int) -> None:
    row(
        "UPDATE kernel_progress SET done = done + %s, remaining = remaining - least(remaining, %s), seen_at = %s"
        " WHERE task = %s RETURNING 1",
        [count, drop, wall(), task],
    )


def _end(task: str) -> None:
    row(
        "UPDATE kernel_progress SET ended_at = %(now)s, seen_at = %(now)s WHERE task = %(task)s RETURNING 1",
        {"now": wall(), "task": task},
    )
