"""Reminders of a code that was not redeemed: at 09:00 WIB, 7 and 1 days before it ends (rules.md 13.1)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.awards.queries import award
from prakerja.kernel.db import transaction
from prakerja.notifications.operations import queue_message
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import code_reminder_instants
from prakerja.purchases.models import Purchase
from prakerja.vouchers.operations import lock_voucher, set_reminder


def remind_of_code(*, person_id: uuid.UUID, voucher_id: uuid.UUID, at: datetime) -> bool:
    """Tell the owner of an unused code by SMS and dashboard until when it works, once for each reminder; else reckon when to.

    A class that has not begun says from when. False when the code was redeemed or ended first; then nothing changes.
    """
    with transaction():
        voucher = lock_voucher(person_id=person_id, voucher_id=voucher_id)
        if voucher.status != "issued":
            return False
        bought = Purchase.objects.select_related("course__institution").get(person_id=person_id, voucher_id=voucher_id)
        held = award(person_id=person_id, award_id=bought.award_id)
        instants = code_reminder_instants(
            scheme=scheme(scheme_version_id=held.scheme_version_id),
            issued_at=voucher.issued_at,
            ends_at=voucher.redeemable_until,
        )
        due = voucher.remind_at
        set_reminder(voucher=voucher, remind_at=min((one for one in instants if one > at), default=None))
        if due is None and not any(one <= at for one in instants):
            return True
        if at < voucher.redeemable_until:
            is_open = voucher.redeemable_from <= at
            queue_message(
                person_id=person_id,
                template="code_ending" if is_open else "code_opens",
                channels=("sms", "dashboard"),
                parameters={
                    "course_title": bought.course.title,
                    "school": bought.course.institution.name,
                    "opens_at": voucher.redeemable_from.isoformat(),
                    "deadline": voucher.redeemable_until.isoformat(),
                },
                dedupe_key=f"code_reminder:{voucher_id}:{(due or at).isoformat()}",
                at=at,
            )
    return True
