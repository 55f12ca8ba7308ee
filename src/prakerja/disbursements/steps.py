"""One step of a payment: its state, its transfer, its payer's part. Called inside the transaction that locked both rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from prakerja.disbursements.models import PaymentBatch, PaymentInstruction
from prakerja.disbursements.payers import Payer, Payment, payer_of
from prakerja.disbursements.policies import next_question
from prakerja.disbursements.rails import Terms, terms_of
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.kernel.db import requires_transaction, write_back
from prakerja.ledger.operations import Posting, account_for, post_many
from prakerja.programmes.schemes import wib_day


@requires_transaction
def lock_payment(*, person_id: uuid.UUID, payment_id: uuid.UUID) -> tuple[Payer, Payment, PaymentInstruction]:
    """The payer's row first, then the payment's: whoever drafts locks in this order. Who pays what never changes."""
    payment = payment_of(PaymentInstruction.objects.get(person_id=person_id, id=payment_id))
    return payer_of(payment.payer), payment, lock_payments(payments=[payment], waits=True)[payment_id]


@requires_transaction
def lock_payments(*, payments: Sequence[Payment], waits: bool) -> dict[uuid.UUID, PaymentInstruction]:
    """The same for many: each payer's rows, then the payments', in the order of their ids.

    Without `waits`, what somebody else holds is left to them and not returned.
    """
    locked: set[tuple[str, uuid.UUID]] = set()
    for kind, theirs in _by_payer(payments):
        locked |= {(kind, owed_id) for owed_id in payer_of(kind).lock(payments=theirs, waits=waits)}
    mine = [payment for payment in payments if (payment.payer, payment.owed_id) in locked]
    instructions = list(
        PaymentInstruction.objects.select_for_update(no_key=True, skip_locked=not waits, of=("self",))
        .select_related("payout_account")
        .filter(
            person_id__any_of={payment.person_id for payment in mine},
            id__any_of={payment.payment_id for payment in mine},
        )
        .order_by("id")
    )
    batches = PaymentBatch.objects.in_bulk({instruction.batch_id for instruction in instructions})
    for instruction in instructions:
        instruction.batch = batches[instruction.batch_id]
    return {instruction.id: instruction for instruction in instructions}


def _by_payer(payments: Sequence[Payment]) -> list[tuple[str, list[Payment]]]:
    kinds = sorted({payment.payer for payment in payments})
    return [(kind, [payment for payment in payments if payment.payer == kind]) for kind in kinds]


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
def stays(*, instructions: Sequence[PaymentInstruction], at: datetime) -> dict[uuid.UUID, str]:
    """Let the payers look once more; a draft that may not leave ends. Returns the payer's word for each of those, by payment."""
    found: dict[uuid.UUID, str] = {}
    by_id = {instruction.id: instruction for instruction in instructions}
    for kind, payments in _by_payer([payment_of(instruction) for instruction in instructions]):
        for payment_id, stay in payer_of(kind).may_leave(payments=payments, at=at).items():
            drop(instruction=by_id[payment_id], verb=stay.verb, reason=stay.reason, at=at)
            found[payment_id] = stay.outcome
    return found


@requires_transaction
def send_many(*, instructions: Sequence[PaymentInstruction], at: datetime) -> None:
    """The money goes out with this transaction; the calls follow the commit."""
    postings = []
    for rail, credit in _in_transit(instructions).items():
        theirs = [instruction for instruction in instructions if instruction.rail == rail]
        ask_at = next_question(terms=terms_at(theirs[0], at), status="sent", since=at, asked=0, at=at)
        for instruction in theirs:
            _advance(instruction, verb="send")
            instruction.sent_at, instruction.ask_count, instruction.ask_at = at, 0, ask_at
        write_back(theirs, same=("status", "sent_at", "ask_count", "ask_at"))
        postings += [(instruction, credit) for instruction in theirs]
    payments = [payment_of(instruction) for instruction, _ in postings]
    post_many(
        postings=[
            _posting(instruction, "send", debit=payer_of(payment.payer).owed_from(payment=payment), credit=credit)
            for (instruction, credit), payment in zip(postings, payments, strict=True)
        ],
        at=at,
    )
    for kind, of_kind in _by_payer(payments):
        payer_of(kind).on_sent(payments=of_kind, at=at)


@requires_transaction
def settle(*, instruction: PaymentInstruction, at: datetime) -> None:
    """It arrived."""
    settle_many(instructions=[instruction], at=at)


@requires_transaction
def settle_many(*, instructions: Sequence[PaymentInstruction], at: datetime) -> None:
    """They arrived. What the rail calls each of them may be new and is stored with it."""
    postings = []
    paid_out = _paid_out(instructions)
    for rail, debit in _in_transit(instructions).items():
        theirs = [instruction for instruction in instructions if instruction.rail == rail]
        ask_at = next_question(terms=terms_at(theirs[0], at), status="settled", since=at, asked=0, at=at)
        for instruction in theirs:
            _advance(instruction, verb="settle")
            instruction.reason, instruction.settled_at, instruction.ask_count, instruction.ask_at = "", at, 0, ask_at
            credit = paid_out[instruction.payout_account.provider]
            postings.append(_posting(instruction, "settle", debit=debit, credit=credit))
        write_back(theirs, "rail_reference", same=("status", "reason", "settled_at", "ask_count", "ask_at"))
    post_many(postings=postings, at=at)
    for kind, payments in _by_payer([payment_of(instruction) for instruction in instructions]):
        payer_of(kind).on_settled(payments=payments, at=at)


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
    _post(instruction, "send_failed", debit=_transit_of(instruction), credit=payer.owed_from(payment=payment), at=at)
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
        debit=_arrival_of(instruction),
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
        credit=_arrival_of(instruction),
        at=at,
        event_id=event_id,
    )
    payer.on_settled(payments=[payment], at=at)


@requires_transaction
def overpay(
    *, instruction: PaymentInstruction, reason: str, at: datetime, event_id: uuid.UUID, loss_account: int
) -> None:
    """It arrived after all, although nothing is owed any more: `loss_account` bears it until it is got back."""
    _advance(instruction, verb="overpay")
    instruction.reason, instruction.settled_at, instruction.ask_at = reason, at, None
    instruction.save()
    _post(instruction, "overpaid", debit=loss_account, credit=_arrival_of(instruction), at=at, event_id=event_id)


@requires_transaction
def return_overpaid(
    *, instruction: PaymentInstruction, reason: str, at: datetime, event_id: uuid.UUID, loss_account: int
) -> None:
    """What had arrived once too often came back."""
    _advance(instruction, verb="return")
    instruction.reason, instruction.ended_at = reason, at
    _ask_daily(instruction, since=at, at=at)
    _post(instruction, "return_late", debit=_arrival_of(instruction), credit=loss_account, at=at, event_id=event_id)


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
    posting = _posting(instruction, kind, debit=debit, credit=credit, event_id=event_id)
    post_many(postings=[posting], at=at)


def _posting(
    instruction: PaymentInstruction, kind: str, *, debit: int, credit: int, event_id: uuid.UUID | None = None
) -> Posting:
    return Posting(
        person_id=instruction.person_id,
        event_id=event_id or instruction.id,
        kind=kind,
        debit=debit,
        credit=credit,
        amount=instruction.amount,
    )


@requires_transaction
def _in_transit(instructions: Sequence[PaymentInstruction]) -> dict[str, int]:
    """Who holds the money on its way: the rail."""
    return {rail: account_for(code=f"in_transit:{rail}") for rail in sorted({one.rail for one in instructions})}


@requires_transaction
def _paid_out(instructions: Sequence[PaymentInstruction]) -> dict[str, int]:
    """Where it arrived: at the bank or e-wallet that keeps the account."""
    providers = sorted({one.payout_account.provider for one in instructions})
    return {provider: account_for(code=f"paid_out:{provider}") for provider in providers}


@requires_transaction
def _transit_of(instruction: PaymentInstruction) -> int:
    return _in_transit([instruction])[instruction.rail]


@requires_transaction
def _arrival_of(instruction: PaymentInstruction) -> int:
    return _paid_out([instruction])[instruction.payout_account.provider]
