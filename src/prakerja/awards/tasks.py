"""What falls due in awards: reminders before the deadline, revocation after it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from prakerja.awards.endings import revoke_unbought
from prakerja.awards.holding import hold_untold, revocable
from prakerja.awards.reminders import remind_to_buy, waiting_groups
from prakerja.kernel.clock import wall
from prakerja.kernel.due import DueTask
from prakerja.programmes.queries import scheme, schemes
from prakerja.programmes.schemes import revoke_at, revoked_deadlines_until


def next_revocation() -> datetime | None:
    """The first run of any scheme version that has somebody to revoke."""
    deadlines = revocable().order_by().values_list("scheme_version_id").annotate(first=Min("purchase_deadline_at"))
    return min(
        (revoke_at(scheme=scheme(scheme_version_id=version), deadline_at=first) for version, first in deadlines),
        default=None,
    )


def run_revocations(at: datetime) -> int:
    """Hold what an operator has to decide, revoke the others."""
    return hold_untold(at=at, wall=wall()) + sum(
        revoke_unbought(award_id=award_id, person_id=person_id, at=at)
        for version, rules in schemes().items()
        for award_id, person_id in revocable()
        .filter(
            scheme_version_id=version,
            purchase_deadline_at__lte=revoked_deadlines_until(scheme=rules, at=at),
        )
        .values_list("id", "person_id")
        .iterator()
    )


def next_reminder() -> datetime | None:
    return min((due for group in waiting_groups() if (due := group.next_instant())), default=None)


def run_reminders(at: datetime) -> int:
    """Send what is due. Of several that were missed only the last is sent, and none after the deadline (`reminders`)."""
    due = [(group, instant) for group in waiting_groups() if (instant := group.last_instant(until=at))]
    return sum(remind_to_buy(group=group, due_at=instant, at=at) for group, instant in due)


TASKS = [
    DueTask(name="remind to buy", next_due=next_reminder, run=run_reminders),
    DueTask(name="revoke", next_due=next_revocation, run=run_revocations),
]
