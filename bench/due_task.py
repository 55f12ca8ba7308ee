"""`python -m bench.due_task TASK INSTANT`: run one task that falls due to its end, as one JSON document says it.

A process of its own, so that its time and its memory are the task's.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import datetime
from pathlib import Path
from time import monotonic


def _largest_mib() -> float:
    """The most memory that this program had at once. `getrusage` counts what whoever started it had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


def main(name: str, at: datetime) -> None:
    """Run one task to its end and say how long that took, what it did, its largest memory and its longest chunk."""
    import django

    django.setup()
    from prakerja.config.due import Runner, due_tasks

    (task,) = [task for task in due_tasks() if task.name == name]
    last, longest = monotonic(), 0.0

    def told(_task: str, _count: int) -> None:
        nonlocal last, longest
        longest, last = max(longest, monotonic() - last), monotonic()

    moment = monotonic()
    last = moment
    turn = Runner(told=told).run(task, at=at)
    took = monotonic() - moment
    following = task.next_due()
    sys.stdout.write(
        json.dumps(
            {
                "seconds": took,
                "done": turn.done,
                "left": None if following is None or following > at else str(following),
                "longest": longest,
                "mib": _largest_mib(),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
