"""A survey that is answered is paid; one that is not lapses (rules.md 7)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from prakerja.audit.operations import Entry, record, record_each
from prakerja.awards.facts import AwardFacts
from prakerja.awards.operations import lock_awards
from prakerja.awards.queries import running_award, running_awards
from prakerja.incentives.models import Incentive
from prakerja.incentives.planning import tell_of_schedule
from prakerja.incentives.policies import paid_from
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.due import Item
from prakerja.kernel.errors import Refused
from prakerja.kernel.hot_calls import HotCall
from prakerja.kernel.ids import new_id
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import BalanceTooLow, Posting, lock_balances, post_many
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import (
    CutoffKind,
    cutoff_at,
    indonesian_calendar,
    survey_pay_at,
    survey_window_when_told_late,
    wib_day,
)
from prakerja.surveys.operations import (
    close_responses,
    close_unplanned,
    give_other_windows,
    keep_half,
    lock_response,
    lock_unanswered,
    record_answers,
)

_OWE = HotCall(Path(__file__).with_name("owe_survey.sql"))


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
        pay_date = wib_day(survey_pay_at(scheme=rules, submitted_at=at, calendar=indonesian_calendar()))
        incentive = Incentive.objects.create(
            person_id=person_id,
            award_id=award.id,
            kind="survey",
            number=response.survey.number,
            amount=rules.survey.amount,
            status="due",
            scheduled_date=wib_day(at),
            pay_date=pay_date,
            due_at=paid_from(scheme=rules, pay_date=pay_date, planned_at=at),
            response=response,
            planned_at=at,
        )
        _owe(incentive, at=at)
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


@requires_transaction
def _owe(incentive: Incentive, *, at: datetime) -> None:
    """Reserve → incentives_payable, by the one function that may do so for a participant's page (ADR 0050)."""
    (reason,) = _OWE(person_id=incentive.person_id, incentive_id=incentive.id, at=at, transfer_id=new_id())
    if reason == "balance_too_low":
        raise BalanceTooLow("survey_due")
    if reason is not None:
        raise RuntimeError(f"the survey is not owed: {reason}")


def keep_half_survey(*, person_id: uuid.UUID, survey_id: uuid.UUID, answers: Mapping[str, Any], at: datetime) -> None:
    """Keep what is answered so far of an open survey, with the person's yes, so that they go on later (rules.md 7).

    `survey_id` and `answers` as in `submit_survey`; questions may be missing. Nothing is owed by it, and the survey still ends on
    its day. Raises Refused: survey_unknown, survey_submitted, survey_not_open (opens_at), survey_closed, survey_order,
    survey_consent_needed, survey_incomplete (question that has something else than an answer), consent_words_changed, award_ended.
    """
    with transaction():
        response = lock_response(person_id=person_id, survey_id=survey_id)
        award = running_award(person_id=person_id)
        if award is None:
            raise Refused("award_ended")
        rules = scheme(scheme_version_id=award.scheme_version_id)
        keep_half(response=response, is_sequential=rules.survey.sequential, answers=answers, at=at)


def lapse_survey(*, person_id: uuid.UUID, response_id: uuid.UUID, at: datetime) -> bool:
    """A survey was not answered in time: it closes and its money goes to the treasury. False when it was answered.

    One that nobody was told of gets its window again instead, as far as the year's cut-off lets it.
    """
    return bool(lapse_many(items=[(person_id, response_id)], at=at))


def lapse_many(*, items: Sequence[Item], at: datetime) -> int:
    """`lapse_survey` for many, as (person, response), in one transaction; what another runner holds is left to it."""
    with transaction():
        waiting = [one for one in lock_unanswered(items=items) if at >= one.closes_at]
        held = running_awards(person_ids=[response.person_id for response in waiting])
        windows, missed = [], []
        for response in waiting:
            award = held.get(response.person_id)
            until = None
            if award is not None and response.announced_at is None:
                # Nobody said that it was open, because we were down: what could not be answered does not lapse.
                rules = scheme(scheme_version_id=award.scheme_version_id)
                until = survey_window_when_told_late(scheme=rules, told_at=at)
            if until is None:
                missed.append(response)
            else:
                windows.append((response, until))
        give_other_windows(windows=windows, at=at)
        close_responses(responses=missed, at=at)
        _lapse(
            [_Lapsed(held[one.person_id], one.survey.number, one.closes_at) for one in missed if one.person_id in held],
            template="survey_lapsed",
            at=at,
        )
    return len(waiting)


def lapse_unopened_surveys(*, person_id: uuid.UUID, award_id: uuid.UUID, at: datetime) -> int:
    """The year's survey cut-off has passed: surveys that never opened for this person lapse too. Returns how many.

    Each gets a closed row, so that every survey of an award ends as one row that is answered or closed.
    """
    return len(_lapse_unopened([(person_id, award_id)], at=at))


def lapse_unopened_many(*, items: Sequence[Item], at: datetime) -> int:
    """`lapse_unopened_surveys` for many, as (person, award), in one transaction; what another runner holds is left to it.

    Returns for how many awards something lapsed.
    """
    return len({lapsed.award.id for lapsed in _lapse_unopened(items, at=at)})


def _lapse_unopened(items: Sequence[Item], *, at: datetime) -> list[_Lapsed]:
    with transaction():
        over: dict[uuid.UUID, tuple[AwardFacts, datetime]] = {}
        wanted = []
        for award in lock_awards(awards=items):
            rules = scheme(scheme_version_id=award.scheme_version_id)
            cutoff = cutoff_at(scheme=rules, kind=CutoffKind.SURVEY)
            if award.is_live and cutoff is not None and at >= cutoff:
                over[award.person_id] = (award, cutoff)
                wanted.append((award.person_id, rules.survey.times, cutoff))
        missing = close_unplanned(wanted=wanted, at=at)
        lapsed = [_Lapsed(over[person_id][0], number, over[person_id][1]) for person_id, number in missing]
        _lapse(lapsed, template="survey_never_open", at=at)
    return lapsed


class _Lapsed(NamedTuple):
    """The survey of this number that an award's holder did not answer before `deadline` (exclusive)."""

    award: AwardFacts
    number: int
    deadline: datetime


@requires_transaction
def _lapse(found: Sequence[_Lapsed], *, template: str, at: datetime) -> None:
    """Survey money that nobody earned: reserve → treasury, and each is told (`template`) by which date.

    An emptied reserve (no account at the cut-off) had it before.
    """
    left = lock_balances(balances=[(one.award.person_id, one.award.reserve_id) for one in found])
    lapsed = [
        (one, scheme(scheme_version_id=one.award.scheme_version_id)) for one in found if left[one.award.reserve_id]
    ]
    post_many(
        postings=[
            Posting(
                person_id=one.award.person_id,
                event_id=one.award.id,
                kind=f"survey_lapsed_{one.number}",
                debit=int(Chart.RESERVE),
                credit=int(Chart.TREASURY),
                amount=rules.survey.amount,
                balance_id=one.award.reserve_id,
            )
            for one, rules in lapsed
        ],
        at=at,
    )
    queue_many(
        template=template,
        channels=("sms", "dashboard"),
        notices=[
            Notice(
                one.award.person_id,
                {"number": one.number, "amount": rules.survey.amount, "deadline": one.deadline.isoformat()},
                f"survey_lapsed:{one.award.id}:{one.number}",
            )
            for one, rules in lapsed
        ],
        at=at,
        may_be_known=True,
    )
    record_each(
        action="survey.lapsed",
        at=at,
        subject_kind="award",
        told=[
            Entry(one.award.person_id, one.award.id, {"survey": one.number, "amount": rules.survey.amount})
            for one, rules in lapsed
        ],
    )
