"""What falls due: the shape of a task that waits for an instant of programme time, and how it works through many rows.

The worker runs tasks as time passes; `prakerja clock advance` steps from one due instant to the next and runs each there,
so that stamps are those instants (architecture.md "Time"). Both may run the same task: rows are claimed with SKIP LOCKED
and looked at again under the lock, and unique keys make a second run harmless.

A task works in chunks, each a transaction of its own, so that whoever is killed goes on where it was. Whoever runs it may give
it a turn (`Turn`): when that is over the task stops after its chunk, and what is left waits for its next turn (ADR 0029).
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import OperationalError, connection

from prakerja.kernel.db import row, rows

_LOG = logging.getLogger(__name__)
_PAGE = 500
# What one transaction takes of a task that concerns many: few enough that nobody waits long for it, many enough to be worth a
# commit.
CHUNK = 500


@dataclass(frozen=True)
class DueTask:
    name: str
    # The earliest instant at which something waits, or None. May lie in the past when the worker was not running. One that follows
    # from rows alone is a look (kernel.looks), so that it can be asked with all others.
    next_due: Callable[[], datetime | None]
    # Does everything that is due at or before `at`, stamps it `at`, and returns how many pieces of work that were. In a
    # turn that is over it stops earlier, after a chunk.
    run: Callable[[datetime], int]
    # How many pieces of work wait at `at`, for whoever watches; None where nobody counts.
    left: Callable[[datetime], int] | None = None
    # It waits for strangers (a bank): the worker runs it beside the others, and none of them waits for it.
    calls_network: bool = False
    # Tasks that begin before this one does whatever waited for an earlier instant: who is behind catches up in order.
    after: tuple[str, ...] = ()
    # Whether its next instant may change now although nobody commits anything: it follows from files, or from time of the machine's.
    # None: it follows from rows alone, and whoever looks for it rests while those stay as they are.
    follows_more: Callable[[], bool] | None = None


@dataclass
class Turn:
    """What whoever runs a task gives it: until when (monotonic seconds, None: until it is done), who is told of each chunk.

    `width`: how many pieces of work that wait for a stranger may be under way at once.
    """

    ends_at: float | None = None
    told: Callable[[int], None] | None = None
    width: int = 1
    done: int = 0
    # Something was left when it ended.
    was_cut: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, count: int) -> None:
        with self._lock:
            self.done += count
            if count and self.told is not None:
                self.told(count)

    def is_over(self) -> bool:
        if self.ends_at is None or time.monotonic() < self.ends_at:
            return False
        self.was_cut = True
        return True


_TURN: ContextVar[Turn | None] = ContextVar("prakerja_due_turn", default=None)


@contextmanager
def taking(turn: Turn) -> Iterator[Turn]:
    """Run a task in this turn."""
    token = _TURN.set(turn)
    try:
        yield turn
    finally:
        _TURN.reset(token)


def note_done(count: int) -> None:
    """Tell whoever watches that so many pieces of work are committed."""
    if (turn := _TURN.get()) is not None:
        turn.note(count)


def turn_is_over() -> bool:
    """Whether the task is to stop after what it has just committed. Never without a turn."""
    turn = _TURN.get()
    return turn is not None and turn.is_over()


def in_chunks(step: Callable[[], int | None]) -> int:
    """Call `step` until it returns None (nothing was there to claim) or the turn is over; returns the sum.

    `step` claims a chunk and does it in a transaction of its own. It returns how many pieces of work it did, maybe 0 of those
    it claimed, and must not claim a row twice that it left as it was.
    """
    done = 0
    while (count := step()) is not None:
        done += count
        note_done(count)
        if turn_is_over():
            break
    return done


# What is done for one row: person and id. Whatever it returns, truth means that it did something.
Work = Callable[[uuid.UUID, uuid.UUID], object]


# Person and id of each of many, and what is done for them in one transaction; returns how many it did something for.
Item = tuple[uuid.UUID, uuid.UUID]
Many = Callable[[Sequence[Item]], int]


def left_of(sql: str, *, at: datetime, parameters: Mapping[str, Any] | None = None) -> int:
    """How many rows a statement yields whose instant has come at `at`."""
    found = row(f"SELECT count(*) FROM ({sql}) waiting WHERE due_at <= %(at)s", {**(parameters or {}), "at": at})
    return int(found[0]) if found else 0


def do_due(sql: str, *, at: datetime, work: Work) -> int:
    """Call `work` for each row that is due at `at`, a page at a time; returns how many calls did something."""
    return work_through(due_rows(sql, {}, at), work)


def work_through(items: Iterator[tuple[uuid.UUID, uuid.UUID]], work: Work) -> int:
    """Call `work` for each (person, id) until the turn is over; in a wide turn for several at once, each in a thread with a
    connection of its own. The first failure is raised when what was under way has ended. Returns how many did something.
    """
    turn = _TURN.get()
    if turn is not None and turn.width > 1:
        return _side_by_side(items, work, turn)
    done = 0
    for person_id, item_id in items:
        if work(person_id, item_id):
            done += 1
            note_done(1)
        if turn_is_over():
            break
    return done


def _side_by_side(items: Iterator[tuple[uuid.UUID, uuid.UUID]], work: Work, turn: Turn) -> int:
    lock = threading.Lock()
    failures: list[BaseException] = []
    done = 0

    def following() -> tuple[uuid.UUID, uuid.UUID] | None:
        # The rows are read by the one who asks, over its own connection: a page is read at once.
        with lock:
            return None if failures or turn.is_over() else next(items, None)

    def run() -> None:
        nonlocal done
        try:
            while (item := following()) is not None:
                if work(*item):
                    with lock:
                        done += 1
                    turn.note(1)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, daemon=True, name=f"due {number}") for number in range(turn.width)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return done


def do_due_many(
    sql: str,
    *,
    at: datetime,
    work: Many,
    parameters: Mapping[str, Any] | None = None,
    is_stored: bool = False,
    most: int = CHUNK,
) -> int:
    """Call `work` for `most` rows at a time that are due at `at`; returns how many it did.

    `work` locks its rows, leaves those that another runner holds to it, and looks again: what the page says may be over. It
    commits, so whoever is killed has done whole chunks, and the next run finds the rest. One row that cannot be done keeps no
    other from it: its chunk is done row by row, and its error raised when everything else is done. `is_stored`: see `due_pages`.
    """
    done = 0
    broken: list[Exception] = []
    for page in due_pages(sql, at=at, parameters=parameters or {}, is_stored=is_stored, most=most):
        try:
            count = work(page)
        except OperationalError:
            raise
        except Exception as error:
            if len(page) == 1:
                broken.append(error)
                continue
            count = _one_by_one(page, work, broken)
        done += count
        note_done(count)
        if turn_is_over():
            break
    if broken:
        raise broken[0]
    return done


def _one_by_one(page: Sequence[Item], work: Many, broken: list[Exception]) -> int:
    done = 0
    for item in page:
        try:
            done += work([item])
        except OperationalError:
            raise
        except Exception as error:
            _LOG.exception("%s cannot be done", item[1])
            broken.append(error)
    return done


def due_pages(
    sql: str, *, at: datetime, parameters: Mapping[str, Any], is_stored: bool, most: int = CHUNK
) -> Iterator[list[Item]]:
    """Person and id of what is due at `at`, a page at a time; each row is met once, whatever the work does to it.

    `is_stored`: due_at is a column with an index on it and the id, and pages go by both, so that none costs more than the one
    before it and the earliest come first. Else they go by id, which reads everything that waits once.
    """
    columns, after = ("due_at, id", "(%(since)s, %(after)s)") if is_stored else ("id", "%(after)s")
    page = (
        f"SELECT person_id, id, due_at FROM ({sql}) waiting "
        f"WHERE due_at <= %(at)s AND ({columns}) > {after} ORDER BY {columns} LIMIT {most}"
    )
    since, last = datetime.min.replace(tzinfo=UTC), uuid.UUID(int=0)
    while found := rows(page, {**parameters, "at": at, "since": since, "after": last}):
        yield [(person_id, item_id) for person_id, item_id, _ in found]
        if len(found) < most:
            return
        _, last, since = found[-1]


def due_rows(sql: str, parameters: Mapping[str, Any], at: datetime) -> Iterator[tuple[uuid.UUID, uuid.UUID]]:
    """Person and id of what is due, in the order of ids: each row is met once, whatever the work does to it."""
    page = (
        f"SELECT person_id, id FROM ({sql}) waiting WHERE due_at <= %(at)s AND id > %(after)s ORDER BY id LIMIT {_PAGE}"
    )
    after = uuid.UUID(int=0)
    while True:
        found = rows(page, {**parameters, "at": at, "after": after})
        yield from found
        if len(found) < _PAGE:
            return
        after = found[-1][1]
