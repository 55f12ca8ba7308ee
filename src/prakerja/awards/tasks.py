"""What falls due in awards: reminders before the deadline, revocation after it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from prakerja.awards.endings import REVOCATION_DELAY, revoke_unbought
from prakerja.awards.models import Award
from prakerja.awards.reminders import remind, waiting_groups
from prakerja.kernel.due import DueTask


def next_revocation() -> datetime | None:
    deadline = Award.objects.filter(status="active", first_purchase_at=None).aggregate(
        first=Min("purchase_deadline_at")
    )["first"]
    return None if deadline is None else deadline + REVOCATION_DELAY


def run_revocations(at: datetime) -> int:
    overdue = Award.objects.filter(
        status="active", first_purchase_at=None, purchase_deadline_at__lte=at - REVOCATION_DELAY
    ).values_list("id", "person_id")
    return sum(
        revoke_unbought(award_id=award_id, person_id=person_id, at=at) for award_id, person_id in overdue.iterator()
    )


def next_reminder() -> datetime | None:
    return min((due for group in waiting_groups() if (due := group.next_instant())), default=None)


def run_reminders(at: datetime) -> int:
    due = [(group, instant) for group in waiting_groups() if (instant := group.next_instant()) and instant <= at]
    return sum(remind(group=group, due_at=instant, at=at) for group, instant in due)


TASKS = [
    DueTask(name="remind to buy", next_due=next_reminder, run=run_reminders),
    DueTask(name="revoke", next_due=next_revocation, run=run_revocations),
]
