"""Everything that waits for an instant, in the order in which tasks that share an instant must run.

Money that arrives opens surveys, what lapses must not be paid afterwards: contexts come from the bottom of the chain of
causes to its end. The worker runs these as time passes; a moving clock runs them one instant after another.
"""

from __future__ import annotations

import importlib
import importlib.util
from datetime import datetime

from prakerja.kernel.due import DueTask

CONTEXTS = ("awards", "purchases", "training", "incentives", "disbursements", "surveys")


def due_tasks() -> tuple[DueTask, ...]:
    """All contexts' `tasks.TASKS`, in order. Needs Django's apps."""
    found: list[DueTask] = []
    for context in CONTEXTS:
        name = f"prakerja.{context}.tasks"
        if importlib.util.find_spec(name) is not None:
            found.extend(importlib.import_module(name).TASKS)
    return tuple(found)


def next_instant(tasks: tuple[DueTask, ...]) -> datetime | None:
    """The earliest instant at which something waits."""
    instants = [instant for task in tasks if (instant := task.next_due()) is not None]
    return min(instants, default=None)
