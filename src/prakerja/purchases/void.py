"""A platform takes a purchase back, while its code has not been redeemed."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.purchases.models import InvoiceClaim
from prakerja.purchases.models import ReferenceClaim as PurchaseReference
from prakerja.purchases.taking_back import lock_purchase, take_back
from prakerja.purchases.telling import tell_of_void


def void_purchase(*, platform_id: uuid.UUID, invoice_code: str, reference: str, at: datetime) -> None:
    """Cancel a transaction of this platform: the price returns, the seat is free, the code is dead (contract.md 2.5).

    Where the price goes and until when it may be used: `taking_back.take_back`.
    Raises Refused: transaction_unknown, void_twice, void_after_redemption, void_after_expiry.
    """
    claim = PurchaseReference.objects.filter(reference=reference).first()
    invoice = InvoiceClaim.objects.filter(platform_id=platform_id, invoice_code=invoice_code).first()
    if claim is None or invoice is None or claim.purchase_id != invoice.purchase_id:
        raise Refused("transaction_unknown")
    with transaction():
        locked = lock_purchase(person_id=claim.person_id, purchase_id=claim.purchase_id)
        if locked.purchase.status == "voided":
            raise Refused("void_twice")
        if locked.voucher.status != "issued":
            raise Refused("void_after_expiry" if locked.voucher.status == "expired" else "void_after_redemption")
        taken = take_back(locked=locked, reason="transaction_voided", actor=Actor.partner(platform_id), at=at)
        if taken is not None:
            tell_of_void(purchase=locked.purchase, taken=taken, at=at)
