"""What a provider says about a payment, by its answer, when asked, or by call back: each answer counts once."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.awards import queries as awards
from prakerja.awards.facts import AwardFacts
from prakerja.disbursements.models import PaymentInstruction
from prakerja.disbursements.operations import record_result, route_of_reference
from prakerja.incentives.models import Incentive, RepaymentClaim
from prakerja.incentives.policies import new_dates
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post
from prakerja.notifications.operations import queue_message
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import recheck_at
from prakerja.surveys.operations import plan_responses, take_back_plan

# The provider's word → the instruction's state. `held` at the provider means that this reference will never be paid.
RESULTS = {"settled": "settled", "failed": "failed", "held": "failed", "returned": "returned"}


def record_payment_result(*, rail: str, reference: str, status: str, reason: str = "", at: datetime) -> bool:
    """Store a rail's answer: settled, failed, held or returned. False when it was known already.

    settled: the incentive is paid; the first one plans the surveys. failed and held: the money is payable again and a
    follow-up comes after a re-check seven days later. returned: the same, after it was paid. Raises Refused:
    reference_unknown, result_unknown, result_conflicts (known, reported): a payment settles once and never fails after.
    """
    if status not in RESULTS:
        raise Refused("result_unknown", reported=status)
    person_id, instruction_id = route_of_reference(rail=rail, reference=reference)
    with transaction():
        incentive = (
            Incentive.objects.select_for_update(no_key=True)
            .filter(person_id=person_id, instruction_id=instruction_id)
            .first()
        )
        instruction = (
            PaymentInstruction.objects.select_for_update(no_key=True, of=("self",))
            .select_related("payout_account")
            .get(person_id=person_id, id=instruction_id)
        )
        state = RESULTS[status]
        if incentive is None:
            # A follow-up took its place, so it has had its end.
            if instruction.status == state:
                return False
            raise Refused("result_conflicts", known=instruction.status, reported=status)
        if state == "returned" and instruction.status == "sent":
            # We had not heard that it settled; what came back had arrived.
            record_result(instruction=instruction, status="settled", reason="", at=at)
            _settled(incentive=incentive, at=at)
        if not record_result(instruction=instruction, status=state, reason=reason, at=at):
            return False
        if state == "settled":
            _settled(incentive=incentive, at=at)
        else:
            _came_back(incentive=incentive, problem=status, at=at)
        record(
            action=f"incentive.{status}",
            at=at,
            person_id=person_id,
            actor=Actor.system(rail),
            subject_kind="incentive",
            subject_id=incentive.id,
            data={"reference": reference, "reason": reason, "amount": incentive.amount},
        )
    return True


@requires_transaction
def _settled(*, incentive: Incentive, at: datetime) -> None:
    incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb="pay")
    incentive.paid_at = at
    incentive.last_problem = incentive.hold_reason = ""
    incentive.recheck_at = None
    incentive.save(update_fields=["status", "paid_at", "last_problem", "hold_reason", "recheck_at"])
    award = awards.award(person_id=incentive.person_id, award_id=incentive.award_id)
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
        template="incentive_paid",
        channels=("dashboard",),
        parameters={"kind": incentive.kind, "number": incentive.number, "amount": incentive.amount},
        dedupe_key=f"incentive_paid:{incentive.id}:{incentive.instruction_id}",
        at=at,
    )


@requires_transaction
def _came_back(*, incentive: Incentive, problem: str, at: datetime) -> None:
    """The money is payable again: check in seven days, then pay by a follow-up; or give it back if the award ended."""
    was_paid = incentive.status == "paid"
    verb = {"held": "hold", "returned": "return"}.get(problem, "fail")
    incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb=verb)
    incentive.paid_at, incentive.last_problem = None, problem
    award = awards.award(person_id=incentive.person_id, award_id=incentive.award_id)
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
    queue_message(
        person_id=incentive.person_id,
        template="incentive_held",
        channels=("dashboard",),
        parameters={
            "kind": incentive.kind,
            "number": incentive.number,
            "amount": incentive.amount,
            "reason": problem,
            "recheck_at": incentive.recheck_at.isoformat(),
        },
        dedupe_key=f"incentive_held:{incentive.id}:{at.isoformat()}",
        at=at,
    )


@requires_transaction
def cancel_due(*, incentive: Incentive, verb: str, credit: int, at: datetime) -> None:
    """End an incentive that was due: its money leaves incentives_payable for `credit` (money.md "Events", kind incentive_cancelled)."""
    post(
        person_id=incentive.person_id,
        event_id=incentive.id,
        kind="incentive_cancelled",
        debit=int(Chart.INCENTIVES_PAYABLE),
        credit=credit,
        amount=incentive.amount,
        at=at,
    )
    end_incentive(incentive=incentive, verb=verb, at=at)


@requires_transaction
def end_incentive(*, incentive: Incentive, verb: str, at: datetime) -> None:
    """`verb`: lapse or cancel; the money is moved by the caller."""
    incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb=verb)
    incentive.ended_at, incentive.recheck_at = at, None
    incentive.save(update_fields=["status", "ended_at", "recheck_at"])


@requires_transaction
def _adjust_claim(*, award: AwardFacts, by: int) -> None:
    """A payment that was under way when the award was annulled arrived, or came back: the claim follows it."""
    RepaymentClaim.objects.filter(person_id=award.person_id, award_id=award.id).update(amount=F("amount") + by)


def _is_first(incentive: Incentive) -> bool:
    return incentive.kind == "post_training" and incentive.number == 1
