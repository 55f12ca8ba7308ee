"""What falls due: the shape of a task that waits for an instant of programme time.

The worker runs tasks as time passes; `prakerja clock advance` steps from one due instant to the next and runs each there,
so that stamps are those instants (architecture.md "Time"). Both may run the same task: unique keys make the second harmless.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from prakerja.kernel.db import row, rows

_PAGE = 500


@dataclass(frozen=True)
class DueTask:
    name: str
    # The earliest instant at which something waits, or None. May lie in the past when the worker was not running.
    next_due: Callable[[], datetime | None]
    # Does everything that is due at or before `at`, stamps it `at`, and returns how many pieces of work that were.
    run: Callable[[datetime], int]


# What is done for one row: person and id. Whatever it returns, truth means that it did something.
Work = Callable[[uuid.UUID, uuid.UUID], object]


def next_of(sql: str) -> datetime | None:
    """The least instant that a statement of (person_id, id, due_at) yields, found by an index on the instant if any."""
    found = row(f"SELECT due_at FROM ({sql}) waiting ORDER BY due_at LIMIT 1")
    return None if found is None else found[0]


def do_due(sql: str, *, at: datetime, work: Work) -> int:
    """Call `work` for each row that is due at `at`, a page at a time; returns how many calls did something."""
    return sum(bool(work(person_id, item_id)) for person_id, item_id in due_rows(sql, {}, at))


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
