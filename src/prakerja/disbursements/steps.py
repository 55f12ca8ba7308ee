"""One step of a payment: its state, its transfer, its payer's part. Called inside the transaction that locked both rows."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from prakerja.disbursements.models import PaymentInstruction
from prakerja.disbursements.payers import Payer, Payment, payer_of
from prakerja.disbursements.policies import next_question
from prakerja.disbursements.rails import Terms, terms_of
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.kernel.db import requires_transaction
from prakerja.ledger.operations import account_for, post_transfer
from prakerja.programmes.schemes import wib_day


@requires_transaction
def lock_payment(*, person_id: uuid.UUID, payment_id: uuid.UUID) -> tuple[Payer, Payment, PaymentInstruction]:
    """The payer's row first, then the payment's: whoever drafts locks in this order. Who pays what never changes."""
    payment = payment_of(PaymentInstruction.objects.get(person_id=person_id, id=payment_id))
    payer = payer_of(payment.payer)
    payer.lock(payment=payment)
    instruction = (
        PaymentInstruction.objects.select_for_update(no_key=True, of=("self",))
        .select_related("batch", "payout_account")
        .get(person_id=person_id, id=payment_id)
    )
    return payer, payment, instruction


def payment_of(instruction: PaymentInstruction) -> Payment:
    """What its payer is told about a payment."""
    return Payment(
        person_id=instruction.person_id,
        payment_id=instruction.id,
        payer=instruction.payer,
        owed_id=instruction.owed_id,
        account_id=instruction.payout_account_id,
        amount=instruction.amount,
        pay_date=instruction.pay_date,
        reference=instruction.reference,
        rail=instruction.rail,
    )


def terms_at(instruction: PaymentInstruction, at: datetime) -> Terms:
    """What is agreed with the payment's rail on the day of `at`."""
    return terms_of(rail=instruction.rail, on=wib_day(at))


@requires_transaction
def drop(*, instruction: PaymentInstruction, verb: Literal["hold", "cancel"], reason: str, at: datetime) -> None:
    """End a draft: hold it, or cancel it when it is not owed any more or its day has passed."""
    _advance(instruction, verb=verb)
    instruction.reason, instruction.ended_at, instruction.ask_at = reason, at, None
    instruction.save()


@requires_transaction
def send(*, instruction: PaymentInstruction, payment: Payment, at: datetime) -> None:
    """The money goes out with this transaction; the call follows the commit."""
    payer = payer_of(payment.payer)
    _advance(instruction, verb="send")
    instruction.sent_at, instruction.ask_count = at, 0
    instruction.ask_at = next_question(terms=terms_at(instruction, at), status="sent", since=at, asked=0, at=at)
    instruction.save()
    _post(instruction, "send", debit=payer.owed_from(payment=payment), credit=_in_transit(instruction), at=at)
    payer.on_sent(payment=payment, at=at)


@requires_transaction
def settle(*, instruction: PaymentInstruction, payment: Payment, at: datetime) -> None:
    """It arrived."""
    _advance(instruction, verb="settle")
    instruction.reason, instruction.settled_at = "", at
    _ask_daily(instruction, since=at, at=at)
    _post(instruction, "settle", debit=_in_transit(instruction), credit=_paid_out(instruction), at=at)
    payer_of(payment.payer).on_settled(payment=payment, at=at)


@requires_transaction
def fail(
    *,
    instruction: PaymentInstruction,
    payment: Payment,
    problem: Literal["failed", "held"],
    reason: str,
    at: datetime,
) -> None:
    """No money moved and none will: it is owed again."""
    payer = payer_of(payment.payer)
    _advance(instruction, verb="fail")
    instruction.reason, instruction.ended_at = reason, at
    _ask_daily(instruction, since=at, at=at)
    _post(instruction, "send_failed", debit=_in_transit(instruction), credit=payer.owed_from(payment=payment), at=at)
    payer.on_failed(payment=payment, problem=problem, reason=reason, at=at)


@requires_transaction
def return_(
    *,
    instruction: PaymentInstruction,
    payment: Payment,
    reason: str,
    at: datetime,
    event_id: uuid.UUID | None = None,
) -> None:
    """It arrived and came back. `event_id` is the discrepancy by whose resolution it did, if any."""
    payer = payer_of(payment.payer)
    _advance(instruction, verb="return")
    instruction.reason, instruction.ended_at = reason, at
    _ask_daily(instruction, since=at, at=at)
    _post(
        instruction,
        "return" if event_id is None else "return_late",
        debit=_paid_out(instruction),
        credit=payer.owed_from(payment=payment),
        at=at,
        event_id=event_id,
    )
    payer.on_returned(payment=payment, reason=reason, at=at)


@requires_transaction
def settle_late(*, instruction: PaymentInstruction, payment: Payment, at: datetime, event_id: uuid.UUID) -> None:
    """What had failed or come back arrived after all: it is taken from what is owed."""
    payer = payer_of(payment.payer)
    _advance(instruction, verb="settle_late")
    instruction.reason, instruction.settled_at = "", at
    _ask_daily(instruction, since=at, at=at)
    _post(
        instruction,
        "settle_late",
        debit=payer.owed_from(payment=payment),
        credit=_paid_out(instruction),
        at=at,
        event_id=event_id,
    )
    payer.on_settled(payment=payment, at=at)


@requires_transaction
def overpay(
    *, instruction: PaymentInstruction, reason: str, at: datetime, event_id: uuid.UUID, loss_account: int
) -> None:
    """It arrived after all, although nothing is owed any more: `loss_account` bears it until it is got back."""
    _advance(instruction, verb="overpay")
    instruction.reason, instruction.settled_at, instruction.ask_at = reason, at, None
    instruction.save()
    _post(instruction, "overpaid", debit=loss_account, credit=_paid_out(instruction), at=at, event_id=event_id)


@requires_transaction
def return_overpaid(
    *, instruction: PaymentInstruction, reason: str, at: datetime, event_id: uuid.UUID, loss_account: int
) -> None:
    """What had arrived once too often came back."""
    _advance(instruction, verb="return")
    instruction.reason, instruction.ended_at = reason, at
    _ask_daily(instruction, since=at, at=at)
    _post(instruction, "return_late", debit=_paid_out(instruction), credit=loss_account, at=at, event_id=event_id)


def _advance(instruction: PaymentInstruction, *, verb: str) -> None:
    instruction.status = INSTRUCTION_STATES.advance(current=instruction.status, verb=verb)


@requires_transaction
def _ask_daily(instruction: PaymentInstruction, *, since: datetime, at: datetime) -> None:
    """From now on the rail is asked once a day, while the payment could still change."""
    terms = terms_at(instruction, at)
    instruction.ask_count = 0
    instruction.ask_at = next_question(terms=terms, status=instruction.status, since=since, asked=0, at=at)
    instruction.save()


@requires_transaction
def _post(
    instruction: PaymentInstruction,
    kind: str,
    *,
    debit: int,
    credit: int,
    at: datetime,
    event_id: uuid.UUID | None = None,
) -> None:
    post_transfer(
        person_id=instruction.person_id,
        event_id=event_id or instruction.id,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=instruction.amount,
        at=at,
    )


@requires_transaction
def _in_transit(instruction: PaymentInstruction) -> int:
    """Who holds the money on its way: the rail."""
    return account_for(code=f"in_transit:{instruction.rail}")


@requires_transaction
def _paid_out(instruction: PaymentInstruction) -> int:
    """Where it arrived: at the bank or e-wallet that keeps the account."""
    return account_for(code=f"paid_out:{instruction.payout_account.provider}")
