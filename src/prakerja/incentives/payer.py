"""Incentives as a payer: what disbursements asks before a payment leaves, and tells when it arrived, failed or came back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

from django.db.models import F

from prakerja.access.actors import Actor
from prakerja.audit.operations import Entry, record_each
from prakerja.awards import queries as awards
from prakerja.awards.facts import AwardFacts
from prakerja.disbursements.payers import Payment, Stay
from prakerja.disbursements.queries import live_accounts, words_of_accounts
from prakerja.incentives.cancelling import cancel_due
from prakerja.incentives.models import Incentive, RepaymentClaim
from prakerja.incentives.payments import (
    Hold,
    falls_into_pause,
    hold_incentives,
    put_off,
    reason_to_hold,
    tell_of_hold,
)
from prakerja.incentives.policies import new_dates, payments_of
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, update_rows, write_back
from prakerja.ledger.chart import Chart
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import recheck_at
from prakerja.surveys.operations import plan_many_responses, take_back_plan


class Owed(NamedTuple):
    """An incentive as a payment asks about it, without the instants that it does not ask for."""

    id: uuid.UUID
    person_id: uuid.UUID
    award_id: uuid.UUID
    kind: str
    number: int
    amount: int
    status: str
    pay_date: date


class IncentivePayer:
    """See `disbursements.payers.Payer`. What is owed is an incentive; its latest payment stands in `instruction`."""

    def owed_from(self, *, payment: Payment) -> int:
        """See Payer."""
        return int(Chart.INCENTIVES_PAYABLE)

    def lock(self, *, payments: Sequence[Payment], waits: bool) -> set[uuid.UUID]:
        """See Payer."""
        return _lock(payments, waits=waits)

    def is_owed(self, *, payment: Payment) -> bool:
        """See Payer. What lapsed or was cancelled meanwhile went back to the state."""
        return _incentive(payment).status in INCENTIVE_STATES.group("OWED")

    def may_leave(self, *, payments: Sequence[Payment], at: datetime) -> dict[uuid.UUID, Stay]:
        """What became true since the draft holds the payment, puts it off, or drops it."""
        owed = _owed(payments)
        held = awards.awards(award_ids=[one.award_id for one in owed.values()])
        accounts = live_accounts(person_ids=[payment.person_id for payment in payments])
        stays: dict[uuid.UUID, Stay] = {}
        for payment in payments:
            incentive = owed[payment.owed_id]
            award, account = held[incentive.award_id], accounts.get(payment.person_id)
            if incentive.status != "due" or not award.is_payable:
                stays[payment.payment_id] = Stay("cancel", "award_ended", outcome="cancelled")
                continue
            if falls_into_pause(rules=scheme(scheme_version_id=award.scheme_version_id), at=at):
                stays[payment.payment_id] = Stay("cancel", "payout_pause", outcome="put_off")
                continue
            reason = reason_to_hold(pay_date=incentive.pay_date, award=award, account=account)
            if not reason and account is not None and account.account_id != payment.account_id:
                reason = "account_changed"
            if reason:
                stays[payment.payment_id] = Stay("hold", reason, outcome="held")
        self._keep([payment for payment in payments if payment.payment_id in stays], stays=stays, held=held, at=at)
        return stays

    def _keep(
        self,
        payments: Sequence[Payment],
        *,
        stays: Mapping[uuid.UUID, Stay],
        held: Mapping[uuid.UUID, AwardFacts],
        at: datetime,
    ) -> None:
        """What follows for the incentives whose payments stay: another day, or a hold."""
        owed = _incentives(payments)
        moved, holds = [], []
        for payment in payments:
            stay, incentive = stays[payment.payment_id], owed[payment.owed_id]
            rules = scheme(scheme_version_id=held[incentive.award_id].scheme_version_id)
            if stay.outcome == "put_off":
                put_off(incentive=incentive, rules=rules, at=at)
                moved.append(incentive)
            elif stay.outcome == "held":
                holds.append(Hold(incentive, rules, stay.reason))
        write_back(moved, "pay_date", "due_at")
        hold_incentives(holds=holds, at=at)

    def on_sent(self, *, payments: Sequence[Payment], at: datetime) -> None:
        """See Payer."""
        for incentive in _owed(payments).values():
            INCENTIVE_STATES.advance(current=incentive.status, verb="instruct")
        update_rows(
            Incentive,
            keys=("person_id", "id"),
            each={
                "person_id": [payment.person_id for payment in payments],
                "id": [payment.owed_id for payment in payments],
            },
            same={"status": INCENTIVE_STATES.target("instruct")},
        )
        record_each(
            action="incentive.instructed",
            at=at,
            subject_kind="incentive",
            told=[
                Entry(one.person_id, one.owed_id, {"reference": one.reference, "amount": one.amount})
                for one in payments
            ],
        )

    def on_settled(self, *, payments: Sequence[Payment], at: datetime) -> None:
        """They are paid; the first one plans the surveys. Late, it leaves the way back that a failure had put it on."""
        owed = _owed(payments)
        held = awards.awards(award_ids=[one.award_id for one in owed.values()])
        for payment in payments:
            incentive = owed[payment.owed_id]
            verb = "pay" if incentive.status in INCENTIVE_STATES.sources("pay") else "pay_late"
            INCENTIVE_STATES.advance(current=incentive.status, verb=verb)
            if held[incentive.award_id].status == "annulled":
                _adjust_claim(award=held[incentive.award_id], by=incentive.amount)
        update_rows(
            Incentive,
            keys=("person_id", "id"),
            each={
                "person_id": [payment.person_id for payment in payments],
                "id": [payment.owed_id for payment in payments],
                "instruction_id": [payment.payment_id for payment in payments],
            },
            same={
                "status": INCENTIVE_STATES.target("pay"),
                "paid_at": at,
                "last_problem": "",
                "hold_reason": "",
                "recheck_at": None,
                "due_at": None,
            },
        )
        firsts = [held[one.award_id] for one in owed.values() if _is_first(one) and held[one.award_id].is_live]
        plan_many_responses(
            plans=[(award.person_id, scheme(scheme_version_id=award.scheme_version_id)) for award in firsts],
            first_incentive_paid_at=at,
        )
        _tell_of_arrivals(payments, owed=owed, held=held, at=at)
        _record([(owed[payment.owed_id], payment) for payment in payments], what="settled", reason="", at=at)

    def on_failed(self, *, payment: Payment, problem: Literal["failed", "held"], reason: str, at: datetime) -> None:
        """See Payer."""
        incentive = _incentive(payment)
        _owed_again(incentive, problem=problem, at=at)
        _record([(incentive, payment)], what=problem, reason=reason, at=at)

    def on_returned(self, *, payment: Payment, reason: str, at: datetime) -> None:
        """See Payer."""
        incentive = _incentive(payment)
        _owed_again(incentive, problem="returned", at=at)
        _record([(incentive, payment)], what="returned", reason=reason, at=at)


INCENTIVES = IncentivePayer()


@requires_transaction
def _owed_again(incentive: Incentive, *, problem: str, at: datetime) -> None:
    """The money is payable again: check in seven days, then pay by a follow-up; or give it back if the award ended."""
    was_paid = incentive.status == "paid"
    verb = {"held": "hold", "returned": "return"}.get(problem, "fail")
    incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb=verb)
    incentive.paid_at, incentive.last_problem = None, problem
    award = _award(incentive)
    if not award.is_payable:
        incentive.save(update_fields=["status", "paid_at", "last_problem"])
        cancel_due(incentive=incentive, verb="cancel", credit=int(Chart.PROGRAMME_FUNDS), at=at)
        if was_paid:
            _adjust_claim(award=award, by=-incentive.amount)
        return
    rules = scheme(scheme_version_id=award.scheme_version_id)
    incentive.checked_at, incentive.recheck_at = at, recheck_at(scheme=rules, held_at=at)
    incentive.scheduled_date, incentive.pay_date = new_dates(scheme=rules, checked_at=incentive.recheck_at)
    if problem == "held":
        incentive.hold_reason = "held_by_provider"
    incentive.save()
    if was_paid and _is_first(incentive):
        take_back_plan(person_id=incentive.person_id)
    tell_of_hold(incentive=incentive, reason=problem, is_news=True, at=at)


@requires_transaction
def _record(done: Sequence[tuple[Incentive | Owed, Payment]], *, what: str, reason: str, at: datetime) -> None:
    for rail in sorted({payment.rail for _, payment in done}):
        record_each(
            action=f"incentive.{what}",
            at=at,
            actor=Actor.system(rail),
            subject_kind="incentive",
            told=[
                Entry(
                    incentive.person_id,
                    incentive.id,
                    {"reference": payment.reference, "rail": rail, "reason": reason, "amount": incentive.amount},
                )
                for incentive, payment in done
                if payment.rail == rail
            ],
        )


@requires_transaction
def _adjust_claim(*, award: AwardFacts, by: int) -> None:
    """A payment that was under way when the award was annulled arrived, or came back: the claim follows it."""
    RepaymentClaim.objects.filter(person_id=award.person_id, award_id=award.id).update(amount=F("amount") + by)


def _lock(payments: Sequence[Payment], *, waits: bool) -> set[uuid.UUID]:
    """What is owed, locked in the order of its ids; without `waits` what others hold is left out."""
    locked = Incentive.objects.select_for_update(no_key=True, skip_locked=not waits).filter(
        person_id__any_of={payment.person_id for payment in payments},
        id__any_of={payment.owed_id for payment in payments},
    )
    return set(locked.order_by("id").values_list("id", flat=True))


def _owed(payments: Sequence[Payment]) -> dict[uuid.UUID, Owed]:
    """What a payday asks of what is owed, by its id, for thousands; `lock` has locked it in this transaction."""
    found = Incentive.objects.filter(
        person_id__any_of={payment.person_id for payment in payments},
        id__any_of={payment.owed_id for payment in payments},
    )
    return {one[0]: Owed(*one) for one in found.values_list(*Owed._fields)}


def _incentives(payments: Sequence[Payment]) -> dict[uuid.UUID, Incentive]:
    """What is owed, by its id; `lock` has locked it in this transaction."""
    found = Incentive.objects.filter(
        person_id__any_of={payment.person_id for payment in payments},
        id__any_of={payment.owed_id for payment in payments},
    )
    return {incentive.id: incentive for incentive in found}


def _incentive(payment: Payment) -> Incentive:
    return _incentives([payment])[payment.owed_id]


def _award(incentive: Incentive) -> AwardFacts:
    return awards.award(person_id=incentive.person_id, award_id=incentive.award_id)


def _is_first(incentive: Incentive | Owed) -> bool:
    return incentive.kind == "post_training" and incentive.number == 1


@requires_transaction
def _tell_of_arrivals(
    payments: Sequence[Payment],
    *,
    owed: Mapping[uuid.UUID, Owed],
    held: Mapping[uuid.UUID, AwardFacts],
    at: datetime,
) -> None:
    words = words_of_accounts(accounts=[(payment.person_id, payment.account_id) for payment in payments])
    for template, kind in (("payment_arrived", "post_training"), ("survey_payment_arrived", "survey")):
        notices = []
        for payment in payments:
            incentive = owed[payment.owed_id]
            if incentive.kind != kind:
                continue
            rules = scheme(scheme_version_id=held[incentive.award_id].scheme_version_id)
            said = {
                "number": incentive.number,
                "times": payments_of(scheme=rules, kind=kind),
                "amount": incentive.amount,
                "account": words[payment.account_id],
            }
            notices.append(Notice(incentive.person_id, said, f"incentive_paid:{incentive.id}:{payment.payment_id}"))
        queue_many(template=template, channels=("sms", "dashboard"), notices=notices, at=at, may_be_known=True)
