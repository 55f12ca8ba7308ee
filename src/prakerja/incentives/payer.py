"""Incentives as a payer: what disbursements asks before a payment leaves, and tells when it arrived, failed or came back."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db.models import F

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.awards import queries as awards
from prakerja.awards.facts import AwardFacts
from prakerja.disbursements.payers import Payment, Stay
from prakerja.disbursements.queries import account_words, live_account
from prakerja.incentives.cancelling import cancel_due
from prakerja.incentives.models import Incentive, RepaymentClaim
from prakerja.incentives.payments import hold_incentive, put_off, reason_to_hold, tell_of_hold
from prakerja.incentives.planning import lock_incentive
from prakerja.incentives.policies import new_dates, payments_of
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction
from prakerja.ledger.chart import Chart
from prakerja.notifications.operations import queue_message
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import recheck_at
from prakerja.surveys.operations import plan_responses, take_back_plan


class IncentivePayer:
    """See `disbursements.payers.Payer`. What is owed is an incentive; its latest payment stands in `instruction`."""

    def owed_from(self, *, payment: Payment) -> int:
        """See Payer."""
        return int(Chart.INCENTIVES_PAYABLE)

    def lock(self, *, payment: Payment) -> None:
        """See Payer."""
        lock_incentive(person_id=payment.person_id, incentive_id=payment.owed_id)

    def is_owed(self, *, payment: Payment) -> bool:
        """See Payer. What lapsed or was cancelled meanwhile went back to the state."""
        return _incentive(payment).status in INCENTIVE_STATES.group("OWED")

    def may_leave(self, *, payment: Payment, at: datetime) -> Stay | None:
        """What became true since the draft holds the payment, puts it off, or drops it."""
        incentive = _incentive(payment)
        award = _award(incentive)
        if incentive.status != "due" or not award.is_payable:
            return Stay("cancel", "award_ended", outcome="cancelled")
        rules = scheme(scheme_version_id=award.scheme_version_id)
        if put_off(incentive=incentive, rules=rules, at=at):
            return Stay("cancel", "payout_pause", outcome="put_off")
        account = live_account(person_id=payment.person_id)
        reason = reason_to_hold(incentive=incentive, award=award, account=account)
        if not reason and account is not None and account.account_id != payment.account_id:
            reason = "account_changed"
        if not reason:
            return None
        hold_incentive(incentive=incentive, rules=rules, reason=reason, at=at)
        return Stay("hold", reason, outcome="held")

    def on_sent(self, *, payment: Payment, at: datetime) -> None:
        """See Payer."""
        incentive = _incentive(payment)
        incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb="instruct")
        incentive.save(update_fields=["status"])
        record(
            action="incentive.instructed",
            at=at,
            person_id=incentive.person_id,
            subject_kind="incentive",
            subject_id=incentive.id,
            data={"reference": payment.reference, "amount": payment.amount},
        )

    def on_settled(self, *, payment: Payment, at: datetime) -> None:
        """It is paid; the first one plans the surveys. Late, it leaves the way back that a failure had put it on."""
        incentive = _incentive(payment)
        verb = "pay" if incentive.status in INCENTIVE_STATES.sources("pay") else "pay_late"
        incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb=verb)
        incentive.paid_at, incentive.instruction_id = at, payment.payment_id
        incentive.last_problem = incentive.hold_reason = ""
        incentive.recheck_at = None
        incentive.save()
        award = _award(incentive)
        if _is_first(incentive) and award.is_live:
            plan_responses(
                person_id=incentive.person_id,
                rules=scheme(scheme_version_id=award.scheme_version_id),
                first_incentive_paid_at=at,
            )
        if award.status == "annulled":
            _adjust_claim(award=award, by=incentive.amount)
        queue_message(
            person_id=incentive.person_id,
            template="survey_payment_arrived" if incentive.kind == "survey" else "payment_arrived",
            channels=("sms", "dashboard"),
            parameters={
                "number": incentive.number,
                "times": payments_of(scheme=scheme(scheme_version_id=award.scheme_version_id), kind=incentive.kind),
                "amount": incentive.amount,
                "account": account_words(person_id=payment.person_id, account_id=payment.account_id),
            },
            dedupe_key=f"incentive_paid:{incentive.id}:{payment.payment_id}",
            at=at,
        )
        _record(incentive, payment=payment, what="settled", reason="", at=at)

    def on_failed(self, *, payment: Payment, problem: Literal["failed", "held"], reason: str, at: datetime) -> None:
        """See Payer."""
        incentive = _incentive(payment)
        _owed_again(incentive, problem=problem, at=at)
        _record(incentive, payment=payment, what=problem, reason=reason, at=at)

    def on_returned(self, *, payment: Payment, reason: str, at: datetime) -> None:
        """See Payer."""
        incentive = _incentive(payment)
        _owed_again(incentive, problem="returned", at=at)
        _record(incentive, payment=payment, what="returned", reason=reason, at=at)


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
def _record(incentive: Incentive, *, payment: Payment, what: str, reason: str, at: datetime) -> None:
    record(
        action=f"incentive.{what}",
        at=at,
        person_id=incentive.person_id,
        actor=Actor.system(payment.rail),
        subject_kind="incentive",
        subject_id=incentive.id,
        data={"reference": payment.reference, "rail": payment.rail, "reason": reason, "amount": incentive.amount},
    )


@requires_transaction
def _adjust_claim(*, award: AwardFacts, by: int) -> None:
    """A payment that was under way when the award was annulled arrived, or came back: the claim follows it."""
    RepaymentClaim.objects.filter(person_id=award.person_id, award_id=award.id).update(amount=F("amount") + by)


def _incentive(payment: Payment) -> Incentive:
    """What is owed; `lock` has locked it in this transaction."""
    return Incentive.objects.get(person_id=payment.person_id, id=payment.owed_id)


def _award(incentive: Incentive) -> AwardFacts:
    return awards.award(person_id=incentive.person_id, award_id=incentive.award_id)


def _is_first(incentive: Incentive) -> bool:
    return incentive.kind == "post_training" and incentive.number == 1
