"""What falls due in purchases: people are reminded of codes that they have not redeemed, and such codes end."""

from __future__ import annotations

from datetime import datetime

from prakerja.kernel.due import DueTask
from prakerja.purchases.expiry import expire_codes
from prakerja.purchases.reminders import remind_of_codes
from prakerja.vouchers.queries import expiries_left, next_expiry, next_reminder, reminders_left


def run_reminders(at: datetime) -> int:
    """Remind, or reckon when to. Of several reminders that were missed only the last is sent, and none after the end."""
    return remind_of_codes(at=at)


def run_expiries(at: datetime) -> int:
    """End the codes that nobody entered in time."""
    return expire_codes(at=at)


TASKS = [
    DueTask(name="remind of codes", next_due=next_reminder, run=run_reminders, left=lambda at: reminders_left(at=at)),
    DueTask(
        name="expire vouchers",
        next_due=next_expiry,
        run=run_expiries,
        left=lambda at: expiries_left(at=at),
        after=("remind of codes",),
    ),
]
