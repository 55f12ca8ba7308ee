"""A training stops blocking the next purchase, or blocks it again."""

from __future__ import annotations

import uuid

from prakerja.awards.operations import lock_wallet_and_award
from prakerja.kernel.db import requires_transaction
from prakerja.purchases.models import Purchase


@requires_transaction
def close_training(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> bool:
    """Let the next training be bought after the one of this code. False when it was closed before (rules.md 5.2).

    What closes a training (its completion, its review, the end of its code) is the scheme's and the caller's to know.
    """
    bought = Purchase.objects.filter(person_id=person_id, voucher_id=voucher_id, is_open=True)
    return bought.update(is_open=False) > 0


@requires_transaction
def reopen_training(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> bool:
    """Let the training of this code block the next purchase again, because its completion was withdrawn (rules.md 12.29).

    False when the next one was bought meanwhile, which nobody takes away, or when this one was voided.
    """
    purchase = Purchase.objects.get(person_id=person_id, voucher_id=voucher_id)
    # Whoever buys the next one waits here, and then finds this one open.
    lock_wallet_and_award(person_id=person_id, award_id=purchase.award_id)
    later = Purchase.objects.filter(
        person_id=person_id, award_id=purchase.award_id, number__gt=purchase.number, status="succeeded"
    )
    if purchase.status != "succeeded" or later.exists():
        return False
    return Purchase.objects.filter(person_id=person_id, id=purchase.id, is_open=False).update(is_open=True) > 0
