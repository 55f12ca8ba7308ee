"""Calls about a payment: each is written down before it is made, made outside of any transaction, and its answer kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from prakerja.disbursements.accounts import opened_number
from prakerja.disbursements.models import PaymentAttempt, PaymentInstruction
from prakerja.disbursements.rails import ReferenceConflict, TransferResult, open_rail
from prakerja.kernel.db import copy_rows, requires_transaction, write_back


class Call(NamedTuple):
    """A call that is written down. Its attempt's kind says which: `send` tells the rail to pay, `ask` asks how it stands."""

    instruction: PaymentInstruction
    attempt: PaymentAttempt


class Answer(NamedTuple):
    """What a rail said to a call."""

    call: Call
    result: TransferResult


@requires_transaction
def note_attempts(*, instructions: Sequence[PaymentInstruction], kind: str, at: datetime) -> list[PaymentAttempt]:
    """Write down that rails are about to be told to pay (`send`) or asked (`ask`); the calls follow the commit."""
    attempts = [
        PaymentAttempt(
            person_id=instruction.person_id, instruction=instruction, rail=instruction.rail, kind=kind, made_at=at
        )
        for instruction in instructions
    ]
    copy_rows(
        PaymentAttempt,
        ("id", "person_id", "instruction_id", "rail", "kind", "made_at", "answer", "reason"),
        ((one.id, one.person_id, one.instruction_id, one.rail, one.kind, one.made_at, "", "") for one in attempts),
    )
    return attempts


@requires_transaction
def note_answers(*, said: Sequence[tuple[PaymentInstruction, Answer]], at: datetime) -> list[PaymentInstruction]:
    """Keep what the rails answered. Returns the payments that a rail names for the first time, for the caller to store."""
    attempts, named = [], []
    for instruction, answer in said:
        attempt, result = answer.call.attempt, answer.result
        attempt.answered_at, attempt.answer = at, result.status
        attempt.reason, attempt.amount = result.reason or "", result.amount
        attempts.append(attempt)
        if result.rail_reference and not instruction.rail_reference:
            instruction.rail_reference = result.rail_reference
            named.append(instruction)
    write_back(attempts, "answer", "reason", "amount", same=("answered_at",))
    return named


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


def make_call(call: Call, *, at: datetime) -> Answer:
    """Make one call and wait for its answer. A network call: never inside a transaction."""
    if call.attempt.kind == "send":
        return Answer(call, transmit_payment(instruction=call.instruction, at=at))
    return Answer(call, ask_status(instruction=call.instruction))
