"""A payment leaves, is asked about and called back about. Network calls follow the commits, several at once (`lines`).

What fails is followed up by another payment, never edited. Every step locks the payer's row first, then the payment.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db.models import Q, QuerySet

from prakerja.disbursements.answers import judge, take_answer, take_answers
from prakerja.disbursements.attempts import Answer, Call, make_call, note_attempts
from prakerja.disbursements.discrepancies import debts_with_cases, note_discrepancy
from prakerja.disbursements.lines import keep_busy, require_rail
from prakerja.disbursements.models import PaymentAttempt, PaymentBatch, PaymentInstruction, ReferenceClaim
from prakerja.disbursements.pausing import calls_to_make
from prakerja.disbursements.payers import Payment
from prakerja.disbursements.policies import next_question
from prakerja.disbursements.rails import RAILS, ReportedResult, TransferResult
from prakerja.disbursements.states import INSTRUCTION_STATES
from prakerja.disbursements.steps import lock_payment, lock_payments, payment_of, send_many, stays, terms_at
from prakerja.kernel.db import requires_transaction, transaction, write_back
from prakerja.kernel.errors import Refused

# Drafts that are read at a time, and follow-ups whose predecessors are asked about together.
_PAGE = 200


def send_payments(*, at: datetime) -> int:
    """Send what may leave at `at`, on as many lines as each rail's terms allow. Returns how many payments it did something about.

    A worker claims a few more than there are lines: with its claim the money is in transit and the order written down, and
    the call comes after that commit. So a crash leaves a question that is asked, never a second order, a silent rail
    keeps what was claimed for it and nothing else, and two workers share the list.
    """
    done = 0

    def claim_from(drafts: dict[str, Iterator[Payment]]) -> Callable[[str, int], list[Call] | None]:
        def claim(rail: str, most: int) -> list[Call] | None:
            nonlocal done
            found = list(islice(drafts[rail], calls_to_make(rail=rail, most=most, at=at)))
            if not found:
                return None
            calls, stayed = claim_payments(found=found, waits=False, at=at)
            done += len(calls) + len(stayed)
            return calls

        return claim

    def take(answers: list[Answer]) -> list[Call]:
        return take_answers(answers, at=at)

    keep_busy(
        rails=RAILS,
        claim=claim_from({rail: map(payment_of, _drafts(rail, follow_ups=False, at=at)) for rail in RAILS}),
        take=take,
        at=at,
    )
    for rail in RAILS:
        later = _drafts(rail, follow_ups=True, at=at)
        while some := list(islice(later, calls_to_make(rail=rail, most=_PAGE, at=at))):
            some = _may_leave(some, at=at)
            ready = _predecessors_ended(some, at=at)
            done += len(some) - len(ready)
            keep_busy(rails=[rail], claim=claim_from({rail: map(payment_of, ready)}), take=take, at=at)
    return done


def send_payment(*, person_id: uuid.UUID, payment_id: uuid.UUID, at: datetime) -> str:
    """Send a drafted payment of a released batch: the money is in transit with the commit, the call comes after it.

    A follow-up asks first how the payments before it stand, each at its own rail, and stays when one of them did not
    end as we know. The payer looks once more. Returns the payment's state, `asked` when the follow-up stays, the payer's
    word for a draft that may not leave, or "" when another runner was first or the batch is not released.
    """
    instruction = PaymentInstruction.objects.select_related("batch", "payout_account").get(
        person_id=person_id, id=payment_id
    )
    if not _may_leave([instruction], at=at):
        return ""
    if not _predecessors_ended([instruction], at=at):
        return "asked"
    calls, stayed = claim_payments(found=[payment_of(instruction)], waits=True, at=at)
    if not calls:
        return stayed.get(payment_id, "")
    return take_answer(make_call(calls[0], at=at), at=at)


def claim_payments(*, found: Sequence[Payment], waits: bool, at: datetime) -> tuple[list[Call], dict[uuid.UUID, str]]:
    """Lock drafts, look again, and send what may leave: in transit with the commit, the orders written down, nothing called yet.

    Without `waits`, what another runner holds is left to it. Returns the calls to make, and of what stays the payer's word, by
    payment.
    """
    with transaction():
        locked = lock_payments(payments=found, waits=waits)
        ready = _may_leave(list(locked.values()), at=at)
        stayed = stays(instructions=ready, at=at)
        leaving = [instruction for instruction in ready if instruction.id not in stayed]
        send_many(instructions=leaving, at=at)
        attempts = note_attempts(instructions=leaving, kind="send", at=at)
    return [Call(*both) for both in zip(leaving, attempts, strict=True)], stayed


def ask_payments(*, at: datetime) -> int:
    """Ask about every payment whose next question is due: unanswered ones, and ended ones that could still change.

    A worker claims a few at a time, in one short transaction that also writes the next question down, and then asks: a crash
    or a silent rail never makes two of one, and two workers share the list. Returns how many were asked about.
    """
    asked = 0

    def claim(rail: str, most: int) -> list[Call] | None:
        nonlocal asked
        calls = _claim_questions(rail, most=calls_to_make(rail=rail, most=most, at=at), at=at)
        asked += len(calls)
        return calls or None

    keep_busy(rails=RAILS, claim=claim, take=lambda answers: take_answers(answers, at=at), at=at)
    return asked


def ask_payment(*, person_id: uuid.UUID, payment_id: uuid.UUID, at: datetime) -> str:
    """Ask about one payment now, whatever was planned. Returns its state afterwards."""
    with transaction():
        _, _, instruction = lock_payment(person_id=person_id, payment_id=payment_id)
        [call] = _plan_next([instruction], at=at)
    return take_answer(make_call(call, at=at), at=at)


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
        [call] = _plan_next([instruction], at=at)
    answer = make_call(call, at=at)
    take_answer(answer, at=at)
    if answer.result.status == "unknown":
        with transaction():
            _, _, instruction = lock_payment(person_id=claim.person_id, payment_id=claim.instruction_id)
            instruction.ask_at = at + terms_at(instruction, at).ask_after[0]
            instruction.save(update_fields=["ask_at"])


def _drafts(rail: str, *, follow_ups: bool, at: datetime) -> Iterator[PaymentInstruction]:
    """Drafts of released batches of a rail in the order of their ids, read a page at a time; follow-ups, or the others."""
    batches = PaymentBatch.objects.filter(rail=rail, status="released", released_at__lte=at).order_by(
        "released_at", "id"
    )
    for batch_id in list(batches.values_list("id", flat=True)):
        drafted = (
            PaymentInstruction.objects.filter(batch_id=batch_id, status="drafted", follow_up_of__isnull=not follow_ups)
            .filter(Q(ask_at=None) | Q(ask_at__lte=at))
            .order_by("id")
        )
        if follow_ups:
            drafted = drafted.select_related("batch", "payout_account")
        after = uuid.UUID(int=0)
        while page := list(drafted.filter(id__gt=after)[:_PAGE]):
            if after == uuid.UUID(int=0):
                require_rail(rail)
            yield from page
            after = page[-1].id


def _may_leave(instructions: Sequence[PaymentInstruction], *, at: datetime) -> list[PaymentInstruction]:
    """Those that are drafted in a released batch, whose time has come, with no case open and nothing on its way or arrived
    for the same debt."""
    waiting = [
        instruction
        for instruction in instructions
        if instruction.status == "drafted"
        and instruction.batch.status == "released"
        and (instruction.ask_at is None or instruction.ask_at <= at)
    ]
    stopped: set[tuple[str, uuid.UUID]] = set()
    for payer in {instruction.payer for instruction in waiting}:
        theirs = [instruction for instruction in waiting if instruction.payer == payer]
        owed = [(instruction.person_id, instruction.owed_id) for instruction in theirs]
        left = _sent_for(theirs).filter(status__in=INSTRUCTION_STATES.group("LIVE")).values_list("owed_id", flat=True)
        stopped |= {(payer, owed_id) for owed_id in (*debts_with_cases(payer=payer, owed=owed), *left)}
    return [one for one in waiting if (one.payer, one.owed_id) not in stopped]


def _sent_for(drafts: Sequence[PaymentInstruction]) -> QuerySet[PaymentInstruction]:
    """The payments that left before these drafts for the same debts, which have one payer."""
    return PaymentInstruction.objects.filter(
        person_id__any_of={draft.person_id for draft in drafts},
        payer__in={draft.payer for draft in drafts},
        owed_id__any_of={draft.owed_id for draft in drafts},
        sent_at__isnull=False,
    ).exclude(id__any_of=[draft.id for draft in drafts])


def _predecessors_ended(drafts: Sequence[PaymentInstruction], *, at: datetime) -> list[PaymentInstruction]:
    """Ask, right before follow-ups leave, whether each payment before them ended as we know; returns those that may go on."""
    earlier = list(_sent_for(drafts).select_related("payout_account").order_by("id"))
    with transaction():
        attempts = note_attempts(instructions=earlier, kind="ask", at=at)
    waiting = iter([Call(*both) for both in zip(earlier, attempts, strict=True)])
    said: dict[uuid.UUID, TransferResult] = {}

    def claim(rail: str, most: int) -> list[Call] | None:
        return list(islice(waiting, most)) or None

    def take(answers: list[Answer]) -> list[Call]:
        said.update({one.call.instruction.id: one.result for one in answers if one.call.attempt.kind == "ask"})
        return take_answers(answers, at=at)

    keep_busy(rails={one.rail for one in earlier}, claim=claim, take=take, at=at)
    return [draft for draft in drafts if _all_ended(draft, earlier=earlier, said=said, at=at)]


def _all_ended(
    draft: PaymentInstruction,
    *,
    earlier: Sequence[PaymentInstruction],
    said: dict[uuid.UUID, TransferResult],
    at: datetime,
) -> bool:
    for one in earlier:
        if (one.payer, one.owed_id) != (draft.payer, draft.owed_id):
            continue
        with transaction():
            _, _, now = lock_payment(person_id=one.person_id, payment_id=one.id)
            owed = [(now.person_id, now.owed_id)]
            if debts_with_cases(payer=now.payer, owed=owed) or now.status in INSTRUCTION_STATES.group("LIVE"):
                return False
            if judge(said=[(now, said[one.id])], at=at)[one.id] == "tells_nothing":
                _, _, waiting = lock_payment(person_id=draft.person_id, payment_id=draft.id)
                _try_later(waiting, at=at)
                return False
    return True


@requires_transaction
def _try_later(draft: PaymentInstruction, *, at: datetime) -> None:
    """The rail does not say how the payment before this one stands: the follow-up waits, less and less often."""
    terms = terms_at(draft, at)
    draft.ask_at = next_question(terms=terms, status="sent", since=at, asked=draft.ask_count, at=at)
    draft.ask_count += 1
    draft.save(update_fields=["ask_at", "ask_count"])


def _claim_questions(rail: str, *, most: int, at: datetime) -> list[Call]:
    with transaction():
        waiting = (
            PaymentInstruction.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
            .select_related("payout_account")
            .filter(rail=rail, ask_at__lte=at)
            .exclude(status="drafted")
            .order_by("ask_at")[:most]
        )
        found = list(waiting)
        if found:
            require_rail(rail)
        return _plan_next(found, at=at)


@requires_transaction
def _plan_next(instructions: Sequence[PaymentInstruction], *, at: datetime) -> list[Call]:
    """Write down that the rail is asked now, and when it will be asked next should it say nothing new."""
    for instruction in instructions:
        instruction.ask_count += 1
        instruction.ask_at = _next(instruction, at=at)
    write_back(instructions, "ask_count", "ask_at")
    attempts = note_attempts(instructions=instructions, kind="ask", at=at)
    return [Call(*both) for both in zip(instructions, attempts, strict=True)]


def _next(instruction: PaymentInstruction, *, at: datetime) -> datetime | None:
    since = instruction.settled_at if instruction.status == "settled" else instruction.ended_at
    return next_question(
        terms=terms_at(instruction, at),
        status=instruction.status,
        since=since or at,
        asked=instruction.ask_count,
        at=at,
    )
