"""What falls due in purchases: codes that nobody redeemed."""

from __future__ import annotations

from datetime import datetime

from prakerja.kernel.due import DueTask
from prakerja.purchases.expiry import expire_unredeemed
from prakerja.vouchers.queries import next_expiry, overdue_vouchers


def run_expiries(at: datetime) -> int:
    return sum(
        expire_unredeemed(person_id=one.person_id, voucher_id=one.voucher_id, at=at) for one in overdue_vouchers(at=at)
    )


TASKS = [DueTask(name="expire vouchers", next_due=next_expiry, run=run_expiries)]
