"""Incentives are planned when every condition holds for 24 hours, and fall due on their scheduled day."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from prakerja.audit.operations import Entry, record_each
from prakerja.awards import queries as awards
from prakerja.awards.facts import AwardFacts
from prakerja.awards.operations import lock_awards, note_looks, note_planned
from prakerja.incentives.conditions import Conditions, conditions_of_many
from prakerja.incentives.models import Incentive
from prakerja.incentives.policies import falls_due_at, needs_met, paid_from, payments_of
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import copy_in, requires_transaction, transaction, write_back
from prakerja.kernel.due import Item
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import Posting, post_many
from prakerja.ledger.queries import balances
from prakerja.notifications.operations import Notice, queue_many
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
    return len(_plan([(person_id, award_id)], at=at))


def plan_many(*, items: Sequence[Item], at: datetime) -> int:
    """`plan_incentives` for many, as (person, award), in one transaction; an award that another runner holds is left to it.

    Returns for how many awards rows were written.
    """
    return len({row.award_id for row in _plan(items, at=at)})


def _plan(items: Sequence[Item], *, at: datetime) -> list[Incentive]:
    with transaction():
        held = [award for award in lock_awards(awards=items) if award.status == "active"]
        planned = Incentive.objects.filter(
            person_id__any_of=[award.person_id for award in held],
            award_id__any_of=[award.id for award in held],
            kind="post_training",
        )
        exist = set(planned.values_list("award_id", flat=True))
        reserves = balances(balance_ids=[award.reserve_id for award in held])
        # From an empty reserve nothing can be promised.
        waiting = [award for award in held if award.id not in exist and reserves[award.reserve_id]]
        note_looks(looks={(one.person_id, one.id): (None, None) for one in held if not reserves[one.reserve_id]})
        now = conditions_of_many(held=[(award.person_id, award.id) for award in waiting])
        rows = [row for award in waiting for row in _schedule(award, now=now[award.id], at=at)]
        copy_in(rows)
        planned_now = {(row.person_id, row.award_id): None for row in rows}
        # Whose schedule was there before they remembered it too.
        known = {(award.person_id, award.id): None for award in held if award.id in exist}
        note_planned(awards=list(planned_now | known), at=at)
        note_looks(
            looks={
                pair: (
                    None if pair in planned_now else _look_at(award, now=now[award.id], at=at),
                    now[award.id].rated_at,
                )
                for award in waiting
                for pair in [(award.person_id, award.id)]
            }
        )
        tell_of_schedules(incentives=_first_ahead(rows, at=at), at=at)
        days: dict[uuid.UUID, list[Incentive]] = {}
        for row in rows:
            days.setdefault(row.award_id, []).append(row)
        record_each(
            action="incentive.planned",
            at=at,
            subject_kind="award",
            told=[
                Entry(
                    of_award[0].person_id,
                    award_id,
                    {
                        "scheduled": [row.scheduled_date.isoformat() for row in of_award],
                        "amount": of_award[0].amount,
                    },
                )
                for award_id, of_award in days.items()
            ],
        )
    return rows


def _schedule(award: AwardFacts, *, now: Conditions, at: datetime) -> list[Incentive]:
    """The rows of an award whose conditions have held long enough; else none."""
    rules = scheme(scheme_version_id=award.scheme_version_id)
    met_at = _met_at(award, now=now, at=at)
    if met_at is None or at < met_at + timedelta(hours=rules.schedule_sync_hours):
        return []
    calendar = indonesian_calendar()
    return [
        Incentive(
            person_id=award.person_id,
            award_id=award.id,
            kind="post_training",
            number=number,
            amount=rules.incentive.amount,
            scheduled_date=day,
            pay_date=wib_day(pay_at(scheme=rules, scheduled_on=day, calendar=calendar)),
            due_at=falls_due_at(scheme=rules, scheduled_on=day, planned_at=at),
            completion_id=now.completion_id,
            training_waived_at=now.training_waived_at,
            planned_at=at,
        )
        for number, day in enumerate(
            incentive_dates(scheme=rules, conditions_met_at=met_at, calendar=calendar), start=1
        )
    ]


def _first_ahead(rows: Sequence[Incentive], *, at: datetime) -> list[Incentive]:
    """The next payment of each award. Who plans late (the worker was off) promises no day that is over: that money comes now."""
    first: dict[uuid.UUID, Incentive] = {}
    for row in rows:
        if row.pay_date >= wib_day(at):
            first.setdefault(row.award_id, row)
    return list(first.values())


def _met_at(award: AwardFacts, *, now: Conditions, at: datetime) -> datetime | None:
    """When the last condition came true; None while one is missing at `at`."""
    met = needs_met(
        certificate_visible_from=now.certificate_visible_from, rated_at=now.rated_at, account=now.facts, at=at
    )
    if missing_needs(scheme=scheme(scheme_version_id=award.scheme_version_id), met=met):
        return None
    assert now.certificate_visible_from is not None
    assert now.rated_at is not None
    assert now.account_linked_at is not None
    return max(now.certificate_visible_from, now.rated_at, now.account_linked_at)


def _look_at(award: AwardFacts, *, now: Conditions, at: datetime) -> datetime | None:
    """When an award that is not planned yet is looked at again; None when something has to happen before.

    What is written down may lie ahead of `at`: a certificate that travels still, and for a worker that was off everything.
    """
    known = [one for one in (now.certificate_visible_from, now.rated_at, now.account_linked_at) if one is not None]
    met_at = _met_at(award, now=now, at=max([at, *known]))
    if met_at is None:
        return None
    ends = met_at + timedelta(hours=_sync_hours(award))
    # What may be planned now was planned now, or never will be: a scheme without payments.
    return ends if ends > at else None


def _sync_hours(award: AwardFacts) -> int:
    return scheme(scheme_version_id=award.scheme_version_id).schedule_sync_hours


def fall_due(*, person_id: uuid.UUID, incentive_id: uuid.UUID, at: datetime) -> bool:
    """The scheduled day has come: the money leaves the person's reserve and is payable. False when it had before."""
    return bool(fall_due_many(items=[(person_id, incentive_id)], at=at))


def fall_due_many(*, items: Sequence[Item], at: datetime) -> int:
    """`fall_due` for many, as (person, incentive), in one transaction; what another runner holds is left to it."""
    with transaction():
        planned = [row for row in lock_incentives(items=items) if row.status == "planned"]
        held = awards.awards(award_ids=[row.award_id for row in planned])
        due, early = [], []
        for row in planned:
            rules = scheme(scheme_version_id=held[row.award_id].scheme_version_id)
            if at < incentive_due_at(scheme=rules, scheduled_on=row.scheduled_date):
                # Written by a release that did not keep it.
                row.due_at = falls_due_at(scheme=rules, scheduled_on=row.scheduled_date, planned_at=row.planned_at)
                early.append(row)
                continue
            row.status = INCENTIVE_STATES.advance(current=row.status, verb="fall_due")
            row.due_at = paid_from(scheme=rules, pay_date=row.pay_date, planned_at=row.planned_at)
            due.append(row)
        write_back(early, "due_at")
        post_many(
            postings=[
                payable(incentive=row, reserve_id=held[row.award_id].reserve_id, kind="incentive_due") for row in due
            ],
            at=at,
        )
        write_back(due, "status", "due_at")
        record_each(
            action="incentive.due",
            at=at,
            subject_kind="incentive",
            told=[
                Entry(row.person_id, row.id, {"amount": row.amount, "pay_date": row.pay_date.isoformat()})
                for row in due
            ],
        )
    return len(due)


def payable(*, incentive: Incentive, reserve_id: uuid.UUID, kind: str) -> Posting:
    """Promised becomes owed: reserve → incentives_payable (money.md "Events"; kind incentive_due or survey_due)."""
    return Posting(
        person_id=incentive.person_id,
        event_id=incentive.id,
        kind=kind,
        debit=int(Chart.RESERVE),
        credit=int(Chart.INCENTIVES_PAYABLE),
        amount=incentive.amount,
        balance_id=reserve_id,
    )


@requires_transaction
def lock_incentives(*, items: Sequence[Item]) -> list[Incentive]:
    """The rows of many, as (person, incentive), locked in the order of their ids; those that another holds are left out."""
    return list(
        Incentive.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(person_id__any_of={person_id for person_id, _ in items}, id__any_of=[item_id for _, item_id in items])
        .order_by("id")
    )


@requires_transaction
def lock_incentive(*, person_id: uuid.UUID, incentive_id: uuid.UUID) -> Incentive:
    """The incentive row, locked: the guard of everything that is paid."""
    return Incentive.objects.select_for_update(no_key=True).get(person_id=person_id, id=incentive_id)


@requires_transaction
def tell_of_schedule(*, incentive: Incentive, at: datetime) -> None:
    """INCENTIVE_SCHEDULED on the dashboard: once for a plan, again whenever a payment gets new dates."""
    tell_of_schedules(incentives=[incentive], at=at)


@requires_transaction
def tell_of_schedules(*, incentives: Sequence[Incentive], at: datetime) -> None:
    """The same for many."""
    held = awards.awards(award_ids=[incentive.award_id for incentive in incentives])
    for template, kind in (("payment_planned", "post_training"), ("survey_payment_planned", "survey")):
        queue_many(
            template=template,
            channels=("dashboard",),
            notices=[
                Notice(
                    incentive.person_id,
                    {
                        "number": incentive.number,
                        "times": payments_of(
                            scheme=scheme(scheme_version_id=held[incentive.award_id].scheme_version_id), kind=kind
                        ),
                        "amount": incentive.amount,
                        "scheduled_date": incentive.scheduled_date.isoformat(),
                        "pay_date": incentive.pay_date.isoformat(),
                    },
                    f"incentive_scheduled:{incentive.id}:{incentive.scheduled_date.isoformat()}",
                )
                for incentive in incentives
                if incentive.kind == kind
            ],
            at=at,
            may_be_known=True,
        )
