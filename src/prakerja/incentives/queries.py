"""Read what waits for an operator."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from prakerja.disbursements import queries as disbursements
from prakerja.incentives.models import Incentive, RepaymentClaim
from prakerja.incentives.states import INCENTIVE_STATES


@dataclass(frozen=True)
class WaitingPayment:
    """An incentive whose payment is held, failed or unanswered. `amount` is whole rupiah, `pay_date` a day in WIB.

    `reason` is what keeps it, `details` what the rail said of its last payment; `reference` is "" before the first one.
    """

    incentive_id: uuid.UUID
    person_id: uuid.UUID
    person_name: str
    kind: str
    number: int
    amount: int
    reference: str
    reason: str
    details: str
    recheck_at: datetime | None
    pay_date: date
    may_be_retried: bool


def held_payments(*, most: int) -> list[WaitingPayment]:
    """Those that are held, whose next check comes first, at most `most`."""
    return _shown(_incentives().filter(status="held").order_by("recheck_at", "id")[:most])


def failed_payments(*, most: int) -> list[WaitingPayment]:
    """Those that failed or came back, whose next check comes first, at most `most`."""
    failed = _incentives().filter(status="due").exclude(last_problem="")
    return _shown(failed.order_by("recheck_at", "pay_date", "id")[:most])


def unanswered_payments(*, at: datetime, most: int) -> list[WaitingPayment]:
    """Those so long without an answer that a person should ask by other means; the oldest first, at most `most`."""
    silent = _incentives().filter(status="instructed", instruction_id__in=disbursements.unanswered_payments(at=at))
    return _shown(silent.order_by("instruction__sent_at", "id")[:most])


def has_unended_incentive(*, person_id: uuid.UUID) -> bool:
    """Whether something of this person is promised, owed or being paid."""
    return Incentive.objects.filter(person_id=person_id).exclude(status__in=INCENTIVE_STATES.group("ENDED")).exists()


def owes_repayment(*, person_id: uuid.UUID) -> bool:
    """Whether this person owes the state money back."""
    return RepaymentClaim.objects.filter(person_id=person_id, repaid_at=None, amount__gt=0).exists()


def waiting_payment(*, person_id: uuid.UUID, incentive_id: uuid.UUID) -> WaitingPayment | None:
    """This one, whether it waits or not; None when there is none."""
    return next(iter(_shown(_incentives().filter(person_id=person_id, id=incentive_id))), None)


def _incentives() -> QuerySet[Incentive]:
    return Incentive.objects.select_related("person", "instruction")


def _shown(found: QuerySet[Incentive]) -> list[WaitingPayment]:
    return [
        WaitingPayment(
            incentive_id=one.id,
            person_id=one.person_id,
            person_name=one.person.name,
            kind=one.kind,
            number=one.number,
            amount=one.amount,
            reference=one.instruction.reference if one.instruction is not None else "",
            reason="no_answer" if one.status == "instructed" else one.hold_reason or one.last_problem,
            details=one.instruction.reason if one.instruction is not None and one.status != "instructed" else "",
            recheck_at=one.recheck_at,
            pay_date=one.pay_date,
            # A failed one that was checked again has its new dates and is paid by them.
            may_be_retried=one.recheck_at is not None or one.status == "instructed",
        )
        for one in found
    ]
