"""What falls due in sittings: the time of a test is up."""

from __future__ import annotations

from datetime import datetime

from prakerja.kernel.due import DueTask, do_due_many, left_of
from prakerja.kernel.looks import least_of
from prakerja.sittings.operations import time_out

OVER = "SELECT one.person_id, one.id, one.ends_at AS due_at FROM sittings_sitting one WHERE one.status = 'under_way'"


def end_sittings(at: datetime) -> int:
    """End what nobody handed in; the answers count as they are."""
    return do_due_many(OVER, at=at, work=lambda items: time_out(items=list(items)), is_stored=True)


TASKS = [DueTask(name="end tests", next_due=least_of(OVER), run=end_sittings, left=lambda at: left_of(OVER, at=at))]
