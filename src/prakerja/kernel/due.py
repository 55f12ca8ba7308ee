"""What falls due: the shape of a task that waits for an instant of programme time.

The worker runs tasks as time passes; `prakerja clock advance` steps from one due instant to the next and runs each there,
so that stamps are those instants (architecture.md "Time"). Both may run the same task: unique keys make the second harmless.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DueTask:
    name: str
    # The earliest instant at which something waits, or None. May lie in the past when the worker was not running.
    next_due: Callable[[], datetime | None]
    # Does everything that is due at or before `at`, stamps it `at`, and returns how many pieces of work that were.
    run: Callable[[datetime], int]
