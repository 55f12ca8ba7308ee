"""Everything that waits for an instant, in the order in which tasks that share an instant must run.

Money that arrives opens surveys, what lapses must not be paid afterwards: contexts come from the bottom of the chain of
causes to its end. The worker runs these as time passes; a moving clock runs them one instant after another.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prakerja.kernel.due import DueTask

CONTEXTS = ("access", "awards", "purchases", "training", "incentives", "disbursements", "surveys")


def due_tasks() -> tuple[DueTask, ...]:
    """All contexts' `tasks.TASKS`, in order. Needs Django's apps."""
    found: list[DueTask] = []
    for context in CONTEXTS:
        name = f"prakerja.{context}.tasks"
        if importlib.util.find_spec(name) is not None:
            found.extend(importlib.import_module(name).TASKS)
    return tuple(found)


@dataclass(frozen=True)
class Step:
    """What one task did at one instant: `count` pieces of work, and whether it says that something waits there still."""

    at: datetime
    task: str
    count: int
    still_waits: bool


def run_what_falls_due(
    *, until: datetime, since: datetime | None = None, arrive: Callable[[datetime], None] | None = None
) -> Iterator[Step]:
    """Run everything that falls due up to `until`, each at its own instant, one instant after another.

    `arrive` is told each instant before anything runs there. What fell due before `since` runs at `since`. A task that did
    nothing and still waits is waiting for somebody else (a bank that does not answer): it is not run again.
    """
    tasks = list(due_tasks())
    at = since
    while True:
        due = [(instant, task) for task in tasks if (instant := task.next_due()) is not None and instant <= until]
        if not due:
            return
        earliest = min(instant for instant, _ in due)
        at = earliest if at is None else max(at, earliest)
        if arrive is not None:
            arrive(at)
        for instant, task in due:
            if instant > at:
                continue
            count = task.run(at)
            following = task.next_due()
            step = Step(at, task.name, count, still_waits=following is not None and following <= at)
            if not count and step.still_waits:
                tasks.remove(task)
            yield step
