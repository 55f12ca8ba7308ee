"""What falls due in purchases: people are reminded of codes that they have not redeemed, and such codes end."""

from __future__ import annotations

from datetime import datetime

from prakerja.kernel.due import DueTask
from prakerja.purchases.expiry import expire_unredeemed
from prakerja.purchases.reminders import remind_of_code
from prakerja.vouchers.queries import codes_to_remind, next_expiry, next_reminder, overdue_vouchers

_PAGE = 500


def run_reminders(at: datetime) -> int:
    """Remind, or reckon when to. Of several reminders that were missed only the last is sent, and none after the end."""
    done = 0
    while waiting := codes_to_remind(at=at, most=_PAGE):
        done += sum(remind_of_code(person_id=one.person_id, voucher_id=one.voucher_id, at=at) for one in waiting)
    return done


def run_expiries(at: datetime) -> int:
    return sum(
        expire_unredeemed(person_id=one.person_id, voucher_id=one.voucher_id, at=at) for one in overdue_vouchers(at=at)
    )


TASKS = [
    DueTask(name="remind of codes", next_due=next_reminder, run=run_reminders),
    DueTask(name="expire vouchers", next_due=next_expiry, run=run_expiries),
]
