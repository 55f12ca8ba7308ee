"""Whether anybody has committed anything since a look, so that whoever waits for rows need not look again while nobody has.

A snapshot of PostgreSQL says which transactions are over. Two equal ones see the same rows, so one small statement tells of
every table at once and costs those who write nothing. What this machine's programs write every second to say that they live
(who runs the database, where a demo's clock stands) is no change: such transactions are known by the rows they left.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg

from prakerja.kernel import clock

# A transaction's number as rows keep it.
_WRAPS_AT = 2**32
# More transactions at once than signs of life between two looks: somebody works.
_MOST_SIGNS = 8
# A machine's clock that was set, or a machine that slept: what falls due by it is looked for at once.
_CLOCK_WAS_SET = timedelta(seconds=0.2)
_SEEN = """
SELECT pg_current_snapshot()::text, clock.offset_us, run.holder, clock.xmin::text, run.xmin::text
  FROM (SELECT 1) one
  LEFT JOIN kernel_clock clock ON clock.id = 1
  LEFT JOIN kernel_run run ON run.id = 1"""


class Changes:
    """Counts the changes that were noticed, and lets threads wait for the next."""

    def __init__(self) -> None:
        self.number = 0
        self._condition = threading.Condition()

    def note(self) -> None:
        """Something was committed, or nobody knows whether."""
        with self._condition:
            self.number += 1
            self._condition.notify_all()

    def wait(self, *, since: int, seconds: float) -> None:
        """Return when the number is another than `since`, or after so many wall seconds."""
        with self._condition:
            self._condition.wait_for(lambda: self.number != since, timeout=max(seconds, 0.0))


class Snapshot(NamedTuple):
    """The transactions that began before `following` are over, but for those `under_way`."""

    following: int
    under_way: frozenset[int]

    @classmethod
    def read(cls, text: str) -> Snapshot:
        _, following, under_way = text.split(":")
        return cls(int(following), frozenset(int(one) for one in under_way.split(",") if one))

    def ended_since(self, before: Snapshot) -> set[int] | None:
        """Which transactions ended after `before` was taken; None: more than anybody counts."""
        if self.following - before.following > _MOST_SIGNS:
            return None
        ended = set(range(before.following, self.following)) - self.under_way
        return ended | (before.under_way - self.under_way)


class Watcher:
    """Tells over a connection of its own whether there was a change. The first look always finds one."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        # Where tables lie on several machines, each counts its own transactions.
        spread = connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'citus'").fetchone()
        self._is_spread = spread is not None
        self._before: tuple[Snapshot, int, Any] | None = None
        self._shift = _shift()

    def has_changed(self) -> bool:
        """Whether anything may be another than at the last call: a row, or this machine's clock."""
        found = self._connection.execute(_SEEN).fetchone()
        assert found is not None
        text, offset, holder, *signs = found
        now, before = (Snapshot.read(text), offset, holder), self._before
        self._before = now
        shift, self._shift = self._shift, _shift()
        if self._is_spread or before is None or before[1:] != now[1:]:
            return True
        if abs(self._shift - shift) > _CLOCK_WAS_SET:
            return True
        ended = now[0].ended_since(before[0])
        return ended is None or not {one % _WRAPS_AT for one in ended} <= {int(one) for one in signs if one is not None}


def _shift() -> timedelta:
    return timedelta(seconds=clock.wall().timestamp() - time.monotonic())
