"""A survey that is answered is paid; one that is not lapses (rules.md 7)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prakerja.audit.operations import record
from prakerja.awards.operations import lock_award
from prakerja.awards.queries import running_award
from prakerja.incentives.models import Incentive
from prakerja.incentives.planning import move_to_payable, tell_of_schedule
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import lock_balance, post_transfer
from prakerja.notifications.operations import queue_message
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import (
    CutoffKind,
    Scheme,
    cutoff_at,
    indonesian_calendar,
    survey_pay_at,
    survey_window_when_told_late,
    wib_day,
)
from prakerja.surveys.operations import (
    close_response,
    close_unplanned,
    give_another_window,
    lock_response,
    record_answers,
)


def submit_survey(*, person_id: uuid.UUID, survey_id: uuid.UUID, answers: Mapping[str, Any], at: datetime) -> uuid.UUID:
    """Answer an open survey, once: it is owed at once and paid on the third working day (decisions.md 51).

    `survey_id` names the survey or the person's own response; `answers` holds one value per question id, and `consent`
    when they may be kept. Neither what is answered nor a refused consent affects payment. Returns the incentive's id.
    Raises Refused: survey_unknown, survey_submitted, survey_not_open (opens_at), survey_closed, survey_order,
    survey_incomplete (question), consent_words_changed, award_ended.
    """
    with transaction():
        response = lock_response(person_id=person_id, survey_id=survey_id)
        award = running_award(person_id=person_id)
        if award is None:
            raise Refused("award_ended")
        rules = scheme(scheme_version_id=award.scheme_version_id)
        record_answers(response=response, is_sequential=rules.survey.sequential, answers=answers, at=at)
        incentive = Incentive.objects.create(
            person_id=person_id,
            award_id=award.id,
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
    """A survey was not answered in time: it closes and its money goes to the treasury. False when it was answered.

    One that nobody was told of gets its window again instead, as far as the year's cut-off lets it.
    """
    with transaction():
        response = lock_response(person_id=person_id, survey_id=response_id)
        if response.submitted_at is not None or response.closed_at is not None or at < response.closes_at:
            return False
        award = running_award(person_id=person_id)
        if award is not None and response.announced_at is None:
            # Nobody said that it was open, because we were down: what could not be answered does not lapse.
            rules = scheme(scheme_version_id=award.scheme_version_id)
            until = survey_window_when_told_late(scheme=rules, told_at=at)
            if until is not None:
                give_another_window(response=response, until=until, at=at)
                return True
        close_response(response=response, at=at)
        if award is not None:
            rules = scheme(scheme_version_id=award.scheme_version_id)
            _lapse(
                person_id=person_id,
                award_id=award.id,
                reserve_id=award.reserve_id,
                rules=rules,
                number=response.survey.number,
                template="survey_lapsed",
                deadline=response.closes_at,
                at=at,
            )
    return True


def lapse_unopened_surveys(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> int:
    """The year's survey cut-off has passed: surveys that never opened for this person lapse too. Returns how many.

    Each gets a closed row, so that every survey of an award ends as one row that is answered or closed.
    """
    with transaction():
        award = lock_award(person_id=person_id, award_id=award_id)
        rules = scheme(scheme_version_id=award.scheme_version_id)
        cutoff = cutoff_at(scheme=rules, kind=CutoffKind.SURVEY)
        if not award.is_live or cutoff is None or at < cutoff:
            return 0
        missing = close_unplanned(person_id=person_id, times=rules.survey.times, cutoff=cutoff, at=at)
        for number in missing:
            _lapse(
                person_id=person_id,
                award_id=award_id,
                reserve_id=award.reserve_id,
                rules=rules,
                number=number,
                template="survey_never_open",
                deadline=cutoff,
                at=at,
            )
    return len(missing)


@requires_transaction
def _lapse(
    *,
    person_id: uuid.UUID,
    award_id: uuid.UUID,
    reserve_id: uuid.UUID,
    rules: Scheme,
    number: int,
    template: str,
    deadline: datetime,
    at: datetime,
) -> None:
    """Survey money that nobody earned: reserve → treasury, and the person is told (`template`) by which date (exclusive).

    An emptied reserve (no account at the cut-off) had it before.
    """
    if lock_balance(person_id=person_id, balance_id=reserve_id) == 0:
        return
    post_transfer(
        person_id=person_id,
        event_id=award_id,
        kind=f"survey_lapsed_{number}",
        debit=int(Chart.RESERVE),
        credit=int(Chart.TREASURY),
        amount=rules.survey.amount,
        at=at,
        balance_id=reserve_id,
    )
    queue_message(
        person_id=person_id,
        template=template,
        channels=("sms", "dashboard"),
        parameters={"number": number, "amount": rules.survey.amount, "deadline": deadline.isoformat()},
        dedupe_key=f"survey_lapsed:{award_id}:{number}",
        at=at,
    )
    record(
        action="survey.lapsed",
        at=at,
        person_id=person_id,
        subject_kind="award",
        subject_id=award_id,
        data={"survey": number, "amount": rules.survey.amount},
    )
