"""Read payout accounts and payments."""

from __future__ import annotations

import uuid

from prakerja.disbursements.models import PaymentInstruction, PayoutAccount


def live_account(*, person_id: uuid.UUID) -> PayoutAccount | None:
    """The account that is linked now."""
    return PayoutAccount.objects.filter(person_id=person_id, unlinked_at=None).first()


def unanswered_instructions() -> list[PaymentInstruction]:
    """Payments that were sent, asked about often enough and never answered: an operator's list."""
    return list(PaymentInstruction.objects.filter(status="sent", ask_at=None).order_by("sent_at"))
