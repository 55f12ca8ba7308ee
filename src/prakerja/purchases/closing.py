"""A training stops blocking the next purchase."""

from __future__ import annotations

import uuid

from prakerja.kernel.db import requires_transaction
from prakerja.purchases.models import Purchase


@requires_transaction
def close_training(*, person_id: uuid.UUID, voucher_id: uuid.UUID) -> bool:
    """Let the next training be bought after the one of this code. False when it was closed before (rules.md 5.2).

    What closes a training (its completion, its review, the end of its code) is the scheme's and the caller's to know.
    """
    bought = Purchase.objects.filter(person_id=person_id, voucher_id=voucher_id, is_open=True)
    return bought.update(is_open=False) > 0
