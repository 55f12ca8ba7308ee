"""Incentives are planned when every condition holds for 24 hours, and fall due on their scheduled day."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from prakerja.audit.operations import record
from prakerja.awards import queries as awards
from prakerja.awards.operations import lock_award
from prakerja.incentives.conditions import conditions_of
from prakerja.incentives.models import Incentive
from prakerja.incentives.policies import needs_met, payments_of
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post_transfer
from prakerja.notifications.operations import queue_message
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import (
    incentive_dates,
    incentive_due_at,
    indonesian_calendar,
    missing_needs,
    pay_at,
    wib_day,
)


def plan_incentives(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> int:
    """Write the whole schedule once all conditions have held for 24 hours (rules.md 5.4, 14.1).

    Dates are anchored on schedule 1, the day in WIB of the last condition + 24 h. No money moves yet. Returns how many
    rows were written: 0 when a condition is missing again, the 24 hours have not passed, or they exist.
    """
    with transaction():
        award = lock_award(person_id=person_id, award_id=award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        now = conditions_of(person_id=person_id, award_id=award_id)
        met = needs_met(
            certificate_visible_from=now.certificate_visible_from,
            rated_at=now.rated_at,
            account=now.facts,
            at=at,
        )
        exists = Incentive.objects.filter(person_id=person_id, award_id=award.id, kind="post_training").exists()
        if award.status != "active" or exists or missing_needs(scheme=rules, met=met):
            return 0
        assert now.certificate_visible_from is not None
        assert now.rated_at is not None
        assert now.account_linked_at is not None
        met_at = max(now.certificate_visible_from, now.rated_at, now.account_linked_at)
        if at < met_at + timedelta(hours=rules.schedule_sync_hours):
            return 0
        calendar = indonesian_calendar()
        days = incentive_dates(scheme=rules, conditions_met_at=met_at, calendar=calendar)
        rows = [
            Incentive(
                person_id=person_id,
                award_id=award.id,
                kind="post_training",
                number=number,
                amount=rules.incentive.amount,
                scheduled_date=day,
                pay_date=wib_day(pay_at(scheme=rules, scheduled_on=day, calendar=calendar)),
                completion_id=now.completion_id,
                planned_at=at,
            )
            for number, day in enumerate(days, start=1)
        ]
        Incentive.objects.bulk_create(rows)
        tell_of_schedule(incentive=rows[0], at=at)
        record(
            action="incentive.planned",
            at=at,
            person_id=person_id,
            subject_kind="award",
            subject_id=award_id,
            data={"scheduled": [day.isoformat() for day in days], "amount": rules.incentive.amount},
        )
    return len(rows)


def fall_due(*, person_id: uuid.UUID, incentive_id: uuid.UUID, at: datetime) -> bool:
    """The scheduled day has come: the money leaves the person's reserve and is payable. False when it had before."""
    with transaction():
        incentive = lock_incentive(person_id=person_id, incentive_id=incentive_id)
        award = awards.award(person_id=person_id, award_id=incentive.award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        early = at < incentive_due_at(scheme=rules, scheduled_on=incentive.scheduled_date)
        if incentive.status != "planned" or early:
            return False
        move_to_payable(incentive=incentive, reserve_id=award.reserve_id, kind="incentive_due", at=at)
        incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb="fall_due")
        incentive.save(update_fields=["status"])
        record(
            action="incentive.due",
            at=at,
            person_id=person_id,
            subject_kind="incentive",
            subject_id=incentive.id,
            data={"amount": incentive.amount, "pay_date": incentive.pay_date.isoformat()},
        )
    return True


@requires_transaction
def move_to_payable(*, incentive: Incentive, reserve_id: uuid.UUID, kind: str, at: datetime) -> None:
    """Promised becomes owed: reserve → incentives_payable (money.md "Events"; kind incentive_due or survey_due)."""
    post_transfer(
        person_id=incentive.person_id,
        event_id=incentive.id,
        kind=kind,
        debit=int(Chart.RESERVE),
        credit=int(Chart.INCENTIVES_PAYABLE),
        amount=incentive.amount,
        at=at,
        balance_id=reserve_id,
    )


@requires_transaction
def lock_incentive(*, person_id: uuid.UUID, incentive_id: uuid.UUID) -> Incentive:
    """The incentive row, locked: the guard of everything that is paid."""
    return Incentive.objects.select_for_update(no_key=True).get(person_id=person_id, id=incentive_id)


@requires_transaction
def tell_of_schedule(*, incentive: Incentive, at: datetime) -> None:
    """INCENTIVE_SCHEDULED on the dashboard: once for a plan, again whenever a payment gets new dates."""
    award = awards.award(person_id=incentive.person_id, award_id=incentive.award_id)
    rules = scheme(scheme_version_id=award.scheme_version_id)
    queue_message(
        person_id=incentive.person_id,
        template="survey_payment_planned" if incentive.kind == "survey" else "payment_planned",
        channels=("dashboard",),
        parameters={
            "number": incentive.number,
            "times": payments_of(scheme=rules, kind=incentive.kind),
            "amount": incentive.amount,
            "scheduled_date": incentive.scheduled_date.isoformat(),
            "pay_date": incentive.pay_date.isoformat(),
        },
        dedupe_key=f"incentive_scheduled:{incentive.id}:{incentive.scheduled_date.isoformat()}",
        at=at,
    )
