"""What falls due in intake: whoever was not selected is told."""

from __future__ import annotations

from datetime import datetime

from prakerja.intake.rest import next_rest, rest_left, turn_down_some
from prakerja.kernel.due import DueTask, in_chunks


def run_rest(at: datetime) -> int:
    """Turn down who stands in no list of a wave that was announced, some at a time. Returns how many."""
    return in_chunks(lambda: turn_down_some(at=at))


TASKS = [DueTask(name="tell who was not selected", next_due=next_rest, run=run_rest, left=rest_left)]
