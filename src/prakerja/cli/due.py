"""`prakerja due`: what waits for an instant, how far it has come, and doing it now."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from prakerja.cli.arguments import CommandError, answer, common, progress
from prakerja.cli.database import database
from prakerja.kernel.clock import WIB

# The tasks that wait while a rail is left alone.
_BY_RAIL = ("send_payments", "ask_payments")
# Seconds between two lines of progress.
_LINE_EVERY = 2.0


def add_to(subparsers: Any) -> None:
    family = subparsers.add_parser("due", help="what waits for an instant: list it, see how far it is, do it now")
    verbs = family.add_subparsers(dest="verb", required=True, metavar="list|run")
    listing = common(verbs.add_parser("list", help="every task: when it is due next, and how far it has come"))
    listing.set_defaults(run=list_tasks)
    doing = common(verbs.add_parser("run", help="do what is due now, beside the worker, and say what that was"))
    doing.add_argument("--progress", action="store_true", help="tell every two seconds how far it is")
    doing.set_defaults(run=run_tasks)


def list_tasks(arguments: argparse.Namespace) -> int:
    """Print every task, in the order in which those that share an instant run."""
    with database(arguments.data_dir):
        from prakerja.config.due import due_tasks
        from prakerja.disbursements.queries import rail_pauses
        from prakerja.kernel.clock import wall
        from prakerja.kernel.progress import all_progress

        known = {one.task: one for one in all_progress()}
        paused = [
            {"rail": one.rail, "state": one.reason, "since": _text(one.since), "next_try": _text(one.until)}
            for one in rail_pauses()
        ]
        answer(
            [
                {"task": task.name, "next_due": _text(task.next_due()), **told(known.get(task.name), now=wall())}
                | ({"rails_left_alone": paused} if paused and task.name in _BY_RAIL else {})
                for task in due_tasks()
            ]
        )
    return 0


def run_tasks(arguments: argparse.Namespace) -> int:
    """Run what is due, each at this instant, to its end."""
    with database(arguments.data_dir):
        from prakerja.config.due import run_what_falls_due
        from prakerja.config.timekeeping import MOVING
        from prakerja.kernel.clock import now
        from prakerja.kernel.db import row

        # A clock that is being moved runs everything itself; beside a worker this is another worker.
        taken = row("SELECT pg_try_advisory_lock_shared(%s)", [MOVING])
        if taken is None or not taken[0]:
            raise CommandError("Jam program sedang digerakkan proses lain.", "Somebody else is moving the clock.")
        at = now()
        try:
            steps = run_what_falls_due(until=at, since=at, told=progress_lines() if arguments.progress else None)
            done = [{"task": step.task, "count": step.count, "waiting": step.still_waits} for step in steps]
        finally:
            row("SELECT pg_advisory_unlock_shared(%s)", [MOVING])
        answer({"at": _text(at), "ran": [one for one in done if one["count"] or one["waiting"]]})
    return 0


def told(found: Any, *, now: datetime) -> dict[str, Any]:
    """How far a task is (a `kernel.progress.HowFar` or None), as the list says it."""
    if found is None:
        return {"state": "idle"}
    return {
        "state": found.state(now=now),
        "since": _text(found.began_at),
        "done": found.done,
        "left": found.left,
        "a_second": round(found.a_second, 1),
        "ends": _text(found.ends_at or found.ended_at),
    }


def progress_lines() -> Callable[[str, int], None]:
    """Print a line about the task that works, every two seconds."""
    from prakerja.kernel.progress import progress_of

    last = time.monotonic()

    def tell(task: str, count: int) -> None:
        nonlocal last
        if time.monotonic() - last < _LINE_EVERY:
            return
        last = time.monotonic()
        found = progress_of(task)
        if found is not None and found.ended_at is None:
            ends = "" if found.ends_at is None else f", until about {found.ends_at.astimezone(WIB):%H:%M:%S} WIB"
            left = "?" if found.left is None else f"{found.left:,}"
            progress(f"{task}: {found.done:,} done, {left} left, {found.a_second:,.0f} a second{ends}")

    return tell


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(WIB).isoformat(timespec="seconds")
