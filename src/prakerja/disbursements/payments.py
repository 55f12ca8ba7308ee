"""A payment's whole life: drafted, sent, asked about, answered, followed up. Network calls follow the commits.

What fails is followed up by another payment, never edited. Every step locks the payer's row first, then the payment.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from django.db.models import QuerySet

from prakerja.disbursements.attempts import ask_status, note_answer, note_attempt, transmit_payment
from prakerja.disbursements.batches import drafted_batch
from prakerja.disbursements.discrepancies import has_open_discrepancy, note_discrepancy
from prakerja.disbursements.models import (
    PaymentAttempt,
    PaymentInstruction,
    PayoutAccount,
    ReferenceClaim,
)
from prakerja.disbursements.policies import END_OF, agrees_with_callback, judge_report, next_question, reference_for
from prakerja.disbursements.rails import ReportedResult, TransferResult, rail_for_new_payments
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.disbursements.steps import drop, fail, lock_payment, payment_of, return_, send, settle, terms_at
from prakerja.kernel import codes
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused

# How many payments a worker claims at once. Their calls are made one after another, outside of any transaction.
CHUNK = 50


@requires_transaction
def draft_payment(
    *,
    person_id: uuid.UUID,
    payer: str,
    owed_id: uuid.UUID,
    account_id: uuid.UUID,
    amount: int,
    pay_date: date,
    at: datetime,
) -> uuid.UUID:
    """Write down a payment of `amount` rupiah in the batch of its rail, provider and day. Nothing moves yet.

    The payer has locked its row `owed_id`. A payment that ended without paying is followed up by this one. Returns the
    payment's id. Raises Refused: payment_under_way (another is drafted, sent or settled), discrepancy_open.
    """
    if has_live_payment(person_id=person_id, payer=payer, owed_id=owed_id):
        raise Refused("payment_under_way")
    if has_open_discrepancy(person_id=person_id, payer=payer, owed_id=owed_id):
        raise Refused("discrepancy_open")
    account = PayoutAccount.objects.get(person_id=person_id, id=account_id)
    rail = rail_for_new_payments()
    instruction = PaymentInstruction.objects.create(
        person_id=person_id,
        batch=drafted_batch(rail=rail, provider=account.provider, pay_date=pay_date, at=at),
        payout_account=account,
        payer=payer,
        owed_id=owed_id,
        rail=rail,
        reference=reference_for(provider=account.provider, code=codes.new_transaction_code()),
        amount=amount,
        follow_up_of=_of(person_id=person_id, payer=payer, owed_id=owed_id).order_by("-id").first(),
        pay_date=pay_date,
    )
    ReferenceClaim.objects.create(
        rail=rail, reference=instruction.reference, person_id=person_id, instruction_id=instruction.id
    )
    return instruction.id


@requires_transaction
def cancel_draft(*, person_id: uuid.UUID, payer: str, owed_id: uuid.UUID, reason: str, at: datetime) -> bool:
    """What is owed is not owed any more: a payment that is only drafted ends. False when there is none.

    The payer has locked its row `owed_id`.
    """
    drafted = _of(person_id=person_id, payer=payer, owed_id=owed_id).filter(status="drafted")
    found = drafted.select_for_update(no_key=True).first()
    if found is not None:
        drop(instruction=found, verb="cancel", reason=reason, at=at)
    return found is not None


def has_live_payment(*, person_id: uuid.UUID, payer: str, owed_id: uuid.UUID) -> bool:
    """Whether what is owed is drafted, sent or settled already."""
    return (
        _of(person_id=person_id, payer=payer, owed_id=owed_id)
        .filter(status__in=INSTRUCTION_STATES.group("LIVE"))
        .exists()
    )


def send_payment(*, person_id: uuid.UUID, payment_id: uuid.UUID, at: datetime) -> str:
    """Send a drafted payment of a released batch: the money is in transit with the commit, the call comes after it.

    A follow-up asks first how the payments before it stand, each at its own rail, and stays when one of them did not
    end as we know. The payer looks once more. Returns the payment's state, `asked` when the follow-up stays, the payer's
    word for a draft that may not leave, or "" when another runner was first or the batch is not released.
    """
    instruction = _instruction(person_id=person_id, payment_id=payment_id)
    if not _may_leave_now(instruction, at=at):
        return ""
    if not _predecessors_ended(instruction, at=at):
        return "asked"
    with transaction():
        payer, payment, instruction = lock_payment(person_id=person_id, payment_id=payment_id)
        if (
            not _may_leave_now(instruction, at=at)
            or _sent_before(instruction).filter(status__in=INSTRUCTION_STATES.group("LIVE")).exists()
        ):
            return ""
        stay = payer.may_leave(payment=payment, at=at)
        if stay is not None:
            drop(instruction=instruction, verb=stay.verb, reason=stay.reason, at=at)
            return stay.outcome
        send(instruction=instruction, payment=payment, at=at)
        attempt = note_attempt(instruction=instruction, kind="send", at=at)
    return _take(instruction, attempt=attempt, result=transmit_payment(instruction=instruction, at=at), at=at)


def ask_payments(*, at: datetime) -> int:
    """Ask about every payment whose next question is due: unanswered ones, and ended ones that could still change.

    A worker claims a chunk, in one short transaction that also writes the next question down, and then asks: a crash
    or a silent rail never makes two of one, and two workers share the list. Returns how many were asked about.
    """
    asked = 0
    while claimed := _claim_questions(at=at):
        for instruction, attempt in claimed:
            _take(instruction, attempt=attempt, result=ask_status(instruction=instruction), at=at)
        asked += len(claimed)
    return asked


def ask_payment(*, person_id: uuid.UUID, payment_id: uuid.UUID, at: datetime) -> str:
    """Ask about one payment now, whatever was planned. Returns its state afterwards."""
    with transaction():
        _, _, instruction = lock_payment(person_id=person_id, payment_id=payment_id)
        attempt = _plan_next(instruction, at=at)
    return _take(instruction, attempt=attempt, result=ask_status(instruction=instruction), at=at)


@requires_transaction
def ask_soon(*, person_id: uuid.UUID, payment_id: uuid.UUID, at: datetime) -> None:
    """Let the worker ask about a sent payment at `at`, and from the start of the list of waits.

    Raises Refused: nothing_to_ask (it is not under way).
    """
    _, _, instruction = lock_payment(person_id=person_id, payment_id=payment_id)
    if instruction.status != "sent":
        raise Refused("nothing_to_ask")
    instruction.ask_at, instruction.ask_count = at, 0
    instruction.save(update_fields=["ask_at", "ask_count"])


def take_callback(*, rail: str, reported: ReportedResult, at: datetime) -> None:
    """A rail's callback, whose signature and age were found right: write it down, and ask that rail how it stands.

    A callback is never believed by itself. What the rail says when asked is taken; where the two differ, or where what it
    says contradicts what we know, a discrepancy is written down. When the rail does not answer, the worker asks soon.
    Raises Refused: reference_unknown.
    """
    claim = ReferenceClaim.objects.filter(rail=rail, reference=reported.reference).first()
    if claim is None:
        raise Refused("reference_unknown")
    with transaction():
        _, _, instruction = lock_payment(person_id=claim.person_id, payment_id=claim.instruction_id)
        if instruction.sent_at is None:
            # Nothing of ours has left under this name: there is nothing to ask about.
            note_discrepancy(instruction=instruction, said=reported.status, found_by="callback", at=at)
            return
        PaymentAttempt.objects.create(
            person_id=instruction.person_id,
            instruction=instruction,
            rail=rail,
            kind="callback",
            made_at=at,
            answer=reported.status,
            reason=reported.reason or "",
        )
        attempt = _plan_next(instruction, at=at)
    result = ask_status(instruction=instruction)
    _take(instruction, attempt=attempt, result=result, at=at)
    if result.status == "unknown":
        with transaction():
            _, _, instruction = lock_payment(person_id=claim.person_id, payment_id=claim.instruction_id)
            instruction.ask_at = at + terms_at(instruction, at).ask_after[0]
            instruction.save(update_fields=["ask_at"])


def _take(instruction: PaymentInstruction, *, attempt: PaymentAttempt, result: TransferResult, at: datetime) -> str:
    """Store what a rail said, and let follow from it what may. Returns the payment's state afterwards."""
    with transaction():
        _, _, now = lock_payment(person_id=instruction.person_id, payment_id=instruction.id)
        again = _weigh(now, attempt=attempt, result=result, at=at)
        if again is None:
            return now.status
    return _take(now, attempt=again, result=transmit_payment(instruction=now, at=at), at=at)


@requires_transaction
def _weigh(
    instruction: PaymentInstruction, *, attempt: PaymentAttempt, result: TransferResult, at: datetime
) -> PaymentAttempt | None:
    """Write the answer down and act on it. Returns the next attempt when the order is to be sent again."""
    note_answer(attempt=attempt, instruction=instruction, result=result, at=at)
    verdict = _verdict(instruction, result=result, at=at)
    if verdict == "contradicts":
        note_discrepancy(
            instruction=instruction,
            said=result.status,
            said_amount=result.amount if result.amount != instruction.amount else None,
            reason=result.reason or "",
            found_by=attempt.kind,
            at=at,
        )
    elif verdict == "take":
        apply_result(instruction=instruction, said=result.status, reason=result.reason or "", at=at)
    _compare_callbacks(instruction, result=result, at=at)
    return note_attempt(instruction=instruction, kind="send", at=at) if verdict == "send_again" else None


@requires_transaction
def apply_result(*, instruction: PaymentInstruction, said: str, reason: str, at: datetime) -> None:
    """A sent payment settled, failed or came back, or a settled one came back; its payer is told."""
    payment = payment_of(instruction)
    end = END_OF[said]
    if end == "failed":
        fail(
            instruction=instruction,
            payment=payment,
            problem="held" if said == "held" else "failed",
            reason=reason,
            at=at,
        )
        return
    if instruction.status == "sent":
        settle(instruction=instruction, payment=payment, at=at)
    if end == "returned":
        # What came back had arrived, also when nobody told us that it did.
        return_(instruction=instruction, payment=payment, reason=reason, at=at)


@requires_transaction
def _compare_callbacks(instruction: PaymentInstruction, *, result: TransferResult, at: datetime) -> None:
    """Hold what callbacks said against what the rail says itself, once it says something final."""
    if result.status not in END_OF:
        return
    waiting = PaymentAttempt.objects.filter(
        person_id=instruction.person_id, instruction=instruction, kind="callback", answered_at=None
    )
    for callback in waiting:
        if not agrees_with_callback(told=callback.answer, found=result.status):
            note_discrepancy(
                instruction=instruction, said=callback.answer, reason=callback.reason, found_by="callback", at=at
            )
        callback.answered_at = at
        callback.save(update_fields=["answered_at"])


def _verdict(instruction: PaymentInstruction, *, result: TransferResult, at: datetime) -> str:
    last_sent = (
        PaymentAttempt.objects.filter(person_id=instruction.person_id, instruction=instruction, kind="send")
        .order_by("-made_at")
        .values_list("made_at", flat=True)
        .first()
    )
    # Payments that were sent before attempts were rows have their own stamp only.
    sent_at = last_sent or instruction.sent_at
    assert sent_at is not None
    return judge_report(
        known=instruction.status,
        was_ended=instruction.ended_at is not None,
        amount=instruction.amount,
        said=result.status,
        said_amount=result.amount,
        terms=terms_at(instruction, sent_at),
        sent_at=sent_at,
        at=at,
    )


def _predecessors_ended(instruction: PaymentInstruction, *, at: datetime) -> bool:
    """Ask, right before a follow-up leaves, whether each payment before it ended as we know; False keeps it here."""
    for earlier in _sent_before(instruction).select_related("payout_account"):
        with transaction():
            attempt = note_attempt(instruction=earlier, kind="ask", at=at)
        result = ask_status(instruction=earlier)
        _take(earlier, attempt=attempt, result=result, at=at)
        with transaction():
            _, _, now = lock_payment(person_id=earlier.person_id, payment_id=earlier.id)
            verdict = _verdict(now, result=result, at=at)
            is_open = has_open_discrepancy(person_id=now.person_id, payer=now.payer, owed_id=now.owed_id)
            if is_open or now.status in INSTRUCTION_STATES.group("LIVE"):
                return False
            if verdict == "tells_nothing":
                _, _, draft = lock_payment(person_id=instruction.person_id, payment_id=instruction.id)
                _try_later(draft, at=at)
                return False
    return True


@requires_transaction
def _try_later(draft: PaymentInstruction, *, at: datetime) -> None:
    """The rail does not say how the payment before this one stands: the follow-up waits, less and less often."""
    terms = terms_at(draft, at)
    draft.ask_at = next_question(terms=terms, status="sent", since=at, asked=draft.ask_count, at=at)
    draft.ask_count += 1
    draft.save(update_fields=["ask_at", "ask_count"])


@requires_transaction
def _plan_next(instruction: PaymentInstruction, *, at: datetime) -> PaymentAttempt:
    """Write down that the rail is asked now, and when it will be asked next should it say nothing new."""
    instruction.ask_count += 1
    instruction.ask_at = _next(instruction, at=at)
    instruction.save(update_fields=["ask_count", "ask_at"])
    return note_attempt(instruction=instruction, kind="ask", at=at)


def _next(instruction: PaymentInstruction, *, at: datetime) -> datetime | None:
    since = instruction.settled_at if instruction.status == "settled" else instruction.ended_at
    return next_question(
        terms=terms_at(instruction, at),
        status=instruction.status,
        since=since or at,
        asked=instruction.ask_count,
        at=at,
    )


def _claim_questions(*, at: datetime) -> list[tuple[PaymentInstruction, PaymentAttempt]]:
    with transaction():
        waiting = (
            PaymentInstruction.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
            .select_related("payout_account")
            .filter(ask_at__lte=at)
            .exclude(status="drafted")
            .order_by("ask_at", "id")[:CHUNK]
        )
        return [(instruction, _plan_next(instruction, at=at)) for instruction in waiting]


def _may_leave_now(instruction: PaymentInstruction, *, at: datetime) -> bool:
    return (
        instruction.status == "drafted"
        and instruction.batch.status == "released"
        and (instruction.ask_at is None or instruction.ask_at <= at)
        and not has_open_discrepancy(
            person_id=instruction.person_id, payer=instruction.payer, owed_id=instruction.owed_id
        )
    )


def _instruction(*, person_id: uuid.UUID, payment_id: uuid.UUID) -> PaymentInstruction:
    return PaymentInstruction.objects.select_related("batch", "payout_account").get(person_id=person_id, id=payment_id)


def _of(*, person_id: uuid.UUID, payer: str, owed_id: uuid.UUID) -> QuerySet[PaymentInstruction]:
    """Every payment of what is owed, whatever became of it."""
    return PaymentInstruction.objects.filter(person_id=person_id, payer=payer, owed_id=owed_id)


def _sent_before(instruction: PaymentInstruction) -> QuerySet[PaymentInstruction]:
    """The payments that left before this one for the same debt."""
    of_it = _of(person_id=instruction.person_id, payer=instruction.payer, owed_id=instruction.owed_id)
    return of_it.filter(sent_at__isnull=False).exclude(id=instruction.id).order_by("id")
