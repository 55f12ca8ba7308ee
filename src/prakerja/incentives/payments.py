"""A due incentive is paid: a last look, a draft, three signatures, one transfer. Network calls follow the commits."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.audit.operations import record
from prakerja.awards import queries as awards
from prakerja.awards.facts import AwardFacts
from prakerja.disbursements.models import PaymentAttempt, PaymentInstruction
from prakerja.disbursements.operations import (
    ask_later,
    ask_status,
    draft_instruction,
    drop_instruction,
    mark_sent,
    may_send_again,
    note_answer,
    note_attempt,
    transmit,
)
from prakerja.disbursements.queries import live_account
from prakerja.disbursements.results import TransferResult
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.incentives.conditions import account_facts
from prakerja.incentives.models import Incentive
from prakerja.incentives.planning import lock_incentive
from prakerja.incentives.policies import first_day_after_pause, hold_reason
from prakerja.incentives.results import RESULTS, record_payment_result
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.operations import queue_message
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import Scheme, indonesian_calendar, recheck_at, wib_day


def draft_payment(*, person_id: uuid.UUID, incentive_id: uuid.UUID, at: datetime) -> str:
    """On its payment day: hold the incentive, put it off to after the pause, or draft its payment.

    Returns held, put_off, drafted, or "" when it no longer waits to be paid. No money moves.
    """
    with transaction():
        incentive = lock_incentive(person_id=person_id, incentive_id=incentive_id)
        award = awards.award(person_id=person_id, award_id=incentive.award_id)
        last = _last_instruction(incentive)
        waits = (
            incentive.status == "due"
            and incentive.recheck_at is None
            and (last is None or last.status in INSTRUCTION_STATES.group("UNPAID"))
        )
        if not waits or not award.is_payable:
            return ""
        rules = scheme(scheme_version_id=award.scheme_version_id)
        if _put_off(incentive=incentive, rules=rules, at=at):
            return "put_off"
        account = live_account(person_id=person_id)
        reason = _reason_to_hold(incentive=incentive, award=award)
        if account is None or reason:
            hold(incentive=incentive, rules=rules, reason=reason, at=at)
            return "held"
        instruction = draft_instruction(
            account=account, amount=incentive.amount, pay_date=wib_day(at), follow_up_of=last, at=at
        )
        incentive.instruction = instruction
        incentive.checked_at = at
        incentive.save(update_fields=["instruction", "checked_at"])
    return "drafted"


def send_payment(*, person_id: uuid.UUID, instruction_id: uuid.UUID, at: datetime) -> str:
    """Send a drafted payment of a released batch: the money is in transit with the commit, the call comes after it.

    Looks once more: what must not leave any more is held, put off or dropped instead. Returns what became of it: the
    instruction's state, held, put_off or cancelled; "" when another runner was first or the batch is not released.
    """
    with transaction():
        found = Incentive.objects.select_for_update(no_key=True).filter(
            person_id=person_id, instruction_id=instruction_id
        )
        incentive = found.first()
        if incentive is None:
            return ""
        instruction = _lock_instruction(person_id=person_id, instruction_id=instruction_id)
        if instruction.status != "drafted" or instruction.batch.status != "released":
            return ""
        outcome = _last_look(incentive=incentive, instruction=instruction, at=at)
        if outcome:
            return outcome
        mark_sent(instruction=instruction, at=at)
        attempt = note_attempt(instruction=instruction, kind="send", at=at)
        incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb="instruct")
        incentive.save(update_fields=["status"])
        record(
            action="incentive.instructed",
            at=at,
            person_id=person_id,
            subject_kind="incentive",
            subject_id=incentive.id,
            data={"reference": instruction.reference, "amount": instruction.amount},
        )
    result = transmit(instruction=instruction, at=at)
    return _take_answer(instruction=instruction, attempt=attempt, result=result, at=at)


def ask_payment(*, person_id: uuid.UUID, instruction_id: uuid.UUID, at: datetime) -> str:
    """Ask how a sent payment stands. Money is sent again only when the rail does not know the reference and that is final.

    The next question is written down first, so that a crash or a silent provider never makes two of one.
    """
    with transaction():
        instruction = _lock_instruction(person_id=person_id, instruction_id=instruction_id)
        if instruction.status != "sent" or instruction.ask_at is None or instruction.ask_at > at:
            return ""
        ask_later(instruction=instruction, at=at)
        attempt = note_attempt(instruction=instruction, kind="ask", at=at)
    result = ask_status(instruction=instruction)
    if result.status == "not_found" and may_send_again(instruction=instruction, at=at):
        with transaction():
            note_answer(attempt=attempt, result=result, at=at)
            attempt = note_attempt(instruction=instruction, kind="send", at=at)
        result = transmit(instruction=instruction, at=at)
    return _take_answer(instruction=instruction, attempt=attempt, result=result, at=at)


@requires_transaction
def hold(*, incentive: Incentive, rules: Scheme, reason: str, at: datetime) -> None:
    """Keep a payment back until its re-check, seven days later or at a new account (rules.md 5.5). Nothing moves."""
    if incentive.status != "held":
        incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb="hold")
    incentive.hold_reason = reason
    incentive.checked_at, incentive.recheck_at = at, recheck_at(scheme=rules, held_at=at)
    incentive.save(update_fields=["status", "hold_reason", "checked_at", "recheck_at"])
    queue_message(
        person_id=incentive.person_id,
        template="incentive_held",
        channels=("dashboard",),
        parameters={
            "kind": incentive.kind,
            "number": incentive.number,
            "amount": incentive.amount,
            "reason": reason,
            "recheck_at": incentive.recheck_at.isoformat(),
        },
        dedupe_key=f"incentive_held:{incentive.id}:{at.isoformat()}",
        at=at,
    )
    record(
        action="incentive.held",
        at=at,
        person_id=incentive.person_id,
        subject_kind="incentive",
        subject_id=incentive.id,
        data={"reason": reason, "recheck_at": incentive.recheck_at.isoformat()},
    )


@requires_transaction
def _last_look(*, incentive: Incentive, instruction: PaymentInstruction, at: datetime) -> str:
    """What became true since the draft; "" when the payment may go."""
    award = awards.award(person_id=incentive.person_id, award_id=incentive.award_id)
    rules = scheme(scheme_version_id=award.scheme_version_id)
    if incentive.status != "due" or not award.is_payable:
        drop_instruction(instruction=instruction, verb="cancel", reason="award_ended", at=at)
        return "cancelled"
    if _put_off(incentive=incentive, rules=rules, at=at):
        drop_instruction(instruction=instruction, verb="cancel", reason="payout_pause", at=at)
        return "put_off"
    reason = _reason_to_hold(incentive=incentive, award=award)
    account = live_account(person_id=incentive.person_id)
    if not reason and account is not None and account.id != instruction.payout_account_id:
        reason = "account_changed"
    if not reason:
        return ""
    drop_instruction(instruction=instruction, verb="hold", reason=reason, at=at)
    hold(incentive=incentive, rules=rules, reason=reason, at=at)
    return "held"


@requires_transaction
def _put_off(*, incentive: Incentive, rules: Scheme, at: datetime) -> bool:
    """No payment leaves inside the pause at the year's end: a late one moves behind it (rules.md 5.4)."""
    day = first_day_after_pause(scheme=rules, day=wib_day(at), calendar=indonesian_calendar())
    if day is None:
        return False
    incentive.pay_date = day
    incentive.save(update_fields=["pay_date"])
    return True


@requires_transaction
def _reason_to_hold(*, incentive: Incentive, award: AwardFacts) -> str:
    return hold_reason(
        account=account_facts(live_account(person_id=incentive.person_id)),
        pay_date=incentive.pay_date,
        is_suspended=award.status == "suspended",
    )


@requires_transaction
def _lock_instruction(*, person_id: uuid.UUID, instruction_id: uuid.UUID) -> PaymentInstruction:
    return (
        PaymentInstruction.objects.select_for_update(no_key=True, of=("self",))
        .select_related("batch", "payout_account")
        .get(person_id=person_id, id=instruction_id)
    )


@requires_transaction
def _last_instruction(incentive: Incentive) -> PaymentInstruction | None:
    if incentive.instruction_id is None:
        return None
    return PaymentInstruction.objects.get(person_id=incentive.person_id, id=incentive.instruction_id)


def _take_answer(
    *, instruction: PaymentInstruction, attempt: PaymentAttempt, result: TransferResult, at: datetime
) -> str:
    """Store what the rail said. `processing` and `unknown` end nothing: the payment stays sent and is asked about."""
    with transaction():
        note_answer(attempt=attempt, result=result, at=at)
    if result.status not in RESULTS:
        return "sent"
    try:
        record_payment_result(
            rail=instruction.rail,
            reference=instruction.reference,
            status=result.status,
            reason=result.reason or "",
            at=at,
        )
    except Refused as refused:
        if refused.reason != "result_conflicts":
            raise
        # A call back overtook this answer and says more than it does.
        return str(refused.details["known"])
    return result.status
