"""What rails said is stored, many answers at a time, and what may follow from it follows: a payment settles, fails, comes back."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import OperationalError
from django.db.models import Max

from prakerja.disbursements.attempts import Answer, Call, make_call, note_answers, note_attempts
from prakerja.disbursements.discrepancies import note_discrepancy
from prakerja.disbursements.models import PaymentAttempt, PaymentInstruction
from prakerja.disbursements.pausing import note_rail_health
from prakerja.disbursements.policies import END_OF, Verdict, agrees_with_callback, judge_report
from prakerja.disbursements.rails import TransferResult
from prakerja.disbursements.steps import fail, lock_payments, payment_of, return_, settle, settle_many, terms_at
from prakerja.kernel.db import requires_transaction, transaction, write_back

_LOG = logging.getLogger(__name__)


def take_answers(answers: Sequence[Answer], *, at: datetime) -> list[Call]:
    """Store what rails said in one transaction, and let follow from it what may. Returns the orders that are to be sent again.

    An answer that cannot be taken keeps no other from being taken; its error is raised afterwards.
    """
    if len({answer.call.instruction.id for answer in answers}) == len(answers):
        try:
            return _take(answers, at=at)
        except OperationalError:
            raise
        except Exception:
            if len(answers) == 1:
                raise
    again: list[Call] = []
    broken: list[Exception] = []
    for answer in answers:
        try:
            again += _take([answer], at=at)
        except OperationalError:
            raise
        except Exception as error:
            _LOG.exception("what was said of the payment %s cannot be taken", answer.call.instruction.id)
            broken.append(error)
    if broken:
        raise broken[0]
    return again


def take_answer(answer: Answer, *, at: datetime) -> str:
    """The same for one, and for the orders that follow from it. Returns the payment's state afterwards."""
    again = take_answers([answer], at=at)
    while again:
        again = [call for one in again for call in take_answers([make_call(one, at=at)], at=at)]
    instruction = answer.call.instruction
    return PaymentInstruction.objects.values_list("status", flat=True).get(
        person_id=instruction.person_id, id=instruction.id
    )


def _take(answers: Sequence[Answer], *, at: datetime) -> list[Call]:
    if not answers:
        return []
    with transaction():
        now = lock_payments(payments=[payment_of(answer.call.instruction) for answer in answers], waits=True)
        said = [(now[answer.call.instruction.id], answer) for answer in answers]
        named = note_answers(said=said, at=at)
        note_rail_health(said=[(instruction.rail, answer.result) for instruction, answer in said], at=at)
        verdicts = judge(said=[(instruction, answer.result) for instruction, answer in said], at=at)
        arrived = [
            instruction
            for instruction, answer in said
            if verdicts[instruction.id] == "take"
            and END_OF[answer.result.status] == "settled"
            and instruction.status == "sent"
        ]
        at_once = {instruction.id for instruction in arrived}
        write_back([instruction for instruction in named if instruction.id not in at_once], "rail_reference")
        settle_many(instructions=arrived, at=at)
        for instruction, answer in said:
            if instruction.id not in at_once:
                _follow(instruction, answer=answer, verdict=verdicts[instruction.id], at=at)
        _compare_callbacks(said, at=at)
        again = [instruction for instruction, _ in said if verdicts[instruction.id] == "send_again"]
        attempts = note_attempts(instructions=again, kind="send", at=at)
    return [Call(instruction, attempt) for instruction, attempt in zip(again, attempts, strict=True)]


@requires_transaction
def _follow(instruction: PaymentInstruction, *, answer: Answer, verdict: Verdict, at: datetime) -> None:
    result = answer.result
    if verdict == "contradicts":
        note_discrepancy(
            instruction=instruction,
            said=result.status,
            said_amount=result.amount if result.amount != instruction.amount else None,
            reason=result.reason or "",
            found_by=answer.call.attempt.kind,
            at=at,
        )
    elif verdict == "take":
        apply_result(instruction=instruction, said=result.status, reason=result.reason or "", at=at)


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
        settle(instruction=instruction, at=at)
    if end == "returned":
        # What came back had arrived, also when nobody told us that it did.
        return_(instruction=instruction, payment=payment, reason=reason, at=at)


@requires_transaction
def _compare_callbacks(said: Sequence[tuple[PaymentInstruction, Answer]], *, at: datetime) -> None:
    """Hold what callbacks said against what the rail says itself, once it says something final."""
    final = {
        instruction.id: (instruction, answer.result) for instruction, answer in said if answer.result.status in END_OF
    }
    waiting = PaymentAttempt.objects.filter(
        person_id__any_of={instruction.person_id for instruction, _ in final.values()},
        instruction_id__any_of=list(final),
        kind="callback",
        answered_at=None,
    )
    for callback in waiting:
        instruction, result = final[callback.instruction_id]
        if not agrees_with_callback(told=callback.answer, found=result.status):
            note_discrepancy(
                instruction=instruction, said=callback.answer, reason=callback.reason, found_by="callback", at=at
            )
        callback.answered_at = at
        callback.save(update_fields=["answered_at"])


def judge(*, said: Sequence[tuple[PaymentInstruction, TransferResult]], at: datetime) -> Mapping[uuid.UUID, Verdict]:
    """What each rail's word means for its payment as it stands, by payment."""
    orders = PaymentAttempt.objects.filter(
        person_id__any_of={instruction.person_id for instruction, _ in said},
        instruction_id__any_of=[instruction.id for instruction, _ in said],
        kind="send",
    )
    last_sent = dict(orders.order_by().values_list("instruction_id").annotate(last=Max("made_at")))
    verdicts = {}
    for instruction, result in said:
        # Payments that were sent before attempts were rows have their own stamp only.
        sent_at = last_sent.get(instruction.id) or instruction.sent_at
        assert sent_at is not None
        verdicts[instruction.id] = judge_report(
            known=instruction.status,
            was_ended=instruction.ended_at is not None,
            amount=instruction.amount,
            said=result.status,
            said_amount=result.amount,
            terms=terms_at(instruction, sent_at),
            sent_at=sent_at,
            at=at,
        )
    return verdicts
