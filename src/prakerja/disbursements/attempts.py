"""Calls about a payment: each is written down before it is made, made outside of any transaction, and its answer kept."""

from __future__ import annotations

from datetime import datetime

from prakerja.disbursements.accounts import opened_number
from prakerja.disbursements.models import PaymentAttempt, PaymentInstruction
from prakerja.disbursements.rails import ReferenceConflict, TransferResult, open_rail
from prakerja.kernel.db import requires_transaction


@requires_transaction
def note_attempt(*, instruction: PaymentInstruction, kind: str, at: datetime) -> PaymentAttempt:
    """Write down that the rail is about to be told to pay (`send`) or asked (`ask`); the call follows the commit."""
    return PaymentAttempt.objects.create(
        person_id=instruction.person_id, instruction=instruction, rail=instruction.rail, kind=kind, made_at=at
    )


@requires_transaction
def note_answer(
    *, attempt: PaymentAttempt, instruction: PaymentInstruction, result: TransferResult, at: datetime
) -> None:
    """Keep what the rail answered, and its own name of the payment when it says one for the first time."""
    attempt.answered_at, attempt.answer = at, result.status
    attempt.reason, attempt.amount = result.reason or "", result.amount
    attempt.save(update_fields=["answered_at", "answer", "reason", "amount"])
    if result.rail_reference and not instruction.rail_reference:
        instruction.rail_reference = result.rail_reference
        instruction.save(update_fields=["rail_reference"])


def transmit_payment(*, instruction: PaymentInstruction, at: datetime) -> TransferResult:
    """Tell the payment's rail to pay. A network call; the same reference is never paid twice."""
    account = instruction.payout_account
    try:
        return open_rail(instruction.rail).transfer(
            reference=instruction.reference,
            provider=account.provider,
            number=opened_number(account=account),
            holder_name=account.holder_name,
            amount=instruction.amount,
            at=at,
        )
    except ReferenceConflict:
        return TransferResult(instruction.reference, "conflict")


def ask_status(*, instruction: PaymentInstruction) -> TransferResult:
    """Ask the payment's rail, and no other, how it stands. A network call that moves nothing."""
    return open_rail(instruction.rail).status(reference=instruction.reference)
