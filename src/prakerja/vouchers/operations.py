"""The one code of a purchase: issued by `authorise`, used by redemption, cancelled or expired here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from prakerja.kernel.db import requires_transaction
from prakerja.vouchers.models import Voucher
from prakerja.vouchers.states import VOUCHER_STATES


@requires_transaction
def lock_voucher(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> Voucher:
    """The voucher row, locked until the end of the transaction: redemption and void of one code wait for each other."""
    return Voucher.objects.select_for_update(no_key=True).get(person_id=person_id, id=voucher_id)


@requires_transaction
def lock_vouchers(*, voucher_ids: Iterable[uuid.UUID]) -> list[Voucher]:
    """These codes as far as they live (issued or redeemed), locked in the order of their ids."""
    living = Voucher.objects.select_for_update(no_key=True).filter(
        id__in=list(voucher_ids), status__in=VOUCHER_STATES.group("LIVE")
    )
    return list(living.order_by("id"))


@requires_transaction
def set_reminder(*, voucher: Voucher, remind_at: datetime | None) -> None:
    """Write down when the owner of a locked code is reminded next (UTC); None: no reminder is left."""
    voucher.remind_at = voucher.redeemable_until if remind_at is None else remind_at
    voucher.save(update_fields=["remind_at"])


@requires_transaction
def cancel_voucher(*, voucher: Voucher, reason: str, at: datetime) -> None:
    """Make a code unusable. `reason`: transaction_voided, code_voided or session_cancelled (contract.md 4)."""
    voucher.status = VOUCHER_STATES.advance(current=voucher.status, verb="cancel")
    voucher.cancel_reason, voucher.ended_at = reason, at
    voucher.save(update_fields=["status", "cancel_reason", "ended_at"])


@requires_transaction
def expire_voucher(*, voucher: Voucher, at: datetime) -> None:
    """End a code that was never redeemed, at the end of its window (decisions.md 23)."""
    voucher.status = VOUCHER_STATES.advance(current=voucher.status, verb="expire")
    voucher.ended_at = at
    voucher.save(update_fields=["status", "ended_at"])
