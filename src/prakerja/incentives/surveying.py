"""A survey that is answered is paid; one that is not lapses (rules.md 7)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prakerja.audit.operations import record
from prakerja.awards.models import Award
from prakerja.awards.states import AWARD_STATES
from prakerja.incentives.conditions import lock_award
from prakerja.incentives.models import Incentive
from prakerja.incentives.planning import move_to_payable, tell_of_schedule
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Balance, Chart
from prakerja.ledger.operations import post
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import (
    CutoffKind,
    Scheme,
    cutoff_at,
    indonesian_calendar,
    survey_pay_at,
    wib_day,
)
from prakerja.surveys.models import Response, Survey
from prakerja.surveys.operations import close_response, install_surveys, lock_response, record_answers


def submit_survey(*, person_id: uuid.UUID, survey_id: uuid.UUID, answers: Mapping[str, Any], at: datetime) -> uuid.UUID:
    """Answer an open survey, once: it is owed at once and paid on the third working day (decisions.md 51).

    `survey_id` names the survey or the person's own response; `answers` holds `consent` and one value per question id.
    What is answered never affects payment. Returns the incentive's id. Raises Refused: survey_unknown,
    survey_submitted, survey_not_open (opens_at), survey_closed, survey_order, consent_missing, survey_incomplete
    (question), award_ended.
    """
    with transaction():
        response = lock_response(person_id=person_id, survey_id=survey_id)
        award = Award.objects.filter(person_id=person_id, status__in=AWARD_STATES.group("LIVE")).first()
        if award is None:
            raise Refused("award_ended")
        rules = scheme(scheme_version_id=award.scheme_version_id)
        record_answers(response=response, is_sequential=rules.survey.sequential, answers=answers, at=at)
        incentive = Incentive.objects.create(
            person_id=person_id,
            award=award,
            kind="survey",
            number=response.survey.number,
            amount=rules.survey.amount,
            status="due",
            scheduled_date=wib_day(at),
            pay_date=wib_day(survey_pay_at(scheme=rules, submitted_at=at, calendar=indonesian_calendar())),
            response=response,
            planned_at=at,
        )
        move_to_payable(incentive=incentive, reserve_id=award.reserve_id, kind="survey_due", at=at)
        tell_of_schedule(incentive=incentive, at=at)
        record(
            action="incentive.due",
            at=at,
            person_id=person_id,
            subject_kind="incentive",
            subject_id=incentive.id,
            data={"survey": incentive.number, "amount": incentive.amount, "pay_date": incentive.pay_date.isoformat()},
        )
    return incentive.id


def lapse_survey(*, person_id: uuid.UUID, response_id: uuid.UUID, at: datetime) -> bool:
    """A survey was not answered in time: it closes and its money goes to the treasury. False when it was answered."""
    with transaction():
        response = lock_response(person_id=person_id, survey_id=response_id)
        if response.submitted_at is not None or response.closed_at is not None or at < response.closes_at:
            return False
        close_response(response=response, at=at)
        award = Award.objects.filter(person_id=person_id, status__in=AWARD_STATES.group("LIVE")).first()
        if award is not None:
            _lapse(award=award, number=response.survey.number, at=at)
    return True


def lapse_unopened_surveys(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> int:
    """The year's survey cut-off has passed: surveys that never opened for this person lapse too. Returns how many.

    Each gets a closed row, so that every survey of an award ends as one row that is answered or closed.
    """
    with transaction():
        award = lock_award(person_id=person_id, award_id=award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        cutoff = cutoff_at(scheme=rules, kind=CutoffKind.SURVEY)
        if award.status not in AWARD_STATES.group("LIVE") or cutoff is None or at < cutoff:
            return 0
        return _close_missing(award=award, rules=rules, cutoff=cutoff, at=at)


@requires_transaction
def _close_missing(*, award: Award, rules: Scheme, cutoff: datetime, at: datetime) -> int:
    if Survey.objects.filter(number__lte=rules.survey.times).count() < rules.survey.times:
        install_surveys()
    known = set(Response.objects.filter(person_id=award.person_id).values_list("survey_id", flat=True))
    missing = [survey for survey in Survey.objects.filter(number__lte=rules.survey.times) if survey.id not in known]
    for survey in missing:
        Response.objects.create(
            person_id=award.person_id, survey=survey, opens_at=cutoff, closes_at=cutoff, closed_at=at
        )
        _lapse(award=award, number=survey.number, at=at)
    return len(missing)


@requires_transaction
def _lapse(*, award: Award, number: int, at: datetime) -> None:
    """Survey money that nobody earned: reserve → treasury. An emptied reserve (no account at the cut-off) had it before."""
    rules = scheme(scheme_version_id=award.scheme_version_id)
    reserve = Balance.objects.select_for_update(no_key=True).get(person_id=award.person_id, id=award.reserve_id)
    if reserve.amount == 0:
        return
    post(
        person_id=award.person_id,
        event_id=award.id,
        kind=f"survey_lapsed_{number}",
        debit=int(Chart.RESERVE),
        credit=int(Chart.TREASURY),
        amount=rules.survey.amount,
        at=at,
        balance_id=award.reserve_id,
    )
    record(
        action="survey.lapsed",
        at=at,
        person_id=award.person_id,
        subject_kind="award",
        subject_id=award.id,
        data={"survey": number, "amount": rules.survey.amount},
    )
