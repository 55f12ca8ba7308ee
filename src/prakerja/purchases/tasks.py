"""What falls due in purchases: codes that nobody redeemed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from prakerja.kernel.due import DueTask
from prakerja.purchases.expiry import expire_voucher
from prakerja.vouchers.models import Voucher


def next_expiry() -> datetime | None:
    found: datetime | None = Voucher.objects.filter(status="issued").aggregate(first=Min("redeemable_until"))["first"]
    return found


def run_expiries(at: datetime) -> int:
    overdue = list(Voucher.objects.filter(status="issued", redeemable_until__lte=at).values_list("person_id", "id"))
    return sum(expire_voucher(person_id=person_id, voucher_id=voucher_id, at=at) for person_id, voucher_id in overdue)


TASKS = [DueTask(name="expire vouchers", next_due=next_expiry, run=run_expiries)]
