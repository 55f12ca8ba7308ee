"""A code that was never redeemed ends with its window; its purchase no longer blocks the next one (decisions.md 23)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.audit.operations import record
from prakerja.awards.queries import award
from prakerja.kernel.db import transaction
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post_transfer
from prakerja.programmes.queries import scheme
from prakerja.purchases.models import Purchase
from prakerja.purchases.taking_back import home_of_expired, leave_time_to_buy
from prakerja.purchases.telling import tell_of_ended_code
from prakerja.vouchers.operations import expire_voucher, lock_voucher


def expire_unredeemed(*, person_id: uuid.UUID, voucher_id: uuid.UUID, at: datetime) -> bool:
    """End one overdue code. The price goes to the programme, at or after the balance cut-off to the treasury; never
    back to the wallet: a bought class cannot be swapped in 2021. The first purchase still counts against revocation.
    False when the code was redeemed or cancelled first; then nothing changes.
    """
    with transaction():
        voucher = lock_voucher(person_id=person_id, voucher_id=voucher_id)
        if voucher.status != "issued" or at < voucher.redeemable_until:
            return False
        purchase = Purchase.objects.select_for_update(no_key=True).get(person_id=person_id, voucher_id=voucher_id)
        held = award(person_id=person_id, award_id=purchase.award_id)
        home = home_of_expired(rules=scheme(scheme_version_id=held.scheme_version_id), at=at)
        post_transfer(
            person_id=person_id,
            event_id=voucher_id,
            kind="voucher_expired",
            debit=int(Chart.VOUCHERS_OUTSTANDING),
            credit=int(home),
            amount=voucher.amount,
            at=at,
        )
        expire_voucher(voucher=voucher, at=at)
        leave_time_to_buy(award=held, at=at)
        purchase.is_open = False
        purchase.save(update_fields=["is_open"])
        tell_of_ended_code(purchase=purchase, award=held, paid_to=home, ended_at=voucher.redeemable_until, at=at)
        record(
            action="voucher.expired",
            at=at,
            person_id=person_id,
            subject_kind="voucher",
            subject_id=voucher_id,
            data={"amount": voucher.amount},
        )
    return True
