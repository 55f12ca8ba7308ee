"""One payment to one account: drafted, sent once, answered once. What fails is followed up, never edited (decisions.md 76).

These are helpers of the context that owes the money: it opens the transaction, locks its own row and calls them.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from prakerja.disbursements.accounts import opened_number
from prakerja.disbursements.batches import drafted_batch
from prakerja.disbursements.models import PaymentAttempt, PaymentInstruction, PayoutAccount, ReferenceClaim
from prakerja.disbursements.policies import ask_again_at, is_final, reference_for
from prakerja.disbursements.rails import Terms, TransferResult, open_rail, rail_for_new_payments, terms_of
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.kernel import codes
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import account_for, post
from prakerja.programmes.schemes import wib_day

# What a provider may answer, and the verb that it is.
RESULTS = {"settled": "settle", "failed": "fail", "returned": "return"}


@requires_transaction
def draft_instruction(
    *, account: PayoutAccount, amount: int, pay_date: date, follow_up_of: PaymentInstruction | None, at: datetime
) -> PaymentInstruction:
    """Write down a payment of `amount` rupiah, in the batch of its rail, provider and day. Nothing moves yet."""
    rail = rail_for_new_payments()
    batch = drafted_batch(rail=rail, provider=account.provider, pay_date=pay_date, at=at)
    instruction = PaymentInstruction.objects.create(
        person_id=account.person_id,
        batch=batch,
        payout_account=account,
        rail=rail,
        reference=reference_for(provider=account.provider, code=codes.reference()),
        amount=amount,
        follow_up_of=follow_up_of,
        pay_date=pay_date,
    )
    ReferenceClaim.objects.create(
        rail=rail,
        reference=instruction.reference,
        person_id=account.person_id,
        instruction_id=instruction.id,
    )
    return instruction


@requires_transaction
def drop_instruction(*, instruction: PaymentInstruction, verb: str, reason: str, at: datetime) -> None:
    """End a drafted payment at the last look: `hold`, or `cancel` when its award ended or its day has passed."""
    _advance(instruction, verb=verb, at=at, reason=reason)
    instruction.ended_at = at
    instruction.save()


@requires_transaction
def mark_sent(*, instruction: PaymentInstruction, at: datetime) -> None:
    """The payment goes out with this transaction; the call follows the commit. Raises Refused: batch_not_released."""
    if instruction.batch.status != "released":
        raise Refused("batch_not_released")
    _advance(instruction, verb="send", at=at)
    instruction.sent_at = at
    instruction.ask_at = ask_again_at(terms=_terms(instruction, at), asked=0, at=at)
    instruction.save()
    _post(instruction, "send", debit=int(Chart.INCENTIVES_PAYABLE), credit=_in_transit(instruction), at=at)


@requires_transaction
def record_result(*, instruction: PaymentInstruction, status: str, reason: str, at: datetime) -> bool:
    """Store an answer of the rail: settled, failed or returned. False when it says what is known already.

    Raises Refused: result_conflicts (an answer that its state does not allow, such as failed after settled).
    """
    if instruction.status == status:
        return False
    verb = RESULTS[status]
    if instruction.status not in INSTRUCTION_STATES.sources(verb):
        raise Refused("result_conflicts", known=instruction.status, reported=status)
    _advance(instruction, verb=verb, at=at, reason=reason)
    instruction.ask_at = None
    if status == "settled":
        instruction.settled_at = at
        _post(instruction, "settle", debit=_in_transit(instruction), credit=_paid_out(instruction), at=at)
    elif status == "failed":
        instruction.ended_at = at
        _post(instruction, "send_failed", debit=_in_transit(instruction), credit=int(Chart.INCENTIVES_PAYABLE), at=at)
    else:
        instruction.ended_at = at
        _post(instruction, "return", debit=_paid_out(instruction), credit=int(Chart.INCENTIVES_PAYABLE), at=at)
    instruction.save()
    return True


@requires_transaction
def ask_later(*, instruction: PaymentInstruction, at: datetime) -> None:
    """The rail gave no answer that ends anything: ask again, less and less often, then leave it to an operator."""
    instruction.ask_count += 1
    instruction.ask_at = ask_again_at(terms=_terms(instruction, at), asked=instruction.ask_count, at=at)
    instruction.save(update_fields=["ask_count", "ask_at"])


@requires_transaction
def ask_now(*, instruction: PaymentInstruction, at: datetime) -> None:
    """Ask about a sent payment at `at`, and from the start of the list of waits."""
    instruction.ask_at, instruction.ask_count = at, 0
    instruction.save(update_fields=["ask_at", "ask_count"])


@requires_transaction
def note_attempt(*, instruction: PaymentInstruction, kind: str, at: datetime) -> PaymentAttempt:
    """Write down that the rail is about to be told to pay (`send`) or asked (`ask`); the call follows the commit."""
    return PaymentAttempt.objects.create(
        person_id=instruction.person_id, instruction=instruction, rail=instruction.rail, kind=kind, made_at=at
    )


@requires_transaction
def note_answer(*, attempt: PaymentAttempt, result: TransferResult, at: datetime) -> None:
    """Keep what the rail answered to an attempt, and its own name of the payment when it says one."""
    attempt.answered_at, attempt.answer = at, result.status
    attempt.reason, attempt.amount = result.reason or "", result.amount
    attempt.save(update_fields=["answered_at", "answer", "reason", "amount"])
    if result.rail_reference:
        PaymentInstruction.objects.filter(
            person_id=attempt.person_id, id=attempt.instruction_id, rail_reference=""
        ).update(rail_reference=result.rail_reference)


def transmit(*, instruction: PaymentInstruction, at: datetime) -> TransferResult:
    """Tell the payment's rail to pay. A network call, after the commit; the same reference is never paid twice."""
    account = instruction.payout_account
    return open_rail(instruction.rail).transfer(
        reference=instruction.reference,
        provider=account.provider,
        number=opened_number(account=account),
        holder_name=account.holder_name,
        amount=instruction.amount,
        at=at,
    )


def ask_status(*, instruction: PaymentInstruction) -> TransferResult:
    """Ask the payment's rail, and no other, how it stands. A network call that moves nothing."""
    return open_rail(instruction.rail).status(reference=instruction.reference)


def may_send_again(*, instruction: PaymentInstruction, at: datetime) -> bool:
    """Whether the rail's "not found" at `at` is final by its terms: then, and only then, the same order may go again."""
    assert instruction.sent_at is not None
    return is_final(terms=_terms(instruction, instruction.sent_at), sent_at=instruction.sent_at, at=at)


def route_of_reference(*, rail: str, reference: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Person and instruction behind a transfer's name at a rail. Raises Refused: reference_unknown."""
    claim = ReferenceClaim.objects.filter(rail=rail, reference=reference).first()
    if claim is None:
        raise Refused("reference_unknown")
    return claim.person_id, claim.instruction_id


def _terms(instruction: PaymentInstruction, at: datetime) -> Terms:
    return terms_of(rail=instruction.rail, on=wib_day(at))


def _advance(instruction: PaymentInstruction, *, verb: str, at: datetime, reason: str = "") -> None:
    instruction.status = INSTRUCTION_STATES.advance(current=instruction.status, verb=verb)
    instruction.reason = reason


def _post(instruction: PaymentInstruction, kind: str, *, debit: int, credit: int, at: datetime) -> None:
    post(
        person_id=instruction.person_id,
        event_id=instruction.id,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=instruction.amount,
        at=at,
    )


def _in_transit(instruction: PaymentInstruction) -> int:
    return account_for(code=f"in_transit:{instruction.rail}")


def _paid_out(instruction: PaymentInstruction) -> int:
    return account_for(code=f"paid_out:{instruction.payout_account.provider}")
